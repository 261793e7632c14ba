"""Figures about whole plays: where they end, from each seat, and how long they take."""

from collections.abc import Iterator
from math import ceil

from lfp_trainer.engine.explorer import Exploration
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.teaching.figure import At, Figure, judged
from lfp_trainer.engine.teaching.reading import Reading
from lfp_trainer.engine.teaching.search import Search, moves_for

LEAST_TIME = 0.75
"""The part of the stated minutes that the slowest play must fill; less is a promise of more than
there is. It may fill them all, since every other play is shorter."""


def play_figures(script: Script, exploration: Exploration) -> Iterator[Figure]:
    """Yield every figure that is read from plays."""
    yield _states(exploration)
    yield _length(exploration)
    yield _endings(script, exploration)
    for seat in script.scenario.seats:
        yield _endings_alone(script, seat)
    yield _time(script, exploration)


def _states(exploration: Exploration) -> Figure:
    states = f"{exploration.states:,}"
    if exploration.complete:
        return Figure("states", "States walked", exploration.states, f"all {states}", True)
    # The explorer warns of it.
    return Figure("states", "States walked", exploration.states, f"{states}, not all", False)


def _length(exploration: Exploration) -> Figure:
    longest = "any number of" if exploration.longest is None else str(exploration.longest)
    shown = f"{exploration.shortest} to {longest}"
    value = [exploration.shortest, exploration.longest]
    return Figure("decisions_per_play", "Decisions in a play", list(value), shown)


def _endings(script: Script, exploration: Exploration) -> Figure:
    """What is wrong here is an error of the explorer's, or a warning where it was cut short."""
    names = [ending.id for ending in script.scenario.endings]
    met = [name for name in names if name in exploration.endings]
    shown = f"{len(met)} of {len(names)}"
    return Figure("endings", "Endings reached", list(met), shown, len(met) == len(names))


def _endings_alone(script: Script, seat: str) -> Figure:
    names = {ending.id for ending in script.scenario.endings}
    left = set(names)

    def met(_before: Position | None, _choice: str, after: Position) -> bool:
        if after.ending is not None:
            left.discard(script.endings[after.ending].ending.id)
        return not left

    search = Search(script, met, seats=(seat,))
    found: list[tuple[At, str]] = []
    for number, ending in enumerate(script.scenario.endings):
        if ending.id in left:
            how = "cannot be reached" if search.complete else f"was not reached {_in(search)}"
            message = f"'{ending.id}' {how} by '{seat}' with the stand-in in every other seat."
            found.append((("endings", number), message))
    return judged(
        f"endings_as_{seat}",
        f"Endings reached as {seat}, stand-in elsewhere",
        sorted(names - left),
        f"{len(names) - len(left)} of {len(names)}"
        + ("" if search.complete else f" {_in(search)}, then cut short"),
        found=found,
        fix="Let the stand-in answer what was done, with lines that have a 'when', or let this"
        " seat's own responses move what the ending asks for.",
    )


def _in(search: Search) -> str:
    return f"in the {len(search.states):,} states walked"


def _time(script: Script, exploration: Exploration) -> Figure:
    need, which = _slowest(script, exploration)
    stated = script.scenario.minutes
    return judged(
        "minutes",
        "Reading time",
        round(need, 1),
        f"{need:.0f} of {stated} minutes for the {which} play"
        f" ({LEAST_TIME * stated:g} to {stated})",
        found=[]
        if LEAST_TIME * stated <= need <= stated
        else [(("minutes",), f"the {which} play takes about {need:.0f} minutes.")],
        fix=f"Write: minutes: {_fitting(need)}",
    )


def _slowest(script: Script, exploration: Exploration) -> tuple[float, str]:
    """Return how long the slowest play takes, or the slowest of those at hand, and which it is."""
    reading = Reading(script)
    # Where the states could not all be walked, weighing their words comes to no end either.
    slowest = reading.slowest(moves_for(script)) if exploration.complete else None
    if slowest is not None:
        return slowest, "slowest"
    known = {"best ranked": exploration.reference, "longest": exploration.longest_path}
    return max(
        (reading.minutes_of(path), which) for which, path in known.items() if path is not None
    )


def _fitting(need: float) -> int:
    """Return minutes that a play fits: a round number, if it is not too many."""
    least = ceil(need)
    rounded = -(-least // 5) * 5
    return rounded if LEAST_TIME * rounded <= need else least
