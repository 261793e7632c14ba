"""Whatever people do in a play the other way round: nobody is stuck, and all come to its end."""

from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import TrainerError
from lfp_trainer.services.library import Published
from lfp_trainer.services.ways import Way
from lfp_trainer.storage.models import Pair, Run, Stage
from tests.conftest import NOON
from tests.pair_acts import Act, Play, answer_for, make_guests
from tests.pair_holds import GOES_ON

FIRST = (Way.STAND_IN, Way.COME_BACK, Way.CHOOSE, Way.GO_ON)


@pytest.fixture
def people(session: Session, published: Published) -> list[int]:
    return make_guests(session, 3, NOON)


@pytest.fixture
def told(session: Session, people: list[int]) -> Play:
    """A run of two and an observer whose debrief is open."""
    run = Play.open(session, "glowing-observations", people[0], "partner", NOON)
    run.do(Act("join", people[1], what="principal"))
    run.do(Act("join", people[2], what="observer"))
    for kind in ("ready", "case", "diagnose", "rate"):
        for who in people[:2]:
            run.do(Act(kind, who, what="yes"))
    run.do(Act("case", people[2]))
    while run.company().ending_id is None:
        step, choice = len(run.path()), run.offered()[0]
        for each in run.company().deciders(run.on_turn()):
            run.do(Act("choose", each.user_id, what=choice, step=step))
    for who in people[:2]:
        run.do(Act("pass_over", who))
    return run


def swap(run: Play, who: int, *, at: int = 1) -> Play:
    run.do(Act("swap", who, step=at))
    found = run.session.execute(
        sa.select(Run.key, Run.id, Pair.code)
        .join(Pair, Pair.run_id == Run.id)
        .where(Pair.swap_of == run.run_id)
    ).one()
    return replace(run, key=found.key, run_id=found.id, code=found.code)


def nobody_is_stuck(run: Play) -> None:
    company = run.company()
    found = {each.user_id: run.ways(each.user_id) for each in company.people}
    for each in company.people:
        ways, waits = found[each.user_id]
        if each.stage is not Stage.DONE and not ways & GOES_ON:
            assert any(found[other][0] & GOES_ON for other in waits), (each, found)


def go_to_the_end(run: Play, *people: int) -> None:
    for _ in range(60):
        for who in people:
            run.do(Act("poll", who))
            ways, waits = run.ways(who)
            first = next((way for way in FIRST if way in ways), None)
            act = answer_for(first, run, who, waits) if first else None
            if act is not None:
                run.do(act)
    assert {run.seat(who).stage for who in people} == {Stage.DONE}


@pytest.mark.parametrize("seed", range(8))
def test_all_come_to_the_end_of_a_play_the_other_way_round(
    told: Play, people: list[int], seed: int
) -> None:
    dice = Random(seed)
    run = swap(told, dice.choice(people), at=dice.choice([1, 2, 3]))
    nobody_is_stuck(run)

    for _ in range(30):
        who, whom = dice.sample(people, 2)
        kind = dice.choice(["way", "way", "way", "leave", "come_back", "stand_in", "poll", "away"])
        if kind == "away":
            run.later(61)
            run.do(Act("poll", who))
            continue
        act: Act | None = Act(kind, who, whom=whom)
        if kind == "way":
            ways, waits = run.ways(who)
            act = answer_for(dice.choice(sorted(ways)), run, who, waits) if ways else None
        if act is not None:
            try:
                run.do(act)
            except TrainerError:
                assert kind != "way", f"{act} was offered and is refused"
        nobody_is_stuck(run)

    run.later(61)
    go_to_the_end(run, people[dice.randrange(2)])
    go_to_the_end(run, *people)


def test_who_watches_plays_it_out_with_the_stand_in_where_both_have_gone(
    told: Play, people: list[int]
) -> None:
    run = swap(told, people[0])
    for who in people[:2]:
        run.do(Act("leave", who))

    go_to_the_end(run, people[2])


def test_it_goes_on_where_the_account_of_who_is_on_turn_is_deleted(
    told: Play, people: list[int]
) -> None:
    run = swap(told, people[0])
    (on_turn,) = [each.user_id for each in run.company().deciders(run.on_turn())]
    (stays,) = {*people[:2]} - {on_turn}

    run.do(Act("delete", on_turn))

    assert run.company().ending_id or run.company().deciders(run.on_turn())
    go_to_the_end(run, stays)
