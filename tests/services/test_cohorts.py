"""Cohorts: made, joined by code, seen by who is in them, left."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import accounts, claiming, cohorts, forgetting
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Cohort, Membership, Place, WorkPosition
from tests.conftest import NOON
from tests.services.conftest import NewPerson


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, dana_id: int) -> Joined:
    """A cohort that Dana facilitates."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
    return cohorts.find(session, key, viewer_id=dana_id)


def join(session: Session, cohort: Joined, user_id: int) -> Joined:
    with writing(session):
        key = cohorts.join(session, cohort.code, user_id=user_id, now=NOON)
    return cohorts.find(session, key, viewer_id=user_id)


def test_a_cohort_is_joined_by_its_code_however_that_is_written(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")

    with writing(session):
        typed = f" {spring.code[:4].lower()}-{spring.code[4:]} "
        cohorts.join(session, typed, user_id=ana, now=NOON)

    assert len(spring.code) == 8
    assert len(cohorts.members_of(session, spring, viewer_id=dana_id)) == 2


def test_who_joins_twice_is_in_it_once_and_a_facilitator_stays_one(
    session: Session, spring: Joined, dana_id: int
) -> None:
    again = join(session, spring, dana_id)

    assert again.role is Place.FACILITATOR
    assert len(cohorts.members_of(session, spring, viewer_id=dana_id)) == 1


def test_members_see_names_and_positions_and_only_facilitators_the_code(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    with writing(session):
        cohorts.introduce(session, ana, name="Ana M.", position=WorkPosition.MIDDLE)
    hers = join(session, spring, ana)

    assert (hers.code, hers.role) == ("", Place.LEARNER)
    for viewer in (ana, dana_id):
        seen = cohorts.members_of(session, hers, viewer_id=viewer)
        assert [(each.name, each.position, each.role) for each in seen] == [
            ("Dana", None, Place.FACILITATOR),
            ("Ana M.", WorkPosition.MIDDLE, Place.LEARNER),
        ]


def test_a_cohort_is_there_for_nobody_who_is_not_in_it(
    session: Session, spring: Joined, new: NewPerson
) -> None:
    outsider = new("Otto")

    with pytest.raises(NotFound):
        cohorts.find(session, spring.key, viewer_id=outsider)
    assert cohorts.members_of(session, spring, viewer_id=outsider) == []
    assert cohorts.cohorts_of(session, outsider) == []
    assert cohorts.fellows_of(session, outsider) == []


def test_a_member_does_not_run_a_cohort(session: Session, spring: Joined, new: NewPerson) -> None:
    ana = new("Ana")
    join(session, spring, ana)

    with pytest.raises(NotFound):
        cohorts.find_to_run(session, spring.key, viewer_id=ana)


def test_a_closed_cohort_lets_nobody_in_and_is_not_paired(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    with writing(session):
        session.execute(sa.update(Cohort).values(archived_at=NOON))

    with pytest.raises(NotFound):
        join(session, spring, new("Ana"))
    with pytest.raises(NotFound):
        cohorts.find_to_run(session, spring.key, viewer_id=dana_id)


def test_who_leaves_sees_nothing_of_it_any_more(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    hers = join(session, spring, ana)

    with writing(session):
        cohorts.leave(session, hers, ana)

    with pytest.raises(NotFound):
        cohorts.find(session, spring.key, viewer_id=ana)
    assert len(cohorts.members_of(session, spring, viewer_id=dana_id)) == 1


def test_the_only_facilitator_does_not_leave_the_others_behind(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    hers = join(session, spring, ana)
    with pytest.raises(Incomplete), writing(session):
        cohorts.leave(session, spring, dana_id)

    with writing(session):
        cohorts.leave(session, hers, ana)
        cohorts.leave(session, spring, dana_id)

    assert session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == 0


def test_a_cohort_whose_last_member_is_deleted_is_gone_and_others_stay(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    hers = join(session, spring, ana)
    with writing(session):
        cohorts.make(session, name="Hers alone", user_id=ana, now=NOON)

    with writing(session):
        forgetting.delete_person(session, ana, now=NOON)

    assert session.scalars(sa.select(Cohort.name)).all() == [hers.name]


def make_facilitator(session: Session, cohort: Joined, user_id: int) -> None:
    join(session, cohort, user_id)
    with writing(session):
        hers = Membership.cohort_id == cohort.id, Membership.user_id == user_id
        session.execute(sa.update(Membership).where(*hers).values(role=Place.FACILITATOR))


def test_a_cohort_whose_only_facilitator_is_deleted_is_closed_and_its_members_stay(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    join(session, spring, ana)
    with writing(session):
        cohorts.make(session, name="Alone", user_id=dana_id, now=NOON)
    assert forgetting.cohorts_to_close(session, dana_id) == ["Spring"]
    assert forgetting.cohorts_to_close(session, ana) == []

    with writing(session):
        forgetting.delete_person(session, dana_id, now=NOON)

    (hers,) = cohorts.cohorts_of(session, ana)
    assert (hers.name, hers.archived_at, hers.role) == ("Spring", NOON, Place.LEARNER)
    assert [each.user_id for each in cohorts.members_of(session, hers, viewer_id=ana)] == [ana]
    with pytest.raises(NotFound):
        cohorts.find_behind(session, spring.code)
    assert session.scalars(sa.select(Cohort.name)).all() == ["Spring"]


def test_a_cohort_stays_open_while_somebody_else_facilitates_it(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    eva, ana = new("Eva"), new("Ana")
    make_facilitator(session, spring, eva)
    join(session, spring, ana)
    assert forgetting.cohorts_to_close(session, dana_id) == []

    with writing(session):
        forgetting.delete_person(session, dana_id, now=NOON)
        forgetting.delete_person(session, ana, now=NOON)

    (hers,) = cohorts.cohorts_of(session, eva)
    assert hers.archived_at is None


def test_of_two_who_facilitate_and_go_at_the_same_moment_the_second_closes_it(
    session: Session, engine: sa.Engine, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    eva, ana = new("Eva"), new("Ana")
    make_facilitator(session, spring, eva)
    join(session, spring, ana)

    def go() -> None:
        with Session(engine) as own, writing(own):
            forgetting.delete_person(own, eva, now=NOON)

    with ThreadPoolExecutor(1) as pool:
        with writing(session):
            forgetting.delete_person(session, dana_id, now=NOON)
            going = pool.submit(go)
            # Long enough for the deletion to have read whatever it reads before it waits.
            time.sleep(0.4)
        going.result(timeout=10)

    session.rollback()
    (hers,) = cohorts.cohorts_of(session, ana)
    assert hers.archived_at == NOON


def test_a_cohort_that_was_closed_before_keeps_its_day(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    ana = new("Ana")
    join(session, spring, ana)
    with writing(session):
        session.execute(sa.update(Cohort).values(archived_at=NOON))
    assert forgetting.cohorts_to_close(session, dana_id) == []

    with writing(session):
        forgetting.delete_person(session, dana_id, now=NOON + timedelta(days=1))

    assert cohorts.cohorts_of(session, ana)[0].archived_at == NOON


def test_a_guest_who_gets_an_account_keeps_their_cohorts(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    guest = new("Ana")
    join(session, spring, guest)
    with writing(session):
        account = accounts.register(
            session, name="Ana", email="ana@district.example", password_hash="x", now=NOON
        )
        assert accounts.has_practice(session, guest)
        claiming.claim(session, guest, account, now=NOON)

    assert [each.name for each in cohorts.cohorts_of(session, account)] == ["Spring"]
