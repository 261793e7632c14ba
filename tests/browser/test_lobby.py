"""Two browsers come to one run in under a minute, however the second one was told of it."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser import meeting
from tests.browser.conftest import Visit
from tests.browser.server import PASSWORD, Site
from tests.browser.visitor import Keyboard, Visitor


@pytest.mark.parametrize("way", ["link", "code"])
def test_two_guests_begin_in_under_a_minute(visit: Visit, way: str) -> None:
    one, other = visit(), visit()
    started = time.monotonic()

    def come(link: str) -> None:
        if way == "link":
            other.page.goto(link)
        else:
            code = link.rsplit("/", 1)[1].lower()
            meeting.type_code(other, f"{code[:3]} {code[3:]}")

    meeting.meet(one, other, come)

    assert time.monotonic() - started < 60
    assert "Bob" in one.page.locator("#live").inner_text()
    assert "Alice" in other.page.locator("#live").inner_text()


def test_the_whole_way_can_be_gone_by_keyboard_alone(visit: Visit) -> None:
    meeting.meet(visit(Keyboard), visit(Keyboard))


def test_without_scripts_two_people_begin_by_looking_again(visit: Visit) -> None:
    one, other = visit(java_script_enabled=False), visit(java_script_enabled=False)
    link = meeting.invite(one, "Alice")
    expect(one.page.get_by_role("button", name="Copy the link")).to_be_hidden()
    other.page.goto(link)
    meeting.take_seat(other, "Bob")
    meeting.get_ready(other)
    one.press(one.page.get_by_role("link", name="Look again"))
    expect(one.page.get_by_text("Bob is ready.")).to_be_visible()

    meeting.get_ready(one)
    other.press(other.page.get_by_role("link", name="Look again"))

    for visitor in (one, other):
        expect(visitor.page.locator("#stage")).to_be_visible()


def test_focus_stays_on_the_button_while_somebody_arrives(visit: Visit) -> None:
    one, other = visit(), visit()
    link = meeting.invite(one, "Alice")
    ready = one.page.get_by_role("button", name="I am ready")
    ready.focus()
    other.page.goto(link)
    meeting.take_seat(other, "Bob")

    expect(one.page.get_by_role("status").filter(has_text="Bob has come.")).to_be_visible()
    expect(ready).to_be_focused()
    meeting.get_ready(one)
    expect(one.page.get_by_role("button", name="Not yet, after all")).to_be_focused()


SEEN_FIRST = """() => {
  const top = (selector) => document.querySelector(selector).getBoundingClientRect().top;
  return top("#copy-link") < top("#act-say_ready");
}"""


def test_focus_stays_in_the_lobby_once_who_asked_was_refused(visit: Visit, site: Site) -> None:
    one, other, asker = visit(), visit(), visit()
    link = meeting.invite(one, "Alice")
    other.page.goto(link)
    meeting.take_seat(other, "Bob")
    other.leave()
    meeting.go_away(site, link.rsplit("/", 1)[1])
    asker.page.goto(link)
    asker.press(asker.page.get_by_role("button", name="I am Bob, on another device"))
    refuse = one.page.get_by_role("button", name="It is not Bob")
    expect(refuse).to_be_visible()

    refuse.press("Enter")

    expect(refuse).to_have_count(0)
    expect(one.page.locator("#lobby:focus-within")).to_have_count(1)
    expect(asker.page.get_by_role("alert")).to_contain_text("You were not let in")


def test_on_a_phone_the_link_is_at_hand_until_somebody_has_come(visit: Visit) -> None:
    one, other = visit(viewport={"width": 360, "height": 740}), visit()
    page = one.page
    link = meeting.invite(one, "Alice")
    copy = page.get_by_role("button", name="Copy the link")
    expect(copy).to_be_in_viewport()
    expect(page.get_by_text(f"{link[-6:-3]} {link[-3:]}", exact=True)).to_be_in_viewport()
    assert page.evaluate(SEEN_FIRST)
    copy.focus()
    other.page.goto(link)
    meeting.take_seat(other, "Bob")

    expect(page.get_by_role("status").filter(has_text="Bob has come.")).to_be_visible()
    page.wait_for_function(f"!({SEEN_FIRST})()")
    expect(copy).to_be_visible()
    expect(copy).to_be_focused()


def test_the_link_is_copied_by_its_button(visit: Visit) -> None:
    one = visit(permissions=["clipboard-read", "clipboard-write"])
    link = meeting.invite(one, "Alice")

    one.press(one.page.get_by_role("button", name="Copy the link"))

    expect(one.page.get_by_role("button", name="Copied")).to_be_visible()
    assert one.page.evaluate("navigator.clipboard.readText()") == link


def test_a_wrong_code_can_be_typed_again(visit: Visit) -> None:
    visitor = visit()
    visitor.watch.expected.add(404)

    meeting.type_code(visitor, "ZZZ ZZZ")

    expect(visitor.page.get_by_role("alert")).to_contain_text(
        "No run that can be joined has this code."
    )
    expect(visitor.page.get_by_label("Code")).to_have_value("ZZZ ZZZ")


def test_an_observer_watches_the_lobby_and_is_led_on(visit: Visit) -> None:
    one, other, third = visit(), visit(), visit()
    link = meeting.invite(one, "Alice")
    third.page.goto(link)
    third.tick(third.page.get_by_role("radio", name="Observer"))
    meeting.take_seat(third, "Chris")
    expect(third.page.get_by_text("You watch.")).to_be_visible()
    other.page.goto(link)
    meeting.take_seat(other, "Bob")
    for visitor in (one, other):
        meeting.get_ready(visitor)

    for visitor in (one, other, third):
        expect(visitor.page.locator("#stage")).to_be_visible()


def test_who_is_signed_out_comes_back_to_the_same_lobby(visit: Visit, site: Site) -> None:
    one = visit()
    one.watch.expected |= {401}
    email = site.enrol("alice")
    sign_in(one, email)
    link = meeting.invite(one)
    one.page.context.clear_cookies()
    one.page.goto(link)
    one.press(one.page.get_by_role("link", name=re.compile("^Sign in")).last)
    fill_in(one, email)

    expect(one.page).to_have_url(link)
    expect(one.page.get_by_role("heading", name="Train together")).to_be_visible()


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.page.goto("/sign-in")
    fill_in(visitor, email)
    expect(visitor.page.get_by_role("button", name="Sign out")).to_be_visible()


def fill_in(visitor: Visitor, email: str) -> None:
    page = visitor.page
    visitor.write(page.get_by_label("Email"), email)
    visitor.write(page.get_by_label("Password"), PASSWORD)
    visitor.press(page.get_by_role("button", name="Sign in"))
