"""A big screen that asks by itself: after each press, and while nothing changes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lfp_trainer.services import cohorts, projector, review
from lfp_trainer.services.library import Published
from lfp_trainer.services.projector import Now
from lfp_trainer.storage import database
from tests.benchmarks.measures import Measure, percentile
from tests.benchmarks.review_pages import timed
from tests.benchmarks.review_stage import Filled

PART = {"HX-Request-Type": "partial"}
EACH = 4
"""How many of its decisions and ratings are shown."""


def measures(
    engine: sa.Engine, browser: FlaskClient, filled: Filled, rounds: int, name: str
) -> Iterator[Measure]:
    """Yield how long the screen waits for an answer that is new, and for one that is not."""
    address = f"/cohorts/{filled.cohort_key}/screen/live"
    changed, unchanged = [], []
    with Session(engine, expire_on_commit=False) as session:
        cohort_id = _begin(session, filled)
        for _ in range(rounds):
            seen = browser.get(address, headers=PART).headers["HX-PTag"]
            _press(session, cohort_id)
            changed.append(timed(browser, address, PART | {"HX-PTag": seen}))
            seen = browser.get(address, headers=PART).headers["HX-PTag"]
            unchanged.append(timed(browser, address, PART | {"HX-PTag": seen}, status=304))
    yield Measure(f"{name}.p50_ms", median(changed), "ms")
    yield Measure(f"{name}.p95_ms", percentile(changed, 0.95), "ms")
    yield Measure(f"{name}.unchanged_p95_ms", percentile(unchanged, 0.95), "ms")


def _begin(session: Session, filled: Filled) -> int:
    viewer = filled.facilitator_id
    with database.writing(session):
        cohort = cohorts.find_to_run(session, filled.cohort_key, viewer_id=viewer)
        scope = review.scope_of(session, cohort, filled.scenario_id, viewer_id=viewer)
        words = [each.word for each in projector.items_of(scope.script)]
        agenda = [words[0], *words[1 : 1 + EACH], *words[-EACH:]]
        published = Published(scope.version_id, scope.digest, scope.script)
        projector.begin(
            session, cohort.id, published, agenda, version=0, user_id=viewer,
            now=datetime.now(UTC),
        )  # fmt: skip
    return cohort.id


def _press(session: Session, cohort_id: int) -> None:
    """Tell more of what is on the screen, or show the next; from the last go to the first."""
    with database.writing(session):
        stands = projector.find(session, cohort_id)
        assert stands is not None

        def on(now: Now) -> Now:
            after = projector.following(now)
            return projector.at_item(0)(now) if after == now else after

        projector.move(session, cohort_id, on, version=stands.version, now=datetime.now(UTC))
