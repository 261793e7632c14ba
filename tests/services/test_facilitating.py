"""What whoever facilitates a cohort changes in it, and what that does to what is shared."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import access, accounts, cohorts, facilitating, sharing
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant, Place, Step
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.statements import about_to
from tests.together import Together

LATER = NOON + timedelta(hours=1)
Enrol = Callable[[str], int]


@pytest.fixture
def enrolled(session: Session) -> Enrol:
    """Make an account and return its id."""

    def enrolled(name: str) -> int:
        with writing(session):
            return accounts.register(
                session,
                name=name,
                email=f"{name.lower()}@x.example",
                password_hash="x",
                now=NOON,
            )

    return enrolled


@pytest.fixture
def dana_id(enrolled: Enrol) -> int:
    return enrolled("Dana")


@pytest.fixture
def noah_id(enrolled: Enrol) -> int:
    return enrolled("Noah")


@pytest.fixture
def spring(session: Session, dana_id: int, noah_id: int, alice_id: int, bob_id: int) -> Joined:
    """A cohort that Dana facilitates; Noah, who has an account, and two guests are in it."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        for each in (noah_id, alice_id, bob_id):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
    return cohort


def make(session: Session, cohort: Joined, user_id: int) -> None:
    with writing(session):
        facilitating.make_facilitator(session, cohort, user_id, now=LATER)


def seen(session: Session, cohort: Joined, user_id: int, viewer_id: int) -> Member | None:
    members = cohorts.members_of(session, cohort, viewer_id=viewer_id)
    return next((each for each in members if each.user_id == user_id), None)


def shown(session: Session, cohort: Joined, viewer_id: int) -> tuple[int, int]:
    """Return how many participants and how many steps somebody sees."""
    seats = access.shown_seats(viewer_id, cohort.id, Participant.id)
    steps = access.shown_steps(viewer_id, cohort.id, Step.id)
    return len(session.execute(seats).all()), len(session.execute(steps).all())


@pytest.fixture
def shared(
    session: Session, published: Published, spring: Joined, alice_id: int, bob_id: int
) -> Together:
    """What Alice and Bob have played, and both share with the cohort since noon."""
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    together.play_to_the_end(alice_id, bob_id)
    with writing(session):
        for each in (alice_id, bob_id):
            sharing.agree(session, together.seat(each), spring.id, now=NOON)
    return together


def test_somebody_made_facilitator_runs_the_cohort_and_everybody_is_told_since_when(
    session: Session, spring: Joined, dana_id: int, noah_id: int, alice_id: int
) -> None:
    with pytest.raises(NotFound):
        cohorts.find_to_run(session, spring.key, viewer_id=noah_id)

    make(session, spring, noah_id)

    assert cohorts.find_to_run(session, spring.key, viewer_id=noah_id).code == spring.code
    for viewer in (dana_id, alice_id):
        noah, dana = (seen(session, spring, each, viewer) for each in (noah_id, dana_id))
        assert noah is not None
        assert dana is not None
        assert (noah.facilitates, noah.made_facilitator_at) == (True, LATER)
        assert dana.made_facilitator_at is None


def test_somebody_made_facilitator_is_not_shown_what_was_shared_before(
    session: Session,
    shared: Together,
    spring: Joined,
    dana_id: int,
    noah_id: int,
    alice_id: int,
    bob_id: int,
) -> None:
    make(session, spring, noah_id)
    people, steps = shown(session, spring, dana_id)
    assert (people, steps > 0) == (2, True)
    assert shown(session, spring, noah_id) == (0, 0)

    for each, anything in ((alice_id, False), (bob_id, True)):
        with writing(session):
            sharing.agree(session, shared.seat(each), spring.id, now=LATER)
        assert any(shown(session, spring, noah_id)) is anything


def test_a_second_press_does_not_change_since_when(
    session: Session, spring: Joined, dana_id: int, noah_id: int
) -> None:
    make(session, spring, noah_id)
    with writing(session):
        facilitating.make_facilitator(session, spring, noah_id, now=LATER + timedelta(days=1))

    noah = seen(session, spring, noah_id, dana_id)
    assert noah is not None
    assert noah.made_facilitator_at == LATER


def test_a_guest_or_somebody_outside_is_not_made_facilitator(
    session: Session, spring: Joined, alice_id: int, enrolled: Enrol
) -> None:
    with pytest.raises(Incomplete):
        make(session, spring, alice_id)
    with pytest.raises(NotFound):
        make(session, spring, enrolled("Charlie"))

    with pytest.raises(NotFound):
        cohorts.find_to_run(session, spring.key, viewer_id=alice_id)


def test_who_facilitates_no_longer_is_shown_nothing_any_more(
    session: Session, shared: Together, spring: Joined, dana_id: int, noah_id: int
) -> None:
    make(session, spring, noah_id)

    with writing(session):
        facilitating.make_member(session, spring, dana_id)

    assert shown(session, spring, dana_id) == (0, 0)
    dana = cohorts.find(session, spring.key, viewer_id=dana_id)
    assert (dana.role, dana.code) == (Place.LEARNER, "")
    with pytest.raises(Incomplete), writing(session):
        facilitating.make_member(session, spring, noah_id)


def test_of_two_who_unmake_each_other_at_the_same_moment_one_stays(
    session: Session, engine: sa.Engine, spring: Joined, dana_id: int, noah_id: int
) -> None:
    make(session, spring, noah_id)

    def unmake() -> bool:
        with Session(engine) as own:
            try:
                with writing(own):
                    facilitating.make_member(own, spring, dana_id)
            except Incomplete:
                return False
        return True

    with ThreadPoolExecutor(1) as pool:
        with writing(session), about_to(engine, "SELECT cohort.id") as is_there:
            facilitating.make_member(session, spring, noah_id)
            is_there.clear()
            unmaking = pool.submit(unmake)
            assert is_there.wait(10)
            assert not unmaking.done()
        assert not unmaking.result(timeout=10)

    session.rollback()
    assert cohorts.find(session, spring.key, viewer_id=dana_id).is_mine_to_run


def test_who_is_removed_sees_the_cohort_no_longer_and_all_they_shared_is_taken_back(
    session: Session, shared: Together, spring: Joined, dana_id: int, alice_id: int
) -> None:
    assert shown(session, spring, dana_id)[0] == 2

    with writing(session):
        facilitating.remove(session, spring, alice_id)

    assert shown(session, spring, dana_id) == (0, 0)
    with pytest.raises(NotFound):
        cohorts.find(session, spring.key, viewer_id=alice_id)
    assert shared.seat(alice_id).shared_at is None


def test_nobody_removes_the_last_who_facilitates_nor_somebody_outside(
    session: Session, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    for user_id, error in ((dana_id, Incomplete), (new("Charlie"), NotFound)):
        with pytest.raises(error), writing(session):
            facilitating.remove(session, spring, user_id)

    assert cohorts.find(session, spring.key, viewer_id=dana_id).is_mine_to_run


def test_with_a_new_code_the_old_one_leads_nowhere(
    session: Session, spring: Joined, dana_id: int
) -> None:
    with writing(session):
        code = facilitating.renew_code(session, spring)

    with pytest.raises(NotFound):
        cohorts.find_behind(session, spring.code)
    assert cohorts.find_behind(session, code).name == "Spring"
    assert cohorts.find(session, spring.key, viewer_id=dana_id).code == code


def test_a_closed_cohort_is_looked_at_by_who_facilitates_it_and_opened_again(
    session: Session, spring: Joined, dana_id: int
) -> None:
    with writing(session):
        facilitating.rename(session, spring, "Autumn")
        facilitating.archive(session, spring, now=LATER)
    with pytest.raises(NotFound):
        cohorts.find_behind(session, spring.code)
    with pytest.raises(NotFound):
        cohorts.find_to_run(session, spring.key, viewer_id=dana_id)
    closed = cohorts.find_to_review(session, spring.key, viewer_id=dana_id)
    assert (closed.name, closed.archived_at) == ("Autumn", LATER)

    with writing(session):
        facilitating.archive(session, closed, now=LATER + timedelta(days=1))
    assert cohorts.find_to_review(session, spring.key, viewer_id=dana_id).archived_at == LATER
    with writing(session):
        facilitating.reopen(session, closed)

    assert cohorts.find_behind(session, spring.code).name == "Autumn"
