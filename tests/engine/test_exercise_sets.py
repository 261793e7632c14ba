"""What is drawn for whom, and what is said of how it went."""

import pytest

from lfp_trainer.engine.exercise import Card, Exercise, RatedText
from lfp_trainer.engine.exercise.draw import Cell, Drawn, as_examples, cells_of, draw
from lfp_trainer.engine.exercise.report import (
    Compared,
    Lean,
    compare,
    find_weak,
    report,
    told_apart,
)
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import NE, Band, LevelOrNE, Rating
from tests.exercises import PEOPLE, exercise, vignettes

M, R = Card("small", "motivate"), Card("small", "results")

MANY = exercise(
    vignettes({f"{m}-{r}": (m, r) for m in range(1, 6) for r in range(1, 6)} | {"silent": (NE, NE)})
)


def sets(size: int = 6, weak: tuple[Cell, ...] = ()) -> list[tuple[Drawn, ...]]:
    """Draw a set from each of many seeds."""
    return [draw(MANY, size=size, seed=f"{n}", seen={}, weak=weak) for n in range(40)]


def ids(drawn: tuple[Drawn, ...]) -> list[str]:
    return [each.text_id for each in drawn]


def cells(drawn: tuple[Drawn, ...], within: Exercise = MANY) -> list[Cell]:
    return [cell for id in ids(drawn) for cell in cells_of(within.texts[id])]


def test_the_same_seed_draws_the_same_and_another_seed_something_else() -> None:
    again = [draw(MANY, size=6, seed="7", seen={}) for _ in range(3)]

    assert again[0] == again[1] == again[2]
    assert len(set(sets())) == 40


def test_a_set_shows_every_level_of_every_strand_and_too_little_at_least_once() -> None:
    every = {(card, level) for card in (M, R) for level in (1, 2, 3, 4, 5, NE)}

    for drawn in sets():
        assert set(cells(drawn)) == every


def test_nobody_is_in_two_texts_of_a_set_while_there_are_others() -> None:
    drawn = draw(MANY, size=2, seed="1", seen={})

    names = [person.name for each in drawn for person in each.shown]
    assert len(set(names)) == 4


def test_names_and_order_differ_from_set_to_set() -> None:
    first = {ids(drawn)[0] for drawn in sets()}
    leaders = {drawn[0].shown[0].name for drawn in sets()}

    assert len(first) > 5
    assert len(leaders) == 4


def test_texts_not_seen_yet_come_before_those_seen_longest_ago() -> None:
    seen = dict.fromkeys(MANY.texts, 2) | {"1-1": 0, "2-2": 1, "3-3": 1}
    del seen["1-1"]

    for n in range(20):
        drawn = draw(MANY, size=3, seed=f"{n}", seen=seen)
        assert set(ids(drawn)) == {"1-1", "2-2", "3-3"}


def test_levels_that_were_missed_are_met_again_more_than_once() -> None:
    weak = ((M, 4), (R, 2))

    for drawn in sets(weak=weak):
        assert [cells(drawn).count(cell) for cell in weak] == [2, 2]


def test_even_a_set_for_weak_levels_has_a_text_that_shows_too_little() -> None:
    weak = tuple((card, level) for card in (M, R) for level in (1, 2, 3))

    for drawn in sets(weak=weak):
        assert "silent" in ids(drawn)


def test_an_anchor_is_not_rated_alone() -> None:
    data = vignettes()
    data["vignettes"]["v1"]["anchor"] = {"motivate": 1}

    drawn = draw(exercise(data), size=99, seed="1", seen={})

    assert sorted(ids(drawn)) == ["silent", "v2", "v3", "v4", "v5"]


def test_examples_on_one_page_are_told_of_different_people_and_always_of_the_same() -> None:
    two: dict[LevelOrNE, RatedText] = {1: MANY.texts["1-1"], "NE": MANY.texts["2-2"]}

    shown = as_examples(MANY, two)

    told = [text.sentences["meets"] for text in shown.values()]
    named = [[name for name in (each["name"] for each in PEOPLE) if name in text] for text in told]
    assert sorted(name for names in named for name in names) == sorted(p["name"] for p in PEOPLE)
    assert list(shown) == [1, "NE"]
    assert as_examples(MANY, two) == shown
    assert "{" not in "".join(told)


def compared(
    *levels: tuple[LevelOrNE, LevelOrNE], card: Card = M, band: int = 0, text: str = "text"
) -> list[Compared]:
    """Judge pairs of own level and reference level, each accepted ``band`` around it."""
    found = []
    for number, (own, level) in enumerate(levels):
        low = max(1, level - band) if isinstance(level, int) else level
        high = level + band if isinstance(level, int) else level
        reference = Reference.model_validate_json(
            f'{{"level": {_json(level)}, "band": [{_json(low)}, {_json(high)}],'
            f' "confidence": "high", "evidence": ["acts"], "why": "…"}}'
        )
        rating = Rating(own if isinstance(own, int) else None)
        found.append(compare(f"{text}-{number}", card, rating, reference))
    return found


def _json(level: LevelOrNE) -> str:
    return f'"{level}"' if level == NE else f"{level}"


@pytest.mark.parametrize(
    ("pairs", "lean", "mean"),
    [
        ([(3, 2), (3, 2), (2, 2), (4, 4), (5, 4)], Lean.LENIENT, 0.6),
        ([(1, 2), (1, 2), (2, 2), (4, 4), (3, 4)], Lean.SEVERE, -0.6),
        ([(3, 2), (1, 2), (2, 2), (4, 4), (4, 4)], Lean.EVEN, 0.0),
        ([(5, 1)] * 4, Lean.UNKNOWN, None),
        ([(5, 1)] * 4 + [(NE, 1), (1, NE)], Lean.UNKNOWN, None),
    ],
)
def test_a_lean_is_told_from_five_levels_on_and_ne_is_no_level(
    pairs: list[tuple[LevelOrNE, LevelOrNE]], lean: Lean, mean: float | None
) -> None:
    found = report(MANY, compared(*pairs))

    assert found.lean is lean
    assert found.signed == pytest.approx(mean)


def test_the_vector_of_the_domain_brief() -> None:
    reference = (1, 1, 1, 1, 2, 3, 2, 1, 2, 4, 4, 5)
    learner = (2, 1, 1, 2, 2, 3, 3, 2, 2, 3, 4, 4)

    found = report(MANY, compared(*zip(learner, reference, strict=True)))

    assert found.signed == pytest.approx(2 / 12)
    assert found.in_band == 6


def test_ratings_in_band_and_texts_seen_to_be_silent_are_counted() -> None:
    found = report(MANY, compared((NE, NE), (2, NE), (3, 3), (NE, 4)))

    assert (found.rated, found.in_band) == (4, 2)
    assert (found.silent, found.silent_seen, found.silent_accepted, found.silent_missed) == (
        2, 1, 0, 1,
    )  # fmt: skip


def test_a_level_that_is_accepted_beside_silence_is_not_missed() -> None:
    pairs = compared((2, NE), (NE, NE), (4, NE))
    wide = pairs[0].reference.model_copy(update={"band": Band((NE, 2))})
    held = [compare(each.text_id, each.card, each.own, wide) for each in pairs]

    found = report(MANY, held)

    assert (found.in_band, found.silent_seen) == (2, 1)
    assert (found.silent_accepted, found.silent_missed) == (1, 1)


def test_one_level_for_all_strands_is_told_where_the_reference_tells_them_apart() -> None:
    on_m = compared((3, 3), (2, 1), (4, 2))

    same = compared((3, 3), (2, 4), (4, 5), card=R)
    assert report(MANY, on_m + same).one_level_for_all == 2

    one_apart = compared((3, 3), (2, 4), (5, 5), card=R)
    assert report(MANY, on_m + one_apart).one_level_for_all == 0

    assert report(MANY, on_m).one_level_for_all == 0


def test_one_text_rated_alike_is_no_halo() -> None:
    pair = compared((2, 1)) + compared((2, 4), card=R)

    assert report(MANY, pair).one_level_for_all == 0


def test_the_neighbors_crossed_most_often_are_to_be_looked_at_again() -> None:
    found = report(MANY, compared((4, 2), (2, 3), (5, 5)) + compared((1, 2), card=R))

    assert found.look_again is not None
    assert (found.look_again.card, found.look_again.low, found.look_again.times) == (M, 2, 2)


def test_a_level_that_the_band_accepts_is_no_mix_up() -> None:
    assert report(MANY, compared((3, 2), (1, 2), band=1)).look_again is None


def test_only_lines_outside_the_band_are_counted_as_mixed_up() -> None:
    found = report(MANY, compared((4, 2), (4, 2), card=M, band=1))

    assert found.look_again is not None
    assert (found.look_again.low, found.look_again.times) == (3, 2)


def test_the_question_is_the_one_at_the_line_that_was_crossed() -> None:
    strand = MANY.rubrics["small"].strands["motivate"]
    assert strand.neighbours == ()
    asked = strand.model_copy(
        update={
            "neighbours": tuple(
                type("Between", (), {"between": (n, n + 1), "ask": f"{n}?"})() for n in range(1, 5)
            )
        }
    )

    def question(own: LevelOrNE, level: LevelOrNE, band: int = 0) -> str | None:
        found = told_apart(asked, compared((own, level), band=band)[0])
        return found.ask if found else None

    assert question(4, 2) == "2?"
    assert question(1, 3) == "2?"
    assert question(3, 3) is None
    assert question(NE, 3) is None
    assert question(3, NE) is None
    # Outside a band of several levels it is the line at its edge.
    assert question(3, 1, band=1) == "2?"
    assert question(5, 2, band=1) == "3?"
    assert question(1, 4, band=1) == "2?"
    # Within it, the one between the reference and its neighbor.
    assert question(2, 1, band=1) == "1?"
    assert question(5, 3, band=2) == "3?"
    assert question(1, 3, band=2) == "2?"


def test_a_level_found_as_often_as_missed_is_not_weak() -> None:
    rated = compared((2, 3), (3, 3), (1, 2), (1, 2), (2, 2), (4, NE))

    assert find_weak(rated) == {(M, 2), (M, NE)}
