"""What somebody with a copied, old or altered cookie can do: nothing."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.services import sign_in
from lfp_trainer.storage.models import Role, User, UserSession
from lfp_trainer.web.auth import polls
from lfp_trainer.web.gate import Allowed, allow
from tests.conftest import PASSWORD, Browser, dispose, make_app

NEW_PASSWORD = "umbrella quartz bicycle moth"
COOKIES = ("session", "remember")


def copy_of(browser: Browser, *, app: Flask | None = None, without: str = "") -> Browser:
    """The browser of a thief, who has read every cookie."""
    thief = Browser(app or browser.app)
    for name in COOKIES:
        value = browser.cookie(name)
        if value and name != without:
            thief.client.set_cookie(name, value)
    return thief


def is_signed_in(browser: Browser) -> bool:
    answer = browser.get("/account")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def change_rows(engine: sa.Engine, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(UserSession).values(**values))


@pytest.fixture
def remembered(app: Flask, enrol: Callable[..., int]) -> Browser:
    """Alice, who asked to be kept signed in."""
    browser = Browser(app, enrol("alice"))
    assert browser.sign_in("alice@district.example", remember="yes").status_code == 303
    return browser


def test_a_copied_cookie_opens_the_account_until_it_is_signed_out(alice: Browser) -> None:
    thief = copy_of(alice)
    assert is_signed_in(thief)

    alice.post("/sign-out")

    assert not is_signed_in(thief)
    assert not is_signed_in(alice)


def test_signing_in_makes_a_session_nobody_could_have_known(
    app: Flask, enrol: Callable[..., int]
) -> None:
    enrol("alice")
    victim = Browser(app)
    victim.get("/sign-in")
    attacker = copy_of(victim)
    old_token = attacker.token()

    victim.sign_in("alice@district.example")

    assert not is_signed_in(attacker)
    answer = victim.client.post("/account/sign-out-others", data={"csrf_token": old_token})
    assert answer.status_code == 400


def test_what_a_session_held_before_signing_in_is_gone_after(
    app: Flask, enrol: Callable[..., int]
) -> None:
    enrol("alice")
    victim = Browser(app)
    with victim.client.session_transaction() as held:
        held["planted"] = "by somebody else"

    victim.sign_in("alice@district.example")

    with victim.client.session_transaction() as held:
        assert "planted" not in held


def test_registering_drops_what_the_session_held_before(nobody: Browser) -> None:
    with nobody.client.session_transaction() as held:
        held["planted"] = "by somebody else"

    nobody.post(
        "/register", {"name": "Alice", "email": "alice@district.example", "password": PASSWORD}
    )

    assert is_signed_in(nobody)
    with nobody.client.session_transaction() as held:
        assert "planted" not in held


def test_a_new_password_ends_every_session_but_the_one_that_set_it(
    alice: Browser, app: Flask
) -> None:
    elsewhere, thief = Browser(app), copy_of(alice)
    elsewhere.sign_in("alice@district.example", remember="yes")
    assert is_signed_in(elsewhere)

    answer = alice.post("/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD})

    assert answer.status_code == 303
    assert [is_signed_in(each) for each in (alice, elsewhere, thief)] == [True, False, False]


def test_somebody_shut_out_is_out_on_their_next_request(alice: Browser, ada: Browser) -> None:
    assert is_signed_in(alice)

    ada.post(f"/admin/people/{alice.user_id}/disable")

    assert not is_signed_in(alice)
    assert alice.sign_in("alice@district.example").status_code == 422


def test_a_lost_role_is_lost_on_the_next_request(ada: Browser, engine: sa.Engine) -> None:
    assert ada.get("/admin/people").status_code == 200

    with engine.begin() as connection:
        connection.execute(sa.update(User).values(role=Role.LEARNER))

    assert ada.get("/admin/people").status_code == 404
    assert ada.post(f"/admin/people/{ada.user_id}/role", {"role": "admin"}).status_code == 404


def test_what_one_server_ends_is_ended_on_another(alice: Browser, database_url: str) -> None:
    other = make_app(database_url, secret_key=alice.app.secret_key)
    thief = copy_of(alice, app=other)
    assert is_signed_in(thief)

    alice.post("/sign-out")

    assert not is_signed_in(thief)
    dispose(other)


def test_a_session_ends_after_two_hours_without_a_page(alice: Browser, engine: sa.Engine) -> None:
    change_rows(engine, seen_at=datetime.now(UTC) - sign_in.IDLE)

    assert not is_signed_in(alice)


def test_a_page_every_now_and_then_keeps_a_session_open(alice: Browser, engine: sa.Engine) -> None:
    before = datetime.now(UTC)
    change_rows(engine, seen_at=before - sign_in.IDLE + timedelta(minutes=1))

    alice.get("/account")

    with engine.connect() as connection:
        assert connection.scalars(sa.select(UserSession.seen_at)).one() >= before


def test_a_page_a_moment_later_writes_nothing(alice: Browser, engine: sa.Engine) -> None:
    seen = datetime.now(UTC) - sign_in.SEEN_EVERY + timedelta(minutes=1)
    change_rows(engine, seen_at=seen)

    alice.get("/account")

    with engine.connect() as connection:
        assert connection.scalars(sa.select(UserSession.seen_at)).one() == seen


def test_a_page_that_only_asks_again_by_itself_keeps_nobody_signed_in(
    database_url: str, enrol: Callable[..., int], engine: sa.Engine
) -> None:
    app = make_app(database_url)

    @app.get("/poll")
    @allow(Allowed.SIGNED_IN)
    @polls
    def poll() -> str:
        return "nothing new"

    enrol("alice")
    alice = Browser(app)
    alice.sign_in("alice@district.example")
    seen = datetime.now(UTC) - sign_in.IDLE + timedelta(minutes=1)
    change_rows(engine, seen_at=seen)

    assert alice.get("/poll").text == "nothing new"

    with engine.connect() as connection:
        assert connection.scalars(sa.select(UserSession.seen_at)).one() == seen
    dispose(app)


def test_a_session_in_use_ends_after_twelve_hours(alice: Browser, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        started, ends = connection.execute(
            sa.select(UserSession.created_at, UserSession.expires_at)
        ).one()
    assert ends - started == timedelta(hours=12)

    change_rows(engine, expires_at=datetime.now(UTC))

    assert not is_signed_in(alice)


@pytest.mark.parametrize("name", COOKIES)
def test_an_altered_cookie_opens_nothing(remembered: Browser, name: str) -> None:
    other = next(each for each in COOKIES if each != name)
    value = remembered.cookie(name)
    assert value
    for at in (0, len(value) // 2, len(value) - 5):
        thief = copy_of(remembered, without=other)
        changed = "A" if value[at] != "A" else "B"
        thief.client.set_cookie(name, value[:at] + changed + value[at + 1 :])

        assert not is_signed_in(thief)


def test_a_cookie_that_names_another_person_without_our_signature_opens_nothing(
    alice: Browser, nobody: Browser
) -> None:
    made = base64.urlsafe_b64encode(json.dumps({"_user_id": str(alice.user_id)}).encode())
    for value in (made.decode(), f"{made.decode()}.x.y", f"{alice.user_id}|{'0' * 128}"):
        for name in COOKIES:
            nobody.client.set_cookie(name, value)

            assert not is_signed_in(nobody)


def test_a_cookie_signed_with_another_key_opens_nothing(
    remembered: Browser, database_url: str
) -> None:
    elsewhere = make_app(database_url, secret_key="another key, of another installation")
    thief = copy_of(remembered, app=elsewhere)

    assert not is_signed_in(thief)
    dispose(elsewhere)


def test_a_remembered_browser_is_signed_in_after_it_was_closed(remembered: Browser) -> None:
    reopened = copy_of(remembered, without="session")

    assert is_signed_in(reopened)
    assert reopened.post("/account/profile", {"name": "Alice B"}, on="/account").status_code == 303


def test_a_browser_not_asked_to_remember_forgets_when_it_is_closed(alice: Browser) -> None:
    assert alice.cookie("remember") is None
    assert not is_signed_in(copy_of(alice, without="session"))


def test_a_copied_remember_cookie_is_worthless_after_signing_out(remembered: Browser) -> None:
    thief = copy_of(remembered, without="session")

    remembered.post("/sign-out")

    assert not is_signed_in(thief)
    assert remembered.cookie("remember") is None


def test_signing_out_the_others_ends_remembered_browsers_and_keeps_this_one(
    remembered: Browser, app: Flask
) -> None:
    thief = copy_of(remembered)
    here = Browser(app)
    here.sign_in("alice@district.example")

    here.post("/account/sign-out-others", on="/account")

    assert [is_signed_in(each) for each in (here, remembered, thief)] == [True, False, False]


def test_signing_in_as_somebody_else_ends_the_session_before(
    alice: Browser, enrol: Callable[..., int]
) -> None:
    enrol("bob")
    thief = copy_of(alice)

    alice.sign_in("bob@district.example")

    assert "bob@district.example" in alice.get("/account").text
    assert not is_signed_in(thief)


def test_after_signing_out_the_browser_keeps_no_page_and_no_storage(alice: Browser) -> None:
    page = alice.get("/account")

    answer = alice.post("/sign-out")

    assert page.headers["Cache-Control"] == "no-store"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (answer.status_code, answer.location) == (303, "/")


def test_signing_out_twice_is_no_error(alice: Browser) -> None:
    token = alice.token("/account")
    alice.client.post("/sign-out", data={"csrf_token": token})

    assert alice.post("/sign-out").location == "/"


def cookies_set(answer: TestResponse) -> dict[str, str]:
    return {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def test_over_https_cookies_are_bound_to_this_host_and_hidden_from_scripts(
    database_url: str, enrol: Callable[..., int]
) -> None:
    app = make_app(database_url, secure_cookies=True)
    enrol("alice")
    alice = Browser(app)
    https: dict[str, Any] = {
        "base_url": "https://localhost",
        "headers": {"Referer": "https://localhost/sign-in"},
    }
    page = alice.client.get("/sign-in", **https)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"email": "alice@district.example", "password": PASSWORD, "remember": "yes"}

    answer = alice.client.post("/sign-in", data={"csrf_token": token, **typed}, **https)
    given = cookies_set(answer)
    account = alice.client.get("/account", **https)
    token = account.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    taken = cookies_set(alice.client.post("/sign-out", data={"csrf_token": token}, **https))
    dispose(app)

    assert set(given) == {"__Host-session", "__Host-remember"}
    assert set(taken) == {"__Host-session", "__Host-remember"}
    for line in (*given.values(), *taken.values()):
        attributes = {part.strip() for part in line.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
        assert "Domain" not in line
