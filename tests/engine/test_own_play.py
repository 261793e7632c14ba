"""What somebody's own responses showed, by the rule for rating anybody, beside what they claim."""

from collections.abc import Mapping

import pytest

from lfp_trainer.engine import debrief, own_play
from lfp_trainer.engine.own_play import Response, Showed, Verdict
from lfp_trainer.engine.rubric import Rating
from tests import scenarios


def shown(*levels: int, top: int = 5) -> Showed:
    """What responses with these levels show on one strand, numbered from 1."""
    responses = [
        Response(number, "A scene", "A response", {"motivate": level})
        for number, level in enumerate(levels, start=1)
    ]
    return own_play.showed(responses, seat="partner", strand="motivate", top=top)


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ((4,), 4),
        ((2, 4, 3), 4),
        ((4, 2), 4),  # once is no habit
        ((4, 2, 2), 3),
        ((4, 1, 2), 3),
        ((4, 3, 3, 3), 4),  # one level less is the same person on another day
        ((5, 3, 3), 4),
        ((2, 1, 1, 1), 2),
        ((3, 1, 1), 2),
        ((), None),
    ],
)
def test_the_highest_level_counts_and_one_lower_if_contrary_behavior_repeats(
    levels: tuple[int, ...], level: int | None
) -> None:
    assert shown(*levels).level == level


def test_every_level_of_the_ladder_says_which_steps_showed_it() -> None:
    assert shown(2, 4, 2, top=4).steps == {1: (), 2: (1, 3), 3: (), 4: (2,)}


def test_a_response_that_says_nothing_on_a_strand_is_not_the_lowest() -> None:
    responses = [Response(1, "A scene", "A response", {"results": 4})]

    found = own_play.showed(responses, seat="partner", strand="motivate", top=5)

    assert (found.level, found.contrary) == (None, ())


@pytest.mark.parametrize(
    ("claimed", "levels", "verdict", "otherwise"),
    [
        (4, (4, 2), Verdict.SAME, ()),
        (None, (), Verdict.SAME, ()),
        # Never reached: the highest that there is speaks against it.
        (5, (3, 4), Verdict.MORE, (2,)),
        # Reached once, and taken back by what repeats.
        (4, (4, 2, 1), Verdict.MORE, (2, 3)),
        (2, (2, 4), Verdict.LESS, (2,)),
        (None, (2, 3), Verdict.SAID_NOTHING, (2,)),
        (2, (), Verdict.NOTHING_SHOWN, ()),
    ],
)
def test_a_claim_is_held_beside_what_was_shown(
    claimed: int | None, levels: tuple[int, ...], verdict: Verdict, otherwise: tuple[int, ...]
) -> None:
    claim = own_play.hold_beside(Rating(claimed), shown(*levels))

    assert (claim.verdict, claim.otherwise) == (verdict, otherwise)


def test_few_responses_are_quoted_against_a_claim() -> None:
    assert own_play.hold_beside(Rating(1), shown(4, 4, 4, 4)).otherwise == (1, 2)


def responses(
    *path: str, own: tuple[str, ...], by_stand_in: Mapping[int, bool]
) -> dict[str, list[int]]:
    told = debrief.tell(scenarios.script(), path, own_seats=own)
    return {
        seat: [each.number for each in own_play.responses_in(told.decisions, seat, by_stand_in)]
        for seat in ("partner", "principal")
    }


def test_only_ones_own_responses_count_seat_by_seat() -> None:
    alone = responses("ask", "show", own=("partner",), by_stand_in={2: True})
    every = responses("ask", "show", own=("partner", "principal"), by_stand_in={})
    rescued = responses("ask", "show", own=("partner", "principal"), by_stand_in={1: True})

    assert alone == {"partner": [1], "principal": []}
    assert every == {"partner": [1], "principal": [2]}
    assert rescued == {"partner": [], "principal": [2]}


def test_the_responses_that_show_a_level_are_told_in_the_order_of_the_play() -> None:
    responses = [
        Response(1, "A scene", "A response", {"motivate": 4}),
        Response(2, "A scene", "A response", {"results": 4}),
        Response(3, "A scene", "A response", {"motivate": 1}),
    ]

    found = own_play.showed(responses, seat="partner", strand="motivate", top=5)

    assert found.numbers == (1, 3)
