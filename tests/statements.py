"""The statements that the application sends to its database."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.storage import database
from lfp_trainer.storage.prepared import Prepared
from lfp_trainer.web.extensions import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends to its database."""
    with app.app_context():
        engine = db.engine
    with sent(engine) as statements:
        yield statements


@contextmanager
def sent(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect the statements that an engine sends."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def all_counted(app: Flask) -> Iterator[list[str]]:
    """Collect them with those that were compiled beforehand, which the engine is not told of."""
    with app.app_context():
        engine = db.engine
    with all_sent(engine) as statements:
        yield statements


@contextmanager
def all_sent(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect all statements that are sent to a database."""
    send = Prepared._execute
    with sent(engine) as statements, pytest.MonkeyPatch.context() as patch:

        def note(self: Prepared, dialect: sa.Dialect, driver: Any, values: dict[str, Any]) -> Any:
            compiled, cursor = send(self, dialect, driver, values)
            statements.append(compiled.sql)
            return compiled, cursor

        patch.setattr(Prepared, "_execute", note)
        yield statements


@contextmanager
def about_to(engine: sa.Engine, beginning: str) -> Iterator[Event]:
    """Set an event when somebody else sends a statement that begins so, or, where SQLite lets one
    writer in at a time, when they come to wait for their turn.
    """
    is_there = Event()
    turn = database._Queue.turn

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            is_there.set()

    def waiting(self: database._Queue) -> AbstractContextManager[None]:
        is_there.set()
        return turn(self)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database._Queue, "turn", waiting)
            yield is_there
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
