"""People: register, be a guest, change who may do what.

Passwords come in as hashes (``services/passwords.py``): hashing takes long on purpose, and nothing
slow belongs inside a transaction that writes.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.storage.models import (
    ExerciseRating,
    Membership,
    Pair,
    Participant,
    Role,
    Run,
    Stage,
    User,
    UserSession,
    WorkPosition,
)

GUEST_NAME = "Guest"
JUST_NOW = timedelta(minutes=15)
ADDRESS_USED = "That address cannot be used. Do you have an account already? Sign in."
_ADDRESS = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}")


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
    if guest_id is not None:
        _hold_runs_of(session, guest_id)
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
    if guest_id is not None:
        take_back_questions_about(session, guest_id)
    return user_id


def _hold_runs_of(session: Session, user_id: int) -> None:
    # First the runs, then the people: whoever writes into a run takes hold of both in that order.
    theirs = sa.select(Participant.run_id).where(Participant.user_id == user_id)
    held = sa.select(Run.id).where(Run.id.in_(theirs)).order_by(Run.id)
    session.execute(held.with_for_update(key_share=True))


def take_back_questions_about(session: Session, user_id: int) -> None:
    """Let nobody ask any more for the seats of somebody who has an account: they sign in."""
    asked = sa.select(Participant.run_id).where(
        Participant.user_id == user_id, Participant.asked_by.is_not(None)
    )
    # Whoever could let somebody in has the question on their page.
    for change in (
        sa.update(Pair).where(Pair.run_id.in_(asked)).values(version=Pair.version + 1),
        sa.update(Participant).where(Participant.user_id == user_id).values(asked_by=None),
    ):
        session.execute(change, execution_options={"synchronize_session": False})


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


def is_playing(session: Session, user_id: int, *, now: datetime) -> bool:
    """Tell whether a person has just been in a run with others that is not over for them.

    Where they play at one screen, no page of theirs asks by itself: it may be any time.
    """
    open_now = sa.exists().where(
        Participant.user_id == user_id,
        Participant.run_id == Pair.run_id,
        Participant.stage != Stage.DONE,
        sa.or_(Participant.seen_at > now - JUST_NOW, Pair.device_of == user_id),
    )
    return bool(session.scalar(sa.select(open_now)))


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
