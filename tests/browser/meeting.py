"""Two people who come to one run in two browsers, up to its first page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.services import lobby
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor

SCENARIO = "/scenarios/glowing-observations"


def invite(visitor: Visitor, name: str = "") -> str:
    """Start with a partner from the sheet of a scenario, and return the link to hand on."""
    page = visitor.page
    page.goto(SCENARIO)
    visitor.at("sheet with a partner")
    if name:
        visitor.write(page.get_by_label("What should your partner call you?"), name)
    visitor.press(page.get_by_role("button", name="Invite a partner, each on your own device"))
    expect(page.get_by_role("heading", name="Train together")).to_be_visible()
    visitor.at("lobby alone")
    return page.get_by_label("Send this link").input_value()


def type_code(visitor: Visitor, code: str) -> None:
    """Come by the front door with a code that was read out."""
    page = visitor.page
    page.goto("/")
    visitor.press(page.get_by_role("link", name="Have a code from a partner?"))
    expect(heading(page, "Join your partner")).to_be_visible()
    visitor.at("code to type")
    visitor.write(page.get_by_label("Code"), code)
    visitor.press(page.get_by_role("button", name="Go on"))


def take_seat(visitor: Visitor, name: str = "") -> None:
    """Join on the page that a code or a link leads to."""
    page = visitor.page
    expect(button(page, "Join")).to_be_visible()
    visitor.at("invitation")
    if name:
        visitor.write(page.get_by_label("What should your partner call you?"), name)
    visitor.press(button(page, "Join"))
    expect(page.get_by_role("heading", name="Train together")).to_be_visible()


def get_ready(visitor: Visitor) -> None:
    visitor.press(visitor.page.get_by_role("button", name="I am ready"))


def meet(one: Visitor, other: Visitor, come: Callable[[str], None] | None = None) -> None:
    """Bring two guests into one run."""
    link = invite(one, "Alice")
    if come is None:
        other.page.goto(link)
    else:
        come(link)
    take_seat(other, "Bob")
    expect(one.page.get_by_role("status").filter(has_text="Bob has come.")).to_be_visible()
    one.at("lobby of two")
    get_ready(other)
    expect(one.page.get_by_role("status").filter(has_text="Bob is ready.")).to_be_visible()
    one.at("lobby with one ready")
    get_ready(one)
    for visitor in (one, other):
        expect(visitor.page.locator("#stage")).to_be_visible()


def go_through(visitor: Visitor, site: Site) -> None:
    """See every state of coming together, from both sides."""
    context = visitor.page.context
    assert context.browser is not None
    beside = context.browser.new_context(base_url=site.url, reduced_motion="reduce")
    visitor.watch.over(beside)
    visitor.watch.expected |= {404, 422, 429}
    other = Visitor(beside.new_page(), visitor.watch, visitor.look)
    type_code(other, "ZZZ ZZZ")
    expect(other.page.get_by_role("alert")).to_be_visible()
    other.at("code that leads nowhere")
    link = invite(visitor, "Alice")
    other.page.goto(link)
    take_seat(other, "Bob")
    expect(visitor.page.get_by_role("status").filter(has_text="Bob has come.")).to_be_visible()
    visitor.at("lobby of two")
    other.leave()
    beside.clear_cookies()
    go_away(site, link.rsplit("/", 1)[1])
    other.page.goto(link)
    other.at("invitation to a run with somebody away")
    other.press(other.page.get_by_role("button", name="I am Bob, on another device"))
    with_own_code = other.page.get_by_role("link", name="Come back with my own code")
    expect(with_own_code).to_be_visible()
    other.at("asking to come back")
    other.press(with_own_code)
    expect(heading(other.page, "Come back to your run")).to_be_visible()
    other.at("own code to type")
    other.page.go_back()
    expect(visitor.page.get_by_text("says they are Bob")).to_be_visible()
    visitor.at("lobby with somebody who asks")
    visitor.press(visitor.page.get_by_role("button", name="Let Bob in"))
    expect(other.page.get_by_role("heading", name="Train together")).to_be_visible()
    get_ready(other)
    expect(visitor.page.get_by_role("status").filter(has_text="Bob is ready.")).to_be_visible()
    visitor.at("lobby with one ready")
    get_ready(visitor)
    expect(other.page.locator("#stage")).to_be_visible()
    beside.close()


def go_away(site: Site, code: str) -> None:
    """Close what the second person in a run has open, two minutes ago."""
    with site.session() as session, writing(session):
        bob = lobby.find_lobby(session, code)[0].people[1]
        session.execute(
            sa.update(Participant)
            .where(Participant.user_id == bob.user_id)
            .values(seen_at=datetime.now(UTC) - timedelta(minutes=2))
        )
