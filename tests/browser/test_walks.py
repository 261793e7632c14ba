"""The whole walk, from the front door to the next step, as different people take it."""

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.story import play_through
from tests.browser.visitor import Finger, Keyboard, Visitor

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

# Links inside a sentence are as high as its line; WCAG 2.2, 2.5.8 leaves those out.
SMALL_TARGETS = """() => {
  const found = [];
  for (const el of document.querySelectorAll("a, button, summary, select, textarea, label:has(input), input")) {
    if (el.closest("p, li, td, dd")?.textContent.trim() !== el.textContent.trim() && el.matches("a")) continue;
    if (el.matches("label input, [type=hidden], .sentence, .skip") || !el.checkVisibility()) continue;
    const { height, width } = el.getBoundingClientRect();
    const least = el.matches(".choice, .option, .rung-pick, .button") ? 44 : 24;
    if (height < least || width < 24) found.push(`${el.outerHTML.slice(0, 80)}: ${width} x ${height}`);
  }
  return found;
}"""
# Without the overflow of what scrolls by itself.
WIDTHS = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"


def test_the_whole_walk_works_without_javascript(visit: Visit) -> None:
    play_through(visit(java_script_enabled=False))


def test_the_whole_walk_works_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(Keyboard)

    play_through(visitor)

    assert visitor.swaps_seen > 8


def test_the_whole_walk_fits_a_phone(visit: Visit) -> None:
    small = set()

    def check(visitor: Visitor, place: str) -> None:
        wide, room = visitor.page.evaluate(WIDTHS)
        assert wide <= room, f"{place} scrolls sideways"
        small.update((place, target) for target in visitor.page.evaluate(SMALL_TARGETS))

    visitor = visit(Finger, **PHONE)
    visitor.look = check

    play_through(visitor)

    assert sorted(small) == []


def test_the_readme_can_show_the_conversation(visit: Visit) -> None:
    """With ``UPDATE_SCREENSHOT=1`` it is photographed for the README."""
    visitor = visit(viewport={"width": 1100, "height": 900})
    visitor.look = _photograph_first_response

    play_through(visitor)


def _photograph_first_response(visitor: Visitor, place: str) -> None:
    if place == "after response 1" and os.environ.get("UPDATE_SCREENSHOT") == "1":
        _wait_for_pictures(visitor.page)
        visitor.page.screenshot(path=Path(__file__).parent / "readme-play.png")


def _wait_for_pictures(page: Page) -> None:
    page.evaluate("document.fonts.ready")
