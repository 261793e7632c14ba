"""A conversation played by ranking, told so that every visitor can take it."""

from playwright.sync_api import Locator, Page, expect

from tests.browser import story
from tests.browser.story import button
from tests.browser.visitor import Keyboard, Visitor

WHY = "First what we can see together, then the rest."


def places(page: Page) -> Locator:
    """Return the lists in which each response is given its place."""
    return page.locator(".now select[data-place]")


def order(page: Page) -> list[str]:
    """Return the places given, in the order in which the responses stand on the page."""
    return [each.input_value() for each in places(page).all()]


def put(visitor: Visitor, number: int, place: int) -> None:
    """Give a response, by its number on the page, a place."""
    target = places(visitor.page).nth(number - 1)
    if isinstance(visitor, Keyboard):
        visitor._go_to(target)
        visitor.page.keyboard.type(f"{place}")
    else:
        target.select_option(f"{place}")


def why(page: Page) -> Locator:
    return page.get_by_label("Why in this order?")


def begin(visitor: Visitor) -> None:
    """Change from picking to ranking."""
    visitor.press(visitor.page.get_by_role("link", name="Rank them all instead"))
    expect(places(visitor.page).first).to_be_visible()
    visitor.at("ranking")


def write(visitor: Visitor, *, turned: bool = False) -> None:
    count = places(visitor.page).count()
    for number in range(1, count + 1):
        put(visitor, number, count + 1 - number if turned else number)
    visitor.write(why(visitor.page), WHY)


def send(visitor: Visitor) -> None:
    page = visitor.page
    before = story.steps_taken(page)
    visitor.press(button(page, "Send my order"))
    expect(page.locator(f".now input[name=step][value='{before}']")).to_have_count(0)
    expect(page.locator(".ranked[open] .ranked-row").first).to_be_visible()


def converse(visitor: Visitor) -> None:
    """Rank until it ends."""
    page = visitor.page
    taken = 0
    while places(page).count():
        write(visitor, turned=bool(taken % 2))
        send(visitor)
        taken += 1
        visitor.at("ranked ending" if page.locator(".ending").count() else f"after order {taken}")
    assert taken > 2


def look_back(visitor: Visitor) -> None:
    """Into the debrief, on the screen and for paper."""
    page = visitor.page
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.get_by_text("You ranked the responses of")).to_be_visible()
    visitor.press(page.get_by_text("Your order beside the reference's").first)
    expect(page.locator(".ranked-table").first).to_be_visible()
    visitor.at("ranked debrief")
