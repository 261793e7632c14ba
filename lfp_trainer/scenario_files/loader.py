"""From three files (scenario, rubric, vocabulary) to one checked bundle.

Every way in uses the same door: the command line, the library of shipped scenarios, an upload.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from lfp_trainer.engine import checks
from lfp_trainer.engine.explorer import Exploration
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import Bundle, Scenario
from lfp_trainer.engine.teaching import Report
from lfp_trainer.engine.value import Value
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem, ScenarioError
from lfp_trainer.scenario_files import draft, reader
from lfp_trainer.scenario_files.document import Document, Limits
from lfp_trainer.scenario_files.messages import explain_all

VOCABULARY = "vocabulary.yaml"
RUBRICS = "rubrics"

# Found without parsing, so that a file which has not changed is never parsed again.
_RUBRIC = re.compile(rb"""^rubric:[ ]*["']?([a-z0-9][a-z0-9-]{0,63})["']?[ ]*(?:#.*)?\r?$""", re.M)
_DRAFT = re.compile(rb"^draft:[ ]*true[ ]*(?:#.*)?\r?$", re.M)

Model = TypeVar("Model", bound=Value)


@dataclass(frozen=True, slots=True)
class Sources:
    """The bytes a bundle is read from. ``name`` is the scenario file's, for messages."""

    name: str
    scenario: bytes
    rubric_name: str
    rubric: bytes | None
    vocabulary: bytes | None

    @property
    def digest(self) -> str:
        """The identity of a published version: SHA-256 over all three files."""
        parts = (self.scenario, self.rubric or b"", self.vocabulary or b"")
        lengths = ",".join(str(len(part)) for part in parts).encode()
        return hashlib.sha256(b"\n".join([lengths, *parts])).hexdigest()


def find_scenarios(folder: Path) -> list[Path]:
    """Return the scenario files of a folder."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != VOCABULARY)


def read_sources(path: Path, limits: Limits | None = None) -> Sources:
    """Read a scenario file, and the rubric and vocabulary that lie beside it.

    :raise ScenarioError: if there is no such file
    """
    scenario = read_bytes(path, limits)
    if scenario is None:
        raise ScenarioError(path.name, [Problem((), "is not there.", "Look at its name.")])
    return sources_for(path.name, scenario, path.parent, limits)


def sources_for(name: str, scenario: bytes, folder: Path, limits: Limits | None = None) -> Sources:
    """Put a scenario's bytes, an upload's for example, beside the rubric and vocabulary it uses."""
    found = _RUBRIC.search(scenario)
    rubric_id = found[1].decode() if found else draft.RUBRIC if _DRAFT.search(scenario) else ""
    return Sources(
        name=name,
        scenario=scenario,
        rubric_name=f"{RUBRICS}/{rubric_id}.yaml" if rubric_id else "",
        rubric=read_bytes(folder / RUBRICS / f"{rubric_id}.yaml", limits) if rubric_id else None,
        vocabulary=read_bytes(folder / VOCABULARY, limits),
    )


def read_bytes(path: Path, limits: Limits | None) -> bytes | None:
    """Read no more than shows that a file is too large."""
    try:
        with path.open("rb") as file:
            return file.read((limits or Limits()).size + 1)
    except OSError:
        return None


def load_bundle(path: Path, limits: Limits | None = None) -> Bundle:
    """Read and check one scenario file.

    :raise ScenarioError: with every problem of the scenario, its rubric and the vocabulary
    """
    return load_bundle_from(read_sources(path, limits), limits)


def load_bundle_from(sources: Sources, limits: Limits | None = None) -> Bundle:
    """Read and check a bundle.

    :raise ScenarioError: with every problem of the scenario, its rubric and the vocabulary
    """
    bundle, problems = inspect(sources, limits)
    if bundle is None:
        raise ScenarioError(sources.name, [each for each in problems if each.is_error])
    return bundle


def inspect(sources: Sources, limits: Limits | None = None) -> tuple[Bundle | None, list[Problem]]:
    """Return the bundle, None if it cannot be played, and all problems that concern playing."""
    found = examine(sources, limits, teaching=False)
    return found.bundle, list(found.problems)


@dataclass(frozen=True, slots=True)
class Examination:
    """A bundle, None if it cannot be played, with all that was found out about it."""

    bundle: Bundle | None
    problems: tuple[Problem, ...]
    exploration: Exploration | None = None
    report: Report | None = None


def examine(
    sources: Sources, limits: Limits | None = None, *, teaching: bool = True
) -> Examination:
    """Find every problem of a scenario and of the files beside it, each at its place.

    :param teaching: look also at what makes it worth practising with
    """
    rubric, in_rubric = read_rubric(sources.rubric, limits)
    vocabulary, in_vocabulary = read_vocabulary(sources.vocabulary, limits)
    document, to_write = reader.read(sources.scenario, limits), list[Problem]()
    if draft.is_draft(document.data):
        if rubric is None or vocabulary is None:
            # Every gap would be told as a mistake, and the one mistake is what it is filled from.
            beside = _of_file(sources.rubric_name, in_rubric) + _of_file(VOCABULARY, in_vocabulary)
            return Examination(None, (*document.problems, *beside))
        filled, to_write = draft.fill(document.data, rubric, vocabulary)
        document = replace(document, data=filled)
    scenario, problems = fit(document, Scenario, vocabulary)
    problems += located(to_write, document)
    if sources.rubric is not None:
        problems += _of_file(sources.rubric_name, in_rubric)
    elif scenario is not None:
        problems.append(_no_rubric(scenario, sources, document))
    problems += _of_file(VOCABULARY, in_vocabulary)
    if scenario is None or rubric is None or vocabulary is None:
        return Examination(None, tuple(problems))
    if any(each.is_error for each in problems):
        return Examination(None, tuple(problems))
    bundle = Bundle(scenario=scenario, rubric=rubric, vocabulary=vocabulary)
    # What is still to write teaches nothing yet.
    found = checks.examine(bundle, teaching=teaching and not to_write)
    problems += located(found.problems, document)
    unplayable = any(each.is_error for each in problems)
    playable = None if unplayable else bundle
    return Examination(playable, tuple(problems), found.exploration, found.report)


def locate(content: bytes, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems of a file with the lines at which it says what is wrong."""
    return located(problems, reader.read(content))


def read_rubric(
    content: bytes | None, limits: Limits | None = None
) -> tuple[Rubric | None, list[Problem]]:
    """Read a rubric file alone."""
    return _read_part(content, Rubric, checks.find_rubric_problems, limits)


def read_vocabulary(
    content: bytes | None, limits: Limits | None = None
) -> tuple[Vocabulary | None, list[Problem]]:
    """Read a vocabulary file alone."""
    return _read_part(content, Vocabulary, checks.find_vocabulary_problems, limits)


def _read_part(
    content: bytes | None,
    model: type[Model],
    check: Callable[[Model], Sequence[Problem]],
    limits: Limits | None,
) -> tuple[Model | None, list[Problem]]:
    if content is None:
        fix = "Put it beside the scenario; 'lfp-trainer new' does so for the first of a folder."
        return None, [Problem((), "is not there.", fix)]
    document, value, problems = _understand(content, model, limits)
    if value is not None:
        problems += located(check(value), document)
    return value, problems


def _understand(
    content: bytes, model: type[Model], limits: Limits | None
) -> tuple[Document, Model | None, list[Problem]]:
    """Read a file and fit it to its model, as far as that goes."""
    document = reader.read(content, limits)
    return document, *fit(document, model)


def fit(
    document: Document, model: type[Model], vocabulary: Vocabulary | None = None
) -> tuple[Model | None, list[Problem]]:
    """Fit what a file says to its model; None where it does not fit.

    :param vocabulary: whose codes a problem may name
    """
    problems, value = list(document.problems), None
    if document.complete:
        try:
            value = model.model_validate(document.data)
        except ValidationError as error:
            problems += explain_all(error, model, document, vocabulary)
    fits = not problems
    problems += document.warnings
    problems.sort(key=lambda each: (each.line or 0, each.column or 0))
    return value if fits else None, problems


def located(problems: Sequence[Problem], document: Document) -> list[Problem]:
    """Add to each problem the line and column where its place stands in the file."""
    places = [document.place(each.at) or (None, None) for each in problems]
    located = [
        replace(each, line=line, column=column)
        for each, (line, column) in zip(problems, places, strict=True)
    ]
    return sorted(located, key=lambda each: (each.line or 0, each.column or 0))


def _of_file(name: str, problems: Sequence[Problem]) -> list[Problem]:
    return [replace(each, file=name) for each in problems]


def _no_rubric(scenario: Scenario, sources: Sources, document: Document) -> Problem:
    message = f"there is no {RUBRICS}/{scenario.rubric}.yaml beside the scenario."
    fix = "Name a rubric that is there."
    if not sources.rubric_name:
        message, fix = (
            "stands among other keys.",
            f"Write on a line of its own: rubric: {scenario.rubric}",
        )
    return located([Problem(("rubric",), message, fix)], document)[0]
