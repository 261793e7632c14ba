"""The command line: for authors, and for the person who runs the server."""

import click

from lfp_trainer.cli.accounts import add_user, set_password
from lfp_trainer.cli.authoring import graph, play, schema
from lfp_trainer.cli.bench import new, watch
from lfp_trainer.cli.checking import check
from lfp_trainer.cli.serving import backup, demo, serve
from lfp_trainer.cli.simulate import simulate


@click.group()
def main() -> None:
    """Scenario role-play for learning-focused partnerships."""


AUTHORS = (new, check, watch, schema, play, graph, simulate)
SERVER = (serve, demo, backup, add_user, set_password)

for command in (*AUTHORS, *SERVER):
    main.add_command(command)
