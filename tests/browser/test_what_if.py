"""Going back to each decision of a finished play, and both plays together, by many hands."""

import re
from datetime import UTC, datetime
from random import Random

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lfp_trainer.services import access, demo, library, what_if
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, User
from tests.browser import test_accessibility
from tests.browser.conftest import Visit
from tests.browser.looking_back import QUESTION, Finished, go_back, play_on, take_another
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_accessibility import examine
from tests.browser.test_print import sheets
from tests.browser.tour import sign_in
from tests.browser.visitor import Keyboard, Visitor


@pytest.fixture
def finished(site: Site) -> Finished:
    """A play of *Glowing observations*, alone in every seat and done with its next step."""
    email = site.enrol("alice")
    with site.session() as session:
        with database.writing(session):
            user_id = session.scalar(sa.select(User.id).where(User.email == email))
            assert user_id is not None
            key = demo.play_run(
                session, library.current(session, "glowing-observations"), user_id=user_id,
                seat="both", habit=demo.by_reference, stop=None, dice=Random(email),
                now=datetime.now(UTC),
            )  # fmt: skip
        run = access.seat_in(session, key, viewer_id=user_id)
        return Finished(email, run, [*what_if.own_decisions(session, run)])


def runs_of(site: Site, finished: Finished) -> int:
    with site.session() as session:
        theirs = access.runs_visible_to(finished.run.user_id).subquery()
        return session.scalar(sa.select(sa.func.count()).select_from(theirs)) or 0


def assert_beside(page: Page) -> None:
    expect(page.locator(".plays").first.locator(".play .ending")).to_have_count(2)
    expect(page.locator(".map-frame svg")).to_have_count(1)
    assert page.locator(".map-edge.is-taken").count() > 3


def test_from_each_decision_another_play_comes_to_its_end(
    visit: Visit, site: Site, finished: Finished
) -> None:
    visitor = visit()
    sign_in(visitor, finished.email)
    before = first_play(visitor, finished)

    for step in finished.decisions:
        go_back(visitor, finished, step)
        take_another(visitor)
        play_on(visitor)
        assert_beside(visitor.page)

    assert len(finished.decisions) >= 6
    assert runs_of(site, finished) == 1 + len(finished.decisions)
    assert first_play(visitor, finished) == before


def first_play(visitor: Visitor, finished: Finished) -> str:
    visitor.page.goto(f"{finished.url}?stage=debrief")
    return visitor.page.locator("#debrief-body").inner_text()


def test_the_same_without_javascript(visit: Visit, finished: Finished) -> None:
    visitor = visit(java_script_enabled=False)
    sign_in(visitor, finished.email)

    go_back(visitor, finished, finished.decisions[1])
    take_another(visitor)
    play_on(visitor)

    assert_beside(visitor.page)


def test_the_same_by_keyboard(visit: Visit, finished: Finished) -> None:
    visitor = visit(Keyboard)
    sign_in(visitor, finished.email)
    page = visitor.page

    go_back(visitor, finished, finished.decisions[-2])
    # The number keys act at once, as the page says.
    page.keyboard.press("1")
    expect(page.get_by_text("This is a what-if")).to_be_visible()
    play_on(visitor)
    assert_beside(page)
    visitor.press(page.get_by_role("link", name="Take one more response"))

    expect(heading(page, QUESTION)).to_be_focused()
    expect(page.get_by_text("What you have tried from here")).to_be_visible()


def test_a_double_click_is_one_what_if(visit: Visit, site: Site, finished: Finished) -> None:
    for number, options in enumerate(({}, {"java_script_enabled": False})):
        before = runs_of(site, finished)
        visitor = visit(**options)
        sign_in(visitor, finished.email)
        go_back(visitor, finished, finished.decisions[0])

        visitor.page.locator("button.choice").nth(number).dblclick()
        expect(visitor.page.get_by_text("This is a what-if")).to_be_visible()
        visitor.page.wait_for_load_state("networkidle")

        assert runs_of(site, finished) == before + 1


def test_from_back_another_response_is_another_what_if(
    visit: Visit, site: Site, finished: Finished
) -> None:
    visitor = visit()
    sign_in(visitor, finished.email)
    page = visitor.page
    go_back(visitor, finished, finished.decisions[0])
    take_another(visitor)
    first = page.url

    page.go_back()
    expect(heading(page, QUESTION)).to_be_visible()
    visitor.press(page.locator("button.choice").nth(1))

    expect(page.get_by_text("This is a what-if")).to_be_visible()
    assert page.url != first
    assert runs_of(site, finished) == 3


def test_no_state_of_a_what_if_has_violations(visit: Visit, site: Site, finished: Finished) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    visitor.watch.expected |= {409, 422}
    sign_in(visitor, finished.email)
    page = visitor.page
    page.goto(f"{finished.url}/what-if/99")
    examine(visitor, "the list with a refusal")
    page.goto(f"{finished.url}/compare")
    examine(visitor, "nothing to compare")
    go_back(visitor, finished, finished.decisions[2])
    unfold(page)
    examine(visitor, "the decision")
    take_another(visitor)
    examine(visitor, "the running what-if")
    play_on(visitor)
    unfold(page)
    examine(visitor, "both plays")
    key = re.findall("/runs/([^/]+)/compare", page.url)[0]
    visitor.press(page.get_by_role("link", name="Debrief of this what-if"))
    examine(visitor, "its debrief")
    page.goto(f"{finished.url}/compare")
    expect(heading(page, "The what-if of this play")).to_be_visible()
    examine(visitor, "the what-ifs of a play")
    page.goto(f"{finished.url}/what-if/{finished.decisions[2]}")
    examine(visitor, "the decision, tried before")
    with site.session() as session, database.writing(session):
        session.execute(sa.delete(Run).where(Run.key == finished.run.key))
    page.goto(f"/runs/{key}/compare")
    examine(visitor, "the first play gone")

    assert test_accessibility.found == []


def unfold(page: Page) -> None:
    for summary in page.locator("main details > summary").all():
        summary.click()


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_the_comparison_is_never_wider_than_the_screen(
    visit: Visit, finished: Finished, width: int
) -> None:
    visitor = visit(viewport={"width": width, "height": 900})
    sign_in(visitor, finished.email)
    go_back(visitor, finished, finished.decisions[-1])
    no_wider(visitor.page)
    take_another(visitor)
    play_on(visitor)
    page = visitor.page
    no_wider(page)

    first, other = (page.locator(f"#play-{at}").bounding_box() for at in (0, 1))
    assert first is not None
    assert other is not None
    assert (first["y"] == other["y"]) == (width >= 768)


def no_wider(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_both_endings_stand_on_the_first_screen_of_a_laptop(
    visit: Visit, finished: Finished
) -> None:
    visitor = visit(viewport={"width": 1440, "height": 900})
    sign_in(visitor, finished.email)
    go_back(visitor, finished, finished.decisions[1])
    take_another(visitor)
    play_on(visitor)

    endings = visitor.page.locator(".play .ending").all()
    bottoms = [box["y"] + box["height"] for each in endings if (box := each.bounding_box())]

    assert len(bottoms) == 2
    assert max(bottoms) <= 900


def test_the_comparison_prints_on_few_sheets_without_its_map(
    visit: Visit, finished: Finished
) -> None:
    visitor = visit()
    sign_in(visitor, finished.email)
    go_back(visitor, finished, finished.decisions[0])
    take_another(visitor)
    play_on(visitor)
    page = visitor.page
    expect(button(page, "Print")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.locator(".map-frame")).to_be_hidden()
    expect(page.locator(".print-only", has_text="→")).to_be_visible()
    assert 1 <= sheets(page, "A4") <= 4
