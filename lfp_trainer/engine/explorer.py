"""Plays a scenario in every possible way, and says what is wrong with it.

States are walked breadth first: a scene, the gauges, and those marks that some condition asks about
(so that paths which can never differ again are walked once). A story with very many states is
walked level by level with an even sample for each scene; what was not met is then a warning,
because it may exist.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lfp_trainer.engine import conditions
from lfp_trainer.engine.conditions import Chose, Gauge, Visited
from lfp_trainer.engine.play import Position, choose, offered, seats_on_turn, start
from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Problem

MAX_STATES = 50_000
LEAST_SAMPLE = 50
"""States followed for each scene and step, however many scenes there are."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was met when a scenario was played in every possible way."""

    states: int
    complete: bool
    """False where there were too many states to walk them all."""
    scenes: frozenset[str]
    choices: frozenset[str]
    endings: frozenset[str]
    shortest: int | None
    """Decisions in the shortest play; None if no play ends."""
    longest: int | None
    """Decisions in the longest play; None if a play can go round and round."""
    reference: tuple[str, ...]
    """The best ranked choice of every decision."""
    reference_ending: str | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Walk:
    """Every state met, numbered in the order of meeting, and how it was come by."""

    numbers: dict[Position, int] = field(default_factory=dict)
    parents: list[tuple[int, str] | None] = field(default_factory=list)
    next: list[list[int]] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    """How many decisions lead to a state."""
    complete: bool = True

    def meet(self, position: Position, parent: tuple[int, str] | None, level: int) -> int:
        self.numbers[position] = number = len(self.numbers)
        self.parents.append(parent)
        self.next.append([])
        self.levels.append(level)
        return number

    def path(self, number: int) -> list[str]:
        """Return the choices that led to a state first."""
        choices: list[str] = []
        while (parent := self.parents[number]) is not None:
            number, choice = parent
            choices.append(choice)
        return choices[::-1]


def explore(script: Script, max_states: int = MAX_STATES) -> Exploration:
    """Play a checked scenario in every possible way."""
    return _Explorer(script, max_states).explore()


class _Explorer:
    """One exploration: the walk, and what can be read from it."""

    def __init__(self, script: Script, max_states: int) -> None:
        self.script = script
        decisions = sum(1 for scene in script.scenario.scenes.values() if scene.choices)
        self.sample = max(LEAST_SAMPLE, max_states // max(decisions, 1))
        self.walk = _Walk()
        self.seen = 0
        """The mark of every scene and choice met."""
        self.met: dict[str | None, int] = defaultdict(int)
        asked = {leaf for when in _conditions(script.scenario) for leaf in _leaves(when)}
        self.kept_gauges = tuple(Gauge(name) in asked for name in script.gauges)
        self.kept_marks = sum(
            [scene.mark for id, scene in script.scenes.items() if Visited(id) in asked]
            + [
                move.mark
                for scene in script.scenes.values()
                for id, move in scene.moves.items()
                if Chose(id) in asked
            ]
        )

    def explore(self) -> Exploration:
        self.walk_all()
        script, walk = self.script, self.walk
        scenes = frozenset(id for id, scene in script.scenes.items() if scene.mark & self.seen)
        choices = frozenset(
            id
            for scene in script.scenes.values()
            for id, move in scene.moves.items()
            if move.mark & self.seen
        )
        met = {at.ending for at in walk.numbers if at.ending is not None}
        endings = frozenset(script.endings[number].ending.id for number in met)
        ends = [walk.levels[number] for at, number in walk.numbers.items() if at.scene is None]
        reference, last = self.reference()
        ending = script.endings[last.ending].ending.id if last.ending is not None else None
        problems = [
            *self.never_met(scenes, choices, endings),
            *self.traps(),
            *self.idle_seats(),
            *self.levels_not_shown(choices),
        ]
        if ending is None:
            message = "the best ranked choices go round and round, or to a dead end."
            problems.append(Problem(("start",), message, "Let them lead to an ending."))
        return Exploration(
            states=len(walk.numbers),
            complete=walk.complete,
            scenes=scenes,
            choices=choices,
            endings=endings,
            shortest=min(ends, default=None),
            longest=self.longest() if walk.complete else None,
            reference=reference,
            reference_ending=ending,
            problems=tuple(problems),
        )

    def walk_all(self) -> None:
        opening = start(self.script)
        self.seen |= opening.marks
        frontier = [self.essence(opening)]
        self.walk.meet(frontier[0], None, 0)
        level = 0
        while frontier:
            level += 1
            reached: dict[Position, list[tuple[int, str]]] = {}
            for position in frontier:
                self.step(position, reached)
            frontier = list(self.select(reached))
            for position in frontier:
                parents = reached[position]
                number = self.walk.meet(position, parents[0], level)
                for parent, _ in parents:
                    self.walk.next[parent].append(number)

    def step(self, position: Position, reached: dict[Position, list[tuple[int, str]]]) -> None:
        numbers = self.walk.numbers
        here = numbers[position]
        for choice_id in offered(self.script, position):
            after = choose(self.script, position, choice_id)
            self.seen |= after.marks
            after = self.essence(after)
            known = numbers.get(after)
            if known is None:
                reached.setdefault(after, []).append((here, choice_id))
            else:
                self.walk.next[here].append(known)

    def essence(self, position: Position) -> Position:
        """Forget what no condition asks about, so that equal futures are one state."""
        if position.scene is None:
            return Position(None, (), 0, (), position.ending)
        gauges = tuple(
            value if kept else 0
            for value, kept in zip(position.gauges, self.kept_gauges, strict=True)
        )
        return Position(position.scene, gauges, position.marks & self.kept_marks, (), None)

    def select(self, reached: Iterable[Position]) -> Iterator[Position]:
        """Yield the states to walk on from: all, or an even sample of a scene with too many.

        Each step may use half of what is left of a scene's share, so that a scene met again much
        later is still walked.
        """
        by_scene: dict[str | None, list[Position]] = defaultdict(list)
        for position in reached:
            by_scene[position.scene].append(position)
        for scene, positions in by_scene.items():
            share = (self.sample - self.met[scene] + 1) // 2
            if scene is not None and len(positions) > share:
                self.walk.complete = False
                positions.sort()
                last = len(positions) - 1
                places = {round(at * last / max(share - 1, 1)) for at in range(share)}
                positions = [positions[place] for place in sorted(places)]
            self.met[scene] += len(positions)
            yield from positions

    def never_met(
        self, scenes: frozenset[str], choices: frozenset[str], endings: frozenset[str]
    ) -> Iterator[Problem]:
        for id, scene in self.script.scenario.scenes.items():
            if id not in scenes:
                yield self.missed(("scenes", id), "this scene is never reached.")
                continue
            for choice in scene.choices:
                if choice not in choices:
                    at = ("scenes", id, "choices", choice)
                    yield self.missed(at, "this choice is never on offer.")
        for number, ending in enumerate(self.script.scenario.endings):
            if ending.id not in endings:
                yield self.missed(
                    ("endings", number), f"the ending '{ending.id}' is never reached."
                )

    def missed(self, at: tuple[str | int, ...], message: str) -> Problem:
        if self.walk.complete:
            return Problem(at, message, "Change what leads to it, or remove it.")
        fix = f"There are too many paths to walk all; {len(self.walk.numbers):,} states were."
        return Problem(at, message.replace("is never", "was not"), fix, "warning")

    def traps(self) -> Iterator[Problem]:
        """Yield each scene in which a play can stick: nothing on offer, or no way to an ending."""
        walk = self.walk
        stuck: dict[str, tuple[int, str]] = {}
        safe = {number for at, number in walk.numbers.items() if at.scene is None}
        for at, number in walk.numbers.items():
            if at.scene is not None and not offered(self.script, at):
                stuck.setdefault(at.scene, (number, "nothing is on offer here"))
                safe.add(number)
        if walk.complete:
            safe = self.that_lead_to(safe)
            for at, number in walk.numbers.items():
                parent = walk.parents[number]
                enters = parent is None or parent[0] in safe
                if at.scene is not None and number not in safe and enters:
                    stuck.setdefault(at.scene, (number, "a play that comes here never ends"))
        for scene, (number, what) in stuck.items():
            after = " → ".join(walk.path(number)[-6:])
            message = f"{what}, for example after {after}." if after else f"{what}."
            fix = "Put a choice without a 'when' here that leads on."
            yield Problem(("scenes", scene), message, fix)

    def that_lead_to(self, goals: set[int]) -> set[int]:
        before: dict[int, list[int]] = defaultdict(list)
        for number, after in enumerate(self.walk.next):
            for other in after:
                before[other].append(number)
        found, waiting = set(goals), list(goals)
        while waiting:
            for number in before[waiting.pop()]:
                if number not in found:
                    found.add(number)
                    waiting.append(number)
        return found

    def longest(self) -> int | None:
        """Return the decisions in the longest play, or None if some state can come round again."""
        waits = [0] * len(self.walk.next)
        for after in self.walk.next:
            for number in after:
                waits[number] += 1
        length = [0] * len(waits)
        ready, done = [0], 0
        while ready:
            number = ready.pop()
            done += 1
            for other in self.walk.next[number]:
                length[other] = max(length[other], length[number] + 1)
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        return max(length) if done == len(waits) else None

    def reference(self) -> tuple[tuple[str, ...], Position]:
        """Take the best ranked choice on offer until the end, or until it comes round."""
        position, seen = start(self.script), set[Position]()
        while position.scene is not None and self.essence(position) not in seen:
            seen.add(self.essence(position))
            moves = self.script.scenes[position.scene].moves
            may = offered(self.script, position)
            if not may or len(seen) > MAX_STATES:
                break
            position = choose(self.script, position, min(may, key=lambda id: moves[id].choice.rank))
        return position.path, position

    def idle_seats(self) -> Iterator[Problem]:
        busy = {
            seat
            for at in self.walk.numbers
            if at.scene is not None
            for seat in seats_on_turn(self.script, at)
        }
        for seat in self.script.scenario.seats:
            if seat not in busy:
                yield self.missed(("cast", seat), f"'{seat}' is never on turn.")

    def levels_not_shown(self, choices: frozenset[str]) -> Iterator[Problem]:
        shown = {item for id in choices for item in self.script.choices[id][1].shows.items()}
        for name, strand in self.script.rubric.strands.items():
            levels = range(1, len(strand.levels) + 1)
            missing = [str(level) for level in levels if (name, level) not in shown]
            if missing:
                message = f"no response shows '{name}' at level {', '.join(missing)}."
                fix = "A case need not show every level; look whether this one should."
                yield Problem(("scenes",), message, fix, "warning")


def _conditions(scenario: Scenario) -> Iterator[str]:
    """Yield every condition that decides where a play goes or what is on offer."""
    for scene in scenario.scenes.values():
        parts = scene.choices.values()
        routes = [scene.goto, *(choice.goto for choice in scene.choices.values())]
        yield from (part.when for part in parts if part.when is not None)
        for route in routes:
            if route is not None and not isinstance(route, str):
                yield from (branch.when for branch in route if branch.when is not None)
    yield from (ending.when for ending in scenario.endings if ending.when is not None)


def _leaves(when: str) -> Iterator[Gauge | Visited | Chose]:
    return conditions.leaves(conditions.parse(when))
