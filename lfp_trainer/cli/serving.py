"""Run the server, show a demonstration, keep a copy."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.config import Settings
from lfp_trainer.services import demo as demonstration
from lfp_trainer.services import exercise_shelf, installation
from lfp_trainer.storage import database

APPLICATION = "lfp_trainer.web:create_app"
MOST_WORKERS = 4
"""Without being asked for more. Each worker has connections of its own, of which PostgreSQL gives
a hundred."""


def run_server(target: str, host: str, port: int, *, workers: int = 1, threads: int = 4) -> None:
    """Serve an application, named as ``module:factory``, until the process is told to end."""
    Granian(
        target,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        log_access=False,
    ).serve()


def _settings() -> Settings:
    try:
        return config.from_environment()
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _make_ready(settings: Settings) -> None:
    try:
        shelved = installation.make_ready(settings.database_url, settings.scenarios)
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    for scenario_id in shelved.published:
        click.echo(f"Published {scenario_id}.")
    for scenario_id in shelved.withdrawn:
        click.echo(f"Withdrew {scenario_id}: its file is gone. Its runs are kept.")
    for refusal in shelved.refused:
        click.echo(f"Not published: {refusal}", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help=f"Processes.  [default: 1 on SQLite; on PostgreSQL one a core, at most {MOST_WORKERS}]",
)
@click.option("--threads", default=4, show_default=True, help="Requests at once in each process.")
def serve(host: str, port: int, workers: int | None, threads: int) -> None:
    """Run the server, with settings from LFP_ variables.

    Applies migrations and publishes new or changed scenarios first.
    """
    settings = _settings()
    _make_ready(settings)
    workers = workers or workers_for(settings.database_url)
    run_server(APPLICATION, host, port, workers=workers, threads=threads)


def workers_for(database_url: str) -> int:
    """Return how many processes suit a database on this machine.

    Threads of one process take turns at one core. On PostgreSQL that is what everybody waits for
    first; what SQLite does for a thread runs beside the others, and its writers queue anyway.
    """
    if database.is_sqlite(database_url):
        return 1
    return min(os.cpu_count() or 1, MOST_WORKERS)


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port on this machine.")
def demo(port: int) -> None:
    """Show a demonstration on this machine, with people, runs and a database of its own."""
    folder = config.instance_folder()
    url = f"sqlite:///{folder / 'demo.db'}"
    # The workers read their settings from here. Plain HTTP on the loopback address only.
    os.environ["LFP_DATABASE_URL"] = url
    os.environ["LFP_SECURE_COOKIES"] = "0"
    _make_ready(_settings())
    engine = database.connect(url)
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        shelf = exercise_shelf.on_shelf(config.SCENARIOS).values()
        demonstration.fill(session, now=datetime.now(UTC), shelf=shelf)
    engine.dispose()
    port = _free_port(port)
    click.echo(f"\nOpen http://127.0.0.1:{port} and try a scenario, or sign in as one of these:\n")
    for player in demonstration.PLAYERS:
        click.echo(f"  {player.email:<26} {player.kind}")
    click.echo(f"\nThe password of each is: {demonstration.PASSWORD}\nStop with Ctrl+C.\n")
    run_server(APPLICATION, "127.0.0.1", port)


def _free_port(wanted: int) -> int:
    """Return the port wanted, or a later one when another program has it."""
    for port in range(wanted, wanted + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"Ports {wanted} to {wanted + 19} are all in use.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Write a sound copy of the SQLite database to TARGET, while the server runs."""
    engine = database.connect(_settings().database_url)
    try:
        installation.back_up(engine, target)
    except (FileExistsError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Copied to {target}.")
