"""The group ``review``: what a cohort of a thousand shows, counted for the page that reviews it.

A cohort with 100,000 steps in some ten thousand plays of one scenario (and of 10,000 and of 1,000
steps, to tell how it grows), with ratings and diagnoses; all that the overview asks for, warm,
beside the bare count of responses in the same database. On SQLite and on PostgreSQL.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.services import cohorts, installation, review
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Cohort, Round, Step, table
from tests.benchmarks import review_stage
from tests.benchmarks.measures import Measure, percentile, say
from tests.benchmarks.review_stage import Filled
from tests.postgres import PostgresServer


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    steps: dict[str, int]
    rounds: int


FULL = Size(steps={"1k": 1000, "10k": 10_000, "100k": 100_000}, rounds=40)
TINY = Size(steps={"1k": 1000}, rounds=3)


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group."""
    size = TINY if tiny else FULL
    with _folder() as folder:
        yield from _on(f"sqlite:///{folder / 'trainer.db'}", size, "review")
    with _folder() as folder:
        postgres = PostgresServer(folder, durable=True)
        try:
            url = postgres.create("bench", template="template_lfp")
            yield from _on(url, size, "review_postgresql")
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


def _on(url: str, size: Size, name: str) -> Iterator[Measure]:
    installation.make_ready(url, config.SCENARIOS)
    engine = database.connect(url)
    taken: dict[str, float] = {}
    try:
        for label, steps in size.steps.items():
            filled = review_stage.fill(engine, steps=steps)
            say(f"{name}: {filled.people} people, {filled.runs} plays, {filled.steps} steps")
            for measure in _of(engine, filled, size.rounds, f"{name}.{label}"):
                taken[measure.measure] = measure.value
                yield measure
    finally:
        engine.dispose()
    smallest, *_, largest = [taken[f"{name}.{label}.p95_ms"] for label in size.steps] * 2
    yield Measure(f"{name}.growth", largest / smallest, "ratio")


def _of(engine: sa.Engine, filled: Filled, rounds: int, name: str) -> Iterator[Measure]:
    whole, bare = [], []
    for number in range(rounds + 1):
        # In turn, so that a machine that grows slower does so for both.
        asked = _timed(engine, lambda session: overview(session, filled))
        counted = _timed(engine, lambda session: _count(session, filled))
        if number:
            whole.append(asked)
            bare.append(counted)
    yield Measure(f"{name}.p50_ms", median(whole), "ms")
    yield Measure(f"{name}.p95_ms", percentile(whole, 0.95), "ms")
    yield Measure(f"{name}.sql_p95_ms", percentile(bare, 0.95), "ms")
    yield Measure(f"{name}.ratio_to_sql", median(whole) / median(bare), "ratio")


def _timed(engine: sa.Engine, act: Callable[[Session], None]) -> float:
    with Session(engine, expire_on_commit=False) as session:
        session.connection()
        started = time.perf_counter()
        act(session)
        return (time.perf_counter() - started) * 1000


def overview(session: Session, filled: Filled) -> None:
    """Ask for all that the page with a scenario's review shows at first: of the ratings, the first
    ones; the second are another page."""
    viewer = filled.facilitator_id
    cohort = cohorts.find_to_review(session, filled.cohort_key, viewer_id=viewer)
    scope = review.scope_of(session, cohort, filled.scenario_id, viewer_id=viewer)
    played = review.played(session, scope)
    assert played.plays == filled.runs
    review.diagnoses(session, scope)
    review.rated(session, scope, Round.BEFORE)


def _count(session: Session, filled: Filled) -> None:
    steps = table(Step).c
    cohort_id = sa.select(Cohort.id).where(Cohort.key == filled.cohort_key).scalar_subquery()
    bare = (
        sa.select(steps.scene_id, steps.choice_id, sa.func.count())
        .where(steps.cohort_id == cohort_id)
        .group_by(steps.scene_id, steps.choice_id)
    )
    session.execute(bare).all()
