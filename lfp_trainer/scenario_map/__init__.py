"""The map of a scenario: as a chart to be drawn, and the same in words."""

from lfp_trainer.scenario_map.chart import (
    END_NODE,
    START_NODE,
    Chart,
    Edge,
    Node,
    ending_node,
    lay_out,
    taken,
)
from lfp_trainer.scenario_map.outline import outline
from lfp_trainer.scenario_map.traffic import Flow, Passed, draw_traffic
from lfp_trainer.scenario_map.veil import veil

__all__ = [
    "END_NODE",
    "START_NODE",
    "Chart",
    "Edge",
    "Flow",
    "Node",
    "Passed",
    "draw_traffic",
    "ending_node",
    "lay_out",
    "outline",
    "taken",
    "veil",
]
