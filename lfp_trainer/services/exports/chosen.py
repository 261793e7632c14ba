"""What one export is of: the runs and people that its facilitator is shown when it begins.

The list is drawn up once, so that all sheets tell of the same; each row is asked for once more when
it is read, and is left out if it is not shown any more. Numbers of people and runs are drawn anew
for each export and say nothing of who came first, so that two files cannot be laid side by side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.services.access import shown
from lfp_trainer.storage.models import (
    Assignment,
    Diagnosis,
    Participant,
    Rating,
    Run,
    ScenarioVersion,
    Step,
    User,
)

AT_ONCE = 100
"""Runs to one look into the database, which is over before any of it is written down."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose view of which cohort is exported, and how."""

    viewer_id: int
    cohort_id: int
    cohort_name: str
    with_names: bool
    scenario_id: str | None
    assignment_key: str | None
    begun_at: datetime

    def of_it(self) -> list[sa.ColumnElement[bool]]:
        """Return what is true of the runs that belong to it, in a query that knows ``Run``."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.scenario_id is not None:
            versions = sa.select(ScenarioVersion.id).where(
                ScenarioVersion.scenario_id == self.scenario_id
            )
            conditions.append(Run.scenario_version_id.in_(versions))
        if self.assignment_key is not None:
            assignments = sa.select(Assignment.id).where(Assignment.key == self.assignment_key)
            conditions.append(Run.assignment_id.in_(assignments))
        return conditions

    def steps(self, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
        """Select columns of the steps shown, up to when the export began."""
        return shown.shown_steps(self.viewer_id, self.cohort_id, *columns).where(
            *self.of_it(), Step.chosen_at <= self.begun_at
        )

    def answers(
        self, owner: InstrumentedAttribute[int], *columns: Any
    ) -> sa.Select[*tuple[Any, ...]]:
        """Select columns of the answers shown, up to when the export began."""
        return shown.shown_answers(self.viewer_id, self.cohort_id, owner, *columns).where(
            *self.of_it(), owner.class_.committed_at <= self.begun_at
        )

    def seats(self, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
        return shown.shown_seats(self.viewer_id, self.cohort_id, *columns).where(*self.of_it())


@dataclass(frozen=True, slots=True)
class Chosen:
    """The runs and people of one export, numbered."""

    seats: Sequence[Any]
    """Of whom and which run, as the query found them."""
    runs: dict[int, str]
    """Run → its number in this file, in that order."""
    people: dict[int, str]
    names: dict[int, str]
    """Person → name; empty without names."""
    conversations: dict[int, int]
    """Run whose conversation is shown → how many steps it has."""
    counts: dict[str, int]
    """Sheet → how many rows."""

    def in_parts(self) -> Iterator[list[int]]:
        """Return the runs, some at a time."""
        runs = [*self.runs]
        for start in range(0, len(runs), AT_ONCE):
            yield runs[start : start + AT_ONCE]


def choose(session: Session, wanted: Wanted) -> Chosen:
    """Draw up what one export is of."""
    seats = session.execute(
        wanted.seats(
            Participant.run_id, Participant.user_id, User.name, User.position, Participant.seat,
            Participant.stage, Participant.shared_at,
        ).join(User, User.id == Participant.user_id)
    ).all()  # fmt: skip
    conversations: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(wanted.steps(Step.run_id, sa.func.count()).group_by(Step.run_id))
    }
    dice = SystemRandom()
    runs = _numbered("R", {each.run_id for each in seats}, dice)
    people = _numbered("P", {each.user_id for each in seats}, dice)
    conversations = {run: count for run, count in conversations.items() if run in runs}
    return Chosen(
        seats=sorted(seats, key=lambda each: (people[each.user_id], runs[each.run_id])),
        runs=runs,
        people=people,
        names={each.user_id: each.name for each in seats} if wanted.with_names else {},
        conversations=conversations,
        counts={
            "people": len(seats),
            "runs": len(runs),
            "steps": sum(conversations.values()),
            "diagnoses": _count(session, wanted, Diagnosis.user_id),
            "ratings": _count(session, wanted, Rating.rater_id),
        },
    )


def _count(session: Session, wanted: Wanted, owner: InstrumentedAttribute[int]) -> int:
    return session.scalar(wanted.answers(owner, sa.func.count())) or 0


def _numbered(letter: str, ids: set[int], dice: SystemRandom) -> dict[int, str]:
    """Number ids in an order that is drawn, with as many digits as the last of them needs."""
    drawn = dice.sample(sorted(ids), len(ids))
    digits = max(2, len(f"{len(ids)}"))
    return {id: f"{letter}{place:0{digits}}" for place, id in enumerate(drawn, start=1)}


def scenarios_shown(session: Session, viewer_id: int, cohort_id: int) -> dict[str, str]:
    """Return the scenarios of which somebody shares something with this person: id → title."""
    rows = session.execute(
        shown.shown_seats(
            viewer_id, cohort_id, ScenarioVersion.scenario_id, sa.func.max(ScenarioVersion.title)
        )
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .group_by(ScenarioVersion.scenario_id)
    )
    return dict(sorted((tuple(row) for row in rows), key=lambda each: each[1].lower()))
