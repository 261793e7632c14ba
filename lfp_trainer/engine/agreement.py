"""How closely raters agree, and which way they lean.

A rating is the number of a level, or None for NE: missing, never zero. What cannot be told (nothing
to pair, one rater, everybody on one level) is None and never a division by zero.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import fmean

from lfp_trainer.engine import students_t

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


Counts = Mapping[int, int]
"""Of one thing that was rated: level → how many raters gave it."""

PARTS = 100
"""How many parts the raters of an interval are in at most: more cost more and tell no more."""


def exact_among(counts: Counts) -> float | None:
    """Return the share of the pairs among raters of one thing with the same level."""
    return _share_among(counts, within=0)


def adjacent_among(counts: Counts) -> float | None:
    """Return the share of the pairs among raters of one thing that are one level apart at most."""
    return _share_among(counts, within=1)


def _share_among(counts: Counts, *, within: int) -> float | None:
    raters = sum(counts.values())
    if raters < 2:
        return None
    close = sum(
        here * counts.get(level + far, 0)
        for level, here in counts.items()
        for far in range(-within, within + 1)
    )
    # Each rater is paired with each other one, and with nobody twice.
    return (close - raters) / (raters * (raters - 1))


def alpha(units: Iterable[Sequence[Rated]]) -> float | None:
    """Return Krippendorff's alpha for ordinal levels.

    :param units: for each thing that was rated, what each rater gave it; any number of raters, in
        any order, None where somebody gave no level
    """
    return alpha_of_counts(Counter(each for each in unit if each is not None) for unit in units)


def alpha_of_counts(units: Iterable[Counts]) -> float | None:
    """Return Krippendorff's alpha for ordinal levels, from how many raters gave which level.

    One minus (n - 1) times the coincidences of unequal levels over those of chance, each weighted
    by δ², the squared number of ratings that lie between two levels, their own counted half. None
    where no thing has two ratings, or all that can be paired are equal.

    Source: A. F. Hayes and K. Krippendorff (2007), *Answering the call for a standard reliability
    measure for coding data*, Communication Methods and Measures 1(1), 77-89.
    """
    pairable = [unit for unit in units if sum(unit.values()) > 1]
    used: Counter[int] = Counter()
    for unit in pairable:
        used.update(unit)
    between = _distances(+used)
    chance = sum(used[low] * used[high] * far for (low, high), far in between.items())
    if not chance:
        return None
    # A sum of fractions, brought to its lowest terms but once.
    above, below = 0, 1
    for unit in pairable:
        unequal = sum(
            unit.get(low, 0) * unit.get(high, 0) * far for (low, high), far in between.items()
        )
        others = sum(unit.values()) - 1
        above, below = above * others + unequal * below, below * others
    return float(1 - Fraction((used.total() - 1) * above, below * chance))


def alpha_of_parts(parts: Iterable[Sequence[Counts]]) -> float | None:
    """Return alpha of raters who are in several parts, each with its counts of the same things."""
    return alpha_of_counts(_together(parts))


def interval(parts: Sequence[Sequence[Counts]]) -> tuple[float, float] | None:
    """Return in which interval alpha lies with 95 % confidence, if other raters had rated the same.

    By the delete-a-group jackknife over raters: alpha is computed anew without each part of the
    raters in turn, and its variance is (g - 1)/g times the summed squares of those values around
    their mean, for g parts; then the interval of Student's t with g - 1 degrees of freedom, which
    ends at 1. None for fewer than three parts, or where alpha is undefined without one of them:
    then it rests on that one alone.

    In a simulation of rooms whose alpha is known (.17 and .53, six things, levels 1 to 5) it held
    that alpha in 94 to 97 % of draws, of three raters as of three hundred.

    :param parts: the raters, each on their own or in up to ``PARTS`` parts of equal size; each with
        its counts of the same things in the same order

    Source: P. S. Kott (2001), *The delete-a-group jackknife*, Journal of Official Statistics 17(4),
    521-526; for one rater to a part J. W. Tukey (1958), *Bias and confidence in not-quite large
    samples*, Annals of Mathematical Statistics 29(2), 614.
    """
    if len(parts) < 3:
        return None
    everybody = _together(parts)
    found = alpha_of_counts(everybody)
    without = [alpha_of_counts(map(_less, everybody, part)) for part in parts]
    told = [each for each in without if each is not None]
    if found is None or len(told) < len(without):
        return None
    mean, parted = fmean(told), len(told)
    variance = (parted - 1) / parted * sum((each - mean) ** 2 for each in told)
    half = students_t.quantile(0.95, parted - 1) * sqrt(variance)
    return found - half, min(1.0, found + half)


def _together(parts: Iterable[Sequence[Counts]]) -> list[Counter[int]]:
    found: list[Counter[int]] = []
    for part in parts:
        found = found or [Counter() for _ in part]
        for all_of_it, counts in zip(found, part, strict=True):
            all_of_it.update(counts)
    return found


def _less(everybody: Counter[int], part: Counts) -> Counts:
    return {level: count - part.get(level, 0) for level, count in everybody.items()}


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
