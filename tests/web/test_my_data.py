"""A person's data on the page, in a file, and gone."""

import io
import json
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.services import forgetting
from lfp_trainer.services.data_registry import REGISTRY
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Model, Run, Step, User, UserSession
from tests.conftest import NOON, PASSWORD, Browser
from tests.statements import all_counted
from tests.web.calibration import SetPage
from tests.web.conftest import DIAGNOSIS, SCENARIO, RunPage, start

DELETE: dict[str, object] = {"password": PASSWORD, "sure": "yes"}


def test_the_page_explains_every_column_that_is_stored(alice: Browser) -> None:
    page = alice.get("/account/data").text

    missing = [
        (store.name, name)
        for store in REGISTRY
        for name in store.columns
        if f"<code>{name}</code>" not in page.partition(f"<code>{store.name}</code>")[2]
    ]
    assert missing == []
    assert 'href="/account/data.json"' in page
    assert 'href="/account/data.zip"' in page


@pytest.mark.parametrize("kind", ["json", "zip"])
def test_a_download_is_a_file_that_no_cache_keeps(alice: Browser, kind: str) -> None:
    headers = alice.get(f"/account/data.{kind}").headers

    assert headers["Content-Type"] == f"application/{kind}"
    assert re.fullmatch(
        rf'attachment; filename="lfp-trainer-my-data-\d{{4}}-\d\d-\d\d\.{kind}"',
        headers["Content-Disposition"],
    )
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_file_holds_what_was_played_and_rated_and_nothing_of_others(
    alices_run: RunPage, bob: Browser
) -> None:
    alices_run.to_the_end()
    SetPage.begin(alices_run.browser).commit_one()
    bobs = start(bob).to_rating()

    told = alices_run.browser.get("/account/data.json").text
    tables = json.loads(told)["tables"]

    assert [run["key"] for run in tables["run"]] == [alices_run.key]
    assert tables["run"][0]["scenario_title"] == "Glowing observations"
    assert {step["reason"] for step in tables["step"]} >= {"It seemed right."}
    assert tables["next_step"][0]["sentence"] == "Alice walks out with this"
    assert tables["exercise_rating"]
    assert tables["user"][0]["email"] == "alice@district.example"
    assert bobs.key not in told
    assert "bob@" not in told
    assert "$argon2" not in told
    assert "scrypt" not in told


def test_a_guest_takes_their_data_along_without_a_password(guest: Browser) -> None:
    run = start(guest).to_rating()

    archive = guest.get("/account/data.zip").data

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert run.key in opened.read("run.csv").decode()
        assert {"read-me.txt", "dictionary.csv"} <= set(opened.namelist())


@pytest.mark.parametrize("kind", ["json", "zip"])
def test_an_account_types_its_password_first_when_that_was_long_ago(
    alice: Browser, engine: sa.Engine, kind: str
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(UserSession).values(fresh_at=NOON))

    asked = alice.get(f"/account/data.{kind}")
    assert (asked.status_code, asked.location) == (303, "/confirm?next=/account/data")
    assert alice.get("/account/data").status_code == 200
    confirmed = alice.post("/confirm", {"password": PASSWORD, "next": "/account/data"})

    assert confirmed.location == "/account/data"
    assert alice.get(f"/account/data.{kind}").status_code == 200


def test_the_account_leads_to_the_data_and_to_the_deletion(alice: Browser, guest: Browser) -> None:
    for browser in (alice, guest):
        page = browser.get("/account").text
        assert 'href="/account/data"' in page
        assert 'href="/account/delete"' in page


def test_the_page_of_deletion_says_what_goes_and_what_stays(alice: Browser) -> None:
    page = alice.get("/account/delete").text

    for store in REGISTRY:
        assert store.title in page
        assert store.why_kept in page
    for words in ("cannot be undone", "Backups", 'href="/account/data"'):
        assert words in page


def left(engine: sa.Engine, user_id: int) -> list[str]:
    with engine.connect() as connection:
        return [
            str(column)
            for table in Model.metadata.sorted_tables
            for column in table.c
            if any(key.column.table.name == "user" for key in column.foreign_keys)
            and connection.scalar(sa.select(sa.func.count()).where(column == user_id))
        ]


def test_a_deleted_account_is_gone_and_signed_out_everywhere(
    alices_run: RunPage, bob: Browser, app: Flask, engine: sa.Engine
) -> None:
    alice = alices_run.browser
    alices_run.to_the_end()
    SetPage.begin(alice).commit_one()
    bobs = start(bob).to_rating()
    elsewhere = Browser(app)
    elsewhere.sign_in("alice@district.example")
    Browser(app).sign_in("alice@district.example", "wrong")
    assert left(engine, alice.user_id)

    answer = alice.post("/account/delete", DELETE)

    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Your account is deleted" in alice.get("/").text
    assert left(engine, alice.user_id) == []
    with engine.connect() as connection:
        assert connection.scalars(sa.select(User.name)).all() == ["Bob"]
        assert connection.scalars(sa.select(Run.key)).all() == [bobs.key]
        failures = Model.metadata.tables["sign_in_failure"]
        assert connection.scalar(sa.select(sa.func.count()).select_from(failures)) == 0
    for browser in (alice, elsewhere):
        assert browser.get("/home").location.startswith("/sign-in")
    assert Browser(app).sign_in("alice@district.example").status_code == 422
    assert bobs.get().status_code == 200


@pytest.mark.parametrize(
    ("sent", "field", "says"),
    [
        ({}, "sure", "Tick"),
        ({"password": PASSWORD}, "sure", "Tick"),
        ({"sure": "yes"}, "password", "not your password"),
        ({"sure": "yes", "password": "wrong"}, "password", "not your password"),
        ({"sure": "yes", "password": PASSWORD + " "}, "password", "not your password"),
    ],
)
def test_without_the_password_and_the_tick_nothing_is_deleted(
    alices_run: RunPage, engine: sa.Engine, sent: dict[str, object], field: str, says: str
) -> None:
    alice = alices_run.browser

    answer = alice.post("/account/delete", sent)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{says}', answer.text)
    assert PASSWORD not in answer.text
    assert alices_run.get().status_code == 200
    assert left(engine, alice.user_id)


def test_somebody_at_an_open_screen_cannot_guess_for_ever(alice: Browser) -> None:
    guess: dict[str, object] = {"password": "wrong", "sure": "yes"}

    statuses = [alice.post("/account/delete", guess).status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]
    assert alice.get("/home").status_code == 200


def test_the_only_admin_is_told_what_to_do_first(ada: Browser, engine: sa.Engine) -> None:
    page = ada.get("/account/delete").text
    assert "You are the only admin" in page
    assert 'name="password"' not in page

    answer = ada.post("/account/delete", DELETE)

    assert answer.status_code == 422
    assert "You are the only admin" in answer.text
    assert left(engine, ada.user_id)


def test_a_guest_deletes_what_they_practiced_with_a_tick(
    guest: Browser, alices_run: RunPage, engine: sa.Engine
) -> None:
    start(guest).to_rating()
    assert guest.post("/account/delete", {}).status_code == 422

    answer = guest.post("/account/delete", {"sure": "yes"})

    assert answer.location == "/"
    assert guest.cookie("remember") is None
    assert left(engine, guest.user_id) == []
    with engine.connect() as connection:
        assert connection.scalars(sa.select(Run.key)).all() == [alices_run.key]


def test_deleting_twice_ends_at_the_sign_in(alice: Browser) -> None:
    token = alice.token()
    alice.post("/account/delete", DELETE)

    again = alice.client.post("/account/delete", data={**DELETE, "csrf_token": token})

    assert again.status_code in (400, 401)
    assert PASSWORD not in again.text


def test_steps_of_a_shared_run_stay_without_name_and_reason(
    alices_run: RunPage, bob: Browser, engine: sa.Engine
) -> None:
    alices_run.to_debrief()
    with engine.begin() as connection:
        parts = Model.metadata.tables["participant"]
        connection.execute(
            sa.insert(parts).values(
                run_id=sa.select(Run.id).scalar_subquery(),
                user_id=bob.user_id,
                seat="other",
                stage="debrief",
                changed_at=NOON,
            )  # fmt: skip
        )
        before = connection.execute(sa.select(Step.number, Step.choice_id)).all()

    alices_run.browser.post("/account/delete", DELETE)

    with engine.connect() as connection:
        after = connection.execute(sa.select(Step.number, Step.choice_id)).all()
        assert after == before
        assert set(connection.scalars(sa.select(Step.user_id))) == {None}
        assert set(connection.scalars(sa.select(Step.reason))) == {""}


@pytest.mark.parametrize("act", ["start", "diagnose", "choose", "what if"])
@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_is_deleted_in_another_tab_while_they_act_is_told_so(
    alice: Browser, engine: sa.Engine, act: str, *, htmx: bool
) -> None:
    run = start(alice)
    choice: dict[str, object] = {"choice": "email-the-counts", "step": 0}
    if act == "diagnose":
        run.to_diagnosis()
    elif act == "choose":
        run.to_role_play()
    elif act == "what if":
        run.to_debrief()
        taken = run.get("/what-if/1").text
        choice = {"choice": re.findall(r'name="choice"\s+value="([^"]+)"', taken)[0]}
    sent: dict[str, tuple[str, dict[str, object]]] = {
        "start": ("/runs", {"scenario": SCENARIO, "seat": "both", "start_key": "once more"}),
        "diagnose": (f"{run.url}/diagnosis", DIAGNOSIS),
        "choose": (f"{run.url}/choices", choice),
        "what if": (f"{run.url}/what-if/1", {**choice, "reason": "To see."}),
    }

    with ThreadPoolExecutor(1) as pool, Session(engine) as other:
        with writing(other):
            forgetting.forget(other, [alice.user_id], now=NOON)
            with all_counted(alice.app) as statements:
                acting = pool.submit(alice.post, *sent[act], htmx=htmx)
                patience = time.monotonic() + 10
                while not statements and not acting.done():
                    assert time.monotonic() < patience, "the act has not begun"
                    time.sleep(0.01)
                # By now it finds who asks: long enough for it to wait where it would write.
                time.sleep(0.4)
        answer = acting.result(timeout=10)

    assert answer.status_code in (404, 410)
    assert ("has just been deleted" in answer.text) == (answer.status_code == 410)
    assert left(engine, alice.user_id) == []
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Run)) == 0
