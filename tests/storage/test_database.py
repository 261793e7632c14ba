"""Connections keep every answer and lose no update, whoever writes at the same time."""

import fcntl
import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.storage import database
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import SignInFailure, User

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def add_person(engine: sa.Engine, name: str) -> int:
    with Session(engine) as session, writing(session):
        person = User(name=name, created_at=NOON)
        session.add(person)
        session.flush()
        return person.id


def name_of(engine: sa.Engine, user_id: int) -> str | None:
    with Session(engine) as session:
        return session.scalar(sa.select(User.name).where(User.id == user_id))


def test_every_sqlite_connection_is_durable_and_checks_references(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    connections = [engine.connect() for _ in range(4)]
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": database.BUSY_MS,
    }

    found = [
        {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        for connection in connections
    ]

    for connection in connections:
        connection.close()
    engine.dispose()
    assert found == [wanted] * 4


def test_the_sqlite_in_use_has_no_wal_reset_bug(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    engine.dispose()

    assert tuple(int(part) for part in version.split(".")) >= (3, 51, 3)


def test_a_block_that_ends_well_is_stored(engine: sa.Engine) -> None:
    user_id = add_person(engine, "Alice")

    assert name_of(engine, user_id) == "Alice"


def rename_and_stop(session: Session) -> None:
    with writing(session):
        session.execute(sa.update(User).values(name="Somebody"))
        raise RuntimeError("halfway")


def test_a_block_that_fails_leaves_nothing(engine: sa.Engine) -> None:
    user_id = add_person(engine, "Alice")

    with Session(engine) as session, pytest.raises(RuntimeError, match="halfway"):
        rename_and_stop(session)

    assert name_of(engine, user_id) == "Alice"


def test_after_a_failed_block_others_can_write(engine: sa.Engine) -> None:
    with Session(engine) as session, pytest.raises(RuntimeError, match="halfway"):
        rename_and_stop(session)

    assert name_of(engine, add_person(engine, "Bob")) == "Bob"


def test_a_block_inside_a_block_is_refused_and_does_not_wait_for_itself(engine: sa.Engine) -> None:
    with (
        Session(engine) as session,
        pytest.raises(RuntimeError, match="inside another"),
        writing(session),
        writing(session),
    ):
        pass

    assert name_of(engine, add_person(engine, "Bob")) == "Bob"


def test_a_block_sees_what_was_written_after_the_session_last_read(engine: sa.Engine) -> None:
    user_id = add_person(engine, "Alice")
    with Session(engine) as session:
        assert session.get_one(User, user_id).name == "Alice"
        with Session(engine) as other, writing(other):
            other.execute(sa.update(User).values(name="Alicia"))

        with writing(session):
            seen = session.get_one(User, user_id).name

    assert seen == "Alicia"


def test_reading_goes_on_while_somebody_writes(engine: sa.Engine) -> None:
    user_id = add_person(engine, "Alice")

    with Session(engine) as session, writing(session):
        session.execute(sa.update(User).values(name="Alicia"))
        seen_meanwhile = name_of(engine, user_id)

    assert (seen_meanwhile, name_of(engine, user_id)) == ("Alice", "Alicia")


def test_a_block_holds_the_right_to_write_from_its_beginning(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    with Session(engine) as session, writing(session), engine.connect() as other:
        other.exec_driver_sql("PRAGMA busy_timeout=0")
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            other.execute(sa.update(User).values(name="Somebody"))
    engine.dispose()


def test_writers_of_all_processes_wait_in_one_queue(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    add_person(engine, "Alice")
    with (
        open(f"{engine.url.database}-queue") as queue,
        ThreadPoolExecutor(1) as pool,
    ):
        fcntl.flock(queue, fcntl.LOCK_EX)
        waiting = pool.submit(add_person, engine, "Bob")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        fcntl.flock(queue, fcntl.LOCK_UN)
        bob = waiting.result(timeout=10)

    name = name_of(engine, bob)
    engine.dispose()
    assert name == "Bob"


def test_no_update_is_lost_when_eight_threads_read_and_then_write(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    user_id = add_person(engine, "0")
    start = threading.Barrier(8)

    def count_up() -> int:
        start.wait()
        with Session(engine) as session:
            for _ in range(25):
                with writing(session):
                    seen = int(session.scalar(sa.select(User.name)) or 0)
                    session.execute(sa.update(User).values(name=str(seen + 1)))
        return 25

    with ThreadPoolExecutor(8) as pool:
        reported = sum(pool.map(lambda _: count_up(), range(8)))

    stored = name_of(engine, user_id)
    engine.dispose()
    assert (reported, stored) == (200, "200")


def test_of_moves_that_saw_the_same_count_one_wins_and_the_others_know(engine: sa.Engine) -> None:
    user_id = add_person(engine, "0")
    start = threading.Barrier(8)

    def move() -> int:
        start.wait()
        won = 0
        with Session(engine) as session:
            for _ in range(25):
                seen = int(session.scalar(sa.select(User.name)) or 0)
                with writing(session):
                    moved = session.execute(
                        sa.update(User)
                        .where(User.id == user_id, User.name == str(seen))
                        .values(name=str(seen + 1))
                        .returning(User.id)
                    )
                    won += len(moved.all())
        return won

    with ThreadPoolExecutor(8) as pool:
        reported = sum(pool.map(lambda _: move(), range(8)))

    assert name_of(engine, user_id) == str(reported)
    assert reported >= 25


COUNT_UP = """
import sys
import sqlalchemy as sa
from sqlalchemy.orm import Session
from lfp_trainer.storage import database
from lfp_trainer.storage.models import User

engine = database.connect(sys.argv[1])
with Session(engine) as session:
    for _ in range(50):
        with database.writing(session):
            seen = int(session.scalar(sa.select(User.name)))
            session.execute(sa.update(User).values(name=str(seen + 1)))
"""


def test_no_update_is_lost_between_processes(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    user_id = add_person(engine, "0")

    workers = [subprocess.Popen([sys.executable, "-c", COUNT_UP, sqlite_url]) for _ in range(3)]
    ends = [worker.wait(timeout=60) for worker in workers]

    stored = name_of(engine, user_id)
    engine.dispose()
    assert (ends, stored) == ([0, 0, 0], "150")


def test_times_come_back_in_utc_whatever_zone_they_were_stored_from(session: Session) -> None:
    lansing = timezone(timedelta(hours=-5))
    session.add(SignInFailure(account="x", address="y", at=NOON.astimezone(lansing)))
    session.commit()

    stored = session.scalars(sa.select(SignInFailure.at)).one()

    assert (stored, stored.tzinfo) == (NOON, UTC)


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(SignInFailure(account="x", address="y", at=NOON.replace(tzinfo=None)))

    with pytest.raises(sa.exc.StatementError, match="times are aware"):
        session.flush()


def test_a_reference_to_nobody_is_refused(session: Session) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(
            sa.text(
                "INSERT INTO next_step (run_id, user_id, current_state, goal, steps, sentence,"
                " saved_at) VALUES (77, 77, '', '', '', '', '2026-03-02 12:00:00')"
            )
        )


def test_an_engine_that_is_gone_leaves_no_open_file(sqlite_url: str) -> None:
    def queues() -> int:
        links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
        return sum("-queue" in os.readlink(link) for link in links if os.path.islink(link))

    before = queues()
    for _ in range(5):
        engine = database.connect(sqlite_url)
        add_person(engine, "Alice")
        engine.dispose()
        del engine
    gc.collect()

    assert queues() <= before


def test_a_commit_that_fails_leaves_no_lock_behind(engine: sa.Engine) -> None:
    failures: list[str] = []

    def fail_once(_: sa.Connection) -> None:
        if not failures:
            failures.append("disk full")
            raise OSError("disk full")

    sa.event.listen(engine, "commit", fail_once)
    with (
        Session(engine) as session,
        pytest.raises(OSError, match="disk full"),
        writing(session),
    ):
        session.execute(sa.text("SELECT 1"))

    with Session(engine) as session, writing(session):
        session.execute(sa.text("SELECT 1"))
    assert failures == ["disk full"]
