"""What somebody has answered and noted: theirs alone, over all their runs and exercises."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.services.access.seats import IS_PLAY
from lfp_trainer.storage.models import (
    ExerciseRating,
    NextStep,
    Outcome,
    Participant,
    Rating,
    Run,
    ScenarioVersion,
    Stage,
)


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
