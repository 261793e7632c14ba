"""People: register, be a guest, claim what a guest played, change who may do what.

Passwords come in as hashes (``services/passwords.py``): hashing takes long on purpose, and nothing
slow belongs inside a transaction that writes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import pairs
from lfp_trainer.storage.models import (
    Diagnosis,
    ExerciseRating,
    Mark,
    Membership,
    NextStep,
    Pair,
    Paired,
    Participant,
    Pick,
    Ranking,
    Rating,
    Role,
    Run,
    Step,
    User,
    UserSession,
    WorkPosition,
)

GUEST_NAME = "Guest"
ADDRESS_USED = "That address cannot be used. Do you have an account already? Sign in."
_ADDRESS = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}")

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class _Owned:
    """Rows that belong to a person and move when they are claimed."""

    owner: Column
    """Names the person."""
    only_once: tuple[Column, ...] = ()
    """May exist only once beside the person."""
    number: Column | None = None
    """Counted for each person: what comes from a guest is counted on after the account's own."""
    counted_in: Column | None = None
    """What is counted apart."""
    of_seat: bool = False
    """Belongs to a seat in a run: it does not move to who has another seat there."""


_OWNED = (
    _Owned(Participant.user_id, of_seat=True),
    _Owned(Participant.asked_by, of_seat=True),
    _Owned(Step.user_id),
    _Owned(Ranking.user_id, of_seat=True),
    _Owned(Diagnosis.user_id, of_seat=True),
    _Owned(Rating.rater_id, of_seat=True),
    _Owned(NextStep.user_id, of_seat=True),
    _Owned(Pick.user_id, of_seat=True),
    _Owned(Mark.user_id, of_seat=True),
    _Owned(Pair.device_of),
    _Owned(Pair.invited_by),
    _Owned(Membership.user_id, (Membership.cohort_id,)),
    _Owned(Paired.user_id, (Paired.cohort_id, Paired.key)),
    _Owned(
        ExerciseRating.user_id,
        number=ExerciseRating.set_number,
        counted_in=ExerciseRating.exercise_id,
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking: what a request needs to know about the person behind it."""

    id: int
    name: str
    email: str | None
    role: Role
    position: WorkPosition | None
    session_id: int
    fresh_at: datetime

    @property
    def is_guest(self) -> bool:
        return self.email is None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def clean_email(typed: str) -> str:
    """Return an address as it is stored and compared: without spaces around it, in lower case."""
    return typed.strip().lower()


def is_email(address: str) -> bool:
    """Tell whether this could be an address. Only sending a mail would show that it is one."""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


def register(
    session: Session,
    *,
    name: str,
    email: str,
    password_hash: str,
    now: datetime,
    position: WorkPosition | None = None,
    role: Role = Role.LEARNER,
    guest_id: int | None = None,
) -> int:
    """Make an account and return its id. A guest who registers keeps everything they played.

    :raise Incomplete: if the address belongs to an account already
    :raise NotFound: if the guest is a guest no more
    """
    values = {
        "name": name,
        "email": clean_email(email),
        "password_hash": password_hash,
        "position": position,
        "role": role,
    }
    try:
        if guest_id is None:
            new = sa.insert(User).values(created_at=now, **values).returning(User.id)
            user_id = session.scalar(new)
        else:
            guest = sa.update(User).where(User.id == guest_id, User.email.is_(None))
            user_id = session.scalar(guest.values(**values).returning(User.id))
    except IntegrityError as error:
        raise Incomplete({"email": ADDRESS_USED}) from error
    if user_id is None:
        raise NotFound
    return user_id


def make_guest(session: Session, *, now: datetime) -> int:
    """Make a person without an account and return their id."""
    guest = User(name=GUEST_NAME, role=Role.LEARNER, created_at=now)
    session.add(guest)
    session.flush()
    return guest.id


def has_practice(session: Session, user_id: int) -> bool:
    """Tell whether a person has played, rated or joined anything that could be kept."""
    joined = sa.exists().where(Membership.user_id == user_id)
    played = sa.exists().where(Participant.user_id == user_id)
    rated = sa.exists().where(ExerciseRating.user_id == user_id)
    return bool(session.scalar(sa.select(sa.or_(played, rated, joined))))


def claim(session: Session, guest_id: int, account_id: int, *, now: datetime) -> None:
    """Give an account what a guest played, and end the guest.

    Where both sit in one run, the account keeps its seat and what it answered there; the guest's
    seat is the stand-in's, and nobody waits for it any more.

    :raise NotFound: if the guest is not a guest, or the account not an account
    """
    # First the runs, then the people: whoever writes into a run takes hold of both in that order.
    theirs = session.scalars(
        sa.select(Run.id).where(Run.id.in_(_runs_of(guest_id))).order_by(Run.id).with_for_update()
    ).all()
    guest = session.scalar(
        sa.select(User.id).where(User.id == guest_id, User.email.is_(None)).with_for_update()
    )
    account = session.scalar(
        sa.select(User.id).where(User.id == account_id, User.email.is_not(None)).with_for_update()
    )
    if guest is None or account is None:
        raise NotFound
    hand_over(session, guest_id, account_id)
    session.execute(sa.delete(User).where(User.id == guest_id))
    pairs.go_on_without(session, theirs, now=now)
    session.expire_all()


def _runs_of(user_id: int) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Participant.run_id).where(Participant.user_id == user_id)


def hand_over(session: Session, old_id: int, new_id: int, *, run_id: int | None = None) -> None:
    """Give somebody what is another person's; where there can be only one, their own stays.

    :param run_id: only what is in this run
    """
    # Asked before the seats move: what belongs to a seat moves with it.
    seated = session.scalars(_runs_of(new_id)).all()
    for owned in _OWNED:
        owner = owned.owner
        if run_id is not None and not hasattr(owner.class_, "run_id"):
            continue
        move = sa.update(owner.class_).where(owner == old_id)
        if run_id is not None:
            move = move.where(owner.class_.run_id == run_id)
        if owned.of_seat:
            move = move.where(owner.class_.run_id.not_in(seated))
        if owned.only_once:
            own = aliased(owner.class_)
            same = [getattr(own, column.key) == column for column in owned.only_once]
            move = move.where(~sa.exists().where(getattr(own, owner.key) == new_id, *same))
        values: dict[str, Any] = {owner.key: new_id}
        if owned.number is not None and owned.counted_in is not None:
            last = _last_numbers(session, owner, new_id, owned.number, owned.counted_in)
            values[owned.number.key] = owned.number + last
        session.execute(move.values(values), execution_options={"synchronize_session": False})


def _last_numbers(
    session: Session, owner: Column, account_id: int, number: Column, counted_in: Column
) -> sa.ColumnElement[int] | int:
    """Return what to add to a guest's number so that it follows the account's own."""
    # Asked before anything moves: SQLite would count the rows that have moved already.
    numbers = session.execute(
        sa.select(counted_in, sa.func.max(number)).where(owner == account_id).group_by(counted_in)
    )
    last = {row[0]: row[1] for row in numbers}
    return sa.case(last, value=counted_in, else_=0) if last else 0


def change_profile(
    session: Session, user_id: int, *, name: str, position: WorkPosition | None
) -> None:
    """Change what others see before a person's name, and the name."""
    session.execute(sa.update(User).where(User.id == user_id).values(name=name, position=position))


def change_password(session: Session, user_id: int, *, old_hash: str, new_hash: str) -> None:
    """Replace a password, unless it was replaced while this one was being typed.

    :raise NotFound: if the old hash is no longer the one stored
    """
    changed = session.scalar(
        sa.update(User)
        .where(User.id == user_id, User.password_hash == old_hash)
        .values(password_hash=new_hash)
        .returning(User.id)
    )
    if changed is None:
        raise NotFound


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as an admin sees them: who they are and what they may do, never what they played."""

    id: int
    name: str
    email: str
    role: Role
    position: WorkPosition | None
    created_at: datetime
    disabled_at: datetime | None


def list_people(session: Session, *, search: str = "", limit: int = 100) -> list[Listed]:
    """Return the people with an account, by name; with a search, those it is found in."""
    found = sa.select(
        User.id,
        User.name,
        User.email,
        User.role,
        User.position,
        User.created_at,
        User.disabled_at,
    ).where(User.email.is_not(None))
    if search:
        found = found.where(
            sa.or_(
                User.email.icontains(search, autoescape=True),
                User.name.icontains(search, autoescape=True),
            )
        )
    rows = session.execute(found.order_by(sa.func.lower(User.name), User.id).limit(limit))
    return [Listed(**row) for row in rows.mappings()]


def set_role(session: Session, user_id: int, role: Role, *, by: int) -> None:
    """Let a person do more or less on the site. They meet the change on their next request.

    :raise NotFound: if there is no such account, or the one who asks is not an admin
    :raise Incomplete: if an admin would change themselves, and the site might be left without one
    """
    _lock_admins(session, by=by, user_id=user_id)
    _change_account(session, user_id, role=role)


def disable(session: Session, user_id: int, *, by: int, now: datetime) -> None:
    """Shut a person out at once, in every browser. What they played is kept.

    :raise NotFound: if there is no such account, or the one who asks is not an admin
    :raise Incomplete: if an admin would shut themselves out
    """
    _lock_admins(session, by=by, user_id=user_id)
    _change_account(session, user_id, disabled_at=now)
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user_id))


def enable(session: Session, user_id: int, *, by: int) -> None:
    """Let a person sign in again.

    :raise NotFound: if there is no such account, or the one who asks is not an admin
    """
    _lock_admins(session, by=by, user_id=None)
    _change_account(session, user_id, disabled_at=None)


def _change_account(session: Session, user_id: int, **values: Any) -> None:
    account = sa.update(User).where(User.id == user_id, User.email.is_not(None))
    if session.scalar(account.values(**values).returning(User.id)) is None:
        raise NotFound


def _lock_admins(session: Session, *, by: int, user_id: int | None) -> None:
    # All admins at once and in one order: two who demote each other at the same moment must
    # neither both succeed nor wait for each other for ever.
    admins = session.scalars(
        sa.select(User.id)
        .where(User.role == Role.ADMIN, User.disabled_at.is_(None))
        .order_by(User.id)
        .with_for_update()
    ).all()
    if by not in admins:
        raise NotFound
    if by == user_id:
        raise Incomplete({"person": "You cannot change yourself here. Ask another admin."})
