"""Commands for scenario authors. They need no database, no secret and no network."""

import json
import shlex
from pathlib import Path
from random import randrange
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lfp_trainer.cli.files import File, load
from lfp_trainer.cli.terminal_play import play_through
from lfp_trainer.config import SCENARIOS, TEMPLATES
from lfp_trainer.engine.scenario import BOTH, Scenario
from lfp_trainer.engine.script import Script
from lfp_trainer.scenario_files import draft
from lfp_trainer.scenario_map import lay_out, outline

SCHEMA = SCENARIOS / "scenario.schema.json"


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
        **_with_drafts(_without_null(Scenario.model_json_schema())),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _without_null(part: Any) -> Any:
    """Offer no null: a key that may be left out is left out, and a null is refused."""
    if isinstance(part, list):
        return [_without_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _without_null(value) for key, value in part.items()}
    if kept.get("default", "") is None:
        del kept["default"]
    some = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(some) == 1 and len(kept.get("anyOf", [])) == 2:
        kept = {**some[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    return kept


def _with_drafts(found: dict[str, Any]) -> dict[str, Any]:
    """Ask nothing of a draft that may wait: an editor should not underline what is to come.

    A part does not know whether the file around it is a draft, so it is the checker that asks a
    finished one for all of its keys.
    """
    for name, may_wait in draft.MAY_WAIT.items():
        part = found if name == "Scenario" else found["$defs"][name]
        part["required"] = [key for key in part["required"] if key not in may_wait]
    says_draft = {"properties": {"draft": {"const": True}}, "required": ["draft"]}
    return {**found, "if": says_draft, "else": {"required": list(draft.MAY_WAIT["Scenario"])}}


@click.command()
@click.argument("file", type=File)
@click.option("--seat", default=BOTH, show_default=True, help="Play one seat, or both.")
@click.option("--gauges", is_flag=True, help="Show the hidden gauges after every decision.")
@click.option("--seed", help="Shuffle responses as in the play that told this seed.")
@click.option(
    "--choices",
    default="",
    help="Play these without asking, such as 1,3,2 in the file's order, which then is shown.",
)
def play(file: Path, seat: str, gauges: bool, seed: str | None, choices: str) -> None:
    """Play a scenario in the terminal. A seat that is not yours is played by its stand-in.

    Responses are shuffled, as they are for learners, so that their place gives no hint.
    """
    script = load(file)
    seats = script.scenario.seats
    if seat != BOTH and seat not in seats:
        raise click.ClickException(f"There is no seat '{seat}'. Seats: {', '.join(seats)}, both.")
    mine = seats if seat == BOTH else (seat,)
    asked = [answer.strip() for answer in choices.split(",") if answer.strip()]
    if asked:
        seed = None
    elif seed is None:
        seed = str(randrange(1_000, 10_000))
    if seed is not None:
        click.echo(
            f"Responses are shuffled; --seed {shlex.quote(seed)} shows them like this again.\n"
        )
    play_through(script, mine=mine, show_gauges=gauges, answers=asked, seed=seed)


@click.command()
@click.argument("file", type=File)
@click.option("--svg", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--outline", "as_outline", is_flag=True, help="Print an outline in words.")
def graph(file: Path, svg: Path | None, as_outline: bool) -> None:
    """Draw the map of a scenario as SVG, to a file or to standard output."""
    script = load(file)
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
