"""What was being written of a decision when it was taken is kept for it, and hindsight is not."""

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import StaleMove, UnknownChoice
from lfp_trainer.services import deciding, picks
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from tests.conftest import NOON
from tests.pair_acts import make_guests
from tests.together import ONE, Together

LAST = "and my last words"


@pytest.fixture
def opened(lobby: Together, alice_id: int, bob_id: int) -> Together:
    """Alice, who decides first, and Bob, who thinks along."""
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id, bob_id)
    assert lobby.on_turn(alice_id) == (ONE,)
    return lobby


def note(
    together: Together, who: int, words: str = LAST, *, step: int = 0, choice: int = 0
) -> bool:
    script, path = together.script(who), together.position(who).path
    offered = play.offered(script, play.replay(script, path[:step]))
    with writing(together.session):
        return deciding.note(
            together.session, together.seat(who), script, offered[choice], at_step=step,
            reason=words, now=together.now,
        )  # fmt: skip


def noted(together: Together, who: int, viewer: int) -> dict[int, picks.Picked]:
    told = picks.told_picks(together.session, together.seat(viewer), of=[who])
    return {number: each[who] for number, each in told.items()}


def test_they_are_kept_for_that_decision_and_told_in_the_debrief_as_late(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    assert not note(opened, bob_id, "what I think", choice=1)
    opened.later(1)
    opened.choose(alice_id)
    opened.later(1)

    assert note(opened, bob_id, choice=1)

    assert noted(opened, bob_id, bob_id)[1].reason == LAST
    assert noted(opened, bob_id, alice_id) == {}
    opened.play_to_the_end(alice_id, bob_id)
    opened.pass_over(alice_id, bob_id)
    assert noted(opened, bob_id, alice_id)[1].reason == LAST
    assert noted(opened, bob_id, alice_id)[1].is_late


def test_what_was_written_before_the_decision_is_not_late(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    note(opened, bob_id)
    opened.later(1)
    opened.choose(alice_id)

    assert not noted(opened, bob_id, bob_id)[1].is_late


def test_a_late_pick_counts_for_nothing(opened: Together, alice_id: int, bob_id: int) -> None:
    opened.choose(alice_id)
    before = opened.position(alice_id)

    note(opened, bob_id, choice=1)

    assert opened.position(alice_id) == before
    assert opened.picks(bob_id) == {}
    script = opened.script(bob_id)
    with pytest.raises(UnknownChoice), writing(opened.session):
        deciding.note(
            opened.session, opened.seat(bob_id), script, "no-such-choice", at_step=0, reason="",
            now=opened.now,
        )  # fmt: skip


def test_nobody_keeps_a_note_on_their_own_decision_or_one_before_their_own(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.choose(alice_id)
    with pytest.raises(StaleMove):
        note(opened, alice_id)
    while ONE in opened.on_turn(alice_id):
        opened.choose(alice_id)
    opened.choose(bob_id)

    with pytest.raises(StaleMove):
        note(opened, bob_id)

    assert noted(opened, bob_id, bob_id) == {}


def test_who_was_not_in_the_conversation_yet_has_none(
    lobby: Together, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id)
    lobby.later(61)
    lobby.seen(alice_id)
    lobby.let_stand_in(alice_id, bob_id)
    lobby.choose(alice_id)
    lobby.later(1)
    lobby.come_back(bob_id)
    lobby.catch_up(bob_id)

    with pytest.raises(StaleMove):
        note(lobby, bob_id)


def test_whose_seat_the_stand_in_has_and_who_watches_have_none(
    lobby: Together, session: Session, published: Published, alice_id: int, bob_id: int
) -> None:
    (watching,) = make_guests(session, 1, NOON)
    lobby.join(watching, OBSERVER)
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id, bob_id)
    lobby.finish_case(watching)
    lobby.choose(alice_id)
    lobby.leave(bob_id)

    for each in (bob_id, watching):
        with pytest.raises(StaleMove):
            note(lobby, each)


def test_after_the_end_they_are_kept_until_the_play_is_rated(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.choose_otherwise(alice_id, bob_id)
    last = len(opened.position(alice_id).path) - 1
    script, path = opened.script(alice_id), opened.position(alice_id).path
    seats = play.seats_on_turn(script, play.replay(script, path[:last]))
    people = {opened.seat(each).seat: each for each in (alice_id, bob_id)}
    (waits,) = [each for seat, each in people.items() if seat not in seats]

    assert note(opened, waits, step=last)

    opened.pass_over(waits)
    with pytest.raises(StaleMove):
        note(opened, waits, step=last)
    opened.pass_over(*(each for each in (alice_id, bob_id) if each != waits))
    with pytest.raises(StaleMove):
        note(opened, waits, step=last)


def test_a_note_sent_again_as_it_is_kept_is_not_late(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    note(opened, bob_id)
    opened.later(1)
    opened.choose(alice_id)
    opened.later(1)

    assert note(opened, bob_id)

    assert not noted(opened, bob_id, bob_id)[1].is_late


def test_they_are_kept_in_a_play_with_the_seats_exchanged_too(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.play_to_the_end(alice_id, bob_id)
    opened.pass_over(alice_id, bob_id)
    swapped = opened.swap(alice_id)
    people = {swapped.seat(each).seat: each for each in (alice_id, bob_id)}
    swapped.later(1)
    swapped.choose(people[ONE])
    (waits,) = [each for seat, each in people.items() if seat != ONE]

    assert note(swapped, waits)

    swapped.play_to_the_end(alice_id, bob_id)
    last = len(swapped.position(alice_id).path) - 1
    for each in (alice_id, bob_id):
        with pytest.raises(StaleMove):
            note(swapped, each, step=last)
