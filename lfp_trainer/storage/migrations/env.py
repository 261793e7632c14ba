"""How Alembic runs our revisions: foreign keys off while tables are rebuilt, and checked after."""

import sqlalchemy as sa
from alembic import context

# Rows that a revision means to delete are declared there as `loses = {"table"}`.
UNCOUNTED = {"alembic_version"}


def _counts(connection: sa.Connection) -> dict[str, int]:
    names = set(sa.inspect(connection).get_table_names()) - UNCOUNTED
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        for name in names
    }


def _run(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        before = _counts(connection)
        # One transaction for SQLite (begun above, the driver begins none) and for PostgreSQL.
        context.configure(
            connection=connection, render_as_batch=sqlite, transactional_ddl=not sqlite
        )
        with context.begin_transaction():
            context.run_migrations()
        _refuse_losses(connection, before, sqlite)
        if sqlite:
            connection.exec_driver_sql("COMMIT")
        connection.commit()


def _refuse_losses(connection: sa.Connection, before: dict[str, int], sqlite: bool) -> None:
    after = _counts(connection)
    lost = [name for name, count in before.items() if after.get(name, count) < count]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() if sqlite else []
    if lost or broken:
        if sqlite:
            connection.exec_driver_sql("ROLLBACK")
        raise RuntimeError(
            f"The upgrade was undone: it would lose rows of {lost}"
            f" and break {len(broken)} references."
        )


engine = context.config.attributes["engine"]
if engine is None:
    raise RuntimeError("Use lfp_trainer.storage.migrations.upgrade; it knows the database.")
_run(engine)
