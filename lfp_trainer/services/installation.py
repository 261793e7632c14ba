"""Make an installation ready: tables current, shipped scenarios published, at every start."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import guests, library, retention
from lfp_trainer.services.library import Shelved
from lfp_trainer.storage import database, migrations

log = logging.getLogger(__name__)


def make_ready(url: str, scenarios: Path) -> Shelved:
    """Bring a database up to date, and publish what is new in a folder of scenarios; forget guests
    whose time is over, and what was kept long enough.

    A SQLite file that has rows is copied beside itself before its tables change. Servers that start
    at the same moment on one database do this one after another.

    :raise RuntimeError: if an upgrade would lose rows; it is undone
    """
    engine = database.connect(url)
    try:
        with database.alone(engine):
            _upgrade(engine, url)
            with Session(engine, expire_on_commit=False) as session, database.writing(session):
                retention.forget_old(session, now=datetime.now(UTC))
            with Session(engine, expire_on_commit=False) as session, database.writing(session):
                guests.forget_stale_guests(session, now=datetime.now(UTC))
                published = library.publish_folder(session, scenarios, now=datetime.now(UTC))
            database.empty_log(engine)
            return published
    finally:
        engine.dispose()


def _upgrade(engine: sa.Engine, url: str) -> None:
    found, newest = migrations.current(engine), migrations.head()
    if found == newest:
        return
    if found is not None and engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        copy = path.with_name(f"{path.name}.before-{newest}")
        if not copy.exists():  # else an upgrade failed before: this is the copy worth having
            back_up(engine, copy)
    migrations.upgrade(url)


def back_up(engine: sa.Engine, target: Path) -> None:
    """Write a sound copy of a SQLite database while others may be using it.

    Copying the file alone would miss what still stands in its write-ahead log.

    :raise FileExistsError: if the target is there already
    :raise ValueError: if the database is not SQLite, which has tools of its own
    """
    if engine.dialect.name != "sqlite":
        raise ValueError("Only SQLite is backed up from here; use pg_dump for PostgreSQL.")
    # Made empty first, for its owner only; SQLite then writes into it.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    # The driver's own connection: SQLAlchemy would begin a transaction, which VACUUM refuses.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
