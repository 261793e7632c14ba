"""The group ``practice``: the pages of somebody who has played for years, and of a beginner.

``home`` and ``profile`` (the page ``/calibration``), each for a person with 200 finished runs and
for one with 5, both with one set of vignettes, and each with half as many what-ifs and a quarter as
many runs that are not finished; and how many statements each page sends. The pages
are asked for in turn, in this process and through the whole application, so that a machine that
grows slower does so for all of them.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.config import Settings
from lfp_trainer.services import (
    accounts,
    demo,
    demo_calibration,
    exercise_shelf,
    installation,
    library,
    passwords,
    runs,
)
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import create_app
from lfp_trainer.web.extensions import db
from tests.benchmarks.measures import Measure, one_core, say
from tests.statements import counted
from tests.what_ifs import make_what_if

PAGES = {"home": "/home", "profile": "/calibration"}
MANY, FEW = 200, 5


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    many: int
    rounds: int


FULL = Size(many=MANY, rounds=60)
TINY = Size(many=12, rounds=2)


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group."""
    size = TINY if tiny else FULL
    with TemporaryDirectory(prefix="lfp-bench-") as name:
        url = f"sqlite:///{Path(name) / 'trainer.db'}"
        say(f"practice: playing {size.many} and {FEW} runs")
        app, people = _prepare(url, {MANY: size.many, FEW: FEW})
        try:
            yield from _pages(app, people, size.rounds)
        finally:
            with app.app_context():
                db.engine.dispose()


def _pages(app: Flask, people: dict[int, FlaskClient], rounds: int) -> Iterator[Measure]:
    taken: dict[tuple[str, int], list[float]] = {}
    with one_core():
        for number in range(rounds + 1):
            for name, address in PAGES.items():
                for size, browser in people.items():
                    milliseconds = _ask(browser, address)
                    if number:  # what is loaded once, is loaded
                        taken.setdefault((name, size), []).append(milliseconds)
    for name, address in PAGES.items():
        of = {size: median(taken[name, size]) for size in people}
        for size in people:
            yield Measure(f"{name}.{size}_runs.ms", of[size], "ms")
        yield Measure(f"{name}.ratio_{MANY}_to_{FEW}", of[MANY] / of[FEW], "ratio")
        for size, browser in people.items():
            with counted(app) as statements:
                _ask(browser, address)
            yield Measure(f"{name}.{size}_runs.queries", len(statements), "queries")


def _ask(browser: FlaskClient, address: str) -> float:
    """Return how long a page took.

    :raise RuntimeError: if it was not answered
    """
    started = time.perf_counter()
    answer = browser.get(address)
    milliseconds = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    return milliseconds


def _prepare(url: str, counts: dict[int, int]) -> tuple[Flask, dict[int, FlaskClient]]:
    """Make a database in which people have played so often, and a browser for each of them."""
    installation.make_ready(url, config.SCENARIOS)
    password = secrets.token_urlsafe(16)
    hashed, now, dice = passwords.hash_password(password), datetime.now(UTC), Random(7)
    engine = database.connect(url)
    with Session(engine, expire_on_commit=False) as session:
        for size, count in counts.items():
            with database.writing(session):
                user_id = accounts.register(
                    session, name="Learner", email=_email(size), password_hash=hashed, now=now
                )
                _play(session, user_id, count, dice, now)
            finished = [each for each in runs.runs_of(session, user_id) if each.ending_id]
            for each in finished[: count // 2]:
                make_what_if(session, each)
    engine.dispose()
    app = create_app(Settings(database_url=url, secret_key=password, secure_cookies=False))
    app.config["WTF_CSRF_ENABLED"] = False
    people = {}
    for size in counts:
        people[size] = app.test_client()
        people[size].post("/sign-in", data={"email": _email(size), "password": password})
    return app, people


def _email(size: int) -> str:
    return f"learner-{size}@bench.example"


def _play(session: Session, user_id: int, count: int, dice: Random, now: datetime) -> None:
    offered = library.on_offer(session)
    for number in range(count):
        demo.play_run(
            session, offered[number % len(offered)], user_id=user_id, seat="both",
            habit=demo.mostly_well, stop=None, dice=dice, now=now - timedelta(days=count - number),
        )  # fmt: skip
    for number in range(count // 4):
        demo.play_run(
            session, offered[number % len(offered)], user_id=user_id, seat="both",
            habit=demo.mostly_well, stop=Stage.DIAGNOSIS, dice=dice, now=now,
        )  # fmt: skip
    exercises = exercise_shelf.on_shelf(config.SCENARIOS).values()
    demo_calibration.rate_sets(session, exercises, [user_id], dice, now)
