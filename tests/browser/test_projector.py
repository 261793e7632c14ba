"""A room looks at one question at a time: the screen, the remote and a phone, all at once."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import test_accessibility
from tests.browser.conftest import Visit
from tests.browser.room import open_room
from tests.browser.server import Site
from tests.browser.story import button
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor

SOON = 2_000
SCREEN: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 640}
ITEMS = ("decision:log", "rating:partner/motivate", "diagnosis")
PHASES = ("Question", "Split", "Reference", "What followed")


def prepare(visitor: Visitor, url: str) -> None:
    """Tick three questions in an order of one's own, and begin."""
    page = visitor.page
    page.goto(f"{url}/projector")
    visitor.at("preparing")
    for box in page.locator("input[name=item]").all():
        box.set_checked(box.get_attribute("value") in ITEMS)
    for number, item in enumerate(ITEMS, start=1):
        page.locator(f'input[name="place {item}"]').fill(f"{number}")
    button(page, "Begin").click()
    expect(page.get_by_role("heading", name="On now: Glowing observations")).to_be_visible()
    visitor.at("prepared")


def press(page: Page, name: str) -> None:
    """Press the button that begins with these words."""
    page.get_by_role("button", name=re.compile(f"^{name}")).click()


def shows(page: Page, phase: str, title: str = "The log") -> None:
    """Wait, not longer than a room would, until a page shows this."""
    expect(page.locator(".item-phases [aria-current]")).to_have_text(phase, timeout=SOON)
    expect(page.locator("h1")).to_contain_text(title, timeout=SOON)


def drives(page: Page, phase: str, title: str = "The log") -> None:
    expect(page.locator(".remote-phase b")).to_have_text(phase, timeout=SOON)
    expect(page.locator("h1")).to_contain_text(title, timeout=SOON)


@pytest.fixture
def cast(visit: Visit, site: Site) -> tuple[Visitor, Page, Visitor, str]:
    """Dana at the screen, her remote beside it, and Alice's phone, with the log on."""
    url, facilitator, member = open_room(site)
    dana = visit(viewport=SCREEN)
    sign_in(dana, facilitator)
    prepare(dana, url)
    remote = dana.page.context.new_page()
    remote.set_viewport_size(PHONE)
    alice = visit(viewport=PHONE)
    sign_in(alice, member)
    dana.page.goto(f"{url}/screen")
    remote.goto(f"{url}/remote")
    alice.page.goto(f"{url}/room")
    return dana, remote, alice, url


def test_pressing_next_on_the_remote_changes_the_screen_and_the_phones_in_the_room(
    cast: tuple[Visitor, Page, Visitor, str],
) -> None:
    dana, remote, alice, _ = cast
    for phase in PHASES:
        drives(remote, phase)
        shows(dana.page, phase)
        shows(alice.page, phase)
        press(remote, "Next")

    shows(alice.page, "Question", "Marcus Bell")
    remote.get_by_text("All questions").click()
    press(remote, "The diagnosis")
    shows(dana.page, "Question", "The diagnosis")
    shows(alice.page, "Question", "The diagnosis")
    drives(remote, "Question", "The diagnosis")


def test_the_keys_of_the_screen_and_of_a_presenter_move_the_remote(
    cast: tuple[Visitor, Page, Visitor, str],
) -> None:
    dana, remote, _, url = cast
    for key, phase in (
        ("ArrowRight", "Split"),
        ("Space", "Reference"),
        ("PageDown", "What followed"),
        ("PageUp", "Reference"),
        ("ArrowLeft", "Split"),
        ("h", "Question"),
    ):
        dana.page.keyboard.press(key)
        shows(dana.page, phase)
        drives(remote, phase)

    dana.page.keyboard.press("?")
    expect(dana.page.get_by_text("hide again")).to_be_visible()
    dana.page.keyboard.press("Escape")
    expect(dana.page.get_by_text("hide again")).to_be_hidden()
    dana.page.keyboard.press("Escape")
    expect(dana.page).to_have_url(re.compile(f"{url}/projector$"))


def test_closing_ends_it_on_the_screen_and_on_every_phone(
    cast: tuple[Visitor, Page, Visitor, str],
) -> None:
    dana, remote, alice, _ = cast
    button(remote, "Close the screen").click()

    expect(alice.page.get_by_role("heading", name="That is all for now")).to_be_visible()
    expect(dana.page.get_by_role("heading", name="That is all")).to_be_visible()
    expect(remote.get_by_role("heading", name="The screen is closed")).to_be_visible()


def test_a_phone_that_was_too_late_is_told_and_shows_where_it_is(
    cast: tuple[Visitor, Page, Visitor, str],
) -> None:
    dana, remote, _, _ = cast
    dana.watch.expected.add(409)
    drives(remote, "Question")
    remote.route("**/remote/live", lambda route: route.abort())
    dana.page.keyboard.press("ArrowRight")
    shows(dana.page, "Split")
    press(remote, "Next")

    expect(remote.get_by_role("alert")).to_contain_text("It had moved on already")
    drives(remote, "Split")
    shows(dana.page, "Split")


def test_it_works_without_javascript(visit: Visit, site: Site) -> None:
    url, facilitator, member = open_room(site)
    dana, alice = (visit(java_script_enabled=False, viewport=PHONE) for _ in range(2))
    sign_in(dana, facilitator)
    sign_in(alice, member)
    prepare(dana, url)
    alice.page.goto(f"{url}/room")
    dana.page.goto(f"{url}/remote")
    for phase in PHASES[1:]:
        press(dana.page, "Next")
        drives(dana.page, phase)
        alice.page.get_by_role("link", name="Look again").click()
        shows(alice.page, phase)
    button(dana.page, "Back").click()
    drives(dana.page, "Reference")


@pytest.mark.parametrize("height", [720, 900, 1080])
def test_every_phase_fits_on_the_screen(visit: Visit, site: Site, height: int) -> None:
    url, facilitator, _ = open_room(site)
    width = {720: 1280, 900: 1440, 1080: 1920}[height]
    dana = visit(viewport={"width": width, "height": height})
    sign_in(dana, facilitator)
    prepare(dana, url)
    dana.page.goto(f"{url}/screen")
    too_tall = []
    for number in range(11):
        box = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        wide, tall = dana.page.evaluate(box)
        if wide > width or tall > height:
            too_tall.append((number, wide, tall))
        version = dana.page.locator("#screen [name=version]").first
        before = version.input_value()
        dana.page.keyboard.press("ArrowRight")
        if number < 10:
            expect(version).not_to_have_value(before)

    assert too_tall == []


def test_no_state_of_it_has_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    url, facilitator, _ = open_room(site)
    dana = visit(viewport=SCREEN)
    sign_in(dana, facilitator)
    dana.look = test_accessibility.examine
    dana.page.goto(f"{url}/room")
    dana.at("room before it begins")
    prepare(dana, url)
    for number in range(11):
        for name in ("screen", "remote", "room"):
            dana.page.goto(f"{url}/{name}")
            if number in (0, 1, 2, 3, 6, 7, 10) or name == "screen":
                dana.at(f"{name}, press {number}")
        dana.page.goto(f"{url}/remote")
        press(dana.page, "Next")
        dana.page.wait_for_timeout(100)

    assert test_accessibility.found == []
