"""Plays a scenario in every possible way, and says what is wrong with it.

A story with too many states to walk them all is sampled; what was not met is then a warning,
because it may exist.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lfp_trainer.engine.play import (
    Position,
    choose,
    offered,
    seats_on_turn,
    stand_in_moves,
    start,
)
from lfp_trainer.engine.rings import find_ring, shown
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.walk import Walk
from lfp_trainer.errors import EndlessStandIn, Problem, UnknownChoice

MAX_MOVES = 250_000
"""Choices tried before the states of a scene are sampled: about a second."""


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
    """Decisions in the longest play; None if it can go round, or was not walked whole."""
    longest_path: tuple[str, ...] | None
    """The choices of a longest play."""
    reference: tuple[str, ...]
    """The best ranked choice of every decision."""
    reference_ending: str | None
    problems: tuple[Problem, ...]


def explore(script: Script, max_moves: int = MAX_MOVES) -> Exploration:
    """Play a checked scenario in every possible way."""
    return _Explorer(script, max_moves).explore()


class _Explorer:
    """One exploration: the walk, and what can be read from it."""

    def __init__(self, script: Script, max_moves: int) -> None:
        self.script = script
        self.walk = Walk(script, max_moves)

    def explore(self) -> Exploration:
        script, walk = self.script, self.walk
        scenes = frozenset(id for id, scene in script.scenes.items() if scene.mark & walk.seen)
        choices = frozenset(
            id
            for scene in script.scenes.values()
            for id, move in scene.moves.items()
            if move.mark & walk.seen
        )
        met = {at.ending for at in walk.numbers if at.ending is not None}
        endings = frozenset(script.endings[number].ending.id for number in met)
        ends = [walk.decisions[number] for at, number in walk.numbers.items() if at.scene is None]
        longest = self.longest() if walk.complete else None
        reference, last = self.reference()
        ending = script.endings[last.ending].ending.id if last.ending is not None else None
        problems = [
            *self.never_met(scenes, choices, endings),
            # Where nobody gets out, the stand-in does not either: one mistake, said once.
            *(list(self.traps()) or self.stand_in_rings()),
            *self.idle_seats(),
        ]
        if not walk.complete:
            problems.append(self.cut_short())
        if ending is None:
            message = "the best ranked choices go round and round, or to a dead end."
            problems.append(Problem(("start",), message, self.way_out(reference, last)))
        return Exploration(
            states=len(walk.numbers),
            complete=walk.complete,
            scenes=scenes,
            choices=choices,
            endings=endings,
            shortest=min(ends, default=None),
            longest=None if longest is None else len(longest),
            longest_path=longest,
            reference=reference,
            reference_ending=ending,
            problems=tuple(problems),
        )

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

    def cut_short(self) -> Problem:
        message = f"there are too many states to walk them all; {len(self.walk.numbers):,} were."
        ring = find_ring(self.script.scenario)
        if ring is None:
            fix = "What these do not show may be there all the same. Fewer gauges and marks help."
        else:
            sign = "<" if ring.effect > 0 else ">"
            bound = f"{ring.gauge} {sign} {3 if ring.effect > 0 else -3}"
            fix = (
                f"These scenes lead back to one another: {shown(ring.scenes)}. A play can go round"
                " them for ever, and its gauges with it. Give a choice that leads back, such as"
                f" '{ring.choice}', a 'when' that fails after some rounds, such as {bound}."
            )
        return Problem(("scenes",), message, fix, "warning")

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
            safe = walk.that_lead_to(safe)
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

    def longest(self) -> tuple[str, ...] | None:
        """Return the choices of a longest play, or None if some state can come round again."""
        waits = Counter(number for after in self.walk.next for number in after)
        length, before = [0] * len(self.walk.next), dict[int, int]()
        ready, done = [] if waits[0] else [0], 0
        while ready:
            number = ready.pop()
            done += 1
            for other in self.walk.next[number]:
                if length[number] >= length[other]:
                    length[other], before[other] = length[number] + 1, number
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        if done < len(length):
            return None
        numbers = [max(range(len(length)), key=length.__getitem__)]
        while numbers[-1] in before:
            numbers.append(before[numbers[-1]])
        return self.choices_along(numbers[::-1])

    def choices_along(self, numbers: list[int]) -> tuple[str, ...]:
        """Return a choice for each step from one state to the next."""
        walk, script = self.walk, self.script
        states = list(walk.numbers)
        return tuple(
            next(
                choice
                for choice in offered(script, states[number])
                if walk.numbers.get(walk.essence(choose(script, states[number], choice))) == after
            )
            for number, after in pairwise(numbers)
        )

    def way_out(self, path: tuple[str, ...], last: Position) -> str:
        """Return what to do about the best ranked choices that come back to a scene."""
        passed = [self.script.choices[choice][0] for choice in path]
        if last.scene not in passed:
            return "Let them lead to an ending."
        began = len(passed) - 1 - passed[::-1].index(last.scene)
        ring = tuple(passed[began:])
        return f"Let one of them lead on to an ending; now they go {shown(ring)}."

    def reference(self) -> tuple[tuple[str, ...], Position]:
        """Take the best ranked choice on offer until the end, or until it comes round."""
        position, seen = start(self.script), set[Position]()
        path: list[str] = []
        while position.scene is not None and self.walk.essence(position) not in seen:
            seen.add(self.walk.essence(position))
            moves = self.script.scenes[position.scene].moves
            may = offered(self.script, position)
            if not may or len(seen) > MAX_MOVES:
                break
            path.append(min(may, key=lambda id: moves[id].choice.rank))
            # A path that grew with each step would make a long way round take minutes.
            position = choose(self.script, position, path[-1])._replace(path=())
        return tuple(path), position

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

    def stand_in_rings(self) -> Iterator[Problem]:
        """Yield each scene where the stand-in would play for ever while a person waits."""
        found = {
            scene
            for seat in self.script.scenario.seats
            for scene in self.rings_without(seat)
            if scene is not None
        }
        for scene in sorted(found):
            message = "the stand-in that plays on from here never lets the other seat decide."
            fix = "Give it a line that leads on."
            yield Problem(("scenes", scene, "stand_in"), message, fix)

    def rings_without(self, seat: str) -> Iterator[str | None]:
        """Yield the scenes where everybody but one seat is played by the stand-in, for ever."""
        known: set[Position] = set()
        for at in self.walk.numbers:
            if at in known:
                continue
            passed = [at]
            try:
                for _, _, after in stand_in_moves(self.script, at, {seat}):
                    passed.append(self.walk.essence(after))
                    if passed[-1] in known:
                        break
            except EndlessStandIn:
                yield passed[-1].scene
            except UnknownChoice:
                pass  # a stand-in without a line that holds is a mistake of its own
            # What leads into a ring that was told is no second mistake.
            known.update(passed)
