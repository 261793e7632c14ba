"""One reference rating, of a leader in a case or of a text in an exercise, held to its rubric."""

from collections.abc import Collection, Iterator

from lfp_trainer.engine.checks.names import At, unknown
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import NE, Rubric
from lfp_trainer.errors import Problem


def reference_problems(
    at: At, strand: str, reference: Reference, rubric: Rubric, sentences: Collection[str]
) -> Iterator[Problem]:
    """Yield every problem of a reference on one strand, given the sentences it may cite."""
    level = reference.level
    if isinstance(level, int):
        yield from level_problem((*at, "level"), strand, level, rubric)
        yield from cap_problem((*at, "level"), strand, level, reference.flag, rubric)
        if not reference.evidence:
            message = "a level needs evidence."
            yield Problem(at, message, "Name a sentence of the case: evidence: [s1]")
    yield from _band(at, strand, reference, rubric)
    for number, sentence in enumerate(reference.evidence):
        yield from unknown((*at, "evidence", number), "sentence", sentence, sentences)
    if reference.flag is not None:
        yield from unknown((*at, "flag"), "flag", reference.flag, rubric.flags)
        flag = rubric.flags.get(reference.flag)
        if flag is not None and flag.strand != strand:
            message = f"'{reference.flag}' is a flag of '{flag.strand}'."
            yield Problem((*at, "flag"), message, "Move it there.")


def level_problem(at: At, strand: str, level: int, rubric: Rubric) -> Iterator[Problem]:
    """Yield a problem if a strand has no such level."""
    if strand in rubric.strands and level > rubric.highest(strand):
        message = f"there is no level {level} in '{strand}'."
        yield Problem(at, message, f"Its levels are 1 to {rubric.highest(strand)}.")


def cap_problem(
    at: At, strand: str, level: int, flag: str | None, rubric: Rubric
) -> Iterator[Problem]:
    """Yield a problem if a level is above what a flag allows."""
    known = rubric.flags.get(flag) if flag is not None else None
    cap = known.caps.get(strand) if known is not None else None
    if cap is not None and level > cap:
        message = f"with the flag '{flag}', '{strand}' is at most {cap}."
        yield Problem(at, message, "Lower the level, or remove the flag.")


def _band(at: At, strand: str, reference: Reference, rubric: Rubric) -> Iterator[Problem]:
    band, level = reference.band, reference.level
    for end, bound in enumerate(band.root):
        if isinstance(bound, int):
            yield from level_problem((*at, "band", end), strand, bound, rubric)
    if isinstance(band.low, int) and isinstance(band.high, int) and band.low > band.high:
        message = f"the band runs from {band.low} down to {band.high}."
        yield Problem((*at, "band"), message, "Write the lower level first.")
    elif level == NE and not band.takes_ne:
        yield Problem(
            (*at, "band"), "the level is NE but the band takes no NE.", "Write the band as [NE, …]."
        )
    elif level != NE and level not in band.levels:
        message = f"the level {level} is outside its own band."
        yield Problem((*at, "band"), message, "Widen the band, or change the level.")
