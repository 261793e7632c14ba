"""Exercise files: texts rated outside a run, checked against the rubrics beside them."""

from dataclasses import replace
from pathlib import Path

from lfp_trainer.engine.exercise import (
    Exercise,
    ExerciseFile,
    TextFile,
    VignetteFile,
    assemble,
)
from lfp_trainer.engine.exercise.checks import find_exercise_problems
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import Problem, ScenarioError
from lfp_trainer.scenario_files import reader
from lfp_trainer.scenario_files.document import Document, Limits
from lfp_trainer.scenario_files.loader import (
    RUBRICS,
    fit,
    located,
    read_bytes,
    read_rubric,
)

EXERCISES = "exercises"


def find_exercises(folder: Path) -> list[Path]:
    """Return the exercise files of a folder of scenarios."""
    return sorted((folder / EXERCISES).glob("*.yaml"))


def same_id(id: str, other: str) -> Problem:
    """Return the problem of a file whose id is that of another one."""
    return Problem(("id",), f"'{id}' is the id of {other} too.", "Rename one of them.")


def load_exercise(path: Path, limits: Limits | None = None) -> Exercise:
    """Read and check one exercise file.

    :raise ScenarioError: with every problem of the file and its rubrics
    """
    exercise, problems = inspect_exercise(path, limits)
    if exercise is None:
        raise ScenarioError(path.name, [each for each in problems if each.is_error])
    return exercise


def inspect_exercise(
    path: Path, limits: Limits | None = None
) -> tuple[Exercise | None, list[Problem]]:
    """Return the exercise, None if it cannot be used, and all problems, warnings included.

    The rubrics and scenarios are those of the folder above: ``exercises/`` lies among them.
    """
    content = read_bytes(path, limits)
    if content is None:
        return None, [Problem((), "is not there.", "Look at its name.")]
    document = reader.read(content, limits)
    file: ExerciseFile | None
    # Vignettes and texts are different kinds of file; the one key that only one has tells them.
    if "texts" in (document.data or ()):
        file, problems = fit(document, TextFile)
    else:
        file, problems = fit(document, VignetteFile)
    if file is None:
        return None, problems
    rubrics, in_rubrics = _rubrics_of(file, path.parent.parent, document, limits)
    cases, in_cases = _cases_of(file, path.parent.parent, document, limits)
    problems += [*in_rubrics, *in_cases]
    if any(each.is_error for each in problems):
        return None, problems
    problems += located(find_exercise_problems(file, rubrics, cases), document)
    broken = any(each.is_error for each in problems)
    return None if broken else assemble(file, rubrics, cases), problems


def _rubrics_of(
    file: ExerciseFile, folder: Path, document: Document, limits: Limits | None
) -> tuple[dict[str, Rubric], list[Problem]]:
    named = (file.rubric,) if isinstance(file, VignetteFile) else file.rubrics
    found: dict[str, Rubric] = {}
    problems: list[Problem] = []
    for number, id in enumerate(named):
        at = ("rubric",) if isinstance(file, VignetteFile) else ("rubrics", number)
        name = f"{RUBRICS}/{id}.yaml"
        content = read_bytes(folder / name, limits)
        if content is None:
            missing = Problem(at, f"there is no {name} beside it.", "Name a rubric that is there.")
            problems += located([missing], document)
            continue
        rubric, in_rubric = read_rubric(content, limits)
        problems += [replace(each, file=f"../{name}") for each in in_rubric if each.is_error]
        if rubric is not None:
            found[id] = rubric
    return found, problems


def _cases_of(
    file: ExerciseFile, folder: Path, document: Document, limits: Limits | None
) -> tuple[dict[str, Scenario], list[Problem]]:
    """Read the scenarios whose cases are rated. What they are played with is not looked at."""
    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for id, text in file.texts.items() if not isinstance(file, VignetteFile) else ():
        if text.scenario is None or text.scenario in found:
            continue
        at, name = ("texts", id, "scenario"), f"{text.scenario}.yaml"
        content = read_bytes(folder / name, limits)
        if content is None:
            fix = "Name a scenario that is there."
            problems.append(Problem(at, f"there is no scenario {name} in the folder above.", fix))
            continue
        scenario, _ = fit(reader.read(content, limits), Scenario)
        if scenario is None:
            problems.append(Problem(at, f"{name} cannot be read.", "Check that file first."))
        else:
            found[text.scenario] = scenario
    return found, located(problems, document)
