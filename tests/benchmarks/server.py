"""The group ``server``: choices at 16 concurrent learners beside the floor, and a server's cost.

Rounds of the two alternate, so that a machine that grows slower does so for both.
"""

import math
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from lfp_trainer.services import installation
from lfp_trainer.storage import database
from tests.benchmarks import floor, stage
from tests.benchmarks.load import Figures, Plan, Turn
from tests.benchmarks.measures import Measure, percentile, say
from tests.benchmarks.processes import Server, send, serving
from tests.benchmarks.stage import Prepared

LEARNERS = 16


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    seconds: float
    starts: int
    choices: int
    """Prepared for each learner. A machine that needs more of them has shorter rounds."""


FULL = Size(rounds=7, seconds=2.5, starts=3, choices=2500)
TINY = Size(rounds=1, seconds=0.3, starts=1, choices=60)
WARM_UP = 1.0
MOST_PER_SECOND = 400
"""No learner is sent more than this many choices for each second of a round."""


class Contender:
    """One server under load: what it is sent, and what its rounds gave."""

    def __init__(self, server: Server, cookies: list[str], turns: list[list[Turn]]) -> None:
        self.server, self.cookies, self.turns = server, cookies, turns
        self.done = [0] * len(turns)
        self.rates: list[float] = []
        self.latencies: list[list[float]] = []

    def round(self, seconds: float) -> Figures:
        """Send choices for a while, going on where the last round ended."""
        most = math.ceil(seconds * MOST_PER_SECOND)
        rest = [
            turns[done : done + most] for turns, done in zip(self.turns, self.done, strict=True)
        ]
        figures = send(Plan(self.server.port, seconds, self.cookies, rest))
        self.done = [before + now for before, now in zip(self.done, figures.done, strict=True)]
        return figures

    def measure(self, seconds: float) -> None:
        figures = self.round(seconds)
        self.rates.append(len(figures.latencies) / figures.seconds)
        self.latencies.append(figures.latencies)

    def measures(self, name: str) -> Iterator[Measure]:
        yield Measure(f"{name}.requests_per_s", median(self.rates), "1/s")
        for label, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
            value = median(percentile(each, share) for each in self.latencies)
            yield Measure(f"{name}.{label}", value, "ms")


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group.

    :raise RuntimeError: if an answer was wrong or a choice was lost
    """
    size = TINY if tiny else FULL
    with TemporaryDirectory(prefix="lfp-bench-") as name:
        say("server: preparing learners and runs")
        folder = Path(name)
        prepared = stage.prepare(folder, learners=LEARNERS, choices=size.choices)
        yield _first_answer(prepared, size.starts)
        yield from _choices(prepared, folder, size)


def _first_answer(prepared: Prepared, starts: int) -> Measure:
    """Start a server whose scenarios have not changed, several times."""
    taken = []
    for _ in range(starts):
        with _trainer(prepared) as server:
            taken.append(server.first_answer_ms)
    return Measure("server.first_answer_ms", median(taken), "ms")


def _choices(prepared: Prepared, folder: Path, size: Size) -> Iterator[Measure]:
    low = _prepare_floor(prepared, folder)
    with _trainer(prepared) as server:
        choose = Contender(server, prepared.cookies, prepared.turns)
        answers = choose.round(min(WARM_UP, size.seconds)).sizes
        with _floor(low, round(median(answers))) as floor_server:
            under = Contender(floor_server, low.cookies, low.turns)
            _alternate(choose, under, size)
        memory = server.worker_rss_mb()
    wrong = stage.differences(prepared, choose.done)
    if wrong:
        raise RuntimeError(f"{len(wrong)} runs are not as acknowledged, first: {wrong[0]}")
    yield from choose.measures("choose")
    yield from under.measures("floor")
    yield Measure("choose.ratio_to_floor", median(choose.rates) / median(under.rates), "ratio")
    yield Measure("choose.answer_bytes", median(answers), "B")
    yield Measure("server.worker_rss_mb", memory, "MB")


def _alternate(choose: Contender, under: Contender, size: Size) -> None:
    under.round(min(WARM_UP, size.seconds))
    for number in range(size.rounds):
        choose.measure(size.seconds)
        under.measure(size.seconds)
        say(
            f"server: round {number + 1} of {size.rounds},"
            f" choose {choose.rates[-1]:.0f}/s, floor {under.rates[-1]:.0f}/s"
        )


def _trainer(prepared: Prepared) -> AbstractContextManager[Server]:
    environment = {
        "LFP_INSTANCE": str(prepared.path.parent),
        "LFP_DATABASE_URL": prepared.url,
        "LFP_SECRET_KEY": prepared.secret,
        "LFP_SECURE_COOKIES": "0",
    }
    command = [sys.executable, "-c", "from lfp_trainer.cli import main; main()"]
    return serving([*command, "serve", "--port", "PORT"], environment, first="/")


def _floor(low: Prepared, size: int) -> AbstractContextManager[Server]:
    environment = {
        "FLOOR_DATABASE": str(low.path),
        "FLOOR_SECRET": low.secret,
        "FLOOR_BYTES": str(size),
    }
    command = [sys.executable, "-m", "tests.benchmarks.floor", "PORT"]
    return serving(command, environment, first="/runs/any")


def _prepare_floor(prepared: Prepared, folder: Path) -> Prepared:
    """Copy the database as it stands, and turn the plan into what the floor understands."""
    path = folder / "floor.db"
    engine = database.connect(prepared.url)
    installation.back_up(engine, path)
    engine.dispose()
    return replace(
        prepared,
        path=path,
        cookies=[floor.sign_in(prepared.secret, user_id) for user_id in prepared.user_ids],
        turns=[list(_for_floor(turns)) for turns in prepared.turns],
    )


def _for_floor(turns: list[Turn]) -> Iterator[Turn]:
    steps: dict[str, int] = {}
    for turn in turns:
        step = steps.setdefault(turn.key, turn.step)
        steps[turn.key] += 1
        yield replace(turn, step=step, expected=f"<h2>Step {step + 1} of Learner")
