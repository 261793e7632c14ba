"""Connections, opened so that no answer is lost and nobody waits long.

SQLite: write-ahead log, every commit synced to disk, foreign keys on. A transaction that will write
says so before it begins (``BEGIN IMMEDIATE``): a read that turns into a write fails at once when
somebody else wrote meanwhile, whatever the busy timeout. Writers queue on a lock before they begin,
because SQLite's own waiting is a poll that lets late writers overtake early ones.
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

try:
    # The system's SQLite may be older than the fix of the WAL-reset bug; this one is not.
    import pysqlite3.dbapi2 as sqlite3
except ImportError:  # pragma: no cover - platforms without the wheel
    import sqlite3

BUSY_MS = 10_000
WRITES = "lfp_writes"
"""Marks a transaction as one that will write, and a session that is in one."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware time in UTC. SQLite would drop the zone and PostgreSQL would keep it."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware; this one has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def is_sqlite(url: str) -> bool:
    """Tell whether a database URL names a SQLite file."""
    return sa.make_url(url).get_backend_name() == "sqlite"


def engine_options(url: str) -> dict[str, Any]:
    """Return the arguments of ``create_engine`` that fit a database URL."""
    if is_sqlite(url):
        return {"module": sqlite3, "connect_args": {"isolation_level": None, "timeout": 10}}
    return {"pool_pre_ping": True}


def connect(url: str) -> sa.Engine:
    """Open a database that is not the web application's own: for commands and tests."""
    return prepare(sa.create_engine(url, **engine_options(url)))


def prepare(engine: sa.Engine) -> sa.Engine:
    """Attach to an engine what every SQLite connection and transaction needs."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted is overwritten, not only taken off the list: people are told it is gone.
        "secure_delete=ON",
        f"busy_timeout={BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def empty_log(engine: sa.Engine) -> bool:
    """Move the write-ahead log of SQLite into its file, so that it keeps no page as it once was.

    Tells whether it is empty: while somebody reads older pages they stay. They go when this is
    called again, which everything that deletes a person does, or when the log is written over.
    """
    if engine.dialect.name != "sqlite":
        return True
    borrowed = engine.raw_connection()
    try:
        driver: Any = borrowed.dbapi_connection
        # Nobody's page waits for it.
        driver.execute("PRAGMA busy_timeout=250")
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        return not busy
    finally:
        borrowed.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    # Straight to the driver, because every page and every choice begins so.
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, sqlite3.Error) from error


class _Queue:
    """Lets one writer of a SQLite file in at a time: threads by a lock, processes by a file."""

    def __init__(self, engine: sa.Engine) -> None:
        self._threads = threading.Lock()
        database = engine.url.database
        self._file = (
            os.open(f"{Path(database)}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if database and database != ":memory:"
            else None
        )
        if self._file is not None:
            # The queue goes when its engine does; its open file would stay.
            weakref.finalize(self, os.close, self._file)

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._threads:
            if self._file is None:
                yield
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


_queues: weakref.WeakKeyDictionary[sa.Engine, _Queue] = weakref.WeakKeyDictionary()
_queues_lock = threading.Lock()


def _queue_of(engine: sa.Engine) -> _Queue:
    with _queues_lock:
        if engine not in _queues:
            _queues[engine] = _Queue(engine)
        return _queues[engine]


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """Run a block as one transaction that writes: committed at its end, rolled back on an error.

    What the session had only read is let go first, so read again inside the block whatever the
    write depends on.

    :raise RuntimeError: if the session is in such a block already, whose writes this would undo
    """
    if session.info.get(WRITES):
        raise RuntimeError("A block that writes was opened inside another one.")
    session.rollback()
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)
    if engine.dialect.name != "sqlite":
        with _committed(session):
            yield session
        return
    with _queue_of(engine).turn():
        session.connection(execution_options={WRITES: True})
        with _committed(session):
            yield session


@contextmanager
def writing_on(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run a block as one transaction that writes, like ``writing``, on a connection alone.

    For the one act that a whole room does at once; setting up a session takes as long as the act.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with _queue_of(engine).turn(), engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def _committed(session: Session) -> Iterator[None]:
    session.info[WRITES] = True
    try:
        yield
        # Inside: a commit that fails must be rolled back too, or its connection would go back to
        # the pool with the write lock in its hands.
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info[WRITES] = False


SETUP = 0x1F9_7EA1
"""The number of our advisory lock in PostgreSQL: any, but always the same."""


@contextmanager
def alone(engine: sa.Engine) -> Iterator[None]:
    """Run a block while no other process runs one on the same database."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(SETUP)))
            try:
                yield
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(SETUP)))
        return
    with open(f"{Path(engine.url.database or '')}-setup", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
