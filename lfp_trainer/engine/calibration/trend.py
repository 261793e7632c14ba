"""How the share in band went from sitting to sitting."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lfp_trainer.engine.calibration import Fact, Missing, Trend, Wanted, Way
from lfp_trainer.engine.calibration.parts import STEP, outside, part_of

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
    half = len(told) // 2
    before, after = _share(told[:half]), _share(told[-half:])
    way = Way.STEADY
    if abs(after - before) >= STEP:
        way = Way.RISING if after > before else Way.FALLING
    parts = tuple(part_of(of[0].sitting, of) for of in told)
    return Trend(parts, way, before, after, outside(told[-1]))


def _share(sittings: Iterable[Sequence[Fact]]) -> float:
    facts = [each for of in sittings for each in of]
    return sum(each.in_band for each in facts) / len(facts)
