"""How far answers are apart: levels before silence, silence before agreement, NE never a number."""

from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine import reveal
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.reveal import Talk, find_gap, from_level, from_reference
from lfp_trainer.engine.rubric import Band, LevelOrNE
from tests import scenarios

LEVELS = st.one_of(st.none(), st.integers(1, 5))


def beside(level: LevelOrNE, band: Band) -> Reference:
    return Reference(level=level, band=band, confidence="high", why="It is there.")


def test_levels_apart_are_counted_between_the_highest_and_the_lowest() -> None:
    gap = find_gap([1, 4, 2], from_level(2))

    assert (gap.levels, gap.talk, gap.off) == (3, Talk.LEVELS, 2)


def test_a_level_beside_silence_is_a_difference_without_a_size() -> None:
    gap = find_gap([None, 5], from_level(5))

    assert (gap.levels, gap.silent, gap.talk) == (0, True, Talk.SILENCE)
    assert gap.off_silent


def test_two_who_agree_are_told_apart_by_what_was_expected() -> None:
    assert find_gap([3, 3], from_level(3)).talk is Talk.AGREED
    assert find_gap([3, 3], from_level(1)).talk is Talk.BOTH_OFF
    assert find_gap([None, None], from_level(None)).talk is Talk.AGREED
    assert find_gap([None, None], from_level(2)).talk is Talk.BOTH_OFF


def test_who_answered_alone_is_beside_nobody() -> None:
    assert find_gap([3], from_level(1)).talk is Talk.ALONE
    assert find_gap([], from_level(1)).talk is Talk.ALONE


def test_the_widest_gap_comes_first_and_silence_after_levels() -> None:
    rows: list[list[int | None]] = [[2, 2], [None, 3], [2, 3], [1, 4], [5, 5]]

    ordered = sorted(rows, key=lambda each: find_gap(each, from_level(2)).order)

    assert ordered == [[1, 4], [2, 3], [None, 3], [5, 5], [2, 2]]


def test_what_a_reference_accepts_is_not_away_from_it() -> None:
    away = from_reference(beside(2, Band((2, 3))))
    silent = from_reference(beside("NE", Band(("NE", 1))))

    assert [away(each) for each in (1, 2, 3, 5)] == [1, 0, 0, 2]
    assert away(None) is None
    assert [silent(each) for each in (None, 1, 3)] == [0, 0, 2]


@given(st.lists(LEVELS, min_size=2, max_size=3), LEVELS)
def test_the_order_of_the_people_changes_nothing(
    given: list[int | None], expected: int | None
) -> None:
    assert find_gap(given, from_level(expected)) == find_gap(given[::-1], from_level(expected))


@given(st.lists(LEVELS, min_size=2, max_size=3), LEVELS)
def test_silence_never_counts_as_a_level(given: list[int | None], expected: int | None) -> None:
    gap = find_gap(given, from_level(expected))
    found = [each for each in given if each is not None]

    assert gap.levels == (max(found) - min(found) if found else 0)
    assert gap.levels == find_gap(found, from_level(expected)).levels
    assert gap.silent == (None in given and bool(found))


@given(st.lists(st.lists(LEVELS, min_size=2, max_size=2), max_size=8), LEVELS)
def test_no_row_stands_above_one_that_is_further_apart(
    rows: list[list[int | None]], expected: int | None
) -> None:
    gaps = sorted(
        (find_gap(row, from_level(expected)) for row in rows), key=lambda each: each.order
    )

    assert [each.levels for each in gaps] == sorted((each.levels for each in gaps), reverse=True)
    calm = [each for each in gaps if not each.levels]
    assert [each.silent for each in calm] == sorted((each.silent for each in calm), reverse=True)


def test_what_only_one_person_named_stands_before_what_both_did() -> None:
    scenario = scenarios.script().scenario
    shared = scenario.diagnosis.systems.primary[0]
    answers = {1: Answer(systems=(shared, "XYZ")), 2: Answer(systems=(shared,))}

    first, *others = reveal.named(scenario, answers)["systems"]

    assert (first.code, first.by, first.in_reference) == ("XYZ", frozenset({1}), False)
    both = next(each for each in others if each.code == shared)
    assert (both.by, both.in_reference, both.differs(answers)) == (frozenset({1, 2}), True, False)


def test_what_nobody_named_and_the_reference_does_is_there_too() -> None:
    scenario = scenarios.script().scenario

    named = reveal.named(scenario, {1: Answer(), 2: Answer()})

    assert [each.code for each in named["systems"]] == list(scenario.diagnosis.systems.primary)
    assert all(each.in_reference and not each.by for each in named["systems"])
