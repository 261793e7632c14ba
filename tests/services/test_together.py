"""Two people in one run: who is waited for, what is hidden until when, and that nobody is stuck."""

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove
from lfp_trainer.services import accounts, runs
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from tests.conftest import NOON
from tests.together import ONE, OTHER, Together


@pytest.fixture
def bob_id(session: Session) -> int:
    with writing(session):
        return accounts.make_guest(session, now=NOON)


@pytest.fixture
def lobby(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    return together


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
