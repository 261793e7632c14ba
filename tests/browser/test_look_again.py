"""Without scripts, what others do in the conversation is seen by looking again, each time."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_observing import NOTE, Triad
from tests.browser.visitor import Visitor


@pytest.fixture
def talking(site: Site, visit: Visit) -> Couple:
    couple = Couple.meet(site, visit, java_script_enabled=False)
    couple.commit()
    return couple


def look_again(visitor: Visitor) -> None:
    visitor.press(visitor.page.get_by_role("link", name="Look again"))


def respond(couple: Couple, user_id: int, choice_id: str = "") -> None:
    """Let somebody respond at a browser of theirs that the test does not show."""
    with couple.together() as together:
        together.choose(user_id, choice_id)


def is_at_the_decision(visitor: Visitor) -> bool:
    """Tell whether the page has come to the decision, and takes the keys there."""
    return bool(visitor.page.locator("#now:target").count())


def test_after_ones_own_pick_each_pick_of_the_other_is_seen(talking: Couple) -> None:
    talking.play_to("network")
    talking.alice.page.goto(f"/runs/{talking.key}?stage=role-play")
    talking.alice.press(talking.alice.page.locator("button[value=score-it-cold]"))
    now = talking.alice.page.locator("#now")
    expect(now).to_contain_text("Bob is still picking")
    address = talking.alice.page.url
    seen = []

    look_again(talking.alice)
    expect(now).to_contain_text("Bob is still picking")
    for choice_id in ("present-the-trend", "score-it-cold"):
        respond(talking, talking.bob_id, choice_id)
        look_again(talking.alice)
        seen.append((talking.alice.page.url == address, is_at_the_decision(talking.alice)))
        if choice_id == "present-the-trend":
            expect(now).to_contain_text("You have picked differently.")

    expect(talking.alice.page.locator(".choice-who").last).to_have_text("You both chose")
    assert seen == [(True, True)] * 2


def test_after_ones_own_note_the_response_of_the_other_is_seen(talking: Couple) -> None:
    page = talking.bob.page
    page.goto(f"/runs/{talking.key}?stage=role-play")
    page.get_by_label("Why?").fill("I would ask her first")
    talking.bob.press(button(page, "Keep my note"))
    expect(page.get_by_label("Why?")).to_have_value("I would ask her first")
    look_again(talking.bob)
    expect(page.locator("#now .turn")).to_have_text("Alice is thinking…")

    respond(talking, talking.alice_id)
    look_again(talking.bob)

    expect(page.locator(".choice-who").last).to_have_text("Marcus Bell (Alice) chose")
    assert is_at_the_decision(talking.bob)


def test_at_the_end_looking_again_shows_how_it_ended(talking: Couple) -> None:
    page = talking.bob.page
    page.goto(f"/runs/{talking.key}?stage=role-play#now")
    with talking.together() as together:
        together.play_to_the_end(talking.alice_id, talking.bob_id)

    look_again(talking.bob)

    expect(page.locator("#now .ending")).to_be_visible()


def test_who_reads_along_looks_again_too(talking: Couple) -> None:
    page = talking.bob.page
    with talking.together() as together:
        together.leave(talking.bob_id)
    page.goto(f"/runs/{talking.key}?stage=role-play#now")
    expect(page.locator("#now")).to_contain_text("You read along here.")

    respond(talking, talking.alice_id)
    look_again(talking.bob)

    expect(page.locator(".choice-who").first).to_have_text("Marcus Bell (Alice) chose")


def test_who_waits_for_the_reveal_looks_again_from_any_address(site: Site, visit: Visit) -> None:
    couple = Couple.meet(site, visit, java_script_enabled=False)
    couple.commit(couple.alice_id)
    page = couple.alice.page
    page.goto(f"/runs/{couple.key}#now")
    expect(heading(page, "Your answers are in")).to_be_visible()

    look_again(couple.alice)
    expect(heading(page, "Your answers are in")).to_be_visible()
    couple.commit(couple.bob_id)
    look_again(couple.alice)

    expect(heading(page, "What you both said")).to_be_visible()


def test_who_watches_sees_each_response_after_a_mark(site: Site, visit: Visit) -> None:
    names = ("alice", "bob", "dana")
    three = Triad(site, {name: visit(java_script_enabled=False) for name in names})
    dana = three.people["dana"]
    dana.page.get_by_label("What you saw or heard").first.fill(NOTE)
    dana.press(button(dana.page, "Keep this mark").first)
    expect(dana.page.locator("details.mark:target")).to_be_visible()

    for number in (1, 2):
        three.decide()
        look_again(dana)
        expect(dana.page.locator(".choice-who")).to_have_count(number)
        assert is_at_the_decision(dana)
