"""Bring a database to the current tables. Alembic, configured in code.

Revisions are numbered so that order is visible and two branches collide in review. A revision never
imports the models: it must do tomorrow what it does today.
"""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lfp_trainer.storage import database


def config(engine: sa.Engine | None = None) -> Config:
    """Return Alembic's configuration, bound to an engine when one is given."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "os")
    settings.attributes["engine"] = engine
    return settings


def head() -> str | None:
    """Return the newest revision."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(engine: sa.Engine) -> str | None:
    """Return the revision a database stands at; None when it has no tables yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing. Does nothing to a database that is current.

    :raise RuntimeError: if a revision would leave a broken reference or lose rows
    """
    _run(url, lambda settings: command.upgrade(settings, revision))


def downgrade(url: str, revision: str) -> None:
    """Take revisions back, for tests and for an upgrade that must be undone."""
    _run(url, lambda settings: command.downgrade(settings, revision))


def _run(url: str, act: Callable[[Config], None]) -> None:
    # An engine of its own: SQLite can switch foreign keys off only outside a transaction, and a
    # rebuilt table with them on would delete every row that refers to it.
    engine = sa.create_engine(url, **database.engine_options(url))
    try:
        act(config(engine))
    finally:
        engine.dispose()
