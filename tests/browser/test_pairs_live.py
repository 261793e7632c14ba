"""Two people in one conversation, each at a browser of their own."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Request, Route, expect

from lfp_trainer.services import picks
from lfp_trainer.storage.models import Diagnosis
from tests.browser import meeting
from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_accessibility import examine, found
from tests.browser.tour import fill_in, sign_in
from tests.browser.visitor import Visitor
from tests.together import Together

SOON = 8_000


@pytest.fixture
def couple(site: Site, visit: Visit) -> Couple:
    return Couple.meet(site, visit)


@pytest.fixture
def talking(couple: Couple) -> Couple:
    couple.commit()
    couple.come()
    return couple


def panel(page: Page) -> str:
    return page.locator("#live").inner_text()


def test_both_play_the_conversation_to_its_end(talking: Couple) -> None:
    alice, bob = talking.alice, talking.bob
    expect(alice.page.locator(".live-news")).to_have_text("It is your turn.")
    expect(bob.page.locator("#now .turn")).to_have_text("Alice is thinking…")

    for _ in range(30):
        for each, other in ((alice, bob), (bob, alice)):
            if (
                each.page.locator(".now button.choice").count()
                and not each.page.locator("#now .turn", has_text="together").count()
            ):
                moves = talking.moves()
                each.choose(1)
                expect(each.page.locator("#shown")).not_to_have_value(
                    re.compile(rf"^role-play\.{moves}\.")
                )
                expect(other.page.locator("#shown")).not_to_have_value(
                    re.compile(rf"^role-play\.{moves}\."), timeout=SOON
                )
            elif each.page.locator("#now .turn", has_text="together").count():
                each.choose(1)
                other.choose(1)
                expect(other.page.locator("#now .turn", has_text="together")).to_have_count(
                    0, timeout=SOON
                )
                expect(each.page.locator("#now .turn", has_text="together")).to_have_count(
                    0, timeout=SOON
                )
        if alice.page.locator(".ending").count() and bob.page.locator(".ending").count():
            break
    for each in (alice, bob):
        expect(each.page.locator(".ending")).to_be_visible()
        expect(each.page.locator(".coaching")).to_have_count(0)
        each.press(each.page.get_by_role("link", name=re.compile("^Go on")))
        expect(heading(each.page, "What did each of you show?")).to_be_visible()


def test_a_panel_that_comes_late_does_not_take_the_place_of_a_newer_one(talking: Couple) -> None:
    page = talking.alice.page
    page.goto(f"/runs/{talking.key}?stage=rating")
    late: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append(route)

    page.route("**/live?*", hold_the_first)
    while not late:
        page.wait_for_timeout(50)
    older = late[0].fetch(headers=late[0].request.headers | {"hx-ptag": "none"})
    with talking.together() as together:
        together.choose(talking.alice_id)
    talking.alice.press(page.get_by_role("link", name=re.compile("to the conversation$")))
    expect(heading(page, "The conversation")).to_be_visible()
    newer = page.locator("#live").get_attribute("hx-ptag")
    late[0].fulfill(response=older)
    page.wait_for_timeout(500)

    assert f'hx-ptag="{newer}"' not in older.text()
    assert page.locator("#live").get_attribute("hx-ptag") == newer


def test_different_picks_are_talked_about_until_they_agree(talking: Couple) -> None:
    talking.play_to("network")
    talking.come()
    alice, bob = talking.alice.page, talking.bob.page
    alice.get_by_text("Note why you choose it").click()
    alice.get_by_label("Why?").fill("They learn it by doing.")
    alice.locator("button[value=score-it-cold]").click()
    expect(alice.locator("#now")).to_contain_text("Bob is still picking")
    expect(bob.locator(".live-news")).to_have_text("Alice has picked.", timeout=SOON)
    assert "They learn it by doing." not in bob.content()

    bob.locator("button[value=present-the-trend]").click()
    expect(bob.locator("#now h2").last).to_have_text("You have picked differently. Talk about it")
    expect(bob.locator("#now")).to_contain_text("They learn it by doing.")
    expect(alice.locator("#now")).to_contain_text("Bob picked", timeout=SOON)
    for each in (talking.alice, talking.bob):
        found.clear()
        examine(each, "different picks")
        assert found == []

    moves = talking.moves()
    button(bob, "Go with Alice’s").click()
    expect(bob.locator(".choice-who").last).to_have_text("You both chose")
    expect(alice.locator(".choice-who").last).to_have_text("You both chose", timeout=SOON)
    assert talking.moves() == moves + 1


def test_what_somebody_is_writing_survives_the_move_of_the_other(talking: Couple) -> None:
    alice, bob = talking.alice, talking.bob.page
    note = bob.get_by_label("Why?")
    note.click()
    note.press_sequentially("I would ask ")
    alice.choose(1)
    for word in ("her ", "first ", "what ", "she ", "saw ", "in ", "the ", "room"):
        note.press_sequentially(word, delay=60)
    expect(note).to_have_value("I would ask her first what she saw in the room")
    expect(note).to_be_focused()
    go = bob.get_by_role("link", name="Show it")
    expect(go).to_be_visible(timeout=SOON)
    expect(bob.locator(".live-go")).to_contain_text("Alice has answered.")
    bob.wait_for_timeout(6000)
    expect(bob.get_by_text(re.compile("^Saved"))).to_be_visible()
    expect(bob.locator("#live")).not_to_contain_text("no longer kept")
    expect(note).to_have_value("I would ask her first what she saw in the room")

    go.click()
    expect(bob.locator("#now .turn, #now .choices")).to_be_visible()
    expect(bob.locator(".choice--taken .choice-who").last).to_have_text("Marcus Bell (Alice) chose")


def test_what_is_not_saved_yet_is_saved_before_what_is_new_takes_its_place(
    talking: Couple,
) -> None:
    alice, bob = talking.alice, talking.bob.page
    note = bob.get_by_label("Why?")
    note.press_sequentially("First")
    alice.choose(1)
    go = bob.get_by_role("link", name="Show it")
    expect(go).to_be_visible(timeout=SOON)

    note.press_sequentially(", and then the last of my words")
    go.click()

    expect(bob.locator(".choice--taken .choice-who").last).to_have_text("Marcus Bell (Alice) chose")
    with talking.together() as together:
        assert noted(together, talking.bob_id) == "First, and then the last of my words"


def test_words_that_cannot_be_saved_hold_nobody_up(talking: Couple) -> None:
    alice, bob = talking.alice, talking.bob.page
    talking.bob.watch.expected |= {503}
    note = bob.get_by_label("Why?")
    note.press_sequentially("First")
    alice.choose(1)
    go = bob.get_by_role("link", name="Show it")
    expect(go).to_be_visible(timeout=SOON)
    bob.route("**/private-note", lambda route: route.fulfill(status=503))
    note.press_sequentially(", and last")

    go.click()
    bob.wait_for_timeout(500)
    expect(note).to_have_value("First, and last")
    go.click()

    expect(bob.locator(".choice--taken .choice-who").last).to_have_text("Marcus Bell (Alice) chose")


def noted(together: Together, who: int) -> str:
    told = picks.told_picks(together.session, together.seat(who), of=[who])
    return told[1][who].reason


def test_a_private_note_is_kept_by_itself_and_shown_to_nobody_else(talking: Couple) -> None:
    alice, bob = talking.alice.page, talking.bob.page
    with bob.expect_response(lambda answer: answer.status == 204):
        bob.locator(".private-note input[type=radio]").first.check()
        bob.get_by_label("Why?").fill("A word for myself.")
        expect(bob.get_by_text(re.compile("^Saved"))).to_be_visible()
    bob.wait_for_timeout(2500)
    bob.reload()
    expect(bob.get_by_label("Why?")).to_have_value("A word for myself.")
    alice.reload()
    assert "A word for myself." not in alice.content()


def test_the_reason_of_who_decides_survives_a_reload_and_another_tab(talking: Couple) -> None:
    alice, bob = talking.alice.page, talking.bob.page
    words, saved = "What she saw, first.", re.compile("^Saved")
    alice.get_by_text("Note why you choose it").click()
    alice.get_by_label("Why?").press_sequentially(words)
    expect(alice.get_by_text(saved)).to_be_visible()

    alice.reload()
    expect(alice.get_by_label("Why?")).to_be_visible()
    expect(alice.get_by_label("Why?")).to_have_value(words)
    elsewhere = alice.context.new_page()
    elsewhere.goto(f"/runs/{talking.key}?stage=role-play")
    expect(elsewhere.get_by_label("Why?")).to_have_value(words)
    elsewhere.close()
    bob.reload()
    assert words not in bob.content()

    talking.alice.choose(1)
    expect(alice.locator(".choice-reason").last).to_have_text(f"“{words}”")
    with talking.together() as together:
        while together.on_turn(talking.alice_id) != ("partner",):
            together.choose(talking.bob_id)
    alice.reload()
    expect(alice.get_by_label("Why?")).to_have_value("")
    bob.reload()
    assert words not in bob.content()


def looks_in(page: Page, seconds: float) -> int:
    asked = []

    def note(request: Request) -> None:
        if "/live" in request.url:
            asked.append(request.url)

    page.on("request", note)
    page.wait_for_timeout(seconds * 1000)
    page.remove_listener("request", note)
    return len(asked)


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_asks_less_often_and_at_once_when_it_is_seen_again(talking: Couple) -> None:
    page = talking.bob.page
    assert 2 <= looks_in(page, 6) <= 4

    page.evaluate(HIDE, True)
    page.wait_for_timeout(500)
    assert looks_in(page, 8) <= 1

    with page.expect_request(lambda request: "/live" in request.url, timeout=1000):
        page.evaluate(HIDE, False)


def test_without_a_connection_one_quiet_line_says_so(talking: Couple) -> None:
    page = talking.bob.page
    page.context.set_offline(True)
    expect(page.locator(".live-off")).to_have_text("No connection, trying again…", timeout=SOON)
    assert looks_in(page, 6) <= 1
    expect(page.locator("#notice")).to_have_text("")

    page.context.set_offline(False)
    expect(page.locator(".live-off")).to_have_text("", timeout=SOON)
    # The browser and htmx write each of them down; nobody else is told.
    lost = [each for each in talking.bob.watch.found if "ERR_INTERNET" in each or "fetch" in each]
    for each in lost:
        talking.bob.watch.found.remove(each)


def test_a_look_that_is_not_answered_says_so_soon_and_until_it_is(talking: Couple) -> None:
    page = talking.bob.page
    held: list[Route] = []
    page.route("**/live?*", lambda route: held.append(route))
    while not held:
        page.wait_for_timeout(50)
    expect(page.locator(".live-off")).to_have_text("No answer yet, still trying…", timeout=6_000)
    assert len(held) == 1

    page.unroute("**/live?*")  # lets it go
    expect(page.locator(".live-off")).to_have_text("", timeout=SOON)


def test_a_response_that_is_long_on_its_way_says_so_and_is_sent_once(talking: Couple) -> None:
    page = talking.alice.page
    page.set_viewport_size({"width": 360, "height": 740})
    held: list[Route] = []
    page.route("**/choices", lambda route: held.append(route))
    card = page.locator(".now button.choice").first
    card.click(no_wait_after=True)
    sending = page.get_by_role("status").filter(has_text="Still sending your response…")
    expect(sending).to_be_visible(timeout=SOON)
    expect(sending).to_be_in_viewport()
    expect(card).to_be_disabled()
    page.keyboard.press("1")
    assert len(held) == 1

    held[0].continue_()
    expect(page.locator(".moment .led-to")).to_have_count(1)
    expect(sending).to_have_count(0)
    page.wait_for_timeout(5000)
    expect(sending).to_have_count(0)
    assert (len(held), talking.moves()) == (1, 1)


def test_a_response_that_did_not_arrive_can_be_pressed_again(talking: Couple) -> None:
    page = talking.alice.page
    held: list[Route] = []
    page.route("**/choices", lambda route: held.append(route), times=1)
    card = page.locator(".now button.choice").first
    card.click(no_wait_after=True)
    sending = page.get_by_role("status").filter(has_text="Still sending your response…")
    expect(sending).to_be_visible(timeout=SOON)
    held[0].abort()
    expect(page.locator("#notice")).to_contain_text("No connection.")
    expect(sending).to_have_count(0)
    card.click()
    expect(page.locator(".moment .led-to")).to_have_count(1)
    assert talking.moves() == 1
    lost = [each for each in talking.alice.watch.found if "ERR_FAILED" in each or "fetch" in each]
    for each in lost:
        talking.alice.watch.found.remove(each)


HOLD_BACK = """() => {
  addEventListener("htmx:before:request", (event) => {
    if (event.target.matches("form")) event.preventDefault();
  });
  addEventListener("htmx:finally:request", (event) => {
    if (event.target.matches("form")) event.stopImmediatePropagation();
  }, true);
}"""


def test_what_is_not_sent_after_all_is_not_said_to_be_on_its_way(talking: Couple) -> None:
    page = talking.alice.page
    page.evaluate(HOLD_BACK)
    page.locator(".now button.choice").first.click()
    page.wait_for_timeout(5000)

    expect(page.locator("[data-sending]")).to_have_text("")
    assert talking.moves() == 0


def test_a_press_that_is_long_on_its_way_keeps_the_focus_in_the_panel(talking: Couple) -> None:
    page = talking.alice.page
    talking.play_to("this-afternoon")
    talking.bob.leave()
    talking.was_last_seen(talking.bob_id, timedelta(seconds=61))
    page.reload()
    sign = button(page, "Leave a sign that you wait")
    expect(sign).to_be_visible()

    def hold(route: Route) -> None:
        with page.expect_response(re.compile("/live")):  # asked for, and answered, meanwhile
            pass
        route.continue_()

    page.route("**/nudge", hold)
    sign.press("Enter")

    expect(page.locator("#live")).to_contain_text("You have left a sign", timeout=SOON)
    expect(page.locator("#live:focus-within")).to_have_count(1)


def test_who_closes_the_browser_is_replaced_by_the_stand_in_and_comes_back(
    talking: Couple,
) -> None:
    alice, bob = talking.alice, talking.bob
    talking.play_to("this-afternoon")
    bob.leave()
    talking.was_last_seen(talking.bob_id, timedelta(seconds=61))
    alice.page.reload()
    expect(alice.page.locator(".live-news")).to_contain_text("Bob has been away")
    found.clear()
    examine(alice, "somebody is away")
    assert found == []

    button(alice.page, "Leave a sign that you wait").click()
    expect(alice.page.locator("#live")).to_contain_text("You have left a sign that you are waiting")
    button(alice.page, "Let the stand-in take the seat").click()
    expect(alice.page.locator("#live")).to_contain_text("the stand-in plays Ana Ruiz", timeout=SOON)
    expect(alice.page.locator("#now .turn")).to_have_count(0, timeout=SOON)

    bob.page.goto(f"/runs/{talking.key}")
    expect(bob.page.locator("#live")).to_contain_text("The stand-in plays your seat")
    bob.page.get_by_text("What it has chosen for you so far").click()
    expect(bob.page.locator("#live-missed li").first).to_be_visible()
    button(bob.page, "Take my seat back").click()
    expect(bob.page.locator("#live")).not_to_contain_text("Take my seat back")
    expect(alice.page.locator(".live-people")).not_to_contain_text("stand-in", timeout=SOON)


def test_who_leaves_keeps_the_record_and_may_come_back(talking: Couple) -> None:
    alice, bob = talking.alice.page, talking.bob.page
    bob.locator("#live-leave summary").click()
    bob.wait_for_timeout(3000)
    expect(button(bob, "Leave this run")).to_be_visible()
    button(bob, "Leave this run").click()
    expect(bob.locator("#live")).to_contain_text("You have left this run.")
    expect(alice.locator("#live")).to_contain_text(
        "has left: the stand-in plays Ana Ruiz", timeout=SOON
    )

    button(bob, "Come back").click()
    expect(bob.locator("#live")).not_to_contain_text("You have left this run.")


def test_an_expired_sign_in_takes_nobody_away_from_what_they_write(talking: Couple) -> None:
    talking.bob.watch.expected |= {401}
    page = talking.bob.page
    page.get_by_label("Why?").fill("Half a sentence")
    page.context.clear_cookies()

    expect(page.locator(".live-off")).to_have_text(
        "You are signed out here. What you wrote is still on this page.", timeout=SOON
    )
    page.get_by_label("Why?").press_sequentially(" and a half")
    page.wait_for_timeout(3000)
    expect(page.locator("#notice")).to_have_text("")
    expect(page.get_by_label("Why?")).to_have_value("Half a sentence and a half")


def test_after_signing_in_beside_it_a_page_goes_on_by_itself_and_saves(talking: Couple) -> None:
    # What is on its way meanwhile: 400 with the old token, 409 once the moment is past.
    talking.bob.watch.expected |= {400, 401, 409}
    page = talking.bob.page
    page.get_by_label("Why?").fill("A word for myself.")
    page.context.clear_cookies()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click(timeout=SOON)
    other = Visitor(opened.value, talking.bob.watch)
    fill_in(other, talking.email_of(talking.bob_id))
    expect(other.page.locator("#live")).to_be_visible()
    other.page.close()
    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(page.locator(".live-off")).to_have_text("", timeout=SOON)
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_be_hidden()
    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible(timeout=SOON)
    expect(page.get_by_label("Why?")).to_have_value("A word for myself.")
    page.get_by_label("Why?").fill("")
    talking.alice.choose(1)
    expect(page.locator(".moment .led-to")).to_have_count(1, timeout=SOON)


FIELD = "Which words of the case show it?"
WORDS = "Nobody but Alice is to read this."
SOMEBODY_ELSE = (
    "Somebody else is signed in here now. What you wrote is still on this page: copy it before you"
    " load it again."
)


def diagnosing(couple: Couple) -> Page:
    """Bring Alice to the diagnosis, with words in it that are not kept yet."""
    couple.alice.watch.expected |= {400, 401}
    couple.come("case")
    for each in (couple.alice, couple.bob):
        button(each.page, "I have read it").first.click()
        expect(each.page.get_by_label(FIELD)).to_be_visible()
    page = couple.alice.page
    page.context.clear_cookies()
    page.get_by_label(FIELD).fill(WORDS)
    return page


def sign_in_beside(couple: Couple, user_id: int) -> None:
    page = couple.alice.page
    page.context.clear_cookies()
    other = Visitor(page.context.new_page(), couple.alice.watch)
    sign_in(other, couple.email_of(user_id))
    other.page.close()
    page.evaluate("dispatchEvent(new Event('focus'))")


def kept(couple: Couple) -> list[tuple[int, str]]:
    with couple.site.session() as session:
        rows = session.execute(
            sa.select(Diagnosis.user_id, Diagnosis.reason).where(
                Diagnosis.user_id.in_((couple.alice_id, couple.bob_id)), Diagnosis.reason != ""
            )
        )
        return [(row.user_id, row.reason) for row in rows]


def test_what_one_wrote_is_not_sent_as_the_other_who_signs_in_beside_it(couple: Couple) -> None:
    page = diagnosing(couple)
    expect(page.locator(".live-back")).to_be_visible(timeout=SOON)
    sign_in_beside(couple, couple.bob_id)

    expect(page.locator(".live-off")).to_have_text(SOMEBODY_ELSE, timeout=SOON)
    expect(page.locator(".live-people")).to_contain_text("Bob")
    page.get_by_label(FIELD).press_sequentially(" More.")
    page.wait_for_timeout(3000)
    button(page, "Commit my diagnosis").click()
    page.wait_for_timeout(1000)
    expect(page.locator("#notice")).to_have_text("")
    expect(page.get_by_label(FIELD)).to_have_value(f"{WORDS} More.")
    assert kept(couple) == []

    sign_in_beside(couple, couple.alice_id)
    expect(page.locator(".live-off")).to_have_text("", timeout=SOON)
    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible(timeout=SOON)
    assert kept(couple) == [(couple.alice_id, f"{WORDS} More.")]


def test_nor_where_the_other_came_before_the_page_knew_that_one_was_signed_out(
    couple: Couple,
) -> None:
    # Only drafts are answered, so that none of them can tell whose page it is.
    held: list[Route] = []
    couple.alice.page.route("**/live?*", lambda route: held.append(route))
    page = diagnosing(couple)
    page.context.add_cookies(couple.bob.page.context.cookies())  # type: ignore[arg-type]
    page.get_by_label(FIELD).press_sequentially(" More.")
    page.wait_for_timeout(4000)
    page.get_by_label(FIELD).press_sequentially(" And more.")
    page.wait_for_timeout(4000)
    assert kept(couple) == []

    page.unroute("**/live?*")
    expect(page.locator(".live-off")).to_have_text(SOMEBODY_ELSE, timeout=35_000)
    page.get_by_label(FIELD).press_sequentially(" Still more.")
    page.wait_for_timeout(3000)
    expect(page.get_by_label(FIELD)).to_have_value(f"{WORDS} More. And more. Still more.")
    assert kept(couple) == []


def test_nor_as_a_third_to_whom_the_run_is_not_there_and_it_goes_on_with_its_writer(
    couple: Couple,
) -> None:
    couple.alice.watch.expected |= {404}
    page = diagnosing(couple)
    page.context.clear_cookies()
    third = Visitor(page.context.new_page(), couple.alice.watch)
    sign_in(third, couple.site.enrol("charlie"))
    third.page.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    button(page, "Commit my diagnosis").click()
    expect(
        page.get_by_text("Somebody else is signed in here now, so nothing was saved")
    ).to_be_visible()
    expect(page.get_by_label(FIELD)).to_have_value(WORDS)
    assert kept(couple) == []

    sign_in_beside(couple, couple.alice_id)
    page.get_by_label(FIELD).press_sequentially(" More.")
    expect(page.locator(".live-off")).to_have_text("", timeout=SOON)
    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible(timeout=SOON)
    assert kept(couple) == [(couple.alice_id, f"{WORDS} More.")]


TOP = "document.activeElement.getBoundingClientRect().top"


def test_a_draft_refused_while_somebody_writes_does_not_move_the_page(couple: Couple) -> None:
    # The panel takes a third of a low screen at most, and what it says now is one line more.
    couple.alice.page.set_viewport_size({"width": 640, "height": 320})
    held: list[Route] = []
    couple.alice.page.route("**/live?*", lambda route: held.append(route))
    page = diagnosing(couple)
    page.get_by_label(FIELD).focus()
    before = page.evaluate(TOP)
    with page.expect_response(lambda answer: answer.status == 401):
        page.get_by_label(FIELD).press_sequentially("One.")
    page.get_by_label(FIELD).press_sequentially("Two.")
    page.wait_for_timeout(2500)

    assert page.evaluate(TOP) == pytest.approx(before, abs=2)
    expect(page.locator(".live-off")).to_contain_text("You are signed out here.")


def test_a_guest_whose_cookie_is_gone_is_let_in_again_and_goes_on_in_the_same_page(
    visit: Visit, site: Site
) -> None:
    alice, bob = visit(), visit()
    bob.watch.expected |= {401, 404}
    meeting.meet(alice, bob)
    code = alice.page.locator(".live-code").text_content() or ""
    bob.page.context.clear_cookies()
    expect(bob.page.locator(".live-back")).to_be_visible(timeout=SOON)
    assert "ign in" not in bob.page.locator("#live").inner_text()
    meeting.go_away(site, code.replace(" ", ""))
    other = beside(bob)
    other.get_by_role("link", name="Ask to be let in").click()
    button(other, "I am Bob, on another device").click()
    button(alice.page, "Let Bob in").click(timeout=SOON)
    expect(other.locator("#stage")).to_be_visible(timeout=SOON)
    bob.page.evaluate("dispatchEvent(new Event('focus'))")

    expect(bob.page.locator(".live-off")).to_have_text("", timeout=SOON)
    button(bob.page, "I have read it").first.click()
    expect(heading(bob.page, re.compile("."))).not_to_have_text("The case", timeout=SOON)


def beside(visitor: Visitor) -> Page:
    """Follow what a page offers a guest that the browser no longer knows, in another tab."""
    with visitor.page.context.expect_page() as opened:
        visitor.page.get_by_role("link", name="come back in a new tab").click()
    return opened.value


def test_two_guests_whose_cookies_are_both_gone_go_on_with_their_own_codes(visit: Visit) -> None:
    alice, bob = visit(), visit()
    meeting.meet(alice, bob)
    for each in (alice, bob):
        each.watch.expected |= {401, 404}
        button(each.page, "I have read it").first.click()
        each.page.get_by_label(FIELD).fill(WORDS)
    for each in (alice, bob):
        each.page.context.clear_cookies()
    for each in (alice, bob):
        page = each.page
        expect(page.locator(".live-back")).to_be_visible(timeout=SOON)
        code = page.locator(".live-back b").inner_text()
        other = beside(each)
        other.get_by_label("Your own code").fill(code)
        button(other, "Come back").click()
        expect(other.locator("#stage")).to_be_visible()
        other.close()
        page.evaluate("dispatchEvent(new Event('focus'))")

        expect(page.locator(".live-off")).to_have_text("", timeout=SOON)
        expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible(timeout=SOON)
        expect(page.get_by_label(FIELD)).to_have_value(WORDS)


def test_a_page_of_somebody_waiting_goes_on_once_it_is_theirs_again(
    couple: Couple, visit: Visit
) -> None:
    couple.alice.watch.expected |= {400, 401, 404}
    couple.commit(couple.alice_id)
    page, browser = couple.alice.page, couple.alice.page.context
    page.goto(f"/runs/{couple.key}")
    expect(heading(page, "Your answers are in")).to_be_visible()
    own = browser.cookies()
    charlie = visit()
    sign_in(charlie, couple.site.enrol("charlie"))
    browser.add_cookies(charlie.page.context.cookies())  # type: ignore[arg-type]
    expect(page.locator(".live-off")).to_contain_text("somebody else is signed in", timeout=SOON)

    browser.clear_cookies()
    browser.add_cookies(own)  # type: ignore[arg-type]
    couple.commit(couple.bob_id)

    expect(page.locator(".live-off")).to_have_text("", timeout=2 * SOON)
    expect(heading(page, "What you both said")).to_be_visible(timeout=SOON)
