"""Why somebody decides is kept while they write it: theirs alone, until they have decided."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import NotYet, StaleMove
from lfp_trainer.services import choices, deciding, picks, reasons, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Pick, Stage
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.together import ONE, OTHER, Together

WORDS = "because of what she saw"


@pytest.fixture
def opened(lobby: Together, alice_id: int, bob_id: int) -> Together:
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id, bob_id)
    return lobby


def write(
    together: Together,
    user_id: int,
    words: str = WORDS,
    *,
    at_step: int | None = None,
    seat: str | None = None,
) -> None:
    seated = together.seat(user_id)
    with writing(together.session):
        deciding.keep_reason(
            together.session, seated, together.script(user_id), words,
            at_step=len(together.position(user_id).path) if at_step is None else at_step,
            seat=seated.seat if seat is None else seat, now=together.now,
        )  # fmt: skip


def kept(together: Together, user_id: int) -> dict[int, str]:
    return reasons.reasons_of(together.session, together.seat(user_id))


def decides(together: Together, *people: int) -> tuple[int, int]:
    """Return who decides now, and who does not."""
    deciders = together.company(people[0]).deciders(together.on_turn(people[0]))
    (decider,) = [each.user_id for each in deciders]
    return decider, next(each for each in people if each != decider)


def test_it_is_kept_for_that_decision_and_its_writer_alone(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, other = decides(opened, alice_id, bob_id)

    write(opened, decider, "because")
    write(opened, decider)

    assert kept(opened, decider) == {len(opened.position(decider).path) + 1: WORDS}
    assert kept(opened, other) == {}
    assert opened.picks(other) == {}
    told = picks.told_picks(opened.session, opened.seat(other), of=[decider, other])
    assert told == {}


def test_it_is_gone_once_the_choice_is_made_and_not_in_the_next_decision(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, _ = decides(opened, alice_id, bob_id)
    write(opened, decider)

    opened.choose(decider)

    assert kept(opened, decider) == {}
    assert opened.session.scalar(sa.select(sa.func.count()).select_from(Pick)) == 0


def test_it_is_kept_neither_for_who_does_not_decide_nor_for_what_is_decided(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, other = decides(opened, alice_id, bob_id)
    with pytest.raises(StaleMove, match="Somebody else decides"):
        write(opened, other)
    with pytest.raises(StaleMove, match="decided meanwhile"):
        write(opened, decider, at_step=len(opened.position(decider).path) + 1)
    opened.leave(decider)
    with pytest.raises(StaleMove, match="stand-in"):
        deciding.keep_reason(
            opened.session, opened.seat(decider), opened.script(decider), WORDS,
            at_step=len(opened.position(decider).path), seat=opened.seat(decider).seat,
            now=opened.now,
        )  # fmt: skip

    assert kept(opened, decider) == kept(opened, other) == {}


def test_the_last_words_are_kept_where_the_stand_in_was_faster_and_not_once_one_has_decided(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, other = decides(opened, alice_id, bob_id)
    step = len(opened.position(decider).path)
    write(opened, decider, "because", at_step=step)
    opened.leave(decider)
    opened.come_back(decider)
    with pytest.raises(StaleMove, match="decided meanwhile"):
        write(opened, other, at_step=step)

    write(opened, decider, at_step=step)

    assert kept(opened, decider) == {step + 1: WORDS}
    assert kept(opened, other) == {}
    while decides(opened, alice_id, bob_id)[0] != decider:
        opened.choose(other)
    decided = len(opened.position(decider).path)
    opened.choose(decider)
    for at_step in (step, decided):
        with pytest.raises(StaleMove, match="decided meanwhile"):
            write(opened, decider, "and more", at_step=at_step)
    assert kept(opened, decider) == {step + 1: WORDS}


def test_what_was_written_in_one_seat_is_not_kept_for_another(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, _ = decides(opened, alice_id, bob_id)
    elsewhere = ONE if opened.seat(decider).seat == OTHER else OTHER

    with pytest.raises(StaleMove):
        write(opened, decider, seat=elsewhere)

    assert kept(opened, decider) == {}


def test_before_the_conversation_there_is_nothing_to_say_why_of(
    lobby: Together, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)

    with pytest.raises(NotYet):
        write(lobby, alice_id)


def test_where_the_stand_in_decides_the_words_stay_their_writers_and_reach_no_debrief(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    decider, other = decides(opened, alice_id, bob_id)
    number = len(opened.position(decider).path) + 1
    write(opened, decider)

    opened.leave(decider)
    opened.play_to_the_end(other)
    opened.come_back(decider)
    opened.pass_over(alice_id, bob_id)

    assert kept(opened, decider) == {number: WORDS}
    for each in (decider, other):
        told = picks.told_picks(opened.session, opened.seat(each), of=[alice_id, bob_id])
        assert WORDS not in repr(told)
        assert number not in told


def test_where_both_decide_it_changes_nothing_of_a_pick_and_the_pick_takes_its_place(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    script = opened.script(alice_id)
    scene = next(id for id, each in script.scenes.items() if each.scene.turn == "both")
    opened.play_to(scene, alice_id)
    number = len(opened.position(alice_id).path) + 1
    first, second, *_ = play.offered(script, opened.position(alice_id))

    write(opened, alice_id)
    assert opened.picks(alice_id) == {}, "words alone are no pick"
    opened.choose(bob_id, second)
    assert alice_id not in opened.picks(bob_id)

    opened.choose(alice_id, first)
    assert kept(opened, alice_id) == {}
    picked = opened.picks(bob_id)[alice_id]

    write(opened, alice_id, "on second thoughts")
    assert opened.picks(bob_id)[alice_id] == picked
    assert kept(opened, alice_id) == {number: "on second thoughts"}
    opened.choose(alice_id, second)
    assert kept(opened, alice_id) == {}


def test_alone_it_is_kept_and_gone_with_the_choice_alike(
    stand_at: StandAt, session: Session, published: Published
) -> None:
    seated: Seated = stand_at(Stage.ROLE_PLAY)
    script = published.script
    path = runs.path_of(session, seated.run_id)
    with writing(session):
        deciding.keep_reason(
            session, seated, script, WORDS, at_step=len(path), seat=seated.seat, now=NOON
        )
    assert reasons.reasons_of(session, seated) == {len(path) + 1: WORDS}

    offered = play.offered(script, play.replay(script, path))
    with writing(session):
        choices.record_choice(
            session, seated, script, offered[0], at_step=len(path), reason=WORDS, now=NOON
        )

    assert reasons.reasons_of(session, seated) == {}
    assert session.scalar(sa.select(sa.func.count()).select_from(Pick)) == 0
    with pytest.raises(StaleMove):
        deciding.keep_reason(
            session, seated, script, WORDS, at_step=len(path), seat=seated.seat, now=NOON
        )
