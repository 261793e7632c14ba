"""How long the slowest play takes to read: the case, a brief, every scene met, and the close.

Words are weighed along every play, state by state, so that a short way through long scenes counts
as much as a long way through short ones. What only one seat is told is read by everybody here: who
plays every seat reads it all.
"""

from collections.abc import Iterator

from lfp_trainer.engine.play import (
    Position,
    choose,
    ending_of,
    epilogue_of,
    offered,
    scenes_after,
    start,
)
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.simulate import MOST_DECISIONS, words_in
from lfp_trainer.engine.teaching.words import minutes_for
from lfp_trainer.engine.walk import Essence


class Reading:
    """Counts the words of one scenario, each text once."""

    def __init__(self, script: Script) -> None:
        self.script = script
        scenario = script.scenario
        self.responses = {id: words_in(choice.text) for id, (_, choice) in script.choices.items()}
        self.coaching = {
            id: words_in(choice.now) + words_in(choice.later) + words_in(choice.why)
            for id, (_, choice) in script.choices.items()
        }
        self.lines = {
            id: [words_in(each.line.says or each.line.text or "") for each in scene.lines]
            for id, scene in script.scenes.items()
        }
        briefs = (scenario.cast[seat].brief or "" for seat in scenario.seats)
        # A person reads the brief of one seat; whoever has the longest one reads longest.
        self.before = sum(map(words_in, scenario.sentences.values())) + max(map(words_in, briefs))

    def minutes_of(self, path: tuple[str, ...]) -> float:
        """Return how long one play takes, up to a length that only one has that goes round."""
        position, path = start(self.script), path[:MOST_DECISIONS]
        words = self.before + self.told(None, "")
        for choice_id in path:
            words += self.step(position, choice_id)
            # A path that grew with each step would make a long way round take minutes.
            position = choose(self.script, position, choice_id)._replace(path=())
        return minutes_for(words + self.close(position), len(path))

    def slowest(self, max_moves: int) -> float | None:
        """Return how long the slowest play takes, or None if that takes too many moves to know."""
        essence = Essence(self.script, telling=True)
        opening = start(self.script)
        longest = 0.0
        reached: dict[Position, int] = {opening: self.before + self.told(None, "")}
        for decisions in range(MOST_DECISIONS):
            following: dict[Position, int] = {}
            for position, words in reached.items():
                if position.scene is None:
                    longest = max(longest, minutes_for(words + self.close(position), decisions))
                    continue
                for choice_id in offered(self.script, position):
                    max_moves -= 1
                    after = choose(self.script, position, choice_id)._replace(path=())
                    read = words + self.step(position, choice_id)
                    # The end is told by the gauges and marks that the essence of an end forgets.
                    state = essence(after) if after.scene is not None else after
                    following[state] = max(following.get(state, 0), read)
            if max_moves < 0:
                return None
            if not following:
                return longest
            reached = following
        return None

    def step(self, position: Position, choice_id: str) -> int:
        """Return the words of one decision: all responses, what came of one, and the next scene."""
        offers = sum(self.responses[id] for id in offered(self.script, position))
        return offers + self.coaching[choice_id] + self.told(position, choice_id)

    def told(self, position: Position | None, choice_id: str) -> int:
        """Return the words of the scenes met by a choice, or at the start without one."""
        return sum(self._told(position, choice_id))

    def _told(self, position: Position | None, choice_id: str) -> Iterator[int]:
        for scene, gauges, marks in scenes_after(self.script, position, choice_id):
            for each, words in zip(scene.lines, self.lines[scene.id], strict=True):
                if each.test is None or each.test(gauges, marks):
                    yield words

    def close(self, position: Position) -> int:
        """Return the words of the ending and of its epilogue."""
        ending = ending_of(self.script, position)
        if ending is None:
            return 0
        epilogue = epilogue_of(self.script, position) or ""
        return sum(map(words_in, (ending.title, ending.text, epilogue)))
