"""Walks every state a scenario can come to, breadth first.

A state is a scene, the gauges, and those marks that some condition asks about, so that paths which
can never differ again are walked once. Where a scene has more states than its share, an even sample
of them is followed, and the walk says that it is not complete.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lfp_trainer.engine import conditions
from lfp_trainer.engine.conditions import Chose, Gauge, Visited
from lfp_trainer.engine.play import Position, choose, offered, start
from lfp_trainer.engine.scenario import Scenario, SpokenLine
from lfp_trainer.engine.script import Script

LEAST_SHARE = 30
"""States followed for each scene, however many scenes there are."""

LONG = 50
"""Choices for which a scene's share is one state smaller."""


class Essence:
    """Forgets of a position what no condition asks about, so that equal futures are one state."""

    def __init__(self, script: Script, *, telling: bool = False) -> None:
        """:param telling: keep also what decides which lines and epilogues are told"""
        asked = {leaf for when in _conditions(script.scenario) for leaf in _leaves(when)}
        if telling:
            asked |= {leaf for when in _tellings(script.scenario) for leaf in _leaves(when)}
        self.gauges = tuple(Gauge(name) in asked for name in script.gauges)
        self.every_gauge = all(self.gauges)
        self.marks = 0
        for id, scene in script.scenes.items():
            self.marks |= scene.mark if Visited(id) in asked else 0
            for choice_id, move in scene.moves.items():
                self.marks |= move.mark if Chose(choice_id) in asked else 0

    def __call__(self, position: Position) -> Position:
        if position.scene is None:
            return Position(None, (), 0, (), position.ending)
        gauges = position.gauges
        if not self.every_gauge:
            pairs = zip(gauges, self.gauges, strict=True)
            gauges = tuple(value if kept else 0 for value, kept in pairs)
        return Position(position.scene, gauges, position.marks & self.marks, (), None)


class Walk:
    """Every state met, numbered in the order of meeting, and how it was come by."""

    def __init__(self, script: Script, max_moves: int) -> None:
        self.script = script
        choices = max(len(script.choices), 1)
        # In a long story every move takes longer, because there is more to remember.
        self.share = max(LEAST_SHARE, max_moves // choices - choices // LONG)
        self.met: dict[str | None, int] = defaultdict(int)
        self.numbers: dict[Position, int] = {}
        self.parents: list[tuple[int, str] | None] = []
        self.next: list[list[int]] = []
        self.decisions: list[int] = []
        """How many decisions lead to a state, at the least."""
        self.complete = True
        self.seen = 0
        """The marks of every scene and choice met."""
        self.essence = Essence(script)
        self._walk()

    def _walk(self) -> None:
        opening = start(self.script)
        self.seen |= opening.marks
        frontier = [self.essence(opening)]
        self.meet(frontier[0], None, 0)
        level = 0
        while frontier:
            level += 1
            reached: dict[Position, list[tuple[int, str]]] = {}
            for position in frontier:
                self.step(position, reached)
            frontier = list(self.select(reached))
            for position in frontier:
                parents = reached[position]
                number = self.meet(position, parents[0], level)
                for parent, _ in parents:
                    self.next[parent].append(number)

    def meet(self, position: Position, parent: tuple[int, str] | None, level: int) -> int:
        self.numbers[position] = number = len(self.numbers)
        self.parents.append(parent)
        self.next.append([])
        self.decisions.append(level)
        return number

    def step(self, position: Position, reached: dict[Position, list[tuple[int, str]]]) -> None:
        numbers = self.numbers
        here = numbers[position]
        for choice_id in offered(self.script, position):
            after = choose(self.script, position, choice_id)
            self.seen |= after.marks
            after = self.essence(after)
            known = numbers.get(after)
            if known is None:
                reached.setdefault(after, []).append((here, choice_id))
            else:
                self.next[here].append(known)

    def select(self, reached: Iterable[Position]) -> Iterator[Position]:
        """Yield the states to walk on from: all, or an even sample of a scene with too many.

        Each step may use half of what is left of a scene's share, so that a scene met again much
        later is still walked.
        """
        by_scene: dict[str | None, list[Position]] = defaultdict(list)
        for position in reached:
            by_scene[position.scene].append(position)
        for scene, positions in by_scene.items():
            share = (self.share - self.met[scene] + 1) // 2
            if scene is not None and len(positions) > share:
                self.complete = False
                positions.sort()
                last = len(positions) - 1
                places = {round(at * last / max(share - 1, 1)) for at in range(share)}
                positions = [positions[place] for place in sorted(places)]
            self.met[scene] += len(positions)
            yield from positions

    def path(self, number: int) -> list[str]:
        """Return the choices that led to a state first."""
        choices: list[str] = []
        while (parent := self.parents[number]) is not None:
            number, choice = parent
            choices.append(choice)
        return choices[::-1]

    def that_lead_to(self, goals: set[int]) -> set[int]:
        before: dict[int, list[int]] = defaultdict(list)
        for number, after in enumerate(self.next):
            for other in after:
                before[other].append(number)
        found, waiting = set(goals), list(goals)
        while waiting:
            for number in before[waiting.pop()]:
                if number not in found:
                    found.add(number)
                    waiting.append(number)
        return found


def _conditions(scenario: Scenario) -> Iterator[str]:
    """Yield every condition that decides where a play goes, what is on offer or taken."""
    for scene in scenario.scenes.values():
        parts = scene.choices.values()
        routes = [scene.goto, *(choice.goto for choice in scene.choices.values())]
        yield from (part.when for part in parts if part.when is not None)
        yield from (line.when for line in scene.stand_in if line.when is not None)
        for route in routes:
            if route is not None and not isinstance(route, str):
                yield from (branch.when for branch in route if branch.when is not None)
    yield from (ending.when for ending in scenario.endings if ending.when is not None)


def _tellings(scenario: Scenario) -> Iterator[str]:
    """Yield every condition that decides what is told on the way and at the end."""
    for scene in scenario.scenes.values():
        for line in scene.lines:
            if isinstance(line, SpokenLine) and line.when is not None:
                yield line.when
    for ending in scenario.endings:
        yield from (each.when for each in ending.epilogues if each.when is not None)


def _leaves(when: str) -> Iterator[Gauge | Visited | Chose]:
    return conditions.leaves(conditions.parse(when))
