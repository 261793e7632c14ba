"""The time that a scene gives: kept on the server, and nothing is lost when it is over."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import StaleMove
from lfp_trainer.services import presence, runs, timing
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from tests.conftest import NOON
from tests.together import ONE, Together

TIMED = "the-gift"
"""The principal decides it, within four minutes."""


@pytest.fixture
def timed(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    together.play_to(TIMED, alice_id)
    return together


def left(timed: Together, user_id: int) -> timedelta | None:
    due = timing.due_at(
        timed.session, timed.company(user_id), timed.script(user_id), timed.position(user_id)
    )
    return None if due is None else due - timed.now


def let_answer(timed: Together, user_id: int) -> None:
    script, position = timed.script(user_id), timed.position(user_id)
    with writing(timed.session):
        timing.let_stand_in_answer(
            timed.session, timed.seat(user_id), script, at_step=len(position.path), now=timed.now
        )


def more(timed: Together, user_id: int) -> None:
    script, position = timed.script(user_id), timed.position(user_id)
    with writing(timed.session):
        timing.take_more_time(
            timed.session, timed.seat(user_id), script, at_step=len(position.path), now=timed.now
        )


def test_time_counts_from_the_last_step(timed: Together, alice_id: int) -> None:
    assert left(timed, alice_id) == timedelta(seconds=240)

    timed.later(100)
    assert left(timed, alice_id) == timedelta(seconds=140)


def test_a_scene_without_a_time_has_none(timed: Together, alice_id: int, bob_id: int) -> None:
    timed.choose(bob_id)

    assert left(timed, alice_id) is None


def test_who_waits_may_let_the_stand_in_answer_once_the_time_is_over(
    timed: Together, alice_id: int, bob_id: int
) -> None:
    before = timed.company(alice_id).moves
    with pytest.raises(StaleMove, match="still time"):
        let_answer(timed, alice_id)
    timed.later(241)
    with pytest.raises(StaleMove, match="yours to decide"):
        let_answer(timed, bob_id)

    let_answer(timed, alice_id)

    notes = runs.notes_of(timed.session, timed.seat(alice_id).run_id)
    assert notes[before + 1].stand_in
    assert [each.user_id for each in timed.company(alice_id).active] == [alice_id, bob_id]


def test_who_decides_may_still_decide_when_the_time_is_over(
    timed: Together, alice_id: int, bob_id: int
) -> None:
    before = timed.company(alice_id).moves
    timed.later(900)

    timed.choose(bob_id)

    assert timed.company(alice_id).moves == before + 1
    assert runs.notes_of(timed.session, timed.seat(alice_id).run_id)[before + 1].user_id == bob_id


@pytest.mark.parametrize("who", [0, 1])
def test_either_takes_more_time(timed: Together, alice_id: int, bob_id: int, who: int) -> None:
    timed.later(241)
    more(timed, (alice_id, bob_id)[who])

    assert left(timed, alice_id) == timedelta(seconds=240)
    with pytest.raises(StaleMove, match="still time"):
        let_answer(timed, alice_id)
    assert timed.company(alice_id).version > 0


def test_where_both_decide_what_the_one_who_waits_has_picked_counts(
    session: Session, published: Published, alice_id: int, bob_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    timed = Together.open(session, alice_id, now=NOON)
    timed.join(bob_id)
    timed.ready(alice_id, bob_id)
    timed.commit(alice_id, bob_id)
    timed.play_to("network", alice_id)
    position = timed.position(alice_id)
    script = timed.script(alice_id)
    others = play.stand_in_choice(script, position)
    choice = next(each for each in play.offered(script, position) if each != others)
    timed.choose(alice_id, choice)
    with writing(timed.session):
        presence.nudge(timed.session, timed.seat(alice_id), bob_id, now=timed.now)
    monkeypatch.setattr(timing, "due_at", lambda *_: timed.now)

    with pytest.raises(StaleMove):
        let_answer(timed, bob_id)
    let_answer(timed, alice_id)

    number = len(position.path) + 1
    assert runs.path_of(timed.session, timed.seat(alice_id).run_id)[number - 1] == choice
    note = runs.notes_of(timed.session, timed.seat(alice_id).run_id)[number]
    assert (note.user_id, note.seat, note.stand_in) == (alice_id, ONE, False)
    assert timed.company(alice_id).person(bob_id).nudged_at is None


def test_nobody_is_waited_for_any_more_where_the_stand_in_has_answered(
    session: Session, published: Published, alice_id: int, bob_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    run = Together.open(session, alice_id, now=NOON)
    run.join(bob_id)
    run.ready(alice_id, bob_id)
    run.commit(alice_id, bob_id)
    (decides,) = [each.user_id for each in run.company(alice_id).deciders(run.on_turn(alice_id))]
    (waits,) = {alice_id, bob_id} - {decides}
    with writing(session):
        presence.nudge(session, run.seat(waits), decides, now=NOON)
    monkeypatch.setattr(timing, "due_at", lambda *_: NOON)
    let_answer(run, waits)

    assert run.company(waits).ending_id is None
    assert run.company(waits).person(decides).nudged_at is None
