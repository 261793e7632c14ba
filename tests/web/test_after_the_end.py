"""What is told and offered once the conversation is over and somebody has not rated the play."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.storage.models import Stage
from tests.conftest import HTMX, Browser
from tests.together import words_of
from tests.web.conftest import PLAN
from tests.web.pairs import Two
from tests.web.test_catching_up import go_away, look
from tests.web.test_debrief import words_of as text_of
from tests.web.test_live import shown_at

PLAYS_ON = "The stand-in plays your seat"
TAKE_THE_SEAT = "Let the stand-in take the seat"
GO_ON = "Go on without Bob’s ratings"
RATED = "Bob has rated the play now."


@pytest.fixture
def waiting(session: Session, alice: Browser, bob: Browser) -> Two:
    """Alice has rated the play; Bob has closed his page half-way."""
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).played()
    two.together.rate_play(alice.user_id)
    go_away(two, bob)
    return two


@pytest.fixture
def gone_on(waiting: Two) -> Two:
    """Alice has gone on to the debrief without Bob's ratings."""
    go_on_without(waiting)
    return waiting


def go_on_without(two: Two, *, htmx: bool = True) -> str:
    there = {"whom": two.bob.user_id}
    answer = two.alice.post(f"{two.url}/stand-in", there, htmx=htmx)
    two.together.session.rollback()
    assert answer.status_code == (200 if htmx else 303)
    return answer.text


def page(two: Two, browser: Browser, stage: Stage | None = None) -> str:
    return browser.get(two.url + (f"?stage={stage.value}" if stage else "")).text


def tag_in(text: str) -> str:
    return text.split('hx-ptag="')[1].split('"')[0]


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_after_the_end_no_seat_is_offered_to_the_stand_in(waiting: Two, htmx: bool) -> None:
    for hers in (page(waiting, waiting.alice), look(waiting, waiting.alice)):
        assert GO_ON in hers
        assert TAKE_THE_SEAT not in hers
        assert "take the seat back" not in hers

    go_on_without(waiting, htmx=htmx)

    assert 'id="debrief-body"' in page(waiting, waiting.alice)


def test_who_was_not_waited_for_is_told_what_is_still_theirs_to_do(gone_on: Two) -> None:
    for his in (page(gone_on, gone_on.bob), look(gone_on, gone_on.bob)):
        assert "Nobody waits for your ratings any more." in his
        assert PLAYS_ON not in his
        assert "The stand-in played your seat" not in his
        assert "Take my seat back" not in his
    assert "Bob (Ana Ruiz) is rating the play" in text_of(look(gone_on, gone_on.alice))

    gone_on.together.rate_play(gone_on.bob.user_id)

    assert "Nobody waits for your ratings" not in look(gone_on, gone_on.bob)
    assert "Bob (Ana Ruiz) is in the debrief" in text_of(look(gone_on, gone_on.alice))


def test_home_offers_no_seat_in_a_play_that_is_over(gone_on: Two) -> None:
    before = gone_on.bob.get("/home").text
    gone_on.together.rate_play(gone_on.bob.user_id)

    for at_home in (before, gone_on.bob.get("/home").text):
        assert PLAYS_ON not in at_home
        assert "It is on you." in at_home


def test_home_offers_the_seat_while_the_play_goes_on(
    session: Session, alice: Browser, bob: Browser
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).opened()
    two.together.leave(bob.user_id)

    assert PLAYS_ON in bob.get("/home").text


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_nobody_leaves_what_everybody_is_through(waiting: Two, htmx: bool) -> None:
    assert "Leave this run" in page(waiting, waiting.bob)
    go_away(waiting, waiting.bob)
    go_on_without(waiting)
    for each in (waiting.alice, waiting.bob):
        assert "Leave this run" not in page(waiting, each)

    answer = waiting.bob.post(f"{waiting.url}/leave", htmx=htmx)

    assert answer.status_code == 409
    assert "nobody waits for you any more" in answer.text
    waiting.together.session.rollback()
    assert waiting.together.company(waiting.bob.user_id).person(waiting.bob.user_id).left_at is None


def test_who_has_left_before_the_end_may_come_back_to_what_comes_after(
    session: Session, alice: Browser, bob: Browser
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).opened()
    two.together.leave(bob.user_id)
    two.together.play_to_the_end(alice.user_id)
    his = look(two, bob)
    assert "You have left this run." in his
    assert "Come back" in his

    two.bob.post(f"{two.url}/come-back")

    two.together.session.rollback()
    assert "You have left this run." not in look(two, bob)
    assert "Bob has left" not in text_of(look(two, alice))


def test_who_leaves_while_others_rate_is_told_that_they_have_and_may_come_back(
    waiting: Two,
) -> None:
    waiting.together.rate_play(waiting.bob.user_id, commit=False)
    waiting.bob.post(f"{waiting.url}/leave")

    his = text_of(look(waiting, waiting.bob))

    assert "You have left this run." in his
    assert "Come back" in his


def test_who_is_out_of_a_play_with_the_seats_exchanged_is_not_said_to_play_in_it(
    waiting: Two,
) -> None:
    waiting.together.leave(waiting.bob.user_id)
    waiting.together.pass_over(waiting.bob.user_id)
    waiting.together.swap(waiting.alice.user_id)

    his = text_of(page(waiting, waiting.bob, Stage.DEBRIEF))

    assert "The other way round has begun. The stand-in plays Marcus Bell there, your seat" in his
    assert "You are Marcus Bell now." not in his


def test_who_leaves_after_the_end_is_said_to_have_left_until_they_rate(waiting: Two) -> None:
    waiting.bob.post(f"{waiting.url}/leave")
    waiting.together.session.rollback()

    assert "Bob has left" in text_of(look(waiting, waiting.alice))
    assert "You have left this run." in look(waiting, waiting.bob)
    waiting.together.later(5)
    waiting.together.rate_play(waiting.bob.user_id)
    assert "Bob has left" not in text_of(look(waiting, waiting.alice))


@pytest.mark.parametrize("stage", [Stage.DEBRIEF, Stage.NEXT_STEP, Stage.DONE])
def test_an_open_page_says_that_somebody_has_added_their_ratings(
    gone_on: Two, stage: Stage
) -> None:
    together, (alice_id, bob_id) = gone_on.together, gone_on.both
    if stage is not Stage.DEBRIEF:
        gone_on.alice.post(f"{gone_on.url}/debrief")
    if stage is Stage.DONE:
        gone_on.alice.post(f"{gone_on.url}/next-step", PLAN)
    together.session.rollback()
    assert together.seat(alice_id).stage is stage
    at = Stage.NEXT_STEP if stage is Stage.DONE else stage
    open_page = page(gone_on, gone_on.alice, at)
    assert RATED not in look(gone_on, gone_on.alice, shown_at(open_page))

    together.rate_play(bob_id)
    panel = look(gone_on, gone_on.alice, shown_at(open_page))

    assert RATED in panel
    assert f'href="{gone_on.url}?stage=debrief"' in panel
    assert "data-go href" not in panel, "nobody is sent away from what they read or write"
    # Where something is written it is shown beside it.
    assert ("Show it in a new tab" in panel) == (stage is Stage.NEXT_STEP)
    anew = page(gone_on, gone_on.alice, Stage.DEBRIEF)
    assert words_of(bob_id, "play partner") in anew
    assert RATED not in anew + look(gone_on, gone_on.alice, shown_at(anew))


def test_a_page_that_lacks_ratings_is_told_so_even_if_its_panel_is_new(gone_on: Two) -> None:
    before = shown_at(page(gone_on, gone_on.alice, Stage.DEBRIEF))
    gone_on.together.rate_play(gone_on.bob.user_id)
    tag = tag_in(page(gone_on, gone_on.alice, Stage.DEBRIEF))

    assert tag_in(look(gone_on, gone_on.alice, before)) != tag


def test_who_passes_over_the_ratings_has_nothing_to_show(gone_on: Two) -> None:
    before = page(gone_on, gone_on.alice, Stage.DEBRIEF)
    gone_on.together.pass_over(gone_on.bob.user_id)

    assert "Show it" not in look(gone_on, gone_on.alice, shown_at(before))
    assert "Bob has said nothing of the play yet, and can still do so." in before
    assert "Bob has said nothing of the play." in page(gone_on, gone_on.alice, Stage.DEBRIEF)


def test_no_debrief_says_that_the_stand_in_had_a_seat_that_it_never_had(gone_on: Two) -> None:
    assert "the stand-in had that seat" not in page(gone_on, gone_on.alice, Stage.DEBRIEF)


def test_an_open_reveal_says_that_somebody_has_caught_up(
    session: Session, alice: Browser, bob: Browser
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC))
    two.together.commit(alice.user_id)
    go_away(two, bob)
    two.together.let_stand_in(alice.user_id, bob.user_id)
    two.together.come_back(bob.user_id)
    open_page = page(two, alice, Stage.RATING)
    assert "Bob is no longer behind." not in look(two, alice, shown_at(open_page))

    two.together.commit(bob.user_id)
    panel = look(two, alice, shown_at(open_page))

    assert "Bob is no longer behind." in panel
    assert f'href="{two.url}?stage=rating"' in panel
    assert "data-go href" not in panel
    anew = page(two, alice, Stage.RATING)
    assert words_of(bob.user_id, "rating") in anew
    assert "Bob is no longer behind." not in look(two, alice, shown_at(anew))


@pytest.mark.parametrize("when", ["while out", "after the end", "done"])
def test_a_guest_finds_their_own_code_on_every_page_of_a_run(
    session: Session, alice: Browser, guest: Browser, when: str
) -> None:
    two = Two.meet(session, alice, guest, now=datetime.now(UTC)).opened()
    together = two.together
    code = own_code_in(page(two, guest))
    if when == "while out":
        go_away(two, guest)
        together.let_stand_in(alice.user_id, guest.user_id)
    else:
        together.play_to_the_end(*two.both)
        together.rate_play(alice.user_id)
        go_away(two, guest)
        together.let_stand_in(alice.user_id, guest.user_id)
        together.rate_play(guest.user_id)
    if when == "done":
        guest.post(f"{two.url}/debrief")
        guest.post(f"{two.url}/next-step", PLAN)
        together.session.rollback()
        assert together.seat(guest.user_id).stage is Stage.DONE

    for shown in (page(two, guest), look(two, guest)):
        assert own_code_in(shown) == code
        assert "Leave this run" not in shown


def own_code_in(text: str) -> str:
    more = text.split('id="live-leave"')[1].split("</details>")[0]
    return more.split('class="live-own-code">')[1].split("<")[0]


def test_before_the_first_response_nobody_is_said_to_be_where_they_may_not_be(
    session: Session, alice: Browser, bob: Browser
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).opened()
    assert two.together.on_turn(alice.user_id) == ("partner",)

    hers, his = (text_of(page(two, each, Stage.RATING)) for each in (alice, bob))

    assert "Bob (Ana Ruiz) is here" in hers
    assert "Alice (Marcus Bell) has the turn" in his
    assert "is listening" not in hers
    assert "deciding" not in his


def test_who_decides_nothing_is_told_once_that_two_picked_differently(
    session: Session, alice: Browser, bob: Browser, charlie: Browser
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC))
    together = two.together
    together.join(charlie.user_id, OBSERVER)
    together.commit(charlie.user_id, *two.both)
    together.play_to("network", alice.user_id)
    together.choose(alice.user_id, "score-it-cold")
    together.choose(bob.user_id, "present-the-trend")

    watched = text_of(look(two, charlie))

    assert watched.count("Alice and Bob have picked differently.") == 1
    assert "visually-hidden" not in look(two, charlie).split('class="live-news')[1].split(">")[0]
    assert "something else" not in watched
    assert "Bob (Ana Ruiz) picked something else" in text_of(look(two, alice))


@pytest.mark.parametrize(
    "at", ["debrief", "debrief.", "next-step", "rating", "role-play", ".", "x"]
)
def test_a_panel_is_answered_whatever_the_page_says_it_shows(
    session: Session, alice: Browser, bob: Browser, at: str
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).told()

    answer = alice.client.get(f"{two.url}/live", query_string={"at": at}, headers=HTMX)

    assert answer.status_code == 200
    assert 'id="live"' in answer.text
