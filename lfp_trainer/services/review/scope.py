"""What is reviewed: one version of one scenario, as a cohort played it, perhaps of some only.

Everything else in this package asks through :class:`Scope`, and so through what people of the
cohort have agreed to show (``services/access/shown.py``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import access, library
from lfp_trainer.services.access.shown import Column
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.models import (
    Participant,
    Run,
    ScenarioVersion,
    Step,
    User,
    WorkPosition,
)

Query = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a scenario that people of the cohort have played and show."""

    id: int
    digest: str
    title: str
    published_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A scenario with something to review."""

    scenario_id: str
    title: str
    people: int
    """Different people, whichever version they played."""
    versions: tuple[Version, ...]
    """The one that most people played first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose answers are looked at, by whom."""

    viewer_id: int
    cohort_id: int
    cohort_key: str
    scenario_id: str
    version_id: int
    digest: str
    script: Script
    versions: tuple[Version, ...]
    """All that there are, this one too."""
    position: WorkPosition | None = None
    seat: str | None = None

    def steps(self, *columns: Column) -> Query:
        """Select columns of the steps that are shown, and their runs: the stand-in's too, unless
        only some people or seats are looked at."""
        return access.shown_steps(self.viewer_id, self.cohort_id, *columns).where(
            Step.scenario_version_id == self.version_id, *self._chosen()
        )

    def choices(self, *columns: Column) -> Query:
        """Select columns of the steps that people took."""
        return self.steps(*columns).where(sa.not_(Step.stand_in))

    def steps_to_count(self, *columns: Column) -> Query:
        """Select columns of the steps alone, without their runs; the stand-in's too."""
        return access.steps_to_count(self.viewer_id, self.cohort_id, *columns).where(
            Step.scenario_version_id == self.version_id, *self._chosen()
        )

    def plays(self, *columns: Column) -> Query:
        """Select columns of the runs that these steps are of."""
        has_some = sa.exists().where(Step.run_id == Run.id, *self._chosen())
        return access.shown_plays(self.viewer_id, self.cohort_id, *columns).where(
            Run.scenario_version_id == self.version_id, has_some
        )

    def answers(
        self,
        owner: InstrumentedAttribute[int],
        *columns: Column,
        only: sa.ColumnElement[bool] | None = None,
    ) -> Query:
        """Select columns of the answers that are shown, their runs and participants: one person's
        latest alone, where they answered in several runs.

        :param owner: the column of the table that says whose a row is
        :param only: which answers
        """
        seats = [Run.scenario_version_id == self.version_id]
        if self.seat is not None:
            seats.append(Participant.seat == self.seat)
        if self.position is not None:
            seats.append(self._of_position(Participant.user_id))
        return access.latest_answers(
            self.viewer_id, self.cohort_id, owner, *columns, seats=seats, only=only
        )

    def _chosen(self) -> list[sa.ColumnElement[bool]]:
        """Return what the steps that are looked at have in common."""
        found: list[sa.ColumnElement[bool]] = []
        if self.position is not None:
            found.append(self._of_position(Step.user_id))
        if self.seat is not None:
            # The seat they took, as of all they answer: who plays every seat chooses for each.
            took_it = sa.exists().where(
                Participant.run_id == Step.run_id,
                Participant.user_id == Step.user_id,
                Participant.seat == self.seat,
            )
            found.append(took_it)
        return found

    def _of_position(self, owner: InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
        return owner.in_(sa.select(User.id).where(User.position == self.position))


def scope_of(
    session: Session,
    cohort: Joined,
    scenario_id: str,
    *,
    viewer_id: int,
    position: WorkPosition | None = None,
    seat: str | None = None,
    version_id: int | None = None,
) -> Scope:
    """Return what is reviewed of a scenario: by default the version that most people played.

    :raise NotFound: if the cohort shows this person nothing of it, or it has no such seat
    """
    of_it = ScenarioVersion.scenario_id == scenario_id
    versions = _by_scenario(session, cohort.id, viewer_id, of_it).get(scenario_id, [])
    version = next((each for each in versions if version_id in (None, each.id)), None)
    if version is None:
        raise NotFound
    script = library.script_of(session, version.id, version.digest)
    if seat is not None and seat not in (BOTH, *script.scenario.seats):
        raise NotFound
    return Scope(
        viewer_id, cohort.id, cohort.key, scenario_id, version.id, version.digest, script,
        tuple(versions), position, seat,
    )  # fmt: skip


def reviewable(session: Session, cohort: Joined, viewer_id: int) -> list[Reviewable]:
    """Return the scenarios of which the cohort shows this person something, by title."""
    people = _count_people(session, cohort.id, viewer_id, ScenarioVersion.scenario_id)
    found = _by_scenario(session, cohort.id, viewer_id)
    listed = [
        Reviewable(id, versions[0].title, people[id], tuple(versions))
        for id, versions in found.items()
    ]
    return sorted(listed, key=lambda each: (each.title, each.scenario_id))


def _count_people(
    session: Session, cohort_id: int, viewer_id: int, of: InstrumentedAttribute[Any]
) -> dict[Any, int]:
    people = access.shown_people(
        viewer_id, cohort_id, of, sa.func.count(Participant.user_id.distinct())
    )
    version = ScenarioVersion.id == Run.scenario_version_id
    return dict(session.execute(people.join(ScenarioVersion, version).group_by(of)).all())


def _by_scenario(
    session: Session, cohort_id: int, viewer_id: int, *only: sa.ColumnElement[bool]
) -> dict[str, list[Version]]:
    counted = (
        access.shown_people(
            viewer_id, cohort_id, Run.scenario_version_id,
            sa.func.count(Participant.user_id.distinct()).label("people"),
        )
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .where(*only)
        .group_by(Run.scenario_version_id)
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        sa.select(
            ScenarioVersion.scenario_id,
            ScenarioVersion.id,
            ScenarioVersion.digest,
            ScenarioVersion.title,
            ScenarioVersion.published_at,
            counted.c.people,
        )
        .join(counted, counted.c.scenario_version_id == ScenarioVersion.id)
        .order_by(counted.c.people.desc(), ScenarioVersion.published_at.desc(), ScenarioVersion.id)
    )
    found: dict[str, list[Version]] = {}
    for row in rows:
        found.setdefault(row.scenario_id, []).append(Version(*row[1:]))
    return found
