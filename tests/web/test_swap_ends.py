"""How a play with the seats exchanged ends: what is told of it, what comes next, who is there."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import swaps
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant
from tests.conftest import NOON, Browser
from tests.services.test_one_screen import Shared
from tests.together import ONE, OTHER, Together, words_of
from tests.web.conftest import values
from tests.web.pairs import Two
from tests.web.test_observing import seen_in
from tests.web.test_one_screen import begin

COMPARED = "Two plays beside each other"


@pytest.fixture
def swapped(session: Session, alice: Browser, bob: Browser) -> Two:
    """Alice and Bob, in the play the other way round; it has just begun."""
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).told()
    return two.at(two.together.swap(alice.user_id))


def ending_of(page: str) -> str:
    return page.split('class="ending"', 1)[1].split("</section>", 1)[0]


def headings_behind(browser: Browser, part: str) -> list[str]:
    """Return where each link of a part of a page leads, by the heading it finds there."""
    places = [
        html.unescape(each) for each in re.findall(r'<a class="button[^>]*href="([^"]+)"', part)
    ]
    pages = [browser.get(each).text for each in places]
    return [re.findall(r"<h1[^>]*>\s*([^<]+?)\s*</h1>", page)[0] for page in pages]


def answer_last(two: Two, *, htmx: bool) -> tuple[Browser, str]:
    """Play up to the last response, send that through the page, and return what it answers."""
    both = {each.user_id: each for each in (two.alice, two.bob)}
    while True:
        two.together.session.rollback()
        company = two.together.company(two.alice.user_id)
        for each in company.deciders(two.together.on_turn(two.alice.user_id)):
            browser = both[each.user_id]
            page = browser.get(f"{two.url}?stage=role-play").text
            (choice, *_), (step, *_) = values(page, "choice"), values(page, "step")
            sent = {"choice": choice, "step": step, "reason": "why"}
            answer = browser.post(f"{two.url}/choices", sent, htmx=htmx)
            shown = answer.text if htmx else browser.get(answer.location).text
            if "How it ended" in shown:
                return browser, shown


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_its_end_leads_to_both_plays_and_to_the_debrief_and_asks_for_nothing(
    swapped: Two, htmx: bool
) -> None:
    browser, shown = answer_last(swapped, htmx=htmx)
    other = swapped.bob if browser is swapped.alice else swapped.alice
    ending = ending_of(shown)
    theirs = ending_of(other.get(f"{swapped.url}?stage=role-play", htmx=htmx).text)
    debrief = re.findall(
        r"<h1[^>]*>\s*([^<]+?)\s*</h1>", browser.get(f"{swapped.url}?stage=debrief").text
    )[0]

    assert headings_behind(browser, ending) == [COMPARED, debrief]
    assert headings_behind(other, theirs) == [COMPARED, debrief]
    for each in (ending, theirs):
        assert "what did each of you show?" not in each


def test_the_end_of_a_first_play_still_leads_to_rating_it(
    session: Session, alice: Browser, bob: Browser
) -> None:
    two = Two.meet(session, alice, bob).played()

    ending = ending_of(alice.get(f"{two.url}?stage=role-play").text)

    assert headings_behind(alice, ending) == ["What did each of you show?"]


def test_who_watched_it_comes_first_to_what_they_marked(
    session: Session, alice: Browser, bob: Browser, charlie: Browser
) -> None:
    watched = Together.open(session, alice.user_id, now=NOON)
    watched.join(bob.user_id)
    watched.join(charlie.user_id, "observer")
    watched.ready(alice.user_id, bob.user_id)
    watched.commit(charlie.user_id)
    two = Two(watched, alice, bob).told()
    three = two.at(watched.swap(alice.user_id))
    three.together.play_to_the_end(*two.both)

    ending = ending_of(charlie.get(f"{three.url}?stage=role-play").text)

    first, second = headings_behind(charlie, ending)
    assert (first != COMPARED, second) == (True, COMPARED)


def rows_of(two: Two, browser: Browser) -> str:
    page = browser.get(f"{two.url}?stage=role-play").text
    people = page.split('class="live-people"', 1)[1].split("</ul>", 1)[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", people)))


def test_nobody_is_said_to_be_done_while_all_still_read_how_it_ended(swapped: Two) -> None:
    swapped.together.play_to_the_end(*swapped.both)

    for browser, other in ((swapped.alice, "Bob"), (swapped.bob, "Alice")):
        rows = rows_of(swapped, browser)
        assert other in rows
        assert "done" not in rows
        assert "is still here" in rows


def test_who_left_it_is_not_said_to_be_there(swapped: Two) -> None:
    swapped.together.leave(swapped.bob.user_id)
    swapped.together.play_to_the_end(swapped.alice.user_id)

    left = rows_of(swapped, swapped.alice)

    assert "has left" in left
    assert "still here" not in left


def test_who_is_away_from_it_is_not_said_to_be_there(swapped: Two) -> None:
    swapped.together.play_to_the_end(*swapped.both)
    with writing(swapped.together.session) as session:
        session.execute(
            sa.update(Participant)
            .where(Participant.user_id == swapped.bob.user_id)
            .values(seen_at=datetime.now(UTC) - timedelta(minutes=2))
        )
    away = rows_of(swapped, swapped.alice)

    assert "is away" in away
    assert "still here" not in away


def test_whose_turn_it_is_is_told_in_it_as_in_a_first_play(swapped: Two) -> None:
    pages = [
        browser.get(f"{swapped.url}?stage=role-play").text
        for browser in (swapped.alice, swapped.bob)
    ]
    news = [re.findall(r'class="live-news[^>]*>([^<]*)<', page)[0] for page in pages]
    swapped.together.play_to_the_end(*swapped.both)
    ended = swapped.alice.get(f"{swapped.url}?stage=role-play").text

    assert sorted(each == "It is your turn." for each in news) == [False, True]
    assert "" not in news
    assert re.findall(r'class="live-news[^>]*>([^<]*)<', ended) == [""]


@pytest.fixture
def at_one_screen(session: Session, alice: Browser) -> Shared:
    """A play the other way round at one screen, over; each has said why they chose."""
    key = begin(alice).rsplit("/", 1)[1]
    first = Shared(session, "", key, NOON, host_id=alice.user_id)
    first.commit(*[each.user_id for each in first.people.people])
    play_out(first)
    first.pass_over(*[each.user_id for each in first.people.people])
    with writing(session):
        key = swaps.start_swap(
            session, first.holding, first.as_written, at=1, start_key="swap", now=NOON
        )
    other = Shared(session, "", key, NOON, host_id=alice.user_id)
    play_out(other)
    return other


def play_out(shared: Shared) -> None:
    while shared.people.ending_id is None:
        shared.choose(shared.person(shared.due() or shared.holding.seat).user_id)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_at_one_screen_its_end_is_for_both_and_has_nothing_that_is_one_persons(
    at_one_screen: Shared, alice: Browser, htmx: bool
) -> None:
    script = at_one_screen.as_written
    reasons = [words_of(each.user_id, "reason") for each in at_one_screen.people.people]
    only = [member.brief for member in script.scenario.cast.values() if member.brief]
    for scene in script.scenes.values():
        only += [
            each.line.says or each.line.text or ""
            for each in scene.lines
            if each.line.only is not None
        ]
    assert len(only) > 2

    for seat in (ONE, OTHER):
        at_one_screen.take(seat)
        page = alice.get(f"/runs/{at_one_screen.key}?stage=role-play", htmx=htmx).text
        assert 'id="ended-here"' in page
        assert "This is for both of you." in page
        assert "</b> has the screen" not in page
        assert "What only" not in page
        assert seen_in(page, [*only, *reasons]) == []


def test_at_one_screen_its_end_leads_to_both_plays_and_promises_no_rating(
    at_one_screen: Shared, alice: Browser
) -> None:
    page = alice.get(f"/runs/{at_one_screen.key}?stage=role-play").text
    end = page.split('id="ended-here"', 1)[1].split("</section>", 1)[0]

    compared, debrief = headings_behind(alice, end)

    assert compared == COMPARED
    assert debrief in page
    assert "Next each of you says" not in end
    told = alice.get(f"/runs/{at_one_screen.key}?stage=debrief").text
    assert "This is for both of you." in told
    assert seen_in(told, [words_of(alice.user_id, "reason")]) != []
