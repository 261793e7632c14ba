"""Figures about players who do not read the story, and about the one who knows the reference."""

from collections.abc import Collection, Iterator

from lfp_trainer.engine import conditions
from lfp_trainer.engine.conditions import Gauge
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.simulate import RANDOM, REFERENCE, players, weigh
from lfp_trainer.engine.teaching.figure import At, Figure, judged
from lfp_trainer.engine.teaching.responses import FEW
from lfp_trainer.engine.teaching.search import moves_for
from lfp_trainer.errors import Problem

RANDOM_SHARE = 0.10
"""The share of plays in which chance may come to the first ending."""

RANDOM_ALONE = 0.12
"""The same for one seat beside the stand-in: it takes half of the decisions, so that chance has
fewer to spoil."""

ABOVE_RANDOM = 0.10
"""How much more often than chance a test-wise player may come to the first ending."""

REFERENCE_SHARE = 0.999
"""The best ranked responses must always win; the rest is rounding."""

TEST_WISE = {
    "first": "the first response",
    "last": "the last response",
    "longest": "the longest response (in characters)",
    "shortest": "the shortest response (in characters)",
    "consulting": "the response that consults",
}
"""Players who need not read what they choose. The highest level is no such player: to see what a
response shows, one must have learned what the trainer teaches."""

ALONE = ("consulting", "longest", "shortest")
"""Those of them that are weighed for each seat: who learns alone sees responses shuffled, so that
there is no first and no last."""

FEWER_ALONE = 4
"""The part of the moves that one seat may take: half of the decisions make far fewer paths (in our
cases one in ten), and there are several seats to weigh."""

AT: At = ("endings", 0)

Shares = dict[str, float | None]
"""Player → the share of plays that come to the first ending; None where it was not found out."""


def fare_figures(script: Script) -> Iterator[Figure]:
    """Yield how each player fares, exactly, or that there are too many paths to tell."""
    scenario = script.scenario
    first = scenario.endings[0].id
    counts = len([scene for scene in scenario.scenes.values() if scene.choices]) >= FEW
    shares = _shares(script, TEST_WISE)
    yield _reference(script, shares[REFERENCE], first)
    yield _random(script, shares[RANDOM], first, counts=counts)
    if (chance := shares[RANDOM]) is not None:
        for name in TEST_WISE:
            yield _test_wise(name, shares[name], chance, first, counts=counts)
    if len(scenario.seats) > 1:
        # One ending is reached by everybody, and that was said.
        counts = counts and len(scenario.endings) > 1
        for seat in scenario.seats:
            yield _alone(script, seat, first, counts=counts)


def _shares(script: Script, names: Collection[str], seat: str | None = None) -> Shares:
    """Weigh players in every seat, or in one beside the stand-in.

    Where there are too many paths for chance, nothing can be compared with it.
    """
    known, moves = players(script.vocabulary), moves_for(script)
    moves //= 1 if seat is None else FEWER_ALONE
    first = script.scenario.endings[0].id
    seats = None if seat is None else {seat}
    shares: Shares = dict.fromkeys((REFERENCE, RANDOM, *names))
    for name in shares:
        if name in names and shares[RANDOM] is None:
            break
        outcome = weigh(script, known[name], max_moves=moves, seats=seats)
        shares[name] = None if outcome is None else outcome.endings[first]
    return shares


def _reference(script: Script, share: float | None, first: str) -> Figure:
    return judged(
        "plays_reference",
        f"Reference player ends in {first}",
        _rounded(share),
        f"{_percent(share)} (always)",
        found=[] if _wins(share) else [(AT, _message("the best ranked responses", share, first))],
        fix=_lead_there(script),
    )


def _random(script: Script, share: float | None, first: str, *, counts: bool) -> Figure:
    fine = share is not None and share < RANDOM_SHARE
    return judged(
        "plays_random",
        f"Random player ends in {first}",
        _rounded(share),
        f"{_percent(share)} (under {RANDOM_SHARE:.0%})",
        found=[] if fine else [(AT, _message("responses taken at random", share, first))],
        fix=_TOO_MANY if share is None else _ask_more(script),
        counts=counts or share is None,
    )


def _test_wise(
    name: str, share: float | None, chance: float, first: str, *, counts: bool
) -> Figure:
    most = chance + ABOVE_RANDOM
    fine = share is not None and share <= most
    who = TEST_WISE[name]
    return judged(
        f"plays_{name}",
        f"Always {who} ends in {first}",
        _rounded(share),
        f"{_percent(share)} (at most {most:.0%}, a tenth above random)",
        found=[] if fine else [(AT, _message(f"always {who}", share, first))],
        fix=_TOO_MANY if share is None else _COST,
        counts=counts or share is None,
    )


def _alone(script: Script, seat: str, first: str, *, counts: bool) -> Figure:
    """How one seat fares while the stand-in plays the others."""
    shares = _shares(script, ALONE, seat)
    chance = shares[RANDOM]
    most = RANDOM_ALONE if chance is None else chance + ABOVE_RANDOM
    habits = ", ".join(f"{name} {_percent(shares[name])}" for name in ALONE)
    shown = f"random {_percent(chance)} (at most {RANDOM_ALONE:.0%})"
    if chance is not None:
        shown += f", {habits} (at most {most:.0%})"
    shown += f", reference {_percent(shares[REFERENCE])} (always)"
    problems = tuple(_problems_alone(script, seat, shares, first)) if counts else ()
    return Figure(
        f"plays_as_{seat}",
        f"Ends in {first} as {seat}, stand-in elsewhere",
        {name: _rounded(share) for name, share in shares.items()},
        shown,
        not problems if counts else None,
        problems,
    )


def _problems_alone(script: Script, seat: str, shares: Shares, first: str) -> Iterator[Problem]:
    def problem(who: str, share: float | None, fix: str) -> Problem:
        message = _message(f"'{seat}' beside the stand-in, {who}", share, first)
        return Problem(AT, message, _TOO_MANY if share is None else fix, "warning")

    chance = shares[RANDOM]
    if not _wins(shares[REFERENCE]):
        yield problem("best ranked responses", shares[REFERENCE], _ANSWER)
    if chance is None or chance > RANDOM_ALONE:
        yield problem("responses taken at random", chance, _ask_more(script))
    for name in ALONE if chance is not None else ():
        share = shares[name]
        if share is None or chance is None or share > chance + ABOVE_RANDOM:
            yield problem(f"always {TEST_WISE[name]}", share, _COST)


_TOO_MANY = "There are too many paths to weigh them all: look with lfp-trainer simulate."
_COST = "Let it cost something real on its own path."
_ANSWER = (
    "Let the stand-in answer what was done, with lines that have a 'when', so that this seat's own"
    " best responses are enough."
)


def _ask_more(script: Script) -> str:
    """Return how to make the first ending harder to come to: what its condition can ask for."""
    ending = script.scenario.endings[0]
    if ending.when is None:
        return (
            "Add an ending for plays that go less well, and give this one a 'when' that only good"
            " responses bring about."
        )
    if any(isinstance(leaf, Gauge) for leaf in conditions.leaves(conditions.parse(ending.when))):
        return "Ask more of the gauges there."
    return (
        "Let its 'when' ask for more of the best responses, or for a gauge that all responses move."
    )


def _lead_there(script: Script) -> str:
    """Return how to let the best ranked responses come to the first ending."""
    if script.gauges:
        return "Let their effects add up to the first ending, whichever of equals is taken."
    return "Let the first ending's 'when' hold after them, whichever of equals is taken."


def _wins(share: float | None) -> bool:
    return share is not None and share >= REFERENCE_SHARE


def _message(who: str, share: float | None, first: str) -> str:
    if share is None:
        return f"{who}: it was not found how many plays end in '{first}'."
    return f"{who}: {share:.0%} of plays end in '{first}'."


def _percent(share: float | None) -> str:
    return "not weighed, cut short" if share is None else f"{share:.0%}"


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
