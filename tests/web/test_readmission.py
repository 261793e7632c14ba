"""A guest on another device asks for their seat; whoever is in the run answers on its page."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.services import code_tries
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Pair, Participant, SignInFailure
from lfp_trainer.web.extensions import db
from tests.conftest import HTMX, Browser
from tests.together import ONE, Together, words_of
from tests.web.pairs import PLACES
from tests.web.test_lobby import OTHER, invite, join


@pytest.fixture
def lobby(alice: Browser, nobody: Browser) -> str:
    """A run that has begun, of Alice and of a guest who calls himself Bob."""
    lobby = invite(alice)
    assert join(nobody, lobby, name="Bob").status_code == 303
    for each in (alice, nobody):
        assert each.post(f"{lobby}/ready").status_code == 303
    return lobby


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app)


def go_away(app: Flask, seat: str = OTHER) -> None:
    """Let the person in a seat have been silent for two minutes."""
    with app.app_context(), db.session.begin():
        db.session.execute(
            sa.update(Participant)
            .where(Participant.seat == seat)
            .values(seen_at=datetime.now(UTC) - timedelta(minutes=2))
        )


def ask(browser: Browser, lobby: str) -> TestResponse:
    return browser.post(f"{lobby}/return", {"seat": OTHER}, on="/sign-in")


def question(app: Flask, lobby: str) -> dict[str, object]:
    """Return what the form of the question sends."""
    with app.app_context():
        row = db.session.execute(
            sa.select(Participant.user_id, Participant.asked_by).where(Participant.seat == OTHER)
        ).one()
    return {"person": row.user_id, "asker": row.asked_by}


def waits(browser: Browser, lobby: str) -> TestResponse:
    """Ask as the page of somebody who waits does by itself."""
    tag = re.search(r'hx-ptag="([^"]*)"', browser.get(lobby).text)
    told = {"HX-PTag": tag.group(1)} if tag else {}
    return browser.client.get(f"{lobby}/asked", headers=HTMX | told)


def test_a_guest_who_is_there_is_nobody_to_be(lobby: str, phone: Browser) -> None:
    assert "I am Bob" not in phone.get(lobby).text


def test_a_guest_is_let_in_on_another_device_and_finds_their_place(
    app: Flask, lobby: str, alice: Browser, nobody: Browser, phone: Browser
) -> None:
    go_away(app)
    assert "I am Bob, on another device" in phone.get(lobby).text

    assert ask(phone, lobby).location == f"{lobby}?answer=awaited"
    waiting = phone.get(lobby).text
    assert "You have asked to come back as Bob" in waiting
    assert 'name="seat"' not in waiting
    assert waits(phone, lobby).status_code == 304

    run = alice.get(lobby).location
    answer = alice.post(f"{lobby}/let-in", question(app, lobby))
    assert answer.location == lobby

    assert waits(phone, lobby).headers["HX-Redirect"] == lobby
    there = phone.get(lobby).location
    assert there.partition("?")[0] == run.partition("?")[0]
    assert phone.get(there).status_code == 200
    assert nobody.get(there).status_code == 404


def test_the_page_of_the_run_is_shown_again_after_an_answer(
    app: Flask, lobby: str, alice: Browser, phone: Browser
) -> None:
    go_away(app)
    ask(phone, lobby)

    answer = alice.post(f"{lobby}/not-them", question(app, lobby), htmx=True)

    assert answer.status_code == 200
    assert 'id="stage"' in answer.text
    again = alice.post(f"{lobby}/let-in", {"person": 1, "asker": 1}, htmx=True)
    assert again.status_code == 409
    assert "Nobody is asking for that seat any more" in again.text
    assert again.headers["HX-Retarget"] == "#stage"


def test_who_asks_where_nobody_is_there_is_told_so_and_need_not_wait(
    app: Flask, lobby: str, alice: Browser, phone: Browser
) -> None:
    go_away(app)
    ask(phone, lobby)
    waiting = phone.get(lobby).text
    assert "Nobody of that run has it open" not in waiting
    tag = re.findall(r'hx-ptag="([^"]*)"', waiting)[0]
    go_away(app, ONE)

    answer = phone.client.get(f"{lobby}/asked", headers=HTMX | {"HX-PTag": tag})

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="lobby"')
    assert "Nobody of that run has it open just now." in answer.text
    assert 'href="/scenarios/glowing-observations"' in answer.text
    assert answer.headers["HX-PTag"] != tag
    assert "Nobody of that run has it open just now." in phone.get(lobby).text
    assert waits(phone, lobby).status_code == 304


def test_who_is_refused_is_told_so_and_may_ask_again(
    app: Flask, lobby: str, alice: Browser, phone: Browser
) -> None:
    go_away(app)
    ask(phone, lobby)
    alice.post(f"{lobby}/not-them", question(app, lobby))

    led = waits(phone, lobby).headers["HX-Redirect"]

    assert "You were not let in from this device" in phone.get(led).text
    assert "I am Bob, on another device" in phone.get(led).text


def test_who_is_refused_or_asked_after_by_another_is_told_so_without_javascript(
    app: Flask, lobby: str, alice: Browser, phone: Browser
) -> None:
    def looks_again() -> str:
        found = re.search(r'href="([^"]*)">Look again<', phone.get(lobby).text)
        assert found
        return html.unescape(found.group(1))

    go_away(app)
    ask(phone, lobby)
    again = looks_again()
    assert "You have asked to come back as Bob" in phone.get(again).text

    alice.post(f"{lobby}/not-them", question(app, lobby))
    assert "whoever is in the run has said no" in phone.get(again).text
    ask(phone, lobby)
    assert "has said no" not in phone.get(again).text
    ask(Browser(app), lobby)
    assert "somebody else has asked for the same seat since" in phone.get(again).text


def test_who_asked_in_vain_is_told_so_where_nobody_can_be_asked_for_any_more(
    app: Flask, lobby: str, alice: Browser, nobody: Browser, phone: Browser
) -> None:
    go_away(app)
    asked = ask(phone, lobby).location
    led = f"{lobby}?answer=no"
    alice.post(f"{lobby}/not-them", question(app, lobby))
    told = [phone.get(each).text for each in (asked, led)]
    assert all("whoever is in the run has said no" in each for each in told)
    with app.app_context(), db.session.begin():  # the conversation has opened
        db.session.execute(sa.update(Pair).values(opened_at=datetime.now(UTC)))
    nobody.get(nobody.get(lobby).location)

    for page in (phone.get(asked), phone.get(led), phone.get("/pairs/ZZZZZZ?answer=no")):
        assert page.status_code == 404
        assert "You were not let in from this device, and that run lets nobody in" in page.text
    assert "No run that can be joined has this code" in phone.get(lobby).text


def test_who_opens_a_page_of_the_run_is_there_without_javascript_too(
    app: Flask, lobby: str, alice: Browser, nobody: Browser
) -> None:
    go_away(app)
    hers = alice.get(lobby).location
    assert "is away" in alice.get(hers).text

    assert nobody.get(nobody.get(lobby).location).status_code == 200

    assert "is away" not in alice.get(hers).text


def test_who_asks_for_the_seat_of_somebody_who_is_back_is_told_so(
    app: Flask, lobby: str, nobody: Browser, phone: Browser
) -> None:
    back = "Bob is here again on the device they began with"
    go_away(app)
    ask(phone, lobby)
    assert waits(phone, lobby).status_code == 304
    tag = re.findall(r'hx-ptag="([^"]*)"', phone.get(lobby).text)[0]
    assert back not in phone.get(lobby).text
    nobody.get(nobody.get(lobby).location)

    answer = phone.client.get(f"{lobby}/asked", headers=HTMX | {"HX-PTag": tag})

    assert answer.status_code == 200
    assert back in answer.text
    assert "lets you in" not in answer.text
    assert back in phone.get(lobby).text


def test_the_question_stands_in_the_lobby_too(
    app: Flask, alice: Browser, nobody: Browser, phone: Browser
) -> None:
    lobby = invite(alice)
    join(nobody, lobby, name="Bob")
    go_away(app)
    ask(phone, lobby)

    page = alice.get(lobby).text
    assert "Somebody on another device says they are Bob." in page

    let = alice.post(f"{lobby}/let-in", question(app, lobby), htmx=True)
    assert let.status_code == 200
    assert 'id="lobby"' in let.text
    assert "says they are Bob" not in let.text
    assert "You are not" not in phone.get(lobby).text
    assert "Bring your partner in" in phone.get(lobby).text
    assert nobody.get(lobby).status_code == 200


def test_the_seat_of_an_account_is_not_offered(
    app: Flask, alice: Browser, bob: Browser, phone: Browser
) -> None:
    lobby = invite(alice)
    join(bob, lobby)
    go_away(app)

    assert "I am Bob" not in phone.get(lobby).text
    assert ask(phone, lobby).status_code == 409


def test_whether_there_is_such_a_code_only_the_page_that_counts_says(phone: Browser) -> None:
    phone.post("/be-a-guest")

    assert waits(phone, "/pairs/ZZZZZZ").headers["HX-Redirect"] == "/pairs/ZZZZZZ?answer=no"


def test_to_who_has_not_asked_a_code_that_leads_somewhere_is_like_one_that_does_not(
    app: Flask, lobby: str, phone: Browser
) -> None:
    phone.post("/be-a-guest")

    places = (lobby, "/pairs/ZZZZZZ")
    answers = [phone.client.get(f"{each}/asked", headers=HTMX) for each in places]

    assert [each.headers["HX-Redirect"].rpartition("/")[2][6:] for each in answers] == [
        "?answer=no"
    ] * 2
    assert {each.status_code for each in answers} == {answers[0].status_code}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 2


def test_whoever_asks_about_codes_there_is_stopped_like_any_guesser(
    phone: Browser, lobby: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.post("/be-a-guest")
    monkeypatch.setattr(code_tries, "PER_ADDRESS", 2)
    for _ in range(2):
        waits(phone, "/pairs/ZZZZZZ")

    assert {waits(phone, each).status_code for each in (lobby, "/pairs/ZZZZZZ")} == {429}


def known(browser: Browser) -> Browser:
    browser.user_id = browser.post("/be-a-guest").json["id"]  # type: ignore[index]
    return browser


@pytest.mark.parametrize("at", ["answered", "talking", "rated"])
def test_whoever_lets_somebody_in_does_not_learn_there_what_was_hidden(
    session: Session, alice: Browser, nobody: Browser, phone: Browser, at: str
) -> None:
    """Alice says on a second device that she is Bob, and lets herself in."""
    alice_id, bob_id, phone_id = (known(each).user_id if each is not alice else alice.user_id
                                  for each in (alice, nobody, phone))  # fmt: skip
    together = Together.open(session, alice_id, now=datetime.now(UTC))
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(bob_id)
    hidden = [words_of(bob_id, about) for about in ("reason", "a private note", f"play {OTHER}")]
    if at == "answered":
        hidden += [words_of(bob_id, "diagnosis"), words_of(bob_id, "rating")]
    else:
        together.commit(alice_id)
        while bob_id not in deciders(together, alice_id):
            together.choose(alice_id)
        together.choose(bob_id)
        while bob_id in deciders(together, alice_id):
            together.choose(bob_id)
        assert together.note_privately(alice_id, bob_id) == bob_id
    if at == "rated":
        together.play_to_the_end(alice_id, bob_id)
        together.rate_play(bob_id)
    with writing(session):
        session.execute(
            sa.update(Participant)
            .where(Participant.user_id == bob_id)
            .values(seen_at=together.now - timedelta(minutes=2))
        )
    lobby = f"/pairs/{together.code}"
    assert ask(phone, lobby).status_code == 303
    sent = {"person": bob_id, "asker": phone_id}
    assert alice.post(f"{lobby}/let-in", sent).status_code == 303

    session.rollback()
    assert together.seat(phone_id).seat == OTHER
    for place in (*PLACES, "/live?at=role-play.0.0", "?stage=rating&card=0"):
        for browser in (phone, alice):
            answer = browser.get(f"/runs/{together.key}{place}")
            assert answer.status_code != 500
            text = html.unescape(answer.text)
            assert [each for each in hidden if each in text] == [], place
    answer = phone.get("/account/data.json")
    assert answer.status_code == 200
    data = answer.text
    assert [each for each in hidden if each in data] == []


def deciders(together: Together, viewer_id: int) -> list[int]:
    on_turn = together.on_turn(viewer_id)
    return [each.user_id for each in together.company(viewer_id).deciders(on_turn)]


CLAIM = re.compile(r'name="claim"\s+value="yes"( checked)?>')


def test_a_guest_who_signs_in_on_the_way_brings_the_run_along_unless_they_say_otherwise(
    app: Flask, lobby: str, nobody: Browser
) -> None:
    run = nobody.get(lobby).location
    page = nobody.get("/sign-in").text
    assert CLAIM.findall(page) == [" checked"]
    assert "Without this your seat in it stays behind" in page

    refused = nobody.post("/sign-in", {"email": "x@district.example", "password": "wrong"}).text
    assert CLAIM.findall(refused) == [""]

    # Later somebody else may sit at this browser: then it has to be said.
    with app.app_context(), db.session.begin():
        db.session.execute(
            sa.update(Participant).values(seen_at=datetime.now(UTC) - timedelta(minutes=16))
        )
    assert CLAIM.findall(nobody.get("/sign-in").text) == [""]
    assert nobody.get(run).status_code == 200
