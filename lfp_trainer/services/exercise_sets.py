"""Sets of texts that somebody rates outside a run: draw one, find it again as it was shown.

What somebody rates here is theirs alone. Every function takes their id and finds nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise, RatedText
from lfp_trainer.engine.exercise.draw import Drawn, draw
from lfp_trainer.engine.exercise.report import Compared, compare, find_weak
from lfp_trainer.engine.persons import Named
from lfp_trainer.errors import NotFound
from lfp_trainer.services import access
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.models import ExerciseRating, User

SET_SIZE = 6


@dataclass(frozen=True, slots=True)
class Answered:
    """One text of a set, as it was shown to this person, with what they have answered."""

    place: int
    text: RatedText
    kept: Mapping[Card, Kept]
    outdated: frozenset[Card]
    """Rated before the text was rewritten: there is nothing to hold these beside."""
    fixed: frozenset[Card]
    """What has been committed, so that its reference may be seen."""

    @property
    def committed(self) -> bool:
        return self.fixed >= self.kept.keys()

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The committed ratings beside the reference."""
        return tuple(
            compare(self.text.id, card, kept.rating, self.text.reference_on(card))
            for card, kept in self.kept.items()
            if card in self.fixed and card not in self.outdated
        )


@dataclass(frozen=True, slots=True)
class RatedSet:
    """The texts that were drawn together, in the order in which they are rated."""

    number: int
    texts: tuple[Answered, ...]
    """Without those that have been taken out of the exercise since."""

    @property
    def first_open(self) -> Answered | None:
        return next((each for each in self.texts if not each.committed), None)

    @property
    def is_finished(self) -> bool:
        return self.first_open is None

    @property
    def compared(self) -> tuple[Compared, ...]:
        return tuple(chain.from_iterable(each.compared for each in self.texts))

    def about(self, text_id: str) -> Answered:
        """Return what was answered about one text.

        :raise NotFound: if it is not in this set
        """
        found = next((each for each in self.texts if each.text.id == text_id), None)
        if found is None:
            raise NotFound
        return found

    def at(self, place: int) -> Answered:
        """Return the text at a place.

        :raise NotFound: if there is none
        """
        found = next((each for each in self.texts if each.place == place), None)
        if found is None:
            raise NotFound
        return found


Row = sa.Row[*tuple[Any, ...]]
STORED = (
    ExerciseRating.level, ExerciseRating.not_enough, ExerciseRating.flag, ExerciseRating.reason,
    ExerciseRating.evidence,
)  # fmt: skip
"""The columns that are a rating."""
_ROW = (
    ExerciseRating.set_number, ExerciseRating.place, ExerciseRating.text_id,
    ExerciseRating.rubric_id, ExerciseRating.strand, ExerciseRating.digest, ExerciseRating.shown,
    *STORED, ExerciseRating.committed_at,
)  # fmt: skip


def sets_of(session: Session, user_id: int, exercise: Exercise) -> list[RatedSet]:
    """Return this person's sets of an exercise, the first one first."""
    return _sets(session, user_id, exercise)


def _sets(
    session: Session, user_id: int, exercise: Exercise, *which: sa.ColumnElement[bool]
) -> list[RatedSet]:
    rows = session.execute(
        access.exercise_ratings_of(user_id, exercise.id, *_ROW)
        .where(ExerciseRating.text_id.in_(exercise.texts), *which)
        .order_by(ExerciseRating.set_number, ExerciseRating.place)
    ).all()
    return [
        RatedSet(number, tuple(_answered(exercise, [*each]) for _, each in groupby(rated, _place)))
        for number, rated in groupby(rows, lambda row: row.set_number)
    ]


def _place(row: Row) -> int:
    place: int = row.place
    return place


def _answered(exercise: Exercise, rows: Sequence[Row]) -> Answered:
    first = rows[0]
    text = exercise.texts[first.text_id]
    by_card = {Card(row.rubric_id, row.strand): row for row in rows}
    return Answered(
        place=first.place,
        text=text.told_of(_people(first.shown)),
        # In the order of the rubric; without strands that it no longer has.
        kept={card: kept_of(by_card[card]) for card in exercise.cards_of(text) if card in by_card},
        outdated=frozenset(card for card in by_card if by_card[card].digest != text.digest),
        fixed=frozenset(card for card in by_card if by_card[card].committed_at is not None),
    )


def _people(shown: Iterable[tuple[str, str]]) -> tuple[Named, ...]:
    return tuple(Named(name, pronouns) for name, pronouns in shown)


def kept_of(row: Row) -> Kept:
    """Return the rating in a row that has the columns of one."""
    rating = rubric.Rating(row.level, row.flag, row.reason, tuple(row.evidence))
    return Kept(rating, row.not_enough)


def find_set(session: Session, user_id: int, exercise: Exercise, number: int) -> RatedSet:
    """Find one of this person's sets.

    :raise NotFound: if they have no such set
    """
    for each in _sets(session, user_id, exercise, ExerciseRating.set_number == number):
        return each
    raise NotFound


def hold_set(session: Session, user_id: int, exercise: Exercise, number: int) -> None:
    """Let nobody else change a set until the transaction ends; read it after this."""
    session.execute(
        access.exercise_ratings_of(user_id, exercise.id, ExerciseRating.id)
        .where(ExerciseRating.set_number == number)
        # In one order, or two windows could wait for each other.
        .order_by(ExerciseRating.id)
        .with_for_update()
    ).all()


def start_set(
    session: Session,
    user_id: int,
    exercise: Exercise,
    *,
    seed: str,
    now: datetime,
    size: int = SET_SIZE,
) -> int:
    """Draw a set and return its number; while one is open, that one's number.

    :raise NotFound: if the person is gone
    """
    # Two windows may start at the same moment: the second waits here, and finds the first's set.
    person = sa.select(User.id).where(User.id == user_id).with_for_update()
    if session.scalar(person) is None:
        raise NotFound
    taken = sets_of(session, user_id, exercise)
    for each in taken:
        if not each.is_finished:
            return each.number
    seen = {text.text.id: each.number for each in taken for text in each.texts}
    weak = find_weak(chain.from_iterable(each.compared for each in taken))
    number = 1 + _last_number(session, user_id, exercise)
    drawn = draw(exercise, size=size, seed=seed, seen=seen, weak=weak)
    session.execute(sa.insert(ExerciseRating), _blank(exercise, user_id, number, drawn, now))
    return number


def _last_number(session: Session, user_id: int, exercise: Exercise) -> int:
    """Return the number of the last set, also of one whose texts are all gone."""
    number: int | None = session.scalar(
        access.exercise_ratings_of(user_id, exercise.id, sa.func.max(ExerciseRating.set_number))
    )
    return number or 0


def _blank(
    exercise: Exercise, user_id: int, number: int, drawn: Iterable[Drawn], now: datetime
) -> list[dict[str, object]]:
    """Return a row without an answer for each strand of each text."""
    return [
        {
            "user_id": user_id,
            "exercise_id": exercise.id,
            "set_number": number,
            "place": place,
            "text_id": each.text_id,
            "rubric_id": card.rubric,
            "strand": card.strand,
            "digest": exercise.texts[each.text_id].digest,
            "shown": [(person.name, person.pronouns) for person in each.shown],
            "not_enough": False,
            "reason": "",
            "evidence": [],
            "saved_at": now,
            "saved_in": "",
        }
        for place, each in enumerate(drawn, start=1)
        for card in exercise.cards_of(exercise.texts[each.text_id])
    ]
