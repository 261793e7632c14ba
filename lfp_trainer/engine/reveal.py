"""What several people answered about the same thing, side by side: how far they are apart.

NE is missing, never zero: beside a level it is a difference of its own kind, without a size. So
what people say in levels comes first, the largest difference before the smaller ones; then where
one found a level and another found none; then what they agree on, furthest from what was expected
first.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lfp_trainer.engine import reference
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.scenario import Scenario

Away = Callable[[int | None], int | None]
"""How many levels an answer is away from what was expected; None where one of the two is NE."""


class Talk(StrEnum):
    """What there is to talk about."""

    LEVELS = "levels"
    """They give levels that differ."""
    SILENCE = "silence"
    """One gives a level, another says NE."""
    BOTH_OFF = "both off"
    """They say the same, and something else was expected."""
    AGREED = "agreed"
    ALONE = "alone"
    """Only one of them has answered."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far answers to one question are apart."""

    people: int
    levels: int
    """Between the highest and the lowest level that was given."""
    silent: bool
    """Whether some say NE and others do not."""
    off: int
    """How many levels the one furthest off is away from what was expected."""
    off_silent: bool
    """Whether some say NE where a level was expected, or a level where NE was."""
    all_off: bool

    @property
    def talk(self) -> Talk:
        if self.people < 2:
            return Talk.ALONE
        if self.levels:
            return Talk.LEVELS
        if self.silent:
            return Talk.SILENCE
        return Talk.BOTH_OFF if self.all_off else Talk.AGREED

    @property
    def order(self) -> tuple[int, bool, int, bool]:
        """What sorts the widest gap first."""
        return -self.levels, not self.silent, -self.off, not self.off_silent


def find_gap(given: Collection[int | None], away: Away) -> Gap:
    """Return how far answers are apart.

    :param given: a level for each who answered; None for NE
    """
    levels = [each for each in given if each is not None]
    off = [away(each) for each in given]
    return Gap(
        people=len(given),
        levels=max(levels) - min(levels) if levels else 0,
        silent=0 < len(levels) < len(given),
        off=max((each for each in off if each is not None), default=0),
        off_silent=None in off,
        all_off=bool(off) and 0 not in off,
    )


def from_reference(beside: Reference) -> Away:
    """Measure from the levels that a reference accepts."""

    def away(level: int | None) -> int | None:
        if level is None:
            return 0 if beside.band.takes_ne or beside.number is None else None
        near = reference.nearest(level, beside.band)
        return None if near is None else abs(level - near)

    return away


def from_level(expected: int | None) -> Away:
    """Measure from one level; None for NE."""

    def away(level: int | None) -> int | None:
        if level is None or expected is None:
            return 0 if level == expected else None
        return abs(level - expected)

    return away


@dataclass(frozen=True, slots=True)
class Named:
    """One code of a diagnosis: who named it, and whether the reference does."""

    code: str
    by: frozenset[int]
    in_reference: bool
    also: bool
    """Part of the reference beside what it names first."""

    def differs(self, among: Collection[int]) -> bool:
        """Tell whether some of these people named it and others did not."""
        return 0 < len(self.by & set(among)) < len(among)


PARTS = ("systems", "failed_tests", "who", "what")
"""What a diagnosis consists of."""


def named(scenario: Scenario, answers: Mapping[int, Answer]) -> dict[str, tuple[Named, ...]]:
    """Return each part of several people's diagnoses, what they differ in first: part → codes."""
    reference = scenario.diagnosis
    expected: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "systems": (reference.systems.primary, reference.systems.secondary),
        "failed_tests": (reference.failed_tests, ()),
        "who": (reference.barrier.who, ()),
        "what": (reference.barrier.what, reference.barrier.also),
    }
    return {part: _codes(part, answers, *expected[part]) for part in PARTS}


def _codes(
    part: str, answers: Mapping[int, Answer], full: Collection[str], also: Collection[str]
) -> tuple[Named, ...]:
    by: dict[int, tuple[str, ...]] = {who: getattr(answer, part) for who, answer in answers.items()}
    said = dict.fromkeys(code for codes in (*by.values(), full) for code in codes)
    found = [
        Named(
            code,
            frozenset(who for who, codes in by.items() if code in codes),
            code in full,
            code in also,
        )
        for code in said
    ]
    return tuple(sorted(found, key=lambda each: not each.differs(by)))
