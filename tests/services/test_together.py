"""Two people in one run: who is waited for, what is hidden until when, and that nobody is stuck."""

import sys

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import (
    access,
    accounts,
    choices,
    deciding,
    diagnosis,
    next_steps,
    one_screen,
    pairs,
    presence,
    runs,
)
from lfp_trainer.services import lobby as lobby_service
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within
from tests.conftest import NOON
from tests.together import ONE, OTHER, Together


@pytest.fixture
def begun(lobby: Together, alice_id: int, bob_id: int) -> Together:
    lobby.ready(alice_id, bob_id)
    return lobby


@pytest.fixture
def opened(begun: Together, alice_id: int, bob_id: int) -> Together:
    begun.commit(alice_id, bob_id)
    return begun


def test_a_run_begins_once_both_are_ready(lobby: Together, alice_id: int, bob_id: int) -> None:
    lobby.ready(alice_id)
    assert lobby.company(alice_id).begun_at is None

    lobby.ready(bob_id)
    assert lobby.company(alice_id).begun_at == NOON


def test_a_seat_is_taken_by_one_person_only(
    lobby: Together, session: Session, alice_id: int
) -> None:
    with writing(session):
        third = accounts.make_guest(session, now=NOON)

    with pytest.raises(StaleMove):
        lobby.join(third, OTHER)

    assert [each.seat for each in lobby.company(alice_id).people] == [ONE, OTHER]


def test_who_commits_first_sees_nothing_of_the_reference_yet(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    begun.commit(alice_id)
    assert (begun.seat(alice_id).stage, begun.seat(alice_id).is_revealed) == (
        Stage.ROLE_PLAY,
        False,
    )

    begun.commit(bob_id)
    assert begun.seat(alice_id).is_revealed
    assert begun.company(alice_id).opened_at == NOON


def test_only_the_seat_on_turn_decides(opened: Together, alice_id: int, bob_id: int) -> None:
    on_turn = opened.on_turn(alice_id)
    other = bob_id if on_turn == (ONE,) else alice_id

    with pytest.raises(StaleMove):
        opened.choose(other)

    assert opened.company(alice_id).moves == 0


def test_both_come_to_an_end_together(opened: Together, alice_id: int, bob_id: int) -> None:
    opened.play_to_the_end(alice_id, bob_id)

    assert {opened.seat(each).stage for each in (alice_id, bob_id)} == {Stage.DEBRIEF}
    notes = runs.notes_of(opened.session, opened.seat(alice_id).run_id)
    assert {note.user_id for note in notes.values()} == {alice_id, bob_id}
    assert not any(note.stand_in for note in notes.values())


def test_the_stand_in_takes_the_seat_of_somebody_away_and_gives_it_back(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.later(61)
    opened.seen(alice_id)
    opened.let_stand_in(alice_id, bob_id)
    opened.play_to_the_end(alice_id)

    assert opened.company(alice_id).ending_id
    assert opened.seat(bob_id).stage is Stage.DEBRIEF

    opened.come_back(bob_id)
    assert not opened.company(bob_id).person(bob_id).is_out


def test_nobody_present_is_replaced_by_the_stand_in(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.later(61)
    opened.seen(alice_id, bob_id)

    with pytest.raises(StaleMove):
        opened.let_stand_in(alice_id, bob_id)


@pytest.mark.parametrize("here", [False, True])
def test_the_other_half_of_a_double_click_never_makes_a_run_alone_one_of_two(
    session: Session, published: Published, alice_id: int, monkeypatch: pytest.MonkeyPatch,
    here: bool,
) -> None:  # fmt: skip
    """The other half is stored between the look whether there is one and the insert."""
    with writing(session):
        alone = runs.start_run(
            session, published, user_id=alice_id, seat="both", start_key="one", now=NOON
        )
    finds = runs.run_started_by

    def finds_late(session: Session, start_key: str, user_id: int) -> str | None:
        refused = sys.exc_info()[0] is not None
        return finds(session, start_key, user_id) if refused else None

    monkeypatch.setattr(runs, "run_started_by", finds_late)

    def again() -> str:
        if here:
            return one_screen.start_here(
                session, published, host_id=alice_id, seat=ONE, other_seat=OTHER,
                other_name="Bob", start_key="one", now=NOON,
            )  # fmt: skip
        return lobby_service.open_lobby(
            session, published, user_id=alice_id, seat=ONE, start_key="one", now=NOON
        )

    with pytest.raises(StaleMove), writing(session):
        again()
    assert access.seat_in(session, alone, viewer_id=alice_id).code is None


def at_the_scene_for_both(opened: Together, alice_id: int) -> tuple[int, str]:
    opened.play_to("network", alice_id)
    position = opened.position(alice_id)
    return len(position.path), play.offered(opened.script(alice_id), position)[0]


@pytest.mark.parametrize("last", [0, 1])
def test_what_two_agree_on_is_taken_by_who_completes_it_and_again_by_nobody(
    opened: Together, alice_id: int, bob_id: int, last: int
) -> None:
    step, choice = at_the_scene_for_both(opened, alice_id)
    people = (alice_id, bob_id)
    opened.choose(people[1 - last], choice)
    opened.choose(people[last], choice)

    notes = runs.notes_of(opened.session, opened.seat(alice_id).run_id)
    assert notes[step + 1].user_id == people[last]
    taken = opened.company(alice_id).moves
    for user_id in people:
        script = opened.script(user_id)
        with writing(opened.session):
            deciding.decide(
                opened.session, opened.seat(user_id), script, choice, at_step=step,
                reason="again", now=opened.now,
            )  # fmt: skip
    assert opened.company(alice_id).moves == taken


def test_somebody_who_picked_otherwise_is_told_that_it_is_decided(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    step, choice = at_the_scene_for_both(opened, alice_id)
    other = play.offered(opened.script(alice_id), opened.position(alice_id))[-1]
    for user_id in (alice_id, bob_id):
        opened.choose(user_id, choice)

    script = opened.script(bob_id)
    with pytest.raises(StaleMove), writing(opened.session):
        deciding.decide(
            opened.session, opened.seat(bob_id), script, other, at_step=step, reason="",
            now=opened.now,
        )  # fmt: skip


def nudge(together: Together, by: int, whom: int) -> None:
    with writing(together.session):
        presence.nudge(together.session, together.seat(by), whom, now=together.now)
    assert together.company(by).person(whom).nudged_at


def test_a_sign_that_somebody_is_waited_for_ends_with_what_they_do(
    begun: Together, alice_id: int, bob_id: int
) -> None:
    begun.commit(bob_id)
    nudge(begun, bob_id, alice_id)
    begun.commit(alice_id)
    assert begun.company(bob_id).person(alice_id).nudged_at is None

    begun.play_to_the_end(alice_id, bob_id)
    begun.pass_over(bob_id)
    nudge(begun, bob_id, alice_id)
    begun.pass_over(alice_id)
    assert begun.company(bob_id).person(alice_id).nudged_at is None


def test_who_watches_leaves_no_private_note(
    session: Session, lobby: Together, alice_id: int, bob_id: int
) -> None:
    with writing(session):
        eve_id = accounts.make_guest(session, now=NOON)
    lobby.join(eve_id, "observer")
    lobby.ready(alice_id, bob_id)
    lobby.commit(eve_id, alice_id, bob_id)

    script = lobby.script(eve_id)
    with pytest.raises(StaleMove), writing(session):
        deciding.note(
            session, lobby.seat(eve_id), script, None, at_step=len(lobby.position(eve_id).path),
            reason="mine", now=lobby.now,
        )  # fmt: skip


def test_the_run_is_held_before_anything_of_it_is_changed(
    session: Session, begun: Together, alice_id: int, bob_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    really = choices.hold

    def hold(within: Within, run_id: int) -> None:
        held.append(run_id)
        really(within, run_id)

    monkeypatch.setattr(choices, "hold", hold)
    script = begun.script(alice_id)
    with writing(session):
        pairs.finish_case(session, begun.seat(alice_id), script, now=NOON)
    held.clear()
    with pytest.raises(Incomplete), writing(session):
        diagnosis.commit_diagnosis(session, begun.seat(alice_id), script, now=NOON)
    assert held

    begun.commit(alice_id, bob_id)
    begun.play_to_the_end(alice_id, bob_id)
    begun.pass_over(alice_id, bob_id)
    with writing(session):
        runs.move_on(session, begun.seat(alice_id), Stage.DEBRIEF, now=NOON)
    held.clear()
    with pytest.raises(Incomplete), writing(session):
        next_steps.finish_plan(session, begun.seat(alice_id), now=NOON)
    assert held
