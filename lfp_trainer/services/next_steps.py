"""What a participant leaves with: where things stand, a goal, and one sentence with a date.

The sentence returns: whoever comes back is asked what became of it, until they say that it is done
or that they changed their mind. Only the latest one asks; those before it wait in a list.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound, NotYet, StaleMove
from lfp_trainer.services import access, choices, drafts, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import NextStep, Outcome, Run, Stage, Telling

LATEST = timedelta(days=3 * 366)
"""A day further off is a slip of the finger."""
ASIDE = timedelta(hours=12)
"""How long a sentence or an answer stands before it is asked after: we know nobody's midnight,
and ask nobody twice in a day."""
SAID_SINCE = (
    "You have said something else of it since, in another window. That stands; you can still"
    " change it."
)
PAGE = 25
"""Next steps to one page of the list."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A next step as written."""

    current_state: str = ""
    goal: str = ""
    steps: str = ""
    sentence: str = ""
    due_on: date | None = None
    told: Telling = Telling.NOBODY
    """Whom the sentence is told, where the run is shared (``services/walking_out.py``)."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A next step that somebody walked out with, when they come back to it."""

    key: str
    """Of its run."""
    title: str
    """Of the scenario."""
    written_at: datetime
    plan: Plan
    answer: Outcome | None
    answered_at: datetime | None
    is_open: bool
    """False once it is done, or the person changed their mind."""

    def is_past(self, now: datetime) -> bool:
        """Tell whether its day is over, wherever the person may be."""
        return self.plan.due_on is not None and self.plan.due_on < today(now)

    def was_written_lately(self, now: datetime) -> bool:
        """Tell whether the person has only just walked out with it."""
        return now - self.written_at < ASIDE

    def was_answered_lately(self, now: datetime) -> bool:
        """Tell whether the person has just said what became of it, and need not be asked."""
        return self.answered_at is not None and now - self.answered_at < ASIDE


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a person's next steps, the latest first."""

    rows: tuple[Returned, ...]
    number: int
    """Of this page, counted from 1."""
    has_older: bool


def today(now: datetime) -> date:
    """Return the day that is not over anywhere yet: it may still be yesterday there."""
    return (now - timedelta(hours=12)).date()


_PLAN: sa.Select[*tuple[Any, ...]] = sa.select(
    NextStep.current_state, NextStep.goal, NextStep.steps, NextStep.sentence, NextStep.due_on,
    NextStep.told,
)  # fmt: skip


def plan_of(session: Session, seated: Seated) -> Plan:
    """Return what this participant has written so far; empty when nothing."""
    row = session.execute(
        _PLAN.where(NextStep.run_id == seated.run_id, NextStep.user_id == seated.user_id)
    ).first()
    return Plan() if row is None else Plan(*row)


def save_plan(session: Session, seated: Seated, plan: Plan, *, now: datetime) -> None:
    """Keep a plan as a draft.

    :raise NotYet: if the run has not come to its next step
    :raise StaleMove: if it is closed
    """
    runs.require(seated, Stage.NEXT_STEP)
    drafts.keep(
        session,
        NextStep,
        {"run_id": seated.run_id, "user_id": seated.user_id},
        asdict(plan),
        now,
    )


def finish_plan(session: Session, seated: Seated, *, now: datetime) -> None:
    """Close the run with the plan kept so far.

    :raise Incomplete: if the sentence or its date is missing, or the date is past or far off
    :raise StaleMove: if it is closed already
    """
    runs.require(seated, Stage.NEXT_STEP)
    if seated.is_pair:
        choices.hold(session, seated.run_id)
    plan = plan_of(session, seated)
    first = today(now)
    missing: dict[str, str] = {}
    if not plan.sentence:
        missing["sentence"] = "Write the one sentence you are walking out with."
    if plan.due_on is None:
        missing["due_on"] = "Choose a day."
    elif plan.due_on < first:
        missing["due_on"] = "Choose a day that is still to come."
    elif plan.due_on > first + LATEST:
        missing["due_on"] = "Choose a day within the next three years."
    if missing:
        raise Incomplete(missing)
    runs.move_on(session, seated, Stage.NEXT_STEP, now=now)


def latest(session: Session, viewer_id: int) -> tuple[Returned, int] | None:
    """Return the next step of the latest finished run and how many older ones are open."""
    mine = access.next_steps_of(viewer_id)
    count = sa.func.count().filter(mine.selected_columns.is_open).over()
    row = session.execute(mine.add_columns(count).limit(1)).first()
    if row is None:
        return None
    *told, open_count = row
    step = _returned(told)
    return step, open_count - step.is_open


def page_of(session: Session, viewer_id: int, number: int) -> Page:
    """Return one page of a person's next steps; the first where there is no such page."""
    number = max(1, min(number, 10_000))
    wanted = access.next_steps_of(viewer_id).limit(PAGE + 1).offset((number - 1) * PAGE)
    rows = [_returned(row) for row in session.execute(wanted)]
    if not rows and number > 1:
        return page_of(session, viewer_id, 1)
    return Page(tuple(rows[:PAGE]), number, has_older=len(rows) > PAGE)


def open_steps(session: Session, viewer_id: int) -> list[Returned]:
    """Return every next step that a person has not closed."""
    mine = access.next_steps_of(viewer_id)
    return [_returned(row) for row in session.execute(mine.where(mine.selected_columns.is_open))]


def find(session: Session, key: str, *, viewer_id: int) -> Returned:
    """Find the next step of a run.

    :raise NotFound: if there is none, or it is not this person's, or not finished
    """
    of_run = access.next_steps_of(viewer_id).where(Run.key == key)
    row = session.execute(of_run).first()
    if row is None:
        raise NotFound
    return _returned(row)


def answer_of(session: Session, seated: Seated) -> tuple[Outcome, datetime] | None:
    """Return what this participant says became of their next step, and when they said so."""
    row = session.execute(
        sa.select(NextStep.answer, NextStep.answered_at).where(
            NextStep.run_id == seated.run_id,
            NextStep.user_id == seated.user_id,
            NextStep.answer.is_not(None),
        )
    ).first()
    return None if row is None else (row.answer, row.answered_at)


def say(
    session: Session,
    seated: Seated,
    outcome: Outcome,
    *,
    now: datetime,
    instead_of: Collection[Outcome | None] = (None, *Outcome),
) -> None:
    """Keep what became of a next step. It may be said again, and differently: the last word counts.

    :param instead_of: what may have been said so far; the same again is always right
    :raise NotYet: if the next step is not written yet
    :raise StaleMove: if something else has been said
    :raise NotFound: if the run has none
    """
    if not runs.has_reached(seated, Stage.DONE):
        raise NotYet("the next step")
    mine = NextStep.run_id == seated.run_id, NextStep.user_id == seated.user_id
    replaced: sa.ColumnElement[bool] = NextStep.answer.in_({outcome, *instead_of} - {None})
    if None in instead_of:
        replaced |= NextStep.answer.is_(None)
    said = session.scalar(
        sa.update(NextStep)
        .where(*mine, replaced)
        .values(answer=outcome, answered_at=now)
        .returning(NextStep.id)
    )
    if said is None:
        written = session.scalar(sa.select(NextStep.id).where(*mine))
        raise NotFound if written is None else StaleMove(SAID_SINCE)


def _returned(row: Any) -> Returned:
    key, title, written_at, *plan, answer, answered_at, is_open = row
    return Returned(key, title, written_at, Plan(*plan), answer, answered_at, is_open)
