"""The Back button goes back within a run: to the card before, to the stage before."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.story import button, heading


def on_card(page: Page, number: int) -> None:
    expect(page.get_by_text(re.compile(rf"^Rating {number} of \d+$"))).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_back_goes_card_by_card_and_stage_by_stage(visit: Visit, javascript: bool) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.diagnose(visitor)
    for number in (1, 2):
        story.write_rating(visitor)
        visitor.press(button(page, "Save and go on"))
        on_card(page, number + 1)

    page.go_back()
    on_card(page, 2)
    page.go_back()
    on_card(page, 1)
    page.go_back()
    expect(heading(page, "What is not at scale, and what is in the way?")).to_be_visible()
    page.go_forward()
    on_card(page, 1)


def test_back_from_the_diagnosis_shows_the_case_again(visit: Visit) -> None:
    visitor = visit()
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)

    visitor.page.go_back()

    expect(heading(visitor.page, story.TITLE)).to_be_visible()
    visitor.press(visitor.page.get_by_role("link", name="Go to where you are"))
    expect(button(visitor.page, "Commit my diagnosis")).to_be_visible()


def test_back_from_the_role_play_leaves_it_once_however_many_responses(visit: Visit) -> None:
    visitor = visit()
    story.come_to_the_conversation(visitor)
    story.respond(visitor)
    story.respond(visitor)

    visitor.page.go_back()

    expect(heading(visitor.page, "Your ratings beside the reference")).to_be_visible()
