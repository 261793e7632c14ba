"""Agreement of a room from counts: as told one rating at a time, by a package, and how sure."""

import math
from collections import Counter
from itertools import combinations
from random import Random

import krippendorff
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine import agreement
from lfp_trainer.engine.agreement import Counts, Rated

UNITS = ([1, 1, 2], [2, 2, 2], [3, 4, 3], [5, 4], [1, 1, 1], [2, 3, 2], [4, 4, 5], [1, 2])

levels = st.integers(1, 9)
counts = st.dictionaries(levels, st.integers(0, 30), max_size=9)


def spelled_out(unit: Counts) -> list[int]:
    return [level for level, raters in unit.items() for _ in range(raters)]


def test_a_room_comes_to_the_known_alpha_from_counts() -> None:
    assert round(agreement.alpha_of_counts(map(Counter, UNITS)) or 0, 4) == 0.8398


@given(st.lists(counts, max_size=10))
def test_alpha_of_counts_is_alpha_of_the_ratings_one_by_one(units: list[Counts]) -> None:
    assert agreement.alpha_of_counts(units) == agreement.alpha([*map(spelled_out, units)])


def theirs(units: list[Counts]) -> float | None:
    """Ask the package, which reads counts too; what it refuses is undefined."""
    data = numpy.array([[unit.get(level, 0) for level in range(1, 10)] for unit in units])
    try:
        with numpy.errstate(invalid="ignore"):
            found = float(
                krippendorff.alpha(
                    value_counts=data,
                    value_domain=[*range(1, 10)],
                    level_of_measurement="ordinal",
                )
            )
    except ValueError:
        return None
    return None if math.isnan(found) else found


def test_alpha_of_counts_is_that_of_another_package_for_rooms_of_up_to_a_thousand() -> None:
    dice, told = Random(8), 0
    for _ in range(300):
        room = dice.choice((2, 5, 40, 1000))
        units: list[Counts] = [
            Counter(dice.choices(range(1, dice.randint(2, 10)), k=dice.randint(0, room)))
            for _ in range(dice.randint(1, 8))
        ]
        ours, other = agreement.alpha_of_counts(units), theirs(units)
        told += ours is not None
        assert (ours is None) == (other is None), units
        assert ours is None or other is None or math.isclose(ours, other, abs_tol=1e-9), units

    assert told > 200


@given(st.dictionaries(levels, st.integers(0, 6), max_size=5))
def test_pairs_among_raters_are_counted_as_if_each_were_looked_at(unit: Counts) -> None:
    pairs = [*combinations(spelled_out(unit), 2)]

    for told, slowly in (
        (agreement.exact_among(unit), agreement.exact(pairs)),
        (agreement.adjacent_among(unit), agreement.adjacent(pairs)),
    ):
        assert (told is None) == (slowly is None) == (len(pairs) == 0)
        assert told is None or slowly is None or math.isclose(told, slowly)


def rater(*given: Rated) -> list[Counts]:
    """Return what one rater gave, one thing after another."""
    return [{} if each is None else {each: 1} for each in given]


ROOM = [rater(1, 2, 3, 4), rater(1, 2, 3, 3), rater(2, 2, 3, 4), rater(1, 3, None, 4)]


def test_the_interval_is_that_of_leaving_out_each_rater_in_turn() -> None:
    everybody = agreement.alpha_of_parts(ROOM)
    without = [agreement.alpha_of_parts(ROOM[:at] + ROOM[at + 1 :]) or 0 for at in range(len(ROOM))]
    mean = sum(without) / 4
    variance = 3 / 4 * sum((each - mean) ** 2 for each in without)
    found = agreement.interval(ROOM)

    assert found is not None
    assert everybody is not None
    assert found[0] == pytest.approx(everybody - 3.182446 * variance**0.5)
    assert found[1] == pytest.approx(min(1.0, everybody + 3.182446 * variance**0.5))


def test_two_raters_have_an_alpha_and_no_interval() -> None:
    assert agreement.alpha_of_parts(ROOM[:2]) is not None
    assert agreement.interval(ROOM[:2]) is None


def test_where_alpha_is_undefined_or_rests_on_one_rater_there_is_no_interval() -> None:
    alike = [rater(2, 2), rater(2, 2), rater(2, 2)]

    assert agreement.interval(alike) is None
    assert agreement.alpha_of_parts([*alike, rater(3, 2)]) is not None
    assert agreement.interval([*alike, rater(3, 2)]) is None
    assert agreement.interval([]) is None


rooms = st.integers(1, 4).flatmap(
    lambda things: st.lists(
        st.lists(st.one_of(st.none(), levels), min_size=things, max_size=things), max_size=8
    )
)


@given(rooms)
def test_an_interval_holds_alpha_and_never_ends_above_one(table: list[list[Rated]]) -> None:
    parts = [rater(*each) for each in table]
    found, alpha = agreement.interval(parts), agreement.alpha_of_parts(parts)

    assert alpha == agreement.alpha([*zip(*table, strict=True)])
    if found is not None:
        assert alpha is not None
        assert found[0] <= alpha <= found[1] <= 1


def test_more_raters_of_the_same_kind_make_the_interval_narrower() -> None:
    dice = Random(2)

    def width(raters: int) -> float:
        parts = [
            rater(*(max(1, middle + dice.choice((-1, 0, 0, 1))) for middle in (1, 2, 3, 4)))
            for _ in range(raters)
        ]
        found = agreement.interval(parts)
        assert found is not None
        return found[1] - found[0]

    assert width(10) > width(80)
