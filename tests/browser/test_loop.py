"""Everything a learner does, twice with different answers: what returns, and what has changed."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import ranking, story
from tests.browser.conftest import Visit
from tests.browser.looking_back import PLAYED, claim
from tests.browser.server import PASSWORD
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor

SECOND_SENTENCE = "On Monday I draw three rooms before we go in."


def start_again(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/scenarios/glowing-observations")
    visitor.tick(story.option(page, "seat", "both"))
    visitor.press(button(page, "Start"))
    expect(heading(page, story.TITLE)).to_be_visible()


def say_what_it_showed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.press(page.get_by_role("link", name="First say what you showed"))
    expect(heading(page, "Now that you have played it")).to_be_visible()
    claim(visitor)
    visitor.press(button(page, "Commit, and see them side by side"))
    expect(heading(page, "Before and after")).to_be_visible()
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.locator("#next-time")).to_be_visible()


def finish(visitor: Visitor, sentence: str) -> None:
    page = visitor.page
    visitor.press(button(page, "Go on to my next step"))
    visitor.write(page.get_by_label("The one sentence you are walking out with"), sentence)
    visitor.pick_day(page.get_by_label("By which day?"), story.DAY)
    visitor.press(button(page, "Finish"))
    expect(page.locator(".plan-sentence", has_text=sentence)).to_be_visible()


def make_an_account(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/register")
    visitor.write(page.get_by_label("Name"), "Lena Loop")
    visitor.write(page.get_by_label("Email"), "lena-loop@district.example")
    visitor.write(page.get_by_label("Password"), PASSWORD)
    visitor.press(button(page, "Make the account"))
    expect(heading(page, "Your practice")).to_be_visible()


def downloaded(page: Page, into: Path) -> str:
    page.goto("/account/data")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("JSON")).click()
    path = into / "my-data.json"
    waiting.value.save_as(path)
    return path.read_text()


def shown_levels(page: Page) -> list[str]:
    return page.locator(".ladder-shown").all_inner_texts()


def test_the_whole_loop_twice_with_different_answers(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)
    story.reveal(visitor)
    story.converse(visitor)
    say_what_it_showed(visitor)
    first_time = page.locator("#next-time").inner_text()
    first_levels = shown_levels(page)
    finish(visitor, story.SENTENCE)
    make_an_account(visitor)
    expect(page.get_by_text(story.SENTENCE).first).to_be_visible()

    start_again(visitor)
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor, higher=2)
    story.reveal(visitor)
    ranking.begin(visitor)
    ranking.converse(visitor)
    say_what_it_showed(visitor)
    assert page.locator("#next-time").inner_text() != first_time
    assert shown_levels(page) != first_levels
    expect(page.locator("#next-time")).to_contain_text(ranking.WHY)
    finish(visitor, SECOND_SENTENCE)

    page.goto("/home")
    expect(page.locator("#next-step-at-home")).to_contain_text(SECOND_SENTENCE)
    expect(page.locator(".run-row")).to_have_count(2)
    page.goto("/next-steps")
    expect(page.locator(".returned-sentence")).to_have_text([SECOND_SENTENCE, story.SENTENCE])
    # What is rated again after its reference was seen does not count.
    page.goto("/calibration")
    expect(page.locator("main")).to_contain_text("4 ratings on the rubric")
    kept = downloaded(page, tmp_path)
    assert json.loads(kept)
    assert [kept.count(words) for words in (story.SENTENCE, SECOND_SENTENCE)] == [1, 1]
    for words in (story.WORDS, story.REASON, PLAYED, ranking.WHY):
        assert words in kept
