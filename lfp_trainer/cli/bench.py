"""What an author begins with, and what stays open while they write."""

import json
import re
import shlex
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from lfp_trainer import config
from lfp_trainer.bench.pages import create_bench
from lfp_trainer.bench.workbench import Look, Workbench
from lfp_trainer.cli.files import File, problem_line

LOOK_EVERY = 0.5
"""Seconds between two looks at whether a file was saved."""


@click.command()
@click.argument("file", type=File)
@click.option(
    "--port",
    default=8765,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port on this machine; 0 for any that is free.",
)
def watch(file: Path, port: int) -> None:
    """Check a scenario whenever it is saved, and show its map, its scenes and a play from any.

    The pages are served on this machine only. Stop with Ctrl+C.
    """
    workbench = Workbench(file)
    with _listen(port) as listening:
        # The server takes a copy of the socket.
        server = make_server(
            "127.0.0.1",
            listening.getsockname()[1],
            create_bench(workbench),
            threaded=True,
            request_handler=_Quiet,
            fd=listening.fileno(),
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"Open http://127.0.0.1:{server.port} in a browser. Stop with Ctrl+C.\n")
    try:
        follow(workbench)
    except KeyboardInterrupt:
        click.echo("\nStopped.")
    finally:
        server.shutdown()


def _listen(port: int) -> socket.socket:
    """Take the port here: the server itself would tell of one that is in use in its own words.

    :raise click.ClickException: if it cannot be had, with the system's reason
    """
    listening = socket.socket()
    try:
        # One that was watched on a moment ago can be had again.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise click.ClickException(
            f"Port {port} cannot be used: {_reason(error)}. Take another with --port."
        ) from error
    return listening


def _reason(error: OSError) -> str:
    """Return why the system refused, as part of a sentence."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]


class _Quiet(WSGIRequestHandler):
    """Leaves the terminal to the problems: the page asks every second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def follow(workbench: Workbench, go_on: Callable[[], bool] = lambda: True) -> None:
    """Print what is wrong with the file each time it has changed."""
    seen: Look | None = None
    while go_on():
        look, _ = workbench.look()
        if look is not seen and look != seen:
            tell(workbench.file, look)
        seen = look
        time.sleep(LOOK_EVERY)


def tell(file: Path, look: Look) -> None:
    """Print the problems of one save, or that there is none."""
    click.echo(f"--- {time.strftime('%H:%M:%S')} {file.name}")
    for problem in look.problems:
        click.echo(problem_line(file, problem))
    if not look.problems:
        click.echo("ok")
    elif look.script is not None:
        click.echo("It can be played.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--title", default="", help="The title; by default made from the file's name.")
def new(file: Path, title: str) -> None:
    """Write a scenario to start from, with notes on every part.

    Puts the vocabulary, the rubric and the schema beside it, where they are missing.
    """
    if file.suffix.lower() in (".yaml", ".yml"):
        file = file.with_suffix("")
    file = file.with_name(f"{file.name}.yaml")
    if file.stem.lower() in TAKEN:
        raise click.ClickException(
            f"'{file.stem}' is what something else beside the scenarios is called."
            " Choose another name."
        )
    id = re.sub("[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    if not id:
        raise click.ClickException("Use letters of the English alphabet in the file's name.")
    text = template().replace("{{ id }}", id).replace("{{ name }}", file.name)
    title = " ".join(title.split()) or id.replace("-", " ").capitalize()
    # JSON's quotes are YAML's too: a title may have a colon in it.
    text = text.replace("{{ title }}", json.dumps(title, ensure_ascii=False))
    beside = _write(file, text)
    click.echo(f"Wrote {file}{' and ' + ', '.join(beside) + ' beside it' if beside else ''}.")
    click.echo(f"Go on with: lfp-trainer watch {shlex.quote(str(file))}")


def _write(file: Path, text: str) -> list[str]:
    """Write a new file and what it needs beside it; return the names of what was not there yet.

    :raise click.ClickException: if the file is there, or the folder cannot be written to
    """
    try:
        if file.exists():
            raise click.ClickException(f"{file} is there already. Choose another name.")
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = [copied for name in BESIDE if (copied := _put_beside(file.parent, name))]
        file.write_text(text, encoding="utf-8")
    except FileExistsError as error:
        raise click.ClickException(
            f"{error.filename} is a file, and a folder of that name is needed. Rename it, or write"
            " to another folder."
        ) from error
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or file} cannot be written: {_reason(error)}."
            " Write to a folder of your own."
        ) from error
    return beside


BESIDE = (
    "README.md",
    "vocabulary.yaml",
    "rubrics/impact-and-influence.yaml",
    "scenario.schema.json",
)
"""What a folder of one's own needs, the page that explains it included."""


TAKEN = {part.lower() for name in BESIDE for part in (*Path(name).parts, Path(name).stem)}
"""Names that a scenario would take away from these, or be taken for."""


def template() -> str:
    """Return what a new scenario begins with; its names stand in double braces."""
    return (config.TEMPLATES / "new-scenario.yaml").read_text(encoding="utf-8")


def _put_beside(folder: Path, name: str) -> str | None:
    """Copy a shipped file to the folder where it has none; return its name if it was copied."""
    target = folder / name
    if target.exists():
        return None
    target.parent.mkdir(exist_ok=True)
    shutil.copy(config.SCENARIOS / name, target)
    return name
