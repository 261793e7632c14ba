"""How the share in band went from sitting to sitting."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt

from lfp_trainer.engine.calibration import Fact, Half, Missing, Trend, Wanted, Way
from lfp_trainer.engine.calibration.parts import TINY, outside, part_of

SITTINGS = 12
"""So many of the latest sittings are a trend."""

FOR_TREND = 3
IN_A_SITTING = 4
"""Fewer ratings than this in one sitting are no point of a trend."""


def trend_of(facts: Sequence[Fact]) -> Trend | Missing:
    """Follow the share in band over the latest sittings; ``facts`` come in order of time."""
    by_sitting: dict[str, list[Fact]] = defaultdict(list)
    for each in facts:
        by_sitting[each.sitting].append(each)
    told = [of for of in by_sitting.values() if len(of) >= IN_A_SITTING]
    told = sorted(told, key=lambda of: of[-1].at)[-SITTINGS:]
    if len(told) < FOR_TREND:
        return Missing(FOR_TREND - len(told), Wanted.SITTINGS)
    compared = len(told) // 2
    before, after = _together(told[:compared]), _together(told[-compared:])
    parts = tuple(part_of(of[0].sitting, of) for of in told)
    return Trend(parts, compared, _way(before, after), before, after, outside(told[-1]))


def _together(sittings: Iterable[Sequence[Fact]]) -> Half:
    facts = [each for of in sittings for each in of]
    return Half(sum(each.in_band for each in facts), len(facts))


def _way(before: Half, after: Half) -> Way:
    """Return where a share went, if it went further than two shares drift apart by chance.

    It has to differ by more than two standard errors of the difference of two
    proportions, with the share of both together in it, as if they were alike: the usual test of two
    proportions at about one in twenty. What somebody rates of one leader hangs together, and the
    texts of one sitting may be easier than those of another, which no such error knows of; so even
    a rise that passes may come from the texts.

    Source: J. L. Fleiss, B. Levin, M. C. Paik (2003), *Statistical Methods for Rates and
    Proportions*, 3rd edition, Wiley, chapter 3.
    """
    both = (before.hits + after.hits) / (before.rated + after.rated)
    error = sqrt(both * (1 - both) * (1 / before.rated + 1 / after.rated))
    change = after.share - before.share
    if abs(change) <= 2 * error + TINY:
        return Way.STEADY
    return Way.RISING if change > 0 else Way.FALLING
