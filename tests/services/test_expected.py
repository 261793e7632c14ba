"""Invitations by name: each lets one person in, once, and leads that one there again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import accounts, claiming, cohorts, expected, facilitating
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.pasted_names import Named
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Expected, Membership, WorkPosition
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.statements import about_to

ANA, BEN = Named("Ana", WorkPosition.ELEMENTARY), Named("Ben")


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, dana_id: int) -> Joined:
    """A cohort that Dana facilitates."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
    return cohorts.find(session, key, viewer_id=dana_id)


@pytest.fixture
def code(session: Session, spring: Joined) -> str:
    """The code of Ana's invitation."""
    with writing(session):
        expected.invite(session, spring, [ANA], now=NOON)
    return expected.invitations_of(session, spring)[0].code


def come(session: Session, code: str, user_id: int) -> None:
    with writing(session):
        expected.join(session, code, user_id=user_id, agreed=False, now=NOON)


def members(session: Session, cohort: Joined) -> int:
    count = sa.select(sa.func.count()).where(Membership.cohort_id == cohort.id)
    return session.scalar(count) or 0


def test_an_invitation_says_whom_it_invites_and_to_what(
    session: Session, spring: Joined, code: str
) -> None:
    invited = expected.find_behind(session, f" {code[:5].lower()}-{code[5:]}")

    assert len(code) == 10
    assert (invited.name, invited.position) == ("Ana", WorkPosition.ELEMENTARY)
    assert (invited.cohort.name, invited.used_by) == ("Spring", None)


def test_it_lets_in_one_person_and_leads_that_one_there_again(
    session: Session, spring: Joined, code: str, alice_id: int, bob_id: int
) -> None:
    come(session, code, alice_id)
    come(session, code, alice_id)
    with pytest.raises(StaleMove):
        come(session, code, bob_id)

    assert members(session, spring) == 2
    assert expected.find_behind(session, code).used_by == alice_id
    with pytest.raises(NotFound):
        cohorts.find(session, spring.key, viewer_id=bob_id)


def test_of_two_who_use_it_at_the_same_moment_one_comes_in(
    session: Session, engine: sa.Engine, spring: Joined, code: str, alice_id: int, bob_id: int
) -> None:
    def also() -> bool:
        with Session(engine) as own:
            try:
                come(own, code, bob_id)
            except StaleMove:
                return False
        return True

    with ThreadPoolExecutor(1) as pool:
        with writing(session), about_to(engine, "UPDATE expected") as is_there:
            expected.join(session, code, user_id=alice_id, agreed=False, now=NOON)
            is_there.clear()
            coming = pool.submit(also)
            assert is_there.wait(10)
            assert not coming.done()
        assert not coming.result(timeout=10)

    session.rollback()
    assert members(session, spring) == 2


def test_nobody_is_invited_twice_by_a_double_click_or_a_longer_list(
    session: Session, spring: Joined, code: str
) -> None:
    with writing(session):
        made = expected.invite(session, spring, [Named("ana", ANA.position), BEN, BEN], now=NOON)

    assert made == 1
    assert [each.name for each in expected.invitations_of(session, spring)] == ["Ana", "Ben"]


def test_who_has_come_is_told_from_who_has_not(
    session: Session, spring: Joined, code: str, new: NewPerson
) -> None:
    with writing(session):
        expected.invite(session, spring, [BEN], now=NOON)
    come(session, code, new("Ana Maria"))

    listed = [(each.name, each.came_as) for each in expected.invitations_of(session, spring)]
    assert listed == [("Ben", None), ("Ana", "Ana Maria")]


def test_one_that_is_taken_back_leads_nowhere_and_one_that_is_used_stays(
    session: Session, spring: Joined, code: str, alice_id: int
) -> None:
    with writing(session):
        expected.invite(session, spring, [BEN], now=NOON)
    ben, ana = sorted(expected.invitations_of(session, spring), key=lambda each: each.code == code)
    come(session, code, alice_id)

    with writing(session):
        assert expected.revoke(session, spring, ben.id) == "Ben"
    with pytest.raises(NotFound), writing(session):
        expected.revoke(session, spring, ana.id)

    with pytest.raises(NotFound):
        expected.find_behind(session, ben.code)
    assert [each.id for each in expected.invitations_of(session, spring)] == [ana.id]


def test_who_facilitates_another_cohort_takes_back_nothing_here(
    session: Session, spring: Joined, code: str, new: NewPerson
) -> None:
    charlie = new("Charlie")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
    another = cohorts.find(session, key, viewer_id=charlie)
    (ana,) = expected.invitations_of(session, spring)

    with pytest.raises(NotFound), writing(session):
        expected.revoke(session, another, ana.id)
    assert expected.invitations_of(session, another) == []
    assert expected.find_behind(session, code).name == "Ana"


def test_a_closed_cohort_lets_nobody_in_by_name_until_it_is_open_again(
    session: Session, spring: Joined, code: str, alice_id: int
) -> None:
    with writing(session):
        facilitating.archive(session, spring, now=NOON)
    with pytest.raises(NotFound):
        come(session, code, alice_id)

    with writing(session):
        facilitating.reopen(session, spring)
    come(session, code, alice_id)

    assert members(session, spring) == 2


@pytest.mark.parametrize("way", ["leaves", "is removed"])
def test_who_is_out_again_does_not_come_back_by_their_invitation(
    session: Session, spring: Joined, code: str, alice_id: int, way: str
) -> None:
    come(session, code, alice_id)

    with writing(session):
        if way == "leaves":
            hers = cohorts.find(session, spring.key, viewer_id=alice_id)
            cohorts.leave(session, hers, alice_id)
        else:
            facilitating.remove(session, spring, alice_id)

    with pytest.raises(NotFound):
        come(session, code, alice_id)
    assert members(session, spring) == 1


def test_a_guest_who_came_by_it_keeps_it_with_an_account(
    session: Session, spring: Joined, code: str, alice_id: int
) -> None:
    come(session, code, alice_id)
    with writing(session):
        account = accounts.register(
            session, name="Ana", email="ana@x.example", password_hash="x", now=NOON
        )
        claiming.claim(session, alice_id, account, now=NOON)

    assert session.scalars(sa.select(Expected.user_id)).all() == [account]
