"""The next step that returns and a person's own data, gone through as a visitor does."""

from datetime import UTC, datetime, timedelta
from random import Random

import sqlalchemy as sa
from playwright.sync_api import Locator, expect

from lfp_trainer.services import demo, library
from lfp_trainer.storage import database
from lfp_trainer.storage.models import User
from tests.browser import tour
from tests.browser.server import PASSWORD, Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor


def person_with_runs(site: Site, name: str, *weeks_ago: int) -> str:
    """Make an account that finished a run so many weeks ago, each, and return its email."""
    email = site.enrol(name)
    with site.session() as session, database.writing(session):
        user_id = session.scalars(sa.select(User.id).where(User.email == email)).one()
        published = library.current(session, "glowing-observations")
        dice = Random(email)
        for weeks in weeks_ago:
            demo.play_run(
                session, published, user_id=user_id, seat="both", habit=demo.by_chance, stop=None,
                dice=dice, now=datetime.now(UTC) - timedelta(weeks=weeks),
            )  # fmt: skip
    return email


def card(visitor: Visitor) -> Locator:
    return visitor.page.locator("#next-step-at-home")


def come_home(visitor: Visitor, email: str) -> None:
    tour.sign_in(visitor, email)
    visitor.page.goto("/home")
    expect(card(visitor).get_by_role("heading", name="What became of it?")).to_be_visible()


def go_through_next_steps(visitor: Visitor, site: Site) -> None:
    """Every state of the card and the list."""
    page = visitor.page
    come_home(visitor, person_with_runs(site, "nora", 1, 12))
    visitor.at("home, next step asked after")
    visitor.press(button(page, "Not yet"))
    expect(card(visitor).get_by_text("You said: Not yet")).to_be_visible()
    visitor.at("home, next step answered")
    visitor.press(card(visitor).get_by_role("link", name="Change it"))
    expect(heading(page, "My next steps")).to_be_visible()
    visitor.at("next steps")
    row = page.locator(".run-row").last
    visitor.press(row.get_by_role("button", name="Changed my mind"))
    expect(row.get_by_text("You said: Changed my mind")).to_be_visible()
    visitor.at("next steps, one closed")


def go_through_my_data(visitor: Visitor, site: Site) -> None:
    """Every state of the pages of one's data, and out of the door."""
    visitor.watch.expected.add(422)
    page = visitor.page
    tour.sign_in(visitor, person_with_runs(site, "olga", 1))
    page.goto("/next-steps")
    page.goto("/account")
    visitor.at("account with data")
    visitor.press(page.get_by_role("link", name="See and download my data"))
    expect(heading(page, "My data")).to_be_visible()
    visitor.at("my data")
    visitor.press(page.locator("summary", has_text="Each response taken"))
    expect(page.get_by_label("Columns: Responses").get_by_text("choice_id")).to_be_visible()
    visitor.at("my data, a table open")
    visitor.press(page.get_by_role("link", name="Delete my account"))
    expect(heading(page, "Delete my account")).to_be_visible()
    visitor.at("delete my account")
    visitor.tick(page.get_by_role("checkbox"))
    visitor.write(page.get_by_label("Your password"), "not the password")
    visitor.press(button(page, "Delete my account"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("delete my account, refused")
    visitor.tick(page.get_by_role("checkbox"))
    visitor.write(page.get_by_label("Your password"), PASSWORD)
    visitor.press(button(page, "Delete my account"))
    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    visitor.at("account deleted")
