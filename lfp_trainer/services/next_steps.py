"""What a participant leaves with: where things stand, a goal, and one sentence with a date."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete
from lfp_trainer.services import drafts, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import NextStep, Stage

LATEST = timedelta(days=3 * 366)
"""A day further off is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A next step as written."""

    current_state: str = ""
    goal: str = ""
    steps: str = ""
    sentence: str = ""
    due_on: date | None = None


_PLAN: sa.Select[*tuple[Any, ...]] = sa.select(
    NextStep.current_state, NextStep.goal, NextStep.steps, NextStep.sentence, NextStep.due_on
)


def plan_of(session: Session, seated: Seated) -> Plan:
    """Return what this participant has written so far; empty when nothing."""
    row = session.execute(
        _PLAN.where(NextStep.run_id == seated.run_id, NextStep.user_id == seated.user_id)
    ).first()
    return Plan() if row is None else Plan(*row)


def plans_of(session: Session, user_id: int) -> dict[int, Plan]:
    """Return every plan of a person: run id → plan."""
    rows = session.execute(_PLAN.add_columns(NextStep.run_id).where(NextStep.user_id == user_id))
    return {run_id: Plan(*plan) for *plan, run_id in rows}


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
    plan = plan_of(session, seated)
    # It may still be yesterday where the person is.
    today = (now - timedelta(hours=12)).date()
    missing: dict[str, str] = {}
    if not plan.sentence:
        missing["sentence"] = "Write the one sentence you are walking out with."
    if plan.due_on is None:
        missing["due_on"] = "Choose a day."
    elif plan.due_on < today:
        missing["due_on"] = "Choose a day that is still to come."
    elif plan.due_on > today + LATEST:
        missing["due_on"] = "Choose a day within the next three years."
    if missing:
        raise Incomplete(missing)
    runs.move_on(session, seated, Stage.NEXT_STEP, now=now)
