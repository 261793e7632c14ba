"""Which scene stands in which row and how far to the right: layered drawing of a graph."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import cast

import fast_sugiyama

MAX_CROSSED = 20_000
"""Rows that all ways together may cross before the longest are drawn straight."""

Point = tuple[float, float]
Way = tuple[str, str]
_Part = tuple[Iterable[tuple[int, Point]], float, float, Iterable[tuple[int, int]] | None]
"""What the layout library returns: positions, width, height, and links between neighbours."""


@dataclass(slots=True)
class Grid:
    """Rows counted from the top, and centres from the left edge."""

    rows: dict[str, int] = field(default_factory=dict)
    centres: dict[str, float] = field(default_factory=dict)
    bends: dict[Way, list[tuple[float, int]]] = field(default_factory=dict)
    """Where a long way down crosses the rows between its ends: centre and row."""


def arrange(ids: Sequence[str], ways: Sequence[Way], spacing: float) -> Grid:
    """Arrange scenes so that most ways lead down and few cross.

    The layout library ends the whole process when it is given a ring, so it is given none: ways
    that lead back are turned round, and a scene that leads to itself is left out.
    """
    grid = Grid()
    forward = _without_longest(_without_rings(ids, ways))
    joined = {id for way in forward for id in way}
    placed = [id for id in ids if id in joined]
    numbers = {id: number for number, id in enumerate(placed)}
    pairs = sorted({(numbers[source], numbers[target]) for source, target in forward})
    layouts = fast_sugiyama.from_edges(
        pairs, vertex_spacing=spacing, dummy_vertices=True, check_layout=False
    )
    left = 0.0
    # Its order of unconnected parts changes from call to call.
    parts = sorted(cast(list[_Part], layouts), key=lambda part: min(part[0]))
    for positions, *_, links in parts:
        left = spacing + _take_over(grid, placed, dict(positions), links or [], left, spacing)
    for id in ids:
        if id not in grid.rows:  # it leads only to itself, or its ways were too long
            grid.centres[id], grid.rows[id] = left, 0
            left += spacing
    return grid


def _take_over(
    grid: Grid,
    ids: Sequence[str],
    positions: dict[int, Point],
    links: Iterable[tuple[int, int]],
    left: float,
    spacing: float,
) -> float:
    """Take over one connected part, and return where it ends.

    Numbers beyond the scenes' are bends of long ways.
    """
    heights = sorted({y for _, y in positions.values()}, reverse=True)
    rows = {y: row for row, y in enumerate(heights)}
    shift = left - min(x for x, _ in positions.values())
    at = {number: (x + shift, rows[y]) for number, (x, y) in positions.items()}
    at = _apart(at, len(ids), spacing)
    for number, (x, row) in at.items():
        if number < len(ids):
            grid.centres[ids[number]], grid.rows[ids[number]] = x, row
    after: dict[int, list[int]] = defaultdict(list)
    for source, target in links:
        after[source].append(target)
    for source in [number for number in at if number < len(ids)]:
        for number in after[source]:
            bends = []
            while number >= len(ids):
                bends.append(at[number])
                (number,) = after[number]
            grid.bends[ids[source], ids[number]] = bends
    return max(x for x, _ in at.values())


def _apart(
    at: dict[int, tuple[float, int]], scenes: int, spacing: float
) -> dict[int, tuple[float, int]]:
    """Push neighbours in a row apart where the library set them too close, which it can."""
    apart: dict[int, tuple[float, int]] = {}
    ends: dict[int, float] = {}
    for number, (x, row) in sorted(at.items(), key=lambda item: item[1]):
        room = spacing / 2 if number < scenes else spacing / 8
        x = max(x, ends.get(row, x - room) + room)
        apart[number] = x, row
        ends[row] = x + room
    return apart


def _without_rings(ids: Sequence[str], ways: Sequence[Way]) -> set[Way]:
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


def _without_longest(ways: set[Way]) -> set[Way]:
    """Leave out the longest ways of a very large map: every row they cross costs time."""
    before: dict[str, set[str]] = defaultdict(set)
    for source, target in ways:
        before[target].add(source)
    rows: dict[str, int] = {}
    for id in TopologicalSorter(before).static_order():
        rows[id] = 1 + max((rows[each] for each in before.get(id, ())), default=-1)
    length = {way: rows[way[1]] - rows[way[0]] for way in ways}
    kept, crossed = set(), 0
    for way in sorted(ways, key=lambda way: (length[way], way)):
        crossed += length[way]
        if crossed > MAX_CROSSED:
            break
        kept.add(way)
    return kept


def _finished(ids: Sequence[str], after: dict[str, list[str]]) -> list[str]:
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
