"""The group ``engine``: choosing in memory, on one core, beside a bare walk through dictionaries.

A step is one choice taken and the next choices asked for, with their conditions. The longest play
of the shipped scenario has ten decisions and none of its choices has a condition, so the same is
measured on a generated scenario in which most have one and which is longer.
"""

from collections.abc import Callable, Iterator
from typing import Any

from lfp_trainer import config
from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.scenario_files import load_bundle
from tests import scenarios
from tests.benchmarks import generated
from tests.benchmarks.measures import Measure, one_core, rate, say

SHIPPED = config.SCENARIOS / "glowing-observations.yaml"
LENGTH = 10
REPEATS = 50


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group."""
    say("engine: on one core")
    with one_core():
        yield from _measures(*((1, 0.02) if tiny else (7, 0.5)))


def _measures(rounds: int, seconds: float) -> Iterator[Measure]:

    def per_second(act: Callable[[], int]) -> float:
        return rate(act, rounds=rounds, seconds=seconds)

    script = prepare(load_bundle(SHIPPED))
    path = longest_play(script)
    steps = per_second(_stepping(script, path))
    bare = per_second(_walking_bare(script, path))
    yield Measure("engine.steps_per_s", steps, "1/s")
    yield Measure("engine.bare_steps_per_s", bare, "1/s")
    yield Measure("engine.ratio_to_bare", steps / bare, "ratio")
    # Nine recorded steps, then the tenth and last: the story allows no eleventh.
    yield Measure(
        "engine.replay_steps_per_s", per_second(_replaying(script, path[:-1], path[-1])), "1/s"
    )
    longer = scenarios.script(generated.scenario(LENGTH + 2))
    path = generated.longest_path(LENGTH + 2)
    yield Measure("engine.steps_with_conditions_per_s", per_second(_stepping(longer, path)), "1/s")
    yield Measure(
        "engine.replay_ten_steps_with_conditions_per_s",
        per_second(_replaying(longer, path[:LENGTH], path[LENGTH])),
        "1/s",
    )


def longest_play(script: Script) -> tuple[str, ...]:
    """Return the first path, in the author's order, of as many decisions as we measure.

    :raise ValueError: if the scenario has none
    """
    waiting = [play.start(script)]
    while waiting:
        position = waiting.pop()
        if position.scene is None and len(position.path) == LENGTH:
            return position.path
        may = play.offered(script, position)
        waiting += [play.choose(script, position, choice) for choice in reversed(may)]
    raise ValueError(f"no play of {script.scenario.id} has {LENGTH} decisions")


def _stepping(script: Script, path: tuple[str, ...]) -> Callable[[], int]:
    def act() -> int:
        for _ in range(REPEATS):
            position = play.start(script)
            for choice in path:
                position = play.choose(script, position, choice)
                play.offered(script, position)
        return REPEATS * len(path)

    return act


def _replaying(script: Script, path: tuple[str, ...], last: str) -> Callable[[], int]:
    def act() -> int:
        for _ in range(REPEATS):
            position = play.choose(script, play.replay(script, path), last)
            play.offered(script, position)
        return REPEATS

    return act


def _walking_bare(script: Script, path: tuple[str, ...]) -> Callable[[], int]:
    """Walk the same path through plain dictionaries: what is on offer, the effects, the next scene.

    No conditions, no marks, no endings, nothing refused: what any engine must at least do.
    """
    scenes: dict[str, dict[str, Any]] = {}
    position = play.start(script)
    for choice in path:
        before, position = position, play.choose(script, position, choice)
        assert before.scene is not None
        moves = script.scenes[before.scene].moves
        scenes[before.scene] = {
            id: {"effects": dict(move.choice.effects), "goto": position.scene}
            for id, move in moves.items()
        }
    start, opening = script.scenario.start, dict(script.scenario.gauges)

    def act() -> int:
        for _ in range(REPEATS):
            scene, gauges, taken = start, dict(opening), []
            for choice in path:
                picked = scenes[scene][choice]
                for gauge, change in picked["effects"].items():
                    gauges[gauge] += change
                taken.append(choice)
                scene = picked["goto"]
                list(scenes.get(scene, ()))
        return REPEATS * len(path)

    return act
