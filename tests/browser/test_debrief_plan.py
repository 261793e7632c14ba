"""The debrief plan in a browser: found, changed, and on one sheet of whichever paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from lfp_trainer.storage.models import Role
from tests import shared
from tests.browser import test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor

TITLE = "Glowing observations: a plan for the debrief"


@pytest.fixture
def dana(visit: Visit, site: Site) -> Visitor:
    """Dana, at the plan of a cohort of twelve who have played by chance and show it."""
    return at_plan(visit(), site)


def at_plan(visitor: Visitor, site: Site) -> Visitor:
    sign_in(visitor, site.enrol("dana", Role.FACILITATOR))
    page = visitor.page
    page.goto("/cohorts")
    visitor.write(page.get_by_label("Name of the cohort"), "Lakeland principals, spring")
    visitor.press(button(page, "Make the cohort"))
    expect(heading(page, "Lakeland principals, spring")).to_be_visible()
    with site.session() as session:
        cohort = shared.cohort_at(session, page.url)
        people = shared.newcomers(session, *(f"Quill {n}" for n in range(12)))
        shared.let_play(session, cohort, people, seed=people[0])
    page.reload()
    visitor.press(page.get_by_role("link", name="Debrief plan"))
    visitor.press(page.get_by_role("link", name="Open the plan").or_(page.locator(".card a")).first)
    expect(heading(page, TITLE)).to_be_visible()
    return visitor


def sheets(page: Page, paper: str) -> int:
    page.emulate_media(media="print")
    pdf = page.pdf(format=paper)
    page.emulate_media(media="screen")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("minutes", [30, 45, 90])
def test_a_plan_is_one_sheet_on_either_paper(dana: Visitor, minutes: int) -> None:
    page = dana.page
    page.goto(f"{page.url.partition('?')[0]}?minutes={minutes}")
    expect(page.get_by_text(f"· {minutes} minutes").first).to_be_visible()

    assert {paper: sheets(page, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}


def test_on_paper_there_is_the_plan_and_nothing_to_press(dana: Visitor) -> None:
    page = dana.page

    page.emulate_media(media="print")

    expect(heading(page, TITLE)).to_be_visible()
    expect(page.get_by_text("What happened", exact=True)).to_be_visible()
    for each in ("Print", "Change it"):
        expect(page.get_by_text(each, exact=True)).to_be_hidden()
    expect(page.locator(".cohort-nav")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_facilitator_words_the_plan_anew(visit: Visit, site: Site, javascript: bool) -> None:
    dana = at_plan(visit(java_script_enabled=javascript), site)
    page = dana.page

    dana.press(page.get_by_role("link", name="Change it"))
    dana.write(page.locator("#title-1"), "Come in and sit down")
    page.get_by_label("Leave this part out").nth(1).check()
    dana.press(button(page, "Keep this plan"))

    expect(page.get_by_role("heading", name="Come in and sit down")).to_be_visible()
    expect(page.get_by_role("heading", name="What happened")).to_have_count(0)
    dana.press(page.locator("summary", has_text="Start again from the answers"))
    dana.press(button(page, "Start again now"))
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def test_nothing_about_the_plan_keeps_anybody_out(dana: Visitor) -> None:
    page = dana.page
    test_accessibility.found.clear()

    test_accessibility.examine(dana, "debrief plan")
    dana.press(page.get_by_role("link", name="Change it"))
    expect(heading(page, "Change the plan for “Glowing observations”")).to_be_visible()
    test_accessibility.examine(dana, "changing a debrief plan")
    page.goto(page.url.partition("/plan/")[0] + "/walking-out")
    test_accessibility.examine(dana, "walking out")
    assert test_accessibility.found == []
