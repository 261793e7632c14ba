"""Cohorts through their pages: make one, let people in, guess no code, leave."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.services import code_tries
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Cohort, Membership, SignInFailure, User, WorkPosition
from lfp_trainer.web.extensions import db
from tests.conftest import NOON, PASSWORD, Browser
from tests.web.cohorting import CohortPage
from tests.web.conftest import without_token

WRONG = "/join/ZZZZ2222"


def test_a_facilitator_makes_a_cohort_and_a_guest_joins_with_name_and_position(
    dana: Browser, nobody: Browser
) -> None:
    cohort = CohortPage.make(dana)
    asked = nobody.get(f"/join/{cohort.code}").text
    assert "Join “Lakeland, spring”" in asked
    assert "Dana facilitates it." in asked

    cohort.let_in(nobody, name="Gia", position="MS")

    for browser in (dana, nobody):
        page = browser.get(cohort.url).text
        assert re.search(r'<abbr class="position" title="Middle school">MS</abbr> Gia', page)
        assert (cohort.code in page) is (browser is dana)


def test_the_code_may_be_typed_in_any_way(dana: Browser, bob: Browser) -> None:
    code = CohortPage.make(dana).code

    answer = bob.get(f"/join?code={code[:4].lower()}+-+{code[4:]}")

    assert (answer.status_code, answer.location) == (303, f"/join/{code}")


@pytest.mark.parametrize("left_out", ["name", "position"])
def test_who_joins_says_who_they_are(dana: Browser, nobody: Browser, left_out: str) -> None:
    cohort = CohortPage.make(dana)
    data = {"name": "Gia", "position": "MS", left_out: ""}

    answer = nobody.post(f"/join/{cohort.code}", data)

    assert answer.status_code == 422
    assert f'id="{left_out}-error"' in answer.text
    assert "Gia" not in dana.get(cohort.url).text


def test_an_account_keeps_its_name_on_joining(
    dana: Browser, alice: Browser, database_url: str
) -> None:
    CohortPage.make(dana).let_in(alice, name="Somebody else", position="HS")

    engine = database.connect(database_url)
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(User.name, User.position).where(User.id == alice.user_id)
        ).one()
    engine.dispose()
    assert tuple(row) == ("Alice", WorkPosition.HIGH)


def test_who_is_in_it_already_is_led_to_it(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana, alice)

    assert alice.get(f"/join/{cohort.code}").location == cohort.url


def test_a_cohort_without_a_name_is_not_made(dana: Browser) -> None:
    for name in ("", " \u200b ", "x" * 81):
        assert dana.post("/cohorts", {"name": name}).status_code == 422
    assert "Open" not in dana.get("/cohorts").text


def test_an_unknown_cohort_and_somebody_elses_look_the_same(
    dana: Browser, bob: Browser, ada: Browser
) -> None:
    cohort = CohortPage.make(dana)

    for browser in (bob, ada):
        unknown, foreign = browser.get("/cohorts/" + "x" * 16), browser.get(cohort.url)
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert without_token(foreign.text) == without_token(unknown.text)


def test_a_code_that_leads_nowhere_is_counted_and_too_many_are_refused(
    dana: Browser, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = CohortPage.make(dana)
    monkeypatch.setattr(code_tries, "PER_ACCOUNT", 3)

    answers = [bob.get(WRONG).status_code for _ in range(5)]

    assert answers == [404, 404, 404, 429, 429]
    assert bob.get(f"/join/{cohort.code}").status_code == 429
    assert bob.post(f"/join/{cohort.code}", {"position": "EL"}).status_code == 429
    assert dana.get(f"/join/{cohort.code}").status_code == 303


def test_sixty_people_behind_one_address_join_without_a_refusal(
    app: Flask, dana: Browser, database_url: str
) -> None:
    cohort = CohortPage.make(dana)

    for number in range(60):
        browser = Browser(app)
        assert browser.get(f"/join/{cohort.code}").status_code == 200
        cohort.let_in(browser, name=f"Guest {number}")

    engine = database.connect(database_url)
    with engine.connect() as connection:
        members = connection.scalar(sa.select(sa.func.count()).select_from(Membership))
        failures = connection.scalar(sa.select(sa.func.count()).select_from(SignInFailure))
    engine.dispose()
    assert (members, failures) == (61, 0)


def test_a_member_leaves_and_the_only_facilitator_does_not(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana, alice)

    dana.post(f"{cohort.url}/leave")
    assert "Nobody else facilitates this cohort" in dana.get(cohort.url).text
    assert alice.post(f"{cohort.url}/leave").location == "/cohorts"
    assert alice.get(cohort.url).status_code == 404
    assert dana.post(f"{cohort.url}/leave").location == "/cohorts"
    assert dana.get(cohort.url).status_code == 404


def test_whoever_deletes_their_account_is_told_which_cohorts_close_and_the_members_are_told_too(
    dana: Browser, alice: Browser, bob: Browser
) -> None:
    alone = CohortPage.make(dana)
    assert "A cohort closes" not in dana.get("/account/delete").text
    cohort = CohortPage.make(dana, alice)
    asked = dana.get("/account/delete").text
    assert "A cohort closes" in asked
    assert asked.count("“Lakeland, spring”") == 1
    assert "A cohort closes" not in alice.get("/account/delete").text

    sent = {"sure": "yes", "password": PASSWORD}
    assert dana.post("/account/delete", sent).status_code == 303

    assert alice.get(alone.url).status_code == 404
    listed = alice.get("/cohorts").text
    assert "Lakeland, spring" in listed
    assert "Closed" in listed
    page = alice.get(cohort.url).text
    assert "This cohort was closed on" in page
    assert "train together" not in page
    assert bob.get(f"/join/{cohort.code}").status_code == 404
    assert alice.post(f"{cohort.url}/leave").location == "/cohorts"


def test_whoever_facilitates_a_closed_cohort_is_shown_nothing_that_is_not_there(
    app: Flask, dana: Browser, alice: Browser, bob: Browser
) -> None:
    cohort = CohortPage.make(dana, alice, bob)
    assert "Pair people for a scenario" in dana.get(cohort.url).text
    with app.app_context():
        db.session.execute(sa.update(Cohort).values(archived_at=NOON))
        db.session.commit()

    page = dana.get(cohort.url).text

    assert "This cohort was closed on" in page
    assert "Pair people for a scenario" not in page
    assert cohort.code not in page


def test_what_somebody_calls_themselves_is_shown_as_text(dana: Browser, nobody: Browser) -> None:
    cohort = CohortPage.make(dana)

    cohort.let_in(nobody, name="<b>Gia</b>")

    assert "&lt;b&gt;Gia&lt;/b&gt;" in dana.get(cohort.url).text
