"""A scenario with other seats, gauges and levels fits the pages as well as the shipped one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lfp_trainer import scenario_files
from lfp_trainer.services import library
from lfp_trainer.storage import database
from tests import scenarios
from tests.browser import ranking, story
from tests.browser.conftest import Visit
from tests.browser.looking_back import play_on, say_after, take_another
from tests.browser.server import Site
from tests.browser.story import button, option
from tests.browser.test_walks import on_a_phone
from tests.browser.visitor import Visitor
from tests.scenarios import to_yaml
from tests.web.test_another_scenario import case, scale, words


def publish(site: Site, folder: Path) -> None:
    path = scenarios.shelve(folder, case(), scale())
    (folder / "vocabulary.yaml").write_text(to_yaml(words()), encoding="utf-8")
    with site.session() as session, database.writing(session):
        library.publish(session, scenario_files.read_sources(path), now=datetime.now(UTC))


def diagnose(visitor: Visitor) -> None:
    page = visitor.page
    visitor.press(button(page, "I have read it"))
    for name, value in (
        ("systems", "ILR"),
        ("failed_tests", "used"),
        ("who", "crew"),
        ("what", "SK"),
    ):
        visitor.tick(option(page, name, value))
    visitor.press(button(page, "Commit my diagnosis"))


def rate(visitor: Visitor) -> None:
    """Rate everybody; the reason is left out now and then, for this rubric asks for none."""
    page = visitor.page
    for card in range(1, 7):
        expect(page.get_by_text(f"Rating {card} of 6")).to_be_visible()
        expect(option(page, "level", "3")).to_have_count(1)
        expect(option(page, "level", "4")).to_have_count(0)
        visitor.tick(option(page, "evidence", "again"))
        visitor.tick(option(page, "level", "2"))
        if card % 2:
            visitor.write(page.get_by_label("Why this level, in one line?"), "It says so.")
        visitor.at(f"card {card}")
        visitor.press(button(page, "Save and go on" if card < 6 else "Save and review"))
    story.reveal(visitor)


def begin(visitor: Visitor, seat: str) -> None:
    page = visitor.page
    page.goto("/scenarios/late-lunch")
    visitor.at("overview sheet")
    visitor.tick(option(page, "seat", seat))
    visitor.press(button(page, "Start"))


def test_it_plays_on_a_phone(visit: Visit, site: Site, tmp_path: Path) -> None:
    publish(site, tmp_path)
    visitor, unfit = on_a_phone(visit)
    page = visitor.page
    begin(visitor, "cook")
    diagnose(visitor)
    rate(visitor)
    while page.locator(".now button.choice").count():
        story.respond(visitor)
        visitor.at("role-play")
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.locator(".ladder").first).to_be_visible()
    expect(page.locator(".ladder").first.locator(".rung")).to_have_count(3)
    visitor.at("debrief")

    assert unfit == []


@pytest.mark.parametrize("seat", ["cook", "both"])
def test_what_follows_a_play_fits_on_a_phone_too(
    visit: Visit, site: Site, tmp_path: Path, seat: str
) -> None:
    publish(site, tmp_path)
    visitor, unfit = on_a_phone(visit)
    page = visitor.page
    begin(visitor, seat)
    diagnose(visitor)
    rate(visitor)
    run = page.url.partition("?")[0].partition("#")[0]
    once_more(visitor, run)
    page.goto(run)
    ranking.begin(visitor)
    ranking.write(visitor, turned=True)
    ranking.send(visitor)
    page.goto(f"{run}?stage=role-play")
    while page.locator(".now button.choice").count():
        story.respond(visitor)
    say_after(visitor, run, reason="", levels=3)
    expect(page.get_by_text("You had no decision of your own")).to_have_count(0)
    page.goto(f"{run}?stage=role-play")
    story.look_back(visitor)
    story.plan(visitor)
    page.goto(f"{run}/what-if")
    visitor.at("decisions to go back to")
    page.goto(f"{run}/what-if/1")
    visitor.at("what-if decision")
    take_another(visitor)
    play_on(visitor)
    page.goto("/calibration")
    visitor.at("profile")

    assert unfit == []


def once_more(visitor: Visitor, run: str) -> None:
    """Rate one leader once more: too little to go by, and no reason."""
    page = visitor.page
    page.goto(f"{run}/again/0")
    expect(page.get_by_text("choose “Nothing to go by”")).to_be_visible()
    visitor.at("rating once more")
    visitor.tick(option(page, "level", "NE"))
    visitor.press(button(page, "Commit my second answer"))
    expect(page.get_by_text("Rated twice")).to_be_visible()
    visitor.at("rated twice")
