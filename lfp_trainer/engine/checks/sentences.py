"""Texts that look like the second half of a sentence.

Inside ``[ ]`` and ``{ }`` a comma ends a text without a word said, so one question becomes two
entries of a list. The second half gives itself away: it begins with a small letter.
"""

from collections.abc import Iterator
from itertools import islice

from lfp_trainer.engine.checks.names import At
from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import Problem

MOST_LISTED = 10
"""An author mends the first and checks again."""


def sentence_problems(scenario: Scenario) -> Iterator[Problem]:
    """Yield a warning for each text of a list that begins with a small letter."""
    halves = (at for at, text in _texts(scenario) if text.lstrip()[:1].islower())
    for at in islice(halves, MOST_LISTED):
        yield Problem(
            at,
            "begins with a small letter; inside [ ] a comma ends a text.",
            "Write each text on a line of its own after a hyphen, or put it in quotes.",
            "warning",
        )


def _texts(scenario: Scenario) -> Iterator[tuple[At, str]]:
    """Yield the texts that stand in a list by themselves, each with its place."""
    overview = scenario.overview
    lists: list[tuple[At, tuple[object, ...]]] = [
        (("case",), scenario.case),
        *((("scenes", id, "lines"), scene.lines) for id, scene in scenario.scenes.items()),
        (("overview", "snapshot"), overview.snapshot if overview else ()),
        (("overview", "trade_offs"), overview.trade_offs if overview else ()),
        (("debrief",), scenario.debrief),
    ]
    for at, entries in lists:
        for number, entry in enumerate(entries):
            if isinstance(entry, str):
                yield (*at, number), entry
