"""Two people at one screen: the pages of whoever has it, and the page in between."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask, render_template
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.services import library, runs, swaps
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage, User
from lfp_trainer.web.extensions import db
from tests.conftest import NOON, Browser
from tests.services.test_one_screen import Shared
from tests.together import ONE, OTHER, SCENARIO, words_of
from tests.web.conftest import DIAGNOSIS, PLAN, values
from tests.web.test_observing import every_page_of, seen_in

BRIEFS = {ONE: "What only Marcus Bell knows", OTHER: "What only Ana Ruiz knows"}
START = {
    "scenario": SCENARIO, "my_seat": ONE, "other_name": "Bob", "start_key": "one-here",
}  # fmt: skip


def begin(browser: Browser, **more: str) -> str:
    """Start a run at this screen and return its address."""
    answer = browser.post("/one-screen", {**START, **more})
    assert answer.status_code == 303, answer.text
    return answer.location


@pytest.fixture
def url(alice: Browser) -> str:
    return begin(alice)


@pytest.fixture
def here(session: Session, alice: Browser, url: str) -> Shared:
    return Shared(session, "", url.rsplit("/", 1)[1], NOON, host_id=alice.user_id)


@pytest.fixture
def opened(here: Shared) -> Shared:
    here.commit(*[each.user_id for each in here.people.people])
    return here


def take(browser: Browser, url: str, seat: str, **more: str) -> str:
    answer = browser.post(f"{url}/screen", {"seat": seat, **more})
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_the_sheet_of_a_scenario_offers_it(app: Flask) -> None:
    with app.test_request_context():
        scenario = library.current(db.session, SCENARIO).script.scenario
        text = render_template(
            "pairs/_start_here.html", scenario=scenario, start_key="key", errors={}
        )

    assert values(text, "start_key") == ["key-here"]
    assert values(text, "my_seat") == [ONE, OTHER]
    assert "What both of you answer stays with this browser" in " ".join(text.split())


def test_it_starts_with_the_hosts_case_and_without_a_lobby(alice: Browser, url: str) -> None:
    page = alice.get(url).text

    assert "<b>Alice</b> has the screen" in page
    assert "I have read it" in page


def test_a_visitor_becomes_a_guest_with_the_name_they_typed(
    nobody: Browser, session: Session
) -> None:
    begin(nobody, my_name="Carla")

    names = session.scalars(sa.select(User.name).where(User.email.is_(None))).all()
    assert sorted(names) == ["Bob", "Carla"]


def test_an_account_keeps_its_name(alice: Browser, session: Session) -> None:
    begin(alice, my_name="Somebody else")

    assert session.scalar(sa.select(User.name).where(User.id == alice.user_id)) == "Alice"


def test_without_a_name_for_the_other_nothing_starts(alice: Browser, session: Session) -> None:
    answer = alice.post("/one-screen", {**START, "other_name": " "})

    assert answer.status_code == 422
    assert "Type the other person" in answer.text
    assert session.scalar(sa.select(sa.func.count()).where(User.email.is_(None))) == 0


@pytest.mark.parametrize("other", ["Alice", " a l i c e", "ＡＬＩＣＥ"])
def test_two_people_need_names_that_can_be_told_apart(
    alice: Browser, session: Session, other: str
) -> None:
    answer = alice.post("/one-screen", {**START, "my_seat": OTHER, "other_name": other})

    assert answer.status_code == 422
    assert "Two people called Alice could not tell whose turn it is." in answer.text
    assert session.scalar(sa.select(sa.func.count()).where(User.email.is_(None))) == 0


def test_guests_with_the_same_name_find_what_they_typed_again(nobody: Browser) -> None:
    sent = {**START, "my_name": "Carla", "other_name": "carla", "my_seat": OTHER}

    answer = nobody.post("/one-screen", sent)

    assert answer.status_code == 422
    for field, typed in (("my_name", "Carla"), ("other_name", "carla")):
        assert re.search(f'<input id="{field}"[^>]* value="{typed}"', answer.text)
    assert f'name="my_seat" value="{OTHER}" checked' in answer.text
    assert f'name="my_seat" value="{ONE}" checked' not in answer.text


def test_a_double_click_starts_one_run(alice: Browser, url: str) -> None:
    assert begin(alice) == url


def test_the_page_in_between_says_to_whom_and_has_one_way_on(
    here: Shared, alice: Browser, url: str
) -> None:
    here.commit(alice.user_id)

    page = alice.get(url).text

    assert "Pass the screen to Bob" in page
    assert f'action="{url}/screen"' in page
    assert "I am Bob" in page


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_page_in_between_has_nothing_of_what_anybody_answered_or_knows(
    here: Shared, alice: Browser, url: str, htmx: bool
) -> None:
    words = [words_of(alice.user_id, about) for about in ("diagnosis", "rating")]
    here.commit(alice.user_id)

    pages = "".join(
        alice.get(f"{url}{query}", htmx=htmx).text
        for query in ("", "?stage=diagnosis", "?stage=rating", "?stage=role-play")
    )

    assert pages.count("I am Bob") == 4
    assert seen_in(pages, [*words, *BRIEFS.values()]) == []


def test_nobody_at_the_screen_reads_what_the_other_answered_before_both_have(
    here: Shared, alice: Browser, url: str
) -> None:
    words = [words_of(alice.user_id, about) for about in ("diagnosis", "rating")]
    here.commit(alice.user_id)
    here.take(OTHER)

    pages = every_page_of(alice, here)

    assert "I have read it" in pages
    assert seen_in(pages, words) == []


def test_each_reads_their_own_brief_and_never_the_others(opened: Shared, alice: Browser) -> None:
    seen = []
    while opened.people.ending_id is None:
        seat = opened.due() or opened.holding.seat
        opened.take(seat)
        page = every_page_of(alice, opened)
        other = OTHER if seat == ONE else ONE
        seen.append((BRIEFS[seat] in page, BRIEFS[other] in page))
        opened.choose(opened.person(seat).user_id)

    assert set(seen) == {(True, False)}


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_response_leads_to_the_page_in_between_with_what_came_of_it(
    opened: Shared, alice: Browser, url: str, htmx: bool
) -> None:
    opened.take(opened.due() or opened.holding.seat)

    shown = ""
    while "I am " not in shown:
        page = alice.get(f"{url}?stage=role-play").text
        (step, *_), (choice, *_) = values(page, "step"), values(page, "choice")
        answer = alice.post(f"{url}/choices", {"choice": choice, "step": step}, htmx=htmx)
        shown = answer.text if htmx else alice.get(answer.location).text

    assert answer.headers.get("HX-Retarget") == ("#stage" if htmx else None)
    assert "What just happened" in shown
    assert seen_in(shown, [*BRIEFS.values()]) == []


def test_different_picks_are_shown_to_both_without_what_only_one_of_them_knows(
    opened: Shared, alice: Browser, url: str
) -> None:
    script = opened.as_written
    only = [
        line.line.says or line.line.text or ""
        for scene in script.scenes.values()
        for line in scene.lines
        if line.line.only is not None
    ]
    while len(opened.on_turn(opened.holding.user_id)) < 2:
        opened.choose(opened.person(opened.due() or opened.holding.seat).user_id)
    offered = play.offered(script, opened.position(opened.holding.user_id))
    before = alice.get(f"{url}?stage=role-play").text
    for seat, choice in ((ONE, offered[0]), (OTHER, offered[-1])):
        opened.choose(opened.person(seat).user_id, choice)

    for seat in (ONE, OTHER):
        opened.take(seat)
        page = alice.get(f"{url}?stage=role-play").text
        assert "This is for both of you." in page
        assert "Alice picked" in page
        assert "Bob picked" in page
        assert "You picked" not in page
        assert seen_in(page, [*BRIEFS.values(), *only]) == []
        mine, other = ("Alice", "Bob") if seat == ONE else ("Bob", "Alice")
        assert f"{mine} goes with {other}’s" in page
    assert seen_in(before, [*BRIEFS.values()])


def test_the_reveal_is_for_both_and_says_so(opened: Shared, alice: Browser, url: str) -> None:
    page = alice.get(f"{url}?stage=rating").text

    assert "This is for both of you." in page
    assert "I am " not in page


def test_the_end_is_for_both_and_hides_what_only_one_knows(
    opened: Shared, alice: Browser, url: str
) -> None:
    while opened.people.ending_id is None:
        opened.choose(opened.person(opened.due() or opened.holding.seat).user_id)

    page = alice.get(f"{url}?stage=role-play").text

    assert "How it ended" in page
    assert "This is for both of you." in page
    assert seen_in(page, [*BRIEFS.values()]) == []


def test_the_debrief_is_finished_by_both_and_each_leaves_with_a_next_step(
    opened: Shared, alice: Browser, url: str
) -> None:
    while opened.people.ending_id is None:
        opened.choose(opened.person(opened.due() or opened.holding.seat).user_id)
    first = opened.holding.seat
    second = OTHER if first == ONE else ONE
    opened.pass_over(opened.person(first).user_id)
    between = alice.get(url).text
    opened.pass_over(opened.person(second).user_id)
    together = alice.get(url).text

    alice.post(f"{url}/debrief")
    alice.post(f"{url}/next-step", PLAN)
    passing = alice.get(url).text
    last = take(alice, url, first)
    alice.post(f"{url}/next-step", {**PLAN, "sentence": "The other one walks out with this"})

    assert f"I am {opened.person(second).name}" in between
    assert "This is for both of you." in together
    assert f"I am {opened.person(first).name}" in passing
    assert "One next step" in last
    assert PLAN["sentence"] not in passing + last  # type: ignore[operator]
    opened.session.rollback()
    assert {each.stage for each in opened.people.people} == {Stage.DONE}
    assert "The other one walks out with this" in alice.get(url).text


def test_either_may_hand_over_at_any_time(here: Shared, alice: Browser, url: str) -> None:
    page = alice.get(url).text
    (link,) = re.findall(r'href="([^"]+/screen[^"]*)"', page)

    between = alice.get(link).text
    after = take(alice, url, OTHER)

    assert "Pass the screen to Bob" in between
    assert "Not yet: go back" in between
    assert "<b>Bob</b> has the screen" in after


def test_a_screen_goes_to_a_person_of_the_run_only(alice: Browser, url: str) -> None:
    assert alice.post(f"{url}/screen", {"seat": "observer"}).status_code == 404
    assert "<b>Alice</b> has the screen" in alice.get(url).text


def test_nobody_else_has_the_screen(bob: Browser, url: str) -> None:
    assert bob.get(url).status_code == 404
    assert bob.get(f"{url}/screen?to={OTHER}").status_code == 404
    assert bob.post(f"{url}/screen", {"seat": OTHER}).status_code == 404


def test_one_goes_on_without_somebody_who_had_to_go(here: Shared, alice: Browser, url: str) -> None:
    here.commit(alice.user_id)

    page = take(alice, url, OTHER, act="without")

    assert "The stand-in plays for Bob." in page
    assert "Bob is back: pass the screen" in page


def test_pages_are_not_kept_for_whoever_presses_back(alice: Browser, url: str) -> None:
    answers = [alice.get(url), alice.get(f"{url}/screen?to={OTHER}")]

    assert ["no-store" in each.headers["Cache-Control"] for each in answers] == [True, True]


def played(here: Shared) -> None:
    """Play to the end, and let both have rated the play."""
    while here.people.ending_id is None:
        here.choose(here.person(here.due() or here.holding.seat).user_id)
    here.pass_over(*[each.user_id for each in here.people.people])


def test_the_other_way_round_at_one_screen_is_passed_too(
    opened: Shared, session: Session, alice: Browser
) -> None:
    played(opened)
    with writing(session):
        key = swaps.start_swap(
            session, opened.holding, opened.as_written, at=1, start_key="swap", now=NOON
        )
    other = Shared(session, "", key, NOON, host_id=alice.user_id)

    shown = set()
    while other.people.ending_id is None:
        due = other.due()
        page = every_page_of(alice, other)
        shown.add((due is not None, "I am " in page))
        other.choose(other.person(due or other.holding.seat).user_id)

    assert shown == {(True, True), (False, False)}


def test_a_what_if_is_the_hosts_own(opened: Shared, alice: Browser, url: str) -> None:
    played(opened)
    bob = opened.person(OTHER)
    opened.take(bob.seat)
    notes = runs.notes_of(opened.session, opened.holding.run_id).items()
    step = next(number for number, note in notes if note.user_id == bob.user_id)
    page = alice.get(f"{url}/what-if/{step}").text

    answer = alice.post(f"{url}/what-if/{step}", {"choice": values(page, "choice")[-1]})

    assert answer.status_code == 409
    assert "Pass the screen to whose it is" in answer.text


def test_at_one_screen_too_the_late_one_may_go_to_the_conversation(
    here: Shared, alice: Browser, url: str
) -> None:
    first, other = here.people.people
    here.commit(first.user_id)
    alice.post(f"{url}/screen", {"seat": OTHER, "act": "without"})
    here.session.rollback()
    assert here.people.opened_at is not None
    page = take(alice, url, OTHER)
    assert "The conversation is open, and the stand-in answers for Bob" in page
    assert "You can then no longer answer the diagnosis or the ratings." in page
    assert "Skip my answers and go to the conversation" in page

    answer = alice.post(f"{url}/catch-up")

    assert answer.status_code == 303
    there = alice.get(answer.location).text
    assert "Skip my answers" not in there
    here.session.rollback()
    assert here.people.person(other.user_id).stage is Stage.ROLE_PLAY


def test_a_refusal_gives_no_words_back_where_the_other_may_have_the_screen(
    here: Shared, alice: Browser, url: str
) -> None:
    late = {**DIAGNOSIS, "reason": "Only Alice should read this"}
    here.commit(alice.user_id)

    answer = alice.post(f"{url}/diagnosis", late)

    assert answer.status_code == 409
    assert "Only Alice should read this" not in answer.text


@pytest.fixture
def late_there(here: Shared, alice: Browser, url: str) -> Shared:
    """Alice has gone on at this screen without Bob, who may come back."""
    here.commit(alice.user_id)
    alice.post(f"{url}/screen", {"seat": OTHER, "act": "without"})
    here.session.rollback()
    assert here.people.opened_at is not None
    return here


def test_at_one_screen_a_conversation_that_is_over_is_not_called_open(
    late_there: Shared, alice: Browser, url: str
) -> None:
    late_there.play_to_the_end(alice.user_id)

    page = take(alice, url, OTHER)

    assert "The conversation is over, and the stand-in has answered for Bob." in page
    assert "The conversation is open" not in page


def test_a_reveal_is_for_both_only_once_nobody_is_late(
    late_there: Shared, alice: Browser, url: str
) -> None:
    for_both, late_one = "This is for both of you.", late_there.person(OTHER).user_id
    alone = alice.get(f"{url}?stage=rating").text
    take(alice, url, OTHER)
    late_there.finish_case(late_one)
    late_there.diagnose(late_one)
    form = alice.get(f"{url}?stage=rating").text

    assert 'id="reveal"' in alone
    assert "<b>Alice</b> has the screen" in alone
    assert "<b>Bob</b> has the screen" in form
    assert 'name="level"' in form
    assert for_both not in alone + form
    late_there.commit(late_one)
    assert for_both in alice.get(f"{url}?stage=rating").text


def test_at_one_screen_a_diagnosis_that_was_not_committed_is_shown_to_nobody(
    late_there: Shared, alice: Browser, url: str
) -> None:
    take(alice, url, OTHER)
    late_there.finish_case(late_there.person(OTHER).user_id)
    alice.post(f"{url}/diagnosis", {"act": "keep", "reason": "half a thought"}, htmx=True)
    alice.post(f"{url}/catch-up")

    page = alice.get(f"{url}?stage=diagnosis").text

    assert "before you had committed a diagnosis" in page
    assert "half a thought" not in page


def test_whoever_has_the_screen_reads_that_the_stand_in_answers_for_the_late_one(
    late_there: Shared, alice: Browser, url: str
) -> None:
    take(alice, url, OTHER)
    hers = take(alice, url, ONE)
    late_there.session.rollback()

    assert not late_there.people.person(late_there.person(OTHER).user_id).is_out
    assert "The stand-in answers for Bob until Bob has caught up." in hers
    late_there.commit(late_there.person(OTHER).user_id)
    assert "The stand-in answers for Bob" not in take(alice, url, ONE)


def test_at_one_screen_nobody_plays_for_anybody_once_the_play_is_over(
    late_there: Shared, alice: Browser, url: str
) -> None:
    assert "The stand-in plays for Bob." in alice.get(f"{url}?stage=role-play").text

    late_there.play_to_the_end(alice.user_id)

    page = alice.get(url).text
    assert "The stand-in plays for Bob." not in page
    assert "Bob had to go." in page
    assert "Bob is back: pass the screen" in page
