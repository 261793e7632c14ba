"""Our rating of one leader or text on one strand, and how somebody's own stands beside it."""

from typing import Literal

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Band, Comparison, LevelOrNE, Rating
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

    def compare(self, own: Rating) -> Comparison:
        """Return how a rating stands beside this one."""
        return rubric.compare(
            own, level=self.level, band=self.band, evidence=self.evidence, flag=self.flag
        )


TOLD = ("why", "not_lower", "not_higher", "trap")
"""What of a reference is words for people to read."""
