"""A player comes back to a conversation that opened without them; and signs to who is away."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from markupsafe import escape
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.services import presence, runs
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Diagnosis, Participant, Rating, Run, Stage
from tests.conftest import HTMX, Browser
from tests.together import words_of
from tests.web.conftest import values
from tests.web.pairs import Two
from tests.web.test_debrief import words_of as text_of

NOW = "Skip my answers and go to the conversation"


@pytest.fixture
def begun(session: Session, alice: Browser, bob: Browser) -> Two:
    return Two.meet(session, alice, bob, now=datetime.now(UTC))


@pytest.fixture
def late(begun: Two) -> Two:
    """Alice has gone on to the conversation with the stand-in; Bob is back, at the case."""
    together = begun.together
    together.commit(begun.alice.user_id)
    go_away(begun, begun.bob)
    together.let_stand_in(begun.alice.user_id, begun.bob.user_id)
    together.come_back(begun.bob.user_id)
    return begun


def go_away(two: Two, browser: Browser) -> None:
    run = sa.select(Run.id).where(Run.key == two.together.key).scalar_subquery()
    with database.writing(two.together.session) as session:
        session.execute(
            sa.update(Participant)
            .where(Participant.run_id == run, Participant.user_id == browser.user_id)
            .values(seen_at=two.together.now - timedelta(seconds=61))
        )


def look(two: Two, browser: Browser, at: str = "") -> str:
    return browser.client.get(f"{two.url}/live", query_string={"at": at}, headers=HTMX).text


def write_a_draft(two: Two) -> None:
    """Let Bob begin his diagnosis, and commit nothing of it."""
    two.together.finish_case(two.bob.user_id)
    two.bob.post(f"{two.url}/diagnosis", {"act": "keep", "reason": "half a thought"}, htmx=True)
    two.together.session.rollback()


def chosen_for_bob(two: Two) -> list[str]:
    together, bob_id = two.together, two.bob.user_id
    together.session.rollback()
    company, script = together.company(bob_id), together.script(bob_id)
    assert company.opened_at is not None
    since, seat = company.opened_at, company.person(bob_id).seat
    taken = runs.played_by_stand_in(together.session, company.run_id, seat, since=since)
    return [str(escape(script.choices[each][1].text)) for each in taken]


def test_both_are_told_that_the_stand_in_answers_until_the_late_one_is_there(late: Two) -> None:
    together, alice_id = late.together, late.alice.user_id
    while not chosen_for_bob(late):
        together.choose(alice_id)

    for his in (late.bob.get(late.url).text, look(late, late.bob, "case.ask")):
        assert "The conversation is open." in his
        assert "The stand-in answers for your seat until you are there." in his
        assert "What it has chosen for you so far" in his
        assert all(each in his for each in chosen_for_bob(late))
        assert NOW in his
    for hers in (late.alice.get(f"{late.url}?stage=role-play").text, look(late, late.alice)):
        assert "The stand-in answers for Ana Ruiz until Bob has caught up" in hers
        assert NOW not in hers

    together.commit(late.bob.user_id)
    assert "has caught up" not in look(late, late.alice)
    assert NOW not in look(late, late.bob)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_late_one_goes_to_the_conversation_and_decides_there(late: Two, htmx: bool) -> None:
    together, (alice_id, bob_id) = late.together, late.both
    write_a_draft(late)

    answer = late.bob.post(f"{late.url}/catch-up", htmx=htmx)

    assert answer.status_code == (200 if htmx else 303)
    if not htmx:
        assert answer.headers["Location"].endswith("?stage=role-play#now")
        answer = late.bob.get(answer.headers["Location"])
    assert 'class="stage-page stage-page--role-play"' in answer.text
    together.session.rollback()
    assert together.seat(bob_id).stage is Stage.ROLE_PLAY
    taken = len(chosen_for_bob(late))
    while "principal" not in together.on_turn(alice_id):
        together.choose(alice_id)
    page = late.bob.get(f"{late.url}?stage=role-play").text
    assert 'name="choice"' in page, "it is his turn, and nobody takes it for him"
    assert len(chosen_for_bob(late)) == taken
    together.choose(bob_id)


def test_what_was_passed_over_stays_a_draft_that_nobody_else_sees(late: Two) -> None:
    write_a_draft(late)
    late.bob.post(f"{late.url}/catch-up")
    late.together.session.rollback()

    reasons = late.together.session.execute(
        sa.select(Diagnosis.reason, Diagnosis.committed_at).where(
            Diagnosis.user_id == late.bob.user_id
        )
    ).all()
    assert [tuple(each) for each in reasons] == [("half a thought", None)]
    hers = "".join(answer.text for _, answer in late.everything_for(late.alice))
    assert "half a thought" not in hers
    assert (
        "Bob went to the conversation without rating"
        in late.alice.get(f"{late.url}?stage=rating").text
    )
    refused = late.bob.post(f"{late.url}/diagnosis", {"reason": "too late"}, htmx=True)
    assert refused.status_code == 409
    diagnosis = late.bob.get(f"{late.url}?stage=diagnosis").text
    assert "before you had committed a diagnosis" in diagnosis
    assert f'action="{late.url}/diagnosis"' not in diagnosis
    for place, answer in late.everything_for(late.bob):
        assert answer.status_code in (200, 303, 409, 404), place
    assert "before you had committed your ratings" in late.bob.get(f"{late.url}?stage=rating").text


def test_who_passed_it_over_rates_the_play_and_is_in_the_joint_debrief(late: Two) -> None:
    together, (alice_id, bob_id) = late.together, late.both
    late.bob.post(f"{late.url}/catch-up")
    together.session.rollback()
    together.play_to_the_end(alice_id, bob_id)
    together.rate_play(alice_id)
    together.rate_play(bob_id)

    his, hers = (each.get(f"{late.url}?stage=debrief").text for each in (late.bob, late.alice))
    assert words_of(alice_id, "play principal") in his
    assert words_of(bob_id, "play partner") in hers
    assert 'id="debrief-body"' in his
    ratings = together.session.scalars(
        sa.select(Rating.round).where(Rating.rater_id == bob_id, Rating.committed_at.is_not(None))
    )
    assert "before" not in [each.value for each in ratings]


def test_after_the_end_the_late_one_may_go_on_without_answering(late: Two) -> None:
    together, (alice_id, bob_id) = late.together, late.both
    together.play_to_the_end(alice_id)
    assert "The conversation is over." in late.bob.get(late.url).text

    answer = late.bob.post(f"{late.url}/catch-up", htmx=True)

    assert "How it ended" in answer.text
    together.session.rollback()
    assert together.seat(bob_id).stage is Stage.DEBRIEF
    together.rate_play(bob_id)
    together.rate_play(alice_id)
    assert 'id="debrief-body"' in late.bob.get(f"{late.url}?stage=debrief").text


def test_nobody_passes_over_what_is_not_open_or_not_theirs(begun: Two) -> None:
    together, (alice_id, bob_id) = begun.together, begun.both

    def refused(browser: Browser, why: str) -> None:
        answer = browser.post(f"{begun.url}/catch-up", htmx=True)
        assert answer.status_code == 409
        assert why in answer.text
        assert NOW not in browser.get(begun.url).text

    refused(begun.bob, presence.NOT_OPEN)
    together.commit(alice_id)
    refused(begun.alice, presence.NOT_OPEN)
    together.leave(bob_id)
    refused(begun.bob, "Take it back first")
    refused(begun.alice, presence.IS_THERE)
    together.session.rollback()
    assert together.seat(bob_id).stage is Stage.CASE


def test_somebody_away_can_be_left_a_sign_before_anybody_waits(begun: Two) -> None:
    look(begun, begun.alice)
    go_away(begun, begun.bob)

    hers = look(begun, begun.alice)
    assert "Bob has been away for more than a minute." in hers
    assert "Leave a sign" in hers
    assert "stand-in take the seat" not in hers
    left = begun.alice.post(f"{begun.url}/nudge", {"whom": begun.bob.user_id}, htmx=True).text
    assert "You have left a sign that you are here." in left
    assert "Leave a sign" not in left
    assert "Alice left you this sign while you were away" in look(begun, begun.bob)

    begun.together.session.rollback()
    begun.together.finish_case(begun.bob.user_id)
    assert "left you this sign" not in look(begun, begun.bob)


def test_on_ones_own_turn_somebody_away_can_be_left_a_sign(begun: Two) -> None:
    together, alice_id = begun.together, begun.alice.user_id
    begun.opened()
    assert together.on_turn(alice_id) == ("partner",)
    go_away(begun, begun.bob)

    assert "Leave a sign" in begun.alice.get(f"{begun.url}?stage=role-play").text
    together.play_to_the_end(*begun.both)
    begun.alice.get(begun.url)
    go_away(begun, begun.bob)
    assert "Leave a sign" not in look(begun, begun.alice)
    assert play.replay(together.script(alice_id), together.position(alice_id).path).scene is None


def test_who_rated_nobody_sees_what_the_other_said_beside_the_reference(late: Two) -> None:
    late.bob.post(f"{late.url}/catch-up")
    his, hers = (
        text_of(each.get(f"{late.url}?stage=rating").text) for each in (late.bob, late.alice)
    )

    assert "What was said before the conversation" in his
    assert "What you both said" not in his + hers
    assert "You have not rated, so here is what Alice said beside the reference." in his
    assert "The widest difference first" not in his + hers
    assert words_of(late.alice.user_id, "rating") in his
    assert "You, Bob Not rated" in his
    assert "You have not rated this." in his
    assert "Your rating beside the reference" not in his
    assert "Rate it once more" not in his
    assert "Reference" in his
    assert "You named the same" not in his
    assert "You have committed no diagnosis" in his


def test_what_a_late_partner_named_stands_beside_ones_own_though_they_rated_nobody(
    late: Two,
) -> None:
    late.together.finish_case(late.bob.user_id)
    late.together.diagnose(late.bob.user_id)
    late.bob.post(f"{late.url}/catch-up")

    page = late.alice.get(f"{late.url}?stage=rating").text

    assert re.findall(r'<th scope="col">([^<]+)</th>', page) == ["Named", "You", "Bob", "Reference"]
    assert f"Bob wrote: {words_of(late.bob.user_id, 'diagnosis')}" in text_of(page)
    assert "went to the conversation without rating, so no rating of Bob stands here" in page


def told_after_it(late: Two) -> Two:
    """Bob comes when the conversation is over, goes on without answering, and both rate it."""
    together, (alice_id, bob_id) = late.together, late.both
    write_a_draft(late)
    together.play_to_the_end(alice_id)
    late.bob.post(f"{late.url}/catch-up", htmx=True)
    together.session.rollback()
    together.rate_play(bob_id)
    together.rate_play(alice_id)
    return late


@pytest.mark.parametrize("place", ["?stage=debrief", "/debrief"])
def test_a_debrief_has_no_ratings_to_compare_for_who_rated_nobody(late: Two, place: str) -> None:
    told_after_it(late)
    his, hers = (each.get(f"{late.url}{place}").text for each in (late.bob, late.alice))
    nothing = "You rated nobody in this play, so there is nothing to compare."

    assert nothing in his
    assert 'id="ratings-beside"' not in his
    assert "#ratings-beside-title" not in his
    assert "#diagnosis-beside-title" not in his
    assert nothing not in hers
    assert 'id="ratings-beside"' in hers
    assert "#ratings-beside-title" in hers
    assert "#diagnosis-beside-title" in hers


def test_a_debrief_quotes_nothing_of_a_diagnosis_that_was_not_committed(late: Two) -> None:
    told_after_it(late)

    his = late.bob.get(f"{late.url}?stage=debrief").text

    assert "You wrote in your diagnosis" not in his
    assert "half a thought" not in his


def test_what_can_no_longer_be_answered_is_said_beside_the_way_past_it(late: Two) -> None:
    both = "You can then no longer answer the diagnosis or the ratings."
    one = "You can then no longer answer the ratings."
    at_the_case = late.bob.get(late.url).text
    late.together.finish_case(late.bob.user_id)
    at_the_diagnosis = late.bob.get(late.url).text
    late.together.diagnose(late.bob.user_id)
    at_the_ratings = late.bob.get(late.url).text

    for page, said in ((at_the_case, both), (at_the_diagnosis, both), (at_the_ratings, one)):
        assert said in page.split("What if I do?")[0]


def test_next_time_quotes_nothing_that_was_only_begun(late: Two) -> None:
    together, (alice_id, bob_id) = late.together, late.both
    write_a_draft(late)
    late.bob.post(f"{late.url}/catch-up")
    together.session.rollback()
    while not together.company(alice_id).ending_id:
        if "principal" in together.on_turn(alice_id):
            page = late.bob.get(f"{late.url}?stage=role-play").text
            (step, *_), choices = values(page, "step"), values(page, "choice")
            late.bob.post(f"{late.url}/choices", {"choice": choices[-1], "step": step})
            together.session.rollback()
        if together.on_turn(alice_id) == ("partner",):
            together.choose(alice_id)
        else:
            for each in together.company(alice_id).deciders(together.on_turn(alice_id)):
                if each.user_id == alice_id:
                    together.choose(alice_id, choices[-1])
    together.rate_play(alice_id)
    together.rate_play(bob_id)

    his = late.bob.get(f"{late.url}?stage=debrief").text

    assert 'id="next-time"' in his
    assert "You wrote in your diagnosis" not in his
