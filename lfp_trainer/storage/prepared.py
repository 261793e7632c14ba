"""The few statements that every choice waits for, compiled once and given to the driver itself.

SQLAlchemy spends about twenty times as long on a statement of this size as SQLite does. These run
in the transaction of the session or connection they are given, convert values by the types of their
columns and raise the errors of SQLAlchemy, so that a service cannot tell the difference. Everything
that is not on the way of a choice is an ordinary statement.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

Convert = Callable[[Any], Any] | None
Within = Session | sa.Connection
Statement = sa.Select[Any] | sa.Update | sa.Insert | sa.Delete


class Prepared:
    """A statement whose values are all named parameters."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, within: Within | sa.Engine, **values: Any) -> list[tuple[Any, ...]]:
        """Execute a query and return its rows; on an engine, as a transaction of its own."""
        if not isinstance(within, sa.Engine):
            compiled, cursor = self._within(within, values)
            return compiled.converted(cursor.fetchall())
        borrowed = within.raw_connection()
        try:
            driver = borrowed.dbapi_connection
            with _by_itself(driver):
                compiled, cursor = self._execute(within.dialect, driver, values)
                return compiled.converted(cursor.fetchall())
        finally:
            borrowed.close()

    def count(self, within: Within, **values: Any) -> int:
        """Execute a change and return how many rows it changed."""
        _, cursor = self._within(within, values)
        count: int = cursor.rowcount
        return count

    def _within(self, within: Within, values: dict[str, Any]) -> tuple["_Compiled", Any]:
        connection = within.connection() if isinstance(within, Session) else within
        return self._execute(connection.dialect, connection.connection.dbapi_connection, values)

    def _execute(
        self, dialect: sa.Dialect, driver: Any, values: dict[str, Any]
    ) -> tuple["_Compiled", Any]:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        parameters = compiled.parameters(values)
        try:
            return compiled, driver.execute(compiled.sql, parameters)
        except dialect.loaded_dbapi.Error as error:
            base = dialect.loaded_dbapi.Error
            raise sa.exc.DBAPIError.instance(compiled.sql, None, error, base) from error


@contextmanager
def _by_itself(driver: Any) -> Iterator[None]:
    """Let PostgreSQL run one statement as its own transaction, without a BEGIN and a ROLLBACK.

    Each of the two is a round trip, and the statement itself is only one more.
    """
    if not hasattr(driver, "set_autocommit"):  # SQLite begins nothing by itself here
        yield
        return
    driver.set_autocommit(True)
    try:
        yield
    finally:
        if not driver.closed:  # a connection that broke keeps its own error
            driver.set_autocommit(False)


class _Compiled:
    """A statement as one kind of database takes it, and what its values go through."""

    def __init__(self, statement: Statement, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        self.sql = compiled.string
        sent: dict[str, Convert] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._by_name = compiled.positiontup is None
        self._sent = [(name, sent[name]) for name in compiled.positiontup or sent]
        self._read: list[tuple[int, Callable[[Any], Any]]] = []
        if isinstance(statement, sa.Select):
            for at, column in enumerate(statement.selected_columns):
                convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
                if convert is not None:
                    self._read.append((at, convert))

    def parameters(self, values: dict[str, Any]) -> Any:
        """Return values as the driver takes them: by place for SQLite, by name for PostgreSQL."""
        ready = [
            values[name] if convert is None else convert(values[name])
            for name, convert in self._sent
        ]
        if self._by_name:
            return {name: value for (name, _), value in zip(self._sent, ready, strict=True)}
        return ready

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return rows with each value in the type of its column."""
        if not self._read:
            return rows
        converted = []
        for row in rows:
            values = list(row)
            for at, convert in self._read:
                values[at] = convert(values[at])
            converted.append(tuple(values))
        return converted
