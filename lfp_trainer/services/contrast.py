"""Rate several texts rubric by rubric: keep a page of rows, commit a whole rubric at once.

What somebody rates here is theirs alone. Every function takes their id and finds nothing else.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.contrast import Page, pages_of
from lfp_trainer.errors import Incomplete
from lfp_trainer.services.exercise_sets import Answered, RatedSet, find_set
from lfp_trainer.services.exercises import REWRITTEN, find_above_caps, save_rating
from lfp_trainer.services.ratings import Kept, find_missing
from lfp_trainer.storage.models import ExerciseRating

Problems = dict[Card, dict[str, str]]
"""What keeps a row from being committed: row → field → what to do."""


def save_rows(
    session: Session,
    user_id: int,
    exercise: Exercise,
    answered: Answered,
    sent: Mapping[Card, Kept],
    *,
    number: int,
    now: datetime,
    shown: Container[Card] = (),
) -> None:
    """Keep the rows of a page as drafts, as far as they have changed.

    Another tab may have filled a row since the page was made: what it leaves empty takes nothing
    away unless it showed it.

    :param shown: the rows that were not empty when the page was made

    :raise StaleMove: if they are committed already, and something else than that was sent
    :raise Incomplete: if a row names a level, flag or sentence that is not there
    """
    for card, wanted in sent.items():
        kept = _without_loss(wanted, answered.kept.get(card), was_shown=card in shown)
        same = answered.kept.get(card) == kept
        if same and (card in answered.fixed or card not in answered.outdated):
            continue
        save_rating(session, user_id, exercise, answered.text, card, kept, number=number, now=now)


def _without_loss(sent: Kept, kept: Kept | None, *, was_shown: bool) -> Kept:
    """Return what to keep of a row that was sent beside what is there."""
    if kept is None or sent.is_answered:
        return sent
    said_nothing = sent.rating == rubric.Rating(None)
    if said_nothing and (kept.is_answered or not was_shown):
        return kept
    # A level once chosen can be changed but not taken off: the page had not seen it.
    rating = replace(sent.rating, level=kept.rating.level)
    return Kept(rating, kept.not_enough)


def find_unfinished(exercise: Exercise, answered: Answered, cards: Iterable[Card]) -> Problems:
    """Return what keeps rows of one text from being committed."""
    above = find_above_caps(exercise, answered.kept)
    found: Problems = {}
    for card in cards:
        missing = find_missing(exercise.rubric_of(card), answered.kept[card])
        if "level" not in missing and card in answered.outdated:
            missing["level"] = REWRITTEN
        elif card in above:
            missing["level"] = above[card]
        if missing:
            found[card] = missing
    return found


def is_committed(rated: RatedSet, rubric_id: str) -> bool:
    """Tell whether a set is committed on one rubric."""
    return all(
        card in answered.fixed
        for answered in rated.texts
        for card in answered.kept
        if card.rubric == rubric_id
    )


def first_open_page(
    exercise: Exercise, rated: RatedSet, rubric_id: str | None = None
) -> Page | None:
    """Return the first page that can be rated: of one rubric, or of the first that is open.

    It is the first one with an unfinished row, or else the last: that is where one commits.
    """
    there = {each.text.id for each in rated.texts}
    open_pages = [
        page
        for page in pages_of(exercise)
        if page.text in there
        and rubric_id in (None, page.rubric)
        and not is_committed(rated, page.rubric)
    ]
    mine = [page for page in open_pages if page.rubric == open_pages[0].rubric]
    for page in mine:
        if find_unfinished(exercise, rated.about(page.text), rows_of(rated, page)):
            return page
    return mine[-1] if mine else None


def rows_of(rated: RatedSet, page: Page) -> tuple[Card, ...]:
    """Return the rows of a page that this set was begun with."""
    kept = rated.about(page.text).kept
    return tuple(card for card in page.cards if card in kept)


def commit_rubric(
    session: Session,
    user_id: int,
    exercise: Exercise,
    rubric_id: str,
    *,
    number: int,
    now: datetime,
) -> None:
    """Fix all ratings of a set on one rubric. Does nothing to one that is fixed already.

    The caller rolls back when it raises.

    :raise Incomplete: if a row is not finished, a level is above what a mark allows, or a text was
        rewritten while it was being rated
    """
    # Stamped before they are read: no draft can slip in between what is checked and what is fixed.
    session.execute(
        sa.update(ExerciseRating)
        .where(
            ExerciseRating.user_id == user_id,
            ExerciseRating.exercise_id == exercise.id,
            ExerciseRating.set_number == number,
            ExerciseRating.rubric_id == rubric_id,
            ExerciseRating.committed_at.is_(None),
        )
        .values(committed_at=now)
    )
    for answered in find_set(session, user_id, exercise, number).texts:
        cards = [card for card in answered.kept if card.rubric == rubric_id]
        unfinished = find_unfinished(exercise, answered, cards)
        if unfinished:
            raise Incomplete(as_fields(unfinished))


def as_fields(problems: Mapping[Card, Mapping[str, str]]) -> dict[str, str]:
    """Return problems as the fields of a page of rows: ``strand-field`` → what to do."""
    return {
        f"{card.strand}-{field}": what
        for card, fields in problems.items()
        for field, what in fields.items()
    }
