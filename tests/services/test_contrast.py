"""Two texts rated page by page: kept as a draft, committed rubric by rubric, and one's own."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.contrast import Page, pages_of
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import contrast, exercise_sets
from lfp_trainer.services.exercise_sets import RatedSet
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage import database
from lfp_trainer.storage.models import ExerciseRating
from tests import exercises
from tests.conftest import NOON
from tests.exercises import exercise, texts
from tests.scenarios import Data


def without_reason() -> Exercise:
    """The contrast of the tests; its second rubric asks for no reason, and for one text alone."""
    data: Data = texts()
    data["texts"]["before"] = data["texts"]["before"] | {
        "reference": {"small": data["texts"]["before"]["reference"]["small"]}
    }
    made = exercise(data)
    free = made.rubrics["large"].model_copy(update={"reason": "optional"})
    return replace(made, rubrics={**made.rubrics, "large": free})


CONTRAST = without_reason()
FIRST, SECOND, THIRD = pages_of(CONTRAST)
GOOD = Kept(rubric.Rating(2, None, "It shows.", ("acts",)), not_enough=False)


@pytest.fixture
def begun(session: Session, alice_id: int) -> int:
    with database.writing(session):
        return exercise_sets.start_set(
            session, alice_id, CONTRAST, seed="1", size=len(CONTRAST.texts), now=NOON
        )


def now_of(session: Session, user_id: int, within: Exercise = CONTRAST) -> RatedSet:
    return exercise_sets.find_set(session, user_id, within, 1)


def save(
    session: Session,
    user_id: int,
    page: Page,
    kept: Kept = GOOD,
    *,
    within: Exercise = CONTRAST,
    **changes: Kept,
) -> None:
    with database.writing(session):
        answered = now_of(session, user_id, within).about(page.text)
        sent = {card: changes.get(card.strand, kept) for card in page.cards}
        contrast.save_rows(session, user_id, within, answered, sent, number=1, now=NOON)


def commit(session: Session, user_id: int, rubric_id: str) -> None:
    with database.writing(session):
        contrast.commit_rubric(session, user_id, CONTRAST, rubric_id, number=1, now=NOON)


def test_a_set_has_a_row_for_whatever_a_text_is_rated_on(
    session: Session, alice_id: int, begun: int
) -> None:
    rated = now_of(session, alice_id)

    assert {each.text.id: len(each.kept) for each in rated.texts} == {"before": 2, "after": 5}


def test_one_rubric_is_committed_and_the_other_stays_open(
    session: Session, alice_id: int, begun: int
) -> None:
    for page in (FIRST, SECOND, THIRD):
        save(session, alice_id, page)

    commit(session, alice_id, "small")

    rated = now_of(session, alice_id)
    assert contrast.is_committed(rated, "small")
    assert not contrast.is_committed(rated, "large")
    assert {each.card.rubric for each in rated.compared} == {"small"}
    assert not rated.is_finished
    assert rated.about("before").committed
    assert not rated.about("after").committed


def test_a_rubric_is_not_committed_while_a_row_of_any_text_is_unfinished(
    session: Session, alice_id: int, begun: int
) -> None:
    save(session, alice_id, SECOND)

    with pytest.raises(Incomplete):
        commit(session, alice_id, "small")

    session.rollback()
    rated = now_of(session, alice_id)
    assert rated.compared == ()
    assert contrast.first_open_page(CONTRAST, rated) == FIRST


def test_the_first_open_page_has_something_missing_or_is_where_one_commits(
    session: Session, alice_id: int, begun: int
) -> None:
    def first_open() -> Page | None:
        return contrast.first_open_page(CONTRAST, now_of(session, alice_id))

    assert first_open() == FIRST
    save(session, alice_id, FIRST)
    assert first_open() == SECOND
    save(session, alice_id, SECOND)
    assert first_open() == SECOND
    commit(session, alice_id, "small")
    assert first_open() == THIRD
    save(session, alice_id, THIRD)
    commit(session, alice_id, "large")
    assert first_open() is None


def test_a_level_needs_a_sentence_and_a_reason_only_where_the_rubric_asks_for_one(
    session: Session, alice_id: int, begun: int
) -> None:
    bare = Kept(rubric.Rating(2), not_enough=False)
    silent = Kept(rubric.Rating(None), not_enough=True)
    save(session, alice_id, FIRST, bare, results=silent)
    save(session, alice_id, THIRD, bare, plans=silent)
    rated = now_of(session, alice_id)

    found = {
        (card.strand, field)
        for page in (FIRST, THIRD)
        for card, fields in contrast.find_unfinished(
            CONTRAST, rated.about(page.text), page.cards
        ).items()
        for field in fields
    }

    assert found == {
        ("motivate", "evidence"), ("motivate", "reason"), ("results", "reason"),
        ("vision", "evidence"), ("routines", "evidence"),
    }  # fmt: skip


def test_what_is_committed_takes_the_same_once_more_and_nothing_else(
    session: Session, alice_id: int, begun: int
) -> None:
    save(session, alice_id, FIRST)
    save(session, alice_id, SECOND)
    commit(session, alice_id, "small")

    save(session, alice_id, FIRST)
    with pytest.raises(StaleMove):
        save(session, alice_id, FIRST, results=Kept(GOOD.rating, not_enough=True))

    session.rollback()
    commit(session, alice_id, "small")
    assert now_of(session, alice_id).about("before").kept[FIRST.cards[1]] == GOOD


def test_a_text_that_was_rewritten_is_to_be_looked_at_again(
    session: Session, alice_id: int, begun: int
) -> None:
    save(session, alice_id, FIRST)
    data = texts()
    data["texts"]["before"]["text"][0]["text"] = "Rewritten."
    rewritten = exercise(data)
    answered = now_of(session, alice_id, rewritten).about("before")
    assert contrast.find_unfinished(rewritten, answered, FIRST.cards).keys() == {*FIRST.cards}

    save(session, alice_id, FIRST, within=rewritten)  # the same answers

    answered = now_of(session, alice_id, rewritten).about("before")
    assert contrast.find_unfinished(rewritten, answered, FIRST.cards) == {}


def test_only_what_has_changed_is_written(session: Session, alice_id: int, begun: int) -> None:
    save(session, alice_id, FIRST)
    later = NOON.replace(hour=15)
    with database.writing(session):
        answered = now_of(session, alice_id).about("before")
        changed = Kept(rubric.Rating(3, None, "More.", ("acts",)), not_enough=False)
        sent = dict(zip(FIRST.cards, (GOOD, changed), strict=True))
        contrast.save_rows(session, alice_id, CONTRAST, answered, sent, number=1, now=later)

    saved = session.execute(
        sa.select(ExerciseRating.strand, ExerciseRating.saved_at).where(
            ExerciseRating.text_id == "before"
        )
    )
    assert {row.strand: row.saved_at for row in saved} == {"motivate": NOON, "results": later}


def test_a_row_of_another_text_is_refused(session: Session, alice_id: int, begun: int) -> None:
    answered = now_of(session, alice_id).about("before")

    with pytest.raises(Incomplete):
        contrast.save_rows(
            session, alice_id, CONTRAST, answered, {Card("large", "plans"): GOOD},
            number=1, now=NOON,
        )  # fmt: skip


def test_the_tests_have_two_rubrics_of_different_shape() -> None:
    assert {len(each.strands) for each in exercises.rubrics().values()} == {2, 3}
