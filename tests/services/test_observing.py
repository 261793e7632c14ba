"""Somebody watches a pair: what they mark, who reads it when, and that nobody waits for them."""

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import Incomplete, NotForObservers, NotYet, StaleMove
from lfp_trainer.services import (
    accounts,
    after_play,
    calibration,
    observing,
    played,
    runs,
    swaps,
    ways,
)
from lfp_trainer.services.library import Published
from lfp_trainer.services.observing import Marked
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from tests.conftest import NOON
from tests.together import Together, named

SEEN = Marked(("LFP7m", "DIF"), {"motivate": 3}, "Dana's note: she asked before she told")


@pytest.fixture
def dana_id(session: Session) -> int:
    with writing(session):
        dana_id = accounts.make_guest(session, now=NOON)
    return named(session, dana_id, "Dana")


@pytest.fixture
def begun(
    session: Session, published: Published, alice_id: int, bob_id: int, dana_id: int
) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.join(dana_id, OBSERVER)
    together.ready(alice_id, bob_id)
    return together


@pytest.fixture
def watched(begun: Together, alice_id: int, bob_id: int, dana_id: int) -> Together:
    """The conversation is open, and Dana has read the case."""
    read_case(begun, dana_id)
    begun.commit(alice_id, bob_id)
    return begun


def read_case(together: Together, dana_id: int) -> None:
    with writing(together.session):
        runs.move_on(together.session, together.seat(dana_id), Stage.CASE, now=NOON)


def mark(together: Together, user_id: int, number: int, marked: Marked = SEEN) -> None:
    script = together.script(user_id)
    with writing(together.session):
        observing.save_mark(
            together.session, together.seat(user_id), script, number, marked, now=together.now
        )


def decide_once(together: Together, alice_id: int) -> None:
    (on_turn,) = together.company(alice_id).deciders(together.on_turn(alice_id))
    together.choose(on_turn.user_id)


def test_the_case_leads_an_observer_to_the_conversation(begun: Together, dana_id: int) -> None:
    read_case(begun, dana_id)

    assert begun.seat(dana_id).stage is Stage.ROLE_PLAY


def test_nothing_can_be_marked_before_the_conversation_is_open(
    begun: Together, dana_id: int
) -> None:
    with pytest.raises(NotYet):
        mark(begun, dana_id, 0)

    read_case(begun, dana_id)
    with pytest.raises(NotYet):
        mark(begun, dana_id, 0)

    assert observing.marks_of(begun.session, begun.seat(dana_id)) == {}


def test_every_response_so_far_can_be_marked_and_what_came_before_the_first(
    watched: Together, alice_id: int, dana_id: int
) -> None:
    decide_once(watched, alice_id)

    mark(watched, dana_id, 0, Marked(note="They greeted each other."))
    mark(watched, dana_id, 1)

    marks = observing.marks_of(watched.session, watched.seat(dana_id))
    assert (list(marks), marks[1]) == ([0, 1], SEEN)


def test_a_response_that_has_not_been_taken_cannot_be_marked(
    watched: Together, dana_id: int
) -> None:
    with pytest.raises(StaleMove, match="not been said"):
        mark(watched, dana_id, watched.company(dana_id).moves + 1)


def test_a_mark_is_changed_in_place_and_an_empty_one_is_taken_back(
    watched: Together, dana_id: int
) -> None:
    mark(watched, dana_id, 0)
    mark(watched, dana_id, 0, Marked(note="Something else"))
    kept = observing.marks_of(watched.session, watched.seat(dana_id))

    mark(watched, dana_id, 0, Marked())

    assert kept == {0: Marked((), {}, "Something else")}
    assert observing.marks_of(watched.session, watched.seat(dana_id)) == {}


@pytest.mark.parametrize(
    "unknown",
    [Marked(("no-practice",)), Marked(levels={"no-strand": 1}), Marked(levels={"motivate": 9})],
    ids=["practice", "strand", "level"],
)
def test_what_the_vocabulary_does_not_have_is_refused(
    watched: Together, dana_id: int, unknown: Marked
) -> None:
    with pytest.raises(Incomplete):
        mark(watched, dana_id, 0, unknown)


def test_who_plays_marks_nothing(watched: Together, alice_id: int) -> None:
    with pytest.raises(StaleMove, match="Only who watches"):
        mark(watched, alice_id, 0)


def test_players_read_the_marks_once_the_debrief_is_open_and_not_before(
    watched: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    mark(watched, dana_id, 0)
    watched.play_to_the_end(alice_id, bob_id)
    watched.pass_over(alice_id)
    before = [observing.marks_told(watched.session, watched.seat(it)) for it in (alice_id, bob_id)]

    watched.pass_over(bob_id)

    told = [observing.marks_told(watched.session, watched.seat(it)) for it in (alice_id, bob_id)]
    assert before == [[], []]
    assert [[(each.name, each.marks) for each in it] for it in told] == [[("Dana", {0: SEEN})]] * 2


def test_marks_stay_as_they_are_once_the_debrief_is_open(
    watched: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    watched.play_to_the_end(alice_id, bob_id)
    mark(watched, dana_id, 1)
    watched.pass_over(alice_id, bob_id)

    with pytest.raises(StaleMove, match="debrief is open"):
        mark(watched, dana_id, 1, Marked(note="afterwards"))

    assert observing.marks_of(watched.session, watched.seat(dana_id)) == {1: SEEN}


def test_an_observer_is_never_waited_for(
    begun: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    begun.commit(alice_id, bob_id)
    begun.play_to_the_end(alice_id, bob_id)
    begun.pass_over(alice_id, bob_id)

    assert begun.company(alice_id).told_at == NOON
    for each in (alice_id, bob_id):
        together = begun.company(each)
        assert ways.awaited(together, together.person(each)) == []


def test_an_observer_leaves_and_comes_back_and_nothing_changes_for_the_others(
    watched: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    mark(watched, dana_id, 0)
    watched.leave(dana_id)
    watched.play_to_the_end(alice_id, bob_id)
    watched.pass_over(alice_id, bob_id)

    watched.come_back(dana_id)

    assert not watched.company(dana_id).person(dana_id).is_out
    assert watched.seat(dana_id).reached is Stage.DEBRIEF
    assert observing.marks_of(watched.session, watched.seat(dana_id)) == {0: SEEN}


def test_who_only_watched_has_not_played(
    watched: Together, published: Published, alice_id: int, bob_id: int, dana_id: int
) -> None:
    watched.play_to_the_end(alice_id, bob_id)
    watched.pass_over(alice_id, bob_id)

    (hers,) = played.played_by(watched.session, dana_id, [published])
    (players,) = played.played_by(watched.session, alice_id, [published])

    assert hers == played.Played()
    assert (players.ended, players.diagnosed) == (1, True)
    assert calibration.readings_of(watched.session, dana_id, None) == []


def test_who_only_watched_has_no_play_of_their_own_to_rate(
    watched: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    watched.play_to_the_end(alice_id, bob_id)
    watched.pass_over(alice_id, bob_id)

    assert not after_play.is_open(watched.seat(dana_id))
    with pytest.raises(NotForObservers):
        after_play.require(watched.seat(dana_id))


def test_the_other_way_round_is_marked_until_it_ends(
    watched: Together, session: Session, alice_id: int, bob_id: int, dana_id: int
) -> None:
    watched.play_to_the_end(alice_id, bob_id)
    watched.pass_over(alice_id, bob_id)
    script = watched.script(alice_id)
    with writing(session):
        key = swaps.start_swap(
            session, watched.seat(alice_id), script, at=1, start_key="swap", now=NOON
        )
    other = Together(session, "", key, NOON)

    mark(other, dana_id, 0)
    before = observing.marks_told(session, other.seat(alice_id))
    other.play_to_the_end(alice_id, bob_id)

    assert before == []
    assert [each.marks for each in observing.marks_told(session, other.seat(bob_id))] == [{0: SEEN}]
    with pytest.raises(StaleMove, match="debrief is open"):
        mark(other, dana_id, 0, Marked())
