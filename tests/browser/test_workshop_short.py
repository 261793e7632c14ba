"""A workshop in short: without JavaScript, and by somebody in a hurry."""

import re
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser import story, workshop, workshop_numbers
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_workshop import FIRST, PHASES, Workshop, export
from tests.browser.workshop_pages import ITEM, PROGRESS, REVIEW, read


def test_without_javascript_a_short_workshop_comes_to_the_same_numbers(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    dana = visit(accept_downloads=True, java_script_enabled=False, **workshop.LAPTOP)
    cohort, code = workshop.make_cohort(dana, site)
    it = Workshop(site, dana, workshop.cast()[:1], cohort)
    ana, page = it.guests[0], dana.page
    workshop.come(ana, visit, code, java_script_enabled=False)
    page.goto(cohort)
    workshop.go(dana, "Progress", "Progress")
    assert read(page, PROGRESS) == workshop_numbers.progress_of(it.raw())
    workshop.begin(ana)
    for act in (workshop.answer, workshop.converse, workshop.finish):
        act(ana)
        dana.press(page.get_by_role("link", name="Look again"))
        assert read(page, PROGRESS) == workshop_numbers.progress_of(it.raw())
    workshop.go(dana, "Review", "Review")
    dana.press(page.get_by_role("link", name=story.TITLE))
    expect(page.get_by_text("One conversation of one person.")).to_be_visible()
    assert {k: n for k, n in read(page, REVIEW)["endings"].items() if n} == it.raw().endings()
    workshop.go(dana, "Projector", "Projector")
    workshop_numbers.agenda_agrees(page, it.raw())
    workshop.put_all_on(dana, [*FIRST])
    page.goto(f"{cohort}/remote")
    for phase in PHASES[1:]:
        workshop.press(page, "Next")
        expect(page.locator(".remote-phase b")).to_have_text(phase)
        ana.page.goto(f"{cohort}/room")
        expect(ana.page.locator(".item-few")).to_be_visible()
        assert not read(ana.page, ITEM)["of"]
    page.goto(cohort)
    workshop.go(dana, "Debrief plan", "Debrief plan")
    dana.press(page.locator(".card a").first)
    expect(page.get_by_text("so this plan has no numbers")).to_be_visible()
    export(it, tmp_path)


def test_a_hurried_hand_begins_shares_and_exports_once(visit: Visit, site: Site) -> None:
    dana = visit(**workshop.LAPTOP)
    cohort, code = workshop.make_cohort(dana, site)
    eve = workshop.cast()[4]
    workshop.come(eve, visit, code)
    page = eve.page
    open_assignment(page)
    button(page, "Begin privately").dblclick()
    expect(heading(page, story.TITLE)).to_be_visible()
    expect(page).to_have_url(re.compile("/runs/"))
    page.go_back()
    # Back shows what has become of it, and not the buttons once more.
    expect(page.get_by_role("heading", name="You have begun")).to_be_visible()
    expect(button(page, "I agree; begin")).to_be_hidden()
    assert _count(site, "run", cohort) == 1
    page.get_by_role("link", name="Who sees what of it").click()
    shared = page.get_by_role("heading", name=f"Shared with {workshop.NAME}")
    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Share my part")).dblclick()
        expect(shared).to_be_visible()
        page.go_back()
        expect(shared).to_be_visible()
        button(page, "Withdraw it").dblclick()
        expect(shared).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Share my part")).dblclick()
    expect(shared).to_be_visible()
    ready = dana.page.get_by_role("link", name="Download")
    dana.page.goto(f"{cohort}/export")
    for made in (1, 2):
        button(dana.page, "Make the file").dblclick()
        expect(ready).to_have_count(made)
        dana.page.go_back()
        expect(ready).to_have_count(made)
    assert _count(site, "export", cohort) == 2


def open_assignment(page: Page) -> None:
    page.goto("/home")
    page.get_by_role("link", name=story.TITLE).first.click()
    page.locator("input[name='seat'][value='both']").check()


def _count(site: Site, table: str, cohort: str) -> int:
    """Count the rows of a table that belong to a cohort."""
    sql = f"SELECT count(*) FROM {table} t JOIN cohort c ON c.id = t.cohort_id WHERE c.key = :key"
    with site.session() as session:
        key = cohort.rpartition("/")[2]
        return int(session.scalar(sa.text(sql), {"key": key}) or 0)
