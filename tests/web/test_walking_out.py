"""Telling one's sentence through the pages: by choice, to one's cohort."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from lfp_trainer.services import access, sharing
from lfp_trainer.storage.database import writing
from lfp_trainer.web.extensions import db
from tests import shared
from tests.conftest import Browser
from tests.web.cohorting import CohortPage


@pytest.fixture
def cohort(dana: Browser, alice: Browser, bob: Browser) -> CohortPage:
    return CohortPage.make(dana, alice, bob)


@pytest.fixture
def run_url(app: Flask, cohort: CohortPage) -> str:
    """A run that Alice has finished, privately."""
    with app.app_context():
        joined = shared.cohort_at(db.session, cohort.url)
        alice_id = shared.person(db.session, "Alice")
        played = shared.let_play(db.session, joined, [alice_id], shares=lambda each: False)
        return f"/runs/{played[alice_id].key}"


def share(app: Flask, run_url: str, url: str) -> None:
    with app.app_context(), writing(db.session):
        alice_id = shared.person(db.session, "Alice")
        seated = access.seat_in(db.session, run_url.rsplit("/", 1)[1], viewer_id=alice_id)
        cohort = shared.cohort_at(db.session, url)
        sharing.agree(db.session, seated, cohort.id, now=datetime.now(UTC))


def sentence(page: str) -> str:
    found = re.search(r'<p class="plan-sentence">(.*?)(?: <span|</p>)', page)
    assert found
    return found[1]


def test_who_plays_privately_is_not_asked_and_told_nowhere(
    cohort: CohortPage, run_url: str, alice: Browser, dana: Browser
) -> None:
    page = alice.get(run_url).text
    assert "Who else may read this sentence?" not in page

    answer = alice.post(f"{run_url}/next-step/told", {"told": "named"}, htmx=True)

    assert "This run is private" in answer.text
    assert sentence(page) not in dana.get(f"{cohort.url}/walking-out").text


def test_a_sentence_told_with_a_name_is_read_by_everybody_in_the_cohort(
    app: Flask, cohort: CohortPage, run_url: str, alice: Browser, bob: Browser, dana: Browser
) -> None:
    share(app, run_url, cohort.url)
    mine = sentence(alice.get(run_url).text)
    for browser in (bob, dana):
        assert mine not in browser.get(f"{cohort.url}/walking-out").text

    answer = alice.post(f"{run_url}/next-step/told", {"told": "named"})

    assert (answer.status_code, answer.location) == (303, run_url)
    assert re.search(r'value="named" checked', alice.get(run_url).text)
    for browser in (bob, dana):
        page = browser.get(f"{cohort.url}/walking-out").text
        assert mine in page
        assert '<span class="plan-day">Alice</span>' in page


def test_a_single_sentence_without_a_name_waits(
    app: Flask, cohort: CohortPage, run_url: str, alice: Browser, dana: Browser
) -> None:
    share(app, run_url, cohort.url)
    mine = sentence(alice.get(run_url).text)

    alice.post(f"{run_url}/next-step/told", {"told": "unnamed"})

    page = dana.get(f"{cohort.url}/walking-out").text
    assert mine not in page
    assert "once three people have told theirs" in page


def test_nobody_else_reads_or_chooses_for_somebody(
    app: Flask, cohort: CohortPage, run_url: str, alice: Browser, bob: Browser, charlie: Browser
) -> None:
    share(app, run_url, cohort.url)
    alice.post(f"{run_url}/next-step/told", {"told": "named"})

    assert charlie.get(f"{cohort.url}/walking-out").status_code == 404
    for browser in (bob, charlie):
        assert browser.post(f"{run_url}/next-step/told", {"told": "nobody"}).status_code == 404
    assert re.search(r'value="named" checked', alice.get(run_url).text)
