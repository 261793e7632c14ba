"""The debrief on paper: few sheets, and what matters on them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.conftest import Visit

MOST_SHEETS = 6
"""Of a play with ten decisions, the longest there is."""


def sheets(page: Page, paper: str) -> int:
    pdf = page.pdf(format=paper)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.fixture
def on_paper(visit: Visit) -> Page:
    visitor = visit()
    story.play_through(visitor)
    page = visitor.page
    page.goto(page.url.partition("?")[0] + "/debrief")
    page.emulate_media(media="print")
    return page


def test_a_debrief_takes_few_sheets(on_paper: Page) -> None:
    counted = {paper: sheets(on_paper, paper) for paper in ("A4", "Letter")}

    assert max(counted.values()) <= MOST_SHEETS, counted
    assert min(counted.values()) > 1, counted


def test_what_is_wanted_on_paper_is_on_it_and_what_is_not_is_left_out(on_paper: Page) -> None:
    page = on_paper

    expect(page.get_by_text("Ranked first:").first).to_be_visible()
    expect(page.locator(".print-only", has_text="→")).to_be_visible()
    expect(page.get_by_text("Not touched by this play")).to_be_hidden()
    expect(page.locator(".map-frame")).to_be_hidden()
    cards = page.locator(".decision, .judged, .rating-beside, .turning-point, .plan, .gauge")
    kept_whole = "all => all.map(el => getComputedStyle(el).breakInside)"
    assert set(cards.evaluate_all(kept_whole)) == {"avoid"}


def test_the_sheet_of_every_case_is_one_sheet(visit: Visit) -> None:
    page = visit().page
    page.goto("/scenarios")
    addresses = page.locator(".card-title a").evaluate_all("all => all.map(el => el.href)")
    assert len(addresses) >= 7

    counted = {}
    for address in addresses:
        page.goto(address)
        counted[address] = {sheets(page, paper) for paper in ("A4", "Letter")}

    assert set.union(*counted.values()) == {1}, counted
