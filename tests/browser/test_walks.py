"""The whole walk, from the front door to the next step, as different people take it."""

import os
from pathlib import Path

import pytest

from lfp_trainer.storage.models import Role
from tests.browser import story, tour
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import play_through
from tests.browser.visitor import Finger, Keyboard, Visitor

README_PICTURE = Path(__file__).with_name("readme-play.png")

# A link or a sentence to tap within a text is as high as its line; WCAG 2.2, 2.5.8 leaves it out.
SMALL_TARGETS = """() => {
  const within = (el) => el.closest("p, li, td, dd")?.textContent.trim() !== el.textContent.trim();
  const leftOut = ".sentence, .skip, label input, [type=hidden]";
  const found = [];
  const targets = "a, button, summary, select, textarea, input, label";
  for (const el of document.querySelectorAll(targets)) {
    if (el.matches(leftOut) || (el.matches("a") && within(el)) || !el.checkVisibility()) continue;
    if (el.matches("label") && !el.querySelector("input")) continue;
    const { height, width } = el.getBoundingClientRect();
    const least = el.matches(".choice, .option, .rung-pick, .button") ? 44 : 24;
    if (height >= least && width >= 24) continue;
    found.push(`${el.outerHTML.slice(0, 90)}: ${width}x${height}`);
  }
  return found;
}"""
WIDTHS = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"


def on_a_phone(visit: Visit, *, width: int = 360) -> tuple[Visitor, list[str]]:
    """Send somebody with a phone; whatever does not fit it is listed."""
    unfit: list[str] = []

    def check(visitor: Visitor, place: str) -> None:
        wide, room = visitor.page.evaluate(WIDTHS)
        if wide > room:
            unfit.append(f"{place} scrolls sideways, {wide} on {room}")
        unfit.extend(f"{place}: {target}" for target in visitor.page.evaluate(SMALL_TARGETS))

    viewport = {"width": width, "height": 740}
    visitor = visit(Finger, viewport=viewport, has_touch=True, is_mobile=True)
    visitor.look = check
    return visitor, unfit


def test_the_whole_walk_works_with_a_mouse(visit: Visit) -> None:
    """With ``UPDATE_SCREENSHOT=1`` it is photographed on the way, for the README."""
    visitor = visit(viewport={"width": 1100, "height": 860})
    if os.environ.get("UPDATE_SCREENSHOT") == "1":
        visitor.look = photograph_the_first_response

    play_through(visitor)


def photograph_the_first_response(visitor: Visitor, place: str) -> None:
    if place == "after response 1":
        visitor.page.screenshot(path=README_PICTURE)


def test_the_whole_walk_works_without_javascript(visit: Visit) -> None:
    play_through(visit(java_script_enabled=False))


def test_the_whole_walk_works_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(Keyboard)
    assert isinstance(visitor, Keyboard)

    play_through(visitor)

    assert visitor.swaps_seen > 8


def test_the_whole_walk_fits_a_phone(visit: Visit) -> None:
    visitor, unfit = on_a_phone(visit)

    tour.walk_with_mistakes(visitor)

    assert unfit == []


def test_a_word_without_end_breaks_rather_than_the_page(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("WORDS", "REASON", "SENTENCE", "GOAL"):
        monkeypatch.setattr(story, text, "https://district.example/" + "Donaudampfschifffahrt" * 8)
    visitor, unfit = on_a_phone(visit)

    story.come_to_the_conversation(visitor)
    visitor.press(visitor.page.get_by_text("Note why you choose it"))
    visitor.write(visitor.page.get_by_label("Why?"), story.WORDS)
    story.converse(visitor)
    story.look_back(visitor)
    story.plan(visitor)
    run = visitor.page.url.partition("?")[0]
    visitor.page.reload()
    visitor.at("done, opened again")
    for stage in ("diagnosis", "rating", "role-play", "debrief"):
        visitor.page.goto(f"{run}?stage={stage}")
        visitor.at(f"{stage}, looked back at")
    visitor.page.goto(f"{run}/debrief")
    visitor.at("printed debrief with the next step")
    visitor.page.goto("/home")
    visitor.at("home")

    assert unfit == []


HEADER_TARGETS = """header => [...header.querySelectorAll("a, button")].map(each => {
  const { width, height } = each.getBoundingClientRect();
  return [each.textContent.trim(), width, height];
})"""


@pytest.mark.parametrize("role", [None, *Role])
def test_the_head_of_every_page_has_two_lines_on_a_phone_and_everything_in_it_fits_a_finger(
    visit: Visit, site: Site, role: Role | None
) -> None:
    visitor = visit(has_touch=True, is_mobile=True)
    page = visitor.page
    if role is None:
        story.begin_as_guest(visitor)
    else:
        tour.sign_in(visitor, site.enrol("wilhelmina-featherstonehaugh", role))
    page.goto("/cohorts")
    header = page.locator(".site-header")

    for width in (320, 360, 390, 430, 600, 639, 640, 768, 900):
        page.set_viewport_size({"width": width, "height": 740})
        targets = {name: min(sides) for name, *sides in header.evaluate(HEADER_TARGETS)}
        assert len(targets) == 7 + (role is Role.ADMIN)
        assert {name: side for name, side in targets.items() if side < 44} == {}, width
        wide, room = page.evaluate(WIDTHS)
        assert wide <= room, width
        box = header.bounding_box()
        assert box is not None
        assert box["height"] < 2.5 * 44, width


def test_the_pages_around_it_fit_the_smallest_screen(
    visit: Visit, site: Site, demonstration: None
) -> None:
    visitor, unfit = on_a_phone(visit, width=320)
    tour.visit_the_front(visitor)
    tour.visit_home_after_practice(visitor)
    visitor.page.context.clear_cookies()
    tour.visit_own_pages(visitor, site)
    visitor.page.context.clear_cookies()
    tour.visit_as_admin(visitor, site)

    assert unfit == []
