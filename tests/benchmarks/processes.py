"""Servers and the load generator as processes of their own, started, asked and ended."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path

from lfp_trainer import config
from tests.benchmarks.load import Figures, Plan

ROOT = config.SCENARIOS.parent
PATIENCE = 60


class Server:
    """A server that listens on a free port of this machine."""

    def __init__(self, command: list[str], environment: dict[str, str], first: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [part.replace("PORT", str(self.port)) for part in command],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
        )
        self._wait_for(first)
        self.first_answer_ms = (time.perf_counter() - started) * 1000

    def _wait_for(self, address: str) -> None:
        ends_at = time.monotonic() + PATIENCE
        while time.monotonic() < ends_at and self.process.poll() is None:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request("GET", address)
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.005)
            finally:
                connection.close()
        self.stop()
        raise RuntimeError(f"the server did not answer {address}")

    def worker_rss_mb(self) -> float:
        """Return the memory of the largest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return max(_rss_mb(pid) for pid in children.read_text().split())

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _rss_mb(pid: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def serving(command: list[str], environment: dict[str, str], *, first: str) -> Iterator[Server]:
    """Run a server while the block runs; ``first`` is an address that answers 200 to anybody."""
    server = Server(command, environment, first)
    try:
        yield server
    finally:
        server.stop()


def send(plan: Plan) -> Figures:
    """Carry out a plan in a process of its own.

    :raise RuntimeError: if any answer was not as expected
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(asdict(plan)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=plan.seconds + PATIENCE,
    )
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr}")
    figures = Figures(**json.loads(done.stdout))
    if figures.errors:
        raise RuntimeError(f"{len(figures.errors)} wrong answers, first: {figures.errors[0]}")
    return figures
