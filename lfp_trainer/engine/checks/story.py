"""The story of a scenario: scenes, choices, routes, stand-ins, endings and the people in it."""

import keyword
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from lfp_trainer.engine.checks.names import At, Names, unknown
from lfp_trainer.engine.scenario import (
    BOTH,
    END,
    Bundle,
    Choice,
    Route,
    Scenario,
    Scene,
    SpokenLine,
)
from lfp_trainer.errors import Problem

CONDITION_WORDS = {"visited", "chose", "true", "false"}


class _Conditional(Protocol):
    @property
    def when(self) -> str | None: ...


def story_problems(bundle: Bundle) -> Iterator[Problem]:
    """Yield every problem of the story's names and structure."""
    scenario = bundle.scenario
    names = Names(scenario)
    yield from _reserved(scenario)
    yield from unknown(("start",), "scene", scenario.start, names.scenes)
    yield from _seats(scenario)
    yield from _repeated_choices(scenario)
    yield from _endings(scenario, names)
    for id, scene in scenario.scenes.items():
        yield from _scene(("scenes", id), scene, scenario, names)
    yield from _endless_passages(scenario)


def _reserved(scenario: Scenario) -> Iterator[Problem]:
    places: list[At] = [("scenes", id) for id in scenario.scenes]
    places += [("cast", id) for id in scenario.cast]
    places += [
        ("scenes", id, "choices", choice)
        for id, scene in scenario.scenes.items()
        for choice in scene.choices
    ]
    for at in places:
        if at[-1] in (END, BOTH):
            yield Problem(at, f"'{at[-1]}' has a meaning of its own.", "Choose another name.")
    for gauge in scenario.gauges:
        if keyword.iskeyword(gauge) or gauge in CONDITION_WORDS:
            message = f"'{gauge}' is a word of the condition language."
            yield Problem(("gauges", gauge), message, "Choose another name.")


def _seats(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.seats:
        yield Problem(("cast",), "nobody has a seat.", "Give a cast member: seat: true")
    turns = {scene.turn for scene in scenario.scenes.values() if scene.choices}
    for seat in scenario.seats:
        if scenario.cast[seat].brief is None:
            message = f"'{seat}' has a seat but no brief."
            yield Problem(("cast", seat), message, "Write what only that person knows: brief: …")
        if seat not in turns and BOTH not in turns:
            message = f"'{seat}' has a seat but never decides."
            yield Problem(("cast", seat), message, f"Give a scene: turn: {seat}")


def _repeated_choices(scenario: Scenario) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for id, scene in scenario.scenes.items():
        for choice in scene.choices:
            if choice in first:
                message = f"the choice '{choice}' is in scene '{first[choice]}' too."
                fix = "A choice needs a name of its own in the whole scenario."
                yield Problem(("scenes", id, "choices", choice), message, fix)
            first.setdefault(choice, id)


def _endings(scenario: Scenario, names: Names) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, ending in enumerate(scenario.endings):
        at = ("endings", number)
        if ending.id in seen:
            message = f"there are two endings '{ending.id}'."
            yield Problem((*at, "id"), message, "Rename one of them.")
        seen.add(ending.id)
        yield from names.in_condition(at, ending.when)
        for place, epilogue in enumerate(ending.epilogues):
            yield from names.in_condition((*at, "epilogues", place), epilogue.when)
        yield from _shadowed((*at, "epilogues"), ending.epilogues, "epilogue")
    yield from _shadowed(("endings",), scenario.endings, "ending")
    yield from _open_at_the_end(("endings",), scenario.endings, "ending")


def _shadowed(at: At, lines: Sequence[_Conditional], kind: str) -> Iterator[Problem]:
    """Yield a problem if lines follow one that always holds."""
    always = next((number for number, line in enumerate(lines) if line.when is None), None)
    if always is not None and always < len(lines) - 1:
        message = f"what follows this {kind} is never tried, because it has no 'when'."
        yield Problem((*at, always), message, "Move it to the end, or give it a 'when'.")


def _open_at_the_end(at: At, lines: Sequence[_Conditional], kind: str) -> Iterator[Problem]:
    """Yield a problem if none of the lines may hold."""
    if lines and lines[-1].when is not None:
        message = f"the last {kind} has a 'when', so there may be none that holds."
        yield Problem((*at, len(lines) - 1), message, "Remove its 'when', or add one without.")


def _scene(at: At, scene: Scene, scenario: Scenario, names: Names) -> Iterator[Problem]:
    yield from _lines(at, scene, scenario, names)
    if scene.turn is not None and scene.turn != BOTH:
        yield from unknown((*at, "turn"), "seat", scene.turn, (*scenario.seats, BOTH))
    if scene.goto is not None:
        yield from _route((*at, "goto"), scene.goto, names)
    for id, choice in scene.choices.items():
        yield from _choice((*at, "choices", id), choice, names)
    yield from _ranks(at, scene)
    yield from _stand_in(at, scene, names)


def _ranks(at: At, scene: Scene) -> Iterator[Problem]:
    """Equals share a rank and use up the places of all of them: 1, 1, 3."""
    by_rank: dict[int, list[str]] = {}
    for id, choice in scene.choices.items():
        by_rank.setdefault(choice.rank, []).append(id)
    for rank, equals in by_rank.items():
        taken = range(rank + 1, rank + len(equals))
        for id, choice in scene.choices.items():
            if choice.rank in taken:
                message = f"'{equals[0]}' and '{equals[1]}' are both ranked {rank}."
                fix = f"After {len(equals)} equals the next rank is {rank + len(equals)}."
                yield Problem((*at, "choices", id, "rank"), message, fix)


def _lines(at: At, scene: Scene, scenario: Scenario, names: Names) -> Iterator[Problem]:
    for number, line in enumerate(scene.lines):
        if isinstance(line, SpokenLine):
            yield from names.in_condition((*at, "lines", number), line.when)
            if line.who is not None:
                place = (*at, "lines", number, "who")
                yield from unknown(place, "cast member", line.who, scenario.cast)
            if line.only is not None:
                yield from unknown(
                    (*at, "lines", number, "only"), "seat", line.only, scenario.seats
                )


def _choice(at: At, choice: Choice, names: Names) -> Iterator[Problem]:
    yield from names.in_condition(at, choice.when)
    for gauge in choice.effects:
        yield from unknown((*at, "effects", gauge), "gauge", gauge, names.gauges)
    yield from _route((*at, "goto"), choice.goto, names)


def _route(at: At, route: Route, names: Names) -> Iterator[Problem]:
    scenes = {*names.scenes, END}
    if isinstance(route, str):
        yield from unknown(at, "scene", route, scenes)
        return
    for number, branch in enumerate(route):
        yield from unknown((*at, number, "to"), "scene", branch.to, scenes)
        yield from names.in_condition((*at, number), branch.when)
    yield from _shadowed(at, route, "branch")
    yield from _open_at_the_end(at, route, "branch")


def _stand_in(at: At, scene: Scene, names: Names) -> Iterator[Problem]:
    """An empty seat must always find a line to play, whatever the gauges say."""
    at = (*at, "stand_in")
    for number, line in enumerate(scene.stand_in):
        yield from names.in_condition((*at, number), line.when)
        yield from unknown(
            (*at, number, "choose"), "choice of this scene", line.choose, scene.choices
        )
    last = scene.choices.get(scene.stand_in[-1].choose) if scene.stand_in else None
    if last is not None and last.when is not None:
        yield Problem(
            (*at, len(scene.stand_in) - 1, "choose"),
            "the last line takes a choice that has a 'when' and may not be on offer.",
            "End with a choice that is always on offer.",
        )
    yield from _shadowed(at, scene.stand_in, "line")
    yield from _open_at_the_end(at, scene.stand_in, "line")


def _endless_passages(scenario: Scenario) -> Iterator[Problem]:
    """A ring of scenes without a decision would play for ever."""
    passages = {id: scene.goto for id, scene in scenario.scenes.items() if scene.goto is not None}
    graph = {id: targets(route) & passages.keys() for id, route in passages.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring = list(reversed(error.args[1]))
        message = f"these passages lead in a ring: {' → '.join(ring)}."
        yield Problem(
            ("scenes", ring[0], "goto"), message, "Let one lead to a decision or to 'end'."
        )


def targets(route: Route) -> set[str]:
    """Return every place a route may lead to."""
    return {route} if isinstance(route, str) else {branch.to for branch in route}
