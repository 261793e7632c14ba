"""A decision that is ranked: the first of the order is the choice, and the whole order is kept."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from lfp_trainer.engine import play, ranking
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import choices, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.choices import Recorded
from lfp_trainer.storage.models import Ranking, Run, Stage, table
from lfp_trainer.storage.prepared import Within

Order = tuple[str, ...]
"""Every response that was on offer, best first, as its choice id."""

_rankings, _run = table(Ranking), table(Run)


def rank_responses(
    within: Within,
    seated: Seated,
    script: Script,
    places: Mapping[str, int],
    *,
    reason: str,
    at_step: int,
    now: datetime,
) -> Recorded:
    """Take the first of an order as the choice, let the stand-in answer, and keep the order.

    An order sent twice is taken once: the second time returns the run as it is.

    :param places: the place given to each response on offer, from 1 for the best
    :param at_step: how many steps the page had that the order was made on
    :raise StaleMove: if the run has moved on otherwise since then
    :raise Incomplete: if a response has no place of its own, or no reason is given
    :raise NotYet: if the run has not come to the role-play
    """
    # Who waits here finds what the other has stored. A choice of the same response by another page
    # would otherwise pass for the step of this order.
    within.execute(sa.select(_run.c.id).where(_run.c.id == seated.run_id).with_for_update())
    path = runs.path_of(within, seated.run_id)
    if at_step != len(path):
        return _already(within, seated, script, path, places, at_step)
    runs.require(seated, Stage.ROLE_PLAY)
    offered = play.offered(script, play.replay(script, path))
    order = _complete(offered, places, reason)
    recorded = choices.record_choice(
        within, seated, script, order[0], at_step=at_step, reason=reason, now=now
    )
    within.execute(
        sa.insert(_rankings).values(
            run_id=seated.run_id,
            user_id=seated.user_id,
            number=at_step + 1,
            ranked=list(order),
            ranked_at=now,
        )
    )
    return recorded


def rankings_of(within: Within, run_id: int, user_id: int) -> dict[int, Order]:
    """Return every order somebody made in a run: step number → order."""
    rows = within.execute(
        sa.select(_rankings.c.number, _rankings.c.ranked).where(
            _rankings.c.run_id == run_id, _rankings.c.user_id == user_id
        )
    )
    return {row.number: tuple(row.ranked) for row in rows}


def _complete(offered: Order, places: Mapping[str, int], reason: str) -> Order:
    """Return the order of the places given, told of all that is missing at once."""
    missing = {} if reason else {"reason": "Say in a few words why you rank them this way."}
    try:
        order = ranking.order_of(offered, places)
    except Incomplete as unordered:
        raise Incomplete(unordered.fields | missing) from unordered
    if missing:
        raise Incomplete(missing)
    return order


def _already(
    within: Within,
    seated: Seated,
    script: Script,
    path: tuple[str, ...],
    places: Mapping[str, int],
    at_step: int,
) -> Recorded:
    """Return the run when it has this order at this step: a form sent twice is no conflict.

    :raise StaleMove: if it has another, or a choice alone
    """
    kept = rankings_of(within, seated.run_id, seated.user_id).get(at_step + 1)
    if kept is None or places != {id: place for place, id in enumerate(kept, start=1)}:
        raise StaleMove
    notes = runs.notes_of(within, seated.run_id, since=at_step)
    return Recorded(play.replay(script, path), notes)
