"""A facilitator looks at what a cohort shows: its scenarios, one of them, what is behind it."""

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from lfp_trainer.storage.models import Role, User
from tests.browser.server import Site
from tests.browser.story import heading
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor
from tests.reviewed import Room

NAMES = (
    "Una Quist", "Ben Ode", "Cleo Park", "Dov Levi", "Eve Stone", "Finn Gray", "Gia Moss",
    "Hal Ito", "Ivy Lane", "Jon Beck", "Kai Wolf",
)  # fmt: skip


def facilitate(visitor: Visitor, site: Site, *, people: int) -> str:
    """Sign in as who facilitates a cohort that has played; return where its review is."""
    email = site.enrol("dana", Role.FACILITATOR)
    with site.session() as session:
        user_id = session.scalars(sa.select(User.id).where(User.email == email)).one()
        room = Room.open(session, user_id, now=datetime.now(UTC))
        room.fill(NAMES[:people], seats=("both", "partner", "principal"))
    sign_in(visitor, email)
    return f"/cohorts/{room.cohort.key}/review"


def go_through(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    page.goto(facilitate(visitor, site, people=0))
    visitor.at("nothing to review")
    page.context.clear_cookies()
    page.goto(facilitate(visitor, site, people=11))
    visitor.at("scenarios to review")
    visitor.press(page.get_by_role("link", name="Glowing observations"))
    expect(heading(page, "Glowing observations")).to_be_visible()
    page.get_by_label("Numbers on the map").check()
    for folded in page.locator("#decisions article").first.locator("summary").all():
        folded.click()
    visitor.at("review of a scenario")
    behind(visitor, "#decisions", "answers behind a response")
    behind(visitor, "#diagnosis", "answers behind a diagnosis")
    behind(visitor, "#ratings", "answers behind a level")
    visitor.press(page.get_by_role("link", name="Sentences and reasons").first)
    expect(page).to_have_url(re.compile("/ratings/"))
    visitor.at("what a rating rests on")
    page.goto(page.url.partition("/ratings/")[0] + "?position=MS&seat=both")
    expect(page.get_by_role("heading", name="Nobody here")).to_be_visible()
    visitor.at("review narrowed to nobody")


def behind(visitor: Visitor, part: str, place: str) -> None:
    page = visitor.page
    show, hide = (page.get_by_role("link", name=f"{word} names") for word in ("Show", "Hide"))
    visitor.press(first_number(page, part))
    expect(show).to_be_visible()
    visitor.at(place)
    visitor.press(show)
    expect(hide).to_be_visible()
    visitor.at(f"{place}, with names")
    page.go_back()
    page.go_back()


def first_number(page: Page, part: str) -> Locator:
    return page.locator(f"{part} a.split-number").first
