"""Runs that people of a cohort show to who facilitates it: a list of them, and one of them.

Everything comes through ``access/shown.py``. What is not shown leaves no trace: a conversation that
one of two keeps private looks like one that has not begun, and nobody is told who kept it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import debrief, rubric
from lfp_trainer.engine.debrief import Decision
from lfp_trainer.engine.diagnosis import Answer, DiagnosisFeedback, compare_diagnosis
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import access, library, ratings, threads
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.ratings import Card, Compared, Kept
from lfp_trainer.storage.models import (
    Diagnosis,
    Participant,
    Rating,
    Round,
    Run,
    ScenarioVersion,
    Step,
    User,
    WorkPosition,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A run that somebody shows, in the list of them."""

    run_key: str
    user_id: int
    name: str
    position: WorkPosition | None
    title: str
    shared_at: datetime
    has_answers: bool
    """Whether they answered whoever looks, who has not marked it as read."""


@dataclass(frozen=True, slots=True)
class Shows:
    """What one person shows of a run."""

    user_id: int
    name: str
    position: WorkPosition | None
    seat: str
    answer: Answer | None = None
    """Their diagnosis; None while none is committed."""
    feedback: DiagnosisFeedback | None = None
    before: tuple[Compared, ...] = ()
    after: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """One response of a conversation that is shown."""

    decision: Decision
    user_id: int | None
    """Who chose; None for the stand-in."""
    name: str
    seat: str
    reason: str

    @property
    def number(self) -> int:
        return self.decision.moment.number or 0


@dataclass(frozen=True, slots=True)
class ShownRun:
    """One run, as far as it is shown to somebody who facilitates a cohort."""

    run_id: int
    key: str
    title: str
    script: Script = field(repr=False)
    people: tuple[Shows, ...]
    conversation: tuple[Response, ...]
    """Empty where none is shown, or none has begun: nobody can tell which."""


_WHO = (
    Run.id, Run.key, Participant.user_id, User.name, User.position, Participant.seat,
    Participant.shared_at, ScenarioVersion.id.label("version_id"), ScenarioVersion.digest,
    ScenarioVersion.title,
)  # fmt: skip


def _shared(viewer_id: int, cohort: Joined) -> sa.Select[Any]:
    return (
        access.shown_seats(viewer_id, cohort.id, *_WHO)
        .join(User, User.id == Participant.user_id)
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        # Who plays a run sees of it what they come to see there.
        .where(sa.not_(_is_in(viewer_id)))
    )


def _is_in(viewer_id: int) -> sa.ColumnElement[bool]:
    own = sa.select(Participant.run_id).where(Participant.user_id == viewer_id)
    return Run.id.in_(own.correlate(None).scalar_subquery())


def runs_of(session: Session, cohort: Joined, *, viewer_id: int) -> list[Listed]:
    """Return the runs that people of a cohort show to who facilitates it, by name, then the latest.

    A run that several people show stands there once for each of them.
    """
    answered = threads.runs_with_answers(session, cohort, viewer_id=viewer_id)
    rows = session.execute(
        _shared(viewer_id, cohort).order_by(
            sa.func.lower(User.name), User.id, Participant.shared_at.desc(), Run.id.desc()
        )
    )
    return [
        Listed(
            row.key, row.user_id, row.name, row.position, row.title, row.shared_at,
            (row.id, row.user_id) in answered,
        )
        for row in rows
    ]  # fmt: skip


def find(session: Session, cohort: Joined, key: str, *, viewer_id: int) -> ShownRun:
    """Find a run of which somebody in a cohort shows something to who facilitates it.

    :raise NotFound: if there is none
    """
    rows = session.execute(
        _shared(viewer_id, cohort).where(Run.key == key).order_by(Participant.id)
    ).all()
    if not rows:
        raise NotFound
    run = rows[0]
    script = library.script_of(session, run.version_id, run.digest)
    diagnoses = _diagnoses(session, cohort, run.id, viewer_id)
    rated = _ratings(session, cohort, run.id, viewer_id)
    people = tuple(_shows(script, row, diagnoses, rated) for row in rows)
    return ShownRun(
        run_id=run.id, key=run.key, title=script.scenario.title, script=script, people=people,
        conversation=_conversation(session, cohort, run.id, script, people, viewer_id),
    )  # fmt: skip


Rated = dict[tuple[int, Round], dict[Card, Kept]]


def _shows(script: Script, row: Any, diagnoses: dict[int, Answer], rated: Rated) -> Shows:
    answer = diagnoses.get(row.user_id)
    before, after = (
        tuple(ratings.compare_ratings(script, rated.get((row.user_id, round), {})))
        for round in (Round.BEFORE, Round.AFTER)
    )
    return Shows(
        row.user_id, row.name, row.position, row.seat,
        answer=answer,
        feedback=None if answer is None else compare_diagnosis(script.scenario, answer),
        before=before, after=after,
    )  # fmt: skip


def _diagnoses(session: Session, cohort: Joined, run_id: int, viewer_id: int) -> dict[int, Answer]:
    rows = session.execute(
        access.shown_answers(
            viewer_id, cohort.id, Diagnosis.user_id,
            Diagnosis.user_id, Diagnosis.systems, Diagnosis.failed_tests, Diagnosis.who,
            Diagnosis.what, Diagnosis.reason,
        ).where(Run.id == run_id)
    )  # fmt: skip
    return {
        row.user_id: Answer(
            tuple(row.systems), tuple(row.failed_tests), tuple(row.who), tuple(row.what), row.reason
        )
        for row in rows
    }


def _ratings(session: Session, cohort: Joined, run_id: int, viewer_id: int) -> Rated:
    rows = session.execute(
        access.shown_answers(
            viewer_id, cohort.id, Rating.rater_id,
            Rating.rater_id, Rating.round, Rating.leader, Rating.strand, Rating.level,
            Rating.not_enough, Rating.flag, Rating.reason, Rating.evidence,
        ).where(Run.id == run_id)
    )  # fmt: skip
    found: Rated = {}
    for row in rows:
        given = rubric.Rating(row.level, row.flag, row.reason, tuple(row.evidence))
        found.setdefault((row.rater_id, row.round), {})[row.leader, row.strand] = Kept(
            given, row.not_enough, committed=True
        )
    return found


def _conversation(
    session: Session,
    cohort: Joined,
    run_id: int,
    script: Script,
    people: Sequence[Shows],
    viewer_id: int,
) -> tuple[Response, ...]:
    steps = session.execute(
        access.shown_steps(
            viewer_id, cohort.id,
            Step.number, Step.seat, Step.user_id, Step.stand_in, Step.choice_id, Step.reason,
        )
        .where(Run.id == run_id)
        .order_by(Step.number)
    ).all()  # fmt: skip
    names = {each.user_id: each.name for each in people}
    told = debrief.tell(script, [each.choice_id for each in steps], own_seats=())
    return tuple(
        Response(
            decision, None if step.stand_in else step.user_id, names.get(step.user_id, ""),
            step.seat, step.reason,
        )
        for decision, step in zip(told.decisions, steps, strict=True)
    )  # fmt: skip
