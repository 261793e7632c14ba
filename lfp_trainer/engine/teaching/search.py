"""Looks for things that some play shows, and stops when all of them are found or the moves are up.

First some plays at random, which find most things in long stories; then every state, depth first.
"""

from collections.abc import Callable, Collection
from random import Random

from lfp_trainer.engine.play import Position, choose, offered, stand_in_moves, start
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.walk import Essence
from lfp_trainer.errors import EndlessStandIn

MOVES = 150_000
"""Choices tried by one search; about half a second."""

COST_OF_A_CHOICE = 40
"""Moves less for each choice of the story: where there are more, each move takes longer."""

LEAST_MOVES = 30_000

AT_RANDOM = 15_000
"""Moves of these that go into plays at random: half of what a very long story gets, where they
find more than the walk does."""

Met = Callable[[Position | None, str, Position], bool]
"""Takes a position, the choice taken and the position after it; None and no choice at the start.
Returns True once there is nothing left to look for."""


def moves_for(script: Script) -> int:
    """Return how many moves one analysis of a story may take."""
    return max(LEAST_MOVES, MOVES - COST_OF_A_CHOICE * len(script.choices))


class Search:
    """One search through the plays of some seats, the stand-in playing all the others."""

    def __init__(
        self,
        script: Script,
        met: Met,
        *,
        seats: Collection[str],
        telling: bool = False,
        max_moves: int | None = None,
    ) -> None:
        """:param telling: tell apart states that differ only in what is told"""
        self.script = script
        self.met = met
        self.seats = set(seats)
        self.alone = self.seats != set(script.scenario.seats)
        self.essence = Essence(script, telling=telling)
        self.moves_left = moves_for(script) if max_moves is None else max_moves
        self.states: set[Position] = set()
        self.found_all = self._run()

    @property
    def complete(self) -> bool:
        """False where the moves were up before everything was found or every state met."""
        return self.found_all or self.moves_left > 0

    def _run(self) -> bool:
        opening = start(self.script)
        if self.met(None, "", opening):
            return True
        return self._at_random(opening) or self._everywhere(opening)

    def _at_random(self, opening: Position) -> bool:
        rng = Random(0)
        until = max(self.moves_left - AT_RANDOM, 0)
        while self.moves_left > until:
            position, before = opening, self.moves_left
            while position.scene is not None and self.moves_left > until:
                done, reached = self._pass_stand_in(position)
                if done:
                    return True
                may = () if reached is None else offered(self.script, reached)
                if reached is None or not may:
                    break
                found, position = self._take(reached, may[int(rng.random() * len(may))])
                if found:
                    return True
            if self.moves_left == before:
                break  # a story that ends before anybody decides
        return False

    def _everywhere(self, opening: Position) -> bool:
        waiting = [opening]
        while waiting and self.moves_left > 0:
            found, position = self._pass_stand_in(waiting.pop())
            if found:
                return True
            if position is None:
                continue
            state = self.essence(position)
            if state in self.states:
                continue
            self.states.add(state)
            for choice_id in offered(self.script, state):
                found, after = self._take(state, choice_id)
                if found:
                    return True
                waiting.append(after)
        return False

    def _take(self, position: Position, choice_id: str) -> tuple[bool, Position]:
        self.moves_left -= 1
        after = choose(self.script, position, choice_id)._replace(path=())
        return self.met(position, choice_id, after), after

    def _pass_stand_in(self, position: Position) -> tuple[bool, Position | None]:
        """Let the stand-in play until one of the seats is on turn, or it is over.

        The position is None where that never comes.
        """
        if not self.alone:
            return False, position
        try:
            for before, choice_id, after in stand_in_moves(self.script, position, self.seats):
                self.moves_left -= 1
                position = after._replace(path=())
                if self.met(before, choice_id, position):
                    return True, position
        except EndlessStandIn:
            # The explorer refuses each ring it meets; a walk that was cut short may miss one.
            return False, None
        return False, position
