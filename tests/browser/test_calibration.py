"""The profile as people look at it: much of it, too little for it, and none yet."""

import re
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer import config
from lfp_trainer.services import demo, exercise_shelf, library
from lfp_trainer.services.demo_calibration import rate_sets
from lfp_trainer.storage import database
from lfp_trainer.storage.models import User
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import heading
from tests.browser.test_accessibility import examine, found
from tests.browser.test_walks import on_a_phone
from tests.browser.tour import sign_in
from tests.browser.visitor import Keyboard, Visitor


def practiced(site: Site, *, runs: int, sets: bool = True) -> str:
    """Make an account with so many finished runs, and two sets of vignettes; return its email."""
    email = site.enrol("alice")
    # Each run starts with a key of its own, drawn from the dice.
    dice, now = Random(email), datetime.now(UTC)
    exercises = exercise_shelf.on_shelf(config.SCENARIOS).values()
    with site.session() as session, database.writing(session):
        user_id = session.scalars(sa.select(User.id).where(User.email == email)).one()
        offered = library.on_offer(session)
        for number in range(runs):
            demo.play_run(
                session, offered[number % len(offered)], user_id=user_id, seat="both",
                habit=demo.mostly_well, stop=None, dice=dice,
                now=now - timedelta(days=runs - number),
            )  # fmt: skip
        if sets:
            rate_sets(session, exercises, [user_id], dice, now)
    return email


def look_through(visitor: Visitor, site: Site) -> None:
    """Every state of the profile, the short form of it, and the pages of runs."""
    page = visitor.page
    sign_in(visitor, practiced(site, runs=26))
    expect(heading(page, "Your practice")).to_be_visible()
    visitor.at("home with a profile")
    visitor.press(page.get_by_role("link", name="My calibration profile"))
    expect(heading(page, "My calibration")).to_be_visible()
    expect(page.locator(".profile-figure")).to_have_count(10)
    visitor.at("profile")
    for summary in page.get_by_text("The same as a table").all():
        visitor.press(summary)
    expect(page.get_by_role("table")).to_have_count(3)
    if not isinstance(visitor, Keyboard):  # nothing was swapped that would take the focus
        visitor.at("profile with its tables")
    page.goto("/home")
    visitor.press(page.get_by_role("link", name="All 26 runs"))
    expect(heading(page, "My runs")).to_be_visible()
    visitor.at("runs, first page")
    visitor.press(page.get_by_role("link", name="Page 2"))
    expect(page.locator(".run-row")).to_have_count(6)
    visitor.at("runs, second page")


def look_at_too_little(visitor: Visitor, site: Site, *, runs: int, place: str) -> None:
    page = visitor.page
    sign_in(visitor, practiced(site, runs=runs, sets=False))
    page.goto("/calibration")
    expect(heading(page, "My calibration")).to_be_visible()
    visitor.at(place)
    page.goto("/home/runs")
    visitor.at(f"{place}, runs")


def test_nothing_axe_can_see_is_wrong(visit: Visit, site: Site) -> None:
    found.clear()
    visitor = visit()
    visitor.look = examine

    look_through(visitor, site)

    assert found == []


@pytest.mark.parametrize(("runs", "place"), [(0, "empty"), (1, "too little")])
def test_nothing_axe_can_see_is_wrong_before_there_is_enough(
    visit: Visit, site: Site, runs: int, place: str
) -> None:
    found.clear()
    visitor = visit()
    visitor.look = examine

    look_at_too_little(visitor, site, runs=runs, place=place)

    assert found == []


def test_it_fits_a_phone(visit: Visit, site: Site) -> None:
    visitor, unfit = on_a_phone(visit)
    look_through(visitor, site)
    few, unfit_few = on_a_phone(visit, width=320)
    look_at_too_little(few, site, runs=1, place="too little")

    assert unfit + unfit_few == []


def test_it_works_without_javascript(visit: Visit, site: Site) -> None:
    look_through(visit(java_script_enabled=False), site)


def test_it_works_with_the_keyboard_alone(visit: Visit, site: Site) -> None:
    look_through(visit(Keyboard), site)


def test_what_to_try_next_leads_to_the_example_itself(visit: Visit, site: Site) -> None:
    visitor = visit()
    page = visitor.page
    sign_in(visitor, practiced(site, runs=2))
    page.goto("/calibration")

    visitor.press(page.locator("#in-band").get_by_role("link", name="See the example"))

    expect(heading(page, re.compile("^Anchors"))).to_be_visible()
    place = page.url.partition("#")[2]
    assert re.fullmatch(r"anchor-(\d|NE)", place)
    expect(page.locator(f"#{place}")).to_be_in_viewport()


def test_an_empty_profile_leads_into_a_set_and_comes_to_life_with_it(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    sign_in(visitor, site.enrol("bob"))
    page.goto("/calibration")
    expect(page.get_by_text("Nothing to tell yet")).to_be_visible()

    visitor.press(page.locator("main").get_by_role("link", name="Rate a set"))

    expect(heading(page, "Calibrate")).to_be_visible()
