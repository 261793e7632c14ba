"""The other way round: one play for all who press, with the seats exchanged, never a dead end."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import what_if as comparing
from lfp_trainer.errors import NotYet, StaleMove
from lfp_trainer.services import accounts, lobby, past_runs, runs, swaps, turns, what_if
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Run, Stage, Step
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.together import ONE, OTHER, Together


@pytest.fixture
def watcher_id(session: Session) -> int:
    with writing(session):
        return accounts.make_guest(session, now=NOON)


@pytest.fixture
def played(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    together.play_to_the_end(alice_id, bob_id)
    return together


@pytest.fixture
def told(played: Together, alice_id: int, bob_id: int) -> Together:
    played.pass_over(alice_id, bob_id)
    return played


def seats_in(together: Together, user_id: int) -> dict[int, str]:
    return {each.user_id: each.seat for each in together.company(user_id).people}


def test_the_seats_are_exchanged_and_the_conversation_is_open_at_once(
    told: Together, alice_id: int, bob_id: int
) -> None:
    swapped = told.swap(alice_id)

    assert seats_in(swapped, alice_id) == {alice_id: OTHER, bob_id: ONE}
    for who in (alice_id, bob_id):
        assert swapped.seat(who).reached is Stage.ROLE_PLAY
        assert swapped.seat(who).swap_of == told.seat(who).run_id
    assert swapped.company(alice_id).deciders(swapped.on_turn(alice_id))


def test_both_who_press_are_led_to_the_same_play(
    told: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    keys = {told.swap(alice_id).key, told.swap(bob_id).key, told.swap(alice_id).key}

    assert len(keys) == 1
    count = sa.select(sa.func.count()).where(Run.what_if_of == told.seat(alice_id).run_id)
    assert session.scalar(count) == 1


def test_from_another_decision_it_is_another_play(told: Together, alice_id: int) -> None:
    assert told.swap(alice_id).key != told.swap(alice_id, at=2).key


def test_from_a_decision_what_came_before_is_copied_and_nobodys_reason_with_it(
    told: Together, session: Session, alice_id: int
) -> None:
    at = 3
    swapped = told.swap(alice_id, at=at)

    first = runs.path_of(session, told.seat(alice_id).run_id)
    run_id = swapped.seat(alice_id).run_id
    assert runs.path_of(session, run_id)[: at - 1] == first[: at - 1]
    reasons = session.scalars(
        sa.select(Step.reason).where(Step.run_id == run_id, Step.number < at)
    ).all()
    assert set(reasons) == {""}
    chosen = turns.chosen_by(
        session, swapped.seat(alice_id), swapped.script(alice_id), swapped.company(alice_id)
    )
    assert [chosen[number] for number in range(1, at)] == [frozenset()] * (at - 1)


def test_it_is_played_to_its_end_and_stands_beside_the_first_play(
    told: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    swapped = told.swap(bob_id)
    swapped.play_to_the_end(alice_id, bob_id)

    for who in (alice_id, bob_id):
        seated, first = swapped.seat(who), told.seat(who)
        assert seated.stage is Stage.DONE
        script = swapped.script(who)
        both = comparing.compare(
            script,
            runs.path_of(session, first.run_id),
            runs.path_of(session, seated.run_id),
            own_seats=runs.own_seats(script, first.seat),
            other_seats=runs.own_seats(script, seated.seat),
        )
        own = [{seat for each in it.decisions if each.own for seat in each.moment.seats} for it in
               (both.first, both.other)]  # fmt: skip
        assert first.seat in own[0]
        assert seated.seat in own[1]


def test_it_is_no_what_if_of_ones_own_and_stands_under_its_play_at_home(
    told: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    swapped = told.swap(alice_id)
    assert what_if.made_of(session, told.seat(alice_id)) == []
    assert [each.run.key for each in swaps.swaps_of(session, told.seat(bob_id))] == [swapped.key]
    swapped.play_to_the_end(alice_id, bob_id)

    open_now = past_runs.open_runs(session, alice_id, number=1, size=5)

    assert [row.run.key for row in open_now.rows] == [told.key]
    assert open_now.rows[0].people == (told.company(alice_id).person(bob_id).name,)


def test_who_had_left_stays_out_and_the_stand_in_plays_their_new_seat(
    played: Together, alice_id: int, bob_id: int
) -> None:
    played.leave(bob_id)
    played.pass_over(alice_id)

    swapped = played.swap(alice_id)
    swapped.play_to_the_end(alice_id)

    assert swapped.seat(alice_id).stage is Stage.DONE
    assert swapped.company(alice_id).person(bob_id).is_out


def test_it_is_open_only_once_the_debrief_is(played: Together, alice_id: int, bob_id: int) -> None:
    with pytest.raises(NotYet):
        played.swap(alice_id)
    played.pass_over(alice_id)
    with pytest.raises(NotYet):
        played.swap(alice_id)


def test_nobody_swaps_seats_alone(
    session: Session, stand_at: StandAt, told: Together, alice_id: int
) -> None:
    alone = stand_at(Stage.DONE)

    with pytest.raises(StaleMove), writing(session):
        swaps.start_swap(session, alone, told.script(alice_id), at=1, start_key="alone", now=NOON)


def test_there_is_no_beginning_at_a_decision_that_was_not_made(
    told: Together, alice_id: int
) -> None:
    for at in (0, told.seat(alice_id).moves + 1):
        with pytest.raises(StaleMove):
            told.swap(alice_id, at=at)


def test_it_can_be_swapped_back(told: Together, alice_id: int, bob_id: int) -> None:
    swapped = told.swap(alice_id)
    swapped.play_to_the_end(alice_id, bob_id)

    again = swapped.swap(bob_id)

    assert seats_in(again, bob_id) == seats_in(told, bob_id)


@pytest.mark.parametrize("with_observer", [False, True])
def test_who_watched_watches_again_or_plays_too(
    session: Session, published: Published, alice_id: int, bob_id: int, watcher_id: int,
    with_observer: bool,
) -> None:  # fmt: skip
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.join(watcher_id, "observer")
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id, watcher_id)
    together.play_to_the_end(alice_id, bob_id)
    together.pass_over(alice_id, bob_id)

    swapped = together.swap(watcher_id, with_observer=with_observer)

    expected = (
        {alice_id: OTHER, bob_id: "observer", watcher_id: ONE}
        if with_observer
        else {alice_id: OTHER, bob_id: ONE, watcher_id: "observer"}
    )
    assert seats_in(swapped, alice_id) == expected
    swapped.play_to_the_end(*(who for who, seat in expected.items() if seat != "observer"))
    assert {swapped.seat(who).stage for who in expected} == {Stage.DONE}


def test_three_players_go_round() -> None:
    class Person:
        def __init__(self, user_id: int, seat: str) -> None:
            self.user_id, self.seat = user_id, seat

    class People:
        people = players = tuple(Person(n, seat) for n, seat in enumerate("abc"))
        observer = None

    assert swaps.exchanged(People(), "abc") == {0: "b", 1: "c", 2: "a"}  # type: ignore[arg-type]


def test_a_code_of_it_leads_nobody_new_in(told: Together, session: Session, alice_id: int) -> None:
    swapped = told.swap(alice_id)

    company, _ = lobby.find_lobby(session, swapped.code)

    assert not lobby.is_joinable(company, NOON)
