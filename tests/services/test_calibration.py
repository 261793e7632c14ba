"""What a profile is made of: one's own first answers, once they are committed, and no more."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import config, scenario_files
from lfp_trainer.engine.calibration import InBand, Profile
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.scenario_files import Sources
from lfp_trainer.services import accounts, calibration, demo, exercise_shelf, library, shelf
from lfp_trainer.services.access import Seated
from lfp_trainer.services.calibration import own_role, readings_of
from lfp_trainer.services.demo_calibration import rate_sets
from lfp_trainer.services.exercise_sets import Answered
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Rating, Round, Run, Stage, WorkPosition
from tests.conftest import NOON
from tests.exercises import exercise, rubrics, vignettes
from tests.services.conftest import StandAt
from tests.services.test_exercises import again, commit, rate_all, rating, save, start

SMALL = exercise()
OTHER_CASE = "everything-in-place"
ANCHORS = exercise_shelf.on_shelf(config.SCENARIOS)["anchor-vignettes"]


@pytest.fixture
def bob_id(session: Session) -> int:
    with database.writing(session):
        return accounts.make_guest(session, now=NOON)


def profile_of(session: Session, user_id: int, within: Exercise | None = None) -> Profile | None:
    found = readings_of(session, user_id, within)
    return found[0].profile if found else None


def count(session: Session, user_id: int, within: Exercise | None = None) -> int:
    found = profile_of(session, user_id, within)
    return 0 if found is None else found.rated


def test_ratings_of_a_run_count_once_they_are_committed(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.RATING)
    with database.writing(session):
        # A draft, as it stands half way through the cards.
        session.execute(_copy_of(seated, "partner", committed=False))
    assert readings_of(session, alice_id, None) == []

    stand_at(Stage.ROLE_PLAY)

    assert count(session, alice_id) == 4


def _copy_of(
    seated: Seated, leader: str, *, committed: bool, round: Round = Round.BEFORE
) -> sa.Insert:
    return sa.insert(Rating).values(
        run_id=seated.run_id, rater_id=seated.user_id, round=round, leader=leader,
        strand="motivate", level=5, not_enough=False, reason="It shows.", evidence=[],
        saved_at=NOON, committed_at=NOON if committed else None,
    )  # fmt: skip


@pytest.mark.parametrize("round", [Round.AGAIN, Round.AFTER, Round.OWN])
def test_only_first_answers_count(
    session: Session, alice_id: int, stand_at: StandAt, round: Round
) -> None:
    seated = stand_at(Stage.DEBRIEF)
    before = profile_of(session, alice_id)
    with database.writing(session):
        session.execute(_copy_of(seated, "partner", committed=True, round=round))

    assert before is not None
    assert profile_of(session, alice_id) == before


def test_a_what_if_adds_nothing(session: Session, alice_id: int, stand_at: StandAt) -> None:
    seated = stand_at(Stage.DEBRIEF)
    assert count(session, alice_id) == 4
    with database.writing(session):
        session.execute(sa.update(Run).where(Run.id == seated.run_id).values(what_if_at=1))

    assert count(session, alice_id) == 0


def commit_at(session: Session, seated: Seated, at: datetime, level: int | None = None) -> None:
    """Move what was rated in a run to another day, and to one level for everything."""
    rated = sa.update(Rating).where(Rating.run_id == seated.run_id).values(committed_at=at)
    with database.writing(session):
        session.execute(rated if level is None else rated.values(level=level, not_enough=False))


def test_of_a_case_that_was_played_again_the_first_ratings_count_alone(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DEBRIEF)
    commit_at(session, first, NOON)
    alone = readings_of(session, alice_id, None)
    # The run that began later is the one whose ratings were committed first.
    earlier = stand_at(Stage.ROLE_PLAY)
    commit_at(session, earlier, NOON + timedelta(days=1), level=5)

    assert readings_of(session, alice_id, None) == alone

    commit_at(session, earlier, NOON - timedelta(days=1))

    (found,) = readings_of(session, alice_id, None)
    assert found.sittings.keys() == {f"run {earlier.run_id}"}
    assert found.profile.rated == 4


def test_a_new_version_of_a_case_makes_no_new_first_answer(
    session: Session, alice_id: int, sources: Sources, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DEBRIEF)
    commit_at(session, first, NOON - timedelta(days=1))
    scenario = sources.scenario.replace(b"title: Glowing", b"title: More glowing")
    with database.writing(session):
        library.publish(session, replace(sources, scenario=scenario), now=NOON)
        demo.play_run(
            session, library.current(session, "glowing-observations"), user_id=alice_id,
            seat="both", habit=demo.by_reference, stop=None, dice=Random(2), now=NOON,
        )  # fmt: skip

    (found,) = readings_of(session, alice_id, None)

    assert {each.title for each in found.sittings.values()} == {"Glowing observations"}
    assert found.profile.rated == 4


def test_what_somebody_else_rated_first_takes_nothing_away(
    session: Session, alice_id: int, bob_id: int, stand_at: StandAt
) -> None:
    stand_at(Stage.DEBRIEF, user_id=bob_id)
    rate_all(session, bob_id, start(session, bob_id))
    stand_at(Stage.DEBRIEF)
    rate_all(session, alice_id, start(session, alice_id))

    assert [each.profile.rated for each in readings_of(session, alice_id, SMALL)] == [6, 4]


def test_a_vignette_that_comes_back_counts_once_for_each_strand(
    session: Session, alice_id: int
) -> None:
    rate_all(session, alice_id, start(session, alice_id), rating(1, "acts"))
    rate_all(session, alice_id, start(session, alice_id, seed="2"), rating(1, "acts"))
    both = profile_of(session, alice_id, SMALL)
    third = start(session, alice_id, seed="3")
    rate_all(session, alice_id, third, rating(5, "acts"))

    # There are six of them, so that all of the third set have been seen before.
    assert third.number == 3
    assert both is not None
    assert both.rated == 12
    assert profile_of(session, alice_id, SMALL) == both


def test_vignettes_count_one_by_one_as_they_are_committed(session: Session, alice_id: int) -> None:
    rated = start(session, alice_id)
    for each in rated.texts:
        for card in each.kept:
            save(session, alice_id, each, card)
    assert count(session, alice_id, SMALL) == 0

    commit(session, alice_id, 1)

    assert count(session, alice_id, SMALL) == 2
    assert count(session, alice_id, None) == 0


def test_a_vignette_that_was_rewritten_since_is_left_out(session: Session, alice_id: int) -> None:
    rated = start(session, alice_id)
    rate_all(session, alice_id, rated)
    changed = vignettes()
    changed["vignettes"][rated.texts[0].text.id]["text"][0]["text"] = "{name} stays away."
    gone = vignettes()
    del gone["vignettes"][rated.texts[1].text.id]

    assert count(session, alice_id, SMALL) == 6
    assert count(session, alice_id, exercise(changed)) == 4
    assert count(session, alice_id, exercise(gone)) == 4


def test_nobody_reads_what_somebody_else_rated(
    session: Session, alice_id: int, bob_id: int, stand_at: StandAt
) -> None:
    stand_at(Stage.DEBRIEF)
    rate_all(session, alice_id, start(session, alice_id))

    assert readings_of(session, bob_id, SMALL) == []


def test_each_rubric_has_a_profile_of_its_own_the_one_with_most_ratings_first(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    stand_at(Stage.DEBRIEF)
    rate_all(session, alice_id, start(session, alice_id))

    found = readings_of(session, alice_id, SMALL)

    assert [(each.key, each.profile.rated) for each in found] == [
        ("small-5-5", 6),
        ("impact-and-influence-5-5", 4),
    ]


def test_runs_and_vignettes_of_one_rubric_come_together(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DEBRIEF)
    with database.writing(session):
        rate_sets(session, [ANCHORS], [alice_id], Random(1), NOON)

    (found,) = readings_of(session, alice_id, ANCHORS)

    assert found.profile.rated == 4 + 2 * 12
    assert {(each.title, each.run_key, each.set_number) for each in found.sittings.values()} == {
        ("Glowing observations", seated.key, None),
        ("", None, 1),
        ("", None, 2),
    }


def test_a_sitting_that_the_limit_cuts_is_left_out(
    session: Session, alice_id: int, stand_at: StandAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = stand_at(Stage.DEBRIEF)
    commit_at(session, latest, NOON + timedelta(days=1))
    other = scenario_files.read_sources(config.SCENARIOS / f"{OTHER_CASE}.yaml")
    with database.writing(session):
        demo.play_run(
            session, library.current(session, library.publish(session, other, now=NOON)),
            user_id=alice_id, seat="both", habit=demo.by_reference, stop=None, dice=Random(2),
            now=NOON,
        )  # fmt: skip
    assert count(session, alice_id) > 6
    monkeypatch.setattr(calibration, "MOST_READ", 6)

    (found,) = readings_of(session, alice_id, None)

    assert found.profile.rated == 4
    assert found.profile.since == NOON + timedelta(days=1)
    assert found.sittings.keys() == {f"run {latest.run_id}"}


def test_the_only_sitting_is_never_left_out(
    session: Session, alice_id: int, stand_at: StandAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_at(Stage.DEBRIEF)
    monkeypatch.setattr(calibration, "MOST_READ", 3)

    assert count(session, alice_id) == 3


def test_the_levels_of_a_set_come_to_the_known_figures(session: Session, alice_id: int) -> None:
    rated = start(session, alice_id)
    rate_all(session, alice_id, rated, rating(3, "acts"))
    twos = [
        each.text.reference["small"][strand].level == 3
        for each in again_all(session, alice_id)
        for strand in ("motivate", "results")
    ]

    found = profile_of(session, alice_id, SMALL)

    assert found is not None
    assert isinstance(found.in_band, InBand)
    assert (found.in_band.rated, found.in_band.hits) == (6, sum(twos))


def again_all(session: Session, user_id: int) -> list[Answered]:
    return [again(session, user_id, place=place) for place in (1, 2, 3)]


@pytest.mark.parametrize(
    ("position", "role"),
    [
        (None, None),
        (WorkPosition.CENTRAL_OFFICE, "partner"),
        (WorkPosition.ELEMENTARY, "principal"),
        (WorkPosition.HIGH, "principal"),
        (WorkPosition.STATE_OR_ISD, None),
    ],
)
def test_the_own_role_follows_from_where_somebody_works(
    position: WorkPosition | None, role: str | None
) -> None:
    assert own_role(position, rubrics()["small"]) == role


def test_a_rubric_without_that_role_has_no_own_one() -> None:
    other = rubrics()["small"].model_copy(update={"roles": {"coach": "Coach"}})

    assert own_role(WorkPosition.HIGH, other) is None


def test_cases_to_take_next_are_those_that_are_not_finished(
    session: Session, alice_id: int, published: Published, stand_at: StandAt
) -> None:
    scale = published.script.rubric
    (case,) = calibration.cases_for(shelf.cards(session, alice_id), scale)

    assert (case.scenario_id, case.roles) == (
        "glowing-observations",
        {"partner": 1, "principal": 1},
    )
    assert case.apart == 0
    assert calibration.cases_for(shelf.cards(session, alice_id), rubrics()["large"]) == []
    stand_at(Stage.DEBRIEF)
    assert calibration.cases_for(shelf.cards(session, alice_id), scale) == []
