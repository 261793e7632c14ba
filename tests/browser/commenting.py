"""A facilitator at a laptop comments on a response; the learner on a phone reads and answers.

Told so that both with and without scripts can take it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.services import access, cohorts, sharing
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Role, User
from tests.browser import looking_back, tour
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor

QUESTION = "What did you hope she would do after this?"
ANSWER = "Tell me what she had seen herself."


@dataclass
class Shared:
    """A run of Alice's that she shares with Dana's cohort."""

    dana: str
    alice: str
    cohort: str
    run: str

    @classmethod
    def make(cls, site: Site) -> "Shared":
        dana, alice = site.enrol("dana", Role.FACILITATOR), site.enrol("alice")
        run = looking_back.play(site, alice)
        now = datetime.now(UTC)
        with site.session() as session, database.writing(session):
            dana_id, alice_id = (
                session.scalars(sa.select(User.id).where(User.email == each)).one()
                for each in (dana, alice)
            )
            key = cohorts.make(session, name="Lakeland, spring", user_id=dana_id, now=now)
            cohort = cohorts.find(session, key, viewer_id=dana_id)
            cohorts.join(session, cohort.code, user_id=alice_id, now=now)
            seated = access.seat_in(session, run.rsplit("/", 1)[1], viewer_id=alice_id)
            sharing.agree(session, seated, cohort.id, now=now)
        return cls(dana, alice, f"/cohorts/{key}", run)


def find_the_run(dana: Visitor, shared: Shared) -> None:
    page = dana.page
    tour.sign_in(dana, shared.dana)
    page.goto(shared.cohort)
    dana.press(page.get_by_role("navigation", name=re.compile("^Pages of")).get_by_text("Runs"))
    expect(heading(page, "Runs that are shared")).to_be_visible()
    dana.at("shared runs")
    dana.press(page.get_by_role("link", name=re.compile("Alice")))
    expect(heading(page, re.compile("^Alice"))).to_be_visible()
    dana.at("shared run")


def comment(dana: Visitor) -> None:
    """On the second response; the box is beside it."""
    place = dana.page.locator(".decisions .comment-place").nth(1)
    dana.press(place.locator("summary"))
    dana.write(place.get_by_label("To Alice"), QUESTION)
    dana.at("writing a comment")
    dana.press(place.get_by_role("button", name="Send the comment"))
    expect(place.locator(".written")).to_have_text(QUESTION)
    dana.at("shared run with a comment")


def read_and_answer(alice: Visitor, shared: Shared) -> None:
    page = alice.page
    badge = page.get_by_role("link", name="1 unread comment")
    tour.sign_in(alice, shared.alice)
    page.goto("/home")
    expect(badge).to_be_visible()
    alice.at("home with a comment")
    alice.press(badge)
    expect(heading(page, "Comments")).to_be_visible()
    expect(page.locator(".written")).to_have_text(QUESTION)
    expect(badge).to_be_visible()
    alice.at("comments")
    alice.press(page.locator(".thread").get_by_role("link"))
    thread = page.locator(".decision .thread")
    expect(thread.locator(".written")).to_have_text(QUESTION)
    expect(thread).to_be_in_viewport()
    alice.at("debrief with a comment")
    alice.press(thread.locator("summary"))
    alice.write(thread.get_by_label("Your answer"), ANSWER)
    alice.press(button(page, "Send the answer"))
    expect(thread.locator(".written")).to_have_text([QUESTION, ANSWER])
    # Answering marks as read.
    expect(button(page, "Mark as read")).to_have_count(0)
    expect(page.locator("#comments-badge")).to_be_hidden()
    alice.at("debrief with an answer")


def mark_as_read(dana: Visitor, shared: Shared) -> None:
    """Dana finds the answer in the list, and says that she has read it."""
    page = dana.page
    page.goto(f"{shared.cohort}/runs")
    expect(page.get_by_text("answered you")).to_be_visible()
    dana.at("shared runs with an answer")
    dana.press(page.get_by_role("link", name=re.compile("Alice")))
    dana.press(button(page, "Mark as read"))
    expect(button(page, "Mark as read")).to_have_count(0)
    dana.at("shared run with an answer")
    page.goto(f"{shared.cohort}/runs")
    expect(page.get_by_text("answered you")).to_have_count(0)


def mark_one_as_read(alice: Visitor, dana: Visitor, shared: Shared) -> None:
    """One more comment, which the learner marks as read in the list."""
    dana.page.goto(f"{shared.cohort}/runs")
    dana.press(dana.page.get_by_role("link", name=re.compile("Alice")))
    comment_on_the_run(dana)
    page = alice.page
    page.goto("/comments")
    expect(page.locator(".thread").first).to_contain_text("Well told.")
    alice.press(button(page, "Mark as read"))
    expect(button(page, "Mark as read")).to_have_count(0)
    expect(page.locator("#comments-badge")).to_be_hidden()
    alice.at("comments, read")


def comment_on_the_run(dana: Visitor) -> None:
    place = dana.page.locator(".comment-place").first
    dana.press(place.locator("summary"))
    dana.write(place.get_by_label("To Alice"), "Well told.")
    dana.press(place.get_by_role("button", name="Send the comment"))
    expect(place.locator(".written")).to_have_text("Well told.")
