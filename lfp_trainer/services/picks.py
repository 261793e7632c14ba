"""What people would choose at a decision that is not theirs alone to take.

Where a scene asks all seats, each person in them picks, unseen; once all have, the picks are shown.
The same pick is the choice; different ones are talked about, and each may pick again until they
agree. Where another seat decides, a pick is a private note, kept for the debrief.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import choices, reasons, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company
from lfp_trainer.storage.models import Pick, Stage, Step, table
from lfp_trainer.storage.prepared import Prepared, Within

_picks, _steps = table(Pick), table(Step)
# Compiled once: every page of a conversation asks, and several times.
_AT = Prepared(
    sa.select(
        _picks.c.user_id, _picks.c.first_choice_id, _picks.c.choice_id, _picks.c.reason
    ).where(
        _picks.c.run_id == sa.bindparam("run"),
        _picks.c.number == sa.bindparam("number"),
        reasons.IS_PICK,
    )
)


@dataclass(frozen=True, slots=True)
class Picked:
    """What somebody would choose."""

    first_choice_id: str | None
    choice_id: str | None
    reason: str
    is_late: bool = False
    """Whether any of it was written after the decision was taken; told in the debrief."""


def take_agreed(
    within: Within, company: Company, seated: Seated, script: Script, *, now: datetime
) -> bool:
    """Take the response that all who decide have picked, and tell whether there was one."""
    path = runs.path_of(within, company.run_id)
    position = play.replay(script, path)
    deciders = company.deciders(play.seats_on_turn(script, position))
    if company.ending_id is not None or not deciders:
        return False
    picked = picks_at(within, company.run_id, len(path) + 1)
    # A private note of somebody who has since become the only one to decide is no choice.
    if len(play.seats_on_turn(script, position)) < 2:
        return False
    taken = {
        picked[each.user_id].choice_id if each.user_id in picked else None for each in deciders
    }
    if len(taken) != 1 or None in taken:
        return False
    (choice_id,) = taken
    assert choice_id is not None
    # Who acts now has completed it, unless somebody has left and the others agree without them.
    last = next((each for each in deciders if each.user_id == seated.user_id), deciders[-1])
    step = choices.step_of_all(
        script, seated, position, choice_id, by=last, reason=picked[last.user_id].reason
    )
    choices.play_on(
        within, seated, script, play.choose(script, position, choice_id), company.held, [step],
        seen=len(path), now=now,
    )  # fmt: skip
    return True


def picks_at(within: Within, run_id: int, number: int) -> dict[int, Picked]:
    """Return what everybody would choose at a step: person → pick. Not for showing as it is."""
    rows = _AT.rows(within, run=run_id, number=number)
    return {user_id: Picked(*picked) for user_id, *picked in rows}


def shown_picks(
    within: Within, company: Company, seated: Seated, script: Script, position: Position
) -> dict[int, Picked]:
    """Return the picks at the open decision that this participant may see: person → pick.

    Their own; those of the others only where all who decide have picked, and for an observer then
    too. Who has not come to the conversation sees none.
    """
    on_turn = play.seats_on_turn(script, position)
    picked = picks_at(within, seated.run_id, len(position.path) + 1)
    return shown_of(picked, company, seated, on_turn)


def shown_of(
    picked: Mapping[int, Picked], company: Company, seated: Seated, on_turn: Collection[str]
) -> dict[int, Picked]:
    """Return those of all picks at the open decision that this participant may see.

    :param on_turn: the seats that decide
    """
    if not runs.has_reached(seated, Stage.ROLE_PLAY):
        return {}
    deciders = {each.user_id for each in company.deciders(on_turn)}
    together = len(deciders) > 1 and all(
        each in picked and picked[each].choice_id is not None for each in deciders
    )
    return {
        user_id: each
        for user_id, each in picked.items()
        if user_id == seated.user_id or (together and user_id in deciders)
    }


def told_picks(
    within: Within, seated: Seated, *, of: Collection[int]
) -> dict[int, dict[int, Picked]]:
    """Return every pick of a play, for its debrief: step number → person → pick.

    :param of: whose; of others, nothing before the debrief is open to this participant
    """
    may = runs.has_reached(seated, Stage.DEBRIEF)
    rows = within.execute(
        sa.select(
            _picks.c.number, _picks.c.user_id, _picks.c.first_choice_id, _picks.c.choice_id,
            _picks.c.reason, _picks.c.picked_at, _steps.c.chosen_at,
        )
        .outerjoin(
            _steps, (_steps.c.run_id == _picks.c.run_id) & (_steps.c.number == _picks.c.number)
        )
        .where(_picks.c.run_id == seated.run_id, _picks.c.user_id.in_(of), reasons.IS_PICK)
    )  # fmt: skip
    found: dict[int, dict[int, Picked]] = {}
    for row in rows:
        if may or row.user_id == seated.user_id:
            is_late = row.chosen_at is not None and row.picked_at > row.chosen_at
            found.setdefault(row.number, {})[row.user_id] = Picked(
                row.first_choice_id, row.choice_id, row.reason, is_late
            )
    return found


def keep(
    within: Within,
    seated: Seated,
    number: int,
    choice_id: str | None,
    reason: str,
    now: datetime,
) -> None:
    """Store what somebody would choose at a step; whether they may is the caller's to decide."""
    mine = (
        _picks.c.run_id == seated.run_id,
        _picks.c.user_id == seated.user_id,
        _picks.c.number == number,
    )
    values = {"choice_id": choice_id, "reason": reason, "picked_at": now, "draft": None}
    first = sa.func.coalesce(_picks.c.first_choice_id, choice_id)
    changed = within.execute(
        sa.update(_picks)
        .where(*mine)
        .values(**values, first_choice_id=first)
        .returning(_picks.c.id)
    ).first()
    if changed is None:
        within.execute(
            sa.insert(_picks).values(
                run_id=seated.run_id,
                user_id=seated.user_id,
                number=number,
                first_choice_id=choice_id,
                **values,
            )
        )
