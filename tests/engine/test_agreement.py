"""Agreement: by published numbers, by a slow way to count the same, and by another's package."""

import math
from random import Random

import krippendorff
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine import agreement
from lfp_trainer.engine.agreement import Pair, Rated

REFERENCE = (1, 1, 1, 1, 2, 3, 2, 1, 2, 4, 4, 5)
LEARNER = (2, 1, 1, 2, 2, 3, 3, 2, 2, 3, 4, 4)
RATED: list[Pair] = list(zip(LEARNER, REFERENCE, strict=True))
UNITS = ([1, 1, 2], [2, 2, 2], [3, 4, 3], [5, 4], [1, 1, 1], [2, 3, 2], [4, 4, 5], [1, 2])

ratings = st.one_of(st.none(), st.integers(1, 9))
pairs = st.lists(st.tuples(ratings, ratings), max_size=20)
tables = st.integers(0, 5).flatmap(
    lambda raters: st.lists(st.lists(ratings, min_size=raters, max_size=raters), max_size=12)
)


def test_a_learner_beside_the_reference_comes_to_the_known_figures() -> None:
    assert agreement.exact(RATED) == 0.5
    assert agreement.adjacent(RATED) == 1.0
    assert round(agreement.signed(RATED) or 0, 2) == 0.17
    assert round(agreement.weighted_kappa(RATED) or 0, 4) == 0.8209


def test_a_room_comes_to_the_known_alpha() -> None:
    assert round(agreement.alpha(UNITS) or 0, 4) == 0.8398


def test_the_example_of_the_textbook_comes_to_its_published_alpha() -> None:
    """Hayes and Krippendorff's forty-one ratings by four observers, twelve things."""
    observers = (
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
    )

    assert round(agreement.alpha(zip(*observers, strict=True)) or 0, 3) == 0.815


def test_two_raters_who_use_one_level_agree_in_full_and_have_no_kappa_and_no_alpha() -> None:
    both = [(1, 1)] * 12

    assert agreement.exact(both) == agreement.adjacent(both) == 1.0
    assert agreement.signed(both) == 0.0
    assert agreement.weighted_kappa(both) is None
    assert agreement.alpha(both) is None


@pytest.mark.parametrize("nothing", [[], [(None, None)], [(None, 2), (3, None)]])
def test_where_nothing_can_be_paired_nothing_is_told(nothing: list[Pair]) -> None:
    told = (
        agreement.exact(nothing),
        agreement.adjacent(nothing),
        agreement.signed(nothing),
        agreement.weighted_kappa(nothing),
        agreement.alpha(nothing),
    )

    assert told == (None,) * 5


def test_one_rater_has_no_alpha() -> None:
    assert agreement.alpha([[1], [2], [5]]) is None


def test_spread_is_zero_on_one_level_and_needs_two_ratings() -> None:
    assert agreement.spread([3, 3, None, 3]) == 0.0
    assert agreement.spread([1, 5]) == 2.0
    assert agreement.spread([None, 3]) is None


def slow_kappa(rated: list[Pair], levels: int) -> float | None:
    """Count kappa from the whole table of k by k weights, as the definition reads."""
    both = [(own, other) for own, other in rated if own is not None and other is not None]
    observed = expected = 0.0
    for row in range(1, levels + 1):
        for column in range(1, levels + 1):
            weight = (row - column) ** 2 / (levels - 1) ** 2
            in_row = sum(own == row for own, _ in both) / (len(both) or 1)
            in_column = sum(other == column for _, other in both) / (len(both) or 1)
            observed += weight * both.count((row, column)) / (len(both) or 1)
            expected += weight * in_row * in_column
    return None if expected == 0 else 1 - observed / expected


@given(pairs)
def test_kappa_is_what_the_definition_gives_on_ladders_of_any_length(rated: list[Pair]) -> None:
    fast = agreement.weighted_kappa(rated)

    for levels in (9, 10):
        slow = slow_kappa(rated, levels)
        assert (fast is None) == (slow is None)
        assert fast is None or slow is None or math.isclose(fast, slow, abs_tol=1e-9)


@given(pairs)
def test_no_statistic_of_pairs_fails_or_is_no_number(rated: list[Pair]) -> None:
    told = {
        "exact": agreement.exact(rated),
        "adjacent": agreement.adjacent(rated),
        "signed": agreement.signed(rated),
        "kappa": agreement.weighted_kappa(rated),
    }
    pairable = bool(agreement.paired(rated))

    assert all(each is None or math.isfinite(each) for each in told.values())
    for name in ("exact", "adjacent", "signed"):
        assert (told[name] is not None) == pairable
    assert told["kappa"] is None or told["kappa"] <= 1
    assert (told["exact"] or 0) <= (told["adjacent"] or 0)


@given(pairs)
def test_not_enough_evidence_counts_nowhere(rated: list[Pair]) -> None:
    with_levels: list[Pair] = [*agreement.paired(rated)]

    for statistic in (
        agreement.exact, agreement.adjacent, agreement.signed, agreement.weighted_kappa,
        agreement.alpha,
    ):  # fmt: skip
        assert statistic(rated) == statistic(with_levels)


@given(pairs)
def test_two_raters_may_change_places(rated: list[Pair]) -> None:
    turned = [(other, own) for own, other in rated]

    assert agreement.exact(turned) == agreement.exact(rated)
    assert agreement.weighted_kappa(turned) == agreement.weighted_kappa(rated)
    assert (agreement.signed(turned) or 0) == -(agreement.signed(rated) or 0)


@given(pairs, st.integers(1, 20))
def test_a_ladder_that_begins_higher_changes_nothing(rated: list[Pair], by: int) -> None:
    moved = [(own and own + by, other and other + by) for own, other in rated]

    assert agreement.signed(moved) == agreement.signed(rated)
    assert agreement.weighted_kappa(moved) == agreement.weighted_kappa(rated)
    assert agreement.alpha(moved) == agreement.alpha(rated)


@given(tables, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_who_is_who_or_what_came_first(
    table: list[list[Rated]], dice: Random
) -> None:
    raters = [*zip(*table, strict=True)]
    dice.shuffle(raters)
    again = [*map(list, zip(*raters, strict=True))]
    dice.shuffle(again)

    assert agreement.alpha(again) == agreement.alpha(table)


@given(tables, st.integers(2, 5))
def test_alpha_asks_only_for_the_order_of_the_levels(table: list[list[Rated]], by: int) -> None:
    stretched = [[each and each * by for each in unit] for unit in table]

    assert agreement.alpha(stretched) == agreement.alpha(table)


@given(tables)
def test_alpha_never_fails_and_is_one_where_all_pairs_agree(table: list[list[Rated]]) -> None:
    found = agreement.alpha(table)
    used = {each for unit in table if len(unit) - unit.count(None) > 1 for each in unit} - {None}
    split = any(len({*unit} - {None}) > 1 for unit in table)

    assert (found is None) == (len(used) < 2)
    assert found is None or (math.isfinite(found) and found <= 1 and (found == 1) == (not split))


def theirs(table: list[list[Rated]]) -> float | None:
    """Ask the package; what it refuses or divides by zero for is undefined."""
    data = numpy.array([[math.nan if each is None else each for each in unit] for unit in table])
    try:
        with numpy.errstate(invalid="ignore"):
            found = float(
                krippendorff.alpha(reliability_data=data.T, level_of_measurement="ordinal")
            )
    except ValueError:
        return None
    return None if math.isnan(found) else found


def test_alpha_is_that_of_another_package_on_a_thousand_tables() -> None:
    dice = Random(4)
    told = 0
    for number in range(1000):
        raters, levels = dice.randint(1, 6), dice.randint(1, 9)
        silent = dice.choice((0, 0.1, 0.4, 0.8))
        table: list[list[Rated]] = [
            [None if dice.random() < silent else dice.randint(1, levels) for _ in range(raters)]
            for _ in range(dice.randint(1, 25))
        ]
        ours, other = agreement.alpha(table), theirs(table)
        told += ours is not None
        assert (ours is None) == (other is None), (number, table)
        assert ours is None or other is None or math.isclose(ours, other, abs_tol=1e-9), number

    assert told > 600
