"""Pairs: everybody once, positions mixed as far as they can be, the same dice the same pairs."""

from collections.abc import Iterator, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import Incomplete
from lfp_trainer.services import matching
from lfp_trainer.services.matching import SCHOOLS, Group, Positions, Table
from lfp_trainer.storage.models import WorkPosition

CO, EL, MS, HS, ISD = WorkPosition
POSITIONS = [*WorkPosition, None]

rooms = st.lists(st.sampled_from(POSITIONS), min_size=2, max_size=60).map(
    lambda found: dict(enumerate(found, start=1))
)
small_rooms = st.lists(st.sampled_from(POSITIONS), min_size=2, max_size=8).map(
    lambda found: dict(enumerate(found, start=1))
)
seeds = st.integers(0, 1000)


def everybody(groups: Sequence[Group]) -> list[int]:
    return sorted(
        each for group in groups for each in (*group.players, group.observer) if each is not None
    )


def score(pairs: Sequence[tuple[int, int]], positions: Positions) -> tuple[int, int]:
    """Return how many pairs mix office with school, and how many of the others mix."""
    office = mixed = 0
    for one, other in pairs:
        there = {positions[one], positions[other]}
        if CO in there and there & set(SCHOOLS):
            office += 1
        elif len(there) == 2 and None not in there:
            mixed += 1
    return office, mixed


def all_pairings(people: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    """Yield every way to pair people; of an odd number, with each of them left out."""
    if len(people) % 2:
        for each in people:
            yield from all_pairings(tuple(other for other in people if other != each))
        return
    if not people:
        yield []
        return
    first, *others = people
    for each in others:
        rest = tuple(other for other in others if other != each)
        yield from ([(first, each), *pairs] for pairs in all_pairings(rest))


@given(rooms, seeds)
def test_everybody_has_exactly_one_place(positions: Positions, seed: int) -> None:
    for groups in (
        matching.by_mix(positions, Random(seed)),
        matching.at_random(positions, Random(seed)),
        matching.in_order(positions),
    ):
        assert everybody(groups) == sorted(positions)
        watched = [group for group in groups if group.observer is not None]
        assert watched == (groups[-1:] if len(positions) % 2 else [])


@given(small_rooms, seeds)
def test_no_other_pairs_would_mix_more(positions: Positions, seed: int) -> None:
    dealt = [group.players for group in matching.by_mix(positions, Random(seed))]

    best = max(score(pairs, positions) for pairs in all_pairings(tuple(positions)))
    assert score(dealt, positions) == best


@given(rooms, seeds)
def test_the_same_dice_deal_the_same_pairs_however_people_are_listed(
    positions: Positions, seed: int
) -> None:
    backwards = {each: positions[each] for each in reversed(list(positions))}

    assert matching.by_mix(positions, Random(seed)) == matching.by_mix(backwards, Random(seed))
    assert matching.at_random(positions, Random(seed)) == matching.at_random(
        backwards, Random(seed)
    )


def test_everybody_may_come_to_observe_where_all_are_alike() -> None:
    positions = {1: EL, 2: EL, 3: EL, 4: EL, 5: EL}

    watched = {matching.by_mix(positions, Random(seed))[-1].observer for seed in range(100)}

    assert watched == set(positions)


def test_somebody_whose_place_costs_no_mixed_pair_observes() -> None:
    positions = {1: CO, 2: EL, 3: EL}

    watched = {matching.by_mix(positions, Random(seed))[-1].observer for seed in range(50)}

    assert watched == {2, 3}


def test_two_people_are_a_pair_and_three_are_one_with_somebody_who_watches() -> None:
    assert everybody(matching.at_random([4, 9], Random(1))) == [4, 9]
    three = matching.at_random([4, 9, 11], Random(1))
    assert (len(three), everybody(three)) == (1, [4, 9, 11])


@pytest.mark.parametrize("people", [[], [7], [7, 7]])
def test_fewer_than_two_people_are_not_paired(people: list[int]) -> None:
    with pytest.raises(Incomplete):
        matching.at_random(people, Random(1))
    with pytest.raises(Incomplete):
        matching.by_mix(dict.fromkeys(people, EL), Random(1))
    with pytest.raises(Incomplete):
        matching.in_order(people)


def test_central_office_takes_the_seat_of_central_office() -> None:
    for pair in ((1, 2), (2, 1)):
        seated = matching.seat_group(
            Group(pair), {1: CO, 2: MS}, ("principal", "partner"), ["partner"]
        )
        assert seated == {"principal": 2, "partner": 1}


def test_two_alike_take_different_seats_and_a_third_seat_stays_free() -> None:
    seats = ("partner", "principal", "superintendent")

    seated = matching.seat_group(
        Group((5, 6)), {5: HS, 6: HS}, seats, ["partner", "superintendent"]
    )

    assert seated == {"partner": 5, "principal": 6}


PEOPLE = {1: "Ana", 2: "Ben", 3: "Cleo", 4: "Dov", 5: "Eve"}


def test_tables_put_together_by_hand_are_taken_and_empty_ones_left_out() -> None:
    by_hand: list[Table] = [
        {"partner": 1, "principal": 2, OBSERVER: 5},
        {"partner": None, "principal": None, OBSERVER: None},
        {"partner": 3, "principal": 4, OBSERVER: None},
    ]

    assert matching.check_by_hand(by_hand, PEOPLE, observer=OBSERVER) == [by_hand[0], by_hand[2]]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"partner": 3, "principal": 3, OBSERVER: 4}, "In more than one place: Cleo."),
        ({"partner": 3, "principal": None, OBSERVER: None}, "Without a place: Dov."),
        ({"partner": 3, "principal": None, OBSERVER: 4}, "Pair 2 needs two people who play."),
        ({"partner": None, "principal": None, OBSERVER: 4}, "Pair 2 needs two people who play."),
    ],
)
def test_a_table_that_does_not_work_is_refused_with_what_to_do(
    table: dict[str, int | None], problem: str
) -> None:
    first = {"partner": 1, "principal": 2, OBSERVER: 5}

    with pytest.raises(Incomplete) as refused:
        matching.check_by_hand([first, table], PEOPLE, observer=OBSERVER)

    assert problem in refused.value.fields.values()
