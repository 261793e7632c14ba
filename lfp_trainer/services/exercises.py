"""Exercises: keep a rating of one text of a set, and what both kinds of exercise commit by.

What somebody rates here is theirs alone. Every function takes their id and finds nothing else.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise, RatedText
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import access
from lfp_trainer.services.exercise_drafts import Window, may_replace
from lfp_trainer.services.exercise_sets import STORED, kept_of
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.models import ExerciseRating

COMMITTED = "This is committed already, and stays as it is."
REWRITTEN = "This text has been rewritten since you rated it. Read it again, and save once more."


def save_rating(
    session: Session,
    user_id: int,
    exercise: Exercise,
    text: RatedText,
    card: Card,
    kept: Kept,
    *,
    number: int,
    now: datetime,
    window: Window | None = None,
) -> Kept:
    """Keep one rating of a set as a draft, and return what is kept now.

    :param window: where it was written; None where nobody else can be writing
    :raise StaleDraft: if it would wipe what that window has not shown
    :raise StaleMove: if it is committed already
    :raise Incomplete: if it names a level, flag or sentence that is not there
    """
    _refuse_unknown(exercise, text, card, kept.rating)
    row = session.execute(
        access.exercise_ratings_of(
            user_id,
            exercise.id,
            *STORED,
            ExerciseRating.digest,
            ExerciseRating.saved_in,
            ExerciseRating.id,
        )
        .where(
            ExerciseRating.set_number == number,
            ExerciseRating.text_id == text.id,
            ExerciseRating.rubric_id == card.rubric,
            ExerciseRating.strand == card.strand,
            ExerciseRating.committed_at.is_(None),
        )
        # Another window waits here until this one has saved or committed, and then reads that.
        .with_for_update()
    ).first()
    if row is None:
        raise StaleMove(COMMITTED)
    stored = kept_of(row)
    outdated = row.digest != text.digest and kept == stored
    if not outdated and not may_replace(stored, row.saved_in, kept, window):
        return stored
    session.execute(
        sa.update(ExerciseRating)
        .where(ExerciseRating.id == row.id)
        .values(
            level=kept.rating.level,
            not_enough=kept.not_enough,
            flag=kept.rating.flag,
            reason=kept.rating.reason,
            evidence=list(kept.rating.evidence),
            digest=text.digest,
            saved_at=now,
            saved_in="" if window is None else window.mark,
        )
    )
    return kept


def _refuse_unknown(exercise: Exercise, text: RatedText, card: Card, rating: rubric.Rating) -> None:
    if card not in exercise.cards_of(text):
        raise Incomplete({"level": "This text is not rated on that strand."})
    scale = exercise.rubric_of(card)
    unknown = rubric.find_unknown(scale, card.strand, rating, text.sentences)
    if unknown:
        raise Incomplete(unknown)


def find_above_caps(exercise: Exercise, kept: Mapping[Card, Kept]) -> dict[Card, str]:
    """Return which levels of a text a mark does not allow, and what to do."""
    found: dict[Card, str] = {}
    for name, scale in exercise.rubrics.items():
        mine = {card.strand: each.rating for card, each in kept.items() if card.rubric == name}
        for strand, what in rubric.find_above_caps(scale, mine).items():
            found[Card(name, strand)] = what
    return found
