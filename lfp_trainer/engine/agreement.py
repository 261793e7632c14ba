"""How closely raters agree, and which way they lean.

A rating is the number of a level, or None for NE: missing, never zero. What cannot be told (nothing
to pair, one rater, everybody on one level) is None and never a division by zero.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import fmean

Rated = int | None
"""A level, or None for NE."""

Pair = tuple[Rated, Rated]
"""The same thing rated twice: by oneself, then by the other rater or the reference."""


def paired(pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    """Return the pairs that have a level on both sides; no other statistic looks at the rest."""
    return [(own, other) for own, other in pairs if own is not None and other is not None]


def exact(pairs: Iterable[Pair]) -> float | None:
    """Return the share of pairs with the same level."""
    return _share(pairs, within=0)


def adjacent(pairs: Iterable[Pair]) -> float | None:
    """Return the share of pairs that are one level apart at most."""
    return _share(pairs, within=1)


def _share(pairs: Iterable[Pair], *, within: int) -> float | None:
    levels = paired(pairs)
    if not levels:
        return None
    return sum(abs(own - other) <= within for own, other in levels) / len(levels)


def signed(pairs: Iterable[Pair]) -> float | None:
    """Return the mean of own minus other, in levels: above zero is lenient, below is severe."""
    levels = paired(pairs)
    return fmean(own - other for own, other in levels) if levels else None


def spread(ratings: Iterable[Rated]) -> float | None:
    """Return the standard deviation of one rater's levels: how much of the ladder is used.

    Of all that was rated, not of a sample; None for fewer than two levels.
    """
    levels = [each for each in ratings if each is not None]
    count = len(levels)
    if count < 2:
        return None
    # In whole numbers up to the root, so that equal levels give zero and nothing near it.
    return sqrt(count * sum(each * each for each in levels) - sum(levels) ** 2) / count


def weighted_kappa(pairs: Iterable[Pair]) -> float | None:
    """Return Cohen's kappa with quadratic weights, for a ladder of any length.

    One minus the observed disagreement over the one to expect by chance from how often each rater
    uses each level; a pair d levels apart disagrees by d²/(k - 1)² of k levels, and (k - 1)²
    cancels. None where no disagreement is to be expected: both raters use one and the same level.

    Source: J. Cohen (1968), *Weighted kappa: nominal scale agreement provision for scaled
    disagreement or partial credit*, Psychological Bulletin 70(4), 213-220.
    """
    levels = paired(pairs)
    count = len(levels)
    own, other = [one for one, _ in levels], [two for _, two in levels]
    # The sum of (x - y)² over each own level with each other one, without writing them all out.
    expected = count * (_squares(own) + _squares(other)) - 2 * sum(own) * sum(other)
    if not expected:
        return None
    observed = count * sum((one - two) ** 2 for one, two in levels)
    return float(1 - Fraction(observed, expected))


def _squares(levels: Iterable[int]) -> int:
    return sum(each * each for each in levels)


def alpha(units: Iterable[Sequence[Rated]]) -> float | None:
    """Return Krippendorff's alpha for ordinal levels.

    For the ratings of a whole group, once a cohort reviews together; until then only its tests
    call it.

    :param units: for each thing that was rated, what each rater gave it; any number of raters, in
        any order, None where somebody gave no level

    One minus (n - 1) times the coincidences of unequal levels over those of chance, each weighted
    by δ², the squared number of ratings that lie between two levels, their own counted half. None
    where no thing has two ratings, or all that can be paired are equal.

    Source: A. F. Hayes and K. Krippendorff (2007), *Answering the call for a standard reliability
    measure for coding data*, Communication Methods and Measures 1(1), 77-89.
    """
    rated = [[each for each in unit if each is not None] for unit in units]
    pairable = [unit for unit in rated if len(unit) > 1]
    used = Counter(level for unit in pairable for level in unit)
    between = _distances(used)
    chance = sum(used[low] * used[high] * far for (low, high), far in between.items())
    if not chance:
        return None
    observed = Fraction(0)
    for unit in pairable:
        here = Counter(unit)
        unequal = sum(here[low] * here[high] * far for (low, high), far in between.items())
        observed += Fraction(unequal, len(unit) - 1)
    return float(1 - (used.total() - 1) * observed / chance)


def _distances(used: Counter[int]) -> dict[tuple[int, int], int]:
    """Return four times δ² of each two unequal levels, which is a whole number."""
    levels = sorted(used)
    steps = {low: used[low] + used[high] for low, high in pairwise(levels)}
    found: dict[tuple[int, int], int] = {}
    for at, low in enumerate(levels):
        apart = 0
        for before, high in pairwise(levels[at:]):
            apart += steps[before]
            found[low, high] = apart**2
    return found
