"""Two people in one conversation on phones: the panel covers nothing of what was just chosen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site

PHONE = {"width": 360, "height": 740}
SOON = 8_000
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
        talking.alice.choose(1)
        expect(bob.locator("#shown")).not_to_have_value(
            bob.locator("#shown").input_value(), timeout=SOON
        )
    if not bob.locator("#now .turn", has_text="together").count():
        shown = alice.locator("#shown").input_value()
        talking.bob.choose(1)
        for each in (bob, alice):
            expect(each.locator("#shown")).not_to_have_value(shown, timeout=SOON)
            sees_what_was_chosen(each)
