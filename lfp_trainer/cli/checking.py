"""The command that tells an author what is wrong with files, and what could be better."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from lfp_trainer import scenario_files
from lfp_trainer.cli.files import count, problem_line
from lfp_trainer.cli.report import Checked, as_json, table
from lfp_trainer.config import SCENARIOS
from lfp_trainer.engine.checks import levels_not_shown
from lfp_trainer.engine.explorer import Exploration
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import Bundle, Scenario
from lfp_trainer.errors import Problem
from lfp_trainer.scenario_files import EXERCISES, VOCABULARY, Limits

RUBRICS = "rubrics"

ANY_SIZE = Limits(size=16 * 1024 * 1024, nodes=1_000_000)
"""A file that no server takes is looked at all the same: what to split it into is easier to see
when the rest of its mistakes is known."""


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--report", is_flag=True, help="Show every figure of each scenario in a table.")
@click.option("--json", "in_json", is_flag=True, help="Print figures and problems as JSON.")
def check(paths: tuple[Path, ...], strict: bool, report: bool, in_json: bool) -> None:
    """Check scenario files, rubrics and the vocabulary, and list every problem.

    PATHS are files or folders; all that are shipped by default. An error keeps a file from being
    used. A warning says what could teach better, and your own file may have reasons to differ.
    """
    files = _files_of(paths or (SCENARIOS,))
    if not files:
        raise click.ClickException("There is no .yaml file here.")
    checked: list[Checked] = []
    for each in _check_all(files):
        checked.append(each)
        if not in_json:
            _tell(each, report=report)
    checked = _merged(checked)
    if in_json:
        click.echo(as_json(checked))
    broken = sum(each.is_broken for each in checked)
    if broken:
        raise click.ClickException(f"{count(broken, 'file')} to mend.")
    warned = sum(bool(each.problems) for each in checked)
    if strict and warned:
        raise click.ClickException(f"{count(warned, 'file')} with warnings.")


def _merged(checked: Sequence[Checked]) -> list[Checked]:
    """Put together what was found in one file at first and when all others were known."""
    found = dict[Path, Checked]()
    for each in checked:
        file = each.file.resolve()
        first = found.get(file)
        problems = (*first.problems, *each.problems) if first is not None else ()
        found[file] = each if first is None else replace(first, problems=problems)
    return list(found.values())


def _tell(checked: Checked, *, report: bool) -> None:
    for problem in checked.problems:
        click.echo(problem_line(checked.file, problem), err=problem.is_error)
    if not checked.is_broken and checked.summary:
        click.echo(f"{checked.file}: ok, {checked.summary}")
    if report and checked.report is not None:
        click.echo(table(checked.report) + "\n")


def _files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files to check: who names a folder and a file in it means that file once."""
    named = dict[Path, Path]()
    for path in paths:
        for file in _files_in(path):
            named.setdefault(file.resolve(), file)
    return list(named.values())


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    shelf = [path / VOCABULARY, *sorted((path / RUBRICS).glob("*.yaml"))]
    return [
        *(file for file in shelf if file.is_file()),
        *scenario_files.find_scenarios(path),
        *sorted(path.glob("*.yml")),
        *scenario_files.find_exercises(path),
    ]


def _check_all(files: Sequence[Path]) -> Iterator[Checked]:
    named = dict[tuple[str, str], Path]()
    sets = dict[Path, list[Bundle]]()
    for file in files:
        checked = _check(file, files)
        if checked.id:
            same = _same_id(checked, named)
            checked = replace(checked, problems=(*checked.problems, *same))
        bundle = checked.bundle
        if bundle is not None:
            rubric = file.parent / RUBRICS / f"{bundle.rubric.id}.yaml"
            sets.setdefault(rubric, []).append(bundle)
        yield checked
    for rubric, bundles in sets.items():
        yield from _check_set(rubric, bundles[0].rubric, [each.scenario for each in bundles])


def _check_set(file: Path, rubric: Rubric, scenarios: Sequence[Scenario]) -> Iterator[Checked]:
    """What no scenario has is told at the rubric that they share."""
    # One case need not show every level, and a draft does not show what it will.
    finished = [each for each in scenarios if not each.draft]
    found = levels_not_shown(rubric, finished) if len(finished) > 1 else []
    if found:
        yield Checked(file, "rubric", "", tuple(scenario_files.locate(file.read_bytes(), found)))


def _check(file: Path, files: Sequence[Path]) -> Checked:
    if file.name == VOCABULARY:
        vocabulary, problems = scenario_files.read_vocabulary(file.read_bytes())
        summary = count(len(vocabulary.systems), "system") if vocabulary else ""
        return Checked(file, "vocabulary", summary, tuple(problems))
    if file.parent.name == RUBRICS:
        rubric, problems = scenario_files.read_rubric(file.read_bytes())
        summary = count(len(rubric.strands), "strand") if rubric else ""
        return Checked(file, "rubric", summary, tuple(problems))
    if file.parent.name == EXERCISES:
        exercise, problems = scenario_files.inspect_exercise(file)
        if exercise is None:
            return Checked(file, "exercise", "", tuple(problems))
        return Checked(file, "exercise", "an exercise", tuple(problems), id=exercise.id)
    return _check_scenario(file, files)


def _check_scenario(file: Path, files: Sequence[Path]) -> Checked:
    too_large = file.stat().st_size > Limits().size
    limits = ANY_SIZE if too_large else Limits()
    found = scenario_files.examine(scenario_files.read_sources(file, limits), limits)
    # What is wrong with a rubric that is checked too would be said once for every scenario.
    problems = tuple(
        each for each in found.problems if not each.file or file.parent / each.file not in files
    )
    problems = (*_misnamed(file), *problems)
    if too_large:
        problems = (_too_large(), *problems)
    if found.bundle is None or found.exploration is None:
        hidden = any(each.is_error for each in found.problems)
        if hidden and not any(each.is_error for each in problems):
            problems = (*problems, _waits())
        return Checked(file, "scenario", "", problems)
    summary = _summary(found.bundle, found.exploration)
    id = found.bundle.scenario.id
    return Checked(file, "scenario", summary, problems, found.bundle, id, found.report)


def _misnamed(file: Path) -> Iterator[Problem]:
    if file.suffix != ".yaml":
        message = "is not offered to anybody under this name."
        yield Problem((), message, f"Call it {file.stem}.yaml.", "warning")


def _too_large() -> Problem:
    return Problem((), f"is larger than {Limits().size // 1024} KiB.", "Split the scenario.")


def _waits() -> Problem:
    return Problem((), "was not checked further.", "Mend its rubric and the vocabulary first.")


def _same_id(checked: Checked, named: dict[tuple[str, str], Path]) -> Iterator[Problem]:
    other = named.setdefault((checked.kind, checked.id), checked.file)
    if other != checked.file:
        yield scenario_files.same_id(checked.id, other.name)


def _summary(bundle: Bundle, found: Exploration) -> str:
    scenes = count(len(bundle.scenario.scenes), "scene")
    endings = count(len(bundle.scenario.endings), "ending")
    length = "any number of" if found.longest is None else f"{found.shortest} to {found.longest}"
    return (
        f"{scenes}, {endings}; {length} decisions; the best ranked choices end in"
        f" '{found.reference_ending}'"
    )
