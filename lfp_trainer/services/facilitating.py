"""What whoever facilitates a cohort changes in it: name, code, who facilitates, who is in it.

Each act holds the cohort first: two people who act at the same moment do so one after the other.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import cohorts
from lfp_trainer.services.codes import draw
from lfp_trainer.services.cohorts import NOBODY_WOULD_FACILITATE, Joined
from lfp_trainer.storage.models import Cohort, Membership, Place, User

NEEDS_ACCOUNT = "Only somebody with an account can facilitate. They can make one and keep all."


def rename(session: Session, cohort: Joined, name: str) -> None:
    """Call a cohort by another name."""
    _change(session, cohort, name=name)


def renew_code(session: Session, cohort: Joined) -> str:
    """Give a cohort another code and return it; the one before leads nowhere from then on."""
    cohorts.hold(session, cohort.id)
    code = draw(session, Cohort.code, cohorts.LENGTH)
    _change(session, cohort, code=code)
    return code


def archive(session: Session, cohort: Joined, *, now: datetime) -> None:
    """Close a cohort: nobody joins it any more, and nothing is set or paired in it."""
    if cohort.archived_at is None:
        _change(session, cohort, archived_at=now)


def reopen(session: Session, cohort: Joined) -> None:
    """Open a cohort again that was closed."""
    _change(session, cohort, archived_at=None)


def _change(session: Session, cohort: Joined, **values: str | datetime | None) -> None:
    session.execute(sa.update(Cohort).where(Cohort.id == cohort.id).values(**values))


def make_facilitator(session: Session, cohort: Joined, user_id: int, *, now: datetime) -> str:
    """Let a member facilitate a cohort too, and return their name; who does already stays as is.

    What was shared before is not shown to them: it was shared with others.

    :raise NotFound: if they are not in the cohort
    :raise Incomplete: if they have no account
    """
    cohorts.hold(session, cohort.id)
    name, has_account = _member(session, cohort, user_id)
    if not has_account:
        raise Incomplete({"person": NEEDS_ACCOUNT})
    session.execute(
        sa.update(Membership)
        .where(
            Membership.cohort_id == cohort.id,
            Membership.user_id == user_id,
            Membership.role != Place.FACILITATOR,
        )
        .values(role=Place.FACILITATOR, facilitates_since=now)
    )
    return name


def make_member(session: Session, cohort: Joined, user_id: int) -> str:
    """Let somebody facilitate a cohort no longer, but stay in it, and return their name.

    :raise NotFound: if they are not in the cohort
    :raise Incomplete: if nobody else facilitates it
    """
    cohorts.hold(session, cohort.id)
    name, _ = _member(session, cohort, user_id)
    others = cohorts.places_of_others(session, cohort.id, user_id)
    if Place.FACILITATOR not in others:
        raise Incomplete({"person": NOBODY_WOULD_FACILITATE})
    session.execute(
        sa.update(Membership)
        .where(Membership.cohort_id == cohort.id, Membership.user_id == user_id)
        .values(role=Place.LEARNER, facilitates_since=None)
    )
    return name


def remove(session: Session, cohort: Joined, user_id: int) -> str:
    """Take somebody out of a cohort, with all they share with it, and return their name.

    :raise NotFound: if they are not in the cohort
    :raise Incomplete: if nobody would be left who facilitates it
    """
    cohorts.hold(session, cohort.id)
    name, _ = _member(session, cohort, user_id)
    if Place.FACILITATOR not in cohorts.places_of_others(session, cohort.id, user_id):
        raise Incomplete({"person": NOBODY_WOULD_FACILITATE})
    cohorts.take_out(session, cohort.id, user_id)
    return name


def _member(session: Session, cohort: Joined, user_id: int) -> tuple[str, bool]:
    row = session.execute(
        sa.select(User.name, User.email.is_not(None) & User.disabled_at.is_(None))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.cohort_id == cohort.id, User.id == user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], bool(row[1])
