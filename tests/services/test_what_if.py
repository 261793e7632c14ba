"""What-ifs: the play up to a decision is copied, the rest is new, and the first play stays."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import Incomplete, NotFound, NotInWhatIf, NotYet, StaleMove, UnknownChoice
from lfp_trainer.services import access, accounts, choices, guests, runs, what_if
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Participant, Run, Stage, Step
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.services.test_runs import with_required_reason

LATER = NOON + timedelta(days=1)
Rewind = Callable[..., Seated]


@pytest.fixture
def rewind(session: Session, published: Published) -> Rewind:
    """Take another response at a step of a run, and return the seat in what goes on."""

    def rewind(run: Seated, at: int, choice_id: str = "", **how: Any) -> Seated:
        start_key = f"{run.key} {at} {choice_id}"
        asked: dict[str, Any] = {"reason": "", "start_key": start_key, "now": LATER} | how
        chosen = choice_id or others(session, published, run, at)[0]
        with database.writing(session):
            key = what_if.start_what_if(session, run, published.script, chosen, at=at, **asked)
        return seat(session, key, run.user_id)

    return rewind


def seat(session: Session, key: str, user_id: int) -> Seated:
    session.rollback()
    return access.seat_in(session, key, viewer_id=user_id)


def others(session: Session, published: Published, run: Seated, at: int) -> list[str]:
    """Return what else was on offer at a step."""
    path = runs.path_of(session, run.run_id)
    may = play.offered(published.script, play.replay(published.script, path[: at - 1]))
    return [id for id in may if id != path[at - 1]]


def rows(session: Session, run: Seated, *, before: int = 10**6) -> Sequence[tuple[Any, ...]]:
    """Return all that is stored of a run's steps, but whose they are."""
    columns = [each for each in Step.__table__.c if each.key not in ("id", "run_id")]
    found = session.execute(
        sa.select(*columns)
        .where(Step.run_id == run.run_id, Step.number < before)
        .order_by(Step.number)
    )
    return [tuple(row) for row in found]


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Run.id))) or 0


def play_on(session: Session, published: Published, run: Seated) -> Seated:
    """Take the first response on offer until the end."""
    script = published.script
    while (fresh := seat(session, run.key, run.user_id)).stage is Stage.ROLE_PLAY:
        path = runs.path_of(session, run.run_id)
        choice_id = play.offered(script, play.replay(script, path))[0]
        with database.writing(session):
            choices.record_choice(
                session, fresh, script, choice_id, at_step=len(path), reason="", now=LATER
            )
    return fresh


@pytest.mark.parametrize("seat_taken", ["both", "partner", "principal"])
def test_from_each_own_decision_the_play_before_it_is_copied_exactly(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind, seat_taken: str
) -> None:
    first = stand_at(Stage.DONE, seat=seat_taken)
    before = rows(session, first)
    own = what_if.own_decisions(session, first)
    assert own

    for at, taken in own.items():
        other = rewind(first, at)

        assert rows(session, other, before=at) == before[: at - 1]
        path = runs.path_of(session, other.run_id)
        assert path[at - 1] != taken.choice_id
        assert other.moves == len(path)
        assert (other.version_id, other.seat) == (first.version_id, first.seat)
        assert (other.what_if_of, other.what_if_at) == (first.run_id, at)
        position = play.replay(published.script, path)
        on_turn = play.seats_on_turn(published.script, position)
        mine = runs.own_seats(published.script, seat_taken)
        assert other.stage is (Stage.DONE if position.scene is None else Stage.ROLE_PLAY)
        assert position.scene is None or set(on_turn) & set(mine)

    session.rollback()
    assert rows(session, first) == before
    assert seat(session, first.key, first.user_id) == first


def test_what_a_stand_in_decided_is_nothing_to_go_back_to(
    session: Session, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF, seat="principal")
    stand_ins = [number for number, note in notes(session, first).items() if note.stand_in]
    assert stand_ins

    for at in (*stand_ins, 0, 99):
        with pytest.raises(StaleMove):
            rewind(first, at, "keep-the-agenda")

    assert set(what_if.own_decisions(session, first)) == set(notes(session, first)) - {*stand_ins}
    assert count(session) == 1


def test_what_somebody_else_decided_is_nothing_to_go_back_to(
    session: Session, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
        session.execute(
            sa.update(Step)
            .where(Step.run_id == first.run_id, Step.number == 2)
            .values(user_id=bob_id)
        )

    with pytest.raises(StaleMove):
        rewind(first, 2)

    assert set(what_if.own_decisions(session, first)) == set(notes(session, first)) - {2}


def notes(session: Session, run: Seated) -> dict[int, runs.Note]:
    return runs.notes_of(session, run.run_id)


def test_a_what_if_is_done_once_it_is_played(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    other = rewind(stand_at(Stage.DEBRIEF), 1)
    assert other.stage is Stage.ROLE_PLAY

    done = play_on(session, published, other)

    assert (done.stage, done.ended_at) == (Stage.DONE, LATER)
    assert done.ending_id is not None
    for stage in set(Stage) - {Stage.ROLE_PLAY}:
        with pytest.raises(NotInWhatIf):
            runs.require(done, stage)


def test_a_what_if_can_be_rewound_again(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    other = play_on(session, published, rewind(stand_at(Stage.DONE), 2))

    third = play_on(session, published, rewind(other, 1))

    assert (third.what_if_of, third.what_if_at) == (other.run_id, 1)
    assert access.rewound_by(session, third) == other


def test_the_first_play_must_be_over(session: Session, stand_at: StandAt, rewind: Rewind) -> None:
    with pytest.raises(NotYet):
        rewind(stand_at(Stage.ROLE_PLAY), 1, "keep-the-agenda")
    with pytest.raises(NotYet):
        what_if.own_decisions(session, stand_at(Stage.CASE))

    assert count(session) == 2


def test_the_same_response_and_one_not_on_offer_start_nothing(
    session: Session, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    taken = what_if.own_decisions(session, first)[1].choice_id

    with pytest.raises(Incomplete) as same:
        rewind(first, 1, taken)
    with pytest.raises(UnknownChoice):
        rewind(first, 1, "no-such-response")

    assert same.value.fields == {"choice": what_if.SAME}
    assert count(session) == 1


def test_a_required_reason_must_be_given_again_and_nothing_is_begun_without_it(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DEBRIEF)
    script = with_required_reason(published).script
    other = others(session, published, first, 1)[0]

    def start(reason: str) -> str:
        with database.writing(session):
            return what_if.start_what_if(
                session, first, script, other, at=1, reason=reason, start_key="r", now=LATER
            )

    with pytest.raises(Incomplete) as missing:
        start("")
    assert list(missing.value.fields) == ["reason"]
    assert count(session) == 1

    started = seat(session, start("To see."), first.user_id)
    assert notes(session, started)[1].reason == "To see."


def test_the_same_form_sent_twice_is_one_what_if(
    session: Session, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)

    assert rewind(first, 1, start_key="once") == rewind(first, 1, start_key="once")

    assert count(session) == 2


def test_one_form_starts_no_other_what_if(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    one, two = others(session, published, first, 1)[:2]
    rewind(first, 1, one, start_key="once")

    with pytest.raises(StaleMove, match="already started"):
        rewind(first, 1, two, start_key="once")
    with pytest.raises(StaleMove, match="already started"):
        rewind(first, 2, start_key="once")

    assert count(session) == 2


def test_the_same_response_again_goes_on_with_a_what_if_that_is_not_finished(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    one, another = others(session, published, first, 1)[:2]
    begun = rewind(first, 1, one, start_key="one", reason="To see.")

    again = rewind(first, 1, one, start_key="two")
    with_words = rewind(first, 1, one, start_key="three", reason="To see it again.")
    elsewhere = rewind(first, 2, start_key="four")
    otherwise = rewind(first, 1, another, start_key="five")

    assert again.key == with_words.key == begun.key
    assert len({begun.key, elsewhere.key, otherwise.key}) == 3
    assert count(session) == 4
    assert notes(session, begun)[1].reason == "To see.\nTo see it again."


def test_the_same_response_again_after_its_what_if_is_finished_begins_another(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    other = others(session, published, first, 1)[0]
    one = play_on(session, published, rewind(first, 1, other, start_key="one"))

    two = rewind(first, 1, other, start_key="two")

    assert one.key != two.key
    made = what_if.made_of(session, first)
    assert [(each.run.key, each.choice_id) for each in made] == [
        (two.key, other), (one.key, other),
    ]  # fmt: skip


def test_a_what_if_of_another_play_is_another_what_if(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    one, two = stand_at(Stage.DEBRIEF), stand_at(Stage.DEBRIEF)
    same = set(others(session, published, one, 1)) & set(others(session, published, two, 1))
    choice = min(same)

    assert rewind(one, 1, choice).key != rewind(two, 1, choice).key


def test_of_many_windows_at_the_same_instant_one_what_if_comes(
    engine: sa.Engine, session: Session, published: Published, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DEBRIEF)
    other = others(session, published, first, 2)[0]
    session.rollback()
    ready = threading.Barrier(4)
    keys: list[str] = []

    def press(window: int) -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            with database.writing(own):
                keys.append(
                    what_if.start_what_if(
                        own, first, published.script, other,
                        at=2, reason="", start_key=f"window {window}", now=LATER,
                    )
                )  # fmt: skip

    threads = [threading.Thread(target=press, args=(window,)) for window in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert count(session) == 2


def test_of_many_clicks_at_the_same_instant_one_what_if_comes(
    engine: sa.Engine, session: Session, published: Published, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DEBRIEF)
    other = others(session, published, first, 2)[0]
    session.rollback()
    ready = threading.Barrier(8)
    keys: list[str] = []

    def click() -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            with database.writing(own):
                keys.append(
                    what_if.start_what_if(
                        own, first, published.script, other,
                        at=2, reason="", start_key="click", now=LATER,
                    )
                )  # fmt: skip

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert count(session) == 2


def test_a_start_key_of_somebody_else_gives_nobody_their_what_if(
    session: Session, stand_at: StandAt, rewind: Rewind
) -> None:
    hers = rewind(stand_at(Stage.DEBRIEF), 1, start_key="seen")
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
    his = stand_at(Stage.DEBRIEF, user_id=bob_id)

    with pytest.raises(StaleMove):
        rewind(his, 1, start_key="seen")

    with pytest.raises(NotFound):
        access.seat_in(session, hers.key, viewer_id=bob_id)


def test_a_what_if_of_somebody_elses_play_shows_nothing_of_it(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    other = play_on(session, published, rewind(stand_at(Stage.DEBRIEF), 1))
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
        # As if the two plays had come apart, by whatever way.
        session.execute(
            sa.update(Participant)
            .where(Participant.run_id == other.what_if_of)
            .values(user_id=bob_id)
        )

    assert access.rewound_by(session, other) is None
    assert what_if.made_of(session, seat(session, *first_of(session, bob_id))) == []


def first_of(session: Session, user_id: int) -> tuple[str, int]:
    return runs.runs_of(session, user_id)[0].key, user_id


def test_without_the_play_it_rewinds_a_what_if_goes_on(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DEBRIEF)
    other = rewind(first, 2)

    with database.writing(session):
        session.execute(sa.delete(Run).where(Run.id == first.run_id))

    left = seat(session, other.key, other.user_id)
    assert (left.what_if_of, left.what_if_at, left.is_what_if) == (None, 2, True)
    assert access.rewound_by(session, left) is None
    assert play_on(session, published, left).stage is Stage.DONE


def test_a_guest_who_makes_an_account_keeps_what_ifs(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind, alice_id: int
) -> None:
    first = stand_at(Stage.DEBRIEF)
    other = play_on(session, published, rewind(first, 2))
    own = what_if.own_decisions(session, other)
    with database.writing(session):
        account = accounts.register(
            session, name="Alice", email="alice@district.example", password_hash="x", now=NOON
        )
        accounts.claim(session, alice_id, account, now=NOON)

    hers = seat(session, other.key, account)

    assert what_if.own_decisions(session, hers) == own
    rewound = access.rewound_by(session, hers)
    assert rewound is not None
    assert rewound.key == first.key
    assert [each.run.key for each in what_if.made_of(session, rewound)] == [other.key]


def test_a_guest_who_is_forgotten_leaves_no_what_if(
    session: Session, stand_at: StandAt, rewind: Rewind, alice_id: int
) -> None:
    rewind(stand_at(Stage.DEBRIEF), 1)

    with database.writing(session):
        guests.forget_guest(session, alice_id, now=NOON)

    assert count(session) == 0
    assert session.scalar(sa.select(sa.func.count(Step.id))) == 0


def test_of_a_partner_a_what_if_keeps_the_responses_without_name_and_reason(
    session: Session, published: Published, stand_at: StandAt, rewind: Rewind
) -> None:
    first = stand_at(Stage.DONE, seat="partner")
    with database.writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
        session.execute(
            sa.update(Step)
            .where(Step.run_id == first.run_id, Step.stand_in)
            .values(user_id=bob_id, stand_in=False, reason="Bob's words")
        )
    at = list(what_if.own_decisions(session, first))[-1]

    other = rewind(first, at)

    copied = session.execute(
        sa.select(Step.seat, Step.user_id, Step.reason).where(
            Step.run_id == other.run_id, Step.number < at
        )
    ).all()
    his = {(user_id, reason) for seat, user_id, reason in copied if seat != "partner"}
    assert his == {(None, "")}
    assert {user_id for seat, user_id, _ in copied if seat == "partner"} == {first.user_id}
    assert (
        runs.path_of(session, other.run_id)[: at - 1]
        == (runs.path_of(session, first.run_id)[: at - 1])
    )
