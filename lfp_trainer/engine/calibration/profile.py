"""From ratings to the figures of a profile, each with what it needs and what to look at next."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

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
    Profile,
    Silence,
    Spread,
    Use,
    Wanted,
)
from lfp_trainer.engine.calibration.parts import beside, in_order, most, outside
from lfp_trainer.engine.calibration.trend import trend_of
from lfp_trainer.engine.exercise.report import FEW, Lean, lean_of
from lfp_trainer.engine.rubric import Rubric

WINDOW = 100
"""So many of the latest ratings tell who somebody is now; what is older told who they were."""

FOR_KAPPA = 10
FOR_SPREAD = 10
FOR_HALO = 3
FOR_SILENCE = 3

NARROW, WIDE = 0.75, 1.33
"""A spread below or above so many times that of the reference is another."""


SHARE_OF_LEVEL = 0.1
"""How often a level is used is told apart where it differs by this share of the ratings."""


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
        halo=_halo(latest, ordered[:-WINDOW]) if len(rubric.strands) > 1 else None,
        roles=beside(latest, [*rubric.roles], _role, lambda part: part.pairs, Wanted.LEVELS),
        silence=_silence(latest),
        strands=beside(latest, [*rubric.strands], _strand, lambda part: part.rated),
        trend=trend_of(ordered),
    )


def _in_band(facts: Sequence[Fact]) -> InBand | Missing:
    if len(facts) < FEW:
        return Missing(FEW - len(facts), Wanted.RATINGS)
    hits = sum(each.in_band for each in facts)
    otherwise = sum(not each.mark_agrees for each in facts)
    return InBand(len(facts), hits, otherwise, outside(facts))


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
    miss = most(pairs, lambda each: towards * _apart(each) > 0)
    above, below = (sum(way * _apart(each) > 0 for each in pairs) for way in (1, -1))
    return Leaning(len(pairs), mean, lean, above, below, miss)


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
    more = {level: own[level] - of_reference[level] for level in levels}
    often = tuple(level for level in levels if more[level] >= SHARE_OF_LEVEL * len(pairs))
    rarely = tuple(level for level in levels if -more[level] >= SHARE_OF_LEVEL * len(pairs))
    return Spread(
        own=tuple(own[level] for level in levels),
        reference=tuple(of_reference[level] for level in levels),
        use=use,
        often=often,
        rarely=rarely,
        miss=_misused(pairs, often, rarely, more),
    )


def _misused(
    pairs: Sequence[Fact], often: Sequence[int], rarely: Sequence[int], more: Mapping[int, int]
) -> Miss | None:
    if rarely:
        wanted = min(rarely, key=more.__getitem__)
        return most(pairs, lambda each: each.level == wanted != each.own)
    if often:
        given = max(often, key=more.__getitem__)
        return most(pairs, lambda each: each.own == given != each.level)
    return None


def _kappa(pairs: Sequence[Fact]) -> Kappa | Missing:
    if len(pairs) < FOR_KAPPA:
        return Missing(FOR_KAPPA - len(pairs), Wanted.LEVELS)
    value = agreement.weighted_kappa((each.own, each.level) for each in pairs)
    lost: Counter[Cell] = Counter()
    for each in pairs:
        lost[each.cell] += _apart(each) ** 2
    worst = max(in_order(lost), key=lost.__getitem__)
    miss = most(pairs, lambda each: each.cell == worst and each.own != each.level)
    return Kappa(len(pairs), value, miss)


def _halo(facts: Iterable[Fact], before: Iterable[Fact]) -> Halo | Missing:
    """Look for one level on every strand; of whom only a part is among the facts, nothing is said.

    :param before: what is too old to be looked at
    """
    together: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for each in facts:
        together[each.sitting, each.subject].append(each)
    for each in before:
        together.pop((each.sitting, each.subject), None)
    told_apart = [of for of in together.values() if len({each.level for each in of}) > 1]
    if len(told_apart) < FOR_HALO:
        return Missing(FOR_HALO - len(told_apart), Wanted.LEADERS)
    given = [{each.own for each in of} for of in told_apart]
    covered = sum(len(own) == 1 and None not in own for own in given)
    return Halo(len(told_apart), covered)


def _silence(facts: Sequence[Fact]) -> Silence | Missing:
    silent = [each for each in facts if each.level is None]
    if len(silent) < FOR_SILENCE:
        return Missing(FOR_SILENCE - len(silent), Wanted.SILENT)
    seen = sum(each.own is None for each in silent)
    accepted = sum(each.own is not None and each.in_band for each in silent)
    claimed = sum(_claims_silence(each) for each in facts)
    miss = outside(silent) or most(facts, _claims_silence)
    return Silence(len(silent), seen, accepted, claimed, miss)


def _claims_silence(fact: Fact) -> bool:
    return fact.own is None and not fact.in_band


def _role(fact: Fact) -> str | None:
    return fact.role


def _strand(fact: Fact) -> str | None:
    return fact.strand


def _used(facts: Iterable[Fact], level_of: Callable[[Fact], int | None]) -> Counter[int | None]:
    return Counter(level_of(each) for each in facts)
