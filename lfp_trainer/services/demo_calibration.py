"""Sets of vignettes for the people of a demonstration, rated through the services a person uses."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import NE
from lfp_trainer.services import calibrate, exercise_sets, exercises
from lfp_trainer.services.exercise_sets import Answered
from lfp_trainer.services.ratings import Kept

Habit = Callable[[Reference, Random], int | None]
"""How somebody rates: the level they give, None for NE."""


def near_the_reference(reference: Reference, dice: Random) -> int | None:
    """Give the level of the reference, now and then one beside it."""
    if reference.level == NE:
        return None if dice.random() < 0.5 else 1
    return reference.level + dice.choice((0, 0, 0, 0, -1, 1))


def leniently(reference: Reference, dice: Random) -> int | None:
    """Give more than the reference about every other time, and always a level."""
    return (2 if reference.level == NE else reference.level) + dice.choice((0, 0, 1, 1, 2))


RATED: tuple[tuple[Habit, tuple[int, ...], int | None], ...] = (
    (near_the_reference, (3, 1), None),
    (leniently, (2,), None),
    (near_the_reference, (0,), 3),
)
"""What each of the people rated: habit, weeks ago of each set, and how many vignettes of the last
one; None for all of them."""


def rate_sets(
    session: Session, shelf: Iterable[Exercise], people: Sequence[int], dice: Random, now: datetime
) -> None:
    """Let people rate sets of every exercise that is told of people with drawn names."""
    for exercise in shelf:
        if not exercise.people:
            continue
        for user_id, (habit, weeks, stop) in zip(people, RATED, strict=False):
            for ago in weeks:
                then = now - timedelta(weeks=ago, hours=2)
                number = exercise_sets.start_set(
                    session, user_id, exercise, seed=f"demo {dice.getrandbits(64):x}", now=then
                )
                rated = exercise_sets.find_set(session, user_id, exercise, number)
                for answered in rated.texts[:stop]:
                    _rate(session, user_id, exercise, number, answered, habit, dice, then)


def _rate(
    session: Session,
    user_id: int,
    exercise: Exercise,
    number: int,
    answered: Answered,
    habit: Habit,
    dice: Random,
    then: datetime,
) -> None:
    for card in answered.kept:
        kept = _answer(exercise, answered, card, habit, dice)
        exercises.save_rating(
            session, user_id, exercise, answered.text, card, kept, number=number, now=then
        )
    calibrate.commit_text(session, user_id, exercise, number=number, place=answered.place, now=then)


def _answer(exercise: Exercise, answered: Answered, card: Card, habit: Habit, dice: Random) -> Kept:
    level = habit(answered.text.reference_on(card), dice)
    if level is None:
        words = "The text says too little about it."
        return Kept(rubric.Rating(None, None, words), not_enough=True)
    highest = exercise.rubric_of(card).highest(card.strand)
    cited = answered.text.reference_on(card).evidence or tuple(answered.text.sentences)[:1]
    words = dice.choice(
        ("It is what was done.", "That sentence carries it.", "It stops short of the next level.")
    )
    rating = rubric.Rating(max(1, min(highest, level)), None, words, cited[: dice.choice((1, 2))])
    return Kept(rating, not_enough=False)
