"""The map with the traffic of many plays: every way that was gone shows, the busiest the widest."""

from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.scenario_map import count_passed, draw_traffic, lay_out
from lfp_trainer.scenario_map.chart import END_NODE, START_NODE
from tests import scenarios

SCRIPT = scenarios.script()
CHART = lay_out(SCRIPT)
WAYS = [(edge.source, edge.target) for edge in CHART.edges]


def test_every_scene_on_the_way_is_passed_and_so_is_the_end() -> None:
    moves = [("log", "walk visit", 3), ("visit", "", 2)]

    assert count_passed(SCRIPT, moves, begun=3, ended={"together": 2}) == {
        (START_NODE, "log"): 3,
        ("log", "walk"): 3,
        ("walk", "visit"): 3,
        ("visit", END_NODE): 2,
        (END_NODE, ":together"): 2,
    }


def test_what_several_choices_lead_to_is_one_way() -> None:
    moves = [("log", "walk visit", 3), ("log", "walk visit", 4)]

    assert count_passed(SCRIPT, moves, begun=7, ended={})["log", "walk"] == 7


def test_a_story_may_end_in_a_passage() -> None:
    passed = count_passed(SCRIPT, [("log", "walk", 1)], begun=1, ended={})

    assert passed["walk", END_NODE] == 1


def test_nobody_leaves_no_line() -> None:
    assert draw_traffic(CHART, count_passed(SCRIPT, [], begun=0, ended={"alone": 0})) == ()


@given(st.dictionaries(st.sampled_from(WAYS), st.integers(1, 10_000), min_size=1))
def test_the_busiest_way_is_the_widest_and_each_that_was_gone_is_seen(
    passed: dict[tuple[str, str], int],
) -> None:
    flows = draw_traffic(CHART, passed)

    assert {(flow.source, flow.target): flow.count for flow in flows} == passed
    assert flows[0].width == 12
    assert all(2 <= flow.width <= 12 for flow in flows)
    widths = [flow.width for flow in flows]
    assert widths == sorted(widths, reverse=True)


def test_a_line_ends_where_its_arrow_begins_and_the_arrow_where_the_box_does() -> None:
    ends = {(edge.source, edge.target): edge.points[-1] for edge in CHART.edges}

    for flow in draw_traffic(CHART, dict.fromkeys(WAYS, 5)):
        left, tip, right = flow.head
        assert tip == ends[flow.source, flow.target]
        middle = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
        assert hypot(middle[0] - flow.line[-1][0], middle[1] - flow.line[-1][1]) < 1e-6
