"""The shelf in a browser: searching without a new page, and the sheet of a case."""

import re

from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor


def cards(page: Page) -> list[str]:
    return page.locator("#shelf .card-title").all_inner_texts()


def filter_by(page: Page, name: str, words: str) -> None:
    more = page.locator(".finder-more")
    if more.get_attribute("open") is None:
        more.locator("summary").click()
    page.get_by_label(name, exact=True).select_option(label=words)


def test_typing_narrows_the_shelf_on_the_same_page_and_keeps_the_cursor(visit: Visit) -> None:
    page = visit().page
    page.goto("/scenarios")
    everything = cards(page)
    page.evaluate("window.here = true")

    search = page.get_by_label("Search")
    search.press_sequentially("glowing wonderful", delay=20)
    expect(page.locator("#shelf .card-title")).to_have_text([story.TITLE])

    assert len(everything) > 1
    assert page.evaluate("window.here")
    expect(search).to_be_focused()
    expect(search).to_have_value("glowing wonderful")
    expect(page.get_by_role("status").filter(has_text=f"1 of {len(everything)}")).to_be_visible()


def test_a_filter_narrows_too_and_the_address_can_be_kept(visit: Visit) -> None:
    page = visit().page
    page.goto("/scenarios")
    filter_by(page, "School", "High school")
    expect(page).to_have_url(re.compile("school=high"))
    found = cards(page)

    page.reload()

    assert found
    assert story.TITLE not in found
    assert cards(page) == found
    expect(page.get_by_label("School", exact=True)).to_have_value("high")


def test_nothing_found_leads_back_to_everything(visit: Visit) -> None:
    page = visit().page
    page.goto("/scenarios")
    everything = cards(page)
    page.get_by_label("Search").fill("zeppelin")
    expect(page.get_by_role("heading", name="None fits")).to_be_visible()

    page.get_by_role("link", name="Show all").click()

    expect(page.locator("#shelf .card-title")).to_have_text(everything)
    expect(page.get_by_label("Search")).to_have_value("")


def test_without_javascript_a_button_does_the_same(visit: Visit) -> None:
    page = visit(java_script_enabled=False).page
    page.goto("/scenarios")
    page.get_by_label("Search").fill("glowing wonderful")
    page.get_by_role("button", name="Show", exact=True).click()

    assert cards(page) == [story.TITLE]


def test_a_sheet_on_paper_gives_nothing_away(visit: Visit) -> None:
    page = visit().page
    page.goto("/scenarios/glowing-observations")
    page.emulate_media(media="print")

    expect(page.get_by_text("Instructional Infrastructure")).to_be_hidden()
    expect(page.locator(".map-frame")).to_be_hidden()


def test_who_has_no_script_is_offered_no_button_that_needs_one(visit: Visit) -> None:
    for scripted in (True, False):
        page = visit(java_script_enabled=scripted).page
        page.goto("/scenarios/glowing-observations")
        expect(page.get_by_role("button", name="Print this sheet")).to_have_count(int(scripted))


def test_the_front_door_starts_a_case_with_one_press(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto("/")
    visitor.press(button(visitor.page, "Try a scenario now"))

    expect(button(visitor.page, "I have read it")).to_be_visible()


def test_the_sheet_fits_a_phone_and_its_map_scrolls_by_itself(visit: Visit) -> None:
    visitor: Visitor = visit(viewport={"width": 360, "height": 740})
    page = visitor.page
    page.goto("/scenarios/glowing-observations")
    expect(heading(page, story.TITLE)).to_be_visible()

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width <= 360
    page.goto("/scenarios")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
