"""The names a scenario defines, and what is wrong with a name or a condition that uses them."""

from collections.abc import Collection, Iterator, Mapping

from lfp_trainer.engine import conditions
from lfp_trainer.engine.conditions import Gauge, Visited
from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import Problem, did_you_mean

At = tuple[str | int, ...]


class Names:
    """What the conditions and routes of one scenario may speak of."""

    def __init__(self, scenario: Scenario) -> None:
        self.gauges = set(scenario.gauges)
        self.scenes = set(scenario.scenes)
        self.choices = {id for scene in scenario.scenes.values() for id in scene.choices}

    def in_condition(self, at: At, when: str | None) -> Iterator[Problem]:
        """Yield a problem for each name in a condition that nothing defines."""
        if when is None:
            return
        for leaf in conditions.leaves(conditions.parse(when)):
            if isinstance(leaf, Gauge):
                yield from unknown((*at, "when"), "gauge", leaf.name, self.gauges)
            elif isinstance(leaf, Visited):
                yield from unknown((*at, "when"), "scene", leaf.scene, self.scenes)
            else:
                yield from unknown((*at, "when"), "choice", leaf.choice, self.choices)


def unknown(at: At, kind: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    """Yield a problem if nothing defines a name."""
    if name not in known:
        listed = list(known) if isinstance(known, dict | list | tuple) else sorted(known)
        near = called(name, _named(known)) if isinstance(known, Mapping) else []
        fix = f"Did you mean '{near[0]}'?" if len(near) == 1 else did_you_mean(name, listed)
        yield Problem(at, f"there is no {kind} '{name}'.", fix)


def called(said: str, names: Mapping[str, str]) -> list[str]:
    """Return the codes of what somebody calls by its name, or by a word of it.

    :param names: code → name
    """
    words = said.casefold().split()
    whole = [code for code, name in names.items() if name.casefold().split() == words]
    if whole or not words:
        return whole
    return [code for code, name in names.items() if {*words} <= {*name.casefold().split()}]


def _named(known: Mapping[str, object]) -> dict[str, str]:
    return {code: str(getattr(each, "name", "")) for code, each in known.items()}
