"""The reveal, rating both plays, the joint debrief and the other way round, through the pages."""

import html
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant, Rating
from tests.conftest import NOON, Browser
from tests.together import ONE, OTHER, Together
from tests.web.conftest import contents_of, values
from tests.web.pairs import Two


@pytest.fixture
def two(session: Session, alice: Browser, bob: Browser) -> Two:
    return Two.meet(session, alice, bob)


def text(answer_text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer_text)))


def section(page: str, name: str) -> str:
    return page.split(f'id="{name}"', 1)[1]


def test_nothing_bob_wrote_is_on_any_page_of_alice_before_the_reveal(two: Two) -> None:
    words = f"words of {two.bob.user_id} on"
    two.together.commit(two.bob.user_id)

    leaks = [place for place, answer in two.everything_for(two.alice) if words in answer.text]

    assert leaks == []
    assert words in two.bob.get(f"{two.url}?stage=diagnosis").text


def test_who_has_committed_sees_nothing_of_the_other_or_of_the_reference_yet(two: Two) -> None:
    two.together.commit(two.alice.user_id)
    words = f"words of {two.bob.user_id} on"

    for place, answer in two.everything_for(two.alice):
        assert words not in answer.text, place
        assert "Reference" not in text(answer.text), place
    assert "Your answers are in" in two.alice.get(two.url).text


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_reveal_is_where_both_arrive_and_leads_on_to_the_conversation(
    two: Two, htmx: bool
) -> None:
    two.opened()

    for browser, other in ((two.alice, two.bob), (two.bob, two.alice)):
        page = browser.get(two.url, htmx=htmx).text
        assert "What you both said" in page
        assert f"words of {other.user_id} on rating" in page
        assert f"words of {other.user_id} on diagnosis" in page
        assert "Talk about it" in page
        assert "Go on to the conversation" in page
        assert f"{two.url}/again/0" in page
    conversation = two.alice.get(f"{two.url}?stage=role-play", htmx=htmx).text
    assert "The conversation" in conversation
    assert "words of" not in section(conversation, "stage")


def test_the_widest_difference_stands_first_and_says_how_wide_it_is(
    two: Two, session: Session
) -> None:
    two.opened()
    leader = list(two.together.script(two.alice.user_id).scenario.leaders)[-1]
    with writing(session):
        session.execute(
            sa.update(Rating)
            .where(
                Rating.rater_id == two.bob.user_id, Rating.leader == leader,
                Rating.strand == "results",
            )
            .values(level=5)
        )  # fmt: skip

    page = text(section(two.alice.get(two.url).text, "reveal"))

    first = page.split("Talk about it")[1]
    assert "You are three levels apart: you say 2" in first
    assert "Bob says 5" in first


def test_a_level_beside_silence_is_told_without_a_number(two: Two, session: Session) -> None:
    two.opened()
    with writing(session):
        session.execute(
            sa.update(Rating)
            .where(Rating.rater_id == two.bob.user_id)
            .values(level=None, not_enough=True)
        )

    page = text(section(two.alice.get(two.url).text, "reveal"))

    assert "One of you found a level and another found none: you say 2" in page
    assert "apart" not in page


def test_a_partner_who_left_is_said_to_have_rated_nothing(two: Two) -> None:
    two.together.leave(two.bob.user_id)
    two.together.commit(two.alice.user_id)

    page = two.alice.get(f"{two.url}?stage=rating").text

    assert "Bob left before rating" in page
    assert "What was said before the conversation" in page
    assert "Nobody else has rated, so here is what you said beside the reference." in page
    assert "What you both said" not in page


def form_of(two: Two, browser: Browser, **changes: object) -> dict[str, object]:
    """Return the form for both plays, filled in."""
    page = browser.get(two.url).text
    fields = sorted(set(re.findall(r'name="(play-[\w-]+-)level"', page)))
    assert fields
    found: dict[str, object] = {}
    for each in fields:
        found[f"{each}level"] = "2"
        found[f"{each}evidence"] = values(page, f"{each}evidence")[:1]
        found[f"{each}reason"] = f"{browser.user_id} wrote on {each}"
    return found | changes


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_both_rate_both_plays_and_see_nothing_of_the_other_until_both_are_done(
    two: Two, htmx: bool
) -> None:
    two.played()
    sent = form_of(two, two.alice)

    answer = two.alice.post(f"{two.url}/play", sent, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)

    wrote = f"{two.alice.user_id} wrote on"
    assert [at for at, each in two.everything_for(two.bob) if wrote in each.text] == []
    two.bob.post(f"{two.url}/play", form_of(two, two.bob), htmx=htmx)

    for browser, other in ((two.alice, two.bob), (two.bob, two.alice)):
        page = browser.get(f"{two.url}?stage=debrief", htmx=htmx).text
        assert "What you say of the play" in page
        assert f"{other.user_id} wrote on play-{ONE}-" in page
        assert f"{other.user_id} wrote on play-{OTHER}-" in page
        assert f"{other.user_id} wrote on" in browser.get(f"{two.url}/debrief").text


def test_a_refusal_keeps_what_was_typed_and_says_what_is_missing(two: Two) -> None:
    two.played()
    field = f"play-{ONE}-motivate-"
    sent = form_of(two, two.alice, **{f"{field}evidence": [], f"{field}reason": "my own reason"})

    answer = two.alice.post(f"{two.url}/play", sent)

    assert answer.status_code == 422
    assert "Mark at least one response that shows it." in answer.text
    assert "my own reason" in answer.text
    too_long = two.alice.post(f"{two.url}/play", sent | {f"{field}reason": "x" * 501})
    assert (too_long.status_code, "x" * 501 in too_long.text) == (422, True)


def test_a_draft_is_kept_by_itself_and_is_there_again(two: Two) -> None:
    two.played()
    sent = form_of(two, two.alice) | {"act": "keep"}

    answer = two.alice.post(f"{two.url}/play", sent, htmx=True)

    assert answer.status_code == 204
    assert f"{two.alice.user_id} wrote on play-{OTHER}-results-" in two.alice.get(two.url).text


def test_it_can_be_passed_over_and_the_other_is_told_so(two: Two) -> None:
    two.played()

    assert two.alice.post(f"{two.url}/play", {"act": "pass"}).status_code == 303
    assert two.bob.post(f"{two.url}/play", form_of(two, two.bob)).status_code == 303

    page = text(two.bob.get(f"{two.url}?stage=debrief").text)
    assert "Alice has said nothing of the play" in page
    assert two.alice.post(f"{two.url}/play", {"act": "pass"}).status_code == 409


def test_the_page_of_somebody_alone_after_a_play_leads_back_to_the_run(two: Two) -> None:
    two.told()

    answer = two.alice.get(f"{two.url}/after")

    assert answer.status_code == 409
    assert "rated right after it" in answer.text
    assert f"{two.url}/after" not in two.alice.get(f"{two.url}?stage=debrief").text


def test_the_debrief_names_who_decided_and_offers_what_if_at_ones_own_alone(two: Two) -> None:
    two.told()

    page = two.alice.get(f"{two.url}?stage=debrief").text

    decisions = text(section(page, "decisions"))
    assert "Ana Ruiz (Bob):" in decisions
    assert "You:" in decisions
    assert "(stand-in)" not in decisions
    own = {
        number
        for number in re.findall(rf"{two.url}/what-if/(\d+)", page)
        if two.alice.get(f"{two.url}/what-if/{number}").status_code != 200
    }
    assert own == set()


def test_a_joint_debrief_lists_its_parts_in_their_order(two: Two) -> None:
    two.opened()
    two.together.note_privately(*two.both)
    two.told()

    page = two.alice.get(f"{two.url}?stage=debrief").text
    places = contents_of(page)

    assert places[0] == "plays-told-title"
    assert {"asides-title", "swap-offer-title"} < set(places)
    assert places == sorted(places, key=lambda each: page.index(f' id="{each}"'))


def test_an_observer_has_a_debrief_without_anybodys_ratings(
    session: Session, two: Two, charlie: Browser
) -> None:
    watched = Together.open(session, two.alice.user_id, now=NOON.replace(hour=13))
    watched.join(two.bob.user_id)
    watched.join(charlie.user_id, "observer")
    watched.ready(*two.both)
    three = two.at(watched)
    watched.commit(charlie.user_id)
    three.told()

    for place, answer in three.everything_for(charlie):
        for about in ("rating", "diagnosis", "play partner", "play principal"):
            for who in two.both:
                assert f"words of {who} on {about}" not in answer.text, place
    page = charlie.get(f"{three.url}?stage=debrief").text
    assert "How it ended" in page
    assert "Your ratings beside the reference" not in page
    assert "Marcus Bell (Alice):" in text(page)
    assert charlie.get(f"{three.url}/debrief").status_code == 200


def test_who_watches_the_other_way_round_reads_nobodys_reasons(
    session: Session, two: Two, charlie: Browser
) -> None:
    watched = Together.open(session, two.alice.user_id, now=NOON.replace(hour=13))
    watched.join(two.bob.user_id)
    watched.join(charlie.user_id, "observer")
    watched.ready(*two.both)
    watched.commit(charlie.user_id)
    two.at(watched).told()
    three = two.at(watched.swap(two.alice.user_id))
    three.together.play_to_the_end(*two.both)

    for place, answer in three.everything_for(charlie):
        for who in two.both:
            assert f"words of {who} on reason" not in answer.text, place
    page = charlie.get(f"{three.url}?stage=debrief").text
    assert 'id="observed"' in page
    assert "Go on to my next step" not in page
    assert 'id="observed-body"' in charlie.get(f"{three.url}/debrief").text
    assert (
        f"words of {two.bob.user_id} on reason" in two.alice.get(f"{three.url}?stage=debrief").text
    )


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_one_press_swaps_the_seats_and_the_other_is_led_there(two: Two, htmx: bool) -> None:
    two.told()
    assert "Swap seats" in two.alice.get(f"{two.url}?stage=debrief").text

    first = two.alice.post(f"{two.url}/swap/1", {"start_key": "one"}, htmx=htmx)
    second = two.bob.post(f"{two.url}/swap/1", {"start_key": "two"}, htmx=htmx)

    where = "HX-Redirect" if htmx else "Location"
    assert first.headers[where] == second.headers[where]
    there = first.headers[where].split("?")[0]
    assert there in two.bob.get(f"{two.url}?stage=debrief", htmx=htmx).text
    page = text(two.bob.get(f"{two.url}?stage=debrief").text)
    assert "The other way round has begun. You are Marcus Bell now." in page
    assert "Seats swapped." in two.bob.get(there).text


def test_the_decisions_of_the_play_can_be_swapped_from(two: Two) -> None:
    two.told()

    page = two.bob.get(f"{two.url}/swap").text
    starts = set(re.findall(rf'formaction="({two.url}/swap/\d+)"', page))

    assert len(starts) == two.together.seat(two.bob.user_id).moves
    answer = two.bob.post(f"{two.url}/swap/2")
    assert (answer.status_code, "stage=role-play" in answer.location) == (303, True)


def test_before_the_debrief_there_is_nothing_to_swap(two: Two) -> None:
    two.played()

    for answer in (two.alice.get(f"{two.url}/swap"), two.alice.post(f"{two.url}/swap/1")):
        assert answer.status_code == 409
        assert "Swap seats" not in answer.text


def test_both_plays_stand_beside_each_other_from_where_each_sat(two: Two) -> None:
    two.told()
    swapped = two.at(two.together.swap(two.alice.user_id))
    swapped.together.choose_otherwise(*two.both)

    for browser, seats in (
        (two.alice, ("You, as Marcus Bell", "You, as Ana Ruiz")),
        (two.bob, ("You, as Ana Ruiz", "You, as Marcus Bell")),
    ):
        page = browser.get(f"{swapped.url}/compare").text
        assert "Two plays beside each other" in page
        for seat in seats:
            assert seat in page
        assert "Seats swapped" in page
        assert "what-if" not in text(section(page, "main")).lower()
        assert "Debrief of the play with seats swapped" in page


def test_what_somebody_noted_is_told_in_the_debrief_as_theirs(two: Two) -> None:
    two.opened()
    noted = two.together.note_privately(*two.both)
    two.together.play_to_the_end(*two.both)
    two.together.pass_over(*two.both)

    for browser in (two.alice, two.bob):
        page = text(browser.get(f"{two.url}?stage=debrief").text)
        assert "What each of you had in mind" in page
        assert f"words of {noted} on a private note" in page


def test_home_lists_the_swap_under_its_play_with_both_names(two: Two) -> None:
    two.told()
    swapped = two.together.swap(two.alice.user_id)
    open_now = text(two.alice.get("/home").text)
    assert "Seats swapped: Glowing observations" in open_now
    assert "With Bob" in open_now

    swapped.play_to_the_end(*two.both)
    with writing(two.together.session):
        two.together.session.execute(
            sa.update(Participant)
            .where(Participant.user_id == two.alice.user_id)
            .values(stage="done")
        )

    finished = text(section(two.alice.get("/home").text, "runs"))
    assert "Seats swapped:" in finished
    assert ", with Bob" in finished


def test_a_deleted_partner_leaves_a_debrief_that_still_stands(two: Two) -> None:
    from lfp_trainer.services import forgetting

    two.told()
    with writing(two.together.session):
        forgetting.delete_person(two.together.session, two.bob.user_id, now=two.together.now)

    page = two.alice.get(f"{two.url}?stage=debrief")

    assert page.status_code == 200
    assert "Ana Ruiz (former partner)" in text(page.text)
    swapped = two.alice.post(f"{two.url}/swap/1")
    assert swapped.status_code == 303
    assert two.alice.get(swapped.location).status_code == 200


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("act", ["pass", "commit"])
def test_who_is_done_with_rating_the_play_reads_what_they_did_while_the_other_is_at_it(
    two: Two, htmx: bool, act: str
) -> None:
    two.played()

    answer = two.alice.post(f"{two.url}/play", form_of(two, two.alice) | {"act": act}, htmx=htmx)

    page = text(answer.text if htmx else two.alice.get(answer.location).text)
    passed = act == "pass"
    assert ("You went on without rating the play" in page) is passed
    assert ("Your ratings of the play are in" in page) is not passed
    assert ("that you said nothing of the play" in page) is passed
    assert "Bob is still rating the play." in page
    assert "both are in" not in page
    assert "side by side" not in page


@pytest.mark.parametrize("passes", [False, True])
def test_whoever_is_done_with_rating_the_play_is_ready_and_not_said_to_have_rated(
    session: Session, alice: Browser, bob: Browser, passes: bool
) -> None:
    two = Two.meet(session, alice, bob, now=datetime.now(UTC)).played()
    if passes:
        two.together.pass_over(alice.user_id)
    else:
        two.together.rate_play(alice.user_id)

    page = text(two.bob.get(f"{two.url}?stage=debrief").text)

    assert "is ready for the debrief" in page
    assert "has rated the play" not in page


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_who_went_on_without_rating_is_not_told_that_they_rated(two: Two, htmx: bool) -> None:
    two.played()
    sent = form_of(two, two.alice)
    two.together.pass_over(two.alice.user_id)

    answer = two.alice.post(f"{two.url}/play", sent, htmx=htmx)

    assert answer.status_code == 409
    assert "You are done with rating the play" in text(answer.text)
    assert "You have rated the play" not in text(answer.text)


def test_the_debrief_says_truly_who_rated_a_play(two: Two) -> None:
    two.played()
    two.together.pass_over(two.alice.user_id)
    two.together.rate_play(two.bob.user_id)

    alices = text(two.alice.get(f"{two.url}?stage=debrief").text)
    bobs = text(two.bob.get(f"{two.url}?stage=debrief").text)

    assert "You have not rated your own play." in alices
    assert "Nobody else has rated your play." not in alices
    assert "Nobody else has rated your play." in bobs


def test_the_debrief_says_so_where_nobody_rated_a_play(two: Two) -> None:
    two.played()
    two.together.pass_over(*two.both)

    page = text(two.alice.get(f"{two.url}?stage=debrief").text)

    assert "None of you has rated this play." in page
    assert "Only one of you has rated" not in page
    assert "Nobody else has rated" not in page
