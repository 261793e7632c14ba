"""A learner on a phone opens what is assigned, says who sees it, answers, and takes it back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import pairing_cohort, story, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.visitor import Finger, Visitor

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
SHARED = "Shared with Lakeland principals, spring"


def assign(dana: Visitor) -> None:
    """Set the first scenario for the cohort whose page is open, each alone."""
    page = dana.page
    dana.press(page.get_by_role("link", name="Assignments"))
    expect(heading(page, "Assignments")).to_be_visible()
    dana.at("assignments, none yet")
    page.get_by_label("Scenario", exact=True).select_option("glowing-observations")
    dana.write(page.get_by_label("Due"), "2031-05-06T17:30")
    dana.write(page.get_by_label("A short note"), "Bring one question on Thursday.")
    dana.press(button(page, "Set it for everybody"))
    expect(page.get_by_text("It is set.")).to_be_visible()
    dana.at("assignments")


def open_it(alice: Visitor) -> None:
    page = alice.page
    page.goto("/home")
    expect(page.get_by_role("heading", name="Assigned to you")).to_be_visible()
    alice.at("home with an assignment")
    alice.press(page.get_by_role("link", name=story.TITLE).first)
    expect(page.get_by_role("heading", name="Who will see what")).to_be_visible()
    alice.at("assignment")


def agree_and_answer(alice: Visitor) -> None:
    page = alice.page
    alice.tick(option(page, "seat", "partner"))
    alice.press(button(page, "I agree; begin"))
    expect(heading(page, story.TITLE)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(f"^{SHARED}"))).to_be_visible()
    alice.at("case of an assignment")
    story.read_the_case(alice)
    story.diagnose(alice)


def withdraw(alice: Visitor) -> None:
    page = alice.page
    alice.press(page.get_by_role("link", name=re.compile(f"^{SHARED}")))
    expect(heading(page, "Who sees what of this run")).to_be_visible()
    expect(page.get_by_text("Dana sees your part of it")).to_be_visible()
    alice.at("sharing")
    page.goto("/home/shared")
    alice.at("what I share")
    page.go_back()
    alice.press(button(page, "Withdraw it"))
    expect(page.get_by_text("It is private: only who plays it sees it.")).to_be_visible()
    alice.at("sharing, private")
    alice.press(page.get_by_role("link", name="Back to the run"))
    expect(page.get_by_role("link", name=re.compile("^Private"))).to_be_visible()


def go_through(dana: Visitor, alice: Visitor, site: Site) -> None:
    link = pairing_cohort.make_cohort(dana, site)
    pairing_cohort.join(alice, link, "Alice", "EL")
    assign(dana)
    open_it(alice)
    agree_and_answer(alice)
    withdraw(alice)


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_it_is_opened_agreed_to_answered_and_withdrawn(
    visit: Visit, site: Site, javascript: bool
) -> None:
    alice = visit(Finger, java_script_enabled=javascript, **PHONE)

    go_through(visit(java_script_enabled=javascript), alice, site)

    wide = "document.documentElement.scrollWidth" if javascript else None
    if wide:
        assert alice.page.evaluate(wide) <= 360


def test_the_pages_of_an_assignment_have_no_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    dana, alice = visit(), visit()
    dana.look = alice.look = test_accessibility.examine

    go_through(dana, alice, site)

    assert test_accessibility.found == []
