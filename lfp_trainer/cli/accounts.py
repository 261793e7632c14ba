"""Make an account, or set a forgotten password, from the machine that runs the server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import accounts, passwords, sign_in
from lfp_trainer.storage import database, migrations
from lfp_trainer.storage.models import Role


@click.command(name="add-user")
@click.argument("email")
@click.option("--name", default="", help="As others see it; by default taken from the address.")
@click.option("--admin", "role", flag_value=Role.ADMIN, type=Role, help="May change people.")
@click.option("--facilitator", "role", flag_value=Role.FACILITATOR, type=Role, help="May lead.")
def add_user(email: str, name: str, role: Role | None) -> None:
    """Make an account. Asks for its password, or reads it from standard input."""
    email, role = accounts.clean_email(email), role or Role.LEARNER
    name = " ".join(name.split()) or email.partition("@")[0]
    if not accounts.is_email(email):
        raise click.ClickException(f"'{email}' is not an email address.")
    password_hash = passwords.hash_password(_ask_password(role, own=(name, email)))
    try:
        with _database() as session, database.writing(session):
            accounts.register(
                session,
                name=name,
                email=email,
                password_hash=password_hash,
                role=role,
                now=datetime.now(UTC),
            )
    except Incomplete as error:
        raise click.ClickException(f"{email} has an account already.") from error
    click.echo(f"{email} can sign in now, as {role.value}.")


@click.command(name="set-password")
@click.argument("email")
def set_password(email: str) -> None:
    """Set a new password for somebody who forgot theirs, and sign them out everywhere."""
    email = accounts.clean_email(email)
    with _database() as session:
        found = sign_in.find_credentials(session, email)
        if found is None:
            raise click.ClickException(f"Nobody can sign in as {email}.")
        # The longest rule of all: who the account belongs to may hold any role.
        password = _ask_password(Role.ADMIN, own=(email,))
        new_hash = passwords.hash_password(password)
        try:
            with database.writing(session):
                accounts.change_password(
                    session, found.user_id, old_hash=found.password_hash, new_hash=new_hash
                )
                sign_in.end_sessions(session, found.user_id)
        except NotFound as error:
            raise click.ClickException("The password was changed meanwhile.") from error
    click.echo(f"{email} can sign in with the new password, and is signed out everywhere.")


def _ask_password(role: Role, *, own: tuple[str, ...]) -> str:
    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    password = passwords.clean_password(typed)
    weak = passwords.weakness(password, role=role, own=own)
    if weak:
        raise click.ClickException(weak)
    return password


@contextmanager
def _database() -> Iterator[Session]:
    try:
        url = config.from_environment().database_url
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    engine = database.connect(url)
    try:
        # The first admin may be added before the server has ever run.
        if migrations.current(engine) is None:
            migrations.upgrade(url)
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()
