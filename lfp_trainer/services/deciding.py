"""Decide in a run together: alone where it is one's turn, together where the scene asks all, and
privately where another seat decides. Keep why, while it is written, also in a run alone.
"""

from datetime import datetime

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove, UnknownChoice
from lfp_trainer.services import choices, last_words, pairs, picks, presence, reasons, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.choices import Recorded
from lfp_trainer.services.company import company_in
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within

DECIDED = "That has been decided meanwhile. Here is what came of it."
OTHER_SEAT = "This was written for another seat, and is not kept for this one."


def decide(
    within: Within,
    seated: Seated,
    script: Script,
    choice_id: str,
    *,
    at_step: int,
    reason: str,
    now: datetime,
    goes_with: bool = False,
) -> Recorded:
    """Take a choice in a run together, or the part of one that several people take.

    :param at_step: how many steps the page had that the choice was made on
    :param goes_with: whether they go with what another has picked, by name
    :raise StaleMove: if the run has moved on since then, or somebody else decides
    :raise UnknownChoice: if the current scene does not offer that choice
    :raise NotYet: if the conversation is not open
    :raise Incomplete: if the scene asks for a reason and none is given
    """
    choices.hold(within, seated.run_id)
    company = company_in(within, seated.run_id)
    path = runs.path_of(within, seated.run_id)
    position = play.replay(script, path)
    alone = len(company.deciders(play.seats_on_turn(script, position))) < 2
    if company.person(seated.user_id).nudged_at is not None:
        presence.forget_nudge(within, seated)
    if goes_with and path[at_step : at_step + 1] not in ((), (choice_id,)):
        crossed = choices.crossed(within, seated, script, path, at_step)
        if crossed is not None:
            return crossed
    if at_step != len(path) or alone or seated.is_observer:
        return choices.record_choice(
            within, seated, script, choice_id, at_step=at_step, reason=reason, now=now
        )
    runs.require(seated, Stage.ROLE_PLAY)
    choices.refuse_others(company, seated, script, position)
    choices.step_of(script, seated, position, choice_id, reason)
    picks.keep(within, seated, at_step + 1, choice_id, reason, now)
    pairs.settle(within, seated, script, now=now)
    path = runs.path_of(within, seated.run_id)
    notes = runs.notes_of(within, seated.run_id, since=at_step)
    return Recorded(play.replay(script, path), notes)


def note(
    within: Within,
    seated: Seated,
    script: Script,
    choice_id: str | None,
    *,
    at_step: int,
    reason: str,
    now: datetime,
) -> bool:
    """Keep, for its writer alone, what they would choose where another seat decides.

    What they were writing when that seat decided is kept for the decision it was begun at, as
    ``services/last_words.py`` says; return whether it came after the decision so.

    :raise StaleMove: if that decision is further back, or theirs, or the stand-in has their seat,
        or they only watch
    :raise UnknownChoice: if the scene does not offer that choice
    :raise NotYet: if the conversation is not open
    :raise Incomplete: if there is nothing to keep
    """
    if seated.is_observer:
        raise StaleMove(choices.NOT_YOUR_TURN)
    position, is_late = _written_at(within, seated, script, at_step, own=False)
    company = company_in(within, seated.run_id)
    if company.person(seated.user_id).is_out:
        # Kept now, it would count as their pick once they come back to a scene that asks all.
        raise StaleMove(choices.STAND_IN_HAS_IT)
    deciders = company.deciders(play.seats_on_turn(script, position))
    if not is_late and seated.user_id in [each.user_id for each in deciders]:
        raise StaleMove("This one is yours to decide.")
    offered = play.offered(script, position)
    if choice_id is not None and choice_id not in offered:
        raise UnknownChoice(choice_id, scene_id=position.scene, offered=offered)
    if choice_id is None and not reason:
        raise Incomplete({"choice": "Pick a response, or write what you think."})
    kept = picks.picks_at(within, seated.run_id, at_step + 1).get(seated.user_id)
    # Sent again as it is kept, it is no later than it was.
    again = kept is not None and (kept.choice_id, kept.reason) == (choice_id, reason)
    if not (is_late and again):
        picks.keep(within, seated, at_step + 1, choice_id, reason, now)
    return is_late


def _written_at(
    within: Within, seated: Seated, script: Script, at_step: int, *, own: bool
) -> tuple[Position, bool]:
    """Return the decision that somebody wrote about, and whether it has been taken since; from here
    on whoever acts in the run waits for them.

    :param own: whether their own seat was to decide it
    :raise StaleMove: if they may not finish what they wrote there
    :raise NotYet: if the run has not come to the role-play
    """
    choices.hold(within, seated.run_id)
    path = runs.path_of(within, seated.run_id)
    is_late = at_step < len(path)
    if is_late and not last_words.may_finish(within, seated, script, path, at_step, own=own):
        raise StaleMove(DECIDED)
    if at_step > len(path):
        raise StaleMove(DECIDED)
    if not is_late:
        runs.require(seated, Stage.ROLE_PLAY)
    return play.replay(script, path[:at_step]), is_late


def keep_reason(
    within: Within,
    seated: Seated,
    script: Script,
    reason: str,
    *,
    at_step: int,
    seat: str,
    now: datetime,
) -> None:
    """Keep, for who decides and nobody else, why they decide while they write it.

    Their last words are kept too where the stand-in or the others have just decided it first
    (``services/last_words.py``).

    :param seat: whose page it was written on: at one screen, the other may have it by now
    :raise StaleMove: if they have decided it, or it is further back, or not theirs, or the stand-in
        has their seat
    :raise NotYet: if the run has not come to the role-play
    """
    position, is_late = _written_at(within, seated, script, at_step, own=True)
    if seat != seated.seat:
        raise StaleMove(OTHER_SEAT)
    if seated.is_pair and not is_late:
        company = company_in(within, seated.run_id)
        choices.refuse_others(company, seated, script, position)
    reasons.keep(within, seated, at_step + 1, reason, now)
