"""What is written is kept while it is written, and never gets in the way of who writes."""

import re

from playwright.sync_api import Route, expect

from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.story import button, heading, option

SAVED = re.compile(r"^Saved \d")
DRAFT_SENT = 900
"""Milliseconds after a change by which the draft of it is surely on its way."""


def test_a_draft_saves_itself_and_leaves_focus_where_it_is(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    visitor.tick(option(page, "systems", "ILR"))
    words = page.get_by_label("Which words of the case show it?")
    words.focus()

    expect(page.get_by_text(SAVED)).to_be_visible()

    expect(words).to_be_focused()
    page.reload()
    expect(option(page, "systems", "ILR")).to_be_checked()


def test_words_are_saved_while_they_are_written(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    words = page.get_by_label("Which words of the case show it?")
    words.focus()

    page.keyboard.type("He makes a note")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.keyboard.type(" of all this.")

    expect(words).to_be_focused()
    expect(words).to_have_value("He makes a note of all this.")
    page.reload()
    expect(words).to_have_value(re.compile("^He makes a note"))


def test_every_change_is_saved_also_while_the_one_before_is_on_its_way(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    held: list[Route] = []
    page.route("**/diagnosis", lambda route: route.continue_() if held else held.append(route))
    visitor.tick(option(page, "systems", "ILR"))
    page.wait_for_timeout(DRAFT_SENT)
    visitor.tick(option(page, "who", "partner"))
    page.wait_for_timeout(DRAFT_SENT)

    with page.expect_response(lambda answer: "who=partner" in (answer.request.post_data or "")):
        held[0].continue_()

    page.reload()
    expect(option(page, "systems", "ILR")).to_be_checked()
    expect(option(page, "who", "partner")).to_be_checked()


def test_a_commitment_overtakes_the_draft_that_was_about_to_be_saved(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))

    # The commit waits on the way for longer than a draft waits to be saved.
    def slowly(route: Route) -> None:
        page.wait_for_timeout(DRAFT_SENT)
        route.continue_()

    page.route("**/diagnosis", slowly)
    story.diagnose(visitor)
    page.wait_for_timeout(DRAFT_SENT)

    posted = [data for data in sent if "systems=" in data]
    assert len(posted) == 1
    assert "act=keep" not in posted[0]
    expect(page.locator(".notice--error")).to_have_count(0)


def test_save_and_stop_goes_home_where_the_run_waits(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    visitor.tick(option(page, "systems", "ILR"))

    visitor.press(button(page, "Save and stop here"))

    expect(heading(page, "Your practice")).to_be_visible()
    visitor.press(page.get_by_role("link", name=story.TITLE))
    expect(option(page, "systems", "ILR")).to_be_checked()


def test_the_reason_for_a_choice_is_there_again_after_a_reload(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.come_to_the_conversation(visitor)
    page.get_by_text("Note why you choose it").click()
    page.get_by_label("Why?").press_sequentially("They have not looked yet.")
    expect(page.get_by_text(SAVED)).to_be_visible()

    page.reload()
    expect(page.get_by_label("Why?")).to_have_value("They have not looked yet.")
    page.get_by_role("link", name="Rank them all instead").click()
    expect(page.get_by_label("Why in this order?")).to_have_value("They have not looked yet.")
    page.reload()
    expect(page.get_by_label("Why in this order?")).to_have_value("They have not looked yet.")
    page.get_by_role("link", name="Pick one instead").click()
    expect(page.get_by_label("Why?")).to_have_value("They have not looked yet.")

    story.respond(visitor)
    expect(page.locator(".choice-reason").last).to_contain_text("They have not looked yet.")
    page.reload()
    expect(page.locator("#reason")).to_have_value("")
