"""Two plays beside each other: where they part, what differs from there, where they meet again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lfp_trainer.engine import debrief, play
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.what_if import Comparison, compare
from tests import scenarios
from tests.engine.test_play import winding
from tests.scenarios import choice

EVERY_SEAT = ("partner", "principal")
SMALL = scenarios.script()
WINDING = winding()


def held(script: Script, first: str, other: str, seats: tuple[str, ...] = EVERY_SEAT) -> Comparison:
    return compare(script, first.split(), other.split(), own_seats=seats)


def finish(script: Script, path: tuple[str, ...], picks: list[int]) -> tuple[str, ...]:
    """Play on to the end, by these numbers and then by the first on offer that leads on."""
    position = play.replay(script, path)
    turns = iter(picks)
    while position.scene is not None:
        may = play.offered(script, position)
        # Past the numbers the last response is taken: the first may lead round in a ring.
        position = play.choose(script, position, may[next(turns, len(may) - 1) % len(may)])
    return position.path


PICKS = st.lists(st.integers(0, 8), max_size=12)


@settings(deadline=None)
@given(PICKS, st.data())
def test_a_what_if_shares_the_play_up_to_its_decision_and_no_further(
    picks: list[int], data: st.DataObject
) -> None:
    first = finish(WINDING, (), picks)
    told = debrief.tell(WINDING, first, own_seats=EVERY_SEAT)
    at = data.draw(st.integers(0, len(first) - 1))
    may = [id for id in told.decisions[at].moment.may if id != first[at]]
    if not may:
        return
    other = finish(WINDING, (*first[:at], data.draw(st.sampled_from(may))), data.draw(PICKS))

    both = compare(WINDING, first, other, own_seats=EVERY_SEAT)

    assert both.shared == at
    assert both.first == told
    assert both.first.decisions[:at] == both.other.decisions[:at]
    assert both.parting is not None
    assert both.parting.first.moment.lines == both.parting.other.moment.lines
    assert both.parting.first.moment.may == both.parting.other.moment.may
    assert both.parting.first.moment.choice_id != both.parting.other.moment.choice_id
    # Every later decision of both stands there once, in its order.
    assert [each.first for each in both.later if each.first] == [*told.decisions[at + 1 :]]
    assert [each.other for each in both.later if each.other] == [*both.other.decisions[at + 1 :]]
    for pair in both.gauges:
        assert pair.first[: at + 1] == pair.other[: at + 1]
    for counted in both.levels:
        assert sum(counted.first) == len(first) - at
        assert sum(counted.other) == len(other) - at


@settings(deadline=None)
@given(PICKS)
def test_a_play_beside_itself_shows_no_difference(picks: list[int]) -> None:
    path = finish(WINDING, (), picks)

    both = compare(WINDING, path, path, own_seats=EVERY_SEAT)

    assert both.shared == len(path)
    assert both.first == both.other
    assert (both.parting, both.meets, both.moved_most, both.later) == (None, None, None, ())
    assert both.is_same_ending
    assert all(pair.first == pair.other for pair in both.levels)
    practices = both.practices
    assert practices.used_first == practices.used_other == ()
    assert practices.missed_first == practices.missed_other == ()


@settings(deadline=None)
@given(PICKS, PICKS)
def test_the_two_plays_can_change_places(one: list[int], two: list[int]) -> None:
    first, other = finish(WINDING, (), one), finish(WINDING, (), two)

    there = compare(WINDING, first, other, own_seats=EVERY_SEAT)
    back = compare(WINDING, other, first, own_seats=EVERY_SEAT)

    assert (there.shared, there.is_same_ending) == (back.shared, back.is_same_ending)
    assert [each.moved for each in there.gauges] == [-each.moved for each in back.gauges]


def test_both_responses_at_the_parting_are_told() -> None:
    both = held(SMALL, "ask show", "tell defend")

    assert both.shared == 0
    assert both.parting is not None
    assert both.parting.first.moment.choice_id == "ask"
    assert both.parting.other.moment.choice_id == "tell"
    assert both.parting.first.moment.title == "A decision"


def test_two_plays_come_to_the_same_ending_or_to_another() -> None:
    assert not held(SMALL, "tell defend", "ask show").is_same_ending
    assert held(SMALL, "ask show", "ask defend").is_same_ending


def test_the_gauge_that_ends_furthest_from_before_is_named() -> None:
    moved = held(SMALL, "ask show", "tell defend").moved_most

    assert moved is not None
    assert (moved.name, moved.first, moved.other, moved.moved) == (
        "trust", (0, 1, 2), (0, -1, -1), -3,
    )  # fmt: skip


def test_where_no_gauge_ends_elsewhere_none_is_named() -> None:
    assert held(SMALL, "ask defend", "ask thank").moved_most is None


def test_levels_are_counted_from_the_parting_on_and_only_the_learners() -> None:
    motivate, results = held(SMALL, "ask show", "ask defend").levels

    assert (motivate.strand, motivate.first, motivate.other) == (
        "motivate", (0, 0, 1, 0, 0), (1, 0, 0, 0, 0),
    )  # fmt: skip
    assert (results.first, results.other) == ((0, 1, 0, 0, 0), (1, 0, 0, 0, 0))
    partner = held(SMALL, "ask show", "tell defend", ("partner",)).levels[0]
    assert (partner.first, partner.other) == ((0, 0, 1, 0, 0), (0, 0, 1, 0, 0))


def test_a_rubric_of_another_shape_is_counted_on_its_own_levels() -> None:
    scale = scenarios.rubric(("motivate", "results", "listen"), levels=3)
    data = scenarios.scenario()
    script = scenarios.script(data, scale)

    pairs = held(script, "ask show", "tell defend").levels

    assert [(each.strand, len(each.first), len(each.other)) for each in pairs] == [
        ("motivate", 3, 3), ("results", 3, 3), ("listen", 3, 3),
    ]  # fmt: skip


def test_practices_of_one_play_alone_are_told_apart() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["tell"] |= {"uses": ["DIF"], "misses": ["LFP1"]}
    data["scenes"]["visit"]["choices"]["show"] |= {"uses": ["LFP1"]}

    practices = held(scenarios.script(data), "ask show", "tell show").practices

    assert (practices.used_first, practices.used_other) == (("LFP7m",), ("DIF",))
    assert (practices.missed_first, practices.missed_other) == ((), ("LFP1",))


def test_plays_that_come_to_the_same_scene_again_meet_there() -> None:
    assert held(SMALL, "ask show", "tell defend").meets == "walk"
    assert held(SMALL, "ask show", "ask defend").meets is None


def test_plays_that_go_through_different_scenes_stand_side_by_side() -> None:
    data = scenarios.scenario()
    scenes = data["scenes"]
    scenes["log"]["choices"]["tell"]["goto"] = "office"
    scenes["office"] = scenarios.decision("partner", {"sit": choice("call"), "stand": choice()})
    scenes["call"] = scenarios.decision("partner", {"ring": choice("visit")})
    script = scenarios.script(data)

    rows = held(script, "ask defend", "tell sit ring defend").later
    there = [
        (each.first and each.first.moment.choice_id, each.other and each.other.moment.choice_id)
        for each in rows
    ]

    assert there == [(None, "sit"), (None, "ring"), ("defend", "defend")]
    assert [each.is_same_moment for each in rows] == [False, False, True]
    assert rows[-1].is_same_response
    assert held(script, "ask defend", "tell stand").later[0].is_same_moment is False


def test_a_later_moment_answered_otherwise_is_counted_where_it_was_the_learners() -> None:
    assert held(SMALL, "ask show", "tell defend").answered_otherwise == 1
    assert held(SMALL, "ask defend", "tell defend").answered_otherwise == 0
    assert held(SMALL, "ask show", "tell defend", ("partner",)).answered_otherwise == 0
