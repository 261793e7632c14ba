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
from typing import Any

from lfp_trainer import config
from tests.benchmarks import pair_load
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


def cpu_seconds(pid: int) -> float:
    """Return how long a process and its children have computed; 0 for none."""
    if not pid:
        return 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _own_cpu_seconds(pid) + sum(cpu_seconds(int(child)) for child in children)


def _own_cpu_seconds(pid: int) -> float:
    # After the name, which may hold anything, the fields count from 3; 14 to 17 are what it and
    # those of its children that have ended have used.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def drive_pairs(plan: pair_load.Plan) -> pair_load.Figures:
    """Let pairs play in a process of their own.

    :raise RuntimeError: if any answer was not as expected
    """
    figures = pair_load.Figures(**_run("pair_load", asdict(plan), plan.seconds + 3 * PATIENCE))
    if figures.errors:
        raise RuntimeError(f"{len(figures.errors)} wrong answers, first: {figures.errors[0]}")
    return figures


def send(plan: Plan) -> Figures:
    """Carry out a plan in a process of its own.

    :raise RuntimeError: if any answer was not as expected
    """
    figures = Figures(**_run("load", asdict(plan), plan.seconds + PATIENCE))
    if figures.errors:
        raise RuntimeError(f"{len(figures.errors)} wrong answers, first: {figures.errors[0]}")
    return figures


def _run(generator: str, plan: dict[str, Any], timeout: float) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{generator}"],
        input=json.dumps(plan),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
