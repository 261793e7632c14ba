"""Calibration as different people go through it, and come back to it."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.storage.models import ExerciseRating
from tests.browser import story
from tests.browser.calibration import REASON, go_through, rate, rate_vignette, vignette
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.test_accessibility import examine, found
from tests.browser.test_walks import on_a_phone
from tests.browser.tour import sign_in
from tests.browser.visitor import Keyboard, Visitor


def test_it_works_with_a_mouse_and_nothing_axe_can_see_is_wrong(visit: Visit) -> None:
    found.clear()
    visitor = visit()
    visitor.look = examine

    go_through(visitor)

    assert found == []


def test_it_works_without_javascript(visit: Visit) -> None:
    go_through(visit(java_script_enabled=False))


def test_it_works_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(Keyboard)
    assert isinstance(visitor, Keyboard)

    go_through(visitor)

    assert visitor.swaps_seen >= 8


def test_it_fits_a_phone(visit: Visit) -> None:
    visitor, unfit = on_a_phone(visit)

    go_through(visitor)

    assert unfit == []


def begin(visitor: Visitor) -> None:
    """Into a set, without the lesson."""
    visitor.page.goto("/calibrate")
    visitor.press(button(visitor.page, "Go straight to rating"))
    expect(vignette(visitor.page, 1)).to_be_visible()


def test_a_draft_saves_itself_and_waits_on_another_device(visit: Visit, site: Site) -> None:
    email = site.enrol("alice")
    first, second = visit(), visit()
    sign_in(first, email)
    begin(first)
    rate(first, "4")
    expect(first.page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    expect(first.page.get_by_label("Why this level, in one line?")).to_be_focused()

    sign_in(second, email)
    second.press(second.page.locator("main").get_by_role("link", name="Continue"))
    second.page.goto(second.page.url.partition("?")[0] + "?strand=motivate")

    expect(option(second.page, "level", "4")).to_be_checked()
    expect(second.page.get_by_label("Why this level, in one line?")).to_have_value(REASON)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_commits_once(visit: Visit, site: Site, javascript: bool) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    email = site.enrol("bob")
    sign_in(visitor, email)
    begin(visitor)
    rate(visitor)
    visitor.press(button(page, "Save and go on"))
    expect(button(page, "Commit and see the reference")).to_be_visible()
    rate(visitor)

    button(page, "Commit and see the reference").dblclick()

    expect(heading(page, "You and the reference")).to_be_visible()
    expect(page.locator(".notice--error, .notice--warning")).to_have_count(0)
    with site.session() as session:
        mine = sa.select(sa.func.count()).where(
            ExerciseRating.place == 1, ExerciseRating.committed_at.is_not(None)
        )
        assert (session.scalar(mine) or 0) % 2 == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_back_goes_strand_by_strand_and_shows_what_was_committed(
    visit: Visit, javascript: bool
) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    begin(visitor)
    rate(visitor)
    visitor.press(button(page, "Save and go on"))
    expect(page.get_by_text("Set 1 · strand 2 of 2")).to_be_visible()

    page.go_back()
    expect(page.get_by_text("Set 1 · strand 1 of 2")).to_be_visible()
    expect(option(page, "level", "2")).to_be_checked()
    page.go_forward()
    rate(visitor)
    visitor.press(button(page, "Commit and see the reference"))
    expect(heading(page, "You and the reference")).to_be_visible()
    page.reload()

    expect(heading(page, "You and the reference")).to_be_visible()


def test_a_window_left_behind_is_told_that_the_vignette_is_committed(visit: Visit) -> None:
    visitor = visit()
    visitor.watch.expected.add(409)
    begin(visitor)
    stale = Visitor(visitor.page.context.new_page(), visitor.watch)
    stale.page.goto(visitor.page.url)
    rate_vignette(visitor)

    stale.tick(option(stale.page, "level", "5"))
    stale.press(button(stale.page, "Save and go on"))

    expect(stale.page.get_by_text("This is committed already").first).to_be_visible()
    expect(heading(stale.page, "You and the reference")).to_be_visible()


def test_the_rating_of_a_run_leads_to_the_anchors_and_back(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.diagnose(visitor)

    visitor.press(page.get_by_role("link", name="Look at the anchors"))
    expect(heading(page, re.compile("^Anchors"))).to_be_visible()
    page.go_back()

    expect(page.get_by_text(re.compile(r"^Rating 1 of \d+$"))).to_be_visible()
