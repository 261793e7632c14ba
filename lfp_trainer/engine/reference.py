"""Our rating of one leader or text on one strand, and how somebody's own stands beside it."""

from enum import StrEnum
from typing import Literal

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Band, Comparison, LevelOrNE, Neighbours, Rating, Strand
from lfp_trainer.engine.value import Id, Text, Value, Word


class Reference(Value):
    """Our rating of one leader on one strand, with reasons. One author; never called expert."""

    level: LevelOrNE
    band: Band
    flag: Word | None = None
    confidence: Literal["low", "medium", "high"]
    evidence: tuple[Id, ...] = ()
    why: Text
    not_lower: Text | None = None
    not_higher: Text | None = None
    trap: Text | None = None

    @property
    def number(self) -> int | None:
        """The number of its level; None for NE."""
        return self.level if isinstance(self.level, int) else None

    def compare(self, own: Rating) -> Comparison:
        """Return how a rating stands beside this one."""
        return rubric.compare(
            own, level=self.level, band=self.band, evidence=self.evidence, flag=self.flag
        )


TOLD = ("why", "not_lower", "not_higher", "trap")
"""What of a reference is words for people to read."""


def neighbours(strand: Strand, low: int) -> Neighbours | None:
    """Return what tells a level from the one above it."""
    return next((each for each in strand.neighbours if each.between[0] == low), None)


def told_apart(strand: Strand, own: int | None, beside: Reference) -> Neighbours | None:
    """Return the question between the two levels that a rating came down on different sides of.

    Outside the band that is the line at its edge: a level that is accepted was not mistaken for
    another. Within it, the line between the reference and its neighbor on the side of the rating.
    """
    if own is None:
        return None
    level = nearest(own, beside.band)
    if level == own:
        level = beside.level if isinstance(beside.level, int) else own
    if level is None or level == own:
        return None
    return neighbours(strand, level if own > level else level - 1)


def nearest(own: int, band: Band) -> int | None:
    """Return the accepted level that is nearest to one; None where no level is accepted."""
    return min(band.levels, key=lambda accepted: abs(own - accepted), default=None)


def crossed(own: int | None, beside: Reference) -> range:
    """Return the lower one of each two neighboring levels between a rating and the band's edge.

    There are none where the rating is accepted, or where it or the reference gives no level.
    """
    edge = None if own is None else nearest(own, beside.band)
    if own is None or edge is None or beside.level == rubric.NE:
        return range(0)
    return range(min(own, edge), max(own, edge))


class Move(StrEnum):
    """Where a second rating went from the first, seen from the reference.

    NE is no place on the ladder, so nothing is nearer to it or further off: where it is one of the
    two answers, or all that is accepted, they are only told apart by what is accepted.
    """

    REACHED = "reached"
    """From a level outside the accepted band to one in it."""
    TOWARD = "toward"
    AWAY = "away"
    WITHIN = "within"
    """To another level, both of them accepted."""
    ACROSS = "across"
    """To another level that is as far off."""
    ACCEPTED = "accepted"
    """NE is one of the two, and only the second is accepted."""
    NO_LONGER = "no longer accepted"
    BOTH = "both accepted"
    NEITHER = "neither accepted"
    SAME = "same"
    """The same level, shown by the same sentences."""
    OTHER_EVIDENCE = "other evidence"
    """The same level, with other sentences, more or fewer."""
    SAME_LEVEL = "same level"
    """The same level, without a sentence both times."""
    NE_AGAIN = "NE again"
    NE_OTHER_EVIDENCE = "NE, other evidence"

    @property
    def stayed(self) -> bool:
        """Tell whether both ratings give the same level, or none."""
        return self in _STAYED


def moved(first: Rating, second: Rating, reference: Reference) -> Move:
    """Return where a second rating of the same thing went from the first."""
    if first.level == second.level:
        return _stayed(first, second)
    if first.level is None or second.level is None or not reference.band.levels:
        return _ACCEPTED[_takes(reference, first.level), _takes(reference, second.level)]
    before, after = _off(first.level, reference.band), _off(second.level, reference.band)
    if after == before:
        return Move.ACROSS if after else Move.WITHIN
    if after > before:
        return Move.AWAY
    return Move.TOWARD if after else Move.REACHED


_STAYED = {
    Move.SAME, Move.OTHER_EVIDENCE, Move.SAME_LEVEL, Move.NE_AGAIN, Move.NE_OTHER_EVIDENCE,
}  # fmt: skip
_ACCEPTED = {
    (False, True): Move.ACCEPTED,
    (True, False): Move.NO_LONGER,
    (True, True): Move.BOTH,
    (False, False): Move.NEITHER,
}


def _stayed(first: Rating, second: Rating) -> Move:
    changed = set(first.evidence) != set(second.evidence)
    if first.level is None:
        return Move.NE_OTHER_EVIDENCE if changed else Move.NE_AGAIN
    if changed:
        return Move.OTHER_EVIDENCE
    return Move.SAME if first.evidence else Move.SAME_LEVEL


def _takes(reference: Reference, level: int | None) -> bool:
    if level is None:
        return reference.band.takes_ne or reference.level == rubric.NE
    return level in reference.band.levels


def _off(level: int, band: Band) -> int:
    """Return how many levels a level lies outside a band that has some."""
    return min(abs(level - accepted) for accepted in band.levels)
