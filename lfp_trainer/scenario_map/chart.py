"""Where each scene stands on the map, and how they are joined.

Top to bottom and narrow, because most maps are looked at on a phone.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lfp_trainer.engine.play import ending_of, replay, retell
from lfp_trainer.engine.scenario import END, Route, Scene
from lfp_trainer.engine.script import Script
from lfp_trainer.scenario_map.grid import Point, arrange

NODE_WIDTH = 136
GAP = 16
ROW_GAP = 40
LINE_HEIGHT = 16
PADDING = 9
MARGIN = 10
LETTERS = 17
"""Letters of a title that fit on one line of a box."""
LINES = 3
LOOP = 12
"""How far a way back to the same scene stands out from its box."""

# No scene can have such a name: a name has no colon.
START_NODE = ":start"
END_NODE = ":end"

Kind = Literal["start", "decision", "passage", "end", "ending"]


@dataclass(frozen=True, slots=True)
class Node:
    """A box. ``x`` and ``y`` are its upper left corner; ``lines`` is its title, wrapped."""

    id: str
    title: str
    lines: tuple[str, ...]
    turn: str
    kind: Kind
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one box to another, and the choices that take it."""

    source: str
    target: str
    choices: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole map, ready to be drawn."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def lay_out(script: Script) -> Chart:
    """Return the map of a scenario."""
    return _Layout(script).chart()


def taken(script: Script, path: Iterable[str]) -> frozenset[str | tuple[str, str]]:
    """Return the nodes (by id) and edges (source, target) of a play, to be marked on its map.

    :raise UnknownChoice: if the path is not one of this script
    """
    path = tuple(path)
    nodes = [START_NODE, *(moment.scene_id for moment in retell(script, path))]
    ending = ending_of(script, replay(script, path))
    if ending is not None:
        nodes += [END_NODE, ending_node(ending.id)]
    return frozenset([*nodes, *zip(nodes, nodes[1:], strict=False)])


def ending_node(id: str) -> str:
    """Return the id of the box of an ending."""
    return f":{id}"


def _ways(script: Script) -> dict[tuple[str, str], list[str]]:
    """Return every way from scene to scene, with the choices that take it."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    ways[START_NODE, script.scenario.start] = []
    for id, scene in script.scenario.scenes.items():
        for target in _targets(scene.goto):
            ways[id, target] = []
        for choice_id, choice in scene.choices.items():
            for target in _targets(choice.goto):
                ways[id, target].append(choice_id)
    return ways


def _targets(route: Route | None) -> list[str]:
    if route is None:
        return []
    names = [route] if isinstance(route, str) else [branch.to for branch in route]
    return [END_NODE if name == END else name for name in dict.fromkeys(names)]


class _Layout:
    """Boxes in rows from the layout library; everything measured in pixels here."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.ways = _ways(script)
        self.ids = [START_NODE, *script.scenario.scenes]
        if any(target == END_NODE for _, target in self.ways):
            self.ids.append(END_NODE)
        self.grid = arrange(self.ids, list(self.ways), NODE_WIDTH + GAP)
        self.left = MARGIN + NODE_WIDTH / 2
        """Where the grid's left edge lies on the map."""

    def chart(self) -> Chart:
        heights: dict[int, float] = defaultdict(float)
        for id in self.ids:
            heights[self.grid.rows[id]] = max(heights[self.grid.rows[id]], self.height(id))
        tops, y = {}, float(MARGIN)
        for row in range(max(self.grid.rows.values()) + 1):
            tops[row] = y
            y += heights[row] + ROW_GAP
        nodes = {id: self.node(id, tops[self.grid.rows[id]]) for id in self.ids}
        bottoms = {row: top + heights[row] for row, top in tops.items()}
        edges = [
            self.edge(*way, choices, nodes, tops, bottoms) for way, choices in self.ways.items()
        ]
        bottom = y - ROW_GAP
        if END_NODE in nodes:
            below, more, bottom = self.endings(nodes[END_NODE], bottom)
            nodes.update(below)
            edges += more
        sides = [node.x + node.width for node in nodes.values()]
        sides += [x for edge in edges for x, _ in edge.points]
        return Chart(
            title=self.script.scenario.title,
            nodes=tuple(nodes.values()),
            edges=tuple(edges),
            width=max(sides) + MARGIN,
            height=bottom + MARGIN,
        )

    def scene(self, id: str) -> Scene | None:
        return self.script.scenario.scenes.get(id)

    def title(self, id: str) -> str:
        scene = self.scene(id)
        if scene is not None:
            return scene.title
        return "Start" if id == START_NODE else "The end"

    def height(self, id: str) -> float:
        scene = self.scene(id)
        lines = len(_wrapped(self.title(id))) + (1 if scene is not None and scene.turn else 0)
        return 2 * PADDING + lines * LINE_HEIGHT

    def node(self, id: str, top: float) -> Node:
        scene, title = self.scene(id), self.title(id)
        kind: Kind = "start" if id == START_NODE else "end"
        if scene is not None:
            kind = "decision" if scene.choices else "passage"
        width = NODE_WIDTH if scene is not None else NODE_WIDTH * 0.6
        return Node(
            id=id,
            title=title,
            lines=_wrapped(title),
            turn=scene.turn or "" if scene is not None else "",
            kind=kind,
            x=self.left + self.grid.centres[id] - width / 2,
            y=top,
            width=width,
            height=self.height(id),
        )

    def edge(
        self,
        source: str,
        target: str,
        choices: list[str],
        nodes: dict[str, Node],
        tops: dict[int, float],
        bottoms: dict[int, float],
    ) -> Edge:
        start, stop = nodes[source], nodes[target]
        if source == target:
            return Edge(source, target, tuple(choices), tuple(_loop(start)))
        back = self.grid.rows[source] >= self.grid.rows[target]
        upper, lower = (stop, start) if back else (start, stop)
        points = [(upper.x + upper.width / 2, upper.y + upper.height)]
        for x, row in self.grid.bends.get((upper.id, lower.id), []):
            points += [(self.left + x, tops[row]), (self.left + x, bottoms[row])]
        points.append((lower.x + lower.width / 2, lower.y))
        if back:  # beside the way down, if there is one
            points = [(x + LOOP, y) for x, y in reversed(points)]
        return Edge(source, target, tuple(choices), tuple(points))

    def endings(self, end: Node, top: float) -> tuple[dict[str, Node], list[Edge], float]:
        """Set the endings one below the other, on a line that runs down from the end."""
        spine, x = end.x + end.width / 2, end.x + end.width / 2 + 2 * LOOP
        width = NODE_WIDTH + 4 * GAP
        if x + width > self.right():
            x = max(MARGIN + 2 * LOOP, self.right() - width)
            spine = x - 2 * LOOP
        nodes, edges = {}, []
        for compiled in self.script.endings:
            ending = compiled.ending
            lines = _wrapped(ending.title, LETTERS + 8)
            top += GAP
            id = ending_node(ending.id)
            height = 2 * PADDING + len(lines) * LINE_HEIGHT
            nodes[id] = Node(id, ending.title, lines, "", "ending", x, top, width, height)
            middle = top + height / 2
            bottom = end.y + end.height
            below = (end.x + end.width / 2, bottom), (spine, bottom + GAP / 2)
            edges.append(Edge(END_NODE, id, (), (*below, (spine, middle), (x, middle))))
            top += height
        return nodes, edges, top

    def right(self) -> float:
        return self.left + max(self.grid.centres.values()) + NODE_WIDTH / 2


def _loop(node: Node) -> Iterator[Point]:
    right, middle = node.x + node.width, node.y + node.height / 2
    yield from [
        (right, middle - LOOP / 2),
        (right + LOOP, middle - LOOP / 2),
        (right + LOOP, middle + LOOP / 2),
        (right, middle + LOOP / 2),
    ]


def _wrapped(title: str, letters: int = LETTERS) -> tuple[str, ...]:
    return tuple(textwrap.wrap(title, letters, max_lines=LINES, placeholder=" …"))
