"""The map before it was played: its shape, and the scenes one has been to, but no word more."""

from collections.abc import Collection
from dataclasses import replace

from lfp_trainer.scenario_map.chart import Chart, Edge, Node

UNKNOWN = "?"
ENDING = "An ending"


def veil(chart: Chart, met: Collection[object] = ()) -> Chart:
    """Return a map that names only what was met.

    A scene not met says who decides in it and nothing else. The boxes keep their places and sizes,
    so that the map is recognized when more of it is known.

    :param met: node ids and edges as :func:`~lfp_trainer.scenario_map.taken` returns them
    """
    return replace(
        chart,
        nodes=tuple(each if each.id in met else _veiled(each) for each in chart.nodes),
        # The names of choices stand in tooltips, and would tell what else there is to say.
        edges=tuple(
            each if (each.source, each.target) in met else _veiled_way(each) for each in chart.edges
        ),
    )


def _veiled(node: Node) -> Node:
    if node.kind in ("start", "end"):
        return node
    title = ENDING if node.kind == "ending" else UNKNOWN
    return replace(node, title=title, lines=(title,))


def _veiled_way(edge: Edge) -> Edge:
    return replace(edge, choices=())
