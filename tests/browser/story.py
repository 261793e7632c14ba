"""The walk of one person through *Glowing observations*, told so that every visitor can take it.

Each part begins where the one before ends and leaves at the next stage.
"""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor

TITLE = "Glowing observations"
WORDS = "Visits are counted and every lesson meets the vision."
SENTENCE = "On Thursday I ask for one hour in classrooms together."
REASON = "It is what they did."
DAY = (datetime.now(UTC) + timedelta(days=30)).date()
GOAL = ""
"""Written too where a test sets it."""


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", level=1, name=text)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def option(page: Page, name: str, value: str) -> Locator:
    return page.locator(f"input[name='{name}'][value='{value}']")


def begin_as_guest(visitor: Visitor) -> None:
    """From the front door into the case, without an account."""
    visitor.page.goto("/")
    visitor.at("welcome")
    # The front door offers another case; this story is that of one.
    visitor.press(visitor.page.get_by_role("link", name=re.compile("^See all")))
    expect(heading(visitor.page, "Scenarios")).to_be_visible()
    visitor.at("scenarios")
    visitor.press(visitor.page.get_by_role("link", name=TITLE))
    expect(button(visitor.page, "Start")).to_be_visible()
    visitor.tick(option(visitor.page, "seat", "both"))
    visitor.press(button(visitor.page, "Start"))
    expect(heading(visitor.page, TITLE)).to_be_visible()
    visitor.at("case")


def read_the_case(visitor: Visitor) -> None:
    visitor.press(button(visitor.page, "I have read it"))
    expect(heading(visitor.page, "What is not at scale, and what is in the way?")).to_be_visible()
    visitor.at("diagnosis")


def write_diagnosis(visitor: Visitor) -> None:
    """Answer, and stay on the page."""
    for name, value in (
        ("systems", "ILR"),
        ("failed_tests", "understood"),
        ("who", "partner"),
        ("what", "SK"),
    ):
        visitor.tick(option(visitor.page, name, value))
    visitor.write(visitor.page.get_by_label("Which words of the case show it?"), WORDS)


def diagnose(visitor: Visitor) -> None:
    write_diagnosis(visitor)
    visitor.press(button(visitor.page, "Commit my diagnosis"))
    expect(visitor.page.get_by_text("Rating 1 of")).to_be_visible()
    visitor.at("rating")


def write_rating(visitor: Visitor, *, level: int = 2) -> None:
    """Answer the card that is open, and stay on it."""
    visitor.tick(option(visitor.page, "evidence", "fewer-visits"))
    visitor.tick(option(visitor.page, "level", f"{level}"))
    visitor.write(visitor.page.get_by_label("Why this level, in one line?"), REASON)


def rate_everyone(visitor: Visitor, *, higher: int = 0) -> None:
    """Rate card by card, up to the overview.

    :param higher: levels above those that are given otherwise
    """
    page = visitor.page
    number, total = 0, 1
    while number < total:
        text = page.get_by_text(re.compile(r"^Rating \d+ of \d+$")).inner_text()
        number, total = (int(part) for part in re.findall(r"\d+", text))
        write_rating(visitor, level=1 + number % 3 + higher)
        if number < total:
            visitor.press(button(page, "Save and go on"))
            expect(page.get_by_text(f"Rating {number + 1} of {total}")).to_be_visible()
            visitor.at(f"rating {number + 1}")
    visitor.press(button(page, "Save and review"))
    expect(heading(page, "Your ratings so far")).to_be_visible()
    visitor.at("rating overview")


def reveal(visitor: Visitor) -> None:
    """Commit the ratings, look at the reference, and go on into the conversation."""
    page = visitor.page
    visitor.press(button(page, "Commit my ratings"))
    expect(heading(page, "Your ratings beside the reference")).to_be_visible()
    visitor.at("reveal")
    visitor.press(page.get_by_role("link", name="Go on", exact=True))
    expect(heading(page, "The conversation")).to_be_visible()
    visitor.at("role-play")


def steps_taken(page: Page) -> int:
    """Return how many steps the open moment follows on."""
    return int(page.locator(".now input[name=step]").input_value())


def respond(visitor: Visitor, number: int = 1) -> None:
    """Take a response, and wait for the next moment or the ending."""
    page = visitor.page
    before = steps_taken(page)
    visitor.choose(number)
    same = page.locator(f".now input[name=step][value='{before}']")
    expect(same).to_have_count(0)


def converse(visitor: Visitor) -> None:
    """Respond until it ends."""
    page = visitor.page
    taken = 0
    while page.locator(".now button.choice").count():
        respond(visitor, number=1 + taken % 3)
        taken += 1
        visitor.at("ending" if page.locator(".ending").count() else f"after response {taken}")
    assert taken > 2


def look_back(visitor: Visitor) -> None:
    """Through the debrief, on the screen and for paper, to the next step."""
    page = visitor.page
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.get_by_role("heading", name="What your responses showed")).to_be_visible()
    visitor.at("debrief")
    visitor.press(page.get_by_role("link", name="Debrief to print"))
    expect(page).to_have_url(re.compile(r"/runs/[^/]+/debrief$"))
    visitor.at("printed debrief")
    visitor.press(page.get_by_role("link", name="Back to the run"))
    visitor.press(button(page, "Go on to my next step"))
    expect(heading(page, "One next step")).to_be_visible()
    visitor.at("next step")


def plan(visitor: Visitor) -> None:
    page = visitor.page
    visitor.write(page.get_by_label("The one sentence you are walking out with"), SENTENCE)
    visitor.pick_day(page.get_by_label("By which day?"), DAY)
    if GOAL:
        visitor.press(page.get_by_text("Write more"))
        for label in ("Current state", "Goal", "Next steps"):
            visitor.write(page.get_by_label(label), GOAL)
    visitor.press(button(page, "Finish"))
    expect(heading(page, "You are walking out with")).to_be_visible()
    expect(page.locator(".plan-sentence", has_text=SENTENCE)).to_be_visible()
    visitor.at("done")


def come_to_the_conversation(visitor: Visitor) -> None:
    begin_as_guest(visitor)
    read_the_case(visitor)
    diagnose(visitor)
    rate_everyone(visitor)
    reveal(visitor)


def play_through(visitor: Visitor) -> None:
    """Everything, from the front door to the next step."""
    come_to_the_conversation(visitor)
    converse(visitor)
    look_back(visitor)
    plan(visitor)
