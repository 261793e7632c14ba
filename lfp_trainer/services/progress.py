"""Where the people of a cohort stand in what they were set, for those who facilitate it.

Only who shows a run is anywhere in it: who plays for themselves looks exactly like who has not
begun. It says where somebody stands and never what they answered, how a play ended or how fast
anybody is.

Of a run that several play, and not all of them show, it says nothing: it would tell of the others.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.services import access, assigned, assignments, cohorts
from lfp_trainer.services.access.shown import ROUNDS
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.storage.models import (
    Diagnosis,
    Pair,
    Participant,
    Rating,
    Required,
    Round,
    Run,
    ScenarioVersion,
    Stage,
    Step,
)

QUIET = timedelta(minutes=10)
"""Without an act for so long, in a run that is open, somebody has gone quiet."""
_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a cohort is followed in: an assignment, or a scenario shared without one."""

    scenario_id: str
    assigned: Assigned | None = None

    @property
    def key(self) -> str:
        return self.assigned.key if self.assigned else self.scenario_id


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one member stands, as far as they show it."""

    member: Member
    stage: Stage | None = None
    """None where they have not begun, or show nothing."""
    decisions: int | None = None
    """Taken so far, in a conversation that is shown and goes on."""
    waits: bool = False
    """For those they play with."""
    is_quiet: bool = False
    missing: tuple[str, ...] = ()
    """What the assignment asks for besides, after everything else: parts, in their order."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where all members of a cohort stand, by name."""

    people: tuple[Standing, ...]

    @property
    def counts(self) -> Mapping[Stage | None, int]:
        """How many stand at each stage, in order; first who has not begun."""
        found = Counter(each.stage for each in self.people)
        return {stage: found[stage] for stage in (None, *Stage)}

    @property
    def finished(self) -> int:
        return self.counts[Stage.DONE]

    @property
    def under_way(self) -> int:
        return len(self.people) - self.finished - self.counts[None]

    @property
    def waiting(self) -> int:
        return sum(each.waits for each in self.people)

    @property
    def quiet(self) -> int:
        return sum(each.is_quiet for each in self.people)


def followed_in(session: Session, cohort: Joined, *, viewer_id: int) -> list[Followed]:
    """Return in what a cohort can be followed: what is set, the latest first, then the rest."""
    found = [
        Followed(each.scenario_id, each)
        for each in assignments.assignments_of(session, cohort, viewer_id=viewer_id)
    ]
    shared = session.scalars(
        access.shown_seats(viewer_id, cohort.id, ScenarioVersion.scenario_id)
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .where(Run.assignment_id.is_(None))
        .distinct()
        .order_by(ScenarioVersion.scenario_id)
    )
    return [*found, *map(Followed, shared)]


def look(
    session: Session, cohort: Joined, followed: Followed, *, viewer_id: int, now: datetime
) -> Progress:
    """Return where everybody stands who is in a cohort to learn."""
    played = _played(session, cohort, followed, viewer_id, now)
    members = cohorts.members_of(session, cohort, viewer_id=viewer_id)
    return Progress(
        tuple(
            Standing(each, *played.get(each.user_id, ()))
            for each in members
            if not each.facilitates
        )
    )


def _played(
    session: Session, cohort: Joined, followed: Followed, viewer_id: int, now: datetime
) -> dict[int, tuple[Any, ...]]:
    """Return what a standing says of those who show a run: of several, the one furthest on."""
    seats = session.execute(_of(followed, _seats(viewer_id, cohort.id))).all()
    steps = access.shown_steps(
        viewer_id, cohort.id, Step.run_id,
        sa.func.count(Step.user_id).label("decisions"), sa.func.max(Step.chosen_at).label("last"),
    ).group_by(Step.run_id)  # fmt: skip
    shown = {row.run_id: row for row in session.execute(_of(followed, steps))}
    found: dict[int, tuple[Any, ...]] = {}
    at = {row.id: _at(row, followed) for row in seats}
    for row in sorted(seats, key=lambda row: (_ORDER.index(at[row.id][0]), row.changed_at)):
        stage, missing = at[row.id]
        conversation = shown.get(row.run_id)
        waits = _waits(row)
        goes_on = row.stage is Stage.ROLE_PLAY
        found[row.user_id] = (
            stage,
            conversation.decisions if goes_on and conversation else None,
            waits,
            not waits and _is_quiet(row, conversation, now),
            missing,
        )
    return found


def _at(row: sa.Row[*tuple[Any, ...]], followed: Followed) -> tuple[Stage, tuple[str, ...]]:
    """Return at which stage somebody is, and what is missing where only that is: then they have
    not finished.
    """
    if row.stage is not Stage.DONE or followed.assigned is None:
        return row.stage, ()
    done = {
        Required.DIAGNOSIS: row.has_diagnosed,
        Required.RATINGS: row.has_rated,
        assigned.CONVERSATION: row.ending_id,
        Required.AFTERWARDS: row.has_rated_again,
    }
    missing = assigned.missing(
        followed.assigned.required, [part for part, is_done in done.items() if is_done]
    )
    return (Stage.NEXT_STEP if missing else Stage.DONE), missing


def _of(followed: Followed, shown: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    if followed.assigned:
        return shown.where(Run.assignment_id == followed.assigned.id)
    its = sa.select(ScenarioVersion.id).where(ScenarioVersion.scenario_id == followed.scenario_id)
    return shown.where(Run.assignment_id.is_(None), Run.scenario_version_id.in_(its))


def _seats(viewer_id: int, cohort_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select where those stand who show a run, and when they were last at it: times only."""
    return access.shown_seats(
        viewer_id, cohort_id, Participant.id, Participant.user_id, Participant.run_id,
        Participant.stage,
        Participant.changed_at, Participant.ready_at, Participant.rated_play_at, Run.ending_id,
        Pair.run_id.label("pair"), Pair.begun_at, Pair.opened_at, Pair.told_at,
        _last_saved(Diagnosis.user_id, Diagnosis.saved_at).label("diagnosed_at"),
        _last_saved(Rating.rater_id, Rating.saved_at, Rating.round.in_(ROUNDS)).label("rated_at"),
        _committed(Diagnosis.user_id).label("has_diagnosed"),
        _committed(Rating.rater_id, Rating.round == Round.BEFORE).label("has_rated"),
        _committed(Rating.rater_id, Rating.round == Round.AFTER).label("has_rated_again"),
    ).outerjoin(Pair, Pair.run_id == Run.id)  # fmt: skip


def _committed(
    owner: InstrumentedAttribute[int], *only: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    answers = owner.class_
    return (
        sa.exists()
        .where(answers.run_id == Participant.run_id, owner == Participant.user_id)
        .where(answers.committed_at.is_not(None), *only)
        .correlate(Participant)
    )


def _last_saved(
    owner: InstrumentedAttribute[int],
    saved_at: InstrumentedAttribute[datetime],
    *only: sa.ColumnElement[bool],
) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.max(saved_at))
        .where(owner.class_.run_id == Participant.run_id, owner == Participant.user_id, *only)
        .correlate(Participant)
        .scalar_subquery()
    )


def _waits(row: sa.Row[*tuple[Any, ...]]) -> bool:
    """Tell whether somebody has done their part, and goes on only with those they play with."""
    if row.pair is None or row.stage is Stage.DONE:
        return False
    if row.begun_at is None:
        return row.ready_at is not None
    if row.opened_at is None:
        return row.stage is Stage.ROLE_PLAY
    return bool(row.ending_id and row.told_at is None and row.rated_play_at is not None)


def _is_quiet(
    row: sa.Row[*tuple[Any, ...]], conversation: sa.Row[*tuple[Any, ...]] | None, now: datetime
) -> bool:
    if row.stage is Stage.DONE:
        return False
    acts: list[datetime | None] = [row.changed_at, row.diagnosed_at, row.rated_at]
    if conversation is not None:
        acts.append(conversation.last)
    return now - max(each for each in acts if each) >= QUIET
