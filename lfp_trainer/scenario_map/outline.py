"""The map of a scenario in words, for terminals and for those who cannot see the drawing."""

from collections import deque
from collections.abc import Iterator

from lfp_trainer.engine.scenario import BOTH, END, Choice, Ending, Route, Scenario, Scene
from lfp_trainer.engine.script import Script


def outline(script: Script) -> str:
    """Return every scene in reading order, its choices and where they lead, and the endings."""
    return "\n".join(_outline(script.scenario)) + "\n"


def _outline(scenario: Scenario) -> Iterator[str]:
    yield scenario.title
    for id in _reading_order(scenario):
        yield ""
        yield from _scene(id, scenario.scenes[id], scenario)
    yield ""
    yield "Endings, the first that holds:"
    for ending in scenario.endings:
        yield f"  * {_ending(ending)}"


def _reading_order(scenario: Scenario) -> list[str]:
    """Return the scenes as a play may meet them; those it never meets come last."""
    order: dict[str, None] = {}
    for first in (scenario.start, *scenario.scenes):
        waiting = deque([first])
        while waiting:
            id = waiting.popleft()
            if id in order or id not in scenario.scenes:
                continue
            order[id] = None
            scene = scenario.scenes[id]
            for route in (scene.goto, *(choice.goto for choice in scene.choices.values())):
                waiting.extend(_places(route))
    return list(order)


def _places(route: Route | None) -> list[str]:
    if route is None:
        return []
    return [route] if isinstance(route, str) else [branch.to for branch in route]


def _scene(id: str, scene: Scene, scenario: Scenario) -> Iterator[str]:
    if scene.goto is not None:
        yield f"[{id}] {scene.title} → {_leads(scene.goto)}"
        return
    who = "everybody decides"
    if scene.turn is not None and scene.turn != BOTH:
        who = f"{scenario.cast[scene.turn].name} decides"
    yield f"[{id}] {scene.title}: {who}"
    for choice_id, choice in scene.choices.items():
        yield f"  * {_choice(choice_id, choice)}"


def _choice(id: str, choice: Choice) -> str:
    when = f" (only when {choice.when})" if choice.when else ""
    return f"{id}{when}: {choice.text} → {_leads(choice.goto)}"


def _leads(route: Route) -> str:
    if isinstance(route, str):
        return _place(route)
    return "; ".join(
        f"{_place(branch.to)} when {branch.when}" if branch.when else f"else {_place(branch.to)}"
        for branch in route
    )


def _place(id: str) -> str:
    return "the end" if id == END else f"[{id}]"


def _ending(ending: Ending) -> str:
    when = f"when {ending.when}" if ending.when else "otherwise"
    return f"{ending.id}, {when}: {ending.title}"
