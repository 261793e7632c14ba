"""The ratings of roles or strands beside each other, and what of them was missed most."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from lfp_trainer.engine import agreement
from lfp_trainer.engine.calibration import (
    Cell,
    Contrast,
    Fact,
    Miss,
    Missing,
    Part,
    Parts,
    Wanted,
)
from lfp_trainer.engine.exercise.report import FEW, LEANS, lean_of

STEP = 0.1
"""Shares in band that differ by less are not told apart; for mean differences it is a lean."""

TINY = 1e-9
"""What is lost where shares are subtracted is no difference."""


def beside(
    facts: Sequence[Fact],
    names: Sequence[str],
    name_of: Callable[[Fact], str | None],
    count: Callable[[Part], int],
    wanted: Wanted = Wanted.RATINGS,
) -> Parts | Missing | None:
    """Hold the ratings of two or more of these beside each other; of others there are too few."""
    if len(names) < 2:
        return None
    told = {name: [each for each in facts if name_of(each) == name] for name in names}
    parts = [part_of(name, of) for name, of in told.items() if of]
    enough = tuple(part for part in parts if count(part) >= FEW)
    if len(enough) < 2:
        return _short_of(names, {part.name: count(part) for part in parts}, wanted)
    share, levels = by_share(enough), by_levels(enough)
    focus = _focus(enough, share, levels)
    missed = outside if share else _elsewhere
    return Parts(enough, share, levels, focus, missed(told[focus]) if focus else None)


def by_share(parts: Sequence[Part], first: str | None = None) -> Contrast | None:
    """Return which two differ most in their share in band, if they do enough to be named.

    :param first: the one to be held beside the others, where it is one of them
    """
    return _contrast({part.name: part.share for part in parts}, STEP, first)


def by_levels(parts: Sequence[Part], first: str | None = None) -> Contrast | None:
    """Return which two differ most in how high their levels lie beside the reference, likewise."""
    means = {part.name: part.signed for part in parts if part.signed is not None}
    return _contrast(means, LEANS, first)


def _contrast(values: Mapping[str, float], least: float, first: str | None) -> Contrast | None:
    if len(values) < 2:
        return None
    pairs = [(min(values, key=values.__getitem__), max(values, key=values.__getitem__))]
    if first is not None and first in values:
        own = values[first]
        others = [name for name in values if name != first]
        far = max(others, key=lambda name: abs(own - values[name]))
        pairs.insert(0, (first, far))
    for one, two in pairs:
        by = values[one] - values[two]
        if abs(by) > least - TINY:
            return Contrast(one, two, by)
    return None


def _focus(parts: Sequence[Part], share: Contrast | None, levels: Contrast | None) -> str | None:
    """Return the one to begin with, where any two differ by enough."""
    if share:
        return share.first
    return max(parts, key=lambda part: abs(part.signed or 0)).name if levels else None


def _short_of(names: Sequence[str], counts: dict[str, int], wanted: Wanted) -> Missing:
    """Return what the two that are nearest to enough are short of."""
    two = sorted(names, key=lambda name: -counts.get(name, 0))[:2]
    short = {name: max(0, FEW - counts.get(name, 0)) for name in two}
    about = [name for name, more in short.items() if more]
    return Missing(sum(short.values()), wanted, about[0] if len(about) == 1 else None)


def part_of(name: str, facts: Sequence[Fact]) -> Part:
    pairs = [(each.own, each.level) for each in facts if each.signed is not None]
    mean = agreement.signed(pairs) if len(pairs) >= FEW else None
    hits = sum(each.in_band for each in facts)
    return Part(name, len(facts), hits, len(pairs), mean, lean_of(mean), facts[-1].at)


def outside(facts: Iterable[Fact]) -> Miss | None:
    """Return the level of the reference that was missed most."""
    return most(facts, lambda each: not each.in_band)


def _elsewhere(facts: Iterable[Fact]) -> Miss | None:
    """Return the level of the reference beside which another was given most."""
    return most(facts, lambda each: bool(each.signed))


def most(facts: Iterable[Fact], is_missed: Callable[[Fact], bool]) -> Miss | None:
    """Return where most facts are of a kind; of equals, where they are the larger part."""
    missed: Counter[Cell] = Counter()
    total: Counter[Cell] = Counter()
    for each in facts:
        total[each.cell] += 1
        missed[each.cell] += is_missed(each)
    best = max(
        in_order(missed), key=lambda cell: (missed[cell], missed[cell] / total[cell]), default=None
    )
    if best is None or not missed[best]:
        return None
    return Miss(best, missed[best], total[best])


def in_order(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (cell[0], cell[1] or 0))
