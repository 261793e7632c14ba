"""Two people at one screen: a whole run, with a mouse, without JavaScript, with the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import one_screen, story
from tests.browser.conftest import Visit
from tests.browser.one_screen import BRIEFS, holder
from tests.browser.story import heading
from tests.browser.test_accessibility import examine, found
from tests.browser.visitor import Keyboard


def test_two_people_come_to_a_next_step_each(visit: Visit) -> None:
    one_screen.play_through(visit())


def test_they_do_without_javascript(visit: Visit) -> None:
    one_screen.play_through(visit(java_script_enabled=False))


def test_they_do_with_nothing_but_the_keyboard(visit: Visit) -> None:
    one_screen.play_through(visit(Keyboard))


def go_back(page: Page) -> None:
    """Go back, and wait for what a page of htmx then loads by itself."""
    page.go_back()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("javascript", [True, False])
def test_back_never_brings_the_page_of_who_had_the_screen_before(
    visit: Visit, javascript: bool
) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    one_screen.begin(visitor)
    one_screen.open_up(visitor)
    expect(page.locator("#pass-screen, #role-play")).to_be_visible()
    while not page.locator("#pass-screen").count():
        before = page.locator(".now input[name=step]").first.input_value()
        visitor.choose(1)
        expect(page.locator(f".now input[name=step][value='{before}']")).to_have_count(0)
        expect(page.locator("#pass-screen, #role-play")).to_be_visible()

    go_back(page)
    # Still to be passed on: what is for both may show, what is for one may not.
    for brief in BRIEFS.values():
        expect(page.get_by_text(brief)).to_have_count(0)
    page.go_forward()
    one_screen.pass_on(visitor)
    now = holder(page)
    (before_them,) = set(BRIEFS) - {now}

    for _ in range(4):
        go_back(page)
        expect(page.locator("main")).to_be_visible()
        expect(page.get_by_text(BRIEFS[before_them])).to_have_count(0)
        expect(page.get_by_text(f"{before_them} has the screen")).to_have_count(0)


def test_no_page_of_one_screen_has_violations(visit: Visit) -> None:
    found.clear()
    visitor = visit()
    visitor.look = examine

    one_screen.play_through(visitor)

    assert found == []
    expect(heading(visitor.page, "You are walking out with")).to_be_visible()
    assert story.SENTENCE in visitor.page.content()
