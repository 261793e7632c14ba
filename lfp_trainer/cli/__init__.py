"""The command line: for authors, and for the person who runs the server."""

from importlib import import_module

import click

COMMANDS = {
    "new": "bench",
    "check": "checking",
    "watch": "bench",
    "simulate": "simulate",
    "schema": "authoring",
    "play": "authoring",
    "graph": "authoring",
    "serve": "serving",
    "demo": "serving",
    "backup": "serving",
    "add-user": "accounts",
    "set-password": "accounts",
}
"""Command → the module here that holds it."""


class _Commands(click.Group):
    """Loads a module when its command is named: who checks a file waits for no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"lfp_trainer.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands)
def main() -> None:
    """Scenario role-play for learning-focused partnerships."""
