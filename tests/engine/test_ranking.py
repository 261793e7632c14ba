"""An order beside the reference's: shared places, distances, and credit between 0 and 1."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine import ranking
from lfp_trainer.engine.ranking import compare_ranking, order_of
from lfp_trainer.errors import Incomplete

PLAIN = {"a": 1, "b": 2, "c": 3, "d": 4}
TIED = {"a": 1, "b": 2, "c": 2, "d": 4}

ranks = st.lists(st.integers(1, 4), min_size=1, max_size=6).map(
    lambda given: dict(zip("abcdef", given, strict=False))
)


def places_right(ranks: dict[str, int], id: str) -> set[int]:
    """Every place the response has in some order that follows the ranks."""
    return {
        order.index(id) + 1
        for order in permutations(ranks)
        if list(order) == sorted(order, key=ranks.__getitem__)
    }


def off_by_hand(ranks: dict[str, int], order: tuple[str, ...]) -> int:
    return sum(
        min(abs(place - right) for right in places_right(ranks, id))
        for place, id in enumerate(order, start=1)
    )


def test_the_reference_s_own_order_has_all_of_the_credit() -> None:
    ranked = compare_ranking(PLAIN, "abcd")

    assert (ranked.total, ranked.largest, ranked.credit) == (0, 8, 1.0)


def test_the_order_from_back_to_front_has_none() -> None:
    assert compare_ranking(PLAIN, "dcba").credit == 0.0


def test_two_neighbours_exchanged_cost_two_of_eight() -> None:
    ranked = compare_ranking(PLAIN, "abdc")

    assert [each.off for each in ranked.placed] == [0, 0, 1, 1]
    assert (ranked.points, ranked.credit) == (6, 0.75)


@pytest.mark.parametrize("order", ["abcd", "acbd"])
def test_responses_that_are_tied_share_their_places(order: str) -> None:
    ranked = compare_ranking(TIED, order)

    assert ranked.credit == 1.0
    tied = [each for each in ranked.placed if each.is_tied]
    assert {(each.first, each.last) for each in tied} == {(2, 3)}
    assert [each.choice_id for each in tied] == [id for id in order if id in "bc"]


def test_a_tied_response_is_off_by_the_way_to_the_nearest_of_its_places() -> None:
    ranked = compare_ranking(TIED, "badc")

    assert {each.choice_id: each.off for each in ranked.placed} == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_where_all_are_tied_any_order_is_right() -> None:
    ranked = compare_ranking({"a": 3, "b": 3, "c": 3}, "cab")

    assert (ranked.total, ranked.largest, ranked.credit) == (0, 0, 1.0)


def test_ranks_with_a_gap_where_a_response_is_not_on_offer_are_places_without_one() -> None:
    ranked = compare_ranking({"b": 2, "d": 4}, "db")

    assert [(each.choice_id, each.first, each.off) for each in ranked.placed] == [
        ("b", 1, 1), ("d", 2, 1),
    ]  # fmt: skip


@given(ranks)
def test_no_order_is_further_off_than_the_largest_total_and_one_is_as_far(
    ranks: dict[str, int],
) -> None:
    compared = [compare_ranking(ranks, order) for order in permutations(ranks)]

    assert {each.largest for each in compared} == {max(each.total for each in compared)}
    assert min(each.total for each in compared) == 0
    assert all(0 <= each.credit <= 1 for each in compared)


@given(st.data())
def test_distances_are_those_counted_by_hand(data: st.DataObject) -> None:
    of_four = data.draw(st.lists(st.integers(1, 3), min_size=2, max_size=5))
    ranks = dict(zip("abcde", of_four, strict=False))
    order = tuple(data.draw(st.permutations(list(ranks))))

    ranked = compare_ranking(ranks, order)

    assert ranked.total == off_by_hand(ranks, order)
    for each in ranked.placed:
        assert set(range(each.first, each.last + 1)) == places_right(ranks, each.choice_id)
        assert order[each.place - 1] == each.choice_id


@given(st.permutations("abcd"))
def test_places_that_name_each_response_once_are_an_order(order: list[str]) -> None:
    places = {id: place for place, id in enumerate(order, start=1)}

    assert order_of("dbca", places) == tuple(order)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({}, "Give each response a place, from 1 for what you would do first to 4."),
        ({"a": 1, "b": 2, "c": 3}, "Give every response a place: 4 is still free."),
        ({"a": 4}, "Give every response a place: 1, 2 and 3 are still free."),
        (
            {"a": 1, "b": 2, "c": 2, "d": 4},
            "Give each response a place of its own: 2 is used more than once, 3 is still free.",
        ),
        (
            {"a": 1, "b": 1, "c": 2, "d": 2},
            "Give each response a place of its own: 1 and 2 are used more than once, 3 and 4 are"
            " still free.",
        ),
        ({"a": 1, "b": 2, "c": 3, "d": 9}, "Give every response a place: 4 is still free."),
        ({"a": 1, "b": 2, "c": 3, "other": 4}, "Give every response a place: 4 is still free."),
    ],
)
def test_anything_else_is_told_which_places_are_used_twice_or_free(
    places: dict[str, int], said: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        order_of("abcd", places)

    assert refused.value.fields == {"places": said}


@given(st.dictionaries(st.sampled_from("abcdx"), st.integers(-1, 6)))
def test_whatever_is_sent_is_an_order_of_all_or_refused(places: dict[str, int]) -> None:
    is_an_order = sorted(places.get(id, 0) for id in "abcd") == [1, 2, 3, 4]

    if is_an_order:
        assert [places[id] for id in order_of("abcd", places)] == [1, 2, 3, 4]
    else:
        with pytest.raises(Incomplete):
            order_of("abcd", places)


def test_the_responses_to_be_placed_again_are_those_without_a_place_or_with_a_shared_one() -> None:
    assert ranking.misplaced({"a": 1, "b": 2, "c": 2, "d": None}) == {"b", "c", "d"}


def test_several_decisions_have_their_credit_on_average() -> None:
    whole, none = compare_ranking(PLAIN, "abcd"), compare_ranking(PLAIN, "dcba")

    assert ranking.average_credit([whole, none]) == 0.5
    assert ranking.average_credit([]) is None
