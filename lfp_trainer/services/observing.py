"""What an observer marks while others play: practices seen, levels shown, a note for each response.

One mark to a step, step 0 for what came before the first. Nobody else reads them before the
debrief, which they open, and from then on they stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import choices, drafts, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import company_in
from lfp_trainer.storage.models import Mark, Participant, Stage, User, table
from lfp_trainer.storage.prepared import Within

ONLY_OBSERVERS = "Only who watches a run marks it. Here is where yours is."
TOLD = "The debrief is open, and your marks have been read. They stay as they are."
NOT_SAID = "That has not been said yet. Mark it once it has."

_marks, _parts, _user = table(Mark).c, table(Participant).c, table(User).c


@dataclass(frozen=True, slots=True)
class Marked:
    """What an observer saw in one response."""

    practices: tuple[str, ...] = ()
    levels: Mapping[str, int] | None = None
    """Strand → the level seen; a strand without one is left out."""
    note: str = ""

    @property
    def seen(self) -> Mapping[str, int]:
        return self.levels or {}

    @property
    def is_empty(self) -> bool:
        return not (self.practices or self.seen or self.note)


@dataclass(frozen=True, slots=True)
class Watched:
    """All marks of one observer."""

    name: str
    marks: Mapping[int, Marked]
    """Step → mark, in the order of the play."""


def save_mark(
    session: Session, seated: Seated, script: Script, number: int, marked: Marked, *, now: datetime
) -> None:
    """Keep what an observer saw at a step; an empty mark takes it back.

    :raise StaleMove: if they do not watch, the step has not been taken, or the debrief is open
    :raise NotYet: if the conversation is not open
    :raise Incomplete: if it names something that is not there
    """
    if not seated.is_observer:
        raise StaleMove(ONLY_OBSERVERS)
    # The debrief must not open on a mark that is being changed.
    choices.hold(session, seated.run_id)
    company = company_in(session, seated.run_id)
    # The other way round has no rating of the play: its debrief opens with its ending.
    opens = company.ending_id if seated.is_swap else company.told_at
    if opens is not None:
        raise StaleMove(TOLD)
    if not runs.has_reached(seated, Stage.ROLE_PLAY):
        runs.require(seated, Stage.ROLE_PLAY)
    if number > company.moves:
        raise StaleMove(NOT_SAID)
    _refuse_unknown(script, marked)
    key = {"run_id": seated.run_id, "user_id": seated.user_id, "number": number}
    if marked.is_empty:
        session.execute(sa.delete(Mark).filter_by(**key))
        return
    values = {
        "practices": list(marked.practices),
        "levels": dict(marked.seen),
        "note": marked.note,
    }
    drafts.keep(session, Mark, key, values, now)


def _refuse_unknown(script: Script, marked: Marked) -> None:
    known = script.vocabulary.practices
    if not all(code in known for code in marked.practices):
        raise Incomplete({"practices": "Choose the practices from the list."})
    rubric = script.rubric
    for strand, level in marked.seen.items():
        if strand not in rubric.strands or not 1 <= level <= rubric.highest(strand):
            raise Incomplete({"levels": "Choose a level from the list."})


def marks_of(within: Within, seated: Seated) -> dict[int, Marked]:
    """Return what this participant has marked: step → mark, in the order of the play."""
    found = _read(within, _marks.run_id == seated.run_id, _marks.user_id == seated.user_id)
    return dict(found[0].marks) if found else {}


def marks_told(within: Within, seated: Seated) -> list[Watched]:
    """Return what was marked in a run, for its debrief; nothing before that is open to them."""
    if seated.told_at is None or not runs.has_reached(seated, Stage.DEBRIEF):
        return []
    return _read(within, _marks.run_id == seated.run_id, _parts.seat == OBSERVER)


def _read(within: Within, *which: sa.ColumnElement[bool]) -> list[Watched]:
    rows = within.execute(
        sa.select(_user.name, _marks.number, _marks.practices, _marks.levels, _marks.note)
        .join_from(table(Mark), table(User), _user.id == _marks.user_id)
        .join(
            table(Participant),
            (_parts.run_id == _marks.run_id) & (_parts.user_id == _marks.user_id),
        )
        .where(*which)
        .order_by(_marks.user_id, _marks.number)
    )
    found: dict[str, dict[int, Marked]] = {}
    for name, number, practices, levels, note in rows:
        found.setdefault(name, {})[number] = Marked(tuple(practices), levels, note)
    return [Watched(name, marks) for name, marks in found.items()]
