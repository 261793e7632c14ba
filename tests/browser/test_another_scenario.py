"""A scenario with other seats, gauges and levels fits the pages as well as the shipped one."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import expect

from lfp_trainer import scenario_files
from lfp_trainer.services import library
from lfp_trainer.storage import database
from tests import scenarios
from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, option
from tests.browser.test_walks import on_a_phone
from tests.scenarios import to_yaml
from tests.web.test_another_scenario import case, scale, words


def publish(site: Site, folder: Path) -> None:
    path = scenarios.shelve(folder, case(), scale())
    (folder / "vocabulary.yaml").write_text(to_yaml(words()), encoding="utf-8")
    with site.session() as session, database.writing(session):
        library.publish(session, scenario_files.read_sources(path), now=datetime.now(UTC))


def test_it_plays_on_a_phone(visit: Visit, site: Site, tmp_path: Path) -> None:
    publish(site, tmp_path)
    visitor, unfit = on_a_phone(visit)
    page = visitor.page
    page.goto("/scenarios/late-lunch")
    visitor.at("overview sheet")
    visitor.tick(option(page, "seat", "driver"))
    visitor.press(button(page, "Start"))
    visitor.press(button(page, "I have read it"))
    for name, value in (
        ("systems", "ILR"),
        ("failed_tests", "used"),
        ("who", "crew"),
        ("what", "SK"),
    ):
        visitor.tick(option(page, name, value))
    visitor.press(button(page, "Commit my diagnosis"))
    for card in range(1, 7):
        expect(page.get_by_text(f"Rating {card} of 6")).to_be_visible()
        expect(option(page, "level", "3")).to_have_count(1)
        expect(option(page, "level", "4")).to_have_count(0)
        visitor.tick(option(page, "evidence", "again"))
        visitor.tick(option(page, "level", "2"))
        visitor.write(page.get_by_label("Why this level, in one line?"), "It says so.")
        visitor.at(f"card {card}")
        visitor.press(button(page, "Save and go on" if card < 6 else "Save and review"))
    story.reveal(visitor)
    while page.locator(".now button.choice").count():
        story.respond(visitor)
        visitor.at("role-play")
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.locator(".ladder").first).to_be_visible()
    expect(page.locator(".ladder").first.locator(".rung")).to_have_count(3)
    visitor.at("debrief")

    assert unfit == []
