"""Student's t distribution, for intervals that rest on few values."""

from functools import cache
from math import atan, cos, pi, sin, sqrt


def within(t: float, freedom: int) -> float:
    """Return the probability of a value between -t and t, for so many degrees of freedom.

    Source: M. Abramowitz and I. A. Stegun (1964), *Handbook of Mathematical Functions*, 26.7.3 for
    an odd number and 26.7.4 for an even one.
    """
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    squared, term = cos(angle) ** 2, cos(angle) if odd else 1.0
    total = 0.0
    for number in range(2 + odd, freedom + 1, 2):
        total += term
        term *= squared * (number - 1) / number
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


@cache
def quantile(share: float, freedom: int) -> float:
    """Return the t between whose minus and plus a share of all values lies."""
    low, high = 0.0, 1.0
    while within(high, freedom) < share:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if within(middle, freedom) < share else (low, middle)
    return middle
