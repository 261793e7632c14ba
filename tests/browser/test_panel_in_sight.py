"""Whoever is at the decision of a run together, far down a page, has the panel in sight."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site
from tests.browser.story import button
from tests.browser.test_accessibility import examine, found
from tests.browser.visitor import Visitor

SIZES = (
    (320, 568), (360, 640), (360, 740), (640, 360), (844, 390), (768, 1024), (1440, 900),
)  # fmt: skip
LOW: ViewportSize = {"width": 640, "height": 360}
GONE = timedelta(seconds=61)
LONG = timedelta(minutes=9)
TIMED = "the-gift"
"""Bob decides it, within four minutes."""
SOON = 8_000
OPENS = "What you can do"
SKIP = "Skip my answers and go to the conversation"
WITHOUT = "Go on without Bob’s ratings"
A_THIRD = 0.34


def waiting(couple: Couple) -> Visitor:
    couple.commit()
    couple.come()
    return couple.bob


def late_decision(couple: Couple) -> Visitor:
    couple.commit()
    couple.play_to(TIMED)
    couple.has_taken_long(LONG)
    couple.come()
    return couple.alice


def own_late_decision(couple: Couple) -> Visitor:
    late_decision(couple)
    return couple.bob


def left_alone(couple: Couple) -> Visitor:
    couple.commit()
    couple.play_to("this-afternoon")
    couple.was_last_seen(couple.bob_id, GONE)
    couple.alice.page.goto(f"/runs/{couple.key}?stage=role-play")
    return couple.alice


def replaced(couple: Couple) -> Visitor:
    page = left_alone(couple).page
    press(page, "Let the stand-in take the seat")
    expect(button(page, "Let the stand-in take the seat")).to_have_count(0)
    couple.bob.page.goto(f"/runs/{couple.key}?stage=role-play")
    return couple.bob


def latecomer(couple: Couple) -> Visitor:
    with couple.together() as together:
        together.commit(couple.alice_id)
    couple.was_last_seen(couple.bob_id, GONE)
    alice, bob = couple.alice.page, couple.bob.page
    alice.goto(f"/runs/{couple.key}")
    press(alice, "Let the stand-in take the seat")
    expect(button(alice, "Let the stand-in take the seat")).to_have_count(0)
    bob.goto(f"/runs/{couple.key}")
    press(bob, "Take my seat back")
    expect(button(bob, "Take my seat back")).to_have_count(0)
    return couple.bob


def rated_alone(couple: Couple) -> Visitor:
    with couple.together() as together:
        together.commit(couple.alice_id, couple.bob_id)
        together.play_to_the_end(couple.alice_id, couple.bob_id)
        together.rate_play(couple.alice_id)
    couple.was_last_seen(couple.bob_id, GONE)
    couple.alice.page.goto(f"/runs/{couple.key}")
    return couple.alice


def not_waited_for(couple: Couple) -> Visitor:
    page = rated_alone(couple).page
    press(page, WITHOUT)
    expect(button(page, WITHOUT)).to_have_count(0)
    couple.bob.page.goto(f"/runs/{couple.key}")
    return couple.bob


def added_to(couple: Couple) -> Visitor:
    not_waited_for(couple)
    page = couple.alice.page
    page.goto(f"/runs/{couple.key}")
    with couple.together() as together:
        together.rate_play(couple.bob_id)
    return couple.alice


STATES: dict[Callable[[Couple], Visitor], tuple[str, tuple[str, ...]]] = {
    waiting: ("has the turn", ()),
    late_decision: ("Time is over", ("Take more time", "Let the stand-in answer this one")),
    own_late_decision: ("Time is over", ("Take more time",)),
    left_alone: ("is away", ("Leave a sign that you wait", "Let the stand-in take the seat")),
    replaced: ("The stand-in plays your seat", ("Take my seat back",)),
    latecomer: ("The conversation is open", (SKIP,)),
    not_waited_for: ("Nobody waits for your ratings", ()),
}
"""What the panel says, and the ways on that it offers."""


def opener(page: Page) -> Locator:
    return page.locator("#live-ways > summary")


def press(page: Page, way: str) -> None:
    """Press something in the panel, which may have to be opened for it."""
    if opener(page).is_visible():
        opener(page).click()
    button(page, way).click()


TO_THE_DECISION = """() => {
  const main = document.querySelector("main");
  const at = main.querySelector("#now .choices legend, #now .private-note legend, #now .turn")
    ?? [...main.querySelectorAll("form button")].filter((each) => !each.closest("#live")).at(-1);
  at.scrollIntoView({behavior: "instant"});
}"""
# Edges of the panel and of the screen, and whether what is said can be seen through to its end.
WHERE = """(said) => {
  const panel = document.querySelector("#live"), box = panel.getBoundingClientRect();
  const within = (box) => box.width > 2 && box.top >= 0 && box.bottom <= innerHeight;
  let seen = false;
  for (const each of panel.querySelectorAll("*")) {
    const text = each.textContent.replace(/\\s+/g, " ").trim();
    const at = each.getBoundingClientRect();
    if (!text.includes(said) || text.length > 2 * said.length + 20 || !within(at)) continue;
    seen ||= each.contains(document.elementFromPoint(at.left + 3, at.top + at.height / 2));
  }
  return {seen, top: box.top, bottom: box.bottom, height: innerHeight,
    wide: document.documentElement.scrollWidth - innerWidth};
}"""


def is_in_sight(page: Page, said: str, ways: tuple[str, ...]) -> list[object]:
    """Return what is wrong with the panel where somebody is at the decision."""
    wrong: list[object] = []
    page.evaluate(TO_THE_DECISION)
    page.wait_for_timeout(150)
    at = page.evaluate(WHERE, said)
    if not at["seen"]:
        wrong.append(f"does not say {said!r}")
    if at["top"] < 0 or at["bottom"] > at["height"] or at["wide"] > 0:
        wrong.append(at)
    if at["bottom"] - at["top"] > A_THIRD * at["height"]:
        wrong.append(("takes", (at["bottom"] - at["top"]) / at["height"]))
    opens = bool(ways) and opener(page).is_visible()
    if opens:
        expect(opener(page)).to_be_in_viewport(ratio=1)
        opener(page).click()
    for way in ways:
        if not is_seen_in_panel(page, way):
            wrong.append(f"offers no {way!r}")
    if opens:
        opener(page).click()
    return wrong


def is_seen_in_panel(page: Page, way: str) -> bool:
    seen = """(el) => {
      const {left, top, width, height, bottom} = el.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight
        && el.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }"""
    there = button(page, way)
    return there.count() == 1 and bool(there.evaluate(seen))


@pytest.mark.parametrize("scripted", [True, False], ids=["htmx", "page"])
@pytest.mark.parametrize("state", STATES, ids=lambda each: each.__name__)
def test_the_panel_and_its_ways_are_in_sight_at_the_decision(
    site: Site, visit: Visit, state: Callable[[Couple], Visitor], scripted: bool
) -> None:
    couple = Couple.meet(site, visit, java_script_enabled=scripted)
    page = state(couple).page

    wrong = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found_there = is_in_sight(page, *STATES[state])
        if found_there:
            wrong[width, height] = found_there
    assert wrong == {}


FIELDS = "main :is(input:not([type=hidden]), textarea, button):visible"
COVERED = """() => {
  const at = document.activeElement, panel = document.querySelector("#live");
  if (!at.closest("main") || panel.contains(at) || at === document.body) return "";
  const box = (at.matches("input") ? at.closest("label") ?? at : at).getBoundingClientRect();
  const {top, bottom, left, right} = panel.getBoundingClientRect();
  const hidden = box.bottom > top && box.top < bottom - 1 && box.right > left && box.left < right;
  const gone = box.bottom < 1 || box.top > innerHeight - 1;
  return hidden || gone ? `${at.outerHTML.slice(0, 90)} ${box.top} ${bottom}` : "";
}"""


@pytest.mark.parametrize("state", [waiting, own_late_decision, latecomer])
def test_nothing_that_is_focused_is_behind_the_panel(
    site: Site, visit: Visit, state: Callable[[Couple], Visitor]
) -> None:
    page = state(Couple.meet(site, visit)).page

    covered = set()
    for width, height in ((320, 568), (640, 360), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for opened in (False, True):
            if opened and not opener(page).is_visible():
                continue
            page.evaluate(TO_THE_DECISION)
            if opened:
                opener(page).click()
            page.locator(
                "main :is(input:not([type=hidden]), textarea, button):visible"
            ).last.focus()
            for key in ("Shift+Tab",) * 14 + ("Tab",) * 14:
                page.keyboard.press(key)
                covered.add((width, opened, page.evaluate(COVERED)))
            if opened:
                opener(page).click()
    assert {each for each in covered if each[2]} == set()


def test_going_through_the_panel_by_keyboard_leaves_the_decision_where_it_is(
    site: Site, visit: Visit
) -> None:
    page = late_decision(Couple.meet(site, visit)).page
    page.set_viewport_size(LOW)
    page.evaluate(TO_THE_DECISION)
    page.wait_for_timeout(200)
    before = page.evaluate("scrollY")

    opener(page).focus()
    page.keyboard.press("Enter")
    for way in ("Take more time", "Let the stand-in answer this one"):
        page.keyboard.press("Tab")
        expect(button(page, way)).to_be_focused()
        assert is_seen_in_panel(page, way)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    expect(button(page, "Take more time")).not_to_be_visible()
    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)


# What is painted, frame by frame.
FRAMES = """() => {
  window.frames_seen = [];
  const look = () => {
    const panel = document.querySelector("#live"), ways = document.querySelector("#live-ways");
    frames_seen.push(`${ways?.open} ${Math.round(panel.getBoundingClientRect().top)}`);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_what_is_open_stays_open_and_still_while_the_panel_changes(
    site: Site, visit: Visit
) -> None:
    couple = Couple.meet(site, visit)
    page = late_decision(couple).page
    page.set_viewport_size(LOW)
    couple.bob.leave()
    page.evaluate(TO_THE_DECISION)
    opener(page).click()
    page.keyboard.press("Tab")
    expect(button(page, "Take more time")).to_be_focused()
    page.wait_for_timeout(500)
    page.evaluate(FRAMES)

    couple.was_last_seen(couple.bob_id, GONE)
    expect(page.locator(".live-people")).to_contain_text("is away", timeout=SOON)
    page.wait_for_timeout(2500)

    assert len(set(page.evaluate("frames_seen"))) == 1, set(page.evaluate("frames_seen"))
    expect(button(page, "Take more time")).to_be_focused()
    button(page, "Leave a sign that you wait").click()
    expect(page.locator("#live")).to_contain_text("You have left a sign", timeout=SOON)
    expect(button(page, "Take more time")).to_be_visible()


def test_a_panel_that_grows_gives_way_to_what_somebody_writes(site: Site, visit: Visit) -> None:
    couple = Couple.meet(site, visit)
    couple.commit()
    couple.play_to("this-afternoon")
    couple.come()
    page = couple.alice.page
    page.set_viewport_size({"width": 360, "height": 640})
    note = page.locator(".private-note input[type=radio]").first
    note.focus()
    # Right below the panel, as it is now.
    page.evaluate(
        """() => scrollBy(0, document.activeElement.getBoundingClientRect().top
             - document.querySelector("#live").getBoundingClientRect().bottom - 4)"""
    )
    before = page.locator("#live").bounding_box()
    couple.bob.leave()

    couple.was_last_seen(couple.bob_id, GONE)
    expect(page.locator(".live-people")).to_contain_text("is away", timeout=SOON)
    page.wait_for_timeout(300)

    after, field = page.locator("#live").bounding_box(), note.bounding_box()
    assert before
    assert after
    assert field
    assert after["height"] > before["height"] + 20
    assert after["y"] + after["height"] <= field["y"] < after["y"] + after["height"] + 40


def test_without_a_script_who_takes_more_time_comes_back_to_the_decision(
    site: Site, visit: Visit
) -> None:
    page = late_decision(Couple.meet(site, visit, java_script_enabled=False)).page
    page.set_viewport_size(LOW)
    page.evaluate(TO_THE_DECISION)

    press(page, "Take more time")
    expect(page.locator(".live-time")).to_have_text(re.compile(r"About \d min left"))
    expect(page.locator("#now .moment-title")).to_be_in_viewport()


def test_the_panel_of_a_low_screen_has_no_violations(site: Site, visit: Visit) -> None:
    visitor = latecomer(Couple.meet(site, visit, viewport=LOW))
    page = visitor.page
    found.clear()
    examine(visitor, "a line that opens")
    # What one has done leads to a page that begins closed.
    expect(button(page, SKIP)).not_to_be_visible()
    opener(page).click()
    examine(visitor, "a line that is open")

    assert found == []


ADDED = "Bob has rated the play now."


def test_an_open_debrief_tells_of_ratings_that_were_added_and_stays_until_they_are_asked_for(
    site: Site, visit: Visit
) -> None:
    page = added_to(Couple.meet(site, visit)).page
    page.evaluate("document.querySelector('#decisions').scrollIntoView({behavior: 'instant'})")

    expect(page.locator("#live")).to_contain_text(ADDED, timeout=SOON)
    page.wait_for_timeout(1500)
    assert page.evaluate("scrollY") > 300
    expect(page.locator("#plays-told")).to_contain_text("Bob has said nothing of the play yet")
    page.get_by_role("link", name="Show it").click()

    expect(page.locator("#plays-told")).not_to_contain_text("Bob has said nothing")
    expect(page.locator("#live")).not_to_contain_text(ADDED)


def test_ratings_that_were_added_take_away_nothing_that_is_written_meanwhile(
    site: Site, visit: Visit
) -> None:
    couple = Couple.meet(site, visit)
    not_waited_for(couple)
    page = couple.alice.page
    page.goto(f"/runs/{couple.key}")
    page.locator("#debrief form button").last.click()
    page.get_by_label("The one sentence").fill("On Thursday I ask")
    with couple.together() as together:
        together.rate_play(couple.bob_id)
    expect(page.locator("#live")).to_contain_text(ADDED, timeout=SOON)
    page.get_by_label("The one sentence").fill("On Thursday I ask Ana")
    with page.context.expect_page() as beside:
        page.get_by_role("link", name="Show it in a new tab").click()

    expect(beside.value.locator("#plays-told")).to_be_visible()
    expect(page.get_by_label("The one sentence")).to_have_value("On Thursday I ask Ana")
