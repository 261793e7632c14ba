"""Drafts of ratings from several windows: what one of them wrote, no other wipes unseen."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.errors import Incomplete, StaleDraft, StaleMove
from lfp_trainer.services import calibrate, exercises
from lfp_trainer.services.exercise_drafts import Window, fingerprint
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage import database
from lfp_trainer.storage.models import ExerciseRating
from tests.conftest import NOON
from tests.services.test_exercises import GOOD, SMALL, M, R, again, rating, start

LATER = NOON + timedelta(minutes=1)


def open_window(session: Session, user_id: int, id: str) -> Window:
    """Open the first vignette of the first set in a window."""
    return Window(id, fingerprint(again(session, user_id).kept[M]))


def send(
    session: Session, user_id: int, window: Window, kept: Kept, *, now: datetime = NOON
) -> Kept:
    with database.writing(session):
        answered = again(session, user_id)
        return exercises.save_rating(
            session, user_id, SMALL, answered.text, M, kept, number=1, now=now, window=window
        )


def half(level: int | None = None, reason: str = "") -> Kept:
    return Kept(rubric.Rating(level, None, reason, ()), not_enough=False)


def test_a_window_opened_before_another_one_wrote_does_not_wipe_it(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    first, second = (open_window(session, alice_id, id) for id in ("a", "b"))
    send(session, alice_id, first, half(reason="Half a thought"))

    with pytest.raises(StaleDraft, match="another window"):
        send(session, alice_id, second, half(3))

    assert again(session, alice_id).kept[M] == half(reason="Half a thought")


def test_a_window_goes_on_with_what_it_wrote_itself_whatever_became_of_the_answers(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    window = open_window(session, alice_id, "a")

    for words in ("Half", "Half a", "Half a thought", ""):
        assert send(session, alice_id, window, half(reason=words)) == half(reason=words)


def test_a_window_opened_after_the_other_one_wrote_may_change_it_and_then_the_first_may_not(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    first = open_window(session, alice_id, "a")
    send(session, alice_id, first, half(reason="Half"))
    second = open_window(session, alice_id, "b")
    send(session, alice_id, second, half(2, "Half a thought"))

    with pytest.raises(StaleDraft):
        send(session, alice_id, first, half(reason="Half of it"))

    assert again(session, alice_id).kept[M] == half(2, "Half a thought")


def test_a_window_in_which_nothing_was_changed_leaves_what_the_other_one_wrote(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    first, second = (open_window(session, alice_id, id) for id in ("a", "b"))
    send(session, alice_id, first, GOOD)

    assert send(session, alice_id, second, half()) == GOOD
    assert again(session, alice_id).kept[M] == GOOD


def test_the_same_sent_twice_is_written_once(session: Session, alice_id: int) -> None:
    start(session, alice_id)
    first, second = (open_window(session, alice_id, id) for id in ("a", "b"))
    send(session, alice_id, first, GOOD)

    assert send(session, alice_id, second, GOOD, now=LATER) == GOOD

    saved = sa.select(ExerciseRating.saved_at).where(ExerciseRating.reason != "")
    assert session.scalars(saved).all() == [NOON]


def test_a_draft_that_was_overtaken_by_a_button_of_its_own_page_takes_nothing_back(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    draft = open_window(session, alice_id, "a")
    pressed = replace(draft, is_sent=True)
    send(session, alice_id, pressed, GOOD)

    with pytest.raises(StaleDraft):
        send(session, alice_id, draft, half(2))

    assert again(session, alice_id).kept[M] == GOOD
    assert send(session, alice_id, pressed, half(4)) == half(4)


def test_a_window_is_told_of_a_commitment_before_it_is_told_of_another_window(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    first, second = (open_window(session, alice_id, id) for id in ("a", "b"))
    send(session, alice_id, first, GOOD)
    with database.writing(session):
        exercises.save_rating(
            session, alice_id, SMALL, again(session, alice_id).text, R, GOOD, number=1, now=NOON
        )
        calibrate.commit_text(session, alice_id, SMALL, number=1, place=1, now=NOON)

    with pytest.raises(StaleMove, match="committed already"):
        send(session, alice_id, second, half(3))


def test_what_cannot_be_committed_yet_is_kept_all_the_same(session: Session, alice_id: int) -> None:
    answered = start(session, alice_id).at(1)

    with database.writing(session):
        exercises.save_rating(session, alice_id, SMALL, answered.text, R, GOOD, number=1, now=NOON)
        with pytest.raises(Incomplete):
            calibrate.commit_text(session, alice_id, SMALL, number=1, place=1, now=NOON)

    assert again(session, alice_id).kept[R] == GOOD
    assert not again(session, alice_id).fixed


def test_fingerprints_tell_every_part_of_a_rating_apart() -> None:
    ratings = [
        half(), half(2), rating(None), half(reason="x"), rating(2), rating(2, "acts"),
        rating(2, "acts", flag="against"), rating(2, "acts", "meets"),
    ]  # fmt: skip

    assert len({fingerprint(each) for each in ratings}) == len(ratings)
