"""A person's own page."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.storage.models import Diagnosis, Run, User, UserSession
from tests.conftest import NOON, PASSWORD, Browser
from tests.web.conftest import RunPage, start

NEW_PASSWORD = "umbrella quartz bicycle moth"


def test_a_person_changes_their_name_and_where_they_work(alice: Browser) -> None:
    answer = alice.post("/account/profile", {"name": "  Alice\tBell ", "position": "CO"})

    page = alice.get("/account").text
    assert (answer.status_code, answer.location) == (303, "/account")
    assert 'value="Alice Bell"' in page
    assert '<option value="CO" selected>' in page
    assert "Saved." in page


@pytest.mark.parametrize("sent", ["", "no such place"])
def test_where_a_person_works_may_stay_open(alice: Browser, sent: str) -> None:
    alice.post("/account/profile", {"name": "Alice", "position": "HS"})

    alice.post("/account/profile", {"name": "Alice", "position": sent})

    assert not re.search(r'<option value="\w+" selected>', alice.get("/account").text)


@pytest.mark.parametrize(
    ("name", "says"), [("", "Type the name"), (" \u200e\x00", "Type the name"), ("x" * 81, "80")]
)
def test_a_name_that_cannot_be_shown_is_refused(alice: Browser, name: str, says: str) -> None:
    answer = alice.post("/account/profile", {"name": name})

    assert answer.status_code == 422
    assert re.search(rf'id="name-error">[^<]*{says}', answer.text)
    assert 'value="Alice"' in alice.get("/account").text


def test_a_name_is_shown_as_text_and_not_as_markup(alice: Browser) -> None:
    alice.post("/account/profile", {"name": "<script>alert(1)</script>"})

    page = alice.get("/account").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_nobody_changes_somebody_elses_profile(alice: Browser, bob: Browser) -> None:
    bob.post("/account/profile", {"name": "Mallory", "id": alice.user_id, "user_id": alice.user_id})

    assert 'value="Alice"' in alice.get("/account").text


def test_a_profile_form_changes_no_role_and_no_address(alice: Browser, engine: sa.Engine) -> None:
    alice.post("/account/profile", {"name": "Alice", "role": "admin", "email": "x@y.example"})

    with engine.connect() as connection:
        row = connection.execute(sa.select(User.role, User.email)).one()
    assert tuple(row) == ("learner", "alice@district.example")


def test_after_a_change_only_the_new_password_opens_the_account(alice: Browser, app: Flask) -> None:
    answer = alice.post("/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD})

    assert "Your password is changed" in alice.get(answer.location).text
    assert Browser(app).sign_in("alice@district.example").status_code == 422
    assert Browser(app).sign_in("alice@district.example", NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"password": "wrong", "new_password": NEW_PASSWORD}, "password", "not your password"),
        ({"password": PASSWORD, "new_password": "short"}, "new_password", "12 characters"),
        ({"password": PASSWORD, "new_password": ""}, "new_password", "12 characters"),
        ({"password": PASSWORD, "new_password": "alice@district"}, "new_password", "first that"),
        ({"new_password": NEW_PASSWORD}, "password", "not your password"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(
    alice: Browser, app: Flask, typed: dict[str, object], field: str, says: str
) -> None:
    answer = alice.post("/account/password", typed)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{says}', answer.text)
    assert NEW_PASSWORD not in answer.text
    assert PASSWORD not in answer.text
    assert Browser(app).sign_in("alice@district.example").status_code == 303


def test_a_facilitator_needs_a_longer_password(dana: Browser) -> None:
    answer = dana.post("/account/password", {"password": PASSWORD, "new_password": "velvet koala"})

    assert answer.status_code == 422
    assert "Use 15 characters or more" in answer.text


def test_somebody_at_an_open_screen_cannot_guess_the_password_for_ever(alice: Browser) -> None:
    guess: dict[str, object] = {"password": "wrong", "new_password": NEW_PASSWORD}
    statuses = [alice.post("/account/password", guess).status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]


def test_a_remembered_browser_stays_remembered_with_a_new_password(alice: Browser) -> None:
    alice.sign_in("alice@district.example", remember="yes")
    before = alice.cookie("remember")

    alice.post("/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD})

    assert before
    assert alice.cookie("remember")
    assert alice.cookie("remember") != before


def test_a_person_sees_where_they_are_signed_in(alice: Browser, app: Flask) -> None:
    assert "Sign out every other browser" not in alice.get("/account").text
    Browser(app).sign_in("alice@district.example")

    page = alice.get("/account").text

    assert page.count("<li>\n            An unknown browser") == 2 or page.count("since <time") == 2
    assert page.count("(this one)") == 1
    assert "Sign out every other browser" in page


def test_days_are_written_as_on_every_other_page(alice: Browser, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(UserSession).values(created_at=NOON))

    assert re.search(r">March 2, 2026</time>", alice.get("/account").text)


def test_a_guest_is_told_how_to_keep_what_they_practised(guest: Browser) -> None:
    page = guest.get("/account").text

    assert 'href="/register"' in page
    assert "/account/password" not in page


@pytest.mark.parametrize("form", ["profile", "password", "sign-out-others"])
def test_a_guest_has_no_account_to_change(guest: Browser, form: str) -> None:
    sent: dict[str, object] = {"name": "x", "password": "x", "new_password": NEW_PASSWORD}

    assert guest.post(f"/account/{form}", sent).status_code == 404
    assert guest.post(f"/account/{form}", sent, htmx=True).status_code == 404


def test_a_guest_who_is_forgotten_leaves_no_trace(
    guest: Browser, alices_run: RunPage, engine: sa.Engine
) -> None:
    start(guest).to_rating()

    guest.post("/sign-out")

    assert guest.get("/account").status_code == 303
    assert guest.cookie("remember") is None
    with engine.connect() as connection:
        assert connection.scalars(sa.select(User.name)).all() == ["Alice"]
        assert connection.scalars(sa.select(Run.key)).all() == [alices_run.key]
        assert connection.scalars(sa.select(Diagnosis.id)).all() == []


def test_a_new_guest_takes_the_place_of_one_nobody_stands_for(
    guest: Browser, nobody: Browser, engine: sa.Engine
) -> None:
    start(guest)
    with engine.begin() as connection:
        connection.execute(sa.update(UserSession).values(expires_at=UserSession.created_at))

    run = start(nobody)

    with engine.connect() as connection:
        assert connection.scalars(sa.select(User.name)).all() == ["Guest"]
        assert connection.scalars(sa.select(Run.key)).all() == [run.key]
