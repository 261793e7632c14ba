"""The group ``pairs``: pairs in conversation, every page asking every two seconds and one choice
for each pair every ten, at 50, 100, 200 and 400 pairs, on SQLite and on PostgreSQL.

Beside each size, a server that does next to nothing is asked as often (``floor.py``). What is
stored at the end is counted against what was acknowledged.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import floor, pair_stage
from tests.benchmarks.measures import Measure, percentile, say
from tests.benchmarks.pair_load import Figures, Plan
from tests.benchmarks.pair_stage import Prepared
from tests.benchmarks.processes import Server, cpu_seconds, drive_pairs, serving
from tests.postgres import PostgresServer

PROMISED = 200
"""The number of pairs that one machine must carry."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    pairs: tuple[int, ...]
    seconds: float
    move_every: float


FULL = Size(pairs=(50, 100, PROMISED, 400), seconds=25.0, move_every=10.0)
TINY = Size(pairs=(2,), seconds=6.0, move_every=5.0)


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group.

    :raise RuntimeError: if an answer was wrong, or a step was lost or doubled
    """
    size = TINY if tiny else FULL
    with _folder() as folder:
        yield from _on(f"sqlite:///{folder / 'trainer.db'}", folder, size, "pairs")
    with _folder() as folder:
        postgres = PostgresServer(folder, durable=True)
        try:
            url = postgres.create("bench", template="template_lfp")
            yield from _on(url, folder, size, "pairs_postgresql", database=postgres.pid)
        finally:
            postgres.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    # Not the standard one with its long name: the path of a socket is in it.
    folder = Path(tempfile.mkdtemp(prefix="lfp-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _on(url: str, folder: Path, size: Size, name: str, *, database: int = 0) -> Iterator[Measure]:
    say(f"{name}: preparing {sum(size.pairs)} pairs")
    prepared = pair_stage.prepare(url, pairs=sum(size.pairs))
    environment = {
        "LFP_INSTANCE": str(folder),
        "LFP_DATABASE_URL": url,
        "LFP_SECRET_KEY": prepared.secret,
        "LFP_SECURE_COOKIES": "0",
    }
    command = [sys.executable, "-c", "from lfp_trainer.cli import main; main()"]
    nothing = {"FLOOR_DATABASE": str(_empty(folder)), "FLOOR_SECRET": prepared.secret,
               "FLOOR_BYTES": "1000"}  # fmt: skip
    idle = [sys.executable, "-m", "tests.benchmarks.floor", "PORT"]
    with (
        serving([*command, "serve", "--port", "PORT"], environment, first="/") as server,
        serving(idle, nothing, first="/runs/any") as floor_server,
    ):
        at = 0
        for pairs in size.pairs:
            yield from _with(server, floor_server, prepared, pairs, at, size, name, database)
            at += pairs


def _empty(folder: Path) -> Path:
    path = folder / "floor.db"
    path.touch()
    return path


def _with(
    server: Server, under: Server, prepared: Prepared, pairs: int, at: int, size: Size, name: str,
    database: int,
) -> Iterator[Measure]:  # fmt: skip
    keys, cookies = prepared.keys[at : at + pairs], prepared.cookies[at : at + pairs]
    before, stored_before = cpu_seconds(server.process.pid), cpu_seconds(database)
    figures = drive_pairs(Plan(server.port, size.seconds, keys, cookies, size.move_every))
    cpu = cpu_seconds(server.process.pid) - before
    stored = cpu_seconds(database) - stored_before
    wrong = pair_stage.differences(prepared, figures.taken, keys)
    if wrong:
        raise RuntimeError(f"{len(wrong)} runs are not as acknowledged, first: {wrong[0]}")
    signed_in = floor.sign_in(prepared.secret, 1)
    idle = drive_pairs(
        Plan(under.port, min(10.0, size.seconds), keys, [[signed_in] * 2] * pairs, 0.0)
    )
    say(
        f"{name}: {pairs} pairs, {len(figures.polls)} polls,"
        f" {sum(map(len, figures.taken.values()))} steps, none lost and none doubled"
    )
    yield from _figures(f"{name}.{pairs}", figures, idle, cpu, stored)


def _figures(
    name: str, figures: Figures, idle: Figures, cpu: float, stored: float
) -> Iterator[Measure]:
    for label, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)):
        yield Measure(f"{name}.{label}", percentile(figures.polls, share), "ms")
    beside = percentile(figures.polls, 0.95) / percentile(idle.polls, 0.95)
    yield Measure(f"{name}.floor_p95_ms", percentile(idle.polls, 0.95), "ms")
    yield Measure(f"{name}.ratio_to_floor", beside, "ratio")
    if figures.moves:
        yield Measure(f"{name}.move_p95_ms", percentile(figures.moves, 0.95), "ms")
    if figures.led_on:
        yield Measure(f"{name}.led_on_p95_ms", percentile(figures.led_on, 0.95), "ms")
    yield Measure(f"{name}.unchanged", figures.unchanged / len(figures.polls), "share")
    yield Measure(f"{name}.steps", sum(map(len, figures.taken.values())), "steps")
    # Of all the machine has; opening the pages beforehand is counted too.
    whole = (figures.seconds + figures.opened_in) * (os.cpu_count() or 1)
    yield Measure(f"{name}.cpu_share", cpu / whole, "share")
    if stored:
        yield Measure(f"{name}.database_cpu_share", stored / whole, "share")
    yield Measure(f"{name}.generator_cpu_share", figures.cpu / (whole - figures.opened_in), "share")
