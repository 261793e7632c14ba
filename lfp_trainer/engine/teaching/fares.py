"""Figures about players who do not read the story, and about the one who knows the reference."""

from collections.abc import Iterator

from lfp_trainer.engine.script import Script
from lfp_trainer.engine.simulate import RANDOM, REFERENCE, Outcome, players, weigh
from lfp_trainer.engine.teaching.figure import At, Figure, judged
from lfp_trainer.engine.teaching.responses import FEW
from lfp_trainer.engine.teaching.search import moves_for

RANDOM_SHARE = 0.10
"""The share of plays in which chance may come to the first ending."""

ABOVE_RANDOM = 0.10
"""How much more often than chance a test-wise player may come to the first ending."""

REFERENCE_SHARE = 0.999
"""The best ranked responses must always win; the rest is rounding."""

TEST_WISE = ("first", "longest", "consulting")
"""Players who need not read what they choose. The highest level is no such player: to see what a
response shows, one must have learned what the trainer teaches."""

AT: At = ("endings", 0)


def fare_figures(script: Script) -> Iterator[Figure]:
    """Yield how each player fares, exactly, or that there are too many paths to tell."""
    first = script.scenario.endings[0].id
    known, moves = players(script.vocabulary), moves_for(script)
    counts = len([scene for scene in script.scenario.scenes.values() if scene.choices]) >= FEW
    yield _reference(weigh(script, known[REFERENCE], max_moves=moves), first)
    chance = weigh(script, known[RANDOM], max_moves=moves)
    yield _random(chance, first, counts=counts)
    if chance is None:
        return
    for name in TEST_WISE:
        outcome = weigh(script, known[name], max_moves=moves)
        yield _test_wise(name, outcome, chance, first, counts=counts)


def _reference(outcome: Outcome | None, first: str) -> Figure:
    share = None if outcome is None else outcome.endings[first]
    wins = share is not None and share >= REFERENCE_SHARE
    return judged(
        "plays_reference",
        f"Reference player ends in {first}",
        _rounded(share),
        f"{_percent(share)} (always)",
        found=[] if wins else [(AT, _message("the best ranked responses", share, first))],
        fix="Let their effects add up to the first ending, whichever of equals is taken.",
    )


def _random(outcome: Outcome | None, first: str, *, counts: bool) -> Figure:
    share = None if outcome is None else outcome.endings[first]
    fine = share is not None and share < RANDOM_SHARE
    return judged(
        "plays_random",
        f"Random player ends in {first}",
        _rounded(share),
        f"{_percent(share)} (under {RANDOM_SHARE:.0%})",
        found=[] if fine else [(AT, _message("responses taken at random", share, first))],
        fix=_TOO_MANY if share is None else "Ask more of the gauges there.",
        counts=counts or share is None,
    )


def _test_wise(
    name: str, outcome: Outcome | None, chance: Outcome, first: str, *, counts: bool
) -> Figure:
    share = None if outcome is None else outcome.endings[first]
    most = chance.endings[first] + ABOVE_RANDOM
    fine = share is not None and share <= most
    who = {
        "first": "the first response",
        "longest": "the longest response",
        "consulting": "the response that consults",
    }[name]
    return judged(
        f"plays_{name}",
        f"Always {who} ends in {first}",
        _rounded(share),
        f"{_percent(share)} (at most {most:.0%}, a tenth above random)",
        found=[] if fine else [(AT, _message(f"always {who}", share, first))],
        fix=_TOO_MANY if share is None else "Let it cost something real on its own path.",
        counts=counts or share is None,
    )


_TOO_MANY = "There are too many paths to weigh them all: look with lfp-trainer simulate."


def _message(who: str, share: float | None, first: str) -> str:
    if share is None:
        return f"it was not found how often {who} end in '{first}'."
    return f"{who}: {share:.0%} of plays end in '{first}'."


def _percent(share: float | None) -> str:
    return "not weighed, cut short" if share is None else f"{share:.0%}"


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
