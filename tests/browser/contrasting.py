"""The walk through Lakeland's two stories, told so that every visitor can take it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.story import button, heading, option
from tests.browser.visitor import Visitor

TITLE = "Lakeland, then and two years later"
THEN, LATER = "The puzzled principal", "Two years later"
TABLES = ("The partnership", "Central office redesigned", "Structures and policy")


def rows(page: Page) -> Locator:
    return page.locator("fieldset.rate-row")


def begin(visitor: Visitor) -> None:
    """From the stories into the first rows, as a guest."""
    visitor.page.goto("/contrast/lakeland")
    expect(heading(visitor.page, TITLE)).to_be_visible()
    visitor.at("contrast")
    visitor.press(button(visitor.page, "Start rating"))
    expect(heading(visitor.page, THEN)).to_be_visible()
    visitor.at("contrast, first rows")


def rate_row(visitor: Visitor, row: Locator, place: int) -> None:
    """Give a row one of its levels with a sentence, or every third time say: cannot tell."""
    page, strand = row.page, f"{row.get_attribute('id')}".removeprefix("row-")
    levels, sentences = (
        [f"{each.get_attribute('value')}" for each in row.locator(f"input[type={kind}]").all()]
        for kind in ("radio", "checkbox")
    )
    silent = place % 3 == 2
    level = levels[-1] if silent else levels[place % (len(levels) - 1)]
    visitor.tick(option(page, f"{strand}-level", level))
    if not silent:
        visitor.press(row.locator("details[name=sentences] summary"))
        visitor.tick(option(page, f"{strand}-evidence", sentences[place % 5]))


def rate_page(visitor: Visitor) -> None:
    """Rate every row of the page that is open, and stay on it."""
    for place in range(rows(visitor.page).count()):
        rate_row(visitor, rows(visitor.page).nth(place), place)


def rate_both(visitor: Visitor) -> None:
    """Rate both stories on the first rubric, and see the reference."""
    page = visitor.page
    rate_page(visitor)
    visitor.press(button(page, "Save and go on"))
    expect(heading(page, LATER)).to_be_visible()
    visitor.at("contrast, rows of the second story")
    rate_page(visitor)
    visitor.press(button(page, "Commit and see the reference"))
    expect(heading(page, "You and the reference")).to_be_visible()
    visitor.at("contrast, beside the reference")


def rate_evidence(visitor: Visitor) -> None:
    """Rate the later story row by row, table by table, to where the stories differ."""
    page = visitor.page
    visitor.press(page.get_by_role("link", name="Go on", exact=True))
    for table in TABLES:
        expect(heading(page, re.compile(f"{LATER}.*{table}", re.DOTALL))).to_be_visible()
        visitor.at(f"contrast, {table}")
        rate_page(visitor)
        last = table == TABLES[-1]
        visitor.press(button(page, "Commit and see the reference" if last else "Save and go on"))
    expect(heading(page, "You and the reference")).to_be_visible()
    visitor.at("contrast, evidence beside the reference")
    visitor.press(page.get_by_role("link", name="See where they differ"))
    expect(heading(page, "Where the two stories differ most")).to_be_visible()
    visitor.at("contrast, where they differ")


def go_through(visitor: Visitor) -> None:
    """All of it, with the first page also sent unfinished."""
    visitor.watch.expected.add(422)
    begin(visitor)
    visitor.press(button(visitor.page, "Save and go on"))
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.at("contrast, rows, unfinished")
    rate_both(visitor)
    rate_evidence(visitor)
    visitor.page.goto("/contrast/lakeland")
    expect(button(visitor.page, "Rate once more")).to_be_visible()
    visitor.at("contrast, rated before")
