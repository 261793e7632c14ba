"""The statements that the application sends to its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.storage.prepared import Prepared
from lfp_trainer.web.extensions import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends to its database."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def all_counted(app: Flask) -> Iterator[list[str]]:
    """Collect them with those that were compiled beforehand, which the engine is not told of."""
    send = Prepared._execute
    with counted(app) as statements, pytest.MonkeyPatch.context() as patch:

        def note(self: Prepared, dialect: sa.Dialect, driver: Any, values: dict[str, Any]) -> Any:
            compiled, cursor = send(self, dialect, driver, values)
            statements.append(compiled.sql)
            return compiled, cursor

        patch.setattr(Prepared, "_execute", note)
        yield statements
