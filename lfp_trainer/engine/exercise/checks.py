"""What types alone cannot find in an exercise file: unknown names, and too little to learn from."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from lfp_trainer.engine.checks.names import At, unknown
from lfp_trainer.engine.checks.reference import cap_problem, reference_problems
from lfp_trainer.engine.exercise import (
    ExerciseFile,
    TextFile,
    ToldText,
    Vignette,
    VignetteFile,
    sentences_of,
)
from lfp_trainer.engine.persons import PLACEHOLDERS, speaks_of_other, unknown_placeholders
from lfp_trainer.engine.reference import TOLD, Reference
from lfp_trainer.engine.rubric import LevelOrNE, Rubric
from lfp_trainer.engine.scenario import NamedSentence, Scenario
from lfp_trainer.errors import Problem, did_you_mean

LEAST = 2
"""Vignettes of each level of each strand: one to learn from and one to try oneself on."""

ENOUGH_TO_RATE = 18
"""Vignettes that are nobody's anchor: three sets of six."""

References = Mapping[str, Reference]


def find_exercise_problems(
    file: ExerciseFile, rubrics: Mapping[str, Rubric], cases: Mapping[str, Scenario] | None = None
) -> list[Problem]:
    """Return every problem of an exercise file, warnings included.

    :param rubrics: those of its rubrics that could be read
    :param cases: the scenarios whose cases it is about, as far as they could be read
    """
    if isinstance(file, TextFile):
        found = list(_texts(file, rubrics, cases or {}))
    else:
        found = list(_all(file, rubrics))
    if isinstance(file, VignetteFile) and not any(each.is_error for each in found):
        found += _thin(file, rubrics[file.rubric])
    return found


def _all(file: VignetteFile, rubrics: Mapping[str, Rubric]) -> Iterator[Problem]:
    rubric = rubrics[file.rubric]
    yield from _people(file)
    anchored: dict[tuple[str, LevelOrNE], str] = {}
    for id, each in file.vignettes.items():
        at = ("vignettes", id)
        yield from unknown((*at, "role"), "role", each.role, rubric.roles)
        yield from _sentences((*at, "text"), each.text)
        yield from _rated((*at, "reference"), each.reference, rubric, [one.id for one in each.text])
        yield from _placeholders(at, each)
        yield from _anchor((*at, "anchor"), id, each, anchored)


def _texts(
    file: TextFile, rubrics: Mapping[str, Rubric], cases: Mapping[str, Scenario]
) -> Iterator[Problem]:
    for id, each in file.texts.items():
        at = ("texts", id)
        yield from _role((*at, "role"), each, rubrics)
        yield from _sentences((*at, "text"), each.text or ())
        for name, references in each.reference.items():
            place = (*at, "reference", name)
            yield from unknown(place, "rubric", name, file.rubrics)
            if name in rubrics:
                yield from _rated(place, references, rubrics[name], sentences_of(each, cases))
    for number, name in enumerate(file.rubrics):
        if not any(name in each.reference for each in file.texts.values()):
            message = f"no text is rated on '{name}'."
            yield Problem(("rubrics", number), message, "Rate one on it, or take it off the list.")


def _role(at: At, text: ToldText, rubrics: Mapping[str, Rubric]) -> Iterator[Problem]:
    known = [role for name in text.reference if name in rubrics for role in rubrics[name].roles]
    if text.role is not None and known:
        yield from unknown(at, "role", text.role, known)


def _people(file: VignetteFile) -> Iterator[Problem]:
    names = Counter(each.name for each in file.people)
    for number, each in enumerate(file.people):
        if names[each.name] > 1:
            message = f"there are two people called '{each.name}'."
            yield Problem(("people", number), message, "Rename one of them.")
    if len({each.pronouns for each in file.people}) == 1:
        message = "all people have the same pronouns."
        fix = "Add people of the other kind: the same act is to be met under any name."
        yield Problem(("people",), message, fix, severity="warning")


def _sentences(at: At, sentences: Iterable[NamedSentence]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, each in enumerate(sentences):
        if each.id in seen:
            message = f"there are two sentences '{each.id}'."
            yield Problem((*at, number), message, "Choose another id.")
        seen.add(each.id)


def _rated(
    at: At, references: References, rubric: Rubric, sentences: Collection[str]
) -> Iterator[Problem]:
    for strand, reference in references.items():
        yield from unknown((*at, strand), "strand", strand, rubric.strands)
        if strand in rubric.strands:
            yield from reference_problems((*at, strand), strand, reference, rubric, sentences)
            for other in references.values():
                if other is not reference and isinstance(reference.level, int):
                    place = (*at, strand, "level")
                    yield from cap_problem(place, strand, reference.level, other.flag, rubric)
    for strand in rubric.strands:
        if strand not in references:
            message = f"'{strand}' is not rated."
            yield Problem(at, message, "Add the rating; NE is one.")


def _placeholders(at: At, vignette: Vignette) -> Iterator[Problem]:
    for place, text in _spoken(at, vignette):
        for word in unknown_placeholders(text):
            message = f"there is no placeholder '{word}'."
            yield Problem(place, message, did_you_mean(word, PLACEHOLDERS))
    for place, text in _spoken(at, vignette):
        if speaks_of_other(text) and not any(speaks_of_other(each.text) for each in vignette.text):
            message = "speaks of a second person, whom the text does not name."
            yield Problem(place, message, "Name them in the text: {other}.")


def _spoken(at: At, vignette: Vignette) -> Iterator[tuple[At, str]]:
    """Yield every text of a vignette in which people are named, with its place."""
    for number, sentence in enumerate(vignette.text):
        yield (*at, "text", number, "text"), sentence.text
    if vignette.trap is not None:
        yield (*at, "trap"), vignette.trap
    for strand, reference in vignette.reference.items():
        for name in TOLD:
            text = getattr(reference, name)
            if text is not None:
                yield (*at, "reference", strand, name), text


def _anchor(
    at: At, id: str, vignette: Vignette, anchored: dict[tuple[str, LevelOrNE], str]
) -> Iterator[Problem]:
    for strand, level in vignette.anchor.items():
        place = (*at, strand)
        reference = vignette.reference.get(strand)
        if reference is None:
            yield from unknown(place, "strand", strand, vignette.reference)
        elif reference.level != level:
            message = f"the reference on '{strand}' is {reference.level}, not {level}."
            yield Problem(place, message, "An anchor shows its level plainly: make them the same.")
        other = anchored.setdefault((strand, level), id)
        if other != id:
            message = f"'{other}' is the anchor of {strand} {level} already."
            yield Problem(place, message, "Keep one of them.")


def _thin(file: VignetteFile, rubric: Rubric) -> Iterator[Problem]:
    """Warn of a level that cannot be learned here."""
    at = ("vignettes",)
    for strand in rubric.strands:
        rated = Counter(each.reference[strand].level for each in file.vignettes.values())
        anchored: Collection[LevelOrNE] = {
            each.anchor[strand] for each in file.vignettes.values() if strand in each.anchor
        }
        for level in range(1, rubric.highest(strand) + 1):
            if rated[level] < LEAST:
                message = f"{strand} {level} has {rated[level] or 'no'} vignette."
                yield Problem(at, message, f"Write at least {LEAST}.", severity="warning")
            if level not in anchored:
                message = f"{strand} {level} has no worked anchor."
                fix = f"Mark one vignette: anchor: {{{strand}: {level}}}"
                yield Problem(at, message, fix, severity="warning")
        if rated["NE"] < LEAST:
            message = f"{strand} has {rated['NE'] or 'no'} vignette for NE."
            yield Problem(at, message, f"Write at least {LEAST}.", severity="warning")
    to_rate = sum(not each.anchor for each in file.vignettes.values())
    if to_rate < ENOUGH_TO_RATE:
        message = f"{to_rate} vignettes are left to rate alone."
        fix = f"For three sets there must be {ENOUGH_TO_RATE} that are no anchor."
        yield Problem(at, message, fix, severity="warning")
