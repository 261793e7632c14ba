"""Three people in three browsers: two play, the third watches, marks, and speaks first."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import runs
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage, User
from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import PASSWORD, Site
from tests.browser.story import button, heading
from tests.browser.test_accessibility import examine, found
from tests.browser.visitor import Keyboard, Visitor
from tests.together import Together

NOTE = "Asked before telling, and waited for the answer."
BRIEFS = ("What only Marcus Bell knows", "What only Ana Ruiz knows")


class Triad:
    """Alice and Bob play, Dana watches; the conversation is open, and each has a browser."""

    def __init__(self, site: Site, people: dict[str, Visitor]) -> None:
        emails = {name: site.enrol(name) for name in people}
        self.people = people
        with site.session() as session:
            ids = {
                name: session.scalar(sa.select(User.id).where(User.email == email)) or 0
                for name, email in emails.items()
            }
            now = datetime.now(UTC)
            together = Together.open(session, ids["alice"], now=now)
            together.join(ids["bob"])
            together.join(ids["dana"], OBSERVER)
            together.ready(ids["alice"], ids["bob"])
            with writing(session):
                runs.move_on(session, together.seat(ids["dana"]), Stage.CASE, now=now)
            together.commit(ids["alice"], ids["bob"])
            self.url = f"/runs/{together.key}"
        for name, visitor in people.items():
            page = visitor.page
            page.goto("/sign-in")
            page.get_by_label("Email").fill(emails[name])
            page.get_by_label("Password").fill(PASSWORD)
            button(page, "Sign in").click()
            expect(page.get_by_role("heading", name="Your practice")).to_be_visible()
            page.goto(f"{self.url}?stage=role-play")

    def decide(self) -> None:
        """Let whoever is on turn take the first response; where both are, both."""
        for name in ("alice", "bob"):
            page = self.people[name].page
            page.goto(f"{self.url}?stage=role-play")
            choice = page.locator(".now button.choice:visible")
            if choice.count():
                step = page.locator(".now input[name=step]").first.input_value()
                choice.first.click()
                page.wait_for_load_state("networkidle")
                page.goto(f"{self.url}?stage=role-play")
                after = page.locator(".now input[name=step]")
                if not after.count() or after.first.input_value() != step:
                    return

    def play_to_the_end(self) -> None:
        page = self.people["alice"].page
        for _ in range(40):
            page.goto(f"{self.url}?stage=role-play")
            if page.locator(".now .ending").count():
                return
            self.decide()
        raise AssertionError("the conversation does not end")

    def pass_the_rating(self) -> None:
        for name in ("alice", "bob"):
            page = self.people[name].page
            page.goto(self.url)
            button(page, "Go to the debrief without rating").click()
            expect(heading(page, "What did each of you show?")).to_have_count(0)


@pytest.fixture
def triad(visit: Visit, site: Site) -> Triad:
    found.clear()
    return Triad(site, {name: visit() for name in ("alice", "bob", "dana")})


def sees_no_brief(page: Page) -> None:
    for brief in BRIEFS:
        expect(page.get_by_text(brief)).to_have_count(0)


def test_who_watches_sees_it_live_marks_it_and_speaks_first(triad: Triad) -> None:
    dana = triad.people["dana"]
    dana.look = examine
    page = dana.page
    sees_no_brief(page)

    triad.decide()
    expect(page.locator("#mark-1 > summary")).to_be_visible(timeout=15_000)
    sees_no_brief(page)
    mark = page.locator("#mark-1")
    mark.get_by_label("What you saw or heard").fill(NOTE)
    mark.get_by_label("level it shows").first.select_option("3")
    mark.get_by_text("Practices to look for").click()
    mark.get_by_label("Modeling").check()
    expect(mark.get_by_text("Saved")).to_be_visible()
    dana.at("marking")
    triad.play_to_the_end()
    page.goto(triad.url)
    expect(heading(page, "You speak first")).to_be_visible()
    dana.at("going over the marks")
    triad.pass_the_rating()
    page.goto(triad.url)
    expect(page.get_by_role("heading", name="You speak first")).to_be_visible()
    expect(page.get_by_text(NOTE)).to_be_visible()
    dana.at("debrief of an observer")
    alice = triad.people["alice"].page
    alice.goto(triad.url)
    expect(alice.get_by_role("heading", name="Dana speaks first")).to_be_visible()
    expect(alice.get_by_text(NOTE)).to_be_visible()
    button(page, "Go on to my next step").click()
    story.plan(dana)

    assert found == []


def test_what_is_being_marked_survives_a_response_that_comes_meanwhile(triad: Triad) -> None:
    page = triad.people["dana"].page
    note = page.locator("#note-0")
    note.press_sequentially("They gr", delay=20)

    triad.decide()
    for word in ("eet each other", " and sit down"):
        note.press_sequentially(word, delay=30)
        page.wait_for_timeout(2500)

    expect(note).to_have_value("They greet each other and sit down")
    expect(page.locator("#mark-1 > summary")).to_be_visible(timeout=15_000)
    expect(page.locator("#note-0")).to_have_value("They greet each other and sit down")


@pytest.mark.parametrize("how", ["no JavaScript", "keyboard"])
def test_marks_are_made_without_javascript_and_by_keyboard(
    visit: Visit, site: Site, how: str
) -> None:
    dana = visit(java_script_enabled=False) if how == "no JavaScript" else visit(Keyboard)
    page = dana.page
    Triad(site, {"alice": visit(), "bob": visit(), "dana": dana})

    dana.write(page.locator("#note-0"), NOTE)
    dana.press(page.locator("#mark-0").get_by_role("button", name="Keep this mark"))
    if how == "keyboard":
        expect(page.locator("#mark-0").get_by_text("Saved")).to_be_visible()
    else:
        expect(page).to_have_url(re.compile("#mark-0$"))
    page.reload()

    expect(page.locator("#note-0")).to_have_value(NOTE)
    expect(page.locator("#mark-0").get_by_text("marked")).to_be_visible()
