"""What is left of a guest nobody can come back to: nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import guests, installation, sign_in
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Model,
    NextStep,
    Participant,
    Rating,
    Run,
    Step,
    User,
    UserSession,
)
from tests.conftest import NOON
from tests.services.test_accounts import add_run, make_guest, owners, register
from tests.together import Together

OWN: tuple[type[Model], ...] = (
    User, UserSession, Run, Participant, Step, Diagnosis, Rating, NextStep
)  # fmt: skip


def start_session(session: Session, person: int) -> None:
    with writing(session):
        sign_in.start_session(session, person, device="", remembered=True, now=NOON)


def rows(session: Session) -> dict[str, int]:
    return {
        model.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
        for model in OWN
    }


def forget_stale(session: Session, *, after: timedelta) -> None:
    with writing(session):
        guests.forget_stale_guests(session, now=NOON + after)


def test_a_guest_is_kept_for_thirty_days_and_then_leaves_nothing(session: Session) -> None:
    guest = make_guest(session)
    start_session(session, guest)
    add_run(session, guest)
    add_run(session, guest)
    before = rows(session)
    assert 0 not in before.values()

    forget_stale(session, after=sign_in.REMEMBERED - timedelta(seconds=1))
    kept = rows(session)
    forget_stale(session, after=sign_in.REMEMBERED)

    assert kept == before
    assert rows(session) == dict.fromkeys(before, 0)


def test_other_people_keep_what_is_theirs(session: Session) -> None:
    stale, here, alice = make_guest(session), make_guest(session), register(session, "alice")
    start_session(session, here)
    hers, theirs = add_run(session, alice), add_run(session, here)
    add_run(session, stale)
    before = owners(session, hers), owners(session, theirs)

    forget_stale(session, after=timedelta(days=1))

    assert (owners(session, hers), owners(session, theirs)) == before
    assert set(session.scalars(sa.select(User.id))) == {here, alice}
    assert set(session.scalars(sa.select(Run.id))) == {hers, theirs}


def test_a_shared_run_stays_whole_but_loses_the_words_of_the_guest(session: Session) -> None:
    stale, alice = make_guest(session), register(session, "alice")
    run = add_run(session, stale, alice)

    forget_stale(session, after=timedelta(days=1))

    left = owners(session, run)
    assert left.pop("participant") == [(alice, "")]
    with_steps = session.execute(sa.select(Step.user_id, Step.reason).order_by(Step.number)).all()
    assert [tuple(row) for row in with_steps] == [(None, ""), (alice, f"said by {alice}")]
    left.pop("step")
    assert left == {name: [(alice, f"said by {alice}")] for name in left}


@pytest.mark.parametrize("extra", [0, 1])
def test_one_visitor_waits_for_a_bounded_number_only(session: Session, extra: int) -> None:
    with writing(session):
        session.add_all(User(name="Guest", created_at=NOON) for _ in range(guests.AT_ONCE + extra))

    with writing(session):
        guests.forget_some_stale_guests(session, now=NOON)

    assert rows(session)["user"] == extra


def test_an_account_is_never_forgotten_as_a_guest(session: Session) -> None:
    alice = register(session, "alice")
    run = add_run(session, alice)
    before = owners(session, run)

    with writing(session):
        guests.forget_guest(session, alice, now=NOON)
    forget_stale(session, after=timedelta(days=400))

    assert owners(session, run) == before


def test_a_server_that_starts_forgets_the_guests_nobody_stands_for(
    session: Session, database_url: str, tmp_path: Path
) -> None:
    add_run(session, make_guest(session))

    installation.make_ready(database_url, tmp_path)

    session.rollback()
    assert rows(session)["user"] == rows(session)["run"] == 0


def test_a_guest_in_a_run_with_others_is_kept_for_their_own_code(
    session: Session, published: Published
) -> None:
    guest, other = make_guest(session), make_guest(session)
    start_session(session, other)
    together = Together.open(session, guest, now=NOON)
    together.join(other)
    together.later(86_400)
    together.seen(guest)

    kept_for = timedelta(days=1) + sign_in.REMEMBERED
    forget_stale(session, after=kept_for - timedelta(seconds=1))
    kept = set(session.scalars(sa.select(User.id)))
    forget_stale(session, after=kept_for)

    assert guest in kept
    assert guest not in set(session.scalars(sa.select(User.id)))


def test_who_signs_out_of_one_of_two_browsers_is_not_forgotten(session: Session) -> None:
    guest = make_guest(session)
    start_session(session, guest)

    with writing(session):
        guests.forget_guest(session, guest, now=NOON)
    kept = set(session.scalars(sa.select(User.id)))
    with writing(session):
        guests.forget_guest(session, guest, now=NOON + sign_in.REMEMBERED)

    assert kept == {guest}
    assert set(session.scalars(sa.select(User.id))) == set()
