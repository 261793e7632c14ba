"""People in one run who act in the same instant: each thing happens once, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove, TrainerError
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Pair, Participant, Step
from tests.conftest import NOON
from tests.pair_acts import Act, Play, make_guests

TIMES = 50


@pytest.fixture
def people(session: Session, published: Published) -> list[int]:
    return make_guests(session, 3, NOON)


@pytest.fixture
def run(session: Session, people: list[int]) -> Play:
    """A lobby with two people in it."""
    run = Play.open(session, "glowing-observations", people[0], "partner", NOON)
    run.do(Act("join", people[1], what="principal"))
    return run


AtOnce = Callable[..., list[TrainerError | None]]


@pytest.fixture
def at_once(engine: sa.Engine, run: Play) -> AtOnce:
    """Do acts in the same instant, and return what each was refused with."""

    def at_once(*acts: Act) -> list[TrainerError | None]:
        run.session.rollback()
        ready = Barrier(len(acts))

        def one(act: Act) -> TrainerError | None:
            with Session(engine, expire_on_commit=False) as own:
                mine = Play(own, run.script, run.version, run.code, run.key, run.run_id, run.now)
                ready.wait(10)
                try:
                    mine.do(act)
                except TrainerError as refused:
                    return refused
            return None

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(one, acts))

    return at_once


def ready(run: Play, people: list[int]) -> None:
    for who in people[:2]:
        run.do(Act("ready", who, what="yes"))


def open_conversation(run: Play, people: list[int]) -> None:
    ready(run, people)
    for kind in ("case", "diagnose", "rate"):
        for who in people[:2]:
            run.do(Act(kind, who))


def pair_of(run: Play) -> Pair:
    run.session.rollback()
    run.session.expire_all()
    return run.session.scalars(sa.select(Pair).where(Pair.run_id == run.run_id)).one()


def steps_of(run: Play) -> list[tuple[int, int | None, str]]:
    run.session.rollback()
    rows = run.session.execute(
        sa.select(Step.number, Step.user_id, Step.choice_id)
        .where(Step.run_id == run.run_id)
        .order_by(Step.number)
    )
    return [(row.number, row.user_id, row.choice_id) for row in rows]


def test_both_ready_at_once_begin_one_run(run: Play, people: list[int], at_once: AtOnce) -> None:
    refused = at_once(*(Act("ready", who, what="yes") for who in people[:2]))

    assert refused == [None, None]
    assert pair_of(run).begun_at == NOON


def test_both_committing_at_once_open_the_conversation_once(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    ready(run, people)
    for kind in ("case", "diagnose"):
        for who in people[:2]:
            run.do(Act(kind, who))

    refused = at_once(*(Act("rate", who) for who in people[:2]))

    assert refused == [None, None]
    assert pair_of(run).opened_at == NOON
    assert steps_of(run) == []


def test_what_the_stand_in_opens_with_is_said_once(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    """Two who play one of the seats that do not open the conversation, and watch."""
    run.do(Act("leave", people[0]))
    run.do(Act("join", people[2], what="observer"))
    run.do(Act("ready", people[1], what="yes"))
    run.do(Act("begin", people[1]))
    for kind in ("case", "diagnose"):
        run.do(Act(kind, people[1]))

    at_once(Act("rate", people[1]), Act("rate", people[1]), Act("case", people[2]))

    numbers = [number for number, _, _ in steps_of(run)]
    assert pair_of(run).opened_at == NOON
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(by is None for _, by, _ in steps_of(run))
    assert "principal" in run.on_turn()


def test_both_clicking_in_the_same_instant_fifty_times_take_one_step_each_time(
    session: Session, people: list[int], run: Play, at_once: AtOnce
) -> None:
    open_conversation(run, people)

    for number in range(TIMES):
        if run.company().ending_id is not None:
            assert len(steps_of(run)) == run.company().moves
            begin_another(run, people, number)
        step, offered, on_turn = len(run.path()), run.offered(), run.on_turn()
        refused = at_once(
            *(Act("choose", who, what=offered[0], step=step) for who in people[:2]),
            *([Act("choose", people[on_turn == ("principal",)], what=offered[0], step=step)]),
        )
        assert len(run.path()) == step + 1
        assert all(each is None or isinstance(each, StaleMove) for each in refused)


def begin_another(run: Play, people: list[int], number: int) -> None:
    """Let the same two play once more, from their first decision."""
    now = run.now + timedelta(seconds=number)
    other = Play.open(run.session, "glowing-observations", people[0], "partner", now)
    run.code, run.key, run.run_id, run.now = other.code, other.key, other.run_id, now
    run.do(Act("join", people[1], what="principal"))
    open_conversation(run, people)


def test_ten_windows_that_choose_differently_take_one_step(
    people: list[int], run: Play, at_once: AtOnce
) -> None:
    open_conversation(run, people)
    mover = people[0] if run.on_turn() == ("partner",) else people[1]
    offered = run.offered()

    refused = at_once(
        *(Act("choose", mover, what=offered[number % len(offered)], step=0) for number in range(10))
    )

    mine = [each for each in steps_of(run) if each[1] == mover]
    assert len(mine) == 1
    # The same choice sent twice is taken once and refused to nobody.
    assert sum(each is None for each in refused) >= 1
    assert len(run.path()) == 1


def test_who_comes_back_as_the_stand_in_is_let_in_has_one_seat(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    open_conversation(run, people)
    run.now += timedelta(seconds=61)

    for _ in range(10):
        run.session.execute(
            sa.update(Participant)
            .where(Participant.run_id == run.run_id)
            .values(seen_at=NOON, stand_in_from=None)
        )
        run.session.commit()
        at_once(Act("stand_in", people[0], whom=people[1]), Act("come_back", people[1]))

        company, numbers = run.company(), [number for number, _, _ in steps_of(run)]
        assert numbers == list(range(1, company.moves + 1))
        assert company.ending_id or company.deciders(run.on_turn())


def test_a_seat_wanted_by_several_at_once_is_one_persons(
    session: Session, run: Play, people: list[int], at_once: AtOnce
) -> None:
    more = make_guests(session, 5, NOON)

    refused = at_once(*(Act("join", who, what="observer") for who in more))

    assert sum(each is None for each in refused) == 1
    seats = [each.seat for each in run.company().people]
    assert sorted(seats) == ["observer", "partner", "principal"]


def test_both_picking_the_same_at_once_take_the_step_they_agree_on(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    open_conversation(run, people)
    while len(run.on_turn()) == 1:
        for who in people[:2]:
            if run.company().deciders(run.on_turn())[0].user_id == who:
                run.do(Act("choose", who, what=run.offered()[0], step=len(run.path())))
    assert len(run.on_turn()) == 2, "the first responses lead to the scene that asks both"
    step, choice = len(run.path()), run.offered()[0]

    refused = at_once(*(Act("choose", who, what=choice, step=step) for who in people[:2]))

    assert refused == [None, None]
    assert run.path()[step:] == (choice,) or len(run.path()) > step


def test_leaving_at_once_leaves_both_a_way_back(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    open_conversation(run, people)

    assert at_once(*(Act("leave", who) for who in people[:2])) == [None, None]

    assert run.company().active == ()
    run.do(Act("come_back", people[0]))
    assert run.company().deciders(run.on_turn())


def test_both_pressing_swap_at_once_begin_one_play_the_other_way_round(
    run: Play, people: list[int], at_once: AtOnce
) -> None:
    open_conversation(run, people)
    while run.company().ending_id is None:
        step, choice = len(run.path()), run.offered()[0]
        for each in run.company().deciders(run.on_turn()):
            run.do(Act("choose", each.user_id, what=choice, step=step))
    for who in people[:2]:
        run.do(Act("pass_over", who))

    refused = at_once(*(Act("swap", each, step=1) for each in (*people[:2], *people[:2])))

    assert refused == [None] * 4
    begun = sa.select(sa.func.count()).select_from(Pair).where(Pair.swap_of == run.run_id)
    assert run.session.scalar(begun) == 1
