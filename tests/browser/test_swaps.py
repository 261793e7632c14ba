"""What htmx adds to pages that work without it, and what happens when an answer is a refusal."""

from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.tour import fill_in, sign_in
from tests.browser.visitor import Visitor


def mark(page: Page) -> None:
    """Leave something that only a page that is never left can keep."""
    page.evaluate("window.marked = true")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("window.marked === true"))


def in_conversation(visit: Visit) -> Visitor:
    visitor = visit()
    story.come_to_the_conversation(visitor)
    return visitor


def test_no_stage_leaves_the_page(visit: Visit) -> None:
    visitor = visit()
    story.begin_as_guest(visitor)
    mark(visitor.page)

    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)
    story.reveal(visitor)
    story.converse(visitor)

    assert is_marked(visitor.page)


def test_the_address_reloads_to_the_same_place(visit: Visit) -> None:
    visitor = visit()
    story.begin_as_guest(visitor)
    headings = []

    def reload(visitor: Visitor, place: str) -> None:
        before = visitor.page.get_by_role("heading").all_inner_texts()
        visitor.page.reload()
        after = visitor.page.get_by_role("heading").all_inner_texts()
        headings.append((place, before, after))

    visitor.look = reload
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)
    story.reveal(visitor)
    story.converse(visitor)

    moved = [place for place, before, after in headings if before != after]
    assert moved == []
    assert headings[-1][0] == "ending"


def test_after_a_choice_its_consequence_has_focus_and_the_coaching_follows(visit: Visit) -> None:
    visitor = in_conversation(visit)

    story.respond(visitor)

    expect(visitor.page.locator(".led-to:focus .consequence")).to_be_visible()
    expect(visitor.page.locator(".led-to:focus + .coaching[open]")).to_be_visible()


def test_coaching_of_earlier_moments_is_folded(visit: Visit) -> None:
    visitor = in_conversation(visit)
    page = visitor.page

    story.respond(visitor)
    story.respond(visitor)

    expect(page.locator(".coaching")).to_have_count(2)
    expect(page.locator(".coaching[open]")).to_have_count(1)
    expect(page.locator(".coaching").last).to_have_attribute("open", "")
    page.reload()
    expect(page.locator(".coaching[open]")).to_have_count(1)
    expect(page.locator(".coaching").last).to_have_attribute("open", "")


def test_with_a_stand_in_focus_and_coaching_stay_with_the_own_choice(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.goto("/scenarios/glowing-observations")
    visitor.tick(option(page, "seat", "principal"))
    visitor.press(button(page, "Start"))
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)
    story.reveal(visitor)

    story.respond(visitor)

    own = page.locator(".moment", has=page.get_by_text("You chose"))
    expect(own.locator(".led-to:focus")).to_be_visible()
    expect(own.locator(".coaching[open]")).to_be_visible()


def test_number_keys_choose_at_once_after_coming_back(visit: Visit) -> None:
    visitor = in_conversation(visit)
    story.respond(visitor)
    page = visitor.page
    page.goto("/home")
    visitor.press(page.get_by_role("link", name=story.TITLE))
    expect(page.locator(".now:focus")).to_be_visible()

    page.keyboard.press("1")

    expect(page.locator(".now input[name=step][value='1']")).to_have_count(0)


def test_number_keys_do_nothing_while_somebody_writes(visit: Visit) -> None:
    visitor = in_conversation(visit)
    page = visitor.page
    visitor.press(page.get_by_text("Note why you choose it"))
    page.get_by_label("Why?").click()

    page.keyboard.type("1 or 2")

    expect(page.get_by_label("Why?")).to_have_value("1 or 2")
    assert story.steps_taken(page) == 0


def test_an_unfinished_form_says_what_is_missing_and_takes_focus_there(visit: Visit) -> None:
    visitor = visit()
    visitor.watch.expected.add(422)
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    mark(visitor.page)

    visitor.press(button(visitor.page, "Commit my diagnosis"))

    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("Choose at least one system.")
    expect(alert).to_be_focused()
    expect(alert).to_be_in_viewport()
    assert is_marked(visitor.page)


def test_the_overview_leads_back_to_a_card(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.diagnose(visitor)
    story.rate_everyone(visitor)

    visitor.press(page.get_by_role("link", name="Change").nth(1))

    expect(page.get_by_text("Rating 2 of")).to_be_visible()
    expect(option(page, "level", "3")).to_be_checked()
    visitor.press(page.get_by_role("link", name="Back", exact=True))
    expect(page.get_by_text("Rating 1 of")).to_be_visible()


def test_a_sign_in_that_has_ended_leads_through_the_sign_in_page_back(
    visit: Visit, site: Site
) -> None:
    email = site.enrol("alice")
    visitor, elsewhere = visit(), visit()
    page = visitor.page
    sign_in(visitor, email)
    story.begin_as_guest(visitor)
    sign_in(elsewhere, email)
    elsewhere.page.goto("/account")
    elsewhere.press(button(elsewhere.page, "Sign out every other browser"))
    visitor.watch.expected.add(401)

    visitor.press(button(page, "I have read it"))

    with page.context.expect_page() as opened:
        visitor.press(page.get_by_role("link", name="Sign in in a new tab"))
    tab = Visitor(opened.value, visitor.watch)
    fill_in(tab, email)
    expect(heading(tab.page, story.TITLE)).to_be_visible()


def test_a_page_whose_cookies_are_gone_says_so_and_keeps_what_was_written(visit: Visit) -> None:
    visitor = visit()
    visitor.watch.expected.add(401)
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    story.write_diagnosis(visitor)
    visitor.page.context.clear_cookies()

    visitor.press(button(visitor.page, "Commit my diagnosis"))

    expect(visitor.page.get_by_text("You are signed out")).to_be_in_viewport()
    expect(visitor.page.get_by_text("It is renewed")).to_have_count(0)
    expect(visitor.page.get_by_label("Which words of the case show it?")).to_have_value(story.WORDS)


def test_a_server_that_does_not_answer_is_told(visit: Visit) -> None:
    visitor = in_conversation(visit)
    visitor.page.route("**/choices", lambda route: route.abort())

    visitor.choose(1)

    expect(visitor.page.get_by_text("No connection.")).to_be_in_viewport()
    expect(visitor.page.locator(".now button.choice").first).to_be_enabled()
    visitor.watch.found.clear()
