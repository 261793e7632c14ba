"""Exports of all that a cohort shows, written beside the pages as the server does it."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lfp_trainer.services import cohorts
from lfp_trainer.services.exports import jobs
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Export, ExportFormat, ExportState
from tests.benchmarks.measures import Measure, percentile
from tests.benchmarks.review_pages import timed
from tests.benchmarks.review_stage import Filled

MEANWHILE = "/home"
_OWN = Path("/proc/self")


def measures(
    engine: sa.Engine, browser: FlaskClient, filled: Filled, rounds: int, name: str
) -> Iterator[Measure]:
    """Yield how long each kind of file takes, the memory it needs, and a page before and meanwhile.

    ``s`` is that of the kind which takes longest, ``peak_mb`` the most that this whole process had.
    """
    quiet = [timed(browser, MEANWHILE) for _ in range(rounds)]
    before, meanwhile, slowest = _memory_mb("VmRSS"), list[float](), 0.0
    _forget_peak()
    for format in ExportFormat:
        seconds, pages = _written(engine, browser, filled, format)
        slowest, meanwhile = max(slowest, seconds), meanwhile + pages
        yield Measure(f"{name}.{format.value}.s", seconds, "s")
    yield Measure(f"{name}.s", slowest, "s")
    yield Measure(f"{name}.before_mb", before, "MB")
    yield Measure(f"{name}.peak_mb", _memory_mb("VmHWM"), "MB")
    yield Measure(f"{name}.page_before_p95_ms", percentile(quiet, 0.95), "ms")
    yield Measure(f"{name}.page_meanwhile_p95_ms", percentile(meanwhile, 0.95), "ms")


def _written(
    engine: sa.Engine, browser: FlaskClient, filled: Filled, format: ExportFormat
) -> tuple[float, list[float]]:
    """Write one export; return its seconds, and how long a page took meanwhile.

    :raise RuntimeError: if it could not be made
    """
    with Session(engine, expire_on_commit=False) as session:
        began = datetime.now(UTC)
        with database.writing(session):
            viewer = filled.facilitator_id
            cohort = cohorts.find_to_review(session, filled.cohort_key, viewer_id=viewer)
            export_id, _ = jobs.ask(
                session, cohort.id, user_id=viewer, format=format, with_names=False,
                start_key=secrets.token_urlsafe(12), now=began,
            )  # fmt: skip
        ended: list[datetime] = []

        def write() -> None:
            jobs.write(engine, export_id, clock=lambda: datetime.now(UTC))
            ended.append(datetime.now(UTC))

        writer = Thread(target=write)
        writer.start()
        pages = [timed(browser, MEANWHILE)]
        while writer.is_alive():
            pages.append(timed(browser, MEANWHILE))
        writer.join()
        made = session.get_one(Export, export_id)
        if made.state is not ExportState.DONE:
            raise RuntimeError(f"{format}: {made.error}")
    return (ended[0] - began).total_seconds(), pages


def _forget_peak() -> None:
    if _OWN.exists():  # only Linux has it
        (_OWN / "clear_refs").write_text("5")


def _memory_mb(which: str) -> float:
    """Return how much memory this process has, or has had at most; one where nobody can tell."""
    if not _OWN.exists():
        return 1.0
    lines = (_OWN / "status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(which))
