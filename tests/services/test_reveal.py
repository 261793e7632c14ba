"""What everybody answered before the conversation: nothing of it to anybody until all committed."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.reveal import Talk
from lfp_trainer.services import accounts, presence, ratings, reveal
from lfp_trainer.services.library import Published
from lfp_trainer.services.reveal import Revealed
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Rating
from tests.conftest import NOON
from tests.together import Together, words_of


@pytest.fixture
def begun(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    return together


def shown(together: Together, user_id: int) -> Revealed:
    seated = together.seat(user_id)
    return reveal.reveal_to(
        together.session, seated, together.script(user_id), together.company(user_id)
    )


def test_nothing_of_the_other_is_there_while_one_has_not_committed(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    begun.commit(alice_id)

    for viewer, own in ((alice_id, {alice_id}), (bob_id, set[int]())):
        seen = shown(begun, viewer)
        assert (seen.others, [row.others for row in seen.rows if row.others]) == ((), [])
        assert set(seen.diagnoses) == own


def test_once_both_have_committed_each_sees_what_the_other_gave_and_why(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    begun.commit(alice_id, bob_id)

    seen = shown(begun, alice_id)

    assert [each.user_id for each in seen.others] == [bob_id]
    assert seen.rows
    for row in seen.rows:
        assert row.others[bob_id].reason == words_of(bob_id, "rating")
        assert row.own
        assert row.others[bob_id].evidence == row.own.own.evidence
        assert row.gap.talk in (Talk.AGREED, Talk.BOTH_OFF)
    assert seen.diagnoses[bob_id].reason == words_of(bob_id, "diagnosis")


def test_where_they_differ_most_stands_first_and_silence_after_it(
    begun: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    begun.commit(alice_id, bob_id)
    last, but_one = [row.card for row in shown(begun, alice_id).rows][-2:]
    for (leader, strand), level in {last: 5, but_one: None}.items():
        session.execute(
            sa.update(Rating)
            .where(
                Rating.rater_id == bob_id, Rating.leader == leader, Rating.strand == strand
            )
            .values(level=level, not_enough=level is None)
        )  # fmt: skip

    rows = shown(begun, alice_id).rows

    assert [row.card for row in rows[:2]] == [last, but_one]
    assert [row.gap.talk for row in rows[:2]] == [Talk.LEVELS, Talk.SILENCE]


def test_a_partner_who_left_before_rating_is_named_as_one_who_has_not_rated(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    begun.leave(bob_id)
    begun.commit(alice_id)

    seen = shown(begun, alice_id)

    assert [each.user_id for each in seen.late] == [bob_id]
    assert {row.gap.talk for row in seen.rows} == {Talk.ALONE}


def passed_over(together: Together, whom: int) -> None:
    """Let the conversation open without somebody, who then goes to it without answering."""
    together.leave(whom)
    for each in together.company(whom).active:
        together.commit(each.user_id)
    together.come_back(whom)
    script = together.script(whom)
    with writing(together.session):
        presence.catch_up(together.session, together.seat(whom), script, now=NOON)


def test_who_rated_nothing_sees_what_the_other_gave_and_no_difference_is_made_of_it(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    passed_over(begun, bob_id)

    seen = shown(begun, bob_id)

    assert {row.card for row in seen.rows} == set(ratings.cards_of(begun.script(bob_id)))
    for row in seen.rows:
        assert row.own is None
        assert row.others[alice_id].reason == words_of(alice_id, "rating")
        assert row.reference == begun.script(bob_id).scenario.leaders[row.leader][row.strand]
        assert (row.gap.talk, row.gap.levels, row.gap.silent) == (Talk.ALONE, 0, False)
    assert set(seen.diagnoses) == {alice_id}
    assert not seen.diagnoses_differ


def test_what_both_rated_stands_before_what_only_one_did(
    begun: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    begun.commit(alice_id, bob_id)
    first = shown(begun, alice_id).rows[0].card
    session.execute(
        sa.update(Rating)
        .where(
            Rating.rater_id == bob_id, Rating.leader == first[0], Rating.strand == first[1]
        )
        .values(committed_at=None)
    )  # fmt: skip

    for viewer in (alice_id, bob_id):
        rows = shown(begun, viewer).rows
        assert rows[-1].card == first
        assert [row.gap.talk is Talk.ALONE for row in rows[-2:]] == [False, True]


def test_an_observer_sees_nobodys_answers(
    session: Session, published: Published, alice_id: int, bob_id: int
) -> None:
    with writing(session):
        watcher = accounts.make_guest(session, now=NOON)
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.join(watcher, "observer")
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)

    seen = shown(together, watcher)

    assert (seen.rows, seen.others, seen.diagnoses) == ((), (), {})
