"""Scenes that lead back to one another, round which the gauges of a play can grow without end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lfp_trainer.engine.scenario import Route, Scenario, Scene

MOST_SHOWN = 5
"""Scenes of a ring that are named; the first are enough to find it by."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Scenes in the order in which a play can go round them."""

    scenes: tuple[str, ...]
    choice: str
    """One that leads on round the ring, the last there is."""
    gauge: str
    """One that is moved on the way, and by how much."""
    effect: int


def find_ring(scenario: Scenario) -> Ring | None:
    """Return the first ring in which some response moves a gauge, if there is one."""
    after = {id: set(_targets(scene)) for id, scene in scenario.scenes.items()}
    searched: set[str] = set()
    for id in _in_the_middle(after):
        scenes = () if id in searched else _way_back(id, after)
        searched.update(scenes)
        ring = _moved(scenes, scenario) if scenes else None
        if ring is not None:
            return ring
    return None


def shown(scenes: tuple[str, ...]) -> str:
    """Return a ring as an author reads it, back to where it began."""
    named = [*scenes, scenes[0]]
    if len(scenes) > MOST_SHOWN:
        named[3:-2] = ["…"]
    return " → ".join(named)


def _targets(scene: Scene) -> Iterator[str]:
    for route in (scene.goto, *(choice.goto for choice in scene.choices.values())):
        yield from _ends(route)


def _ends(route: Route | None) -> Iterator[str]:
    if isinstance(route, str):
        yield route
    else:
        yield from (branch.to for branch in route or ())


def _in_the_middle(after: Mapping[str, set[str]]) -> list[str]:
    """Return the scenes that are left when first and last ones are taken off, again and again."""
    before: dict[str, set[str]] = {id: set() for id in after}
    for id, targets in after.items():
        for target in targets & after.keys():
            before[target].add(id)
    left = _with_some_before(after, before, set(after))
    left = _with_some_before(before, after, left)
    return [id for id in after if id in left]


def _with_some_before(
    after: Mapping[str, set[str]], before: Mapping[str, set[str]], among: set[str]
) -> set[str]:
    """Take off each scene that nothing leads to, then what only those led to."""
    left = set(among)
    waits = {id: len(before[id] & among) for id in among}
    waiting = [id for id, number in waits.items() if not number]
    while waiting:
        here = waiting.pop()
        left.discard(here)
        for target in after[here] & among:
            waits[target] -= 1
            if not waits[target]:
                waiting.append(target)
    return left


def _way_back(id: str, after: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return the scenes of a shortest way from a scene back to itself."""
    before: dict[str, str] = {}
    waiting = [id]
    for here in waiting:
        for target in sorted(after.get(here, ())):
            if target == id:
                way = [here]
                while way[-1] != id:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            if target not in before:
                before[target] = here
                waiting.append(target)
    return ()


def _moved(scenes: tuple[str, ...], scenario: Scenario) -> Ring | None:
    """Return the ring if a response that leads on round it moves a gauge."""
    onward = [
        (name, choice)
        for id, following in zip(scenes, (*scenes[1:], scenes[0]), strict=True)
        for name, choice in scenario.scenes[id].choices.items()
        if following in _ends(choice.goto)
    ]
    for _, choice in onward:
        for gauge, effect in choice.effects.items():
            if effect:
                return Ring(scenes, onward[-1][0], gauge, effect)
    return None
