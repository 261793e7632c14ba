"""Commands for scenario authors. They need no database, no secret and no network."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lfp_trainer import scenario_files
from lfp_trainer.cli.terminal_play import play_through
from lfp_trainer.config import SCENARIOS, TEMPLATES
from lfp_trainer.engine.explorer import explore
from lfp_trainer.engine.scenario import BOTH, Bundle, Scenario
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import Problem, ScenarioError
from lfp_trainer.scenario_map import lay_out, outline

SCHEMA = SCENARIOS / "scenario.schema.json"
RUBRICS = "rubrics"

File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check scenario files, exercises, rubrics and the vocabulary, and list every problem.

    PATHS are files or folders; all that are shipped by default.
    """
    files = [file for path in paths or (SCENARIOS,) for file in _files_in(path)]
    if not files:
        raise click.ClickException("There is no .yaml file here.")
    broken, named = 0, dict[str, Path]()
    for file in files:
        summary, problems = _check(file, files, named)
        for problem in problems:
            click.echo(_line(file, problem), err=problem.is_error)
        if any(problem.is_error for problem in problems):
            broken += 1
        else:
            click.echo(f"{file}: ok, {summary}")
    if broken:
        raise click.ClickException(f"{_count(broken, 'file')} to mend.")


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    shelf = [path / scenario_files.VOCABULARY, *sorted((path / RUBRICS).glob("*.yaml"))]
    exercises = scenario_files.find_exercises(path)
    scenarios = scenario_files.find_scenarios(path)
    return [*(file for file in shelf if file.is_file()), *scenarios, *exercises]


def _check(
    file: Path, files: Sequence[Path], named: dict[str, Path]
) -> tuple[str, Sequence[Problem]]:
    """Return what a file holds, in few words, and its problems."""
    if file.name == scenario_files.VOCABULARY:
        vocabulary, problems = scenario_files.read_vocabulary(file.read_bytes())
        return (_count(len(vocabulary.systems), "system") if vocabulary else ""), problems
    if file.parent.name == RUBRICS:
        rubric, problems = scenario_files.read_rubric(file.read_bytes())
        return (_count(len(rubric.strands), "strand") if rubric else ""), problems
    if file.parent.name == scenario_files.EXERCISES:
        exercise, problems = scenario_files.inspect_exercise(file)
        return (_count(len(exercise.texts), "text") if exercise else ""), problems
    bundle, problems = scenario_files.inspect(scenario_files.read_sources(file))
    # What is wrong with a rubric that is checked too would be said once for every scenario.
    listed = [each for each in problems if file.parent / each.file not in files or not each.file]
    if bundle is None:
        hidden = any(each.is_error for each in problems) and not any(e.is_error for e in listed)
        return "", [*listed, _waits()] if hidden else listed
    return _summary(bundle), [*listed, *_same_id(bundle, file, named)]


def _waits() -> Problem:
    return Problem((), "was not checked further.", "Mend its rubric and the vocabulary first.")


def _same_id(bundle: Bundle, file: Path, named: dict[str, Path]) -> Iterator[Problem]:
    other = named.setdefault(bundle.scenario.id, file)
    if other != file:
        message = f"'{bundle.scenario.id}' is the id of {other.name} too."
        yield Problem(("id",), message, "Rename one of them.")


def _summary(bundle: Bundle) -> str:
    found = explore(prepare(bundle))
    scenes = _count(len(bundle.scenario.scenes), "scene")
    endings = _count(len(bundle.scenario.endings), "ending")
    length = "any number of" if found.longest is None else f"{found.shortest} to {found.longest}"
    return (
        f"{scenes}, {endings}; {length} decisions; the best ranked choices end in"
        f" '{found.reference_ending}'"
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _line(file: Path, problem: Problem) -> str:
    """Return a problem the way compilers do, so that editors can jump to it."""
    place = file.parent / problem.file if problem.file else file
    if problem.line is not None:
        return f"{place}:{problem.line}:{problem.column}: {problem.severity}: {problem.text}"
    return f"{place}: {problem.severity}: {problem.text}"


@click.command()
@click.option("--write", is_flag=True, help="Write it beside the scenarios.")
def schema(write: bool) -> None:
    """Print the JSON Schema of scenario files, for completion in an editor."""
    text = schema_text()
    if not write:
        click.echo(text, nl=False)
        return
    SCHEMA.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {SCHEMA}.")


def schema_text() -> str:
    """Return the JSON Schema of scenario files, always in the same order."""
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@click.command()
@click.argument("file", type=File)
@click.option("--seat", default=BOTH, show_default=True, help="Play one seat, or both.")
@click.option("--gauges", is_flag=True, help="Show the hidden gauges after every decision.")
@click.option("--choices", default="", help="Play these without asking, such as 1,3,2.")
def play(file: Path, seat: str, gauges: bool, choices: str) -> None:
    """Play a scenario in the terminal. A seat that is not yours is played by its stand-in."""
    script = _load(file)
    seats = script.scenario.seats
    if seat != BOTH and seat not in seats:
        raise click.ClickException(f"There is no seat '{seat}'. Seats: {', '.join(seats)}, both.")
    mine = seats if seat == BOTH else (seat,)
    asked = [answer.strip() for answer in choices.split(",") if answer.strip()]
    play_through(script, mine=mine, show_gauges=gauges, answers=asked)


@click.command()
@click.argument("file", type=File)
@click.option("--svg", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--outline", "as_outline", is_flag=True, help="Print an outline in words.")
def graph(file: Path, svg: Path | None, as_outline: bool) -> None:
    """Draw the map of a scenario as SVG, to a file or to standard output."""
    script = _load(file)
    if as_outline:
        click.echo(outline(script), nl=False)
    if svg is not None:
        svg.write_text(draw(script), encoding="utf-8")
        click.echo(f"Wrote {svg}.", err=as_outline)
    elif not as_outline:
        click.echo(draw(script))


def draw(script: Script) -> str:
    """Return the map as an SVG file that carries its own colours."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template("map.svg").render(chart=lay_out(script), standalone=True)


def _load(file: Path) -> Script:
    try:
        return prepare(scenario_files.load_bundle(file))
    except ScenarioError as error:
        for problem in error.problems:
            click.echo(_line(file, problem), err=True)
        raise click.ClickException(f"{file} cannot be played yet.") from error
