"""Prepared statements are told from ordinary ones by nothing but their speed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.storage import database
from lfp_trainer.storage.models import Role, User, WorkPosition, table
from lfp_trainer.storage.prepared import Prepared

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
users = table(User)
ADD = Prepared(
    sa.insert(users)
    .values(
        {
            name: sa.bindparam(name)
            for name in ("name", "email", "role", "position", "created_at", "disabled_at")
        }
    )
    .inline()
)
FIND = Prepared(
    sa.select(users.c.name, users.c.role, users.c.position, users.c.created_at, users.c.disabled_at)
    .where(users.c.email == sa.bindparam("address"))
    .order_by(users.c.id)
)
RENAME = Prepared(
    sa.update(users).where(users.c.email == sa.bindparam("address")).values(name=sa.bindparam("to"))
)
ALICE = {
    "name": "Alice",
    "email": "alice@district.example",
    "role": Role.FACILITATOR,
    "position": WorkPosition.MIDDLE,
    "created_at": NOON.astimezone(timezone(timedelta(hours=-5))),
    "disabled_at": None,
}


def _rename_and_fail(connection: sa.Connection) -> None:
    assert RENAME.count(connection, address="alice@district.example", to="Nobody") == 1
    ADD.count(connection, **ALICE)


def test_values_come_back_in_the_types_of_their_columns(session: Session) -> None:
    with database.writing(session):
        ADD.count(session, **ALICE)

    rows = FIND.rows(session, address="alice@district.example")

    assert rows == [("Alice", Role.FACILITATOR, WorkPosition.MIDDLE, NOON, None)]
    assert isinstance(rows[0][1], Role)
    assert rows[0][3].tzinfo is UTC


def test_a_change_counts_its_rows(session: Session) -> None:
    with database.writing(session):
        ADD.count(session, **ALICE)

        assert RENAME.count(session, address="alice@district.example", to="Alicia") == 1
        assert RENAME.count(session, address="nobody@district.example", to="Bob") == 0

    assert FIND.rows(session, address="alice@district.example")[0][0] == "Alicia"


def test_a_row_that_exists_already_is_the_error_of_sqlalchemy(session: Session) -> None:
    with database.writing(session):
        ADD.count(session, **ALICE)

    with pytest.raises(IntegrityError), database.writing(session):
        ADD.count(session, **ALICE)

    assert len(FIND.rows(session, address="alice@district.example")) == 1


def test_on_an_engine_a_question_leaves_its_connection_as_it_found_it(engine: sa.Engine) -> None:
    with database.writing_on(engine) as connection:
        ADD.count(connection, **ALICE)

    assert FIND.rows(engine, address="alice@district.example")[0][0] == "Alice"

    # The same connection, from the pool: what is begun on it can still be undone.
    with engine.connect() as connection:
        connection.execute(sa.update(users).values(name="Nobody"))
        connection.rollback()
    assert FIND.rows(engine, address="alice@district.example")[0][0] == "Alice"


def test_a_question_that_fails_on_an_engine_leaves_it_usable(engine: sa.Engine) -> None:
    wrong = Prepared(sa.select(sa.literal_column("nothing")).select_from(users))

    with pytest.raises(sa.exc.DBAPIError):
        wrong.rows(engine)

    assert FIND.rows(engine, address="alice@district.example") == []


def test_a_block_on_a_connection_is_committed_or_undone_as_a_whole(
    engine: sa.Engine, session: Session
) -> None:
    with database.writing_on(engine) as connection:
        ADD.count(connection, **ALICE)
    with pytest.raises(IntegrityError), database.writing_on(engine) as connection:
        _rename_and_fail(connection)

    assert FIND.rows(session, address="alice@district.example")[0][0] == "Alice"
    # The queue and the write lock are free again.
    with database.writing(session):
        assert RENAME.count(session, address="alice@district.example", to="Alicia") == 1
