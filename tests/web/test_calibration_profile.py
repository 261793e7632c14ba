"""The page about how one rates: empty, with too little, with enough; and nobody else's."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer import config, scenario_files
from lfp_trainer.services import demo, exercise_shelf, library
from lfp_trainer.services.demo_calibration import rate_sets
from lfp_trainer.storage import database
from lfp_trainer.web.calibration import FIGURES
from tests import scenarios
from tests.conftest import Browser
from tests.statements import counted
from tests.web.conftest import start
from tests.web.test_home import play_finished_runs

Practice = Callable[[Browser], None]


@pytest.fixture
def practice(database_url: str) -> Practice:
    """Let somebody rate six cases and two sets of vignettes."""

    def practice(browser: Browser) -> None:
        engine = database.connect(database_url)
        dice, now = Random(5), datetime.now(UTC)
        exercises = exercise_shelf.on_shelf(config.SCENARIOS).values()
        with Session(engine, expire_on_commit=False) as session, database.writing(session):
            for published in library.on_offer(session)[:6]:
                demo.play_run(
                    session, published, user_id=browser.user_id, seat="both",
                    habit=demo.by_chance, stop=None, dice=dice, now=now,
                )  # fmt: skip
            rate_sets(session, exercises, [browser.user_id], dice, now)
        engine.dispose()

    return practice


def titles(page: str) -> list[str]:
    """Return the figures that are drawn."""
    return re.findall(r'-title">([^<]+)</h2>', page)


def test_before_anything_is_rated_the_page_invites(alice: Browser) -> None:
    page = alice.get("/calibration").text

    assert "Nothing to tell yet" in page
    assert "about 12 ratings" in page
    assert 'href="/calibrate"' in page
    assert titles(page) == []


def test_a_draft_of_a_rating_tells_nothing(alice: Browser) -> None:
    run = start(alice).to_rating()
    assert run.rate(0).status_code == 303

    assert "Nothing to tell yet" in alice.get("/calibration").text


def test_from_too_few_ratings_nothing_is_drawn_and_it_says_how_many_more(alice: Browser) -> None:
    start(alice).to_role_play()

    page = alice.get("/calibration").text

    assert titles(page) == []
    assert "Too early to tell" in page
    assert "<dt>In the band</dt><dd>1 more rating.</dd>" in page
    assert (
        "<dt>Agreement beyond chance</dt><dd>6 more ratings with a level on both sides.</dd>"
        in page
    )
    assert (
        "in band" not in alice.get("/home").text.split("My calibration")[1].split("</section>")[0]
    )
    assert "after 1 more rating." in alice.get("/home").text


def test_home_draws_nothing_while_only_a_small_figure_can_be_told(
    alice: Browser, database_url: str
) -> None:
    play_finished_runs(database_url, alice.user_id, 1, "everything-in-place")

    section = alice.get("/home").text.split('id="my-calibration"')[1].split("</section>")[0]

    assert titles(alice.get("/calibration").text) == [FIGURES["silence"]]
    assert "<dl" not in section
    assert "Try next" not in section
    assert "after 1 more rating." in section


def test_with_enough_every_figure_is_drawn_said_and_leads_on(
    alice: Browser, practice: Practice
) -> None:
    practice(alice)

    page = alice.get("/calibration").text

    assert titles(page) == [*FIGURES.values()]
    articles = re.findall(r"<article class=\"profile-figure\".*?</article>", page, re.DOTALL)
    assert len(articles) == len(FIGURES)
    for article in articles:
        assert "<svg" in article
        assert article.count("Try next:") == 1
        assert len(re.findall(r'class="profile-next".*?<a href', article, re.DOTALL)) == 1


def test_every_link_of_it_leads_to_a_page_that_has_what_it_points_to(
    alice: Browser, practice: Practice
) -> None:
    practice(alice)
    page = alice.get("/calibration").text
    main = page[page.index("<main") : page.index("</main>")]
    addresses = {html.unescape(each) for each in re.findall(r'href="([^"]+)"', main)}

    assert any(each.startswith("/calibrate/anchors?strand=") for each in addresses)
    assert any(each.startswith("/scenarios/") for each in addresses)
    for address in addresses:
        path, _, place = address.partition("#")
        answer = alice.get(path, follow_redirects=True)
        assert answer.status_code == 200, address
        assert not place or f'id="{place}"' in answer.text, address


def test_a_scenario_that_is_suggested_is_one_that_is_not_finished(
    alice: Browser, practice: Practice
) -> None:
    practice(alice)

    suggested = {*re.findall(r'href="/scenarios/([\w-]+)"', alice.get("/calibration").text)}

    assert len(suggested) == 1  # six of seven have been played to an end
    shelf = alice.get("/scenarios?practice=new").text
    assert f'href="/scenarios/{suggested.pop()}"' in shelf


def test_it_says_whose_it_is_and_that_the_reference_is_provisional(
    alice: Browser, practice: Practice
) -> None:
    practice(alice)

    page = alice.get("/calibration").text

    assert "Yours alone" in page
    assert "Nobody else sees this page" in page
    assert "provisional" in page
    assert "expert" not in page


def test_the_own_role_is_marked_where_somebody_says_where_they_work(
    alice: Browser, practice: Practice
) -> None:
    practice(alice)
    unknown = alice.get("/calibration").text
    assert "your role" not in unknown
    assert "say where you work" in unknown

    alice.post("/account/profile", {"name": "Alice", "position": "CO"})
    partner = alice.get("/calibration").text
    alice.post("/account/profile", {"name": "Alice", "position": "MDE-ISD"})
    neither = alice.get("/calibration").text

    assert re.search(r'Central-office partner <b class="speech-you">your role', partner)
    assert partner.count("your role") == 1
    assert "say where you work" not in partner
    assert "your role" not in neither
    assert "None of them is the role of where you work." in neither


def test_a_guest_has_a_profile_too_and_is_told_how_to_say_where_they_work(
    guest: Browser, practice: Practice
) -> None:
    practice(guest)

    page = guest.get("/calibration").text

    assert titles(page) == [*FIGURES.values()]
    assert re.search(r'href="/register">an account</a>', page)


def test_nobody_sees_how_somebody_else_rates(
    alice: Browser, bob: Browser, ada: Browser, practice: Practice
) -> None:
    practice(alice)

    assert "In the band" in alice.get("/calibration").text
    for other in (bob, ada):
        assert "Nothing to tell yet" in other.get("/calibration").text
        assert "In the band" not in other.get("/home").text


def test_home_tells_it_in_short_and_leads_to_all_of_it(alice: Browser, practice: Practice) -> None:
    practice(alice)

    home = alice.get("/home").text
    section = home.split('id="my-calibration"')[1].split("</section>")[0]

    assert [*re.findall("<dt>(.*?)</dt>", section)] == [
        "In the band",
        "Which way you lean",
        "Sitting by sitting",
    ]
    assert section.count("Try next:") == 1
    assert 'href="/calibration"' in section
    assert "Set 1" in section
    assert home.count("My calibration</h2>") == 1


def test_the_profile_takes_as_many_queries_for_much_practice_as_for_little(
    app: Flask, database_url: str, alice: Browser, bob: Browser, practice: Practice
) -> None:
    play_finished_runs(database_url, alice.user_id, 3)
    play_finished_runs(database_url, alice.user_id, 1, "everything-in-place")
    practice(bob)
    play_finished_runs(database_url, bob.user_id, 32)
    alice.get("/calibration")  # what is loaded once, is loaded

    with counted(app) as few:
        assert "In the band" in alice.get("/calibration").text
    with counted(app) as many:
        assert "In the band" in bob.get("/calibration").text

    assert len(few) == len(many) < 10


def test_playing_a_case_again_adds_nothing_and_the_page_says_so(
    alice: Browser, database_url: str
) -> None:
    play_finished_runs(database_url, alice.user_id, 2)

    page = alice.get("/calibration").text

    assert "4 ratings on the rubric" in page
    assert "What is rated again after its reference was seen does not count." in page


def test_another_rubric_has_a_profile_of_its_own(
    alice: Browser, database_url: str, practice: Practice, tmp_path: Path
) -> None:
    practice(alice)
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        for seed in range(4):
            path = scenarios.shelve(tmp_path, scenarios.scenario() | {"id": f"small-case-{seed}"})
            id = library.publish(session, scenario_files.read_sources(path), now=datetime.now(UTC))
            demo.play_run(
                session, library.current(session, id), user_id=alice.user_id, seat="both",
                habit=demo.by_chance, stop=None, dice=Random(seed), now=datetime.now(UTC),
            )  # fmt: skip
    engine.dispose()

    page = alice.get("/calibration").text
    other = alice.get("/calibration?rubric=small-5-5").text

    assert 'href="/calibration?rubric=small-5-5"' in page
    assert "on the rubric “Impact and influence”" in page
    assert "on the rubric “A small rubric”" in other
    assert "16 ratings" in other
    # It has no vignettes, and its cases are finished: what is left is the shelf.
    assert 'href="/calibrate/anchors' not in other
    assert "All scenarios" in other
    assert "In the band" in titles(other)
