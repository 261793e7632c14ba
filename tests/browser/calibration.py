"""The walk through calibration, told so that every visitor can take it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.story import button, heading, option
from tests.browser.visitor import Visitor

REASON = "It is what was done."


def learn(visitor: Visitor) -> None:
    """From the start through the strands and the anchors of each, into a set as a guest."""
    page = visitor.page
    page.goto("/calibrate")
    expect(heading(page, "Calibrate")).to_be_visible()
    visitor.at("calibrate")
    visitor.press(page.get_by_role("link", name="Start with the strands"))
    expect(heading(page, "What you rate")).to_be_visible()
    visitor.at("calibrate, strands")
    visitor.press(page.get_by_role("link", name="Go on to the anchors"))
    expect(heading(page, re.compile("^Anchors"))).to_be_visible()
    visitor.at("calibrate, anchors")
    visitor.press(page.get_by_role("link", name=re.compile("^Go on: ")))
    expect(button(page, "Rate a set alone")).to_be_visible()
    visitor.at("calibrate, anchors of the second strand")
    visitor.press(button(page, "Rate a set alone"))
    expect(vignette(page, 1)).to_be_visible()
    visitor.at("calibrate, rating")


def vignette(page: Page, number: int) -> Locator:
    return heading(page, re.compile(rf"^Vignette {number} of \d+"))


def rate(visitor: Visitor, level: str = "2") -> None:
    """Answer the strand that is open, and stay on it."""
    sentence = visitor.page.locator("input[name=evidence]").first.get_attribute("value")
    visitor.tick(option(visitor.page, "evidence", f"{sentence}"))
    visitor.tick(option(visitor.page, "level", level))
    visitor.write(visitor.page.get_by_label("Why this level, in one line?"), REASON)


def rate_vignette(visitor: Visitor, level: str = "2") -> None:
    """Rate every strand of the vignette that is open, and see the reference."""
    page = visitor.page
    rate(visitor, level)
    visitor.press(button(page, "Save and go on"))
    expect(button(page, "Commit and see the reference")).to_be_visible()
    visitor.at("calibrate, rating the second strand")
    rate(visitor, level)
    visitor.press(button(page, "Commit and see the reference"))
    expect(heading(page, "You and the reference")).to_be_visible()
    visitor.at("calibrate, beside the reference")


def rate_set(visitor: Visitor) -> None:
    """Rate what is left of the open set, to the page that says how it went."""
    page = visitor.page
    onward = page.get_by_role("link", name="Next vignette")
    number = 1
    rate_vignette(visitor)
    while onward.count():
        number += 1
        visitor.press(onward)
        expect(vignette(page, number)).to_be_visible()
        rate_vignette(visitor, f"{1 + number % 5}")
    visitor.press(page.get_by_role("link", name="See how the set went"))
    expect(heading(page, re.compile(r"^How set \d+ went$"))).to_be_visible()
    visitor.at("calibrate, how it went")


def go_through(visitor: Visitor) -> None:
    """Everything, with the form also sent unfinished, into a second set and back home."""
    visitor.watch.expected.add(422)
    page = visitor.page
    learn(visitor)
    visitor.press(button(page, "Save and go on"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("calibrate, rating, unfinished")
    rate_set(visitor)
    visitor.press(button(page, "Rate a fresh set"))
    expect(vignette(page, 1)).to_be_visible()
    expect(page.get_by_text("Set 2 · strand 1 of 2")).to_be_visible()
    visitor.press(button(page, "Save and stop here"))
    expect(page.get_by_text("You are at vignette 1 of")).to_be_visible()
    visitor.at("calibrate, set by set")
    page.goto("/home")
    visitor.at("home, with calibration")
