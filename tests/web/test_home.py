"""The front door and a person's own page."""

import re
from datetime import UTC, datetime
from random import Random

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.services import demo, library
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.extensions import db
from tests.conftest import Browser
from tests.statements import counted
from tests.web.conftest import start
from tests.what_ifs import make_what_if_of


def play_finished_runs(
    database_url: str, user_id: int, count: int, scenario: str = "glowing-observations"
) -> None:
    _play_runs(database_url, user_id, count, scenario, stop=None)


def begin_runs(database_url: str, user_id: int, count: int) -> None:
    _play_runs(database_url, user_id, count, "glowing-observations", stop=Stage.RATING)


def _play_runs(
    database_url: str, user_id: int, count: int, scenario: str, *, stop: Stage | None
) -> None:
    engine = database.connect(database_url)
    dice = Random(f"{count} {stop}")
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        for _ in range(count):
            demo.play_run(
                session, library.current(session, scenario), user_id=user_id,
                seat="both", habit=demo.by_chance, stop=stop, dice=dice, now=datetime.now(UTC),
            )  # fmt: skip
    engine.dispose()


def test_home_takes_as_many_queries_for_many_runs_as_for_few(
    app: Flask, database_url: str, alice: Browser, bob: Browser
) -> None:
    play_finished_runs(database_url, alice.user_id, 3)
    play_finished_runs(database_url, bob.user_id, 32)
    for who, count in ((alice, 1), (bob, 9)):
        begin_runs(database_url, who.user_id, count)
        latest = re.findall(r"/runs/([\w-]+)\?stage=debrief", who.get("/home").text)[0]
        for _ in range(count):
            make_what_if_of(database_url, latest)
    told = {"/home": (3, 10), "/home/runs": (3, 20), "/home/runs?page=2": (3, 12)}
    for address, (few_runs, many_runs) in told.items():
        alice.get(address)  # what is loaded once, is loaded

        with counted(app) as few:
            assert alice.get(address).text.count("Debrief to print") == few_runs
        with counted(app) as many:
            assert bob.get(address).text.count("Debrief to print") == many_runs

        assert len(few) == len(many), address
        assert 2 < len(few) < 20


def test_an_open_run_is_at_the_top_of_home_and_leads_back_into_it(alice: Browser) -> None:
    run = start(alice).to_rating()

    home = alice.get("/home").text

    assert run.url in home
    assert "You are at: Rating." in home
    assert "Runs you have finished appear here" in home


def test_home_without_runs_says_how_to_begin(alice: Browser) -> None:
    home = alice.get("/home").text

    assert "Nothing is waiting" in home
    assert "Choose a scenario" in home


def test_a_guest_is_told_how_long_their_practice_is_kept(guest: Browser) -> None:
    assert "30 days" in guest.get("/home").text


def test_the_front_door_without_any_scenario_says_so(app: Flask, nobody: Browser) -> None:
    with app.app_context(), database.writing(db.session):
        db.session.execute(sa.text("UPDATE scenario_version SET is_current = false"))

    assert "No scenario yet" in nobody.get("/").text
    assert "No scenario yet" in nobody.get("/scenarios").text
