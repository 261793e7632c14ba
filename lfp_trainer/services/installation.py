"""Make an installation ready: tables current, shipped scenarios published, at every start."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import library
from lfp_trainer.storage import database, migrations

log = logging.getLogger(__name__)


def make_ready(url: str, scenarios: Path) -> list[str]:
    """Bring a database up to date and publish what is new on the shelf; return what was published.

    A SQLite file that has rows is copied beside itself before its tables change.

    :raise ScenarioError: if a scenario file has problems
    """
    engine = database.connect(url)
    try:
        found, newest = migrations.current(engine), migrations.head()
        if found is not None and found != newest and engine.dialect.name == "sqlite":
            path = Path(engine.url.database or "")
            back_up(engine, path.with_name(f"{path.name}.before-{newest}"))
        if found != newest:
            migrations.upgrade(url)
        with Session(engine, expire_on_commit=False) as session, database.writing(session):
            return library.publish_folder(session, scenarios, now=datetime.now(UTC))
    finally:
        engine.dispose()


def back_up(engine: sa.Engine, target: Path) -> None:
    """Write a sound copy of a SQLite database while others may be using it.

    Copying the file alone would miss what still stands in its write-ahead log.

    :raise FileExistsError: if the target is there already
    :raise ValueError: if the database is not SQLite, which has tools of its own
    """
    if engine.dialect.name != "sqlite":
        raise ValueError("Only SQLite is backed up from here; use pg_dump for PostgreSQL.")
    if target.exists():
        raise FileExistsError(f"{target} is there already.")
    # The driver's own connection: SQLAlchemy would begin a transaction, which VACUUM refuses.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    target.chmod(0o600)
