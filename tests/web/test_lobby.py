"""Two people come to one run: by a link, a code or a picture of it, and take a seat each."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.services import code_tries, presence
from lfp_trainer.storage.models import Pair, Participant, Run, User, WorkPosition
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from tests.conftest import NOON, Browser
from tests.statements import all_counted
from tests.web.conftest import SCENARIO, values, without_token

ONE, OTHER = "partner", "principal"


def invite(browser: Browser, seat: str = ONE, **more: object) -> str:
    """Start a run with a partner from the sheet of its scenario, and return its lobby."""
    sheet = f"/scenarios/{SCENARIO}"
    key = values(browser.get(sheet).text, "start_key")[0]
    sent = {"scenario": SCENARIO, "own_seat": seat, "start_key": key, **more}
    answer = browser.post("/pairs", sent, on=sheet)
    assert answer.status_code == 303, answer.text
    return answer.location


def join(browser: Browser, lobby: str, seat: str = OTHER, **more: object) -> TestResponse:
    return browser.post(f"{lobby}/join", {"seat": seat, **more}, on=lobby)


def code_of(lobby: str) -> str:
    return lobby.rsplit("/", 1)[1]


@pytest.fixture
def lobby(alice: Browser) -> str:
    return invite(alice)


@pytest.fixture
def both(lobby: str, bob: Browser) -> str:
    assert join(bob, lobby).status_code == 303
    return lobby


def test_a_lobby_shows_code_link_and_a_picture_of_the_link(alice: Browser, lobby: str) -> None:
    page = alice.get(lobby).text

    code, link = code_of(lobby), f"http://localhost{lobby}"
    assert f"{code[:3]} {code[3:]}" in page
    assert f'value="{link}"' in page
    drawn = segno.make(link, error="m", micro=False)
    path = re.search(r'd="[^"]+"', drawn.svg_inline(border=4, omitsize=True, light=None))
    assert path is not None
    assert path[0] in page
    assert "style=" not in page


def test_two_people_begin_once_both_are_ready(alice: Browser, bob: Browser, both: str) -> None:
    assert "Bob" in alice.get(both).text

    assert alice.post(f"{both}/ready").location == both
    assert "You are ready" in alice.get(both).text
    bob.post(f"{both}/ready")

    for browser in (alice, bob):
        led = browser.get(both)
        assert led.status_code == 303
        assert led.location.startswith("/runs/")
        assert browser.get(led.location).status_code == 200


def test_handing_on_the_link_comes_first_until_somebody_has_come_to_play(
    alice: Browser, bob: Browser, charlie: Browser, lobby: str
) -> None:
    def link_is_first() -> bool:
        page = alice.get(f"{lobby}/live", htmx=True).text
        return page.index('id="copy-link"') < page.index('id="act-say_ready"')

    assert link_is_first()
    join(charlie, lobby, "observer")
    assert link_is_first()
    join(bob, lobby)
    assert not link_is_first()


def test_who_waits_for_a_partner_is_told_what_is_true(
    alice: Browser, charlie: Browser, lobby: str
) -> None:
    def told() -> str:
        return " ".join(alice.get(lobby).text.split())

    assert "Nobody else has come yet. You can get ready meanwhile." in told()
    alice.post(f"{lobby}/ready")
    assert "You are ready: it begins once a partner has come and is too." in told()
    assert "You can get ready meanwhile." not in told()
    join(charlie, lobby, "observer")
    assert "Nobody else has come" not in told()
    assert "No partner has come yet. Charlie is here to watch. You are ready:" in told()


def test_who_says_not_yet_is_not_ready(alice: Browser, bob: Browser, both: str) -> None:
    alice.post(f"{both}/ready")
    alice.post(f"{both}/ready", {"ready": "no"})
    bob.post(f"{both}/ready")

    assert "Bob is ready. It begins when you are." in alice.get(both).text


@pytest.mark.parametrize("typed", ["{code}", "{lower}", "{code[0]}{code[1]}{code[2]}-{rest}"])
def test_a_code_leads_to_its_lobby_however_it_is_typed(
    lobby: str, bob: Browser, typed: str
) -> None:
    code = code_of(lobby)
    sent = typed.format(code=code, lower=code.lower(), rest=code[3:])

    answer = bob.get("/pairs", query_string={"code": f" {sent} "})

    assert answer.location == lobby
    assert bob.get(f"/pairs/{sent}").status_code == 200


@pytest.mark.parametrize("where", ["/pairs?code=ZZZZZZ", "/pairs/ZZZZZZ", "/pairs/-"])
def test_an_unknown_code_is_not_found_and_can_be_typed_again(nobody: Browser, where: str) -> None:
    answer = nobody.get(where)

    assert answer.status_code == 404
    assert 'name="code"' in answer.text


def test_who_is_not_in_a_run_sees_names_and_free_seats_and_nothing_else(
    lobby: str, bob: Browser
) -> None:
    page = bob.get(lobby).text

    assert "Alice" in page
    assert values(page, "seat") == [OTHER, "observer"]
    assert "Who will see what" in page
    assert "/runs/" not in page
    assert "Bring your partner in" not in page


def test_who_is_not_in_a_run_is_told_neither_where_its_people_work_nor_who_is_there(
    app: Flask, alice: Browser, lobby: str, bob: Browser
) -> None:
    with app.app_context(), db.session.begin():
        db.session.execute(sa.update(User).values(position=WorkPosition.CENTRAL_OFFICE))
    position = POSITIONS[WorkPosition.CENTRAL_OFFICE].lower()
    assert f"Alice</b> (you), {position}" in alice.get(lobby).text
    assert "seat-state" in alice.get(lobby).text

    page = bob.get(lobby).text

    assert "<b>Alice</b>" in page
    assert f", {position}" not in page
    assert "seat-state" not in page


@pytest.mark.parametrize("when", ["opened", "silent for a day"])
def test_a_code_that_lets_nobody_in_any_more_is_like_one_that_no_run_has(
    app: Flask, alice: Browser, both: str, charlie: Browser, when: str
) -> None:
    assert "Alice" in charlie.get(both).text
    with app.app_context(), db.session.begin():
        if when == "opened":
            db.session.execute(sa.update(Pair).values(begun_at=NOON, opened_at=NOON))
        else:
            long_ago = datetime.now(UTC) - timedelta(days=2)
            db.session.execute(sa.update(Participant).values(seen_at=long_ago))
            db.session.execute(sa.update(Run).values(started_at=long_ago))

    code = code_of(both)
    unknown = charlie.get("/pairs/ZZZZZZ").text.replace("ZZZZZZ", code)
    for answer in (
        charlie.get(both),
        charlie.get("/pairs", query_string={"code": code}),
        join(charlie, both, "observer"),
    ):
        assert answer.status_code == 404
        assert "Alice" not in answer.text
    assert without_token(charlie.get(both).text) == without_token(unknown)
    assert alice.get(both).status_code in (200, 303)


def test_a_guest_comes_with_the_name_they_type(nobody: Browser, lobby: str, alice: Browser) -> None:
    assert "name" in values_of_fields(nobody.get(lobby).text)

    assert join(nobody, lobby, name="  Rosa\u200b  Lee ").status_code == 303

    assert "<b>Rosa Lee</b>" in alice.get(lobby).text


def values_of_fields(page: str) -> list[str]:
    return re.findall(r'<input id="\w+"\s+name="(\w+)"', page)


def test_who_has_an_account_is_not_asked_for_a_name(lobby: str, bob: Browser) -> None:
    assert "name" not in values_of_fields(bob.get(lobby).text)
    join(bob, lobby, name="Mallory")

    assert "<b>Bob</b>" in bob.get(lobby).text


def test_a_guest_without_a_name_is_asked_for_it_where_they_are(nobody: Browser, lobby: str) -> None:
    answer = join(nobody, lobby, name="  ")

    assert answer.status_code == 422
    assert "Type the name your partner should see." in answer.text
    assert 'name="seat"' in answer.text


def test_a_guest_who_invites_is_asked_for_a_name_on_the_sheet(nobody: Browser) -> None:
    sent = {"scenario": SCENARIO, "own_seat": ONE, "start_key": "k"}
    answer = nobody.post("/pairs", sent)

    assert answer.status_code == 422
    assert "Type the name your partner should see." in answer.text
    assert nobody.get("/home").status_code == 303  # nobody was made a guest for nothing

    assert "<b>Rosa</b>" in nobody.get(invite(nobody, name="Rosa")).text


def test_a_form_sent_twice_opens_one_lobby(alice: Browser) -> None:
    sent = {"scenario": SCENARIO, "own_seat": ONE, "start_key": "once"}

    first, second = alice.post("/pairs", sent), alice.post("/pairs", sent)

    assert first.location == second.location


def test_a_seat_that_is_taken_meanwhile_is_refused_with_the_seats_as_they_are(
    both: str, charlie: Browser
) -> None:
    answer = join(charlie, both, OTHER)

    assert answer.status_code == 409
    assert "Somebody else has just taken that seat" in answer.text
    assert values(answer.text, "seat") == ["observer"]


def test_a_free_seat_can_be_changed_to(alice: Browser, lobby: str) -> None:
    answer = alice.post(f"{lobby}/seat", {"seat": OTHER}, htmx=True)

    assert answer.status_code == 200
    assert f'id="take-{ONE}"' in answer.text
    assert f'id="take-{OTHER}"' not in answer.text


def test_who_leaves_before_it_begins_has_not_been_in_it(
    alice: Browser, bob: Browser, both: str
) -> None:
    assert bob.post(f"{both}/leave").location == f"/scenarios/{SCENARIO}"
    assert "Bob" not in alice.get(both).text
    assert values(bob.get(both).text, "seat") == [OTHER, "observer"]

    alice.post(f"{both}/leave")
    assert bob.get(both).status_code == 404


def test_begin_is_offered_as_long_as_nobody_is_there_who_is_not_ready(
    alice: Browser, bob: Browser, lobby: str
) -> None:
    assert "Begin now with the stand-in" in alice.get(lobby).text
    join(bob, lobby)
    assert "Begin now with the stand-in" not in alice.get(lobby).text

    refused = alice.post(f"{lobby}/begin")

    assert refused.status_code == 409
    assert "Somebody is here who is not ready yet" in refused.text


def test_who_comes_after_it_began_takes_a_free_seat_and_lands_in_the_run(
    alice: Browser, bob: Browser, lobby: str
) -> None:
    alice.post(f"{lobby}/begin")
    assert "They have begun." in bob.get(lobby).text

    join(bob, lobby)

    assert bob.get(lobby).location.startswith("/runs/")


def test_the_lobby_is_not_sent_again_while_nothing_has_changed(
    alice: Browser, bob: Browser, lobby: str
) -> None:
    shown = alice.get(lobby, htmx=False)
    tag = shown.headers["HX-PTag"]

    assert look(alice, lobby, tag).status_code == 304
    join(bob, lobby)
    changed = look(alice, lobby, tag)

    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="lobby"')
    assert "Bob" in changed.text
    assert changed.headers["HX-PTag"] != tag


def test_a_lobby_in_which_nothing_has_changed_costs_two_queries(
    app: Flask, alice: Browser, lobby: str
) -> None:
    tag = alice.get(lobby, htmx=False).headers["HX-PTag"]
    look(alice, lobby, tag)

    with all_counted(app) as statements:
        assert look(alice, lobby, tag).status_code == 304

    assert len(statements) == 2, statements


def test_the_lobby_leads_on_by_itself_once_it_has_begun(
    alice: Browser, bob: Browser, both: str
) -> None:
    alice.post(f"{both}/ready")
    began = bob.post(f"{both}/ready", htmx=True)

    assert began.headers["HX-Redirect"].startswith("/runs/")
    assert look(alice, both).headers["HX-Redirect"].startswith("/runs/")


def look(browser: Browser, lobby: str, tag: str = "") -> TestResponse:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": tag}
    return browser.client.get(f"{lobby}/live", headers=headers)


def test_a_lobby_answers_nobody_who_is_not_in_it(lobby: str, charlie: Browser) -> None:
    assert look(charlie, lobby).status_code == 404
    for part in ("seat", "ready", "begin", "leave", "let-in", "not-them"):
        assert charlie.post(f"{lobby}/{part}").status_code == 404


def test_wrong_codes_are_stopped_before_one_is_guessed(
    app: Flask, lobby: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_tries, "PER_ADDRESS", 5)
    for _ in range(5):
        assert Browser(app).get("/pairs/ZZZZZZ").status_code == 404

    # A guesser who makes a guest of themselves each time is counted all the same.
    assert Browser(app).get(lobby).status_code == 429
    guest = Browser(app)
    guest.post("/be-a-guest")
    sent = {"seat": OTHER, "name": "Eve"}
    assert guest.post(f"{lobby}/join", sent).status_code == 429


def test_a_room_behind_one_address_gets_in(app: Flask, lobby: str) -> None:
    for _ in range(60):
        each = Browser(app)
        assert [each.get("/pairs/ZZZZZZ").status_code, each.get(lobby).status_code] == [404, 200]
    # Nor does it keep anybody from signing in.
    assert Browser(app).sign_in("alice@district.example").status_code == 303


def test_an_account_is_not_stopped_by_the_guesses_of_others(
    app: Flask, lobby: str, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_tries, "PER_ADDRESS", 1)
    monkeypatch.setattr(code_tries, "PER_ACCOUNT", 2)
    Browser(app).get("/pairs/ZZZZZZ")
    assert Browser(app).get(lobby).status_code == 429
    assert bob.get(lobby).status_code == 200

    for _ in range(2):
        bob.get("/pairs/ZZZZZZ")
    assert bob.get(lobby).status_code == 429


def test_who_is_signed_out_comes_back_to_the_same_lobby(
    app: Flask, alice: Browser, lobby: str
) -> None:
    alice.client.delete_cookie("session")
    asked = look(alice, lobby)
    assert asked.status_code == 401

    pressed = alice.post(f"{lobby}/ready")
    assert pressed.status_code == 401
    assert f"next={lobby.replace('/', '%2F')}" in pressed.text or f"next={lobby}" in pressed.text

    back = alice.sign_in("alice@district.example", next=lobby)
    assert back.location == lobby
    assert "Bring your partner in" in alice.get(lobby).text


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(app: Flask) -> None:
    for endpoint in ("lobby.live", "readmission.asked"):
        assert app.view_functions[endpoint].__dict__["polls"]


@pytest.mark.parametrize("page", ["/", "/scenarios", "/home"])
def test_who_was_invited_finds_the_field_for_a_code(guest: Browser, page: str) -> None:
    assert 'href="/pairs"' in guest.get(page).text


def test_who_is_in_a_run_finds_it_whatever_others_typed_at_their_address(
    lobby: str, alice: Browser, nobody: Browser, guest: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(nobody, lobby, name="Bob")
    monkeypatch.setattr(code_tries, "PER_ADDRESS", 1)
    guest.get("/pairs?code=ZZZZZZ")

    assert guest.get(lobby).status_code == 429
    assert nobody.get(lobby).status_code == 200


def test_the_wrong_codes_of_an_account_count_in_all_its_browsers(
    app: Flask, lobby: str, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_tries, "PER_ACCOUNT", 1)
    bob.get("/pairs?code=ZZZZZZ")
    again = Browser(app)
    again.sign_in("bob@district.example")

    assert again.get(lobby).status_code == 429


def test_who_leaves_as_it_begins_is_told_that_it_has_begun(
    lobby: str, alice: Browser, nobody: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(nobody, lobby, name="Bob")
    # Between the look at the run and the act, the other has begun.
    monkeypatch.setattr(presence, "leave", lambda *_, **__: True)

    answer = alice.post(f"{lobby}/leave")

    assert answer.status_code == 409
    assert "You have left" not in answer.text


def test_an_old_lobby_that_never_began_goes_when_somebody_new_comes(
    app: Flask, alice: Browser, lobby: str
) -> None:
    long_ago = NOON - timedelta(days=4000)
    assert alice.get(lobby).status_code == 200
    with app.app_context():
        db.session.execute(sa.update(Run).values(started_at=long_ago))
        db.session.execute(sa.update(Participant).values(seen_at=long_ago, changed_at=long_ago))
        db.session.commit()

    Browser(app).post("/be-a-guest")

    assert alice.get(lobby).status_code == 404
