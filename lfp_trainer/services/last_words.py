"""The last words of somebody who was still writing about a decision when it was taken.

They are kept for the decision they were begun at, and not for the one that is open now: nobody
else reads them earlier for that, and a pick among them counts for nothing any more. Hindsight is
kept small. Only of who was in the conversation when it was decided; not once their own seat has
come to decide after it, for which they must have read on; and not once they have rated the play or
the debrief is open. What came after the decision is told as such there (``picks.Picked``).
"""

from datetime import datetime

import sqlalchemy as sa

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Participant, Rating, Round, Stage, Step, table
from lfp_trainer.storage.prepared import Within

_steps, _parts, _ratings = table(Step).c, table(Participant).c, table(Rating).c


def may_finish(
    within: Within,
    seated: Seated,
    script: Script,
    path: tuple[str, ...],
    at_step: int,
    *,
    own: bool,
) -> bool:
    """Tell whether somebody may finish what they were writing at a decision taken since.

    :param path: what has been chosen so far, of which they were at ``at_step``
    :param own: whether their own seat was to decide it, and they wrote why
    """
    # At one screen, whoever has it by now is not who was writing.
    if not seated.is_pair or seated.is_observer or seated.shares_a_device:
        return False
    # A play the other way round is told from its start; its debrief opens with its end.
    is_told = seated.told_at is not None and not (seated.is_what_if and seated.ending_id is None)
    if is_told or seated.rated_play_at is not None:
        return False
    if seated.stage not in (Stage.ROLE_PLAY, Stage.DEBRIEF):
        return False
    if at_step + 1 < (seated.what_if_at or 1):  # taken over from the play before this one
        return False
    was_theirs, *since = [
        seated.seat in play.seats_on_turn(script, play.replay(script, path[:number]))
        for number in range(at_step, len(path))
    ]
    if was_theirs is not own or any(since):
        return False
    taken = within.execute(
        sa.select(_steps.user_id, _steps.chosen_at).where(
            _steps.run_id == seated.run_id, _steps.number == at_step + 1
        )
    ).one()
    return taken.user_id != seated.user_id and _was_there(within, seated, taken.chosen_at)


def _was_there(within: Within, seated: Seated, then: datetime) -> bool:
    """Tell whether somebody had come to the conversation by some time."""
    came = sa.select(_parts.changed_at).where(
        _parts.run_id == seated.run_id, _parts.user_id == seated.user_id
    )
    if seated.stage is Stage.DEBRIEF:
        # The end has led them on. They had come with what they committed; who passed that over
        # leaves nothing that says when.
        came = sa.select(sa.func.max(_ratings.committed_at)).where(
            _ratings.run_id == seated.run_id,
            _ratings.rater_id == seated.user_id,
            _ratings.round == Round.BEFORE,
        )
    came_at = within.execute(came).scalar_one()
    return came_at is not None and came_at <= then
