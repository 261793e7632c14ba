"""Signing in, registering, trying as a guest and keeping what was tried."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.services import passwords, sign_in
from lfp_trainer.storage.models import Role, SignInFailure, User, UserSession
from tests.conftest import HTMX, PASSWORD, Browser
from tests.web.conftest import RunPage, start

TYPED = {"name": "Ana Ruiz", "email": "Ana@District.Example", "password": PASSWORD}


def people(engine: sa.Engine) -> list[tuple[str | None, str, Role]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(User.email, User.name, User.role).order_by(User.id))
        return [(row.email, row.name, row.role) for row in rows]


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_the_right_password_leads_home(app: Flask, enrol: Callable[..., int]) -> None:
    enrol("alice")

    answer = (browser := Browser(app)).sign_in(" Alice@District.example ")

    assert (answer.status_code, answer.location) == (303, "/home")
    assert "Alice" in browser.get("/account").text


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@district.example", "otter granite teapot lanterns"),
        ("alice@district.example", ""),
        ("alice@district.example", "x" * 5000),
        ("charlie@district.example", PASSWORD),
        ("", PASSWORD),
        ("\x00", "\x00"),
    ],
)
def test_anything_else_is_refused_and_says_why(
    app: Flask, enrol: Callable[..., int], email: str, password: str
) -> None:
    enrol("alice")

    answer = (browser := Browser(app)).sign_in(email, password)

    assert answer.status_code == 422
    assert "The email or the password is not right." in answer.text
    assert browser.get("/account").status_code == 303


def test_a_refusal_does_not_tell_which_addresses_have_an_account(
    app: Flask, enrol: Callable[..., int], engine: sa.Engine
) -> None:
    enrol("alice")
    enrol("bobby")
    with engine.begin() as connection:
        connection.execute(
            sa.update(User).where(User.name == "Bobby").values(disabled_at=sa.func.now())
        )
    tries = [
        ("alice@district.example", "not the password"),
        ("nobod@district.example", PASSWORD),
        ("bobby@district.example", PASSWORD),
    ]

    answers = [Browser(app).sign_in(email, password) for email, password in tries]

    pages = {
        without_token(answer.text.replace(email, "THE ADDRESS"))
        for answer, (email, _) in zip(answers, tries, strict=True)
    }
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len(pages) == 1


def test_a_refused_form_keeps_the_address_and_never_the_password(nobody: Browser) -> None:
    page = nobody.sign_in("alice@district.example", "my secret password").text

    assert 'value="alice@district.example"' in page
    assert "my secret password" not in page


def test_the_tenth_wrong_password_is_the_last_for_a_while(
    app: Flask, enrol: Callable[..., int]
) -> None:
    enrol("alice")
    enrol("bob")
    browser = Browser(app)
    statuses = [browser.sign_in("alice@district.example", "wrong").status_code for _ in range(10)]

    answer = browser.sign_in("alice@district.example")

    assert statuses == [422] * 10
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text
    assert browser.sign_in("bob@district.example").status_code == 303


def test_wrong_passwords_elsewhere_do_not_shut_the_owner_out(alice: Browser, app: Flask) -> None:
    elsewhere, guesser = Browser(app), Browser(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for _ in range(10):
        guesser.sign_in("alice@district.example", "wrong")
    assert guesser.sign_in("alice@district.example").status_code == 429

    # From the same address, but signed in already; and from another.
    confirmed = alice.post("/confirm", {"password": PASSWORD}, on="/account")

    assert confirmed.status_code == 303
    for _ in range(10):
        guesser.sign_in("alice@district.example", "wrong")
    assert elsewhere.sign_in("alice@district.example").status_code == 303


def test_tries_that_were_refused_do_not_make_the_wait_longer(
    nobody: Browser, engine: sa.Engine
) -> None:
    for _ in range(13):
        nobody.sign_in("alice@district.example", "wrong")

    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 10


def test_an_address_without_an_account_is_answered_no_sooner(nobody: Browser) -> None:
    stored = passwords.hash_password(PASSWORD)

    def quickest(act: Callable[[], object]) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            act()
            times.append(time.perf_counter() - began)
        return min(times)

    token = nobody.token()
    typed = {"csrf_token": token, "email": "zoe@district.example", "password": "wrong"}
    checking = quickest(lambda: passwords.is_right(stored, "wrong"))

    # Half of it: other tests run at the same time. Without any checking it would be a fifth.
    assert quickest(lambda: nobody.client.post("/sign-in", data=typed)) > checking / 2


def test_an_address_without_an_account_is_throttled_alike(nobody: Browser) -> None:
    statuses = [nobody.sign_in("zoe@district.example", "wrong").status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]


def test_an_invented_origin_does_not_get_around_the_limit(
    nobody: Browser, engine: sa.Engine
) -> None:
    for number in range(3):
        nobody.client.post(
            "/sign-in",
            data={"csrf_token": nobody.token(), "email": "a@b.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )

    with engine.connect() as connection:
        assert set(connection.scalars(sa.select(SignInFailure.address))) == {"127.0.0.1"}


def test_a_room_that_signs_in_at_once_is_counted_as_no_failure(
    app: Flask, enrol: Callable[..., int], engine: sa.Engine
) -> None:
    enrol("alice")

    statuses = [Browser(app).sign_in("alice@district.example").status_code for _ in range(12)]

    with engine.connect() as connection:
        counted = connection.scalar(sa.select(sa.func.count()).select_from(SignInFailure))
    assert (statuses, counted) == ([303] * 12, 0)


def test_an_old_hash_is_renewed_when_its_owner_signs_in(
    app: Flask, enrol: Callable[..., int], engine: sa.Engine
) -> None:
    import argon2

    enrol("alice")
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with engine.begin() as connection:
        connection.execute(sa.update(User).values(password_hash=weak))

    assert Browser(app).sign_in("alice@district.example").status_code == 303

    with engine.connect() as connection:
        stored = connection.scalars(sa.select(User.password_hash)).one()
    assert stored
    assert not passwords.is_outdated(stored)
    assert Browser(app).sign_in("alice@district.example").status_code == 303


def test_somebody_new_registers_and_is_signed_in(nobody: Browser, engine: sa.Engine) -> None:
    answer = nobody.post("/register", {**TYPED, "position": "HS"})

    assert (answer.status_code, answer.location) == (303, "/home")
    assert people(engine) == [("ana@district.example", "Ana Ruiz", Role.LEARNER)]
    assert '<option value="HS" selected>' in nobody.get("/account").text


def test_registering_gives_nothing_that_the_form_does_not_offer(
    nobody: Browser, engine: sa.Engine
) -> None:
    columns = {column.name: "1" for column in User.__table__.columns if column.name not in TYPED}

    nobody.post("/register", {**columns, **TYPED, "role": "admin", "position": "no such place"})

    with engine.connect() as connection:
        user = connection.execute(sa.select(User.__table__)).one()
    assert (user.role, user.position, user.disabled_at) == (Role.LEARNER, None, None)
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"name": " \x00\u202e "}, "name", "Type the name"),
        ({"name": "x" * 81}, "name", "Shorten this to 80"),
        ({"email": "ana"}, "email", "Type an email address"),
        ({"password": "short"}, "password", "Use 12 characters or more"),
        ({"password": "passwordpassword"}, "password", "first that somebody would try"),
        ({"password": "ana@district.example"}, "password", "first that somebody would try"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_with_the_reason_at_its_field(
    nobody: Browser, engine: sa.Engine, change: dict[str, str], field: str, says: str
) -> None:
    answer = nobody.post("/register", {**TYPED, **change})

    assert answer.status_code == 422
    assert re.search(rf'<p class="field-error" id="{field}-error">[^<]*{says}', answer.text)
    assert re.search(rf'<input id="{field}"[^>]*aria-describedby="[^"]*{field}-error', answer.text)
    assert re.search(rf'<div id="problems"[^>]*autofocus>.*?<a href="#{field}">', answer.text, re.S)
    assert people(engine) == []


def test_a_refused_registration_keeps_what_was_typed_except_the_password(nobody: Browser) -> None:
    page = nobody.post("/register", {**TYPED, "position": "EL", "password": "short one"}).text

    assert 'value="Ana Ruiz"' in page
    assert 'value="ana@district.example"' in page.lower()
    assert '<option value="EL" selected>' in page
    assert "short one" not in page


def test_an_address_with_an_account_cannot_be_registered_again(
    alice: Browser, nobody: Browser, engine: sa.Engine
) -> None:
    answer = nobody.post("/register", {**TYPED, "email": "ALICE@district.example"})

    assert answer.status_code == 422
    assert "That address cannot be used. Do you have an account already?" in answer.text
    assert len(people(engine)) == 1
    assert nobody.get("/account").status_code == 303


def test_which_addresses_have_an_account_cannot_be_asked_for_ever(
    alice: Browser, nobody: Browser, engine: sa.Engine
) -> None:
    hers = {**TYPED, "email": "alice@district.example"}
    answers = [nobody.post("/register", hers) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Wait 15 minutes" in answers[10].text
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 10


def test_a_network_that_asked_for_a_hundred_addresses_is_refused_the_next(
    alice: Browser, nobody: Browser, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        now = datetime.now(UTC)
        tried = [{"account": f"{n}", "address": "127.0.0.1", "at": now} for n in range(100)]
        connection.execute(sa.insert(SignInFailure), tried)

    answer = nobody.post("/register", TYPED)

    assert answer.status_code == 429
    assert "Wait 60 minutes" in answer.text
    assert [name for _, name, _ in people(engine)] == ["Alice"]


def test_a_room_that_registers_at_once_is_counted_as_no_failure(
    app: Flask, engine: sa.Engine
) -> None:
    typed = [{**TYPED, "email": f"person{n}@district.example"} for n in range(12)]

    statuses = [Browser(app).post("/register", each).status_code for each in typed]

    with engine.connect() as connection:
        counted = connection.scalar(sa.select(sa.func.count()).select_from(SignInFailure))
    assert (statuses, counted) == ([303] * 12, 0)


@pytest.mark.parametrize("page", ["/sign-in", "/register"])
def test_somebody_signed_in_is_not_asked_again(alice: Browser, page: str) -> None:
    assert alice.get(page).status_code == 303


def test_a_guest_is_one_person_however_often_they_act(guest: Browser, engine: sa.Engine) -> None:
    again = guest.post("/be-a-guest").json

    assert again == {"id": guest.user_id}
    assert people(engine) == [(None, "Guest", Role.LEARNER)]


def test_a_guest_is_remembered_for_thirty_days(guest: Browser, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(UserSession.__table__)).one()

    assert row.expires_at.replace(tzinfo=None) - row.created_at.replace(tzinfo=None) == (
        sign_in.REMEMBERED
    )
    assert guest.cookie("remember")


def test_a_guest_who_registers_keeps_their_runs(guest: Browser, engine: sa.Engine) -> None:
    run = start(guest)

    answer = guest.post("/register", TYPED)

    assert answer.status_code == 303
    assert people(engine) == [("ana@district.example", "Ana Ruiz", Role.LEARNER)]
    assert run.get().status_code == 200


def test_a_guest_who_registers_leaves_no_guest_cookie_behind(guest: Browser) -> None:
    copied = guest.cookie("remember")
    assert copied
    guest.post("/register", TYPED)

    thief = Browser(guest.app)
    thief.client.set_cookie("remember", copied)

    assert thief.get("/account").status_code == 303


@pytest.fixture
def guests_run(guest: Browser, enrol: Callable[..., int]) -> RunPage:
    """A run of a guest who has an account as Alice."""
    enrol("alice")
    return start(guest)


def test_a_guest_who_signs_in_is_asked_about_what_they_practised(
    guests_run: RunPage, guest: Browser, nobody: Browser
) -> None:
    page = guest.get("/sign-in").text
    box = re.search(r'<input[^>]*name="claim"[^>]*>\s*<span>([^<]*)</span>', page)
    assert box
    # Not ticked: on a shared computer it may have been somebody else who practiced.
    assert "checked" not in box[0]
    assert box[1] == "Bring the practice from this browser&#39;s guest into my account"
    assert 'name="claim"' not in nobody.get("/sign-in").text


def test_a_guest_without_runs_is_asked_nothing(guest: Browser) -> None:
    assert 'name="claim"' not in guest.get("/sign-in").text


def test_a_guest_brings_their_runs_into_their_account(
    guests_run: RunPage, guest: Browser, engine: sa.Engine
) -> None:
    guest.sign_in("alice@district.example", claim="yes")

    assert guests_run.get().status_code == 200
    assert [name for _, name, _ in people(engine)] == ["Alice"]


def test_a_guests_browser_is_remembered_as_alices_only_if_she_asks(
    guests_run: RunPage, guest: Browser
) -> None:
    assert guest.cookie("remember")

    guest.sign_in("alice@district.example", claim="yes")

    assert guest.cookie("remember") is None


def test_runs_a_guest_did_not_bring_stay_out_of_the_account(
    guests_run: RunPage, guest: Browser, engine: sa.Engine
) -> None:
    thief = Browser(guest.app)
    thief.client.set_cookie("remember", guest.cookie("remember") or "")

    guest.sign_in("alice@district.example")

    assert guests_run.get().status_code == 404
    assert thief.get("/account").status_code == 303
    assert len(people(engine)) == 2


def test_a_wrong_password_claims_nothing(guests_run: RunPage, guest: Browser) -> None:
    guest.sign_in("alice@district.example", "wrong", claim="yes")

    assert guests_run.get().status_code == 200
    assert "You are a guest" in guest.get("/account").text


def test_one_account_cannot_claim_the_runs_of_another(
    alice: Browser, enrol: Callable[..., int]
) -> None:
    enrol("charlie")
    run = start(alice)

    alice.sign_in("charlie@district.example", claim="yes")

    assert run.get().status_code == 404


def test_a_page_that_needs_a_person_asks_for_one_and_remembers_the_way(nobody: Browser) -> None:
    answer = nobody.get("/account?a=b")

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account?a%3Db")


RUN = "/runs/abcdEFGH_123-567"
LINK = f'href="/sign-in?next={RUN}" target="_blank" rel="noopener"'


def test_a_form_sent_after_the_sign_in_ended_comes_back_with_a_link_to_sign_in(
    nobody: Browser,
) -> None:
    sent = {"systems": ["ILR", "TAL"], "reason": "\nTwo lines <b>\r\nof mine"}
    answer = nobody.post(f"{RUN}/diagnosis", sent)

    assert answer.status_code == 401
    assert LINK in " ".join(answer.text.split())
    assert f'action="{RUN}/diagnosis"' in answer.text
    assert 'name="systems" value="ILR"' in answer.text
    assert 'name="systems" value="TAL"' in answer.text
    assert '<textarea name="reason" rows="6">\n\nTwo lines &lt;b&gt;\r\nof mine<' in answer.text


def test_a_form_sent_by_htmx_after_the_sign_in_ended_leaves_the_page_as_it_is(
    nobody: Browser,
) -> None:
    answer = nobody.post(f"{RUN}/diagnosis", {"reason": "Words of mine"}, htmx=True)

    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert answer.headers["HX-Retarget"] == "#notice"
    assert answer.text.startswith('<div id="notice">')
    assert LINK in " ".join(answer.text.split())
    assert "Words of mine" not in answer.text


def test_away_from_a_run_the_link_to_sign_in_leads_home(nobody: Browser) -> None:
    answer = nobody.post("/account/profile", {"name": "Alice"})

    assert 'href="/sign-in?next=/home"' in answer.text


def test_a_fragment_is_answered_with_an_order_to_load_the_sign_in_page(nobody: Browser) -> None:
    answer = nobody.client.get(
        "/account", headers={**HTMX, "HX-Current-URL": "http://localhost/home?x=1"}
    )

    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/home?x%3D1"


def test_somebody_who_signs_in_goes_where_they_were_going(
    app: Flask, enrol: Callable[..., int]
) -> None:
    enrol("alice")
    browser = Browser(app)
    page = browser.get(browser.get("/account").location).text
    assert '<input type="hidden" name="next" value="/account">' in page

    assert browser.sign_in("alice@district.example", next="/account").location == "/account"


def test_the_password_is_asked_again_where_it_matters_and_renews_the_session(
    ada: Browser,
) -> None:
    thief = Browser(ada.app)
    thief.client.set_cookie("session", ada.cookie("session") or "")

    wrong = ada.post("/confirm", {"password": "wrong"}, on="/account")
    right = ada.post("/confirm", {"password": PASSWORD, "next": "/admin/people"}, on="/account")

    assert (wrong.status_code, right.status_code, right.location) == (422, 303, "/admin/people")
    assert "That is not your password." in wrong.text
    assert thief.get("/account").status_code == 303
    assert ada.get("/account").status_code == 200
