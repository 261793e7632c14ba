"""A guest comes back with a code of their own, where nobody is left to let them in."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.services import code_tries
from lfp_trainer.storage.models import Participant, User
from lfp_trainer.web.extensions import db
from tests.conftest import PASSWORD, Browser
from tests.web.test_lobby import invite, join

SHOWN = re.compile(r'id="own-code-text"[^>]*value="([^"]+)"')
UNDER_MORE = re.compile(r'your own code, <b class="live-own-code">([^<]+)</b>')


@pytest.fixture
def ann(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def bo(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def lobby(ann: Browser, bo: Browser) -> str:
    """A run of two guests, Ann and Bo, that has begun."""
    lobby = invite_as_guest(ann, "Ann")
    assert join(bo, lobby, name="Bo").status_code == 303
    return lobby


def invite_as_guest(browser: Browser, name: str) -> str:
    sheet = browser.get("/scenarios/glowing-observations").text
    key = re.findall(r'name="start_key" value="([^"]+)"', sheet)[-1]
    sent = {"scenario": "glowing-observations", "own_seat": "partner", "name": name}
    answer = browser.post("/pairs", sent | {"start_key": key}, on="/sign-in")
    assert answer.status_code == 303
    return answer.location


def begin(*people: Browser, lobby: str) -> str:
    """Let people get ready, and return the address of their run."""
    for each in people:
        assert each.post(f"{lobby}/ready").status_code == 303
    return people[0].get(lobby).location.partition("?")[0]


def code_of(browser: Browser, url: str) -> str:
    found = SHOWN.search(browser.get(url).text) or UNDER_MORE.search(browser.get(url).text)
    assert found, url
    return html.unescape(found[1])


def come_back(browser: Browser, lobby: str, code: str, **more: str) -> TestResponse:
    return browser.post(f"{lobby}/own-code", {"own_code": code, **more}, on=f"{lobby}/own-code")


def write(browser: Browser, run: str, words: str) -> None:
    """Leave words in a diagnosis that is not committed."""
    assert browser.post(f"{run}/case").status_code == 303
    sent = {"reason": words, "act": "stop"}
    assert browser.post(f"{run}/diagnosis", sent).status_code < 400


def test_two_guests_who_both_lost_their_browsers_come_back_to_all_they_wrote(
    app: Flask, lobby: str, ann: Browser, bo: Browser
) -> None:
    codes = [code_of(each, lobby) for each in (ann, bo)]
    run = begin(ann, bo, lobby=lobby)
    write(ann, run, "Ann wrote this.")
    write(bo, run, "Bo wrote that.")

    for code, words, other in (
        (codes[0], "Ann wrote this.", "Bo wrote that."),
        (codes[1], "Bo wrote that.", "Ann wrote this."),
    ):
        device = Browser(app)
        assert come_back(device, lobby, code).location == lobby
        assert device.get(lobby).location.partition("?")[0] == run
        page = device.get(f"{run}?stage=diagnosis").text
        assert words in page
        assert other not in page


def test_the_code_stands_on_every_page_of_the_run_and_is_ones_own(
    lobby: str, ann: Browser, bo: Browser
) -> None:
    codes = [code_of(each, lobby) for each in (ann, bo)]
    assert codes[0] != codes[1]
    run = begin(ann, bo, lobby=lobby)

    for page in (run, f"{run}?stage=case"):
        assert [code_of(each, page) for each in (ann, bo)] == codes
        assert codes[0] not in bo.get(page).text
    assert codes[1] not in ann.get(f"{run}/live", htmx=True).text


def test_who_has_an_account_has_no_such_code(alice: Browser, bob: Browser) -> None:
    lobby = invite(alice)
    join(bob, lobby)
    run = begin(alice, bob, lobby=lobby)

    assert not SHOWN.search(alice.get(lobby).text)
    assert "own code" not in alice.get(run).text


def test_a_code_is_read_small_with_spaces_or_without(
    lobby: str, ann: Browser, phone: Browser
) -> None:
    code = code_of(ann, lobby)

    assert come_back(phone, lobby, code.lower().replace(" ", "")).location == lobby
    assert "Ann</b> (you)" in phone.get(lobby).text


def test_a_wrong_code_is_told_from_no_run_by_nothing_and_counted(
    lobby: str, ann: Browser, bo: Browser, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = code_of(ann, lobby)
    wrong = come_back(phone, lobby, "AAAA AAAA")
    nowhere = come_back(phone, "/pairs/ZZZZZZ", right)

    assert (wrong.status_code, nowhere.status_code) == (422, 422)
    assert "No guest in this run has that code." in wrong.text
    for page in (wrong.text, nowhere.text):
        assert "Ann" not in page
    alike = [
        re.sub(r'ZZZZZZ|[A-Z2-9]{6}|value="[^"]*"', "", each.text) for each in (wrong, nowhere)
    ]
    assert alike[0] == alike[1]
    assert 'value="AAAA AAAA"' in wrong.text

    monkeypatch.setattr(code_tries, "PER_ADDRESS", 2)
    stopped = come_back(phone, lobby, right)
    assert stopped.status_code == 429
    assert phone.get(lobby).status_code == 429


def test_who_comes_back_is_asked_about_no_more(
    app: Flask, lobby: str, ann: Browser, bo: Browser, phone: Browser
) -> None:
    code = code_of(bo, lobby)
    with app.app_context(), db.session.begin():
        long_ago = datetime.now(UTC) - timedelta(minutes=2)
        db.session.execute(sa.update(Participant).values(seen_at=long_ago))
    phone.post(f"{lobby}/return", {"seat": "principal"}, on="/sign-in")
    assert "says they are Bo" in ann.get(lobby).text
    waiting = phone.get(lobby).text
    assert f'href="{lobby}/own-code"' in waiting

    assert come_back(phone, lobby, code).location == lobby

    assert "Bo</b> (you)" in phone.get(lobby).text
    with app.app_context(), db.session.begin():
        db.session.execute(sa.update(Participant).values(seen_at=long_ago))
    assert "says they are Bo" not in ann.get(lobby).text


def test_what_this_browsers_guest_practiced_is_brought_along_only_if_they_say_so(
    app: Flask, lobby: str, ann: Browser, phone: Browser
) -> None:
    code = code_of(ann, lobby)
    assert "Bring along" not in phone.get(f"{lobby}/own-code").text
    other = invite_as_guest(phone, "Somebody")
    assert 'name="bring"\n           value="yes" checked' in phone.get(f"{lobby}/own-code").text
    tablet = Browser(app)
    third = invite_as_guest(tablet, "Another")

    come_back(phone, lobby, code, bring="yes")
    come_back(tablet, lobby, code)

    assert "Ann</b> (you)" in phone.get(other).text
    assert "(you)" not in tablet.get(third).text
    with app.app_context():
        names = db.session.scalars(sa.select(User.name)).all()
    assert "Somebody" not in names


def test_an_account_takes_in_the_guest_whose_code_it_types(
    app: Flask, lobby: str, ann: Browser, bo: Browser, alice: Browser
) -> None:
    code = code_of(ann, lobby)
    run = begin(ann, bo, lobby=lobby)
    assert "You are signed in as Alice." in alice.get(f"{lobby}/own-code").text

    assert come_back(alice, lobby, code).location == lobby

    assert alice.get(run).status_code == 200
    assert ann.get(run).status_code in (303, 404)
    again = come_back(Browser(app), lobby, code)
    assert again.status_code == 422


def test_who_has_made_an_account_since_comes_back_by_signing_in_alone(
    lobby: str, ann: Browser, phone: Browser
) -> None:
    code = code_of(ann, lobby)
    account = {"name": "Ann", "email": "ann@district.example", "password": PASSWORD}
    assert ann.post("/register", account).status_code == 303

    assert come_back(phone, lobby, code).status_code == 422

    assert "(you)" not in phone.get(lobby).text
    assert "Ann</b> (you)" in ann.get(lobby).text


def test_who_is_in_the_run_with_an_account_does_not_swallow_their_partner(
    ann: Browser, alice: Browser
) -> None:
    lobby = invite_as_guest(ann, "Ann")
    join(alice, lobby)
    code = code_of(ann, lobby)

    refused = come_back(alice, lobby, code)

    assert refused.status_code == 409
    assert "You are in this run yourself" in refused.text
    assert "Ann</b> (you)" in ann.get(lobby).text


def test_the_code_of_a_run_that_is_closed_to_others_leads_to_who_has_their_own(
    app: Flask, lobby: str, ann: Browser, bo: Browser, phone: Browser
) -> None:
    code = code_of(ann, lobby)
    begin(ann, bo, lobby=lobby)  # both are there, so nobody is to be asked for

    finder = phone.get("/pairs/ZZZZZZ")
    assert finder.status_code == 404
    assert 'href="/pairs/ZZZZZZ/own-code"' in finder.text

    assert come_back(phone, lobby, code).status_code == 303


def test_who_is_still_seen_at_the_old_device_is_told_when_they_can_ask(
    lobby: str, ann: Browser, bo: Browser, phone: Browser, alice: Browser
) -> None:
    begin(ann, bo, lobby=lobby)

    joining = phone.get(lobby).text
    asking = phone.get(f"{lobby}/own-code").text

    assert "I am Ann" not in joining
    assert f'href="{lobby}/own-code"' in joining
    assert "ask here in a minute" in joining
    assert "wait a minute" in asking
    assert "Sign in</a>" in asking.partition("<main")[2]
    assert "Sign in</a>" not in alice.get(f"{lobby}/own-code").text.partition("<main")[2]
