"""A next step comes back until the person says that it is closed."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound, NotYet
from lfp_trainer.services import accounts, next_steps
from lfp_trainer.services.access import Seated
from lfp_trainer.services.next_steps import ASIDE, Plan
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import NextStep, Outcome, Participant, Stage
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.what_ifs import mark_as_what_if


def finish(session: Session, stand_at: StandAt, days: int = 0, **plan: object) -> Seated:
    """Finish a run some days after noon, with a plan."""
    seated = stand_at(Stage.DONE)
    with writing(session):
        session.execute(
            sa.update(Participant)
            .where(Participant.run_id == seated.run_id)
            .values(changed_at=NOON + timedelta(days=days))
        )
        if plan:
            session.execute(
                sa.update(NextStep).where(NextStep.run_id == seated.run_id).values(**plan)
            )
    return seated


def draft(session: Session, stand_at: StandAt) -> Seated:
    """Write a next step and leave it unfinished."""
    seated = stand_at(Stage.NEXT_STEP)
    with writing(session):
        plan = Plan(sentence="not finished", due_on=date(2026, 3, 9))
        next_steps.save_plan(session, seated, plan, now=NOON)
    return seated


def say(session: Session, seated: Seated, outcome: Outcome, hours: int = 0) -> None:
    with writing(session):
        next_steps.say(session, seated, outcome, now=NOON + timedelta(hours=hours))


def test_who_has_finished_nothing_is_asked_nothing(
    session: Session, stand_at: StandAt, alice_id: int
) -> None:
    draft(session, stand_at)

    assert next_steps.latest(session, alice_id) is None
    assert next_steps.page_of(session, alice_id, 1).rows == ()
    assert next_steps.open_steps(session, alice_id) == []


def test_the_step_of_the_run_finished_last_is_the_one_that_returns(
    session: Session, stand_at: StandAt, alice_id: int
) -> None:
    finish(session, stand_at, days=1, sentence="older")
    finish(session, stand_at, days=5, sentence="newest")
    finish(session, stand_at, days=3, sentence="between")

    found = next_steps.latest(session, alice_id)

    assert found is not None
    assert (found[0].plan.sentence, found[1]) == ("newest", 2)
    sentences = [step.plan.sentence for step in next_steps.page_of(session, alice_id, 1).rows]
    assert sentences == ["newest", "between", "older"]


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.DROPPED])
def test_a_closed_step_stays_closed_and_drags_no_older_one_out(
    session: Session, stand_at: StandAt, alice_id: int, outcome: Outcome
) -> None:
    older = finish(session, stand_at, days=1, sentence="older")
    newest = finish(session, stand_at, days=5, sentence="newest")

    say(session, newest, outcome)

    found = next_steps.latest(session, alice_id)
    assert found is not None
    assert (found[0].plan.sentence, found[0].is_open, found[1]) == ("newest", False, 1)
    assert [step.key for step in next_steps.open_steps(session, alice_id)] == [older.key]


def test_not_yet_keeps_it_open_and_is_not_asked_again_the_same_day(
    session: Session, stand_at: StandAt, alice_id: int
) -> None:
    seated = finish(session, stand_at)

    say(session, seated, Outcome.NOT_YET)

    step = next_steps.find(session, seated.key, viewer_id=alice_id)
    assert step.is_open
    assert step.was_answered_lately(NOON + ASIDE - timedelta(seconds=1))
    assert not step.was_answered_lately(NOON + ASIDE)


def test_the_last_word_counts_and_the_plan_stays_as_written(
    session: Session, stand_at: StandAt
) -> None:
    seated = finish(session, stand_at)
    plan = next_steps.plan_of(session, seated)
    assert next_steps.answer_of(session, seated) is None

    for hours, outcome in enumerate((Outcome.DONE, Outcome.DONE, Outcome.NOT_YET)):
        say(session, seated, outcome, hours)

    assert next_steps.answer_of(session, seated) == (Outcome.NOT_YET, NOON + timedelta(hours=2))
    assert next_steps.plan_of(session, seated) == plan
    assert session.scalar(sa.select(sa.func.count()).select_from(NextStep)) == 1


def test_a_step_still_being_written_cannot_be_answered(
    session: Session, stand_at: StandAt, alice_id: int
) -> None:
    seated = draft(session, stand_at)

    with pytest.raises(NotYet):
        say(session, seated, Outcome.DONE)
    with pytest.raises(NotFound):
        next_steps.find(session, seated.key, viewer_id=alice_id)


def test_a_play_of_what_if_has_no_next_step_even_when_its_original_is_gone(
    session: Session, stand_at: StandAt, alice_id: int
) -> None:
    seated = finish(session, stand_at)
    mark_as_what_if(session, seated, None)

    assert next_steps.latest(session, alice_id) is None
    with pytest.raises(NotFound):
        next_steps.find(session, seated.key, viewer_id=alice_id)


def test_nobody_finds_the_next_step_of_somebody_else(session: Session, stand_at: StandAt) -> None:
    seated = finish(session, stand_at)
    with writing(session):
        other = accounts.make_guest(session, now=NOON)

    assert next_steps.latest(session, other) is None
    with pytest.raises(NotFound):
        next_steps.find(session, seated.key, viewer_id=other)


def test_a_day_is_over_only_when_it_is_over_everywhere(session: Session, stand_at: StandAt) -> None:
    seated = finish(session, stand_at, due_on=date(2026, 3, 1))
    step = next_steps.find(session, seated.key, viewer_id=seated.user_id)

    assert not step.is_past(NOON - timedelta(seconds=1))
    assert step.is_past(NOON)


def test_many_are_listed_page_by_page(session: Session, stand_at: StandAt, alice_id: int) -> None:
    count = next_steps.PAGE + 2
    for number in range(count):
        finish(session, stand_at, days=number, sentence=f"step {number}")

    first, second = (next_steps.page_of(session, alice_id, number) for number in (1, 2))
    beyond = [next_steps.page_of(session, alice_id, number) for number in (3, -1, 10**30)]

    told = [step.plan.sentence for step in (*first.rows, *second.rows)]
    assert told == [f"step {number}" for number in reversed(range(count))]
    assert (first.has_older, second.has_older) == (True, False)
    assert {page.number for page in beyond} == {1}
