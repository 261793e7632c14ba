"""Accounts made at the command line."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from lfp_trainer.cli import main
from lfp_trainer.services import passwords
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Role, User, UserSession
from tests.conftest import Browser, dispose, make_app

PASSWORD = "otter granite teapot lantern"


@pytest.fixture(autouse=True)
def environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The settings of a server that has never run."""
    monkeypatch.setenv("LFP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("LFP_DATABASE_URL", request.getfixturevalue("empty_database"))


def run(*words: str, typed: str = PASSWORD) -> Result:
    return CliRunner().invoke(main, list(words), input=f"{typed}\n")


def people(url: str) -> list[tuple[str, str | None, Role]]:
    engine = database.connect(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(User.name, User.email, User.role).order_by(User.id))
        found = [(row.name, row.email, row.role) for row in rows]
    engine.dispose()
    return found


def test_the_first_admin_can_be_added_before_the_server_has_run(empty_database: str) -> None:
    result = run("add-user", "Ada@District.example", "--name", "Ada Bell", "--admin")

    assert (result.exit_code, result.stdout) == (
        0,
        "ada@district.example can sign in now, as admin.\n",
    )
    assert people(empty_database) == [("Ada Bell", "ada@district.example", Role.ADMIN)]


@pytest.mark.parametrize(
    ("option", "role"), [([], Role.LEARNER), (["--facilitator"], Role.FACILITATOR)]
)
def test_a_role_is_given_by_an_option(empty_database: str, option: list[str], role: Role) -> None:
    run("add-user", "dana@district.example", *option)

    assert people(empty_database) == [("dana", "dana@district.example", role)]


def test_an_added_person_signs_in_with_the_password_typed(empty_database: str) -> None:
    run("add-user", "dana@district.example")
    app = make_app(empty_database)

    assert Browser(app).sign_in("dana@district.example", PASSWORD).status_code == 303
    dispose(app)


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (["ada@x.example", "--admin"], "velvet koala", "Use 15 characters or more"),
        (["ada@x.example"], "short", "Use 12 characters or more"),
        (["ada@x.example"], "", "Use 12 characters or more"),
        (["ada@x.example"], "passwordpassword", "first that somebody would try"),
        (["not an address"], PASSWORD, "is not an email address"),
    ],
)
def test_what_will_not_do_is_refused_with_the_reason(
    empty_database: str, words: list[str], typed: str, says: str
) -> None:
    run("add-user", "dana@district.example")

    result = run("add-user", *words, typed=typed)

    assert result.exit_code == 1
    assert says in result.stderr
    assert len(people(empty_database)) == 1


def test_an_address_gets_one_account(empty_database: str) -> None:
    run("add-user", "dana@district.example")

    result = run("add-user", "DANA@district.example", "--admin")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: dana@district.example has an account already.\n",
    )
    assert people(empty_database) == [("dana", "dana@district.example", Role.LEARNER)]


def test_a_forgotten_password_is_replaced_and_every_browser_signed_out(
    empty_database: str,
) -> None:
    run("add-user", "dana@district.example")
    app = make_app(empty_database)
    Browser(app).sign_in("dana@district.example", PASSWORD)
    dispose(app)

    result = run("set-password", "dana@district.example", typed="umbrella quartz bicycle moth")

    engine = database.connect(empty_database)
    with engine.connect() as connection:
        stored = connection.scalars(sa.select(User.password_hash)).one()
        open_sessions = connection.scalars(sa.select(UserSession.id)).all()
    engine.dispose()
    assert result.exit_code == 0
    assert passwords.is_right(stored, "umbrella quartz bicycle moth")
    assert open_sessions == []


def test_the_password_of_nobody_cannot_be_set(empty_database: str) -> None:
    result = run("set-password", "zoe@district.example")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: Nobody can sign in as zoe@district.example.\n",
    )
