"""The exercises of a site, read from their files once for each process."""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lfp_trainer import scenario_files
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.errors import Problem, ScenarioError

log = logging.getLogger(__name__)


@cache
def on_shelf(folder: Path) -> Mapping[str, Exercise]:
    """Return the exercises of a folder of scenarios, read once for each process.

    One broken file is no reason to keep a site from starting: it is left out, and said so.
    """
    found: dict[str, Exercise] = {}
    names: dict[str, str] = {}
    for path in scenario_files.find_exercises(folder):
        try:
            exercise = _readable(path, names)
        except ScenarioError as error:
            log.error("an exercise is left out: %s", error)
        else:
            found[exercise.id] = exercise
            names[exercise.id] = path.name
    return found


def _readable(path: Path, names: Mapping[str, str]) -> Exercise:
    """Read an exercise that people may see.

    :param names: the exercises there are already: id → file
    :raise ScenarioError: if it is broken, one of those, or about a scenario that is a draft
    """
    exercise = scenario_files.load_exercise(path)
    problems = [
        Problem(("texts",), f"'{id}' is a draft.", "Finish the scenario first.")
        for id in exercise.drafts
    ]
    if exercise.id in names:
        problems.append(scenario_files.same_id(exercise.id, names[exercise.id]))
    if problems:
        raise ScenarioError(path.name, problems)
    return exercise
