"""What a debrief tells of a play: what was ranked first, what showed more, what to try instead."""

from collections.abc import Iterable

from lfp_trainer.engine.debrief import Debrief, Higher, tell
from lfp_trainer.engine.script import Script
from tests import scenarios
from tests.scenarios import Data, choice, decision

EVERY_SEAT = ("partner", "principal")


def two_decisions(first: Data, second: Data) -> Script:
    """Two scenes of the partner's, one after the other, with these responses."""
    data = scenarios.scenario()
    data["scenes"] = {
        "log": decision("partner", {id: {**it, "goto": "visit"} for id, it in first.items()}),
        "visit": decision("partner", second),
    }
    return scenarios.script(data)


def showing(motivate: int, results: int, *, rank: int, **more: object) -> Data:
    return choice(rank=rank, shows={"motivate": motivate, "results": results}, **more)


def told(script: Script, *path: str, own_seats: Iterable[str] = EVERY_SEAT) -> Debrief:
    return tell(script, path, own_seats=tuple(own_seats))


def turning_scene(script: Script, *path: str) -> str | None:
    point = told(script, *path).turning_point
    return point.moment.scene_id if point else None


def test_the_response_ranked_first_is_named_and_whether_it_was_taken() -> None:
    asked, defended = told(scenarios.script(), "ask", "defend").decisions

    assert (asked.first, asked.took_first) == ("ask", True)
    assert (defended.first, defended.took_first) == ("show", False)


def test_of_two_ranked_first_the_one_that_was_taken_is_named() -> None:
    equals = {
        "ask": showing(4, 3, rank=1),
        "walk": showing(3, 4, rank=1),
        "wait": showing(1, 1, rank=3),
    }
    script = two_decisions(equals, {"go": showing(1, 1, rank=1)})

    first = {id: told(script, id, "go").decisions[0] for id in equals}

    assert {id: each.first for id, each in first.items()} == {
        "ask": "ask", "walk": "walk", "wait": "ask",
    }  # fmt: skip
    assert [each.took_first for each in first.values()] == [True, True, False]


def test_a_response_that_shows_more_than_the_first_is_named_strand_by_strand() -> None:
    first = {
        "walk-in": showing(4, 3, rank=1),
        "decree": showing(2, 5, rank=2),
        "wait": showing(1, 1, rank=3),
    }
    one = two_decisions(first, {"go": showing(1, 1, rank=1)})

    assert told(one, "wait", "go").decisions[0].higher == (Higher("results", 5, "decree"),)
    assert told(one, "wait", "go").decisions[1].higher == ()


def test_of_equal_levels_the_better_ranked_response_is_named() -> None:
    first = {
        "decree": showing(2, 5, rank=3),
        "walk-in": showing(4, 3, rank=1),
        "count": showing(2, 5, rank=2),
    }
    one = two_decisions(first, {"go": showing(1, 1, rank=1)})

    assert told(one, "walk-in", "go").decisions[0].higher == (Higher("results", 5, "count"),)


def test_the_turning_point_counts_rank_and_levels_together() -> None:
    # The first decision ranks two places lower and is a level off; the second one place and five.
    one = two_decisions(
        {"a": showing(3, 3, rank=1), "b": showing(3, 3, rank=2), "c": showing(3, 2, rank=3)},
        {"d": showing(4, 4, rank=1), "e": showing(1, 2, rank=2)},
    )

    assert [each.gap for each in told(one, "c", "e").decisions] == [3, 6]
    assert turning_scene(one, "c", "e") == "visit"
    assert turning_scene(one, "c", "d") == "log"


def test_levels_above_the_response_ranked_first_make_up_for_nothing() -> None:
    one = two_decisions(
        {"a": showing(3, 3, rank=1), "b": showing(1, 5, rank=2)}, {"go": showing(1, 1, rank=1)}
    )

    assert told(one, "b", "go").decisions[0].gap == 3


def test_of_two_equally_far_off_the_later_is_the_turning_point() -> None:
    pair = {"a": showing(3, 3, rank=1), "b": showing(2, 2, rank=2)}
    other = {"c": showing(3, 3, rank=1), "d": showing(2, 2, rank=2)}

    assert turning_scene(two_decisions(pair, other), "b", "d") == "visit"


def test_who_took_the_first_each_time_has_no_turning_point() -> None:
    assert turning_scene(scenarios.script(), "ask", "show") is None


def test_what_somebody_else_chose_is_no_turning_point() -> None:
    point = told(scenarios.script(), "tell", "defend", own_seats=["partner"]).turning_point

    assert point is not None
    assert point.moment.choice_id == "tell"


def test_a_response_that_was_not_on_offer_is_not_the_first() -> None:
    pair = {
        "a": showing(5, 5, rank=1, when="trust >= 5"),
        "b": showing(3, 3, rank=2),
        "c": showing(3, 3, rank=3),
    }
    one = two_decisions(pair, {"go": showing(1, 1, rank=1)})

    taken = told(one, "c", "go").decisions[0]
    assert (taken.first, taken.gap, taken.higher) == ("b", 1, ())
