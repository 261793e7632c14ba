"""Sets of vignettes: drawn once, kept while they are rated, fixed when committed, and one's own."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import (
    accounts,
    calibrate,
    exercise_sets,
    exercise_shelf,
    exercises,
    guests,
)
from lfp_trainer.services.exercise_sets import Answered, RatedSet
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage import database
from lfp_trainer.storage.models import ExerciseRating
from tests.conftest import NOON
from tests.exercises import exercise, rubrics, texts, vignettes
from tests.scenarios import Data, scenario

SMALL = exercise()
M, R = SMALL.cards


@pytest.fixture
def bob_id(session: Session) -> int:
    with database.writing(session):
        return accounts.register(
            session, name="Bob", email="bob@district.example", password_hash="x", now=NOON
        )


def start(session: Session, user_id: int, within: Exercise = SMALL, seed: str = "1") -> RatedSet:
    with database.writing(session):
        number = exercise_sets.start_set(session, user_id, within, seed=seed, size=3, now=NOON)
    return exercise_sets.find_set(session, user_id, within, number)


def rating(level: int | None, *evidence: str, reason: str = "It shows.", **more: str) -> Kept:
    return Kept(rubric.Rating(level, more.get("flag"), reason, evidence), level is None)


GOOD = rating(2, "acts")


def save(
    session: Session,
    user_id: int,
    answered: Answered,
    card: Card,
    kept: Kept = GOOD,
    *,
    number: int = 1,
    within: Exercise = SMALL,
) -> None:
    with database.writing(session):
        exercises.save_rating(
            session, user_id, within, answered.text, card, kept, number=number, now=NOON
        )


def commit(
    session: Session, user_id: int, place: int = 1, *, number: int = 1, within: Exercise = SMALL
) -> None:
    with database.writing(session):
        calibrate.commit_text(session, user_id, within, number=number, place=place, now=NOON)


def rate_all(session: Session, user_id: int, rated: RatedSet, kept: Kept = GOOD) -> None:
    for each in rated.texts:
        for card in each.kept:
            save(session, user_id, each, card, kept, number=rated.number)
        commit(session, user_id, each.place, number=rated.number)


def again(session: Session, user_id: int, number: int = 1, place: int = 1) -> Answered:
    return exercise_sets.find_set(session, user_id, SMALL, number).at(place)


def test_a_set_is_shown_again_as_it_was_drawn(session: Session, alice_id: int) -> None:
    first = start(session, alice_id)

    assert exercise_sets.find_set(session, alice_id, SMALL, 1) == first
    assert [each.place for each in first.texts] == [1, 2, 3]
    assert not any("{" in text for each in first.texts for text in each.text.sentences.values())


def test_starting_again_while_a_set_is_open_goes_on_with_it(
    session: Session, alice_id: int
) -> None:
    first = start(session, alice_id)

    assert start(session, alice_id, seed="2") == first
    assert session.scalar(sa.select(sa.func.count(ExerciseRating.id))) == 6


def test_two_windows_that_start_at_one_moment_share_a_set(
    engine: sa.Engine, session: Session, alice_id: int
) -> None:
    barrier = threading.Barrier(2)
    numbers = []

    def start_in_a_window(seed: str) -> None:
        with Session(engine) as own:
            barrier.wait()
            numbers.append(start(own, alice_id, seed=seed).number)

    windows = [threading.Thread(target=start_in_a_window, args=(seed,)) for seed in "ab"]
    for window in windows:
        window.start()
    for window in windows:
        window.join()

    assert numbers == [1, 1]
    assert len(exercise_sets.find_set(session, alice_id, SMALL, 1).texts) == 3


def test_a_draft_is_kept_and_may_change(session: Session, alice_id: int) -> None:
    answered = start(session, alice_id).at(1)
    save(session, alice_id, answered, M, rating(None, reason=""))
    half = Kept(rubric.Rating(4, None, "", ()), not_enough=False)

    save(session, alice_id, answered, M, half)

    assert again(session, alice_id).kept[M] == half
    assert not again(session, alice_id).kept[R].is_answered
    assert again(session, alice_id).compared == ()


@pytest.mark.parametrize(
    ("kept", "field"),
    [
        (rating(6, "acts"), "level"),
        (rating(0, "acts"), "level"),
        (rating(2, "act"), "evidence"),
        (rating(2, "acts", flag="misled"), "flag"),
    ],
)
def test_what_is_not_there_is_refused(
    session: Session, alice_id: int, kept: Kept, field: str
) -> None:
    answered = start(session, alice_id).at(1)

    with pytest.raises(Incomplete) as refused:
        save(session, alice_id, answered, M, kept)

    assert field in refused.value.fields


def test_a_mark_belongs_to_one_strand_and_a_rating_to_a_strand_that_is_there(
    session: Session, alice_id: int
) -> None:
    answered = start(session, alice_id).at(1)

    save(session, alice_id, answered, M, rating(2, "acts", flag="against"))
    with pytest.raises(Incomplete):
        save(session, alice_id, answered, R, rating(2, "acts", flag="against"))
    with pytest.raises(Incomplete):
        save(session, alice_id, answered, Card("small", "vision"))


@pytest.mark.parametrize(
    ("kept", "field"),
    [
        (rating(2), "evidence"),
        (rating(2, "acts", reason=""), "reason"),
        (rating(None, reason=""), "reason"),
        (Kept(rubric.Rating(None, None, "Why not", ("acts",)), not_enough=False), "level"),
    ],
)
def test_a_level_needs_a_sentence_and_a_reason_and_ne_a_reason(
    session: Session, alice_id: int, kept: Kept, field: str
) -> None:
    answered = start(session, alice_id).at(1)
    save(session, alice_id, answered, M)
    save(session, alice_id, answered, R, kept)

    with pytest.raises(Incomplete) as refused:
        commit(session, alice_id)

    assert list(refused.value.fields) == [field]
    assert not again(session, alice_id).committed


def test_ne_needs_no_sentence(session: Session, alice_id: int) -> None:
    answered = start(session, alice_id).at(1)
    for card in (M, R):
        save(session, alice_id, answered, card, rating(None))

    commit(session, alice_id)

    assert again(session, alice_id).committed


def test_a_level_above_what_a_mark_allows_is_refused(session: Session, alice_id: int) -> None:
    scale = SMALL.rubrics["small"]
    flag = scale.flags["against"].model_copy(update={"caps": {"results": 1}})
    capped = replace(
        SMALL, rubrics={"small": scale.model_copy(update={"flags": {"against": flag}})}
    )
    answered = start(session, alice_id, capped).at(1)
    save(session, alice_id, answered, M, rating(3, "acts", flag="against"), within=capped)
    save(session, alice_id, answered, R, rating(2, "acts"), within=capped)

    with pytest.raises(Incomplete, match="the level can be 1 at most"):
        commit(session, alice_id, within=capped)

    save(session, alice_id, answered, R, rating(1, "acts"), within=capped)
    commit(session, alice_id, within=capped)


def test_a_committed_vignette_stays_as_it_is_and_can_be_committed_again(
    session: Session, alice_id: int
) -> None:
    answered = start(session, alice_id).at(1)
    for card in (M, R):
        save(session, alice_id, answered, card)
    commit(session, alice_id)

    with pytest.raises(StaleMove):
        save(session, alice_id, answered, M, rating(5, "acts"))
    commit(session, alice_id)

    assert again(session, alice_id).kept == {M: GOOD, R: GOOD}


def test_the_reference_stands_beside_what_is_committed_and_only_then(
    session: Session, alice_id: int
) -> None:
    rated = start(session, alice_id)
    for card in (M, R):
        save(session, alice_id, rated.at(1), card)
    assert exercise_sets.find_set(session, alice_id, SMALL, 1).compared == ()

    commit(session, alice_id)

    compared = exercise_sets.find_set(session, alice_id, SMALL, 1).compared
    assert [each.card for each in compared] == [M, R]
    assert compared[0].comparison.shared == compared[0].reference.evidence
    assert {each.own.level for each in compared} == {2}


def test_a_finished_set_is_followed_by_one_of_texts_not_seen_yet(
    session: Session, alice_id: int
) -> None:
    first = start(session, alice_id)
    rate_all(session, alice_id, first)
    assert exercise_sets.find_set(session, alice_id, SMALL, 1).is_finished

    second = start(session, alice_id, seed="2")

    assert second.number == 2
    assert {each.text.id for each in first.texts}.isdisjoint(each.text.id for each in second.texts)
    assert [each.number for each in exercise_sets.sets_of(session, alice_id, SMALL)] == [1, 2]


def test_levels_that_were_missed_come_first(session: Session, alice_id: int) -> None:
    levels = {f"{n}-{m}": (m, m) for n in range(4) for m in (1, 2, 3, 4, 5)}
    many = exercise(vignettes({**levels, **{f"ne-{n}": ("NE", "NE") for n in range(4)}}))
    with database.writing(session):
        exercise_sets.start_set(session, alice_id, many, seed="1", size=6, now=NOON)
    for each in exercise_sets.find_set(session, alice_id, many, 1).texts:
        found = each.text.reference_on(M).level
        kept = rating(1, "acts") if found == 4 else rating(None) if found == "NE" else None
        kept = kept or rating(int(found), "acts")
        for card in (M, R):
            save(session, alice_id, each, card, kept, within=many)
        commit(session, alice_id, each.place, within=many)
    with database.writing(session):
        exercise_sets.start_set(session, alice_id, many, seed="2", size=6, now=NOON)

    second = exercise_sets.find_set(session, alice_id, many, 2)

    assert [each.text.reference_on(M).level for each in second.texts].count(4) == 2


def test_a_text_rewritten_after_it_was_committed_is_not_compared(
    session: Session, alice_id: int
) -> None:
    rated = start(session, alice_id)
    rate_all(session, alice_id, rated)
    changed = vignettes()
    for each in changed["vignettes"].values():
        each["text"][1]["text"] = "{They} does something else."

    seen = exercise_sets.find_set(session, alice_id, exercise(changed), 1)

    assert seen.compared == ()
    assert seen.is_finished
    assert seen.at(1).outdated == {M, R}


def test_a_text_rewritten_while_it_is_rated_must_be_rated_again(
    session: Session, alice_id: int
) -> None:
    save(session, alice_id, start(session, alice_id).at(1), M)
    changed_data = vignettes()
    for each in changed_data["vignettes"].values():
        each["text"][1]["text"] = "{They} does something else."
    changed = exercise(changed_data)
    answered = exercise_sets.find_set(session, alice_id, changed, 1).at(1)
    save(session, alice_id, answered, R, within=changed)

    with pytest.raises(Incomplete, match="rewritten"):
        commit(session, alice_id, within=changed)

    save(session, alice_id, answered, M, within=changed)
    commit(session, alice_id, within=changed)


def test_a_text_that_was_taken_out_leaves_its_set(session: Session, alice_id: int) -> None:
    rated = start(session, alice_id)
    gone = rated.texts[0].text.id
    fewer = vignettes()
    del fewer["vignettes"][gone]

    seen = exercise_sets.find_set(session, alice_id, exercise(fewer), 1)

    assert [each.place for each in seen.texts] == [2, 3]
    with pytest.raises(NotFound):
        seen.at(1)


def test_a_set_whose_texts_are_all_gone_gives_its_number_to_no_other(
    session: Session, alice_id: int
) -> None:
    start(session, alice_id)
    others = exercise(vignettes({"new": (1, 1), "newer": (2, 2)}))

    assert start(session, alice_id, others).number == 2


def test_nobody_finds_what_another_person_rates(
    session: Session, alice_id: int, bob_id: int
) -> None:
    rated = start(session, alice_id)
    rate_all(session, alice_id, rated)

    assert exercise_sets.sets_of(session, bob_id, SMALL) == []
    assert not calibrate.has_begun(session, bob_id, SMALL)
    assert calibrate.has_begun(session, alice_id, SMALL)
    with pytest.raises(NotFound):
        exercise_sets.find_set(session, bob_id, SMALL, 1)
    with pytest.raises(StaleMove):
        save(session, bob_id, rated.at(1), M)
    with pytest.raises(NotFound):
        commit(session, bob_id)


def test_a_guests_sets_follow_those_of_the_account_that_claims_them(
    session: Session, alice_id: int, bob_id: int
) -> None:
    rate_all(session, bob_id, start(session, bob_id, seed="b"))
    rate_all(session, alice_id, start(session, alice_id, seed="a"))
    second = start(session, alice_id, seed="c")
    assert accounts.has_practice(session, alice_id)

    with database.writing(session):
        accounts.claim(session, alice_id, bob_id, now=NOON)

    sets = exercise_sets.sets_of(session, bob_id, SMALL)
    assert [each.number for each in sets] == [1, 2, 3]
    assert [len(each.texts) for each in sets] == [3, 3, 3]
    assert sets[2].texts == second.texts
    assert exercise_sets.sets_of(session, alice_id, SMALL) == []


def test_a_guest_who_leaves_takes_their_ratings_along(session: Session, alice_id: int) -> None:
    start(session, alice_id)

    with database.writing(session):
        guests.forget_guest(session, alice_id, now=NOON)

    assert session.scalar(sa.select(sa.func.count(ExerciseRating.id))) == 0


def test_a_person_who_is_gone_starts_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        start(session, 999)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "exercises").mkdir()
    yield tmp_path
    exercise_shelf.on_shelf.cache_clear()


def test_a_broken_exercise_is_left_out_and_the_others_stay(
    shelf: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (shelf / "exercises" / "broken.yaml").write_text("format: 1\n")

    assert exercise_shelf.on_shelf(shelf) == {}

    assert "broken.yaml" in caplog.text


def put(shelf: Path, name: str, data: Data) -> None:
    (shelf / "rubrics").mkdir(exist_ok=True)
    for id, each in rubrics().items():
        (shelf / "rubrics" / f"{id}.yaml").write_text(each.model_dump_json(exclude_none=True))
    (shelf / "exercises" / f"{name}.yaml").write_text(json.dumps(data))


def test_of_two_exercises_with_one_id_the_second_is_left_out_and_named(
    shelf: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(shelf, "first", vignettes(title="The first"))
    put(shelf, "second", vignettes(title="The second"))

    assert [each.title for each in exercise_shelf.on_shelf(shelf).values()] == ["The first"]

    assert "second.yaml" in caplog.text
    assert "'small' is the id of first.yaml too" in caplog.text


def test_an_exercise_about_a_draft_is_left_out(
    shelf: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = texts()
    data["texts"]["after"] = {
        **{key: each for key, each in data["texts"]["after"].items() if key != "text"},
        "scenario": "small-case",
    }
    case = scenario() | {"case": [{"id": "acts", "text": "She visits."}]}
    (shelf / "small-case.yaml").write_text(json.dumps(case | {"draft": True}))
    put(shelf, "contrast", data)

    assert exercise_shelf.on_shelf(shelf) == {}
    assert "contrast.yaml" in caplog.text
    assert "small-case" in caplog.text

    exercise_shelf.on_shelf.cache_clear()
    (shelf / "small-case.yaml").write_text(json.dumps(case))
    assert list(exercise_shelf.on_shelf(shelf)) == ["contrast"]


def test_a_set_is_found_in_one_query_that_reads_no_other_set(
    engine: sa.Engine, session: Session, alice_id: int
) -> None:
    for number in range(1, 31):
        rate_all(session, alice_id, start(session, alice_id, seed=f"{number}"))
    read: list[int] = []

    def count(connection: sa.Connection, cursor: Any, *asked: Any) -> None:
        if asked[0].lstrip().startswith("SELECT"):
            again = connection.connection.cursor()
            again.execute(asked[0], asked[1])
            read.append(len(again.fetchall()))
            again.close()

    sa.event.listen(engine, "after_cursor_execute", count)
    found = exercise_sets.find_set(session, alice_id, SMALL, 30)
    sa.event.remove(engine, "after_cursor_execute", count)

    assert read == [sum(len(each.kept) for each in found.texts)]


def test_times_are_those_of_the_acts(session: Session, alice_id: int) -> None:
    answered = start(session, alice_id).at(1)
    with database.writing(session):
        exercises.save_rating(
            session, alice_id, SMALL, answered.text, M, GOOD, number=1,
            now=NOON + timedelta(hours=1),
        )  # fmt: skip

    with suppress(Incomplete):
        commit(session, alice_id)

    saved = session.scalars(
        sa.select(ExerciseRating.saved_at).order_by(ExerciseRating.saved_at.desc())
    ).all()
    assert saved[:2] == [NOON + timedelta(hours=1), NOON]
    assert session.scalars(sa.select(ExerciseRating.committed_at).distinct()).all() == [None]
