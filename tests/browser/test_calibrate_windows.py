"""A vignette open in two windows, and the way back from its second strand."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.calibration import REASON, rate
from tests.browser.conftest import Visit
from tests.browser.story import button, option
from tests.browser.test_calibrate import begin
from tests.browser.visitor import Visitor

LABEL = "Why this level, in one line?"


def test_two_windows_wipe_nothing_of_each_other_and_one_press_shows_both(visit: Visit) -> None:
    first = visit()
    first.watch.expected.add(409)
    begin(first)
    second = Visitor(first.page.context.new_page(), first.watch)
    second.page.goto(first.page.url)
    first.write(first.page.get_by_label(LABEL), "Half a thought")
    expect(first.page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()

    second.tick(option(second.page, "level", "3"))
    expect(second.page.locator("#notice")).to_contain_text("in another window")
    expect(option(second.page, "level", "3")).to_be_checked()
    first.page.reload()
    expect(first.page.get_by_label(LABEL)).to_have_value("Half a thought")

    second.press(button(second.page, "Save and go on"))
    told = second.page.get_by_role("alert").filter(has_text="Something else has been saved")
    expect(told).to_contain_text("“Half a thought”")
    expect(option(second.page, "level", "3")).to_be_checked()
    rate(second, "3")
    second.press(button(second.page, "Save and go on"))
    expect(second.page.get_by_text("Set 1 · strand 2 of 2")).to_be_visible()


def test_one_window_saves_itself_again_and_again(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    begin(visitor)
    for words in ("Half", "Half a", "Half a thought"):
        with page.expect_response(lambda answer: answer.request.method == "POST") as kept:
            visitor.write(page.get_by_label(LABEL), words)
        assert kept.value.status == 204
    rate(visitor)
    visitor.press(button(page, "Save and go on"))

    expect(page.get_by_text("Set 1 · strand 2 of 2")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_back_from_the_second_strand_keeps_what_was_typed(visit: Visit, javascript: bool) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    begin(visitor)
    rate(visitor)
    visitor.press(button(page, "Save and go on"))
    expect(page.get_by_text("Set 1 · strand 2 of 2")).to_be_visible()
    visitor.write(page.get_by_label(LABEL), "Typed a moment ago")

    visitor.press(button(page, "Back"))
    expect(page.get_by_text("Set 1 · strand 1 of 2")).to_be_visible()
    expect(page.get_by_label(LABEL)).to_have_value(REASON)
    visitor.press(button(page, "Save and go on"))

    expect(page.get_by_text("Set 1 · strand 2 of 2")).to_be_visible()
    expect(page.get_by_label(LABEL)).to_have_value("Typed a moment ago")
