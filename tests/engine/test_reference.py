"""A second rating beside the first: toward the reference, away from it, or the same again."""

from itertools import product

import jinja2
import pytest

from lfp_trainer.config import TEMPLATES
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
        (None, 4, Move.NEITHER),
        (None, 1, Move.ACCEPTED),
        (3, None, Move.NEITHER),
        (1, None, Move.NO_LONGER),
    ],
)
def test_a_second_level_moves_beside_a_band(
    first: int | None, second: int | None, move: Move
) -> None:
    assert moved(Rating(first), Rating(second), reference(1, 1, 2)) is move


def test_from_one_side_of_the_band_to_the_other_is_neither_nearer_nor_further() -> None:
    assert moved(Rating(2), Rating(4), reference(3, 3, 3)) is Move.ACROSS


def test_where_the_text_is_silent_no_level_is_nearer() -> None:
    silent = reference("NE", "NE", "NE")

    assert moved(Rating(5), Rating(1), silent) is Move.NEITHER
    assert moved(Rating(5), Rating(None), silent) is Move.ACCEPTED
    assert moved(Rating(None), Rating(1), silent) is Move.NO_LONGER
    assert moved(Rating(None), Rating(1), reference("NE", "NE", 1)) is Move.BOTH


def test_the_same_level_may_rest_on_other_sentences() -> None:
    beside = reference(1, 1, 2)
    first = Rating(2, evidence=("s1", "s2"))

    assert moved(first, Rating(2, evidence=("s3",)), beside) is Move.OTHER_EVIDENCE
    assert moved(first, Rating(2, evidence=("s2", "s1")), beside) is Move.SAME


LEVELS = (None, 1, 2, 3, 4, 5)
EVIDENCE = ((), ("s1",), ("s1", "s2"), ("s3",))
BANDS = (
    reference(3, 3, 3), reference(2, 1, 2), reference(5, 4, 5), reference("NE", "NE", "NE"),
    reference("NE", "NE", 2), reference(2, "NE", 2),
)  # fmt: skip


def test_of_every_move_only_what_is_true_is_said() -> None:
    """Each sentence is made of claims, and every claim in it holds of the two ratings."""
    said = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    words = said.get_template("components/reasoned.html").module.moved  # type: ignore[attr-defined]
    seen = set()
    for one, two, cited, then, beside in product(LEVELS, LEVELS, EVIDENCE, EVIDENCE, BANDS):
        first, second = Rating(one, evidence=cited), Rating(two, evidence=then)
        move = moved(first, second, beside)
        seen.add(move)
        sentence = str(words(move))
        assert move.stayed is (one == two)
        true = {
            claim: holds
            for claim, holds in claims(first, second, beside).items()
            if claim in sentence
        }
        assert true, sentence
        assert all(true.values()), (sentence, first, second, beside)

    assert seen == set(Move)


def claims(first: Rating, second: Rating, beside: Reference) -> dict[str, bool]:
    """Return whatever may be said of a move, and whether it holds."""
    one, two, levels = first.level, second.level, beside.band.levels
    takes = [beside.band.takes_ne if each is None else each in levels for each in (one, two)]
    placed = one is not None and two is not None and bool(levels)
    before, after = (
        min((abs(each - level) for level in levels), default=0) if each else 0
        for each in (one, two)
    )
    changed = {*first.evidence} != {*second.evidence}
    return {
        "Your second answer lies in the accepted band; the first did not.": placed
        and takes
        == [
            False,
            True,
        ],
        "is nearer to the accepted band than the first, and still outside it.": placed
        and 0 < after < before,
        "is further from the accepted band than the first.": placed and after > before,
        "Another level": placed and one != two,
        "both of your answers lie in the accepted band.": takes == [True, True],
        "as far from the accepted band as the first.": placed and before == after > 0,
        "is one that the reference accepts; the first was not.": takes == [False, True],
        "is not one that the reference accepts; the first was.": takes == [True, False],
        "Another answer": one != two,
        "the reference accepts both.": takes == [True, True],
        "the reference accepts neither of the two.": takes == [False, False],
        "The same level": one is not None and one == two,
        "shown by the same sentences": bool(first.evidence) and not changed,
        "have changed.": changed,
        "No level, as before": one is None and two is None,
    }
