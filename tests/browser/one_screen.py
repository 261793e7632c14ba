"""The walk of two people through *Glowing observations* at one screen, told for every visitor."""

import re

from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor

BRIEFS = {"Alice": "What only Marcus Bell knows", "Bob": "What only Ana Ruiz knows"}
PASS = re.compile("^Pass the screen to ")


def begin(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/scenarios/glowing-observations")
    page.locator("#start-here > summary").press("Enter")
    visitor.at("start on one screen")
    form = page.locator("#start-here")
    visitor.write(form.get_by_label("Your name"), "Alice")
    visitor.write(form.get_by_label("The other person's name"), "Bob")
    visitor.press(button(page, "Start on this screen"))
    expect(heading(page, story.TITLE)).to_be_visible()
    visitor.at("case on one screen")


def holder(page: Page) -> str:
    """Return who has the screen."""
    return page.locator("#live b").first.inner_text()


def pass_on(visitor: Visitor) -> None:
    """Hand the screen to whom the page names, after a look that nobody's brief is on it."""
    page = visitor.page
    expect(heading(page, PASS)).to_be_visible()
    text = page.locator("main").inner_text()
    assert [brief for brief in BRIEFS.values() if brief in text] == []
    assert story.WORDS not in text
    name = heading(page, PASS).inner_text().removeprefix("Pass the screen to ")
    visitor.press(button(page, f"I am {name}"))
    expect(heading(page, PASS)).to_have_count(0)
    expect(page.locator("#live")).to_be_visible()


def answer(visitor: Visitor) -> None:
    """Answer all that one answers alone."""
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)
    visitor.press(button(visitor.page, "Commit my ratings"))


def open_up(visitor: Visitor) -> None:
    """Both answer, and look at it together."""
    page = visitor.page
    answer(visitor)
    expect(heading(page, PASS)).to_be_visible()
    visitor.at("pass the screen")
    pass_on(visitor)
    expect(heading(page, story.TITLE)).to_be_visible()
    answer(visitor)
    expect(page.get_by_text("This is for both of you.")).to_be_visible()
    visitor.at("reveal on one screen")
    visitor.press(page.get_by_role("link", name="Go on to the conversation"))


def converse(visitor: Visitor) -> None:
    """Pass the screen and respond until the conversation is over; each sees their brief alone."""
    page = visitor.page
    passed = taken = 0
    while True:
        expect(page.locator("#pass-screen, #role-play, #ended-here")).to_be_visible()
        if page.locator("#ended-here").count():
            break
        if page.locator("#pass-screen").count():
            passed += 1
            visitor.at("pass with what was said" if passed == 2 else "pass")
            pass_on(visitor)
            continue
        other = "Bob" if holder(page) == "Alice" else "Alice"
        expect(page.get_by_text(BRIEFS[holder(page)])).to_have_count(1)
        expect(page.get_by_text(BRIEFS[other])).to_have_count(0)
        taken += 1
        if taken == 2:
            visitor.at("turn on one screen")
        before = page.locator(".now input[name=step]").first.input_value()
        visitor.press(page.locator(".now button.choice").first)
        expect(page.locator(f".now input[name=step][value='{before}']")).to_have_count(0)
    assert passed > 1
    visitor.at("end on one screen")


def look_back(visitor: Visitor) -> None:
    """Each says what was shown, unseen by the other; then they read the debrief together."""
    page = visitor.page
    visitor.press(page.locator("#ended-here").get_by_role("link", name="Go on"))
    rates = heading(page, "What did each of you show?")
    for number in (1, 2):
        expect(rates).to_be_visible()
        visitor.press(button(page, "Go to the debrief without rating"))
        if number == 1:
            pass_on(visitor)
    expect(page.get_by_text("This is for both of you.")).to_be_visible()
    visitor.at("debrief on one screen")
    visitor.press(button(page, "Go on to my next step"))


def leave_with_next_steps(visitor: Visitor) -> None:
    """One next step each, with the screen passed in between."""
    page = visitor.page
    for number in (1, 2):
        expect(heading(page, "One next step")).to_be_visible()
        expect(page.get_by_text(story.SENTENCE)).to_have_count(0)
        visitor.write(
            page.get_by_label("The one sentence you are walking out with"), story.SENTENCE
        )
        visitor.pick_day(page.get_by_label("By which day?"), story.DAY)
        visitor.press(button(page, "Finish"))
        if number == 1:
            pass_on(visitor)
    expect(heading(page, "You are walking out with")).to_be_visible()
    visitor.at("done on one screen")


def play_through(visitor: Visitor) -> None:
    begin(visitor)
    open_up(visitor)
    converse(visitor)
    look_back(visitor)
    leave_with_next_steps(visitor)
