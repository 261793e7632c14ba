"""A second rating beside the first: toward the reference, away from it, or the same again."""

import pytest

from lfp_trainer.engine.reference import Move, Reference, moved
from lfp_trainer.engine.rubric import Band, LevelOrNE, Rating


def reference(level: LevelOrNE, low: LevelOrNE, high: LevelOrNE) -> Reference:
    return Reference(level=level, band=Band((low, high)), confidence="high", why="It is there.")


@pytest.mark.parametrize(
    ("first", "second", "move"),
    [
        (4, 2, Move.REACHED),
        (5, 4, Move.TOWARD),
        (4, 5, Move.AWAY),
        (2, 4, Move.AWAY),
        (2, 1, Move.WITHIN),
        (None, 4, Move.TOWARD),
        (None, 1, Move.REACHED),
        (3, None, Move.AWAY),
    ],
)
def test_a_second_level_moves_beside_a_band(
    first: int | None, second: int | None, move: Move
) -> None:
    assert moved(Rating(first), Rating(second), reference(1, 1, 2)) is move


def test_from_one_side_of_the_band_to_the_other_is_neither_nearer_nor_further() -> None:
    assert moved(Rating(2), Rating(4), reference(3, 3, 3)) is Move.ACROSS


def test_where_the_text_is_silent_every_level_is_as_far_off() -> None:
    silent = reference("NE", "NE", "NE")

    assert moved(Rating(5), Rating(1), silent) is Move.ACROSS
    assert moved(Rating(5), Rating(None), silent) is Move.REACHED
    assert moved(Rating(None), Rating(1), silent) is Move.AWAY


def test_the_same_level_may_rest_on_other_sentences() -> None:
    beside = reference(1, 1, 2)
    first = Rating(2, evidence=("s1", "s2"))

    assert moved(first, Rating(2, evidence=("s3",)), beside) is Move.OTHER_EVIDENCE
    assert moved(first, Rating(2, evidence=("s2", "s1")), beside) is Move.SAME
