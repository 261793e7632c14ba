"""Who may see what: the only place it is decided, and always as a query.

A run is visible to its participants. Nobody else, admins included: partners often evaluate the same
principals, and practice that might be watched is not practice. What somebody rates outside a run is
theirs alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.errors import NotFound
from lfp_trainer.storage.models import (
    ExerciseRating,
    NextStep,
    Outcome,
    Participant,
    Rating,
    Run,
    ScenarioVersion,
    Stage,
    table,
)
from lfp_trainer.storage.prepared import Prepared, Within


@dataclass(frozen=True, slots=True)
class Seated:
    """One participant in one run: what a page or an act needs to know about it."""

    run_id: int
    key: str
    user_id: int
    seat: str
    stage: Stage
    moves: int
    ending_id: str | None
    started_at: datetime
    ended_at: datetime | None
    version_id: int
    digest: str
    scenario_id: str
    what_if_of: int | None
    """The run (by id) that this one rewinds; None for a play from the start."""
    what_if_at: int | None
    """The number of the step at which it takes another response."""

    @property
    def is_what_if(self) -> bool:
        """Tell whether it rewinds another play, also one that is gone by now."""
        return self.what_if_at is not None


IS_PLAY = Run.what_if_at.is_(None)
"""What makes a run a play from the start, in a query: also where what it rewound is gone."""

_run, _part, _version = table(Run).c, table(Participant).c, table(ScenarioVersion).c
_SEATED: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        _run.id,
        _run.key,
        _part.user_id,
        _part.seat,
        _part.stage,
        _run.moves,
        _run.ending_id,
        _run.started_at,
        _run.ended_at,
        _version.id,
        _version.digest,
        _version.scenario_id,
        _run.what_if_of,
        _run.what_if_at,
    )
    .join_from(table(Run), table(Participant), _part.run_id == _run.id)
    .join(table(ScenarioVersion), _version.id == _run.scenario_version_id)
)


def runs_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the runs this person took part in, as the columns of :class:`Seated`."""
    return _SEATED.where(_part.user_id == viewer_id)


_ONE_RUN = Prepared(
    _SEATED.where(_part.user_id == sa.bindparam("viewer"), _run.key == sa.bindparam("key"))
)


def seat_in(within: Within, key: str, *, viewer_id: int) -> Seated:
    """Find a run by its key, seen by a participant.

    :raise NotFound: if there is no such run, or this person takes no part in it
    """
    for row in _ONE_RUN.rows(within, viewer=viewer_id, key=key):
        return Seated(*row)
    raise NotFound


def rewound_by(within: Within, seated: Seated) -> Seated | None:
    """Find the play that a what-if rewinds; None where it is gone, or not this participant's."""
    if seated.what_if_of is None:
        return None
    its_play = runs_visible_to(seated.user_id).where(_run.id == seated.what_if_of)
    row = within.execute(its_play).first()
    return None if row is None else Seated(*row)


def what_ifs_of(seated: Seated) -> sa.Select[*tuple[Any, ...]]:
    """Select the what-ifs that this participant has made of a play, the latest first."""
    theirs = runs_visible_to(seated.user_id).where(_run.what_if_of == seated.run_id)
    return theirs.order_by(_run.started_at.desc(), _run.id.desc())


def exercise_ratings_of(
    viewer_id: int, exercise_id: str, *columns: sa.ColumnElement[Any] | InstrumentedAttribute[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of what this person has rated of an exercise."""
    return sa.select(*columns).where(
        ExerciseRating.user_id == viewer_id, ExerciseRating.exercise_id == exercise_id
    )


def run_ratings_of(
    viewer_id: int, *columns: sa.ColumnElement[Any] | InstrumentedAttribute[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of what this person has rated in runs."""
    return (
        sa.select(*columns)
        .join_from(Rating, Run)
        .join(ScenarioVersion)
        .where(Rating.rater_id == viewer_id)
    )


_IS_OPEN = sa.or_(NextStep.answer.is_(None), NextStep.answer == Outcome.NOT_YET).label("is_open")


def next_steps_of(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the next steps this person has walked out with, the latest first.

    Those still being written belong to their run's page, and a play of "what if" has none.
    """
    return (
        sa.select(
            Run.key,
            ScenarioVersion.title,
            Participant.changed_at,
            NextStep.current_state,
            NextStep.goal,
            NextStep.steps,
            NextStep.sentence,
            NextStep.due_on,
            NextStep.answer,
            NextStep.answered_at,
            _IS_OPEN,
        )
        .join_from(NextStep, Run, Run.id == NextStep.run_id)
        .join(
            Participant,
            (Participant.run_id == NextStep.run_id) & (Participant.user_id == NextStep.user_id),
        )
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .where(
            NextStep.user_id == viewer_id,
            Participant.stage == Stage.DONE,
            IS_PLAY,
        )
        .order_by(Participant.changed_at.desc(), NextStep.id.desc())
    )
