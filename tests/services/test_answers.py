"""Diagnosis, ratings and next step: drafts that may change, commitments that may not."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.rubric import Distance, NotEnough
from lfp_trainer.errors import Incomplete, NotYet, StaleMove
from lfp_trainer.services import access, diagnosis, next_steps, ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Diagnosis, Rating, Stage
from tests.conftest import NOON
from tests.services.conftest import StandAt

ANSWER = Answer(("ILR",), ("used",), ("principal",), ("SK",), "Every one meets the vision.")


def again(session: Session, seated: Seated) -> Seated:
    return access.seat_in(session, seated.key, viewer_id=seated.user_id)


def save(session: Session, seated: Seated, answer: Answer) -> None:
    with database.writing(session):
        diagnosis.save_diagnosis(session, seated, answer, now=NOON)


def commit(session: Session, published: Published, seated: Seated) -> None:
    with database.writing(session):
        diagnosis.commit_diagnosis(session, seated, published.script, now=NOON)


def test_a_draft_of_a_diagnosis_is_kept_and_may_change(session: Session, stand_at: StandAt) -> None:
    seated = stand_at(Stage.DIAGNOSIS)

    save(session, seated, Answer(systems=("ILR", "INS")))
    save(session, seated, ANSWER)

    kept = diagnosis.diagnosis_of(session, seated)
    assert (kept.answer, kept.committed) == (ANSWER, False)
    assert session.scalar(sa.select(sa.func.count(Diagnosis.id))) == 1


def test_a_committed_diagnosis_stays_as_it_is(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DIAGNOSIS)
    save(session, seated, ANSWER)
    commit(session, published, seated)

    # ``seated`` is what another window still believes: the run is at its diagnosis.
    with pytest.raises(StaleMove):
        save(session, seated, Answer(systems=("TAL",)))

    assert diagnosis.diagnosis_of(session, seated).answer == ANSWER
    assert again(session, seated).stage is Stage.RATING


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer(), "systems"),
        (Answer(("ILR", "INS", "TAL", "COM"), ("used",), ("staff",), ("SK",)), "systems"),
        (Answer(("ILR",), (), ("staff",), ("SK",)), "failed_tests"),
        (Answer(("ILR",), ("used",), (), ("SK",)), "who"),
        (Answer(("ILR",), ("used",), ("staff",), ("XX",)), "what"),
    ],
)
def test_a_diagnosis_with_a_part_missing_or_too_much_cannot_be_committed(
    session: Session, published: Published, stand_at: StandAt, answer: Answer, field: str
) -> None:
    seated = stand_at(Stage.DIAGNOSIS)
    save(session, seated, answer)

    with pytest.raises(Incomplete) as refused:
        commit(session, published, seated)

    assert field in refused.value.fields
    assert again(session, seated).stage is Stage.DIAGNOSIS


def test_nothing_is_diagnosed_before_the_case_is_read(session: Session, stand_at: StandAt) -> None:
    with pytest.raises(NotYet):
        save(session, stand_at(Stage.CASE), ANSWER)


def rate(session: Session, published: Published, seated: Seated, card: int, kept: Kept) -> None:
    with database.writing(session):
        ratings.save_rating(
            session,
            seated,
            published.script,
            ratings.cards_of(published.script)[card],
            kept,
            now=NOON,
        )


def rating(level: int | None, *evidence: str, reason: str = "It shows.") -> Kept:
    return Kept(rubric.Rating(level, None, reason, evidence), not_enough=level is None)


def test_leaders_are_rated_strand_by_strand(published: Published) -> None:
    assert ratings.cards_of(published.script) == (
        ("partner", "motivate"),
        ("principals", "motivate"),
        ("partner", "results"),
        ("principals", "results"),
    )


def test_a_level_needs_evidence_and_a_reason_and_ne_a_reason_only(published: Published) -> None:
    sentence = next(iter(published.script.scenario.sentences))

    assert set(ratings.find_missing(published.script.rubric, None)) == {"level"}
    assert set(ratings.find_missing(published.script.rubric, rating(2))) == {"evidence"}
    assert set(ratings.find_missing(published.script.rubric, rating(2, sentence, reason=""))) == {
        "reason"
    }
    assert set(ratings.find_missing(published.script.rubric, rating(None, reason=""))) == {"reason"}
    assert ratings.find_missing(published.script.rubric, rating(2, sentence)) == {}
    assert ratings.find_missing(published.script.rubric, rating(None)) == {}


def test_a_rubric_may_do_without_reasons_but_not_without_evidence(published: Published) -> None:
    free = published.script.rubric.model_copy(update={"reason": "optional"})

    assert set(ratings.find_missing(free, rating(2, reason=""))) == {"evidence"}
    assert ratings.find_missing(free, rating(None, reason="")) == {}


def test_what_is_missing_is_said_in_the_words_of_the_rubric(published: Published) -> None:
    unlike = published.script.rubric.model_copy(
        update={"not_enough": NotEnough(name="Cannot tell", means="Silent.", short="?")}
    )

    assert ratings.find_missing(unlike, None) == {"level": "Choose a level, or “Cannot tell”."}
    assert ratings.find_missing(published.script.rubric, None) == {
        "level": "Choose a level, or NE."
    }


def test_ratings_are_committed_together_and_then_stay(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.RATING)
    sentence = next(iter(published.script.scenario.sentences))
    for card in range(3):
        rate(session, published, seated, card, rating(2, sentence))
    with pytest.raises(Incomplete), database.writing(session):
        ratings.commit_ratings(session, seated, published.script, now=NOON)

    rate(session, published, seated, 3, rating(None))
    with database.writing(session):
        ratings.commit_ratings(session, seated, published.script, now=NOON)

    assert again(session, seated).stage is Stage.ROLE_PLAY
    with pytest.raises(StaleMove):
        rate(session, published, seated, 0, rating(5, sentence))
    levels = [kept.rating.level for kept in ratings.ratings_of(session, seated).values()]
    assert sorted(levels, key=str) == [2, 2, 2, None]
    assert (
        session.scalar(sa.select(sa.func.count(Rating.id)).where(Rating.committed_at.is_(None)))
        == 0
    )


def test_a_rating_of_what_is_not_there_is_refused(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.RATING)

    for wrong in (
        rating(6),
        rating(2, "no-such-sentence"),
        Kept(rubric.Rating(2, "no-such-flag"), not_enough=False),
    ):
        with pytest.raises(Incomplete):
            rate(session, published, seated, 0, wrong)


def test_ratings_are_compared_with_the_reference_once_they_are_there(
    published: Published,
) -> None:
    sentence = next(iter(published.script.scenario.sentences))
    card = ("partner", "motivate")

    (compared,) = ratings.compare_ratings(published.script, {card: rating(4, sentence)})

    assert compared.comparison.distance is Distance.FURTHER
    assert compared.comparison.signed == 3


def test_a_next_step_needs_a_sentence_and_a_day_to_come(
    session: Session, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.NEXT_STEP)

    def finish(plan: Plan) -> None:
        with database.writing(session):
            next_steps.save_plan(session, seated, plan, now=NOON)
        with database.writing(session):
            next_steps.finish_plan(session, again(session, seated), now=NOON)

    with pytest.raises(Incomplete) as refused:
        finish(Plan(goal="More visits."))
    assert set(refused.value.fields) == {"sentence", "due_on"}
    with pytest.raises(Incomplete):
        finish(Plan(sentence="I ask.", due_on=NOON.date() - timedelta(days=1)))
    assert next_steps.plan_of(session, seated).sentence == "I ask."
    with pytest.raises(Incomplete, match="within the next three years"):
        finish(Plan(sentence="I ask.", due_on=date(2206, 3, 9)))

    finish(Plan(sentence="I ask.", due_on=date(2026, 3, 9)))

    assert again(session, seated).stage is Stage.DONE
    assert next_steps.plan_of(session, seated) == Plan("", "", "", "I ask.", date(2026, 3, 9))


def test_tonight_is_still_to_come_where_the_clock_is_behind(
    session: Session, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.NEXT_STEP)
    late = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)  # half past nine in the evening in Detroit
    with database.writing(session):
        plan = Plan(sentence="I call tonight.", due_on=date(2026, 3, 2))
        next_steps.save_plan(session, seated, plan, now=late)
        next_steps.finish_plan(session, seated, now=late)

    assert again(session, seated).stage is Stage.DONE


def test_a_flag_of_another_strand_is_refused(
    session: Session, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.RATING)
    flagged = Kept(rubric.Rating(2, "misdirected", "So.", ("fewer-visits",)), not_enough=False)

    rate(session, published, seated, 0, flagged)
    with pytest.raises(Incomplete):
        rate(session, published, seated, 2, flagged)


def test_two_windows_that_save_at_the_same_instant_are_both_answered(
    engine: sa.Engine, session: Session, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DIAGNOSIS)
    ready = threading.Barrier(6)
    refused: list[Exception] = []

    def one_of_them() -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            try:
                save(own, seated, ANSWER)
            except Exception as error:
                refused.append(error)

    threads = [threading.Thread(target=one_of_them) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.rollback()  # what this session had read so far is from before
    assert refused == []
    assert diagnosis.diagnosis_of(session, seated).answer == ANSWER
