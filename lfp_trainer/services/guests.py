"""Forget guests nobody can come back to, and all that only they have left.

A guest is a browser with a token. Once no browser holds a token that opens anything, what they
practiced is out of everybody's reach and has no reason to be kept; but in a run with others they
have a code of their own (``services/own_codes.py``), which brings them back for as long as a
browser would.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import forgetting, sign_in
from lfp_trainer.storage.models import Pair, Participant, User, UserSession

AT_ONCE = 200
"""Guests to one statement; also how many one visitor may be kept waiting for."""


def name_guest(session: Session, user_id: int, name: str) -> None:
    """Let a guest have the name they typed, if they did; an account keeps its own."""
    if name:
        mine = User.id == user_id, User.email.is_(None)
        session.execute(sa.update(User).where(*mine).values(name=name))


def forget_guest(session: Session, guest_id: int, *, now: datetime) -> None:
    """Delete a guest who wants to leave no trace. Does nothing to an account, nor to who is here in
    another browser too: they have signed out of this one.
    """
    elsewhere = sa.exists().where(UserSession.user_id == guest_id, UserSession.expires_at > now)
    if not session.scalar(sa.select(elsewhere)):
        _forget(session, [guest_id], now)


def forget_some_stale_guests(session: Session, *, now: datetime) -> int:
    """Delete guests whom no browser stands for any more, and return how many; not all at once.

    Not who has just been in a run with others: their own code still opens it.
    """
    lives = sa.exists().where(UserSession.user_id == User.id, UserSession.expires_at > now)
    last_there = sa.func.coalesce(Participant.seen_at, Participant.changed_at)
    may_return = sa.exists().where(
        Participant.user_id == User.id,
        Participant.run_id == Pair.run_id,
        last_there > now - sign_in.REMEMBERED,
    )
    # Who plays at somebody else's screen has no browser, and is forgotten with its host.
    stale = sa.select(User.id).where(
        User.email.is_(None), ~lives, ~may_return, ~forgetting.IS_AT_A_HOSTS
    )
    stale = stale.order_by(User.id)
    found = session.scalars(stale.limit(AT_ONCE)).all()
    _forget(session, found, now)
    return len(found)


def forget_stale_guests(session: Session, *, now: datetime) -> None:
    """Delete every guest whom no browser stands for any more, and what nobody is left of."""
    while forget_some_stale_guests(session, now=now):
        pass
    forgetting.forget_runs_of_nobody(session)


def _forget(session: Session, people: Sequence[int], now: datetime) -> None:
    # An account is never forgotten as a guest, whoever has just become one.
    forgetting.forget(session, people, only=User.email.is_(None), now=now)
