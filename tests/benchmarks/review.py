"""The group ``review``: what a cohort of a thousand shows, as who facilitates it gets it.

A cohort of 1,000 people with 10,000 plays and 100,000 steps of one scenario (and of 10,000 and of
1,000 steps, to tell how it grows), with ratings and diagnoses: the page with all of it, warm and
through the whole application, in turn with the bare count of responses in the same database. Of
the largest one also a big screen that asks after a press, and exports: how long, how much memory,
and how a page fares meanwhile. On SQLite and on PostgreSQL.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.services import installation, passwords
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Cohort, Step, table
from lfp_trainer.web.extensions import db
from tests.benchmarks import review_exports, review_pages, review_screen, review_stage
from tests.benchmarks.measures import Measure, percentile, say
from tests.benchmarks.review_pages import timed
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
        yield from _on(f"sqlite:///{folder / 'trainer.db'}", size, "")
    with _folder() as folder:
        postgres = PostgresServer(folder, durable=True)
        try:
            url = postgres.create("bench", template="template_lfp")
            yield from _on(url, size, "_postgresql")
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


def _on(url: str, size: Size, where: str) -> Iterator[Measure]:
    installation.make_ready(url, config.SCENARIOS)
    app, engine = review_pages.application(url), database.connect(url)
    hashed = passwords.hash_password(review_pages.PASSWORD)
    taken: dict[str, float] = {}
    try:
        for label, steps in size.steps.items():
            filled = review_stage.fill(engine, steps=steps, password_hash=hashed)
            say(f"review{where}: {filled.people} people, {filled.runs} plays, {filled.steps} steps")
            browser = review_pages.browser(app, filled)
            for measure in _page(engine, browser, filled, size.rounds, f"review{where}.{label}"):
                taken[measure.measure] = measure.value
                yield measure
        smallest, *_, largest = [taken[f"review{where}.{each}.p95_ms"] for each in size.steps] * 2
        yield Measure(f"review{where}.growth", largest / smallest, "ratio")
        # Of the largest alone.
        for name, kind in (("projector", review_screen), ("export", review_exports)):
            yield from kind.measures(engine, browser, filled, size.rounds, f"{name}{where}.{label}")
    finally:
        engine.dispose()
        _let_go(app)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _page(
    engine: sa.Engine, browser: FlaskClient, filled: Filled, rounds: int, name: str
) -> Iterator[Measure]:
    address = f"/cohorts/{filled.cohort_key}/review/{filled.scenario_id}"
    page, bare = [], []
    for number in range(rounds + 1):
        # In turn, so that a machine that grows slower does so for both.
        asked, counted = timed(browser, address), _timed_count(engine, filled)
        if number:  # what is loaded once, is loaded
            page.append(asked)
            bare.append(counted)
    yield Measure(f"{name}.p50_ms", median(page), "ms")
    yield Measure(f"{name}.sql_p50_ms", median(bare), "ms")
    yield Measure(f"{name}.sql_p95_ms", percentile(bare, 0.95), "ms")
    yield Measure(f"{name}.ratio_to_sql", median(page) / median(bare), "ratio")
    yield Measure(f"{name}.p95_ms", percentile(page, 0.95), "ms")


def _timed_count(engine: sa.Engine, filled: Filled) -> float:
    """Return how long a database takes to count responses, and nothing else."""
    steps = table(Step).c
    cohort_id = sa.select(Cohort.id).where(Cohort.key == filled.cohort_key).scalar_subquery()
    bare = (
        sa.select(steps.scene_id, steps.choice_id, sa.func.count())
        .where(steps.cohort_id == cohort_id)
        .group_by(steps.scene_id, steps.choice_id)
    )
    with Session(engine, expire_on_commit=False) as session:
        session.connection()
        started = time.perf_counter()
        session.execute(bare).all()
        return (time.perf_counter() - started) * 1000
