"""Leaving and coming back: another device or window, the Back button, a server that restarts."""

import re
from contextlib import AbstractContextManager

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lfp_trainer.storage.models import Run, Step
from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor


def key_of(page: Page) -> str:
    found = re.search(r"/runs/([^/?#]+)", page.url)
    assert found
    return found[1]


def saving(page: Page, field: str) -> AbstractContextManager[object]:
    """Wait until a draft that has this field is kept."""
    return page.expect_response(
        lambda answer: field in (answer.request.post_data or "") and answer.status == 204
    )


def steps_stored(site: Site, page: Page) -> int:
    with site.session() as session:
        count = sa.select(sa.func.count()).select_from(Step).join(Run)
        return session.scalar(count.where(Run.key == key_of(page))) or 0


def continue_from_home(visitor: Visitor) -> None:
    visitor.page.goto("/home")
    visitor.press(visitor.page.get_by_role("link", name=story.TITLE))


def test_a_run_goes_on_where_it_was_on_another_device(visit: Visit, site: Site) -> None:
    email = site.enrol("alice")
    first, second = visit(), visit()
    sign_in(first, email)
    story.begin_as_guest(first)
    story.read_the_case(first)
    with saving(first.page, "systems=ILR"):
        first.tick(option(first.page, "systems", "ILR"))

    sign_in(second, email)
    continue_from_home(second)
    expect(option(second.page, "systems", "ILR")).to_be_checked()
    story.diagnose(second)
    with saving(second.page, "level=3"):
        story.write_rating(second, level=3)
    continue_from_home(first)
    expect(first.page.get_by_text("Rating 2 of")).to_be_visible()
    first.press(first.page.get_by_role("link", name="Back", exact=True))
    expect(option(first.page, "level", "3")).to_be_checked()
    story.rate_everyone(first)
    story.reveal(first)
    story.respond(first)

    continue_from_home(second)
    assert story.steps_taken(second.page) == 1
    expect(second.page.get_by_text("You chose")).to_be_visible()


def test_back_after_a_choice_shows_the_run_as_it_is(visit: Visit, site: Site) -> None:
    visitor = visit()
    story.come_to_the_conversation(visitor)
    story.respond(visitor)
    page = visitor.page
    page.goto("/scenarios")

    page.go_back()

    expect(page.get_by_text("You chose")).to_be_visible()
    assert story.steps_taken(page) == steps_stored(site, page) == 1


def test_back_after_a_choice_without_javascript_adds_no_second_step(
    visit: Visit, site: Site
) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.watch.expected.add(409)
    story.come_to_the_conversation(visitor)
    story.respond(visitor)
    page = visitor.page

    page.go_back()
    if story.steps_taken(page) == 0:  # the browser may show the page as it was
        visitor.choose(2)
        expect(page.get_by_text(re.compile("moved on|where the run is now"))).to_be_visible()

    assert story.steps_taken(page) == steps_stored(site, page) == 1


def test_of_two_windows_the_stale_one_is_told_and_brought_up_to_date(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    visitor.watch.expected.add(409)
    story.come_to_the_conversation(visitor)
    stale = Visitor(visitor.page.context.new_page(), visitor.watch)
    stale.page.goto(visitor.page.url)
    story.respond(visitor, 1)

    stale.choose(2)

    notice = stale.page.locator(".notice--warning")
    expect(notice).to_be_visible()
    expect(notice).to_be_focused()
    assert story.steps_taken(stale.page) == 1
    assert steps_stored(site, stale.page) == 1


def test_a_double_click_is_one_step(visit: Visit, site: Site) -> None:
    visitor = visit()
    story.come_to_the_conversation(visitor)
    page = visitor.page

    page.locator(".now button.choice").first.dblclick()
    expect(page.locator(".now input[name=step][value='0']")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    assert story.steps_taken(page) == steps_stored(site, page) == 1


def test_a_double_click_without_javascript_is_one_step(visit: Visit, site: Site) -> None:
    visitor = visit(java_script_enabled=False)
    story.come_to_the_conversation(visitor)
    page = visitor.page

    page.locator(".now button.choice").first.dblclick()
    expect(page.locator(".now input[name=step][value='0']")).to_have_count(0)

    assert story.steps_taken(page) == steps_stored(site, page) == 1


def test_after_signing_out_back_shows_nothing_private(visit: Visit, site: Site) -> None:
    visitor = visit()
    page = visitor.page
    sign_in(visitor, site.enrol("alice"))
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.write_diagnosis(visitor)
    visitor.press(button(page, "Save and stop here"))
    visitor.press(page.get_by_role("link", name=story.TITLE))
    expect(page.get_by_label("Which words of the case show it?")).to_have_value(story.WORDS)
    visitor.press(button(page, "Sign out"))
    expect(button(page, "Try a scenario now")).to_be_visible()

    page.go_back()

    expect(heading(page, "Sign in")).to_be_visible()
    assert story.WORDS not in page.content()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_restart_of_the_server_goes_unnoticed(visit: Visit, site: Site) -> None:
    visitor = visit()
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    with saving(visitor.page, "reason="):
        story.write_diagnosis(visitor)

    site.restart()

    story.diagnose(visitor)
