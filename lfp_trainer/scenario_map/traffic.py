"""How many plays went which way, drawn on the map as the width of its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from lfp_trainer.scenario_map.chart import Chart, Edge, Node
from lfp_trainer.scenario_map.grid import Point

THINNEST = 2.0
"""The width of a way that a single one of very many plays has gone."""
WIDEST = 12.0
HEAD = 9.0
"""The length of an arrowhead; a wide line has a longer one."""
HALO = 14
"""About the height of a number beside a line."""

Passed = Mapping[tuple[str, str], int]
"""How many went from one node of the map to the next."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A way that plays went: its line, already shortened by its arrowhead, and where to say how
    many they were.
    """

    source: str
    target: str
    count: int
    width: float
    line: tuple[Point, ...]
    head: tuple[Point, Point, Point]
    label: Point

    @property
    def way(self) -> tuple[str, str]:
        return self.source, self.target


def draw_traffic(chart: Chart, passed: Passed) -> tuple[Flow, ...]:
    """Return what to draw over the map, the widest first so that none hides a narrow one."""
    heaviest = max(passed.values(), default=0)
    nodes = {node.id: node for node in chart.nodes}
    flows = [
        _flow(edge, nodes[edge.target], passed[edge.source, edge.target], heaviest)
        for edge in chart.edges
        if (edge.source, edge.target) in passed
    ]
    return tuple(sorted(flows, key=lambda flow: (-flow.count, flow.source, flow.target)))


def _flow(edge: Edge, target: Node, count: int, heaviest: int) -> Flow:
    width = THINNEST + (WIDEST - THINNEST) * count / heaviest
    length = HEAD + width / 2
    points = [*dict.fromkeys(edge.points)]
    (x, y), (to_x, to_y) = points[-2:]
    far = hypot(to_x - x, to_y - y)
    length = min(length, far * 0.8)
    along_x, along_y = (to_x - x) / far, (to_y - y) / far
    neck = to_x - along_x * length, to_y - along_y * length
    half = width / 2 + 3
    return Flow(
        source=edge.source,
        target=edge.target,
        count=count,
        width=round(width, 1),
        line=(*points[:-1], neck),
        head=(
            (neck[0] - along_y * half, neck[1] + along_x * half),
            (to_x, to_y),
            (neck[0] + along_y * half, neck[1] - along_x * half),
        ),
        # The ways to all endings share a line: their numbers stand above the boxes.
        label=(target.x + 4, target.y - 4) if target.kind == "ending" else _halfway(points, width),
    )


def _halfway(points: list[Point], width: float) -> Point:
    """Return a place right of the middle of a line."""
    parts = list(pairwise(points))
    lengths = [hypot(to_x - x, to_y - y) for (x, y), (to_x, to_y) in parts]
    left = sum(lengths) / 2
    for ((x, y), (to_x, to_y)), length in zip(parts, lengths, strict=True):
        if left <= length:
            share = left / length
            return x + (to_x - x) * share + width / 2 + 3, y + (to_y - y) * share + HALO / 3
        left -= length
    return points[-1]
