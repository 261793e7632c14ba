"""The real server, as an installation runs it, on a free port of this machine."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.services import accounts, demo, exercise_shelf, passwords
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Role

PASSWORD = "otter granite teapot lantern"


@dataclass
class Site:
    """A server with a database of its own. It can be stopped and started again."""

    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'lfp.db'}"

    def start(self) -> None:
        """Start the server and wait until it is well.

        :raise RuntimeError: if it ends or does not answer
        """
        environment = {name: value for name, value in os.environ.items() if name[:4] != "LFP_"}
        environment |= {"LFP_INSTANCE": str(self.folder), "LFP_SECURE_COOKIES": "0"}
        trainer = str(Path(sys.executable).with_name("lfp-trainer"))
        command = [trainer, "serve", "--port", str(self.port)]
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not self._is_well():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server does not answer:\n{log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process = None

    def kill(self) -> None:
        """End the server and its workers at once, with no chance to tidy up."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def _is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def enrol(self, name: str, role: Role = Role.LEARNER) -> str:
        """Make an account and return its email, which no other account has."""
        email = f"{name}-{secrets.token_hex(3)}@district.example"
        with self.session() as session, database.writing(session):
            accounts.register(
                session, name=name.title(), email=email, role=role,
                password_hash=passwords.hash_password(PASSWORD), now=datetime.now(UTC),
            )  # fmt: skip
        return email

    def show_demonstration(self) -> None:
        """Add the people of the demonstration, with the runs they have played."""
        with self.session() as session, database.writing(session):
            shelf = exercise_shelf.on_shelf(config.SCENARIOS).values()
            demo.fill(session, now=datetime.now(UTC), shelf=shelf)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session on the server's database, for what a person cannot do in a browser."""
        engine = database.connect(self.database_url)
        with Session(engine, expire_on_commit=False) as session:
            yield session
        engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
