"""What somebody began to answer and went past is theirs to read again, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import play_ratings
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Participant, Run
from tests.conftest import HTMX, Browser
from tests.web.pairs import Two

SAVED, DRAFTED, SAID = "canary-saved", "canary-drafted", "canary-of-the-play"
WHY = "You did not commit this"


@pytest.fixture
def begun(session: Session, alice: Browser, bob: Browser) -> Two:
    return Two.meet(session, alice, bob, now=datetime.now(UTC))


@pytest.fixture
def passed(begun: Two) -> Two:
    """Bob saved a rating and began another; the conversation opened, and he has gone on to it."""
    together, bob = begun.together, begun.bob
    together.finish_case(bob.user_id)
    together.diagnose(bob.user_id)
    sentence = next(iter(together.script(bob.user_id).scenario.sentences))
    first = {"level": "2", "evidence": sentence, "reason": SAVED}
    assert bob.post(f"{begun.url}/ratings/0", first).status_code == 303
    kept = bob.post(f"{begun.url}/ratings/1", {"act": "keep", "reason": DRAFTED}, htmx=True)
    assert kept.status_code == 204
    together.session.rollback()
    together.commit(begun.alice.user_id)
    with database.writing(together.session) as session:
        run = sa.select(Run.id).where(Run.key == together.key).scalar_subquery()
        session.execute(
            sa.update(Participant)
            .where(Participant.run_id == run, Participant.user_id == bob.user_id)
            .values(seen_at=datetime.now(UTC) - timedelta(minutes=2))
        )
    together.let_stand_in(begun.alice.user_id, bob.user_id)
    together.come_back(bob.user_id)
    assert bob.post(f"{begun.url}/catch-up").status_code == 303
    together.session.rollback()
    return begun


def everything(two: Two, browser: Browser) -> str:
    """Return every page of the run and every fragment, and what its panel asks for."""
    pages = [answer.text for _, answer in two.everything_for(browser)]
    for at in ("", "case.ask", "rating.wait", "role-play.0"):
        asked = {"at": at}
        pages.append(browser.client.get(f"{two.url}/live", query_string=asked, headers=HTMX).text)
    return "".join(pages)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_who_went_past_the_ratings_reads_their_own_again_and_that_they_do_not_count(
    passed: Two, htmx: bool
) -> None:
    page = passed.bob.get(f"{passed.url}?stage=rating", htmx=htmx).text

    assert WHY in page
    assert page.count(SAVED) == page.count(DRAFTED) == 1
    assert "No level yet" in page
    begun = page[page.index('id="begun"') :]
    assert SAVED in begun[: begun.index("</section>")]
    assert "beside the reference, and why" not in page, "nothing of it is compared"


def test_the_other_never_reads_what_was_begun(passed: Two) -> None:
    together, (alice_id, bob_id) = passed.together, passed.both

    def is_hidden() -> None:
        hers = everything(passed, passed.alice)
        assert SAVED not in hers
        assert DRAFTED not in hers
        assert WHY not in hers

    is_hidden()
    together.play_to_the_end(alice_id, bob_id)
    is_hidden()
    together.rate_play(alice_id)
    together.rate_play(bob_id)
    is_hidden()


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_debrief_and_the_download_have_ones_own_too(passed: Two, htmx: bool) -> None:
    together, (alice_id, bob_id) = passed.together, passed.both
    together.play_to_the_end(alice_id, bob_id)
    together.rate_play(alice_id)
    together.rate_play(bob_id)

    debrief = passed.bob.get(f"{passed.url}?stage=debrief", htmx=htmx).text
    assert 'id="debrief-body"' in debrief
    assert WHY in debrief
    assert debrief.count(SAVED) == debrief.count(DRAFTED) == 1
    assert "You rated nobody in this play" not in debrief
    download = passed.bob.get("/account/data.json").text
    assert SAVED in download
    assert DRAFTED in download


def test_what_is_waited_with_after_the_play_takes_no_draft_for_an_answer(passed: Two) -> None:
    together, (alice_id, bob_id) = passed.together, passed.both
    together.play_to_the_end(alice_id, bob_id)
    together.rate_play(bob_id)

    waiting = passed.bob.get(f"{passed.url}?stage=debrief").text

    assert 'id="waiting"' in waiting
    assert WHY in waiting
    answered = waiting[waiting.index("What you answered") : waiting.index('id="begun"')]
    assert SAVED not in answered
    assert SAVED in waiting


def test_what_was_begun_to_be_said_of_the_play_is_in_the_own_debrief_alone(begun: Two) -> None:
    two = begun.played()
    together, (alice_id, bob_id) = two.together, two.both
    card = play_ratings.cards_of(
        together.script(bob_id),
        play_ratings.sheet_of(together.session, together.seat(bob_id), together.script(bob_id)),
    )[0]
    field = play_ratings.field_of(card)
    kept = two.bob.post(f"{two.url}/play", {"act": "keep", f"{field}reason": SAID}, htmx=True)
    assert kept.status_code == 204
    together.session.rollback()
    together.pass_over(bob_id)
    together.rate_play(alice_id)

    debrief = two.bob.get(f"{two.url}?stage=debrief").text
    assert debrief.count(SAID) == 1
    assert WHY in debrief
    assert SAID not in everything(two, two.alice)


def test_who_committed_everything_is_told_of_nothing_begun(begun: Two) -> None:
    two = begun.told()

    assert WHY not in everything(two, two.bob)
