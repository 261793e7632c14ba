"""Own codes of guests: whose they are, and what comes along with who types one."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import accounts, claiming, diagnosis, own_codes, ratings
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import User
from tests.conftest import NOON
from tests.services.test_accounts import register
from tests.services.test_readmission import ask, let_in
from tests.together import Together, words_of

SECRET = "a secret of thirty-two characters"


def make_guest(session: Session) -> int:
    with writing(session):
        return accounts.make_guest(session, now=NOON)


@pytest.fixture
def run(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    return together


def test_each_person_of_each_run_of_each_site_has_another_code() -> None:
    codes = {
        own_codes.own_code(secret, run_id, user_id)
        for secret in (SECRET, SECRET[::-1])
        for run_id in (1, 11)
        for user_id in (1, 11, 111)
    }

    assert len(codes) == 12
    assert {len(code) for code in codes} == {own_codes.LENGTH}
    assert own_codes.own_code(SECRET, 1, 11) == own_codes.own_code(SECRET, 1, 11)


def test_a_code_finds_the_guest_it_was_shown_to_in_that_run_alone(
    run: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    company = run.company(alice_id)
    codes = [own_codes.own_code(SECRET, company.run_id, each) for each in (alice_id, bob_id)]

    found = [own_codes.guest_with(session, company, SECRET, code) for code in codes]

    assert found == [alice_id, bob_id]
    for wrong in ("", codes[0][:-1], codes[0] + "A", own_codes.own_code(SECRET, 999, alice_id)):
        with pytest.raises(NotFound):
            own_codes.guest_with(session, company, SECRET, wrong)


def test_a_seat_that_has_changed_hands_is_not_taken_back_by_the_old_code(
    run: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    company = run.company(alice_id)
    other = make_guest(session)
    with writing(session):
        claiming.bring_along(session, bob_id, other, now=NOON)

    with pytest.raises(NotFound), writing(session):
        own_codes.come_back(session, company, bob_id, bringing=None, now=NOON)

    code = own_codes.own_code(SECRET, company.run_id, bob_id)
    with pytest.raises(NotFound):
        own_codes.guest_with(session, run.company(alice_id), SECRET, code)
    assert run.company(alice_id).person(other).seat == "principal"


def test_a_guest_is_brought_along_by_a_guest_and_by_nobody_else(
    run: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    guest, account = make_guest(session), register(session, "ada")

    for one, other in ((guest, account), (account, guest), (guest, guest), (guest, 999_999)):
        with pytest.raises(NotFound), writing(session):
            claiming.bring_along(session, one, other, now=NOON)
    with writing(session):
        claiming.bring_along(session, bob_id, guest, now=NOON)

    assert run.seat(guest).seat == "principal"
    assert session.scalar(sa.select(User.id).where(User.id == bob_id)) is None


def test_who_has_made_an_account_meanwhile_is_not_entered_by_their_old_code(
    run: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    company, account = run.company(alice_id), register(session, "ada")
    assert own_codes.guest_with(
        session, company, SECRET, own_codes.own_code(SECRET, company.run_id, bob_id)
    )
    with writing(session):
        session.execute(sa.update(User).where(User.id == bob_id).values(email="b@d.example"))

    with pytest.raises(NotFound), writing(session):
        own_codes.come_back(session, company, bob_id, bringing=None, now=NOON)
    with pytest.raises(NotFound), writing(session):
        own_codes.take_in(session, company, bob_id, account, now=NOON)


def test_an_account_in_the_run_takes_in_nobody_else_of_it(
    run: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    account = register(session, "ada")
    with writing(session):
        claiming.claim(session, alice_id, account, now=NOON)

    with pytest.raises(StaleMove), writing(session):
        own_codes.take_in(session, run.company(account), bob_id, account, now=NOON)

    assert run.seat(bob_id).seat == "principal"


@pytest.mark.parametrize("is_account", [False, True])
def test_who_left_answers_in_a_seat_they_gave_away_gets_it_back_with_those_given_since(
    run: Together, session: Session, alice_id: int, bob_id: int, is_account: bool
) -> None:
    run.ready(alice_id, bob_id)
    run.commit(bob_id)
    phone = make_guest(session)
    run.later(61)
    run.seen(alice_id)
    ask(run, phone)
    let_in(run, alice_id, bob_id, phone)
    run.commit(phone)
    if is_account:
        with writing(session):
            session.execute(sa.update(User).where(User.id == bob_id).values(email="b@d.example"))

    give = claiming.claim if is_account else claiming.bring_along
    with writing(session):
        give(session, phone, bob_id, now=NOON)

    seat = run.seat(bob_id)
    assert diagnosis.diagnosis_of(session, seat).answer.reason == words_of(phone, "diagnosis")
    kept = ratings.committed_of(session, seat)
    assert {each.rating.reason for each in kept.values()} == {words_of(phone, "rating")}
