"""Where people of a cohort stand, for who facilitates it: only of those who show it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.services import (
    access,
    assigned,
    assignments,
    choices,
    cohorts,
    diagnosis,
    library,
    progress,
    ratings,
    runs,
    sharing,
)
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.services.progress import Followed, Progress
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Mode, Rating, Required, Round, Stage
from tests.conftest import NOON
from tests.services.conftest import NewPerson, StandAt
from tests.together import Together

LATER = NOON + progress.QUIET
SOON = NOON + timedelta(minutes=1)
Row = tuple[str, Stage | None, int | None, bool, bool]
Rows = Callable[..., list[Row]]


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, new: NewPerson, dana_id: int, alice_id: int, bob_id: int) -> Joined:
    """A cohort that Dana facilitates and Alice and Bob are in."""
    with writing(session):
        for each, name in ((alice_id, "Alice"), (bob_id, "Bob")):
            cohorts.introduce(session, each, name=name, position=None)
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        for each in (alice_id, bob_id):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
    return cohort


@pytest.fixture
def alone(session: Session, published: Published, spring: Joined, dana_id: int) -> Assigned:
    with writing(session):
        key = assignments.assign(
            session, spring, published, mode=Mode.ALONE, start_key="alone", now=NOON
        )
    return assignments.find(session, key, viewer_id=dana_id)[0]


@pytest.fixture
def looked(session: Session, spring: Joined, dana_id: int) -> Callable[..., Progress]:
    def looked(
        assigned: Assigned | None = None, now: datetime = SOON, viewer_id: int = dana_id
    ) -> Progress:
        followed = Followed("glowing-observations", assigned)
        return progress.look(session, spring, followed, viewer_id=viewer_id, now=now)

    return looked


@pytest.fixture
def rows(looked: Callable[..., Progress]) -> Rows:
    def rows(assigned: Assigned | None = None, now: datetime = SOON, **more: int) -> list[Row]:
        return [
            (each.member.name, each.stage, each.decisions, each.waits, each.is_quiet)
            for each in looked(assigned, now, **more).people
        ]

    return rows


def share(session: Session, lobby: Together, cohort: Joined, *people: int) -> None:
    for each in people:
        with writing(session):
            sharing.agree(session, lobby.seat(each), cohort.id, now=NOON)


def unseen(name: str) -> Row:
    return (name, None, None, False, False)


def begin(
    session: Session, assigned: Assigned, published: Published, user_id: int, *, shares: bool
) -> str:
    with writing(session):
        return assignments.begin_alone(
            session, assigned, published, user_id=user_id, seat="both", shares=shares,
            start_key=f"begun by {user_id} {shares}", now=NOON,
        )  # fmt: skip


def test_who_plays_privately_looks_like_who_has_not_begun(
    session: Session, published: Published, alone: Assigned, rows: Rows, alice_id: int,
    looked: Callable[..., Progress],
) -> None:  # fmt: skip
    before = looked(alone)
    key = begin(session, alone, published, alice_id, shares=False)
    with writing(session):
        seated = access.seat_in(session, key, viewer_id=alice_id)
        runs.move_on(session, seated, Stage.CASE, now=NOON)

    assert looked(alone) == before
    assert rows(alone) == [unseen("Alice"), unseen("Bob")]


def test_who_shows_it_stands_at_their_stage_and_takes_that_back(
    session: Session, published: Published, alone: Assigned, spring: Joined, rows: Rows,
    alice_id: int,
) -> None:  # fmt: skip
    key = begin(session, alone, published, alice_id, shares=True)
    seated = access.seat_in(session, key, viewer_id=alice_id)
    with writing(session):
        runs.move_on(session, seated, Stage.CASE, now=NOON)
    assert rows(alone) == [("Alice", Stage.DIAGNOSIS, None, False, False), unseen("Bob")]

    with writing(session):
        sharing.withdraw(session, seated)

    assert rows(alone) == [unseen("Alice"), unseen("Bob")]


@pytest.mark.parametrize("stage", [Stage.CASE, Stage.RATING, Stage.ROLE_PLAY, Stage.NEXT_STEP])
def test_without_an_act_for_ten_minutes_they_have_gone_quiet(
    session: Session, stand_at: StandAt, spring: Joined, rows: Rows, stage: Stage
) -> None:
    seated = stand_at(stage)
    with writing(session):
        sharing.agree(session, seated, spring.id, now=NOON)

    just_before = LATER - timedelta(seconds=1)
    assert rows(now=just_before)[0] == ("Alice", stage, None, False, False)
    assert rows(now=LATER)[0] == ("Alice", stage, None, False, True)


def test_who_has_finished_is_never_quiet(
    session: Session, stand_at: StandAt, spring: Joined, rows: Rows
) -> None:
    seated = stand_at(Stage.DONE)
    with writing(session):
        sharing.agree(session, seated, spring.id, now=NOON)

    assert rows(now=LATER + timedelta(days=9))[0] == ("Alice", Stage.DONE, None, False, False)


def test_who_has_not_rated_once_more_as_they_were_asked_to_has_not_finished(
    session: Session, stand_at: StandAt, spring: Joined, published: Published, dana_id: int,
    looked: Callable[..., Progress],
) -> None:  # fmt: skip
    with writing(session):
        key = assignments.assign(
            session, spring, published, mode=Mode.ALONE, required=tuple(Required),
            start_key="again", now=NOON,
        )  # fmt: skip
    again, _ = assignments.find(session, key, viewer_id=dana_id)
    seated = stand_at(Stage.DONE)
    with writing(session):
        assignments.belongs_to(session, seated.key, again)
        sharing.agree(session, seated, spring.id, now=NOON)
    seated = access.seat_in(session, seated.key, viewer_id=seated.user_id)

    def at() -> tuple[int, Stage | None, tuple[str, ...]]:
        found = looked(again, LATER)
        return found.finished, found.people[0].stage, found.people[0].missing

    assert not assigned.is_done(session, seated)
    assert at() == (0, Stage.NEXT_STEP, (Required.AFTERWARDS,))
    with writing(session):
        for card, kept in ratings.committed_of(session, seated).items():
            ratings.keep(session, seated, Round.AFTER, card, kept, now=NOON)
    assert at()[0] == 0
    with writing(session):
        session.execute(
            sa.update(Rating).where(Rating.round == Round.AFTER).values(committed_at=NOON)
        )
    assert assigned.is_done(session, seated)
    assert at() == (1, Stage.DONE, ())


def test_a_draft_and_a_decision_are_acts_too(
    session: Session, stand_at: StandAt, spring: Joined, rows: Rows, published: Published
) -> None:
    writing_it = stand_at(Stage.DIAGNOSIS)
    with writing(session):
        sharing.agree(session, writing_it, spring.id, now=NOON)
        diagnosis.save_diagnosis(session, writing_it, Answer(reason="Perhaps"), now=SOON)
    assert rows(now=LATER)[0] == ("Alice", Stage.DIAGNOSIS, None, False, False)

    playing = stand_at(Stage.ROLE_PLAY)
    script = library.script_of(session, playing.version_id, playing.digest)
    with writing(session):
        sharing.agree(session, playing, spring.id, now=NOON)
        (choice_id, *_) = play.offered(script, play.start(script))
        choices.record_choice(
            session, playing, script, choice_id, at_step=0, reason="So it is.", now=SOON
        )
    assert rows(now=LATER)[0] == ("Alice", Stage.ROLE_PLAY, 1, False, False)


def test_of_a_pair_that_shows_it_who_waits_is_told(
    session: Session, lobby: Together, spring: Joined, rows: Rows, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)
    share(session, lobby, spring, alice_id, bob_id)
    lobby.commit(alice_id)

    assert rows(now=LATER) == [
        ("Alice", Stage.ROLE_PLAY, None, True, False),
        ("Bob", Stage.CASE, None, False, True),
    ]


def test_a_pair_that_one_alone_shows_looks_as_if_neither_had_begun(
    session: Session, lobby: Together, spring: Joined, rows: Rows, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)
    share(session, lobby, spring, alice_id)
    lobby.commit(alice_id)
    waiting = rows(now=LATER)

    lobby.commit(bob_id)

    assert waiting == rows(now=LATER) == [unseen("Alice"), unseen("Bob")]


def test_stages_and_decisions_are_told_only_once_both_show_the_run(
    session: Session, lobby: Together, spring: Joined, rows: Rows, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)
    share(session, lobby, spring, alice_id)
    lobby.commit(alice_id, bob_id)
    lobby.choose(alice_id)
    assert rows() == [unseen("Alice"), unseen("Bob")]

    share(session, lobby, spring, bob_id)

    assert rows() == [
        ("Alice", Stage.ROLE_PLAY, 1, False, False),
        ("Bob", Stage.ROLE_PLAY, 1, False, False),
    ]


def test_nobody_else_sees_where_anybody_stands(
    session: Session, stand_at: StandAt, spring: Joined, looked: Callable[..., Progress],
    new: NewPerson, alice_id: int, bob_id: int,
) -> None:  # fmt: skip
    seated, charlie = stand_at(Stage.DONE), new("Charlie")
    with writing(session):
        sharing.agree(session, seated, spring.id, now=NOON)
        cohorts.make(session, name="Another", user_id=charlie, now=NOON)
    assert looked().finished == 1

    for viewer_id in (charlie, alice_id, bob_id):
        assert looked(viewer_id=viewer_id).finished == 0
        assert progress.followed_in(session, spring, viewer_id=viewer_id) == []


def test_of_several_runs_the_one_furthest_on_counts_and_each_thing_has_its_own(
    session: Session, stand_at: StandAt, spring: Joined, alone: Assigned, rows: Rows, dana_id: int,
    looked: Callable[..., Progress], published: Published, alice_id: int, bob_id: int,
) -> None:  # fmt: skip
    for stage in (Stage.DONE, Stage.RATING):
        seated = stand_at(stage)
        with writing(session):
            sharing.agree(session, seated, spring.id, now=NOON)

    begin(session, alone, published, bob_id, shares=True)

    assert [stage for _, stage, *_ in rows()] == [Stage.DONE, None]
    assert looked().counts == {
        **dict.fromkeys((None, Stage.DONE), 1),
        **dict.fromkeys([*Stage][:-1], 0),
    }
    assert rows(alone) == [unseen("Alice"), ("Bob", Stage.CASE, None, False, False)]
    assert progress.followed_in(session, spring, viewer_id=dana_id) == [
        Followed("glowing-observations", alone),
        Followed("glowing-observations"),
    ]


@pytest.mark.parametrize("people", [3, 30])
def test_it_takes_as_many_statements_for_thirty_people_as_for_three(
    session: Session, published: Published, spring: Joined, alone: Assigned, dana_id: int,
    new: NewPerson, people: int, looked: Callable[..., Progress],
) -> None:  # fmt: skip
    for number in range(people - 2):
        user_id = new(f"Person {number:02}")
        with writing(session):
            cohorts.join(session, spring.code, user_id=user_id, now=NOON)
        begin(session, alone, published, user_id, shares=True)
    statements: list[str] = []
    engine = session.get_bind()

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    found = looked(alone)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert (len(found.people), found.counts[Stage.CASE]) == (people, people - 2)
    assert len(statements) == 3
