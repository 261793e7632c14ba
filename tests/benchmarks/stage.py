"""Sets the stage: people who are signed in, with runs that stand at their first decision, and for
each run the choices to send and what must come back.

Who plays how is drawn by lot with a fixed seed, so that every round and every machine has the same
mixture of seats, paths and endings.
"""

import html
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.config import Settings
from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, accounts, installation, library, passwords, runs
from lfp_trainer.services.choices import open_role_play
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Stage, Step
from lfp_trainer.web import create_app
from tests.benchmarks.load import Turn

SCENARIO = "glowing-observations"
REASON = "It keeps the door open."
BEFORE = (Stage.CASE, Stage.DIAGNOSIS, Stage.RATING)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database in which everything is ready for the load."""

    path: Path
    secret: str
    user_ids: list[int]
    cookies: list[str]
    turns: list[list[Turn]]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


def prepare(folder: Path, *, learners: int, choices: int) -> Prepared:
    """Make a database with so many learners, each with runs for at least so many choices."""
    path, secret = folder / "trainer.db", secrets.token_urlsafe(32)
    url = f"sqlite:///{path}"
    installation.make_ready(url, config.SCENARIOS)
    engine = database.connect(url)
    password = secrets.token_urlsafe(16)
    hashed, now = passwords.hash_password(password), datetime.now(UTC)
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        published = library.current(session, SCENARIO)
        user_ids = [
            accounts.register(
                session, name=f"Learner {n}", email=_email(n), password_hash=hashed, now=now
            )
            for n in range(learners)
        ]
        turns = [
            list(_runs(session, published, user_id, Random(user_id), choices))
            for user_id in user_ids
        ]
    engine.dispose()
    cookies = [_sign_in(url, secret, _email(n), password) for n in range(learners)]
    return Prepared(path, secret, user_ids, cookies, turns)


def _email(number: int) -> str:
    return f"learner-{number}@bench.example"


def _sign_in(url: str, secret: str, email: str, password: str) -> str:
    """Sign in as people do and return the cookie."""
    app = create_app(Settings(database_url=url, secret_key=secret, secure_cookies=False))
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.post("/sign-in", data={"email": email, "password": password})
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def _runs(
    session: Session, published: Published, user_id: int, dice: Random, choices: int
) -> Iterator[Turn]:
    """Start runs until they hold so many choices, and yield the choices."""
    script, made = published.script, 0
    seats = (BOTH, *script.scenario.seats)
    for number in count():
        if made >= choices:
            return
        seat, now = seats[number % len(seats)], datetime.now(UTC)
        start_key = f"bench-{user_id}-{number}"
        key = runs.start_run(
            session, published, user_id=user_id, seat=seat, start_key=start_key, now=now
        )
        seated = access.seat_in(session, key, viewer_id=user_id)
        for stage in BEFORE:
            runs.move_on(session, seated, stage, now=now)
        open_role_play(session, seated, script, now=now)
        for turn in _play(script, key, runs.own_seats(script, seat), dice):
            made += 1
            yield turn


def _play(script: Script, key: str, own: tuple[str, ...], dice: Random) -> Iterator[Turn]:
    """Yield one way through the scenario, with what the page says after each choice."""
    position = _let_stand_in_play(script, play.start(script), own)
    while position.scene is not None:
        choice = dice.choice(play.offered(script, position))
        step, required = len(position.path), script.scenes[position.scene].scene.reason
        position = play.choose(script, position, choice)
        position = _let_stand_in_play(script, position, own)
        reason = REASON if required == "required" or dice.random() < 0.25 else ""
        yield Turn(key, step, choice, reason, _expected(script, position))


def _let_stand_in_play(script: Script, position: Position, own: tuple[str, ...]) -> Position:
    while position.scene is not None and not {*play.seats_on_turn(script, position)} & {*own}:
        choice = play.stand_in_choice(script, position)
        position = play.choose(script, position, choice)
    return position


def _expected(script: Script, position: Position) -> str:
    """Return what only the right answer contains: the next scene's form, or the ending."""
    if (ending := play.ending_of(script, position)) is not None:
        return html.escape(ending.title).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    return f'<input type="hidden" name="step" value="{len(position.path)}">'


def differences(prepared: Prepared, done: list[int]) -> list[str]:
    """Compare what is stored with what was acknowledged; return what does not agree."""
    engine = database.connect(prepared.url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(Run.key, Step.choice_id)
            .join(Step)
            .where(~Step.stand_in)
            .order_by(Run.id, Step.number)
        ).all()
        counted = connection.scalar(sa.select(sa.func.sum(Run.moves)).select_from(Run))
        stored_steps = connection.scalar(sa.select(sa.func.count()).select_from(Step))
    engine.dispose()
    stored: dict[str, list[str]] = {}
    for key, choice in rows:
        stored.setdefault(key, []).append(choice)
    acknowledged: dict[str, list[str]] = {}
    for turns, count_ in zip(prepared.turns, done, strict=True):
        for turn in turns[:count_]:
            acknowledged.setdefault(turn.key, []).append(turn.choice)
    wrong = [
        f"run {key}: stored {stored.get(key)}, acknowledged {acknowledged.get(key)}"
        for key in stored.keys() | acknowledged.keys()
        if stored.get(key) != acknowledged.get(key)
    ]
    if counted != stored_steps:
        wrong.append(f"runs count {counted} steps, {stored_steps} are stored")
    return wrong
