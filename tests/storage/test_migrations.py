"""The revisions make the tables that the models describe, and never lose a row in silence."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lfp_trainer.storage import database, migrations
from lfp_trainer.storage.models import Model


def tables_of(url: str) -> set[str]:
    engine = database.connect(url)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_an_empty_database_is_upgraded_to_exactly_the_models(empty_database: str) -> None:
    migrations.upgrade(empty_database)

    engine = database.connect(empty_database)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(found, Model.metadata)
    engine.dispose()

    assert differences == []


def test_every_index_and_unique_constraint_of_the_models_is_in_the_database(
    engine: sa.Engine,
) -> None:
    found = sa.inspect(engine)
    missing = []
    for table in Model.metadata.sorted_tables:
        made = {str(index["name"]) for index in found.get_indexes(table.name)}
        made |= {str(unique["name"]) for unique in found.get_unique_constraints(table.name)}
        wanted = {str(index.name) for index in table.indexes}
        wanted |= {
            str(each.name) for each in table.constraints if isinstance(each, sa.UniqueConstraint)
        }
        missing += sorted(wanted - made)

    assert missing == []


def test_there_is_one_newest_revision() -> None:
    scripts = ScriptDirectory.from_config(migrations.config())

    assert scripts.get_heads() == [migrations.head()]


def test_upgrading_twice_changes_nothing(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    before = tables_of(empty_database)

    migrations.upgrade(empty_database)

    assert tables_of(empty_database) == before


def test_all_revisions_can_be_taken_back_and_applied_again(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    tables = tables_of(empty_database)

    migrations.downgrade(empty_database, "base")
    assert tables_of(empty_database) == {"alembic_version"}

    migrations.upgrade(empty_database)
    assert tables_of(empty_database) == tables


def test_the_revision_of_a_database_is_known(engine: sa.Engine) -> None:
    assert migrations.current(engine) == migrations.head()


LOSES_PEOPLE = """
import sqlalchemy as sa
from alembic import op

revision = "999"
down_revision = "{head}"


def upgrade():
    op.add_column("user", sa.Column("extra", sa.Text()))
    op.execute(sa.text('DELETE FROM "user"'))
"""

REBUILDS_USER = """
import sqlalchemy as sa
from alembic import op

revision = "999"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("user", recreate="always") as table:
        table.alter_column("name", type_=sa.String(200))
"""


def upgrade_with(url: str, revision: str, folder: Path) -> None:
    """Apply a revision that is not one of ours."""
    (folder / "999_other.py").write_text(revision.format(head=migrations.head()))
    engine = sa.create_engine(url, **database.engine_options(url))
    settings = migrations.config(engine)
    ours = Path(migrations.__file__).parent / "versions"
    settings.set_main_option("version_locations", f"{ours}:{folder}")
    try:
        command.upgrade(settings, "head")
    finally:
        engine.dispose()


def add_a_signed_in_person(url: str) -> None:
    engine = database.connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            'INSERT INTO "user" (id, name, role, created_at)'
            " VALUES (1, 'Alice', 'learner', '2026-03-02 12:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO user_session (id, token_hash, user_id, device, remembered, created_at,"
            " seen_at, fresh_at, expires_at) VALUES (1, 'x', 1, '', true, '2026-03-02 12:00:00',"
            " '2026-03-02 12:00:00', '2026-03-02 12:00:00', '2026-03-02 12:00:00')"
        )
    engine.dispose()


def count(url: str, table: str) -> int | None:
    engine = database.connect(url)
    with engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))
    engine.dispose()
    return found


def test_a_revision_that_would_lose_rows_is_undone_whole(database_url: str, tmp_path: Path) -> None:
    add_a_signed_in_person(database_url)

    with pytest.raises(RuntimeError, match="lose rows of .*user"):
        upgrade_with(database_url, LOSES_PEOPLE, tmp_path)

    engine = database.connect(database_url)
    columns = {column["name"] for column in sa.inspect(engine).get_columns("user")}
    assert migrations.current(engine) == migrations.head()
    engine.dispose()
    assert "extra" not in columns
    assert count(database_url, "user") == 1


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    add_a_signed_in_person(sqlite_url)

    upgrade_with(sqlite_url, REBUILDS_USER, tmp_path)

    assert (count(sqlite_url, "user"), count(sqlite_url, "user_session")) == (1, 1)
