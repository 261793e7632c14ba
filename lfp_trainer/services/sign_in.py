"""Signed-in browsers and wrong passwords, both kept in the database.

A cookie holds only a random token. Its row decides whether it still opens anything, so signing out,
a new password, a lost role and a disabled account take effect on the next request, on every server.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import TooMany
from lfp_trainer.services.accounts import Person, clean_email
from lfp_trainer.storage.models import SignInFailure, User, UserSession, table
from lfp_trainer.storage.prepared import Prepared, Within

# Longer than the half hour often advised: a case is read and discussed away from the keyboard, and
# every answer is stored when it is given. Nobody stays signed in past a working day unasked.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
REMEMBERED = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=30)

# Failures only, and many per address: a whole training room shares one. Few for one account from
# one address and many from anywhere: else ten wrong passwords would shut its owner out everywhere.
PER_ACCOUNT = 10
ACCOUNT_WINDOW = timedelta(minutes=15)
PER_ACCOUNT_ANYWHERE = 100
PER_ADDRESS = 100
ADDRESS_WINDOW = timedelta(hours=1)

_DEVICES = ("iPhone", "iPad", "Android", "Windows", "Mac OS", "CrOS", "Linux")
_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_PLAIN = {"Edg": "Edge", "Mac OS": "Mac", "CrOS": "Chromebook"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A person in one browser, and when that browser was last noted."""

    person: Person
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A browser somebody is signed in with, as they see it listed."""

    id: int
    name: str
    remembered: bool
    created_at: datetime
    seen_at: datetime


def describe_device(user_agent: str) -> str:
    """Name a browser in words its owner recognises."""
    browser = next((word for word in _BROWSERS if word in user_agent), "")
    device = next((word for word in _DEVICES if word in user_agent), "")
    words = [_PLAIN.get(word, word) for word in (browser, device) if word]
    return " on ".join(words) or "An unknown browser"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def start_session(
    session: Session, user_id: int, *, device: str, remembered: bool, now: datetime
) -> str:
    """Sign a person in and return the token for their cookie, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.execute(sa.delete(UserSession).where(UserSession.expires_at <= now))
    session.execute(
        sa.insert(UserSession).values(
            token_hash=_hash(token),
            user_id=user_id,
            device=device,
            remembered=remembered,
            created_at=now,
            seen_at=now,
            fresh_at=now,
            expires_at=now + (REMEMBERED if remembered else ABSOLUTE),
        )
    )
    return token


_user, _session = table(User).c, table(UserSession).c
_VISIT = Prepared(
    sa.select(
        _user.id,
        _user.name,
        _user.email,
        _user.role,
        _user.position,
        _session.id,
        _session.fresh_at,
        _session.seen_at,
    )
    .join_from(table(UserSession), table(User), _user.id == _session.user_id)
    .where(
        _session.token_hash == sa.bindparam("token"),
        _user.disabled_at.is_(None),
        _session.expires_at > sa.bindparam("now"),
        sa.or_(_session.remembered, _session.seen_at > sa.bindparam("used_since")),
    )
)


def find_visit(within: Within | sa.Engine, token: str, *, now: datetime) -> Visit | None:
    """Return who a token stands for; None when it opens nothing any more."""
    rows = _VISIT.rows(within, token=_hash(token), now=now, used_since=now - IDLE)
    for *person, seen_at in rows:
        return Visit(Person(*person), seen_at)
    return None


def note_seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Remember that a browser was used, so that it does not idle out."""
    session.execute(sa.update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def end_session(session: Session, session_id: int) -> None:
    """Sign one browser out."""
    session.execute(sa.delete(UserSession).where(UserSession.id == session_id))


def end_sessions(session: Session, user_id: int, *, keep: int | None = None) -> None:
    """Sign a person out everywhere, except perhaps in the browser they are using."""
    ended = sa.delete(UserSession).where(UserSession.user_id == user_id)
    session.execute(ended if keep is None else ended.where(UserSession.id != keep))


def is_remembered(session: Session, session_id: int) -> bool:
    """Tell whether a browser was asked to stay signed in."""
    return bool(
        session.scalar(sa.select(UserSession.remembered).where(UserSession.id == session_id))
    )


def list_devices(session: Session, user_id: int, *, now: datetime) -> list[Device]:
    """Return the browsers a person is signed in with, the latest used first."""
    rows = session.execute(
        sa.select(
            UserSession.id,
            UserSession.device,
            UserSession.remembered,
            UserSession.created_at,
            UserSession.seen_at,
        )
        .where(
            UserSession.user_id == user_id,
            UserSession.expires_at > now,
            sa.or_(UserSession.remembered, UserSession.seen_at > now - IDLE),
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )
    return [Device(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a typed password is compared with."""

    user_id: int
    password_hash: str


def find_credentials(session: Session, email: str) -> Credentials | None:
    """Return the account that may sign in with an address, if there is one."""
    row = session.execute(
        sa.select(User.id, User.password_hash).where(
            User.email == clean_email(email),
            User.password_hash.is_not(None),
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return Credentials(user_id=row.id, password_hash=row.password_hash) if row else None


def account_of(email: str) -> str:
    """Return what failures to sign in with an address are counted under."""
    return _hash(clean_email(email))


def note_try(session: Session, *, account: str, address: str, now: datetime) -> int:
    """Count a try as failed before it is checked, and return its number.

    Counted first and taken back on success, so that a hundred tries at the same moment cannot all
    find the count still low. Commit before asking ``refuse_too_many``.
    """
    session.execute(sa.delete(SignInFailure).where(SignInFailure.at <= now - ADDRESS_WINDOW))
    number: int | None = session.scalar(
        sa.insert(SignInFailure)
        .values(account=account_of(account), address=address, at=now)
        .returning(SignInFailure.id)
    )
    assert number is not None
    return number


def take_back_try(session: Session, number: int) -> None:
    """Forget a try that was no failure."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.id == number))


def forgive(session: Session, *, account: str) -> None:
    """Forget the failures of an account whose owner has signed in."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.account == account_of(account)))


def place_of(person: Person) -> str:
    """Return what stands for the address where a person types their own password again.

    Their browser has signed in before, so nobody else's failures count against it.
    """
    return f"session {person.session_id}"


def refuse_too_many(session: Session, *, account: str, address: str, now: datetime) -> None:
    """Stop a guesser; the try itself is counted already.

    :param address: the network address, or what ``place_of`` returns
    :raise TooMany: if this account or this address had too many failures lately
    """
    of_account = SignInFailure.account == account_of(account)
    of_address = SignInFailure.address == address
    limits: list[tuple[int, timedelta, sa.ColumnElement[bool]]] = [
        (PER_ACCOUNT, ACCOUNT_WINDOW, of_account & of_address)
    ]
    if not address.startswith("session "):
        limits += [
            (PER_ADDRESS, ADDRESS_WINDOW, of_address),
            (PER_ACCOUNT_ANYWHERE, ADDRESS_WINDOW, of_account),
        ]
    for most, window, failed in limits:
        count = sa.select(sa.func.count()).select_from(SignInFailure)
        if (session.scalar(count.where(failed, SignInFailure.at > now - window)) or 0) > most:
            raise TooMany(minutes=int(window.total_seconds() // 60))
