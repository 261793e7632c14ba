"""The map: every scene and ending stands on it, nothing overlaps, and no story breaks it."""

import time
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lfp_trainer.scenario_map import Chart, Node, lay_out, taken
from lfp_trainer.scenario_map.chart import END_NODE, START_NODE
from lfp_trainer.scenario_map.grid import arrange
from tests import scenarios
from tests.scenarios import Data, choice


def overlap(one: Node, other: Node) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def assert_drawable(chart: Chart) -> None:
    assert [(a.id, b.id) for a, b in combinations(chart.nodes, 2) if overlap(a, b)] == []
    points = [point for edge in chart.edges for point in edge.points]
    points += [(node.x, node.y) for node in chart.nodes]
    points += [(node.x + node.width, node.y + node.height) for node in chart.nodes]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in points)


def ways(data: Data) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in lay_out(scenarios.script(data)).edges}


def test_every_scene_and_ending_is_on_the_map() -> None:
    chart = lay_out(scenarios.script())

    assert [(node.id, node.kind, node.turn) for node in chart.nodes] == [
        (START_NODE, "start", ""),
        ("log", "decision", "partner"),
        ("walk", "passage", ""),
        ("visit", "decision", "principal"),
        (END_NODE, "end", ""),
        (":together", "ending", ""),
        (":alone", "ending", ""),
    ]
    assert_drawable(chart)


def test_a_story_runs_from_top_to_bottom() -> None:
    tops = [node.y for node in lay_out(scenarios.script()).nodes]

    assert all(upper < lower for upper, lower in pairwise(tops))


def test_a_way_knows_the_choices_that_take_it() -> None:
    chosen = {
        (edge.source, edge.target): edge.choices for edge in lay_out(scenarios.script()).edges
    }

    assert chosen["log", "walk"] == ("ask", "tell")
    assert chosen["walk", "visit"] == ()


def test_every_branch_is_a_way() -> None:
    data = scenarios.scenario()
    data["scenes"]["walk"]["goto"] = [{"when": "trust > 0", "to": "visit"}, {"to": "end"}]

    assert {("walk", "visit"), ("walk", END_NODE)} <= ways(data)


def test_a_way_back_leads_up_and_a_way_to_itself_goes_round() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["thank"]["goto"] = "log"
    data["scenes"]["visit"]["choices"]["defend"]["goto"] = "visit"

    chart = lay_out(scenarios.script(data))

    (back,) = [edge for edge in chart.edges if (edge.source, edge.target) == ("visit", "log")]
    assert back.points[0][1] > back.points[-1][1]
    (loop,) = [edge for edge in chart.edges if edge.source == edge.target]
    assert loop.points[0][0] == loop.points[-1][0]
    assert_drawable(chart)


def test_a_long_way_goes_past_the_scenes_between() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["tell"]["goto"] = "end"

    chart = lay_out(scenarios.script(data))

    (long,) = [edge for edge in chart.edges if (edge.source, edge.target) == ("log", END_NODE)]
    boxes = [node for node in chart.nodes if node.id in ("walk", "visit")]
    inside = [
        node.id
        for node in boxes
        for x, y in long.points
        if node.x < x < node.x + node.width and node.y < y < node.y + node.height
    ]
    assert inside == []


def test_a_single_scene_has_a_map() -> None:
    data = scenarios.scenario()
    data["scenes"] = {"log": data["scenes"]["log"]}
    for each in data["scenes"]["log"]["choices"].values():
        each["goto"] = "end"

    assert_drawable(lay_out(scenarios.script(data)))


def test_scenes_that_nothing_leads_to_stand_beside_the_story() -> None:
    data = scenarios.scenario()
    data["scenes"]["island"] = scenarios.decision("partner", {"wait": choice("island")})
    data["scenes"]["lake"] = {"title": "A lake", "goto": "shore"}
    data["scenes"]["shore"] = scenarios.decision("partner", {"swim": choice("lake")})

    chart = lay_out(scenarios.script(data))

    assert {"island", "lake", "shore"} <= {node.id for node in chart.nodes}
    assert_drawable(chart)


def test_a_long_title_is_wrapped_to_three_lines() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["title"] = "A very long title that would never fit into one small box"

    node = lay_out(scenarios.script(data)).nodes[1]

    assert node.lines == ("A very long title", "that would never", "fit into one …")


def test_the_way_of_a_play_is_marked_to_its_ending() -> None:
    script = scenarios.script()

    assert taken(script, ["ask"]) == {
        START_NODE, "log", "walk", "visit",
        (START_NODE, "log"), ("log", "walk"), ("walk", "visit"),
    }  # fmt: skip
    assert taken(script, ["ask", "show"]) - taken(script, ["ask"]) == {
        END_NODE, ":together", ("visit", END_NODE), (END_NODE, ":together"),
    }  # fmt: skip


def test_the_map_is_the_same_every_time() -> None:
    assert lay_out(scenarios.script()) == lay_out(scenarios.script())


def test_a_thousand_scenes_that_may_all_end_are_drawn_in_two_seconds() -> None:
    """Ways that cross a thousand rows each would keep the layout library busy for minutes."""
    ids = [f"scene-{number}" for number in range(1000)]
    long = [(id, END_NODE) for id in ids]
    begin = time.process_time()

    grid = arrange([*ids, END_NODE], [*pairwise(ids), *long], 100)

    assert time.process_time() - begin < 2
    assert len(grid.rows) == 1001


names = st.sampled_from([f"n{number}" for number in range(12)])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=40))
def test_whatever_leads_where_every_scene_gets_a_place_of_its_own(
    found: list[tuple[str, str]],
) -> None:
    """The layout library aborts the process on rings; nothing here may ever reach it."""
    ids = sorted({id for way in found for id in way})

    assert_places_apart(ids, found)


def test_scenes_that_the_library_sets_into_one_place_are_pushed_apart() -> None:
    found = [("n2", "n3"), ("n6", "n4"), ("n4", "n6"), ("n6", "n5"), ("n1", "n10"), ("n4", "n3")]
    found += [("n11", "n0"), ("n10", "n3"), ("n7", "n5"), ("n5", "n2")]
    ids = sorted({id for way in found for id in way})

    for _ in range(20):  # it does so in every other call
        assert_places_apart(ids, found)


def assert_places_apart(ids: list[str], found: list[tuple[str, str]]) -> None:
    grid = arrange(ids, found, 100)

    places = [(grid.rows[id], grid.centres[id]) for id in ids]
    assert len(set(places)) == len(ids)
    for row in set(grid.rows.values()):
        centres = sorted(grid.centres[id] for id in ids if grid.rows[id] == row)
        assert all(right - left >= 99 for left, right in pairwise(centres))
