"""A scenario made ready to play: conditions compiled, effects and routes looked up once.

Compiled once per published version and then shared by every run of it, since it never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lfp_trainer.engine import conditions
from lfp_trainer.engine.conditions import Chose, Gauges, Test, Visited
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import (
    END,
    Branch,
    Bundle,
    Choice,
    Ending,
    Epilogue,
    Line,
    Route,
    Scenario,
    Scene,
    SpokenLine,
)
from lfp_trainer.engine.vocabulary import Vocabulary

Target = str | None
"""The id of a scene, or None for the end."""


@dataclass(frozen=True, slots=True)
class Way:
    """A compiled route: ``only`` when it has no conditions, else branches in order."""

    only: Target
    branches: tuple[tuple[Test | None, Target], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A compiled choice."""

    choice: Choice
    test: Test | None
    delta: Gauges | None
    mark: int
    way: Way


@dataclass(frozen=True, slots=True)
class CompiledLine:
    """A line and the test that tells whether it is told."""

    line: SpokenLine
    test: Test | None


@dataclass(frozen=True, slots=True)
class CompiledScene:
    """A compiled scene. ``always`` lists its choices when none of them has a condition."""

    id: str
    scene: Scene
    mark: int
    lines: tuple[CompiledLine, ...]
    moves: Mapping[str, Move]
    always: tuple[str, ...] | None
    stand_in: tuple[tuple[Test | None, str], ...]
    way: Way | None


@dataclass(frozen=True, slots=True)
class CompiledEnding:
    ending: Ending
    test: Test | None
    epilogues: tuple[tuple[Test | None, str], ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A playable scenario with its rubric and vocabulary."""

    scenario: Scenario
    rubric: Rubric
    vocabulary: Vocabulary
    gauges: tuple[str, ...]
    opening: Gauges
    scenes: Mapping[str, CompiledScene]
    endings: tuple[CompiledEnding, ...]
    choices: Mapping[str, tuple[str, Choice]]
    """Choice id → the scene it belongs to, and the choice."""


def prepare(bundle: Bundle) -> Script:
    """Make a checked bundle ready to play.

    The bundle must be free of problems (:func:`lfp_trainer.engine.checks.find_problems`): a name
    that nothing defines is a ``KeyError`` here.
    """
    return _Compiler(bundle).script()


class _Compiler:
    """Holds the name tables that every part of one scenario is compiled against."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        scenario = bundle.scenario
        self.gauges = {name: at for at, name in enumerate(scenario.gauges)}
        speakable: list[Visited | Chose] = [Visited(scene) for scene in scenario.scenes]
        speakable += [Chose(id) for scene in scenario.scenes.values() for id in scene.choices]
        self.marks = {name: 1 << at for at, name in enumerate(speakable)}

    def script(self) -> Script:
        scenario = self.bundle.scenario
        return Script(
            scenario=scenario,
            rubric=self.bundle.rubric,
            vocabulary=self.bundle.vocabulary,
            gauges=tuple(scenario.gauges),
            opening=tuple(scenario.gauges.values()),
            scenes={id: self.scene(id, scene) for id, scene in scenario.scenes.items()},
            endings=tuple(self.ending(ending) for ending in scenario.endings),
            choices={
                choice_id: (scene_id, choice)
                for scene_id, scene in scenario.scenes.items()
                for choice_id, choice in scene.choices.items()
            },
        )

    def test(self, when: str | None) -> Test | None:
        if when is None:
            return None
        return conditions.compile_test(conditions.parse(when), gauges=self.gauges, marks=self.marks)

    def scene(self, id: str, scene: Scene) -> CompiledScene:
        moves = {name: self.move(name, choice) for name, choice in scene.choices.items()}
        free = all(move.test is None for move in moves.values())
        return CompiledScene(
            id=id,
            scene=scene,
            mark=self.marks[Visited(id)],
            lines=tuple(self.line(line) for line in scene.lines),
            moves=moves,
            always=tuple(moves) if free else None,
            stand_in=tuple((self.test(line.when), line.choose) for line in scene.stand_in),
            way=None if scene.goto is None else self.way(scene.goto),
        )

    def line(self, line: Line) -> CompiledLine:
        spoken = SpokenLine(text=line) if isinstance(line, str) else line
        return CompiledLine(spoken, self.test(spoken.when))

    def move(self, id: str, choice: Choice) -> Move:
        delta = tuple(choice.effects.get(gauge, 0) for gauge in self.gauges)
        return Move(
            choice=choice,
            test=self.test(choice.when),
            delta=delta if any(delta) else None,
            mark=self.marks[Chose(id)],
            way=self.way(choice.goto),
        )

    def way(self, route: Route) -> Way:
        if isinstance(route, str):
            return Way(_target(route))
        return Way(None, tuple(self.branch(branch) for branch in route))

    def branch(self, branch: Branch) -> tuple[Test | None, Target]:
        return self.test(branch.when), _target(branch.to)

    def ending(self, ending: Ending) -> CompiledEnding:
        return CompiledEnding(
            ending, self.test(ending.when), tuple(self.epilogue(each) for each in ending.epilogues)
        )

    def epilogue(self, epilogue: Epilogue) -> tuple[Test | None, str]:
        return self.test(epilogue.when), epilogue.text


def _target(name: str) -> Target:
    return None if name == END else name
