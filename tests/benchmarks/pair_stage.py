"""Sets the stage for pairs: people who are signed in, two to a run, at their first decision."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.services import accounts, installation, library, lobby, sign_in
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Participant, Run, Stage, Step

SCENARIO = "glowing-observations"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database in which everything is ready for the load."""

    url: str
    secret: str
    keys: list[str]
    cookies: list[list[str]]
    """For each run, of its two people."""


def prepare(url: str, *, pairs: int) -> Prepared:
    """Make a database with so many pairs whose conversation has just opened."""
    installation.make_ready(url, config.SCENARIOS)
    engine, secret = database.connect(url), secrets.token_urlsafe(32)
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        published = library.current(session, SCENARIO)
        seats = published.script.scenario.seats
        made = [_pair(session, published.version_id, seats) for _ in range(pairs)]
    engine.dispose()
    browser = Flask(__name__)
    browser.secret_key = secret
    return Prepared(
        url,
        secret,
        [key for key, _ in made],
        [[_cookie(browser, token) for token in tokens] for _, tokens in made],
    )


def _pair(session: Session, version: int, seats: tuple[str, ...]) -> tuple[str, list[str]]:
    """Make a run as it is once both have committed, without the answers that no poll reads."""
    now, key = datetime.now(UTC), secrets.token_urlsafe(12)
    run = Run(key=key, start_key=key, scenario_version_id=version, moves=0, started_at=now)
    session.add(run)
    session.flush()
    lobby.add_pair(session, run.id, begun_at=now, opened_at=now)
    tokens = []
    for seat in seats:
        user_id = accounts.make_guest(session, now=now)
        session.add(
            Participant(
                run_id=run.id, user_id=user_id, seat=seat, stage=Stage.ROLE_PLAY, changed_at=now,
                ready_at=now, seen_at=now,
            )
        )  # fmt: skip
        tokens.append(
            sign_in.start_session(session, user_id, device="A browser", remembered=True, now=now)
        )
    return key, tokens


def _cookie(app: Flask, token: str) -> str:
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = token, True
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def differences(prepared: Prepared, taken: dict[str, list[str]], keys: list[str]) -> list[str]:
    """Compare what is stored with what was acknowledged; return what does not agree."""
    engine = database.connect(prepared.url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(Run.key, Run.moves, Step.number, Step.choice_id)
            .outerjoin(Step)
            .where(Run.key.in_(keys))
            .order_by(Run.id, Step.number)
        ).all()
    engine.dispose()
    stored: dict[str, list[str]] = {key: [] for key in keys}
    wrong = []
    for row in rows:
        if row.choice_id is None:
            continue
        stored[row.key].append(row.choice_id)
        if row.number != len(stored[row.key]):
            wrong.append(f"run {row.key}: step {row.number} is not the next")
    moves = {row.key: row.moves for row in rows}
    return wrong + [
        f"run {key}: stored {stored[key]}, counted {moves[key]}, acknowledged {taken.get(key)}"
        for key in keys
        if stored[key] != taken.get(key, []) or moves[key] != len(stored[key])
    ]
