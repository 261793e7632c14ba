"""Two people in one run on phones: the panel hides nothing that was just chosen, and no way on."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_accessibility import examine, found

PHONE = {"width": 360, "height": 740}
SOON = 8_000
OPENS = "What you can do"
WHERE = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const last = (selector) => all(selector).at(-1).getBoundingClientRect();
  const panel = document.querySelector("#live").getBoundingClientRect();
  return {panel: [panel.top, panel.bottom], who: last(".moment .choice-who").top,
    response: last(".moment .choice--taken").bottom, consequence: last(".led-to").top,
    height: innerHeight};
}"""


@pytest.fixture
def talking(site: Site, visit: Visit) -> Couple:
    couple = Couple.meet(site, visit, viewport=PHONE, is_mobile=True, has_touch=True)
    couple.commit()
    couple.come()
    return couple


def sees_what_was_chosen(page: Page) -> None:
    page.wait_for_timeout(700)
    at = page.evaluate(WHERE)
    assert at["panel"][1] <= at["who"], at
    assert at["who"] < at["response"] < at["consequence"] < at["height"], at
    assert at["panel"][1] - at["panel"][0] <= 0.2 * at["height"], at


def test_both_see_who_chose_what_and_then_what_it_led_to(talking: Couple) -> None:
    alice, bob = talking.alice.page, talking.bob.page
    talking.alice.choose(1)
    expect(alice.locator(".moment .led-to")).to_have_count(1)
    sees_what_was_chosen(alice)
    expect(bob.locator(".moment .led-to")).to_have_count(1, timeout=SOON)
    sees_what_was_chosen(bob)

    while bob.locator("#now .turn", has_text=re.compile("thinking")).count():
        shown = bob.locator("#shown").input_value()
        talking.alice.choose(1)
        expect(bob.locator("#shown")).not_to_have_value(shown, timeout=SOON)
    if not bob.locator("#now .turn", has_text="together").count():
        shown = alice.locator("#shown").input_value()
        talking.bob.choose(1)
        for each in (bob, alice):
            expect(each.locator("#shown")).not_to_have_value(shown, timeout=SOON)
            sees_what_was_chosen(each)


def test_who_comes_back_late_has_the_way_to_the_conversation_in_sight(
    site: Site, visit: Visit
) -> None:
    couple = Couple.meet(site, visit, viewport=PHONE, is_mobile=True, has_touch=True)
    with couple.together() as together:
        together.commit(couple.alice_id)
    couple.was_last_seen(couple.bob_id, timedelta(seconds=61))
    alice, bob = couple.alice.page, couple.bob.page
    alice.goto(f"/runs/{couple.key}")
    alice.get_by_text(OPENS).click()
    button(alice, "Let the stand-in take the seat").click()
    expect(button(alice, "Let the stand-in take the seat")).to_have_count(0)
    bob.goto(f"/runs/{couple.key}")

    bob.get_by_text(OPENS).click()
    button(bob, "Take my seat back").click()
    go, opens = button(bob, "Skip my answers and go to the conversation"), bob.get_by_text(OPENS)
    expect(go).not_to_be_visible()
    expect(bob.get_by_text("The conversation is open.").first).to_be_in_viewport()
    at = bob.locator("#live").bounding_box()
    assert at
    assert at["height"] <= 0.2 * PHONE["height"], at
    bob.locator("main p").last.scroll_into_view_if_needed()
    expect(opens).to_be_in_viewport(ratio=1)
    opens.click()
    expect(go).to_be_in_viewport(ratio=1)
    expect(bob.get_by_text("You can then no longer answer")).to_be_in_viewport(ratio=1)
    found.clear()
    examine(couple.bob, "a conversation to catch up with")
    assert found == []

    go.click()
    expect(heading(bob, "The conversation")).to_be_visible()
    expect(go).to_have_count(0)
    expect(alice.locator("#live")).not_to_contain_text("caught up", timeout=SOON)
