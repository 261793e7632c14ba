"""The map with the traffic of many plays: every way that was gone shows, the busiest the widest."""

from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.scenario_map import draw_traffic, lay_out
from tests import scenarios

CHART = lay_out(scenarios.script())
WAYS = [(edge.source, edge.target) for edge in CHART.edges]


def test_nobody_leaves_no_line() -> None:
    assert draw_traffic(CHART, {}) == ()


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
