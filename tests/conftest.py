"""A fresh database for each test, on SQLite and on PostgreSQL, and the cast that meets in it.

Alice learns, Bob is her partner, Dana facilitates, Charlie is an outsider, Ada is the admin. Each
has a browser of their own; ``nobody`` has just arrived and ``guest`` tries without an account.
"""

import html
import os
import re
import secrets
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer import config
from lfp_trainer.services import accounts, installation, passwords
from lfp_trainer.storage import database, migrations
from lfp_trainer.storage.models import Role
from tests import in_memory
from tests.postgres import PostgresServer

PASSWORD = "otter granite teapot lantern"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
COMPILED = in_memory.Compiled()


def pytest_configure() -> None:
    if folder := in_memory.folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not pytest's own directory: the server may run as another user, and its path must be short
    # enough for a socket.
    folder = Path(tempfile.mkdtemp(prefix="lfp-pg-", dir=in_memory.folder()))
    # A test run that is told to end must take its server with it.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("told to end", returncode=143))
    server = PostgresServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "trainer.sqlite3"
    migrations.upgrade(f"sqlite:///{path}")
    empty_log(path)
    return path


@pytest.fixture(scope="session")
def stocked_file(migrated_file: Path) -> Path:
    """The same with the shipped scenarios published, which takes longest of all."""
    path = migrated_file.with_name("stocked.sqlite3")
    shutil.copy(migrated_file, path)
    installation.make_ready(f"sqlite:///{path}", config.SCENARIOS)
    empty_log(path)
    return path


@pytest.fixture(scope="session")
def stocked_template(postgres: PostgresServer) -> str:
    """The same for PostgreSQL."""
    url = postgres.create("template_stocked", template="template_lfp")
    installation.make_ready(url, config.SCENARIOS)
    return "template_stocked"


def empty_log(path: Path) -> None:
    """Move the write-ahead log into the file, so that a copy of the file is whole."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "trainer.sqlite3"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{secrets.token_hex(6)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every test that needs a database runs on both."""
    return str(request.param)


@pytest.fixture
def stocked() -> bool:
    """Whether the shipped scenarios are published; folders of tests that need them say so."""
    return False


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path, stocked: bool
) -> Iterator[str]:
    """The address of a database with all tables, of this test's own."""
    if backend == "sqlite":
        path = tmp_path / "trainer.sqlite3"
        shutil.copy(request.getfixturevalue("stocked_file" if stocked else "migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{secrets.token_hex(6)}"
    template = request.getfixturevalue("stocked_template") if stocked else "template_lfp"
    yield server.create(name, template=template)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = database.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session of a service's caller, as ``web/extensions.py`` sets them up."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application as it is served, form tokens checked."""
    app = make_app(database_url)
    yield app
    dispose(app)


def make_app(database_url: str, **settings: Any) -> Flask:
    """Make the application, and let a test visit it as a guest without playing anything.

    A test can also have a form's token without asking for a whole page.
    """
    # Not at the top: tests of the engine and of storage do not load the web application.
    from lfp_trainer.config import Settings
    from lfp_trainer.web import create_app
    from lfp_trainer.web.auth import ensure_person
    from lfp_trainer.web.gate import Allowed, allow

    chosen = {"secret_key": secrets.token_hex(32), "secure_cookies": False, **settings}
    app = create_app(Settings(database_url=database_url, **chosen))
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED

    @app.post("/be-a-guest")
    @allow(Allowed.EVERYONE)
    def be_a_guest() -> dict[str, int]:
        return {"id": ensure_person().id}

    @app.get("/form-token")
    @allow(Allowed.EVERYONE)
    def form_token() -> str:
        return str(generate_csrf())

    return app


def dispose(app: Flask) -> None:
    from lfp_trainer.web.extensions import db

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


class Browser:
    """A browser without a screen: keeps cookies, and sends the form token of the page it is on."""

    def __init__(self, app: Flask, user_id: int = 0) -> None:
        self.app = app
        self.client = app.test_client()
        self.user_id = user_id
        self.page = "/sign-in"

    def get(self, url: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        return self.client.get(url, headers=HTMX if htmx else None, **options)

    def post(
        self,
        url: str,
        data: Mapping[str, object] | None = None,
        *,
        htmx: bool = False,
        on: str = "",
    ) -> TestResponse:
        """Post a form as the page ``on`` would; by default as any page of the site."""
        sent = {"csrf_token": self.token(on), **(data or {})}
        return self.client.post(url, data=sent, headers=HTMX if htmx else None)

    def token(self, on: str = "") -> str:
        """Return the form token of a page, by default the one that all pages of a visit share."""
        if not on:
            return self.client.get("/form-token").text
        page = self.client.get(on, follow_redirects=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, f"no form with a token on {on}: {page.status}"
        return html.unescape(found[1])

    def sign_in(self, email: str, password: str = PASSWORD, **more: object) -> TestResponse:
        return self.post("/sign-in", {"email": email, "password": password, **more})

    def cookie(self, name: str) -> str | None:
        cookie = self.client.get_cookie(name)
        return cookie.value if cookie else None


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def enrol(database_url: str, password_hash: str) -> Callable[..., int]:
    """Make an account and return its id."""

    def enrol(name: str, role: Role = Role.LEARNER) -> int:
        engine = database.connect(database_url)
        with Session(engine) as session, database.writing(session):
            user_id = accounts.register(
                session,
                name=name.title(),
                email=f"{name}@district.example",
                password_hash=password_hash,
                role=role,
                now=datetime.now(UTC),
            )
        engine.dispose()
        return user_id

    return enrol


@pytest.fixture
def arrive(app: Flask, enrol: Callable[..., int]) -> Callable[..., Browser]:
    """Make an account and sign in with it."""

    def arrive(name: str, role: Role = Role.LEARNER) -> Browser:
        browser = Browser(app, enrol(name, role))
        assert browser.sign_in(f"{name}@district.example").status_code == 303
        return browser

    return arrive


@pytest.fixture
def nobody(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def guest(app: Flask) -> Browser:
    browser = Browser(app)
    answer = browser.post("/be-a-guest")
    assert answer.json
    browser.user_id = answer.json["id"]
    return browser


@pytest.fixture
def alice(arrive: Callable[..., Browser]) -> Browser:
    return arrive("alice")


@pytest.fixture
def bob(arrive: Callable[..., Browser]) -> Browser:
    return arrive("bob")


@pytest.fixture
def charlie(arrive: Callable[..., Browser]) -> Browser:
    return arrive("charlie")


@pytest.fixture
def dana(arrive: Callable[..., Browser]) -> Browser:
    return arrive("dana", Role.FACILITATOR)


@pytest.fixture
def ada(arrive: Callable[..., Browser]) -> Browser:
    return arrive("ada", Role.ADMIN)
