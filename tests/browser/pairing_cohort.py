"""A facilitator makes a cohort, five people join it, and are paired for a scenario."""

import re
from collections.abc import Sequence

from playwright.sync_api import expect

from lfp_trainer.storage.models import Role
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor

ROOM = (("Ana", "CO"), ("Ben", "CO"), ("Cleo", "EL"), ("Dov", "MS"), ("Eve", "HS"))


def make_cohort(visitor: Visitor, site: Site) -> str:
    """Sign in as a facilitator and make a cohort; return the link that lets others in."""
    page = visitor.page
    sign_in(visitor, site.enrol("dana", Role.FACILITATOR))
    page.goto("/cohorts")
    visitor.at("no cohort yet")
    visitor.write(page.get_by_label("Name of the cohort"), "Lakeland principals, spring")
    visitor.press(button(page, "Make the cohort"))
    expect(heading(page, "Lakeland principals, spring")).to_be_visible()
    visitor.at("cohort of one")
    return str(page.locator("a[href^='/join/']").get_attribute("href"))


def join(visitor: Visitor, link: str, name: str, position: str) -> None:
    page = visitor.page
    page.goto(link)
    visitor.at("joining a cohort")
    visitor.write(page.get_by_label("Your name"), name)
    page.get_by_label("Where you work").select_option(position)
    visitor.press(button(page, "Join"))
    expect(heading(page, "Lakeland principals, spring")).to_be_visible()


def choose_who_is_there(visitor: Visitor) -> None:
    """From the page of the cohort to the pairs as they would be."""
    page = visitor.page
    page.reload()
    visitor.at("cohort")
    visitor.press(page.get_by_role("link", name="Pair people for a scenario"))
    expect(heading(page, "Pair people for a scenario")).to_be_visible()
    visitor.at("choosing who is paired")
    page.get_by_label("Scenario", exact=True).select_option("glowing-observations")
    visitor.press(button(page, "Show me the pairs"))
    expect(heading(page, "These would be the pairs")).to_be_visible()
    visitor.at("pairs to look at")


def swap_watchers(visitor: Visitor) -> None:
    """Put who watches into the first pair: once with a mistake, then rightly."""
    page = visitor.page
    seat, watching = page.locator("#principal-1"), page.locator("#observer-2")
    playing, watches = seat.input_value(), watching.input_value()
    seat.select_option(watches)
    visitor.press(button(page, "Make these pairs"))
    expect(page.get_by_role("alert")).to_contain_text("In more than one place")
    visitor.at("pairs with a mistake")
    page.locator("#observer-2").select_option(playing)
    visitor.press(button(page, "Make these pairs"))
    expect(page.get_by_text("2 pairs are made.")).to_be_visible()
    visitor.at("cohort, paired")


def go_through(visitor: Visitor, site: Site) -> None:
    """See every page on the way, the invitation and its lobby too."""
    context = visitor.page.context
    assert context.browser is not None
    visitor.watch.expected |= {404, 422}
    link = make_cohort(visitor, site)
    people: list[Visitor] = []
    for name, position in ROOM:
        beside = context.browser.new_context(base_url=site.url, reduced_motion="reduce")
        visitor.watch.over(beside)
        look = visitor.look if not people else Visitor.look
        people.append(Visitor(beside.new_page(), visitor.watch, look))
        join(people[-1], link, name, position)
    choose_who_is_there(visitor)
    swap_watchers(visitor)
    visitor.page.goto("/join/ZZZZ2222")
    visitor.at("no cohort of that code")
    open_invitation(people[0])
    people[0].page.goto("/scenarios/glowing-observations")
    people[0].at("sheet with a cohort")
    _close(people)


def open_invitation(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/home")
    expect(page.get_by_role("heading", name="An invitation")).to_be_visible()
    visitor.at("home with an invitation")
    visitor.press(page.get_by_role("link", name=re.compile("^Open the lobby")))
    expect(page.get_by_role("heading", name="Train together")).to_be_visible()
    visitor.at("lobby of who was paired")


def _close(people: Sequence[Visitor]) -> None:
    for each in people:
        each.page.context.close()
