"""What every command for authors does with a file: load it, or say what is wrong with it."""

from pathlib import Path

import click

from lfp_trainer import scenario_files
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import Problem, ScenarioError

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def load(file: Path) -> Script:
    """Return a scenario ready to play.

    :raise click.ClickException: if it cannot be played, after every problem has been said
    """
    try:
        return prepare(scenario_files.load_bundle(file))
    except ScenarioError as error:
        for problem in error.problems:
            click.echo(problem_line(file, problem), err=True)
        raise click.ClickException(f"{file} cannot be played yet.") from error


def problem_line(file: Path, problem: Problem) -> str:
    """Return a problem the way compilers do, so that editors can jump to it."""
    place = file.parent / problem.file if problem.file else file
    if problem.line is not None:
        return f"{place}:{problem.line}:{problem.column}: {problem.severity}: {problem.text}"
    return f"{place}: {problem.severity}: {problem.text}"


def count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
