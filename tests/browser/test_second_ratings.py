"""Ratings given a second time, and the first screen of a debrief, as different people meet them."""

import re
import time
from collections.abc import Iterator
from random import Random

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from lfp_trainer.engine import debrief
from lfp_trainer.engine import play as engine
from lfp_trainer.engine.next_time import next_time
from lfp_trainer.engine.script import Script
from lfp_trainer.services import library
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Step
from tests.browser.conftest import Visit
from tests.browser.looking_back import (
    PLAYED,
    WHY,
    claim,
    own_rows,
    play,
    rate_once_more,
    say_after,
)
from tests.browser.server import Site
from tests.browser.story import button, option
from tests.browser.test_accessibility import examine, found
from tests.browser.test_print import MOST_SHEETS, sheets
from tests.browser.test_walks import on_a_phone
from tests.browser.tour import sign_in
from tests.browser.visitor import Keyboard, Visitor

LAPTOPS = ((1366, 768), (1440, 900))


@pytest.fixture
def email(site: Site) -> str:
    return site.enrol("alice")


def come(visitor: Visitor, site: Site, email: str) -> str:
    """Sign in with a run that is played, and return its address."""
    sign_in(visitor, email)
    return play(site, email)


def test_with_a_mouse_and_nothing_axe_can_see_is_wrong(
    visit: Visit, site: Site, email: str
) -> None:
    found.clear()
    visitor = visit()
    run = come(visitor, site, email)
    visitor.look = examine

    rate_once_more(visitor, run)
    say_after(visitor, run)

    assert found == []


def test_without_javascript(visit: Visit, site: Site, email: str) -> None:
    visitor = visit(java_script_enabled=False)
    run = come(visitor, site, email)

    rate_once_more(visitor, run)
    say_after(visitor, run)


def test_with_the_keyboard_alone(visit: Visit, site: Site, email: str) -> None:
    visitor = visit(Keyboard)
    assert isinstance(visitor, Keyboard)
    run = come(visitor, site, email)

    rate_once_more(visitor, run)
    say_after(visitor, run)

    assert visitor.swaps_seen >= 4


def test_on_a_phone_it_fits(visit: Visit, site: Site, email: str) -> None:
    visitor, unfit = on_a_phone(visit)
    run = come(visitor, site, email)
    unfit.clear()

    rate_once_more(visitor, run)
    say_after(visitor, run)

    assert unfit == []


def test_a_draft_saves_itself_and_waits_on_another_device(
    visit: Visit, site: Site, email: str
) -> None:
    first, second = visit(), visit()
    run = come(first, site, email)
    first.page.goto(f"{run}/after")
    claim(first)
    expect(first.page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    sign_in(second, email)

    def is_there() -> bool:
        second.page.goto(f"{run}/after")
        return own_rows(second.page)[-1].get_by_label("Why this level").input_value() == PLAYED

    deadline = time.monotonic() + 15
    while not is_there():
        assert time.monotonic() < deadline, "the last words were not saved"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_commits_once(
    visit: Visit, site: Site, email: str, javascript: bool
) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    run = come(visitor, site, email)
    page.goto(f"{run}/again/0")
    visitor.tick(option(page, "evidence", "fewer-visits"))
    visitor.tick(option(page, "level", "1"))
    visitor.write(page.get_by_label("Why this level, in one line?"), WHY)

    button(page, "Commit my second answer").dblclick()

    expect(page.get_by_text("Rated twice")).to_be_visible()
    expect(page.locator(".notice--error, .notice--warning")).to_have_count(0)


def press_again(page: Page, target: Locator) -> None:
    """Send the second click of a double click, on what stands there by then."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)


def test_a_second_click_acts_on_nothing_that_came_after_the_first(
    visit: Visit, site: Site, email: str
) -> None:
    visitor = visit()
    page = visitor.page
    run = come(visitor, site, email)
    page.goto(f"{run}/again/0")
    visitor.tick(option(page, "evidence", "fewer-visits"))
    visitor.tick(option(page, "level", "1"))
    visitor.write(page.get_by_label("Why this level, in one line?"), WHY)
    button(page, "Commit my second answer").click()
    expect(page.get_by_text("Rated twice")).to_be_visible()
    there = page.url
    onwards = page.locator("main a.button").first

    press_again(page, onwards)

    page.wait_for_timeout(300)
    assert page.url == there
    press_again(page, onwards)
    expect(page.get_by_text("Rated twice")).to_have_count(0)


def test_a_debrief_with_everything_in_it_takes_few_sheets(
    visit: Visit, site: Site, email: str
) -> None:
    visitor = visit()
    run = come(visitor, site, email)
    rate_once_more(visitor, run)
    say_after(visitor, run)
    visitor.page.goto(f"{run}/debrief")
    visitor.page.emulate_media(media="print")

    counted = {paper: sheets(visitor.page, paper) for paper in ("A4", "Letter")}

    # A second answer and what one's own play showed stand on it too.
    assert max(counted.values()) <= MOST_SHEETS + 1, counted


# The first screen


def shelf(site: Site) -> Iterator[Published]:
    with site.session() as session:
        yield from library.on_offer(session)


def bottom(page: Page) -> float:
    """Return where the first part of the debrief ends, from the top of the window."""
    section = page.locator("#next-time")
    expect(section).to_be_visible()
    box = section.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_first_screen_of_a_laptop_says_what_to_do_differently(
    visit: Visit, site: Site, email: str, javascript: bool
) -> None:
    visitor = visit(java_script_enabled=javascript)
    run = come(visitor, site, email)

    for width, height in LAPTOPS:
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.page.goto(f"{run}?stage=debrief")
        assert bottom(visitor.page) <= height
        section = visitor.page.locator("#next-time")
        for part in ("You, as", "Try instead:", "Ask yourself:"):
            expect(section.get_by_text(part)).to_be_in_viewport(ratio=1)
        expect(section.locator(".own-words")).to_be_in_viewport(ratio=1)
        expect(section.locator(".next-time-line")).to_be_in_viewport(ratio=1)


def wordiest(script: Script, tries: int = 300) -> tuple[str, ...]:
    """Return of many plays the one whose first screen has most to say."""
    seats, dice = script.scenario.seats, Random(1)

    def words(path: tuple[str, ...]) -> int:
        told = debrief.tell(script, path, own_seats=seats)
        first = next_time(script, told, path, own_seats=seats)
        assert first is not None
        best = script.choices[first.decision.first][1]
        said = first.line and (first.line.says or first.line.text) or ""
        taken = script.choices[first.decision.moment.choice_id or ""][1].text
        return len(best.text + best.why + (first.ask.ask if first.ask else "")) + len(said + taken)

    def one() -> tuple[str, ...]:
        position = engine.start(script)
        while position.scene is not None:
            position = engine.choose(
                script, position, dice.choice(engine.offered(script, position))
            )
        return position.path

    return max((one() for _ in range(tries)), key=words)


def best(script: Script) -> tuple[str, ...]:
    """Return a play that takes the first in rank each time."""
    position = engine.start(script)
    while position.scene is not None:
        offered = engine.offered(script, position)
        first = min(offered, key=lambda id: script.choices[id][1].rank)
        position = engine.choose(script, position, first)
    return position.path


def test_it_stays_on_the_first_screen_whatever_was_played_and_written(
    visit: Visit, site: Site, email: str
) -> None:
    """Every shipped case, where its texts are longest, with words as long as may be typed."""
    visitor = visit()
    page = visitor.page
    sign_in(visitor, email)
    long = ("an unhurried explanation of what I had in mind " * 30)[:1000]
    left: dict[tuple[str, int, int], float] = {}
    for published in [*shelf(site)]:
        script = published.script
        for path in (wordiest(script), best(script), ()):
            run = play(site, email, script.scenario.id, path)
            with site.session() as session, database.writing(session):
                of_run = sa.select(Run.id).where(Run.key == run.rpartition("/")[2])
                session.execute(sa.update(Step).where(Step.run_id.in_(of_run)).values(reason=long))
            for width, height in LAPTOPS:
                page.set_viewport_size({"width": width, "height": height})
                page.goto(f"{run}?stage=debrief")
                expect(page.locator("#next-time .own-words")).to_contain_text("unhurried")
                left[script.scenario.id, len(left), height] = height - bottom(page)

    assert len(left) >= 7 * 3 * 2
    print(f"least room left below it: {min(left.values()):.0f} px")
    assert min(left.values()) >= 0, left
