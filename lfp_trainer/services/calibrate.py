"""Calibrate: rate vignettes one by one, and commit each before its reference is seen.

What somebody rates here is theirs alone. Every function takes their id and finds nothing else.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.errors import Incomplete
from lfp_trainer.services import access
from lfp_trainer.services.exercise_sets import Answered, find_set, hold_set
from lfp_trainer.services.exercises import REWRITTEN, find_above_caps
from lfp_trainer.services.ratings import find_missing
from lfp_trainer.storage.models import ExerciseRating


def has_begun(session: Session, user_id: int, exercise: Exercise) -> bool:
    """Tell whether a person has committed a rating of this exercise."""
    committed = access.exercise_ratings_of(user_id, exercise.id, ExerciseRating.id).where(
        ExerciseRating.committed_at.is_not(None)
    )
    return session.execute(committed.limit(1)).first() is not None


def find_unfinished(exercise: Exercise, answered: Answered, card: Card) -> dict[str, str]:
    """Return what keeps one rating from being committed: field → what to do."""
    missing = find_missing(exercise.rubric_of(card), answered.kept[card])
    return missing or ({"level": REWRITTEN} if card in answered.outdated else {})


def first_unfinished(exercise: Exercise, answered: Answered) -> Card | None:
    """Return the first strand whose rating cannot be committed yet."""
    return next((card for card in answered.kept if find_unfinished(exercise, answered, card)), None)


def commit_text(
    session: Session, user_id: int, exercise: Exercise, *, number: int, place: int, now: datetime
) -> None:
    """Fix all ratings of one text. Does nothing to one that is fixed already.

    Nothing has been written when it raises: a draft saved before it in the same transaction stays.

    :raise Incomplete: if a rating is not finished, a level is above what a mark allows, or the
        text was rewritten while it was being rated
    """
    hold_set(session, user_id, exercise, number)
    answered = find_set(session, user_id, exercise, number).at(place)
    unfinished = first_unfinished(exercise, answered)
    if unfinished is not None:
        raise Incomplete(find_unfinished(exercise, answered, unfinished))
    above = find_above_caps(exercise, answered.kept)
    if above:
        raise Incomplete({card.strand: what for card, what in above.items()})
    session.execute(
        sa.update(ExerciseRating)
        .where(
            ExerciseRating.user_id == user_id,
            ExerciseRating.exercise_id == exercise.id,
            ExerciseRating.set_number == number,
            ExerciseRating.text_id == answered.text.id,
            ExerciseRating.committed_at.is_(None),
        )
        .values(committed_at=now)
    )
