"""Runs: what is stored when a choice is made, and what a choice made twice or too late does."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import Incomplete, NotFound, NotYet, StaleMove, UnknownChoice
from lfp_trainer.services import access, accounts, choices, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Stage, Step
from tests.conftest import NOON
from tests.services.conftest import StandAt, steps_of


def choose(
    session: Session,
    published: Published,
    seated: Seated,
    choice_id: str,
    *,
    at_step: int = 0,
    reason: str = "",
) -> tuple[str, ...]:
    with database.writing(session):
        fresh = access.seat_in(session, seated.key, viewer_id=seated.user_id)
        recorded = choices.record_choice(
            session, fresh, published.script, choice_id, at_step=at_step, reason=reason, now=NOON
        )
    assert recorded.notes == runs.notes_of(session, seated.run_id, since=at_step)
    return recorded.position.path


def test_the_same_start_form_sent_twice_starts_one_run(
    session: Session, published: Published, alice_id: int
) -> None:
    def start() -> str:
        with database.writing(session):
            return runs.start_run(
                session, published, user_id=alice_id, seat="both", start_key="once", now=NOON
            )

    assert start() == start()
    assert session.scalar(sa.select(sa.func.count(Run.id))) == 1


def test_a_start_key_of_somebody_else_gives_nobody_their_run(
    session: Session, published: Published, alice_id: int
) -> None:
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
        key = runs.start_run(
            session, published, user_id=alice_id, seat="both", start_key="seen", now=NOON
        )

    with pytest.raises(StaleMove), database.writing(session):
        runs.start_run(session, published, user_id=bob_id, seat="both", start_key="seen", now=NOON)

    with pytest.raises(NotFound):
        access.seat_in(session, key, viewer_id=bob_id)


def test_a_seat_that_the_scenario_does_not_have_cannot_be_taken(
    session: Session, published: Published, alice_id: int
) -> None:
    with pytest.raises(Incomplete), database.writing(session):
        runs.start_run(
            session, published, user_id=alice_id, seat="teacher", start_key="x", now=NOON
        )


def test_a_choice_is_stored_when_it_is_made(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)

    choose(session, published, seated, "ask-for-an-hour", reason="To look together.")

    assert steps_of(session, seated) == [(1, "partner", "ask-for-an-hour", False)]
    stored = session.execute(sa.select(Step.scene_id, Step.reason, Step.user_id)).one()
    assert tuple(stored) == ("log", "To look together.", seated.user_id)
    assert runs.path_of(session, seated.run_id) == ("ask-for-an-hour",)


def test_a_choice_sent_twice_is_one_step(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)

    first = choose(session, published, seated, "keep-the-agenda")
    again = choose(session, published, seated, "keep-the-agenda")

    assert first == again == ("keep-the-agenda",)
    assert len(steps_of(session, seated)) == 1


def test_another_choice_from_a_page_that_is_no_longer_true_changes_nothing(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    choose(session, published, seated, "keep-the-agenda")

    with pytest.raises(StaleMove):
        choose(session, published, seated, "email-the-counts", at_step=0)
    with pytest.raises(StaleMove):
        choose(session, published, seated, "email-the-counts", at_step=7)

    assert runs.path_of(session, seated.run_id) == ("keep-the-agenda",)


def test_a_choice_that_is_not_on_offer_changes_nothing(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)

    with pytest.raises(UnknownChoice):
        choose(session, published, seated, "score-it-cold")

    assert steps_of(session, seated) == []


def test_nothing_can_be_chosen_before_the_role_play(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.RATING)

    with pytest.raises(NotYet):
        choose(session, published, seated, "keep-the-agenda")

    assert steps_of(session, seated) == []


def test_a_required_reason_must_be_given(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    demanding = with_required_reason(published)

    with pytest.raises(Incomplete):
        choose(session, demanding, seated, "keep-the-agenda")
    choose(session, demanding, seated, "keep-the-agenda", reason="Warmth first.")

    assert len(steps_of(session, seated)) == 1


def with_required_reason(published: Published) -> Published:
    scenes = dict(published.script.scenes)
    log = scenes["log"]
    scenes["log"] = replace(log, scene=log.scene.model_copy(update={"reason": "required"}))
    return replace(published, script=replace(published.script, scenes=scenes))


def test_the_stand_in_answers_for_an_empty_seat(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY, seat="partner")

    path = choose(session, published, seated, "ask-for-an-hour")

    stored = steps_of(session, seated)
    assert stored[0] == (1, "partner", "ask-for-an-hour", False)
    assert {seat for _, seat, _, stand_in in stored if stand_in} <= {"principal"}
    position = play.replay(published.script, path)
    assert "partner" in play.seats_on_turn(published.script, position)


def test_the_stand_in_opens_when_the_first_decision_is_not_the_learners(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY, seat="principal")

    stored = steps_of(session, seated)

    assert stored[0] == (1, "partner", "email-the-counts", True)
    position = play.replay(published.script, [choice for _, _, choice, _ in stored])
    assert "principal" in play.seats_on_turn(published.script, position)


def test_the_last_choice_ends_the_run_and_leads_to_the_debrief(
    session: Session, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DEBRIEF)

    assert seated.ending_id == "installed"
    assert seated.ended_at == NOON
    assert seated.stage is Stage.DEBRIEF


def test_a_stage_is_passed_once(session: Session, stand_at: StandAt) -> None:
    seated = stand_at(Stage.CASE)

    with database.writing(session):
        runs.move_on(session, seated, Stage.CASE, now=NOON)
    with pytest.raises(StaleMove), database.writing(session):
        runs.move_on(session, seated, Stage.CASE, now=NOON)

    assert access.seat_in(session, seated.key, viewer_id=seated.user_id).stage is Stage.DIAGNOSIS


def test_of_many_who_choose_at_the_same_instant_one_is_stored(
    engine: sa.Engine, session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.ROLE_PLAY)
    offered = play.offered(published.script, play.start(published.script))
    ready = threading.Barrier(12)
    outcomes: list[str] = []

    def one_of_them(choice_id: str) -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            try:
                outcomes.append(choose(own, published, seated, choice_id)[0])
            except StaleMove:
                outcomes.append("refused")

    threads = [
        threading.Thread(target=one_of_them, args=(offered[number % len(offered)],))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.rollback()  # what this session had read so far is from before
    (stored,) = steps_of(session, seated)
    assert len(outcomes) == 12
    assert set(outcomes) == {stored[2], "refused"}
    assert outcomes.count(stored[2]) == 3


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_sent_the_stored_path_replays_to_the_position_shown(
    session: Session, published: Published, stand_at: StandAt, data: st.DataObject
) -> None:
    script = published.script
    seats = st.sampled_from(["both", "principal"])
    seated = stand_at(Stage.ROLE_PLAY, seat=data.draw(seats))
    told = runs.path_of(session, seated.run_id)
    for _ in range(data.draw(st.integers(1, 14))):
        anything: st.SearchStrategy[str] = st.sampled_from([*script.choices, "no-such-choice"])
        legal = play.offered(script, play.replay(script, told))
        choice_id = data.draw(st.one_of(anything, st.sampled_from(legal)) if legal else anything)
        at_step = data.draw(st.one_of(st.just(len(told)), st.integers(0, 12)))
        try:
            answer = choose(session, published, seated, choice_id, at_step=at_step)
        except (StaleMove, UnknownChoice, NotYet):
            assert runs.path_of(session, seated.run_id) == told
            continue
        repeated = told[at_step : at_step + 1] == (choice_id,)
        assert answer == told if repeated else answer[: len(told) + 1] == (*told, choice_id)
        told = answer

    fresh = access.seat_in(session, seated.key, viewer_id=seated.user_id)
    stored = runs.path_of(session, seated.run_id)
    position = play.replay(script, stored)
    assert stored == told
    assert fresh.moves == len(stored)
    ending = play.ending_of(script, position)
    assert fresh.ending_id == (ending.id if ending else None)
    assert (fresh.stage is Stage.DEBRIEF) == (position.scene is None)
