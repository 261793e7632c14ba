"""How a set of ratings went beside the reference: in band, leaning which way, one level for all.

NE is missing, never zero: it counts in the band and in no mean.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from lfp_trainer.engine import reference, rubric
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.draw import Cell
from lfp_trainer.engine.reference import Reference, neighbours
from lfp_trainer.engine.rubric import Comparison, Neighbours, Rating, Strand

FEW = 5
"""Below this many pairs of levels a mean says nothing."""

LEANS = 0.25
"""A mean this far from zero, in levels, is a lean: one rating in four is a level off."""


class Lean(StrEnum):
    """Which way somebody's levels lie from the reference, on the whole."""

    LENIENT = "lenient"
    SEVERE = "severe"
    EVEN = "even"
    UNKNOWN = "unknown"
    """Too few levels to tell."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One committed rating beside its reference."""

    text_id: str
    card: Card
    own: Rating
    reference: Reference
    comparison: Comparison

    @property
    def in_band(self) -> bool:
        return self.comparison.in_band

    @property
    def cell(self) -> Cell:
        """The level that was to be found."""
        return self.card, self.reference.level


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Two neighbouring levels that were mixed up most."""

    card: Card
    low: int
    times: int
    ask: str | None
    """The question that tells them apart."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a set went."""

    rated: int
    in_band: int
    """Whose level lies in the band, whatever the mark."""
    marked_otherwise: int
    """Ratings with a mark that the reference does not set, or without one that it sets."""
    lean: Lean
    signed: float | None
    """Mean of own level minus reference; None where it says nothing."""
    above: int
    """Ratings that lie above the reference."""
    below: int
    silent: int
    """Ratings where the text shows too little."""
    silent_seen: int
    """How many of those were called so."""
    silent_accepted: int
    """How many were given a level that the reference accepts too."""
    one_level_for_all: int
    """Texts whose strands differ in the reference, where every text was given one level for all
    strands; 0 where that did not happen."""
    look_again: LookAgain | None

    @property
    def silent_missed(self) -> int:
        """How many were given a level that the reference does not accept."""
        return self.silent - self.silent_seen - self.silent_accepted


def compare(text_id: str, card: Card, own: Rating, beside: Reference) -> Compared:
    """Hold a rating beside its reference."""
    return Compared(text_id, card, own, beside, beside.compare(own))


def report(exercise: Exercise, compared: Sequence[Compared]) -> Report:
    """Return how a set went."""
    signed = [each.comparison.signed for each in compared if each.comparison.signed is not None]
    mean = fmean(signed) if len(signed) >= FEW else None
    silent = [each for each in compared if each.reference.level == rubric.NE]
    return Report(
        rated=len(compared),
        in_band=sum(each.in_band for each in compared),
        marked_otherwise=sum(not each.comparison.flag_agrees for each in compared),
        lean=lean_of(mean),
        signed=mean,
        above=sum(each > 0 for each in signed),
        below=sum(each < 0 for each in signed),
        silent=len(silent),
        silent_seen=sum(each.own.level is None for each in silent),
        silent_accepted=sum(each.own.level is not None and each.in_band for each in silent),
        one_level_for_all=_one_level_for_all(compared),
        look_again=_look_again(exercise, compared),
    )


def lean_of(mean: float | None) -> Lean:
    """Return which way a mean of own level minus reference leans; None where it says nothing."""
    if mean is None:
        return Lean.UNKNOWN
    if abs(mean) < LEANS:
        return Lean.EVEN
    return Lean.LENIENT if mean > 0 else Lean.SEVERE


def _one_level_for_all(compared: Iterable[Compared]) -> int:
    """Count the texts that a halo covered up; one text alone may be a coincidence."""
    together: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for each in compared:
        together[each.text_id, each.card.rubric].append(each)
    several = [group for group in together.values() if len(group) > 1]
    if any(len({each.own.level for each in group}) > 1 for group in several):
        return 0
    covered = sum(len({each.reference.level for each in group}) > 1 for group in several)
    return covered if covered > 1 else 0


def _look_again(exercise: Exercise, compared: Iterable[Compared]) -> LookAgain | None:
    crossed: Counter[tuple[Card, int]] = Counter()
    for each in compared:
        lines = reference.crossed(each.own.level, each.reference)
        crossed.update((each.card, low) for low in lines)
    if not crossed:
        return None
    (card, low), times = crossed.most_common(1)[0]
    found = neighbours(exercise.rubric_of(card).strands[card.strand], low)
    return LookAgain(card, low, times, found.ask if found else None)


def told_apart(strand: Strand, each: Compared) -> Neighbours | None:
    """Return the question between the two levels that a rating came down on different sides of."""
    return reference.told_apart(strand, each.own.level, each.reference)


def find_weak(compared: Iterable[Compared]) -> set[Cell]:
    """Return the levels that were missed more often than found."""
    balance: Counter[Cell] = Counter()
    for each in compared:
        balance[each.cell] += -1 if each.in_band else 1
    return {cell for cell, misses in balance.items() if misses > 0}
