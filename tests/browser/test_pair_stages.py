"""Nobody in a run together is stuck, whoever closes the browser and wherever, or clicks when."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.meeting import meet
from tests.browser.server import Site
from tests.browser.story import button, diagnose, heading, plan, rate_everyone, read_the_case
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor
from tests.together import ONE, OTHER, Together

SOON = 8_000
STALLED = 20  # seconds in which neither page asks for a response
GONE = timedelta(seconds=61)


def nothing(couple: Couple, together: Together) -> None:
    """Leave them where they begin: at the case."""


def diagnosis(couple: Couple, together: Together) -> None:
    together.finish_case(couple.bob_id)


def rating(couple: Couple, together: Together) -> None:
    together.finish_case(couple.bob_id)
    together.diagnose(couple.bob_id)


def waiting(couple: Couple, together: Together) -> None:
    together.commit(couple.bob_id)


def off_turn(couple: Couple, together: Together) -> None:
    together.commit(couple.alice_id, couple.bob_id)


def on_turn(couple: Couple, together: Together) -> None:
    off_turn(couple, together)
    while together.on_turn(couple.alice_id) != (OTHER,):
        together.choose(couple.alice_id)


def together_scene(couple: Couple, together: Together) -> None:
    off_turn(couple, together)
    together.play_to("network", couple.alice_id)


def rating_the_play(couple: Couple, together: Together) -> None:
    off_turn(couple, together)
    together.play_to_the_end(couple.alice_id, couple.bob_id)


def debrief(couple: Couple, together: Together) -> None:
    rating_the_play(couple, together)
    together.pass_over(couple.bob_id)


STAGES = (
    nothing, diagnosis, rating, waiting, off_turn, on_turn, together_scene, rating_the_play,
    debrief,
)  # fmt: skip


@pytest.mark.parametrize("stage", STAGES, ids=lambda each: each.__name__)
def test_who_is_left_alone_comes_to_a_debrief_and_so_does_who_returns(
    site: Site, visit: Visit, stage: Callable[[Couple, Together], None]
) -> None:
    couple = Couple.meet(site, visit)
    with couple.together() as together:
        stage(couple, together)
    url = f"/runs/{couple.key}"
    couple.bob.page.goto(url)
    couple.bob.leave()
    couple.was_last_seen(couple.bob_id, GONE)

    with couple.together() as together:
        together.commit(couple.alice_id)
    go_on_alone(couple, couple.alice.page, url)
    expect(couple.alice.page.locator("#decisions")).to_be_visible()

    with couple.together() as together:
        together.commit(couple.bob_id)
    go_on_alone(couple, couple.bob.page, url)
    expect(couple.bob.page.locator("#decisions")).to_be_visible()


def go_on_alone(couple: Couple, page: Page, url: str) -> None:
    """Take on the page whatever way it offers, until the debrief is there."""
    for _ in range(40):
        page.goto(url)
        if page.locator("#stage.stage-page--debrief #decisions").count():
            return
        for way in (
            button(page, "Take my seat back"),
            button(page, "Let the stand-in take the seat"),
            button(page, "Go on without Bob’s ratings"),
            button(page, "Go on without Alice’s ratings"),
            button(page, "Go to the debrief without rating"),
            page.get_by_role("link", name="Go to the debrief"),
        ):
            if way.count():
                way.first.click()
                page.wait_for_timeout(250)
                break
        else:
            page.goto(f"{url}?stage=role-play")
            before = couple.moves()
            page.locator(".now button.choice").first.click()
            wait_for_a_move(couple, before)
    raise AssertionError(f"no way on from {page.locator('#stage').inner_text()[:500]}")


def wait_for_a_move(couple: Couple, before: int) -> None:
    until = time.monotonic() + 8
    while couple.moves() <= before:
        assert time.monotonic() < until, "no step came"
        time.sleep(0.05)


def wait_for_change(page: Page, before: str) -> None:
    expect(page.locator(".now")).not_to_have_text(before, use_inner_text=True, timeout=SOON)


def test_two_clicks_in_the_same_instant_are_one_step_fifty_times(site: Site, visit: Visit) -> None:
    done = 0
    while done < 50:
        couple = Couple.meet(site, visit)
        couple.commit()
        beside = visit()
        beside.watch.expected |= {409}
        couple.alice.watch.expected |= {409}
        sign_in(beside, couple.email_of(couple.alice_id))
        done += click_through(couple, couple.alice.page, beside.page, most=50 - done)

    assert done == 50


def click_through(couple: Couple, one: Page, other: Page, *, most: int) -> int:
    """Answer every decision of Alice's at two browsers at once, differently; return how many."""
    clicked = 0
    while clicked < most:
        with couple.together() as together:
            if together.company(couple.alice_id).ending_id:
                break
            turn = together.on_turn(couple.alice_id)
            if turn != (ONE,):
                for each in together.company(couple.alice_id).deciders(turn):
                    together.choose(each.user_id)
                continue
        before = couple.moves()
        for page in (one, other):
            page.goto(f"/runs/{couple.key}?stage=role-play")
            expect(page.locator("#shown")).to_have_value(f"role-play.{before}.1.")
        at = time.time() * 1000 + 500
        for page, which in ((one, 0), (other, -1)):
            page.evaluate(
                "([which, at]) => { setTimeout(() => [...document.querySelectorAll("
                "'.now button.choice')].at(which).click(), at - Date.now()); }",
                [which, at],
            )
        wait_for_a_move(couple, before)
        for page in (one, other):
            expect(page.locator("#shown")).not_to_have_value(f"role-play.{before}.1.", timeout=SOON)
        assert couple.moves() == before + 1
        clicked += 1
    return clicked


def test_two_guests_go_the_whole_way_at_two_browsers(visit: Visit) -> None:
    alice, bob = visit(), visit()
    both = (alice, bob)
    meet(alice, bob)
    for number, each in enumerate(both):
        read_the_case(each)
        diagnose(each)
        rate_everyone(each, higher=number)
        each.press(button(each.page, "Commit my ratings"))
    for each in both:
        expect(heading(each.page, "What you both said")).to_be_visible(timeout=SOON)
        each.press(each.page.get_by_role("link", name="Go on to the conversation"))
        expect(heading(each.page, "The conversation")).to_be_visible()

    talk(alice, bob)
    for each in both:
        expect(each.page.locator(".ending")).to_be_visible(timeout=SOON)
        each.press(each.page.get_by_role("link", name=re.compile("^Go on")))
        rate_the_play(each)
    for each in both:
        expect(each.page.locator("#plays-told")).to_be_visible(timeout=SOON)
        each.press(button(each.page, "Go on to my next step"))
        plan(each)


def talk(alice: Visitor, bob: Visitor) -> None:
    """Respond in turn until it ends; in the scene for both, pick the same."""
    until = time.monotonic() + STALLED
    while time.monotonic() < until:
        if alice.page.locator(".ending").count() and bob.page.locator(".ending").count():
            return
        for each in (alice, bob):
            cards = each.page.locator(".now > form button.choice")
            if not cards.count() or not cards.first.is_visible():
                continue
            before = each.page.locator(".now").inner_text()
            words = cards.evaluate_all("all => all.map(each => each.innerText)")
            each.choose(1 + words.index(min(words)))
            wait_for_change(each.page, before)
            until = time.monotonic() + STALLED
        alice.page.wait_for_timeout(300)
    shown = [each.page.locator("#stage").inner_text()[-500:] for each in (alice, bob)]
    raise AssertionError(f"nobody is asked for a response: {shown}")


def rate_the_play(visitor: Visitor) -> None:
    page = visitor.page
    expect(heading(page, "What did each of you show?")).to_be_visible()
    for row in page.locator("#rate-play fieldset.rate-row").all():
        if not row.locator("details[open]").count():
            visitor.press(row.locator("summary"))
        visitor.tick(row.locator('input[type="radio"]').nth(1))
        visitor.tick(row.locator('input[type="checkbox"]').first)
        visitor.write(row.locator('input[type="text"]'), "It asked before it told.")
    visitor.press(button(page, "Commit my ratings of the play"))
