"""What somebody writes about why they decide is there again when they come back, for them alone."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy.orm import Session

from tests.conftest import HTMX, NOON, Browser
from tests.services.test_one_screen import Shared
from tests.together import ONE, OTHER
from tests.web.conftest import RunPage, start, values
from tests.web.pairs import Two
from tests.web.test_one_screen import begin, take

WHY = "canary-why <she> saw it"
WAYS = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


@pytest.fixture
def opened(session: Session, alice: Browser, bob: Browser) -> Two:
    return Two.meet(session, alice, bob, now=datetime.now(UTC)).opened()


def conversation(browser: Browser, url: str, *, htmx: bool = False, way: str = "") -> str:
    return browser.get(f"{url}?stage=role-play{way}", htmx=htmx).text


def written_in(page: str) -> str:
    """Return what stands in the field of the reason."""
    return unescape(re.findall(r"<textarea id=\"reason\"[^>]*>(.*?)</textarea>", page, re.S)[0])


def write(browser: Browser, url: str, words: str = WHY, **more: str | int) -> int:
    """Save a reason as the page does by itself, in the form that it shows."""
    page = conversation(browser, url)
    now = page[page.index('id="now"') :]
    shown = {name: values(now, name)[0] for name in ("step", "seat")}
    sent = {**shown, "reason": words, "act": "keep", **more}
    return browser.post(f"{url}/reason", sent, htmx=True).status_code


def both_on_turn(two: Two) -> tuple[Browser, Browser]:
    """Return who decides now, and who does not."""
    together = two.together
    together.session.rollback()
    (decider,) = together.company(two.alice.user_id).deciders(together.on_turn(two.alice.user_id))
    here = two.alice if decider.user_id == two.alice.user_id else two.bob
    return here, two.bob if here is two.alice else two.alice


def everything(two: Two, browser: Browser) -> str:
    pages = [answer.text for _, answer in two.everything_for(browser)]
    for at in ("", "case.ask", "role-play.0"):
        asked = {"at": at}
        pages.append(browser.client.get(f"{two.url}/live", query_string=asked, headers=HTMX).text)
    return "".join(pages)


@WAYS
def test_who_decides_finds_their_words_again_and_the_other_never_does(
    opened: Two, htmx: bool
) -> None:
    decider, other = both_on_turn(opened)

    assert write(decider, opened.url) == 204

    assert written_in(conversation(decider, opened.url, htmx=htmx)) == WHY
    assert "canary-why" not in everything(opened, other)


@WAYS
def test_once_it_is_chosen_nothing_of_the_draft_is_left_in_the_next_decisions(
    opened: Two, htmx: bool
) -> None:
    together = opened.together
    decider, _ = both_on_turn(opened)
    write(decider, opened.url)

    together.choose(decider.user_id)

    for _ in range(4):
        here, other = both_on_turn(opened)
        assert written_in(conversation(here, opened.url, htmx=htmx)) == ""
        for each in (here, other):
            assert "canary-why" not in conversation(each, opened.url, htmx=htmx)
        together.choose(here.user_id)
        together.session.rollback()


def test_without_a_script_a_press_keeps_the_words_and_comes_back_to_the_decision(
    opened: Two,
) -> None:
    decider, _ = both_on_turn(opened)
    page = conversation(decider, opened.url)
    form = page[page.index('id="now"') :]
    offered = form[form.index("<noscript>") : form.index("</noscript>")]
    assert f'formaction="{opened.url}/reason"' in offered
    assert 'name="act" value="stop"' in offered
    seat = opened.together.seat(decider.user_id).seat
    sent = {"step": 0, "seat": seat, "reason": WHY, "act": "stop"}

    answer = decider.post(f"{opened.url}/reason", sent)

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("?stage=role-play#now")
    assert written_in(decider.get(answer.headers["Location"]).text) == WHY


@WAYS
def test_what_comes_too_late_or_from_who_does_not_decide_is_refused(
    opened: Two, htmx: bool
) -> None:
    decider, other = both_on_turn(opened)
    seats = {each: opened.together.seat(each.user_id).seat for each in (decider, other)}
    act = "keep" if htmx else "stop"
    sent = {"step": 0, "reason": WHY, "act": act}

    theirs = other.post(f"{opened.url}/reason", {**sent, "seat": seats[other]}, htmx=htmx)
    wrong = decider.post(f"{opened.url}/reason", {**sent, "seat": seats[other]}, htmx=htmx)
    opened.together.choose(decider.user_id)
    late = decider.post(f"{opened.url}/reason", {**sent, "seat": seats[decider]}, htmx=htmx)

    assert [each.status_code for each in (theirs, wrong, late)] == [409, 409, 409]
    assert "Somebody else decides now" in theirs.text
    assert "another seat" in wrong.text
    assert "decided meanwhile" in late.text
    if not htmx:
        assert "You had written: “canary-why" in late.text
    for each in (decider, other):
        assert "canary-why" not in conversation(each, opened.url)


def test_words_that_the_stand_in_was_faster_than_stay_their_writers_alone(opened: Two) -> None:
    together = opened.together
    decider, other = both_on_turn(opened)
    write(decider, opened.url)
    together.leave(decider.user_id)
    together.come_back(decider.user_id)

    page = conversation(decider, opened.url)
    assert page.count("canary-why") == 1
    assert "You were writing:" in page
    assert "Only you see it." in page
    assert "canary-why" not in everything(opened, other)
    together.play_to_the_end(decider.user_id, other.user_id)
    together.rate_play(other.user_id)
    together.pass_over(decider.user_id)
    assert 'id="debrief-body"' in other.get(f"{opened.url}?stage=debrief").text
    assert "canary-why" not in everything(opened, other)
    assert "canary-why" in conversation(decider, opened.url)


def test_where_both_decide_a_draft_is_no_pick_and_changes_none(opened: Two) -> None:
    together, (alice_id, bob_id) = opened.together, opened.both
    script = together.script(alice_id)
    scene = next(id for id, each in script.scenes.items() if each.scene.turn == "both")
    together.play_to(scene, alice_id)
    first, second, *_ = script.scenes[scene].scene.choices

    write(opened.alice, opened.url)
    assert written_in(conversation(opened.alice, opened.url)) == WHY
    assert "canary-why" not in everything(opened, opened.bob)
    together.choose(bob_id, second)
    assert written_in(conversation(opened.alice, opened.url)) == WHY
    together.choose(alice_id, first)
    assert "canary-why" not in conversation(opened.alice, opened.url)

    write(opened.alice, opened.url, "canary-again")
    assert written_in(conversation(opened.alice, opened.url)) == "canary-again"
    assert "canary-again" not in everything(opened, opened.bob)


def test_at_one_screen_a_page_of_who_had_it_leaves_no_words_with_who_has_it(
    session: Session, alice: Browser
) -> None:
    url = begin(alice)
    here = Shared(session, "", url.rsplit("/", 1)[1], NOON, host_id=alice.user_id)
    ana_id, bea_id = (each.user_id for each in here.people.people)
    here.commit(ana_id, bea_id)
    script = here.script(ana_id)
    scene = next(id for id, each in script.scenes.items() if each.scene.turn == "both")
    here.play_to(scene, ana_id)
    take(alice, url, ONE)
    assert write(alice, url) == 204
    assert written_in(conversation(alice, url)) == WHY
    step = len(here.position(ana_id).path)

    assert "canary-why" not in take(alice, url, OTHER)
    late = {"step": step, "seat": ONE, "reason": "canary-late", "act": "keep"}
    assert alice.post(f"{url}/reason", late, htmx=True).status_code == 409
    assert "canary" not in conversation(alice, url)
    assert written_in(take(alice, url, ONE)) == WHY


@WAYS
@pytest.mark.parametrize("way", ["", "&way=rank"], ids=["pick", "rank"])
def test_alone_it_is_kept_alike_in_both_ways_to_decide(
    alices_run: RunPage, alice: Browser, htmx: bool, way: str
) -> None:
    url = alices_run.to_role_play().url

    assert write(alice, url) == 204

    page = conversation(alice, url, htmx=htmx, way=way)
    assert written_in(page) == WHY
    step, (choice, *_) = alices_run.open_now() or (0, [""])
    took = alice.post(f"{url}/choices", {"step": step, "choice": choice, "reason": ""}, htmx=htmx)
    assert took.status_code == (200 if htmx else 303)
    assert "canary-why" not in conversation(alice, url, htmx=htmx, way=way)


def test_a_draft_of_one_never_gets_into_the_page_of_another_in_the_same_scene(
    alices_run: RunPage, alice: Browser, bob: Browser
) -> None:
    hers, his = alices_run.to_role_play().url, start(bob).to_role_play().url
    write(alice, hers)

    assert "canary-why" in conversation(alice, hers)
    assert "canary-why" not in conversation(bob, his)
    assert bob.post(f"{hers}/reason", {"step": 0, "seat": "both", "reason": "x"}).status_code == 404
