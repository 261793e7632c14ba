"""Where each scene stands on the map, and how they are joined.

Top to bottom and narrow, because most maps are looked at on a phone.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

import fast_sugiyama

from lfp_trainer.engine.play import ending_of, replay, retell
from lfp_trainer.engine.scenario import END, Route, Scene
from lfp_trainer.engine.script import Script

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

Point = tuple[float, float]
_Part = tuple[Iterable[tuple[int, Point]], float, float, Iterable[tuple[int, int]] | None]
"""What the layout library returns: positions, width, height, and links between neighbours."""
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
        nodes += [END_NODE, _ending_node(ending.id)]
    return frozenset([*nodes, *zip(nodes, nodes[1:], strict=False)])


def _ending_node(id: str) -> str:
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
        self.centres: dict[str, float] = {}
        self.rows: dict[str, int] = {}
        self.bends: dict[tuple[str, str], list[tuple[float, int]]] = {}
        """Where a long way crosses the rows between its ends: centre and row."""

    def chart(self) -> Chart:
        self.place()
        heights: dict[int, float] = defaultdict(float)
        for id in self.ids:
            heights[self.rows[id]] = max(heights[self.rows[id]], self.height(id))
        tops, y = {}, float(MARGIN)
        for row in range(max(self.rows.values()) + 1):
            tops[row] = y
            y += heights[row] + ROW_GAP
        nodes = {id: self.node(id, tops[self.rows[id]]) for id in self.ids}
        bottoms = {row: top + heights[row] for row, top in tops.items()}
        edges = [
            self.edge(*way, choices, nodes, tops, bottoms) for way, choices in self.ways.items()
        ]
        width = max(node.x + node.width for node in nodes.values())
        width = max([width, *(x for edge in edges for x, _ in edge.points)]) + MARGIN
        height = y - ROW_GAP + MARGIN
        if END_NODE in nodes:
            below, more, height = self.endings(nodes[END_NODE], height - MARGIN)
            nodes.update(below)
            edges += more
        return Chart(self.script.scenario.title, tuple(nodes.values()), tuple(edges), width, height)

    def place(self) -> None:
        """Ask the layout library for rows and centres.

        It ends the whole process when it is given a ring, so it is given none: ways that lead back
        are turned round, and a scene that leads to itself is left out.
        """
        numbers = {id: number for number, id in enumerate(self.ids)}
        forward = _without_rings(self.ids, list(self.ways))
        pairs = sorted({(numbers[source], numbers[target]) for source, target in forward})
        layouts = fast_sugiyama.from_edges(
            pairs, vertex_spacing=NODE_WIDTH + GAP, dummy_vertices=True, check_layout=False
        )
        left = MARGIN + NODE_WIDTH / 2
        for positions, *_, links in cast(list[_Part], layouts):
            left = self.place_part(dict(positions), links or [], left)
        for id in self.ids:
            if id not in self.rows:  # nothing leads to it and it leads only to itself
                self.centres[id], self.rows[id] = left, 0
                left += NODE_WIDTH + GAP

    def place_part(
        self, positions: dict[int, Point], links: Iterable[tuple[int, int]], left: float
    ) -> float:
        """Take over one connected part, and return where the next one begins."""
        heights = sorted({y for _, y in positions.values()}, reverse=True)
        rows = {y: row for row, y in enumerate(heights)}
        shift = left - min(x for x, _ in positions.values())
        at = {number: (x + shift, rows[y]) for number, (x, y) in positions.items()}
        for number, (x, row) in at.items():
            if number < len(self.ids):
                self.centres[self.ids[number]], self.rows[self.ids[number]] = x, row
        after: dict[int, list[int]] = defaultdict(list)
        for source, target in links:
            after[source].append(target)
        for source in [number for number in at if number < len(self.ids)]:
            for number in after[source]:
                bends = []
                while number >= len(self.ids):
                    bends.append(at[number])
                    (number,) = after[number]
                self.bends[self.ids[source], self.ids[number]] = bends
        return max(x for x, _ in at.values()) + NODE_WIDTH + GAP

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
            x=self.centres[id] - width / 2,
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
        back = (source, target) not in self.bends
        upper, lower = (stop, start) if back else (start, stop)
        points = [(upper.x + upper.width / 2, upper.y + upper.height)]
        for x, row in self.bends[upper.id, lower.id]:
            points += [(x, tops[row]), (x, bottoms[row])]
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
            id = _ending_node(ending.id)
            height = 2 * PADDING + len(lines) * LINE_HEIGHT
            nodes[id] = Node(id, ending.title, lines, "", "ending", x, top, width, height)
            middle = top + height / 2
            bottom = end.y + end.height
            below = (end.x + end.width / 2, bottom), (spine, bottom + GAP / 2)
            edges.append(Edge(END_NODE, id, (), (*below, (spine, middle), (x, middle))))
            top += height
        return nodes, edges, top + MARGIN

    def right(self) -> float:
        return max(self.centres.values()) + NODE_WIDTH / 2


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


def _without_rings(ids: list[str], ways: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Turn every way that leads back round, so that all lead forward."""
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        after[source].append(target)
    place: dict[str, int] = {}
    for id in reversed(_finished(ids, after)):
        place[id] = len(place)
    return {
        (source, target) if place[source] < place[target] else (target, source)
        for source, target in ways
        if source != target
    }


def _finished(ids: list[str], after: dict[str, list[str]]) -> list[str]:
    """Return the scenes in the order in which a walk in depth leaves them, without recursion."""
    order: list[str] = []
    seen: set[str] = set()
    for id in ids:
        stack = [(id, iter(after[id]))] if id not in seen else []
        seen.add(id)
        while stack:
            here, rest = stack[-1]
            following = next((each for each in rest if each not in seen), None)
            if following is None:
                order.append(here)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(after[following])))
    return order
