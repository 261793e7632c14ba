"""Rankings: the choice and the order are stored together, once, or not at all."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import Incomplete, NotFound, NotYet, StaleMove
from lfp_trainer.services import access, accounts, choices, rankings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.choices import Recorded
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Ranking, Stage, Step
from tests.conftest import NOON
from tests.services.conftest import StandAt, steps_of

WHY = "Look first, together."


@pytest.fixture
def order(published: Published) -> tuple[str, ...]:
    """What is on offer in the first scene, in an order of Alice's."""
    return tuple(reversed(play.offered(published.script, play.start(published.script))))


def rank(
    session: Session,
    published: Published,
    seated: Seated,
    order: tuple[str, ...],
    *,
    at_step: int = 0,
    reason: str = WHY,
) -> Recorded:
    with database.writing(session):
        fresh = access.seat_in(session, seated.key, viewer_id=seated.user_id)
        return rankings.rank_responses(
            session,
            fresh,
            published.script,
            {id: place for place, id in enumerate(order, start=1)},
            reason=reason,
            at_step=at_step,
            now=NOON,
        )


def stored(session: Session) -> list[tuple[int, int, tuple[str, ...]]]:
    rows = session.execute(sa.select(Ranking.user_id, Ranking.number, Ranking.ranked))
    return [(row.user_id, row.number, tuple(row.ranked)) for row in rows]


def test_the_first_of_an_order_is_the_step_and_its_reason_is_why(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)

    recorded = rank(session, published, seated, order)

    assert recorded.position.path == (order[0],)
    assert steps_of(session, seated) == [(1, "partner", order[0], False)]
    assert session.scalar(sa.select(Step.reason)) == WHY
    assert rankings.rankings_of(session, seated.run_id, seated.user_id) == {1: order}
    assert session.scalar(sa.select(Ranking.ranked_at)) == NOON


def test_it_works_on_a_connection_as_on_a_session(
    engine: sa.Engine,
    session: Session,
    published: Published,
    stand_at: StandAt,
    order: tuple[str, ...],
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    places = {id: place for place, id in enumerate(order, start=1)}

    with database.writing_on(engine) as within:
        rankings.rank_responses(
            within, seated, published.script, places, reason=WHY, at_step=0, now=NOON
        )
        told = rankings.rankings_of(within, seated.run_id, seated.user_id)

    session.rollback()
    assert told == {1: order}
    assert stored(session) == [(seated.user_id, 1, order)]


def test_the_stand_in_answers_and_its_own_decisions_are_not_ranked(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated, script = stand_at(Stage.ROLE_PLAY, seat="partner"), published.script
    position = play.start(script)
    while position.scene is not None:
        offered = play.offered(script, position)
        position = rank(session, published, seated, offered, at_step=len(position.path)).position

    steps = steps_of(session, seated)
    own = [number for number, _, _, stand_in in steps if not stand_in]
    assert 0 < len(own) < len(steps)
    assert [number for _, number, _ in stored(session)] == own


def test_an_order_sent_twice_is_stored_once(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY, seat="partner")

    first = rank(session, published, seated, order)
    again = rank(session, published, seated, order)

    assert again == first
    assert len(stored(session)) == 1


def test_another_order_for_a_step_that_is_taken_changes_nothing(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    rank(session, published, seated, order)
    same_first = (order[0], *reversed(order[1:]))

    for other in (same_first, tuple(reversed(order))):
        with pytest.raises(StaleMove):
            rank(session, published, seated, other)

    assert stored(session) == [(seated.user_id, 1, order)]
    assert len(steps_of(session, seated)) == 1


def test_a_choice_taken_before_in_another_window_is_not_ranked_afterwards(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    with database.writing(session):
        choices.record_choice(
            session, seated, published.script, order[0], at_step=0, reason="", now=NOON
        )

    with pytest.raises(StaleMove):
        rank(session, published, seated, order)

    assert stored(session) == []


def test_what_is_missing_is_told_at_once_and_nothing_is_stored(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)

    with pytest.raises(Incomplete) as both:
        rank(session, published, seated, order[:-1], reason="")
    with pytest.raises(Incomplete) as no_reason:
        rank(session, published, seated, order, reason="")
    with pytest.raises(Incomplete) as no_place:
        rank(session, published, seated, order[1:])

    assert set(both.value.fields) == {"places", "reason"}
    assert set(no_reason.value.fields) == {"reason"}
    assert set(no_place.value.fields) == {"places"}
    assert (steps_of(session, seated), stored(session)) == ([], [])


def test_an_order_that_cannot_be_kept_leaves_no_step_behind(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY, seat="partner")
    with database.writing(session):
        session.add(
            Ranking(
                run_id=seated.run_id,
                user_id=seated.user_id,
                number=1,
                ranked=["in the way"],
                ranked_at=NOON,
            )
        )

    with pytest.raises(sa.exc.IntegrityError):
        rank(session, published, seated, order)

    assert steps_of(session, seated) == []
    assert access.seat_in(session, seated.key, viewer_id=seated.user_id).moves == 0
    assert stored(session) == [(seated.user_id, 1, ("in the way",))]


def test_nothing_can_be_ranked_before_the_role_play_or_after_it(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    with pytest.raises(NotYet):
        rank(session, published, stand_at(Stage.RATING), order)
    over = stand_at(Stage.DEBRIEF)
    before = stored(session)
    with pytest.raises(StaleMove):
        rank(session, published, over, order, at_step=len(steps_of(session, over)))

    assert stored(session) == before


def test_nobody_else_finds_the_run_or_reads_its_orders(
    session: Session, published: Published, stand_at: StandAt, order: tuple[str, ...]
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    rank(session, published, seated, order)
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)

    with pytest.raises(NotFound):
        access.seat_in(session, seated.key, viewer_id=bob_id)
    assert rankings.rankings_of(session, seated.run_id, bob_id) == {}


def test_a_whole_play_can_be_ranked_with_choices_between(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated, script = stand_at(Stage.ROLE_PLAY), published.script
    position, expected = play.start(script), {}
    while position.scene is not None:
        taken, at_step = len(position.path), len(position.path)
        order = play.shuffled(play.offered(script, position), f"{taken}")
        if taken % 2:
            with database.writing(session):
                fresh = access.seat_in(session, seated.key, viewer_id=seated.user_id)
                position = choices.record_choice(
                    session, fresh, script, order[0], at_step=at_step, reason="", now=NOON
                ).position
        else:
            position = rank(session, published, seated, order, at_step=at_step).position
            expected[taken + 1] = order

    assert rankings.rankings_of(session, seated.run_id, seated.user_id) == expected
    fresh = access.seat_in(session, seated.key, viewer_id=seated.user_id)
    assert fresh.stage is Stage.DEBRIEF


def test_of_many_who_rank_or_choose_at_the_same_instant_one_is_stored(
    engine: sa.Engine,
    session: Session,
    published: Published,
    stand_at: StandAt,
    order: tuple[str, ...],
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    ready = threading.Barrier(12)
    outcomes: list[str] = []

    def one_of_them(number: int) -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            try:
                if number % 3:
                    turned = order if number % 3 == 1 else (order[0], *reversed(order[1:]))
                    rank(own, published, seated, turned)
                    outcomes.append(" ".join(turned))
                else:
                    with database.writing(own):
                        choices.record_choice(
                            own, seated, published.script, order[0],
                            at_step=0, reason="", now=NOON,
                        )  # fmt: skip
                    outcomes.append("chosen")
            except StaleMove:
                outcomes.append("refused")

    threads = [threading.Thread(target=one_of_them, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.rollback()
    assert len(outcomes) == 12
    assert runs.path_of(session, seated.run_id) == (order[0],)
    kept = [" ".join(ranked) for _, _, ranked in stored(session)]
    ranked = set(outcomes) - {"refused", "chosen"}
    assert ranked == set(kept)
    assert len(kept) <= 1
