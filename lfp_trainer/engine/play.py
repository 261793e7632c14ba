"""A position, moved only by choosing; replay; the stand-in; the story so far.

Illegal moves raise before anything changes. A position is a value: nothing is stored about it but
the path of choices that led to it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from operator import add
from typing import NamedTuple

from lfp_trainer.engine.conditions import Gauges
from lfp_trainer.engine.scenario import BOTH, Choice, Ending, SpokenLine
from lfp_trainer.engine.script import CompiledScene, Script, Target, Way
from lfp_trainer.errors import EndlessStandIn, UnknownChoice


class Position(NamedTuple):
    """Where a play stands. ``scene`` is None once it has ended, ``ending`` until then."""

    scene: Target
    gauges: Gauges
    marks: int
    path: tuple[str, ...]
    ending: int | None
    """Which of the script's endings was reached, counted from 0."""


def start(script: Script) -> Position:
    """Return the position before the first decision."""
    return _arrive(script, script.scenario.start, script.opening, 0, ())


def choose(script: Script, position: Position, choice_id: str) -> Position:
    """Return the position after taking one choice.

    :raise UnknownChoice: if the current scene does not offer that choice
    """
    scene, gauges, marks, path, _ = position
    move = script.scenes[scene].moves.get(choice_id) if scene is not None else None
    if move is None or (move.test is not None and not move.test(gauges, marks)):
        raise UnknownChoice(choice_id, scene_id=scene, offered=offered(script, position))
    if move.delta is not None:
        gauges = tuple(map(add, gauges, move.delta))
    marks |= move.mark
    way = move.way
    target = _follow(way, gauges, marks) if way.branches else way.only
    return _arrive(script, target, gauges, marks, (*path, choice_id))


def offered(script: Script, position: Position) -> tuple[str, ...]:
    """Return the choices that may be taken now, in the author's order."""
    if position.scene is None:
        return ()
    scene = script.scenes[position.scene]
    if scene.always is not None:
        return scene.always
    return tuple(
        id
        for id, move in scene.moves.items()
        if move.test is None or move.test(position.gauges, position.marks)
    )


def replay(script: Script, path: Iterable[str]) -> Position:
    """Walk a recorded path from the start. The record is the truth; positions are derived.

    :raise UnknownChoice: if the path is not one of this script
    """
    position = start(script)
    for choice_id in path:
        position = choose(script, position, choice_id)
    return position


def shuffled(choices: Iterable[str], seed: str) -> tuple[str, ...]:
    """Return choices in an order that depends only on the seed, so that place gives no hint."""
    return tuple(sorted(choices, key=lambda id: sha256(f"{seed} {id}".encode()).digest()))


def stand_in_choice(script: Script, position: Position) -> str:
    """Return what the scripted player of an empty seat chooses now: the first line that holds.

    :raise UnknownChoice: if no line holds, which the checker refuses
    """
    if position.scene is not None:
        may = offered(script, position)
        for test, choice_id in script.scenes[position.scene].stand_in:
            if choice_id in may and (test is None or test(position.gauges, position.marks)):
                return choice_id
    raise UnknownChoice("stand-in", scene_id=position.scene, offered=offered(script, position))


IN_A_ROW = 50
"""Choices the stand-in may take in a row beside one in each scene. A long way to the next person's
turn comes by no scene twice; more than this is a ring, which the checker refuses."""


def stand_in_moves(
    script: Script, position: Position, seats: Collection[str]
) -> Iterator[tuple[Position, str, Position]]:
    """Yield what the stand-in plays until one of the seats is on turn: before, choice, after.

    :raise EndlessStandIn: if that never comes
    """
    for _ in range(IN_A_ROW + len(script.scenes)):
        if position.scene is None or any(seat in seats for seat in seats_on_turn(script, position)):
            return
        choice_id = stand_in_choice(script, position)
        before, position = position, choose(script, position, choice_id)
        yield before, choice_id, position
    raise EndlessStandIn(position.scene)


def seats_on_turn(script: Script, position: Position) -> tuple[str, ...]:
    """Return the seats that decide now: one, all of them in a shared scene, none at the end."""
    if position.scene is None:
        return ()
    turn = script.scenes[position.scene].scene.turn
    return script.scenario.seats if turn == BOTH else (turn,) if turn else ()


def ending_of(script: Script, position: Position) -> Ending | None:
    """Return the ending a finished play came to."""
    return None if position.ending is None else script.endings[position.ending].ending


def epilogue_of(script: Script, position: Position) -> str | None:
    """Return the closing paragraph that fits the gauges of a finished play, if there is one."""
    if position.ending is None:
        return None
    return next(
        (
            text
            for test, text in script.endings[position.ending].epilogues
            if test is None or test(position.gauges, position.marks)
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A scene as it was met: the lines told then, and the choice taken, if one was."""

    scene_id: str
    title: str
    lines: tuple[SpokenLine, ...]
    gauges: Gauges
    number: int | None = None
    """Which step left this scene, counted from 1; None for passages and the current scene."""
    choice_id: str | None = None
    choice: Choice | None = None
    seats: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    """The choices that were on offer."""


def retell(
    script: Script,
    path: Iterable[str],
    *,
    since: int | None = None,
    to: Collection[str] | None = None,
) -> list[Moment]:
    """Tell a play from its path: every scene met, in order, passages and the current one included.

    :param to: the seats of whoever listens, who is not told what only another seat knows
    :param since: begin with the scene that was open after so many steps
    :raise UnknownChoice: if the path is not one of this script
    """
    path = tuple(path)
    position = replay(script, path[: since or 0])
    hears = frozenset(script.scenario.seats if to is None else to)
    moments = list(
        _scenes_from(script, script.scenario.start, script.opening, 0, hears)
        if since is None
        else _scenes_from(script, position.scene, position.gauges, position.marks, hears)
    )
    for number, choice_id in enumerate(path[since or 0 :], start=(since or 0) + 1):
        here = moments.pop()
        seats, may = seats_on_turn(script, position), offered(script, position)
        before = position
        position = choose(script, before, choice_id)
        move = script.scenes[here.scene_id].moves[choice_id]
        moments.append(
            Moment(
                here.scene_id, here.title, here.lines, here.gauges,
                number, choice_id, move.choice, seats, may,
            )
        )  # fmt: skip
        marks = before.marks | move.mark
        target = _follow(move.way, position.gauges, marks)
        moments += _scenes_from(script, target, position.gauges, marks, hears)
    if position.scene is not None:
        here = moments.pop()
        moments.append(
            Moment(
                here.scene_id, here.title, here.lines, here.gauges,
                seats=seats_on_turn(script, position), may=offered(script, position),
            )
        )  # fmt: skip
    return moments


def _scenes_from(
    script: Script, target: Target, gauges: Gauges, marks: int, hears: Collection[str]
) -> Iterator[Moment]:
    """Yield the scene arrived at, and the passages on the way to it."""
    for compiled, seen in _walk(script, target, gauges, marks):
        lines = tuple(
            each.line
            for each in compiled.lines
            if (each.line.only is None or each.line.only in hears)
            and (each.test is None or each.test(gauges, seen))
        )
        yield Moment(compiled.id, compiled.scene.title, lines, gauges)


def scenes_after(
    script: Script, position: Position | None, choice_id: str = ""
) -> Iterator[tuple[CompiledScene, Gauges, int]]:
    """Yield the scenes met by taking a choice, with gauges and marks as each finds them.

    :param position: where the choice is taken; None for the scenes met at the start
    """
    target: Target = script.scenario.start
    gauges, marks = script.opening, 0
    if position is not None and position.scene is not None:
        move = script.scenes[position.scene].moves[choice_id]
        gauges = choose(script, position, choice_id).gauges
        marks = position.marks | move.mark
        target = _follow(move.way, gauges, marks)
    for scene, seen in _walk(script, target, gauges, marks):
        yield scene, gauges, seen


def _walk(
    script: Script, target: Target, gauges: Gauges, marks: int
) -> Iterator[tuple[CompiledScene, int]]:
    while target is not None:
        scene = script.scenes[target]
        marks |= scene.mark
        yield scene, marks
        if scene.way is None:
            return
        target = _follow(scene.way, gauges, marks)


def _follow(way: Way, gauges: Gauges, marks: int) -> Target:
    for test, target in way.branches:
        if test is None or test(gauges, marks):
            return target
    return way.only


def _arrive(
    script: Script, target: Target, gauges: Gauges, marks: int, path: tuple[str, ...]
) -> Position:
    """Enter a scene, and go on through passages to the next decision or the end."""
    scenes = script.scenes
    while target is not None:
        scene = scenes[target]
        marks |= scene.mark
        if scene.way is None:
            return Position(target, gauges, marks, path, None)
        target = _follow(scene.way, gauges, marks)
    for number, ending in enumerate(script.endings):
        if ending.test is None or ending.test(gauges, marks):
            return Position(None, gauges, marks, path, number)
    raise AssertionError("the checker lets no scenario through whose last ending has a condition")
