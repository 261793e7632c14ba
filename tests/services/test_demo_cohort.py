"""The cohort of the demonstration: different people with different habits, and walls that hold."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import (
    access,
    assignments,
    cohorts,
    demo,
    expected,
    passwords,
    progress,
    sign_in,
    threads,
    walking_out,
)
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.progress import Followed
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    About,
    Diagnosis,
    Mode,
    Participant,
    Rating,
    Round,
    Run,
    Stage,
    Step,
    User,
    WorkPosition,
)
from tests.conftest import NOON

PRIVATE = {"Hannah Stein", "Owen Gallagher"}


@dataclass
class Room:
    """The cohort, as its facilitator has it before them."""

    session: Session
    viewer_id: int
    cohort: Joined
    people: Mapping[str, int]
    alone: Assigned
    pairs: Assigned

    def seats(self, *columns: Any, assigned: Assigned | None = None) -> list[Any]:
        query = access.shown_seats(self.viewer_id, self.cohort.id, *columns)
        if assigned is not None:
            query = query.where(Run.assignment_id == assigned.id)
        return [*self.session.execute(query)]

    def names(self, ids: set[int]) -> set[str]:
        return {name for name, user_id in self.people.items() if user_id in ids}


@pytest.fixture
def stocked() -> bool:
    return True


@pytest.fixture
def room(session: Session) -> Room:
    with writing(session):
        assert demo.fill(session, now=NOON)
    email = next(each.email for each in demo.PLAYERS if each.kind == "a facilitator")
    viewer_id = session.scalars(sa.select(User.id).where(User.email == email)).one()
    (cohort,) = cohorts.cohorts_of(session, viewer_id)
    members = cohorts.members_of(session, cohort, viewer_id=viewer_id)
    alone, pairs = sorted(
        assignments.assignments_of(session, cohort, viewer_id=viewer_id), key=lambda each: each.mode
    )
    people = {each.name: each.user_id for each in members if not each.facilitates}
    return Room(session, viewer_id, cohort, people, alone, pairs)


def test_twenty_four_people_from_everywhere_are_in_it(session: Session, room: Room) -> None:
    members = cohorts.members_of(session, room.cohort, viewer_id=room.viewer_id)

    learners = [each for each in members if not each.facilitates]
    assert len(learners) == len({each.name for each in learners}) == 24
    assert {each.position for each in learners} == {*WorkPosition}
    assert (room.alone.mode, room.pairs.mode) == (Mode.ALONE, Mode.PAIR)


def test_most_have_finished_and_the_others_stand_at_different_stages(room: Room) -> None:
    stood = Counter(stage for (stage,) in room.seats(Participant.stage, assigned=room.alone))

    early = dict.fromkeys((Stage.CASE, Stage.DIAGNOSIS, Stage.RATING, Stage.ROLE_PLAY), 1)
    assert stood == {Stage.DONE: 17, **early}


def test_on_the_page_of_progress_one_has_gone_quiet_and_the_others_are_at_it(
    session: Session, room: Room
) -> None:
    followed = Followed(room.alone.scenario_id, room.alone)

    found = progress.look(session, room.cohort, followed, viewer_id=room.viewer_id, now=NOON)

    assert (found.finished, found.under_way, found.counts[None]) == (17, 4, 3)
    assert [each.member.name for each in found.people if each.is_quiet] == ["Marco Bianchi"]
    assert [each.decisions for each in found.people if each.stage is Stage.ROLE_PLAY] == [2]


def test_some_tell_what_they_walk_out_with_three_are_still_expected_and_one_has_answered(
    session: Session, room: Room
) -> None:
    (told,) = walking_out.walking_out(session, room.cohort, viewer_id=room.viewer_id)
    assert sorted(each.name for each in told.told) == ["", "", "", "", "Kofi Mensah"]
    assert not told.waits
    invited = expected.invitations_of(session, room.cohort)
    assert [each.came_as for each in invited] == [None] * 3

    tom = room.people["Tom Ellery"]
    assert {each.thing.about for each in threads.threads_for_learner(session, tom)} == {
        About.STEP, About.RATING,
    }  # fmt: skip
    assert threads.unread_count(session, tom) == 1
    assert threads.unread_count(session, room.viewer_id) == 1


def test_habits_lead_along_different_paths_to_different_endings(
    session: Session, room: Room
) -> None:
    played = room.seats(Run.id, Run.ending_id, assigned=room.alone)
    steps = access.shown_steps(room.viewer_id, room.cohort.id, Step.run_id, Step.choice_id)
    paths: dict[int, tuple[str, ...]] = {}
    for run_id, choice_id in session.execute(steps.order_by(Step.run_id, Step.number)):
        paths[run_id] = (*paths.get(run_id, ()), choice_id)

    finished = {run_id: ending for run_id, ending in played if ending}
    assert len(finished) == 17
    assert len({paths[run_id] for run_id in finished}) >= 12
    assert len(set(finished.values())) >= 3


def test_ratings_differ_in_level_evidence_and_words_and_some_move_after_the_play(
    session: Session, room: Room
) -> None:
    rows = session.execute(
        access.shown_answers(
            room.viewer_id, room.cohort.id, Rating.rater_id, Rating.run_id, Rating.leader,
            Rating.strand, Rating.round, Rating.level, Rating.not_enough, Rating.reason,
            Rating.evidence,
        ).where(Run.assignment_id == room.alone.id)
    ).all()  # fmt: skip

    first = {row[:3]: row for row in rows if row.round is Round.BEFORE}
    after = {row[:3]: row for row in rows if row.round is Round.AFTER}
    assert len({row.level for row in first.values()}) >= 4
    assert any(row.not_enough for row in first.values())
    assert len({row.reason for row in first.values()}) >= 12
    assert len({tuple(row.evidence) for row in first.values()}) >= 12
    assert 0 < len([card for card in after if after[card].level != first[card].level]) < len(after)
    whys = {
        reason
        for (reason,) in session.execute(
            access.shown_answers(
                room.viewer_id, room.cohort.id, Diagnosis.user_id, Diagnosis.reason
            )
        )
    }
    assert len(whys) >= 5


def test_of_the_pairs_the_one_that_only_one_has_agreed_to_shows_nothing(
    session: Session, room: Room
) -> None:
    seats = room.seats(Run.id, Participant.user_id, assigned=room.pairs)
    steps = access.shown_steps(room.viewer_id, room.cohort.id, Step.run_id)
    shown = set(session.scalars(steps.where(Run.assignment_id == room.pairs.id)))

    agreed = Counter(run_id for run_id, _ in seats)
    assert sorted(agreed.values()) == [2, 2, 2]
    assert shown == {*agreed}
    shares = sa.select(Participant.run_id).join(Run, Run.id == Participant.run_id)
    half = shares.where(Run.assignment_id == room.pairs.id, Participant.shared_at.is_not(None))
    assert len(set(session.scalars(half))) == 4


def test_what_two_played_privately_is_nowhere_among_what_is_shown(
    session: Session, room: Room
) -> None:
    theirs = {room.people[name] for name in PRIVATE}
    finished = sa.select(Participant.user_id).join(Run).where(
        Run.assignment_id == room.alone.id, Participant.stage == Stage.DONE
    )  # fmt: skip
    assert theirs <= set(session.scalars(finished))  # there it is

    seen = {user_id for (user_id,) in room.seats(Participant.user_id)}
    for owner in (Diagnosis.user_id, Rating.rater_id):
        seen |= set(
            session.scalars(access.shown_answers(room.viewer_id, room.cohort.id, owner, owner))
        )
    seen |= set(
        session.scalars(access.shown_steps(room.viewer_id, room.cohort.id, Step.user_id))
    ) - {None}
    assert room.names(set(room.people.values()) - seen) == {*PRIVATE, "Claire Benoit"}


def test_it_was_played_over_the_last_ten_days_and_never_later_than_now(room: Room) -> None:
    begun = [at for (at,) in room.seats(Run.started_at)]
    last = [at for (at,) in room.seats(Participant.changed_at)]

    assert NOON - timedelta(days=10) < min(begun)
    assert len({at.date() for at in begun}) >= 8
    assert max(last) <= NOON
    assert sum(at < NOON - timedelta(minutes=30) for at in last) >= 20


def test_its_people_can_sign_in(session: Session, room: Room) -> None:
    emails = session.scalars(
        sa.select(User.email).where(User.id.in_([*room.people.values()]), User.email.is_not(None))
    ).all()
    assert len(set(emails)) == 24
    for email in ("aisha@demo.example", "theo@demo.example"):
        assert email in emails
        known = sign_in.find_credentials(session, email)
        assert known is not None
        assert passwords.is_right(known.password_hash, demo.PASSWORD)
