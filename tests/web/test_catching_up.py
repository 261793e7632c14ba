"""Signs that are left to a player who is away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Participant, Run
from tests.conftest import HTMX, Browser
from tests.together import Together
from tests.web.pairs import Two


@pytest.fixture
def begun(database_url: str, alice: Browser, bob: Browser) -> Iterator[Two]:
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        together = Together.open(session, alice.user_id, now=datetime.now(UTC))
        together.join(bob.user_id)
        together.ready(alice.user_id, bob.user_id)
        yield Two(together, alice, bob)
    engine.dispose()


def go_away(two: Two, browser: Browser) -> None:
    run = sa.select(Run.id).where(Run.key == two.together.key).scalar_subquery()
    with database.writing(two.together.session) as session:
        session.execute(
            sa.update(Participant)
            .where(Participant.run_id == run, Participant.user_id == browser.user_id)
            .values(seen_at=datetime.now(UTC) - timedelta(seconds=61))
        )


def look(two: Two, browser: Browser, at: str = "") -> str:
    return browser.client.get(f"{two.url}/live", query_string={"at": at}, headers=HTMX).text


def test_somebody_away_can_be_left_a_sign_before_anybody_waits(begun: Two) -> None:
    look(begun, begun.alice)
    go_away(begun, begun.bob)

    hers = look(begun, begun.alice)
    assert "Bob has been away for more than a minute." in hers
    assert "Leave a sign" in hers
    assert "stand-in take the seat" not in hers
    left = begun.alice.post(f"{begun.url}/nudge", {"whom": begun.bob.user_id}, htmx=True).text
    assert "You have left a sign." in left
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
