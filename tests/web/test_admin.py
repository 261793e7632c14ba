"""What an admin may change, who else may not, and what even an admin does not see."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.services import sign_in
from lfp_trainer.storage.models import Role, User, UserSession
from tests.conftest import PASSWORD, Browser
from tests.web.conftest import start


def role_of(engine: sa.Engine, user_id: int) -> Role:
    with engine.connect() as connection:
        return connection.scalars(sa.select(User.role).where(User.id == user_id)).one()


def test_an_admin_sees_everybody_with_an_account(
    ada: Browser, alice: Browser, guest: Browser
) -> None:
    page = ada.get("/admin/people").text

    assert "alice@district.example" in page
    assert "Guest" not in page


def test_an_admin_finds_a_person(ada: Browser, alice: Browser, bob: Browser) -> None:
    page = ada.get("/admin/people", query_string={"search": "BOB@"}).text

    assert "bob@district.example" in page
    assert "alice@district.example" not in page


@pytest.mark.parametrize("search", ["\x00", "%", "'\"><script>", "x" * 5000, "\u202e"])
def test_any_search_is_answered(ada: Browser, search: str) -> None:
    answer = ada.get("/admin/people", query_string={"search": search})

    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script src="', "")


def test_an_admin_gives_a_role_that_holds_on_the_next_request(
    ada: Browser, alice: Browser, engine: sa.Engine
) -> None:
    assert alice.get("/admin/people").status_code == 404

    answer = ada.post(f"/admin/people/{alice.user_id}/role", {"role": "admin"})

    assert (answer.status_code, answer.location) == (303, "/admin/people")
    assert "The role is now: Admin." in ada.get("/admin/people").text
    assert alice.get("/admin/people").status_code == 200


@pytest.mark.parametrize(
    ("role", "told"), [("learner", False), ("facilitator", True), ("admin", True)]
)
def test_who_raises_a_role_is_told_that_it_needs_a_longer_password(
    ada: Browser, alice: Browser, role: str, told: bool
) -> None:
    ada.post(f"/admin/people/{alice.user_id}/role", {"role": role})

    notice = re.search(r'<p class="notice notice--success">.*?</p>', ada.get("/account").text, re.S)
    assert notice
    assert ("choose one of 15 characters or more" in notice[0]) is told


def test_a_raised_role_asks_for_its_longer_password(ada: Browser, alice: Browser) -> None:
    new: dict[str, object] = {"password": PASSWORD, "new_password": "velvet koala"}
    ada.post(f"/admin/people/{alice.user_id}/role", {"role": "facilitator"})

    answer = alice.post("/account/password", new)

    assert answer.status_code == 422
    assert "Use 15 characters or more" in answer.text


@pytest.mark.parametrize("role", ["", "owner", "ADMIN", "1"])
def test_a_role_that_does_not_exist_is_not_given(
    ada: Browser, alice: Browser, engine: sa.Engine, role: str
) -> None:
    answer = ada.post(f"/admin/people/{alice.user_id}/role", {"role": role})

    assert answer.status_code == 422
    assert role_of(engine, alice.user_id) is Role.LEARNER


def test_somebody_shut_out_can_be_let_in_again(ada: Browser, alice: Browser, app: Flask) -> None:
    ada.post(f"/admin/people/{alice.user_id}/disable")
    assert "Let in" in ada.get("/admin/people").text
    assert Browser(app).sign_in("alice@district.example").status_code == 422

    ada.post(f"/admin/people/{alice.user_id}/enable")

    assert Browser(app).sign_in("alice@district.example").status_code == 303


@pytest.mark.parametrize("act", ["role", "disable"])
def test_an_admin_cannot_lock_themselves_out(ada: Browser, act: str) -> None:
    ada.post(f"/admin/people/{ada.user_id}/{act}", {"role": "learner"})

    assert "Ask another admin" in ada.get("/admin/people").text


@pytest.mark.parametrize("user_id", [0, 999999, 2**31 - 1, 2**31, 2**63, 10**30, -1, "x"])
@pytest.mark.parametrize("act", ["role", "disable", "enable"])
def test_nobody_there_is_nobody_to_change(ada: Browser, act: str, user_id: object) -> None:
    answer = ada.post(f"/admin/people/{user_id}/{act}", {"role": "learner"})

    assert answer.status_code == 404


ACTS = [
    ("GET", "/admin/people"),
    ("POST", "/admin/people/{}/role"),
    ("POST", "/admin/people/{}/disable"),
    ("POST", "/admin/people/{}/enable"),
]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("method", "path"), ACTS)
@pytest.mark.parametrize("who", ["alice", "dana", "guest"])
def test_for_everybody_else_there_are_no_admin_pages(
    request: pytest.FixtureRequest, enrol: Callable[..., int], engine: sa.Engine, who: str,
    method: str, path: str, htmx: bool,
) -> None:  # fmt: skip
    asker, bob = request.getfixturevalue(who), enrol("bob")
    url = path.format(bob)

    if method == "GET":
        answer = asker.get(url, htmx=htmx)
    else:
        answer = asker.post(url, {"role": "admin"}, on="/account", htmx=htmx)

    assert answer.status_code == 404
    assert "bob@district.example" not in answer.text
    assert role_of(engine, bob) is Role.LEARNER


@pytest.mark.parametrize(("method", "path"), ACTS)
def test_somebody_not_signed_in_is_asked_to(nobody: Browser, method: str, path: str) -> None:
    url = path.format(1)

    page = nobody.get(url) if method == "GET" else nobody.post(url)
    part = nobody.get(url, htmx=True) if method == "GET" else nobody.post(url, htmx=True)

    assert (page.status_code, part.status_code) == (303 if method == "GET" else 401, 401)
    assert "/sign-in" in (page.location or page.text)


def test_an_admin_left_alone_for_half_an_hour_types_their_password_before_changing_anybody(
    ada: Browser, alice: Browser, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        stale = datetime.now(UTC) - sign_in.FRESH
        connection.execute(sa.update(UserSession).values(fresh_at=stale))
    change = f"/admin/people/{alice.user_id}/role"

    asked = ada.post(change, {"role": "admin"})
    unchanged = role_of(engine, alice.user_id)
    confirmed = ada.post("/confirm", {"password": PASSWORD, "next": "/admin/people"}, on="/account")
    ada.post(change, {"role": "admin"}, on="/account")

    assert (asked.status_code, asked.location) == (303, "/confirm?next=/admin/people")
    assert unchanged is Role.LEARNER
    assert confirmed.location == "/admin/people"
    assert role_of(engine, alice.user_id) is Role.ADMIN


def test_an_admin_sees_nothing_of_what_anybody_practised(ada: Browser, alice: Browser) -> None:
    run = start(alice).to_rating()
    written = "Alice's words on the diagnosis"
    assert written in run.get("?stage=diagnosis").text.replace("&#39;", "'")

    page = ada.get("/admin/people").text.replace("&#39;", "'")

    assert run.key not in page
    assert written not in page
    assert ada.get(run.url).status_code == 404
    assert ada.get(run.url, htmx=True).status_code == 404
