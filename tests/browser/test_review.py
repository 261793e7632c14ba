"""The review of a scenario in a browser: filters on the same page, numbers on the map, axe."""

import re

from playwright.sync_api import Page, expect

from tests.browser import reviewing, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import heading


def said(page: Page) -> str:
    return page.locator("#overview > [role=status]").inner_text()


def test_a_filter_works_on_the_same_page_and_keeps_address_and_focus(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    page.goto(reviewing.facilitate(visitor, site, people=4) + "/glowing-observations")
    expect(page.get_by_text("4 conversations of 4 people.")).to_be_visible()
    page.evaluate("window.here = true")

    position = page.get_by_label("Position", exact=True)
    position.focus()
    position.select_option("CO")

    expect(page.get_by_text("One conversation of one person.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/glowing-observations\?position=CO$"))
    expect(position).to_be_focused()
    assert page.evaluate("window.here")
    page.reload()
    expect(page.get_by_text("One conversation of one person.")).to_be_visible()
    expect(position).to_have_value("CO")


def test_back_from_the_answers_shows_the_filtered_page(visit: Visit, site: Site) -> None:
    visitor = visit()
    page = visitor.page
    page.goto(reviewing.facilitate(visitor, site, people=4) + "/glowing-observations")
    page.get_by_label("Position", exact=True).select_option("CO")
    expect(page.get_by_text("One conversation of one person.")).to_be_visible()

    reviewing.first_number(page, "#ratings").click()
    expect(page.get_by_text("Only: Central office.")).to_be_visible()
    page.go_back()

    expect(page.get_by_text("One conversation of one person.")).to_be_visible()
    expect(page.get_by_label("Position", exact=True)).to_have_value("CO")


def test_without_javascript_a_button_does_the_same(visit: Visit, site: Site) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    page.goto(reviewing.facilitate(visitor, site, people=2) + "/glowing-observations")
    page.get_by_label("Seat", exact=True).select_option("partner")

    page.get_by_role("button", name="Show", exact=True).click()

    assert "One person rated the leaders." in said(page)
    assert page.get_by_label("Seat", exact=True).input_value() == "partner"
    reviewing.first_number(page, "#decisions").click()
    expect(heading(page, "The log")).to_be_visible()


def test_numbers_stand_on_the_map_on_request(visit: Visit, site: Site) -> None:
    visitor = visit()
    page = visitor.page
    page.goto(reviewing.facilitate(visitor, site, people=2) + "/glowing-observations")
    number = page.locator(".map-count").first
    expect(number).to_be_hidden()

    page.get_by_label("Numbers on the map").check()

    expect(number).to_be_visible()
    widths = page.locator(".map-flow polyline").evaluate_all(
        "lines => lines.map(line => parseFloat(getComputedStyle(line).strokeWidth))"
    )
    assert max(widths) == 12
    assert min(widths) >= 2


def test_no_page_of_it_is_wider_than_a_phone(visit: Visit, site: Site) -> None:
    visitor = visit(viewport={"width": 320, "height": 640})
    wide = []

    def measure(_: object, place: str) -> None:
        if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(place)

    visitor.look = measure
    reviewing.go_through(visitor, site)

    assert wide == []


def test_no_page_of_it_has_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    visitor.look = test_accessibility.examine

    reviewing.go_through(visitor, site)

    assert test_accessibility.found == []
