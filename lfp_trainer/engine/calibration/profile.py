"""From ratings to the figures of a profile, each with what it needs and what to look at next."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from lfp_trainer.engine import agreement
from lfp_trainer.engine.calibration import (
    Agreement,
    Cell,
    Fact,
    Halo,
    InBand,
    Kappa,
    Leaning,
    Miss,
    Missing,
    Part,
    Parts,
    Profile,
    Silence,
    Spread,
    Trend,
    Use,
    Wanted,
    Way,
)
from lfp_trainer.engine.exercise.report import FEW, Lean, lean_of
from lfp_trainer.engine.rubric import Rubric

WINDOW = 100
"""So many of the latest ratings tell who somebody is now; what is older told who they were."""

SITTINGS = 12
"""So many of the latest sittings are a trend."""

FOR_KAPPA = 10
FOR_SPREAD = 10
FOR_HALO = 3
FOR_SILENCE = 3
FOR_TREND = 3
IN_A_SITTING = 4
"""Fewer ratings than this in one sitting are no point of a trend."""

STEP = 0.1
"""A share that grew or fell by less is steady."""

NARROW, WIDE = 0.75, 1.33
"""A spread below or above so many times that of the reference is another."""


def profile(rubric: Rubric, facts: Iterable[Fact]) -> Profile:
    """Return how somebody rates on a rubric.

    The standing figures are of the latest ratings, the trend of the latest sittings.
    """
    ordered = sorted(facts, key=lambda each: each.at)
    latest = ordered[-WINDOW:]
    pairs = [each for each in latest if each.signed is not None]
    return Profile(
        rated=len(latest),
        since=latest[0].at if latest else None,
        in_band=_in_band(latest),
        agreement=_agreement(pairs),
        leaning=_leaning(pairs),
        spread=_spread(rubric, pairs),
        kappa=_kappa(pairs),
        halo=_halo(latest) if len(rubric.strands) > 1 else None,
        roles=_beside(latest, [*rubric.roles], _role, lambda part: part.pairs, Wanted.LEVELS),
        silence=_silence(latest),
        strands=_beside(latest, [*rubric.strands], _strand, lambda part: part.rated),
        trend=_trend(ordered),
    )


def _in_band(facts: Sequence[Fact]) -> InBand | Missing:
    if len(facts) < FEW:
        return Missing(FEW - len(facts), Wanted.RATINGS)
    hits = sum(each.in_band for each in facts)
    otherwise = sum(not each.mark_agrees for each in facts)
    return InBand(len(facts), hits, otherwise, _outside(facts))


def _agreement(pairs: Sequence[Fact]) -> Agreement | Missing:
    both = [(each.own, each.level) for each in pairs]
    exact, adjacent = agreement.exact(both), agreement.adjacent(both)
    if len(pairs) < FEW or exact is None or adjacent is None:
        return Missing(FEW - len(pairs), Wanted.LEVELS)
    apart = Counter(_apart(each) for each in pairs)
    crossed: Counter[tuple[str, int]] = Counter()
    for each in pairs:
        crossed.update((each.strand, low) for low in each.crossed)
    mixed_up = max(sorted(crossed), key=crossed.__getitem__, default=None)
    return Agreement(len(pairs), exact, adjacent, tuple(sorted(apart.items())), mixed_up)


def _apart(pair: Fact) -> int:
    return pair.signed or 0


def _leaning(pairs: Sequence[Fact]) -> Leaning | Missing:
    mean = agreement.signed((each.own, each.level) for each in pairs)
    if len(pairs) < FEW or mean is None:
        return Missing(FEW - len(pairs), Wanted.LEVELS)
    lean = lean_of(mean)
    towards = {Lean.LENIENT: 1, Lean.SEVERE: -1}.get(lean, 0)
    miss = _most(pairs, lambda each: towards * _apart(each) > 0)
    return Leaning(len(pairs), mean, lean, miss)


def _spread(rubric: Rubric, pairs: Sequence[Fact]) -> Spread | Missing:
    own, of_reference = _used(pairs, lambda each: each.own), _used(pairs, lambda each: each.level)
    mine = agreement.spread(each.own for each in pairs)
    theirs = agreement.spread(each.level for each in pairs)
    if len(pairs) < FOR_SPREAD or mine is None or theirs is None:
        return Missing(FOR_SPREAD - len(pairs), Wanted.LEVELS)
    highest = max(rubric.highest(strand) for strand in rubric.strands)
    levels = range(1, highest + 1)
    use = Use.ALIKE
    if mine < NARROW * theirs:
        use = Use.NARROWER
    elif mine > WIDE * theirs:
        use = Use.WIDER
    rarely = max(levels, key=lambda level: of_reference[level] - own[level])
    often = max(levels, key=lambda level: own[level] - of_reference[level])
    miss = {
        Use.NARROWER: _most(pairs, lambda each: each.level == rarely != each.own),
        Use.WIDER: _most(pairs, lambda each: each.own == often != each.level),
    }
    return Spread(
        own=tuple(own[level] for level in levels),
        reference=tuple(of_reference[level] for level in levels),
        use=use,
        miss=miss.get(use),
    )


def _kappa(pairs: Sequence[Fact]) -> Kappa | Missing:
    if len(pairs) < FOR_KAPPA:
        return Missing(FOR_KAPPA - len(pairs), Wanted.LEVELS)
    value = agreement.weighted_kappa((each.own, each.level) for each in pairs)
    lost: Counter[Cell] = Counter()
    for each in pairs:
        lost[each.cell] += _apart(each) ** 2
    worst = max(_in_order(lost), key=lost.__getitem__)
    miss = _most(pairs, lambda each: each.cell == worst and each.own != each.level)
    return Kappa(len(pairs), value, miss)


def _halo(facts: Iterable[Fact]) -> Halo | Missing:
    together: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for each in facts:
        together[each.sitting, each.subject].append(each)
    told_apart = [of for of in together.values() if len({each.level for each in of}) > 1]
    if len(told_apart) < FOR_HALO:
        return Missing(FOR_HALO - len(told_apart), Wanted.LEADERS)
    covered = sum(len({each.own for each in of}) == 1 for of in told_apart)
    return Halo(len(told_apart), covered)


def _silence(facts: Sequence[Fact]) -> Silence | Missing:
    silent = [each for each in facts if each.level is None]
    if len(silent) < FOR_SILENCE:
        return Missing(FOR_SILENCE - len(silent), Wanted.SILENT)
    seen = sum(each.own is None for each in silent)
    claimed = sum(_claims_silence(each) for each in facts)
    miss = _most(silent, lambda each: each.own is not None) or _most(facts, _claims_silence)
    return Silence(len(silent), seen, claimed, miss)


def _claims_silence(fact: Fact) -> bool:
    return fact.own is None and not fact.in_band


def _role(fact: Fact) -> str | None:
    return fact.role


def _strand(fact: Fact) -> str | None:
    return fact.strand


def _beside(
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
    parts = [_part(name, of) for name, of in told.items() if of]
    enough = tuple(part for part in parts if count(part) >= FEW)
    if len(enough) < 2:
        return _short_of(names, {part.name: count(part) for part in parts}, wanted)
    low, high = (pick(enough, key=lambda part: part.share) for pick in (min, max))
    if low.share == high.share:
        return Parts(enough, None, None)
    return Parts(enough, low.name, _outside(told[low.name]))


def _short_of(names: Sequence[str], counts: dict[str, int], wanted: Wanted) -> Missing:
    """Return what the two that are nearest to enough are short of."""
    two = sorted(names, key=lambda name: -counts.get(name, 0))[:2]
    short = {name: max(0, FEW - counts.get(name, 0)) for name in two}
    about = [name for name, more in short.items() if more]
    return Missing(sum(short.values()), wanted, about[0] if len(about) == 1 else None)


def _trend(facts: Sequence[Fact]) -> Trend | Missing:
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
    parts = tuple(_part(of[0].sitting, of) for of in told)
    return Trend(parts, way, before, after, _outside(told[-1]))


def _share(sittings: Iterable[Sequence[Fact]]) -> float:
    facts = [each for of in sittings for each in of]
    return sum(each.in_band for each in facts) / len(facts)


def _part(name: str, facts: Sequence[Fact]) -> Part:
    pairs = [(each.own, each.level) for each in facts if each.signed is not None]
    mean = agreement.signed(pairs) if len(pairs) >= FEW else None
    hits = sum(each.in_band for each in facts)
    return Part(name, len(facts), hits, len(pairs), mean, lean_of(mean), facts[-1].at)


def _outside(facts: Iterable[Fact]) -> Miss | None:
    """Return the level of the reference that was missed most."""
    return _most(facts, lambda each: not each.in_band)


def _most(facts: Iterable[Fact], is_missed: Callable[[Fact], bool]) -> Miss | None:
    """Return where most facts are of a kind; of equals, where they are the larger part."""
    missed: Counter[Cell] = Counter()
    total: Counter[Cell] = Counter()
    for each in facts:
        total[each.cell] += 1
        missed[each.cell] += is_missed(each)
    best = max(
        _in_order(missed), key=lambda cell: (missed[cell], missed[cell] / total[cell]), default=None
    )
    if best is None or not missed[best]:
        return None
    return Miss(best, missed[best], total[best])


def _in_order(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (cell[0], cell[1] or 0))


def _used(facts: Iterable[Fact], level_of: Callable[[Fact], int | None]) -> Counter[int | None]:
    return Counter(level_of(each) for each in facts)
