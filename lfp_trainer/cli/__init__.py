"""The command line: for authors, and for the person who runs the server."""

import click

from lfp_trainer.cli.accounts import add_user, set_password
from lfp_trainer.cli.authoring import graph, play, schema
from lfp_trainer.cli.checking import check
from lfp_trainer.cli.serving import backup, demo, serve


@click.group()
def main() -> None:
    """Scenario role-play for learning-focused partnerships."""


for command in (check, schema, play, graph, serve, demo, backup, add_user, set_password):
    main.add_command(command)
