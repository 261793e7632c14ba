"""What every rule gives back: a figure, whether it is as it should be, and what to mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lfp_trainer.errors import Problem

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What JSON can hold."""

At = tuple[str | int, ...]

MOST_LISTED = 10
"""Warnings of one kind in one file: an author mends the first and checks again."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was counted in a scenario.

    ``ok`` is None where there is nothing to judge: a figure to know, or a file too short for it.
    """

    key: str
    """Its name in ``check --json``, which stays."""
    title: str
    value: Plain
    shown: str
    """The value in words, with the rule it was held against."""
    ok: bool | None = None
    problems: tuple[Problem, ...] = ()


def warnings(found: list[tuple[At, str]], fix: str) -> tuple[Problem, ...]:
    """Return a warning for each place, up to a number that somebody reads."""
    listed = [Problem(at, message, fix, "warning") for at, message in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        at, more = found[MOST_LISTED][0][:1], len(found) - MOST_LISTED
        listed.append(Problem(at, f"{more:,} more of this kind are not listed.", fix, "warning"))
    return tuple(listed)


def judged(
    key: str,
    title: str,
    value: Plain,
    shown: str,
    *,
    found: list[tuple[At, str]],
    fix: str,
    counts: bool = True,
) -> Figure:
    """Return a figure that is as it should be when nothing was found.

    :param counts: False where the file is too short to judge, so that nothing is warned of
    """
    if not counts:
        return Figure(key, title, value, shown)
    return Figure(key, title, value, shown, not found, warnings(found, fix))
