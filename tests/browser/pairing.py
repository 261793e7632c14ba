"""Two people at two browsers, from the reveal to the comparison of both ways round."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Rating, User
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor
from tests.together import ONE, Together


@dataclass
class Two:
    """Alice and Bob, each at a browser, in one run that has begun."""

    site: Site
    alice: Visitor
    bob: Visitor
    key: str
    code: str
    ids: tuple[int, int]

    @property
    def url(self) -> str:
        return f"/runs/{self.key}"

    def through_services(self, key: str = "") -> "Acting":
        return Acting(self, key or self.key)


@dataclass
class Acting:
    """The services of the same site, for what the browsers need not show."""

    two: Two
    key: str

    def __enter__(self) -> Together:
        self._opened = self.two.site.session()
        return Together(self._opened.__enter__(), self.two.code, self.key, datetime.now(UTC))

    def __exit__(self, *error: object) -> None:
        self._opened.__exit__(None, None, None)


def meet(site: Site, alice: Visitor, bob: Visitor) -> Two:
    """Sign both in, and let them answer all that comes before the conversation."""
    emails = [site.enrol("alice"), site.enrol("bob")]
    with site.session() as session:
        ids = [session.scalar(sa.select(User.id).where(User.email == each)) for each in emails]
        one, other = (each or 0 for each in ids)
        together = Together.open(session, one, now=datetime.now(UTC))
        together.join(other)
        together.ready(one, other)
        together.commit(one, other)
        leader = next(iter(together.script(one).scenario.leaders))
        mine = Rating.rater_id == other, Rating.leader == leader
        with writing(session):
            session.execute(sa.update(Rating).where(*mine).values(level=4))
            session.execute(
                sa.update(Rating)
                .where(*mine, Rating.strand == "results")
                .values(level=None, not_enough=True)
            )
        two = Two(site, alice, bob, together.key, together.code, (one, other))
    for visitor, email in zip((alice, bob), emails, strict=True):
        sign_in(visitor, email)
    return two


def look_at_the_reveal(two: Two) -> None:
    page = two.alice.page
    page.goto(two.url)
    expect(heading(page, "What you both said")).to_be_visible()
    two.alice.at("reveal")
    two.alice.press(page.get_by_role("link", name="Go on to the conversation"))
    expect(heading(page, "The conversation")).to_be_visible()


def rate_both_plays(two: Two, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(two.url)
    expect(heading(page, "What did each of you show?")).to_be_visible()
    visitor.at("rate both plays")
    visitor.press(button(page, "Commit my ratings of the play"))
    expect(page.get_by_text("Not quite finished.")).to_be_visible()
    visitor.at("rate both plays, not finished")
    rows = page.locator("#rate-play fieldset.rate-row")
    for row in rows.all():
        if not row.locator("details[open]").count():
            visitor.press(row.locator("summary"))
        visitor.tick(row.locator('input[type="radio"]').nth(1))
        visitor.tick(row.locator('input[type="checkbox"]').first)
        visitor.write(row.locator('input[type="text"]'), "It asked before it told.")
    visitor.press(button(page, "Commit my ratings of the play"))
    expect(heading(page, "What did each of you show?")).to_have_count(0)


def play_on(two: Two) -> None:
    with two.through_services() as together:
        together.play_to_the_end(*two.ids)


def tell_each_other(two: Two) -> None:
    rate_both_plays(two, two.alice)
    two.alice.at("waiting for the debrief")
    rate_both_plays(two, two.bob)
    page = two.alice.page
    page.goto(f"{two.url}?stage=debrief")
    expect(page.locator("#plays-told")).to_be_visible()
    two.alice.at("joint debrief")


def swap_seats(two: Two) -> None:
    alice, bob = two.alice.page, two.bob.page
    two.alice.press(alice.get_by_role("link", name="Swap from a decision"))
    expect(heading(alice, "Swap seats")).to_be_visible()
    two.alice.at("swap from a decision")
    alice.goto(f"{two.url}?stage=debrief")
    two.alice.press(button(alice, "Swap seats"))
    expect(alice.get_by_text("Seats swapped.")).to_be_visible()
    two.alice.at("seats swapped")
    bob.goto(f"{two.url}?stage=debrief")
    expect(bob.get_by_text("The other way round has begun.")).to_be_visible()
    two.bob.at("the other has swapped")
    two.bob.press(bob.locator("#swapped").get_by_role("link", name="Go there"))
    expect(bob.get_by_text("Seats swapped.")).to_be_visible()
    assert bob.url.split("?")[0] == alice.url.split("?")[0]


def compare_both_ways(two: Two) -> None:
    key = two.alice.page.url.split("?")[0].rsplit("/", 1)[1]
    with two.through_services(key) as together:
        assert together.seat(two.ids[1]).seat == ONE
        together.choose_otherwise(*two.ids)
    for visitor in (two.alice, two.bob):
        visitor.page.goto(f"/runs/{key}/compare")
        expect(heading(visitor.page, "Two plays beside each other")).to_be_visible()
        visitor.at("both ways round")


def go_through(two: Two) -> None:
    look_at_the_reveal(two)
    play_on(two)
    tell_each_other(two)
    swap_seats(two)
    compare_both_ways(two)
