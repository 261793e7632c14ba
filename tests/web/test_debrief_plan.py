"""The debrief plan through its pages, and what a cohort walks out with."""

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.services import access, sharing
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant, Rating, Run, Step
from lfp_trainer.web.extensions import db
from tests import shared
from tests.conftest import Browser
from tests.web.cohorting import CohortPage

NAMES = ("Quill Ann", "Quill Ben", "Quill Cleo", "Quill Dov")


@pytest.fixture
def cohort(app: Flask, dana: Browser, alice: Browser) -> CohortPage:
    """Dana's, which Alice is in; four others show what they have played, a fifth does not."""
    made = CohortPage.make(dana, alice)
    with app.app_context():
        joined = shared.cohort_at(db.session, made.url)
        people = shared.newcomers(db.session, *NAMES, "Quill Eve")
        shared.let_play(db.session, joined, people, shares=lambda each: each != people[-1])
    return made


def plan_of(cohort: CohortPage) -> str:
    return f"{cohort.url}/plan/{shared.SCENARIO}"


def fields(page: str) -> dict[str, object]:
    """Return the fields of the form that changes a plan, as a browser would send them."""
    lines = re.findall(r'name="([a-z]+(?:-\d+)?)"[^>]*value="([^"]*)"', page)
    texts = re.findall(r'<textarea[^>]*name="(text-\d+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    sent = {name: value for name, value in lines if not name.startswith(("gone", "csrf"))}
    ticked = re.findall(r'name="(gone-\d+)" value="(yes)" checked', page)
    return {name: html.unescape(each) for name, each in [*sent.items(), *texts, *ticked]}


def test_a_facilitator_finds_a_plan_for_each_scenario_that_is_shown(
    cohort: CohortPage, dana: Browser
) -> None:
    page = dana.get(f"{cohort.url}/plan").text

    assert f'href="{plan_of(cohort)}"' in page
    assert "4 people" in page
    assert "Reference, provisional:" in dana.get(plan_of(cohort)).text


def test_a_cohort_that_shows_nothing_has_no_plan_and_is_told_why(dana: Browser) -> None:
    empty = CohortPage.make(dana)

    assert "Nobody has shared a run" in dana.get(f"{empty.url}/plan").text
    assert dana.get(plan_of(empty)).status_code == 404


def test_no_name_and_no_word_of_anybody_is_on_the_plan(
    app: Flask, cohort: CohortPage, dana: Browser
) -> None:
    with app.app_context():
        reasons = {
            *db.session.scalars(sa.select(Step.reason).where(Step.reason != "")),
            *db.session.scalars(sa.select(Rating.reason).where(Rating.reason != "")),
        }
    assert reasons

    for page in (dana.get(plan_of(cohort)).text, dana.get(f"{plan_of(cohort)}/edit").text):
        assert [word for word in ("Quill", *reasons) if word in page] == []


def test_the_plan_can_be_made_for_another_time(cohort: CohortPage, dana: Browser) -> None:
    assert "· 90 minutes" in dana.get(f"{plan_of(cohort)}?minutes=90").text
    assert "· 45 minutes" in dana.get(f"{plan_of(cohort)}?minutes=7").text


def test_a_changed_plan_is_kept_with_its_parts_in_the_order_they_were_given(
    cohort: CohortPage, dana: Browser
) -> None:
    sent = fields(dana.get(f"{plan_of(cohort)}/edit").text)
    count = sum(1 for name in sent if name.startswith("title") and sent[name])
    assert count > 4
    sent |= {"title-1": "Come in", "place-1": "99", "minutes-1": "7", "gone-2": "yes"}

    answer = dana.post(plan_of(cohort), sent)

    assert (answer.status_code, answer.location) == (303, plan_of(cohort))
    page = dana.get(plan_of(cohort)).text
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert len(titles) == count - 1
    assert titles[-1] == "Come in"
    assert sent["title-2"] not in titles
    assert "as you made it" in page


def test_a_kept_plan_follows_the_answers_again_when_that_is_wished(
    cohort: CohortPage, dana: Browser
) -> None:
    before = re.findall(r"<h2>(.*?)</h2>", dana.get(plan_of(cohort)).text)
    dana.post(plan_of(cohort), {"version": "0", "title-1": "Mine", "text-1": "All of it"})
    assert re.findall(r"<h2>(.*?)</h2>", dana.get(plan_of(cohort)).text) == ["Mine"]

    dana.post(plan_of(cohort), {"act": "anew", "version": "2"})
    late = dana.get(plan_of(cohort))
    assert "Somebody has changed this plan meanwhile" in late.text
    assert re.findall(r"<h2>(.*?)</h2>", late.text) == ["Mine"]
    for _ in ("pressed", "pressed twice"):
        dana.post(plan_of(cohort), {"act": "anew", "version": "1"})

    assert re.findall(r"<h2>(.*?)</h2>", dana.get(plan_of(cohort)).text) == before


def test_parts_that_were_all_to_be_left_out_are_still_in_the_form(
    cohort: CohortPage, dana: Browser
) -> None:
    sent = fields(dana.get(f"{plan_of(cohort)}/edit").text)
    parts = [name for name in sent if name.startswith("text-") and sent[name]]
    gone = {f"gone-{name.partition('-')[2]}": "yes" for name in parts}

    refused = dana.post(plan_of(cohort), sent | gone)

    assert refused.status_code == 422
    assert "Leave at least one part in the plan." in refused.text
    again = fields(refused.text)
    assert {name: again[name] for name in parts} == {name: sent[name] for name in parts}
    assert gone.items() <= again.items()


def test_what_is_too_long_is_shown_whole_and_its_part_named(
    cohort: CohortPage, dana: Browser
) -> None:
    words = "word " * 300
    sent = {"version": "0", "title-1": "Last", "place-1": "9", "text-1": words.strip()}

    refused = dana.post(plan_of(cohort), sent | {"title-2": "First", "text-2": "x", "place-2": "1"})

    assert (
        "Part 2, what to say and ask: Shorten this to 1200 characters. It has 1499." in refused.text
    )
    assert fields(refused.text)["text-2"] == words.strip()


def test_a_plan_that_was_refused_once_overwrites_nothing_that_was_kept_meanwhile(
    cohort: CohortPage, dana: Browser
) -> None:
    mine = {"version": "0", "title-1": "y" * 91, "text-1": "mine"}
    dana.post(plan_of(cohort), {"version": "0", "title-1": "Kept meanwhile", "text-1": "x"})

    refused = dana.post(plan_of(cohort), mine)
    assert refused.status_code == 422
    again = dana.post(plan_of(cohort), fields(refused.text) | {"title-1": "Shorter"})

    assert again.status_code == 409
    assert "Somebody has changed this plan meanwhile" in again.text
    assert "Kept meanwhile" in dana.get(plan_of(cohort)).text


def test_what_was_typed_is_still_there_when_a_plan_cannot_be_kept(
    cohort: CohortPage, dana: Browser
) -> None:
    dana.post(plan_of(cohort), {"version": "0", "title-1": "First", "text-1": "x"})

    late = dana.post(plan_of(cohort), {"version": "0", "title-1": "Second", "text-1": "my words"})
    long = dana.post(plan_of(cohort), {"version": "1", "title-1": "y" * 91, "text-1": "my words"})
    empty = dana.post(plan_of(cohort), {"version": "1", "title-1": "", "text-1": ""})

    assert [late.status_code, long.status_code, empty.status_code] == [409, 422, 422]
    assert "Somebody has changed this plan meanwhile" in late.text
    for answer in (late, long):
        assert "my words" in answer.text
    # Sent again as the page now says, it is kept.
    assert dana.post(plan_of(cohort), fields(late.text)).status_code == 303
    assert "Second" in dana.get(plan_of(cohort)).text


def test_only_who_facilitates_the_cohort_reads_or_changes_its_plan(
    cohort: CohortPage, dana: Browser, alice: Browser, charlie: Browser, ada: Browser
) -> None:
    assert dana.get(plan_of(cohort)).status_code == 200

    for browser in (alice, charlie, ada):
        for htmx in (False, True):
            for url in (f"{cohort.url}/plan", plan_of(cohort), f"{plan_of(cohort)}/edit"):
                assert browser.get(url, htmx=htmx).status_code == 404
            sent = {"version": "0", "title-1": "Theirs"}
            assert browser.post(plan_of(cohort), sent, htmx=htmx).status_code == 404
    assert "Theirs" not in dana.get(plan_of(cohort)).text


def test_a_private_run_and_a_withdrawn_one_are_on_no_plan(
    app: Flask, cohort: CohortPage, dana: Browser
) -> None:
    assert "4 of us have shared" in dana.get(plan_of(cohort)).text

    with app.app_context(), writing(db.session):
        ann = shared.person(db.session, NAMES[0])
        key = db.session.scalar(sa.select(Run.key).join(Participant).filter_by(user_id=ann))
        sharing.withdraw(db.session, access.seat_in(db.session, str(key), viewer_id=ann))

    assert "3 of us have shared" in dana.get(plan_of(cohort)).text


def test_a_line_that_is_moved_to_another_part_goes_on_following_the_answers(
    app: Flask, cohort: CohortPage, dana: Browser
) -> None:
    sent = fields(dana.get(f"{plan_of(cohort)}/edit").text)
    was = {name: str(sent[name]).splitlines() for name in sent if name.startswith("text-")}
    (people,) = [line for line in was["text-1"] if "of us have shared" in line]
    sent["text-1"] = "Come in."
    sent["text-2"] = "\n".join([*was["text-2"], people])
    dana.post(plan_of(cohort), sent)
    assert "4 of us have shared" in dana.get(plan_of(cohort)).text

    with app.app_context(), writing(db.session):
        ann = shared.person(db.session, NAMES[0])
        sharing.withdraw(db.session, shared.run_of(db.session, ann))

    page = dana.get(plan_of(cohort)).text
    assert "3 of us have shared" in page
    assert "Come in." in page
