"""Forget people: all that only they have left, and their name and words where others were too.

What becomes of each table is written down in ``data_registry``, and a test holds both together.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import exports, pairs, sharing, sign_in
from lfp_trainer.storage.models import (
    Cohort,
    Expected,
    Membership,
    Pair,
    Participant,
    Place,
    Role,
    Run,
    Step,
    User,
    UserSession,
)

AT_ONCE = 200
"""Runs to one statement."""
LAST_ADMIN = (
    "You are the only admin of this site, and nobody else could make another. Make somebody an"
    " admin first, then delete your account."
)


_ADMINS = (
    sa.select(User.id)
    .where(User.role == Role.ADMIN, User.disabled_at.is_(None), User.email.is_not(None))
    .order_by(User.id)
)


def is_last_admin(session: Session, user_id: int) -> bool:
    """Tell whether the site would be left without an admin if this person went."""
    return session.scalars(_ADMINS).all() == [user_id]


def is_here(session: Session, user_id: int) -> bool:
    """Tell whether a person has not been deleted."""
    return session.scalar(sa.select(User.id).where(User.id == user_id)) is not None


def delete_person(session: Session, user_id: int, *, now: datetime) -> None:
    """Delete a person, account or guest, who asks for it. They are signed out everywhere.

    :raise Incomplete: if the site would be left without an admin
    :raise NotFound: if they are gone already
    """
    # Two admins who leave at the same moment must not both go: the second waits, and then looks.
    session.execute(_ADMINS.with_for_update())
    if is_last_admin(session, user_id):
        raise Incomplete({"password": LAST_ADMIN})
    if not is_here(session, user_id):
        raise NotFound
    forget(session, [user_id], now=now)


# Somebody who plays at another person's screen: nobody else could ever come back to what is theirs.
_AT_A_SCREEN = (
    sa.select(Participant.user_id)
    .join(Pair, Pair.run_id == Participant.run_id)
    .where(Pair.device_of.is_not(None), Pair.device_of != Participant.user_id)
)
_HAS_NO_SIGN_IN = User.email.is_(None) & ~sa.exists().where(UserSession.user_id == User.id)
IS_AT_A_HOSTS = User.id.in_(_AT_A_SCREEN) & _HAS_NO_SIGN_IN
"""What is true of somebody who is here only by another person's sign-in, in a query."""

_NOBODY_IS_IN = ~sa.exists().where(Participant.run_id == Run.id)


def forget(
    session: Session,
    people: Sequence[int],
    *,
    only: sa.ColumnElement[bool] | None = None,
    now: datetime,
) -> None:
    """Delete people with everything that is theirs alone, and whoever played at their screen.

    A run that somebody else is in stays theirs: its steps too, but not what these people wrote. The
    stand-in has the seats that are left in it, and nobody waits any more for who has gone. A cohort
    that nobody facilitates any more is closed: nobody is made to who has not agreed.

    :param only: what must be true of them still, once nobody else can change it
    """
    # First the cohorts, then the runs, then the people: whoever pairs a cohort or writes into a run
    # takes hold of them in that order.
    _hold_cohorts(session, people)
    _hold_runs(session, people)
    held = sa.select(User.id).where(User.id.in_(people), *([] if only is None else [only]))
    people = session.scalars(held.order_by(User.id).with_for_update()).all()
    if not people:
        return
    people = [*people, *_hold_those_at(session, people)]
    # Again, for what was begun up to now. Nothing of theirs can be begun any more: what refers to
    # somebody waits for this transaction, and then finds them gone.
    cohorts = _hold_cohorts(session, people)
    taken_part = sa.select(Participant.run_id).where(Participant.user_id.in_(people))
    exports.drop(session, Run.id.in_(taken_part))
    theirs = _hold_runs(session, people)
    emails = session.scalars(
        sa.select(User.email).where(User.id.in_(people), User.email.is_not(None))
    ).all()
    session.execute(sa.update(Step).where(Step.user_id.in_(people)).values(reason=""))
    session.execute(sa.delete(Expected).where(Expected.user_id.in_(people)))
    for email in emails:
        sign_in.forgive(session, account=email or "")
    # Their rows in all other tables go with them: the references say so.
    session.execute(sa.delete(User).where(User.id.in_(people)))
    _drop_or_close(session, cohorts, now)
    for start in range(0, len(theirs), AT_ONCE):
        some = theirs[start : start + AT_ONCE]
        session.execute(sa.delete(Run).where(Run.id.in_(some), _NOBODY_IS_IN))
        sharing.settle(session, some)
        pairs.go_on_without(session, some, now=now)
    session.expire_all()


def _hold_those_at(session: Session, hosts: Sequence[int]) -> Sequence[int]:
    """Lock whoever is here only by the sign-in of one of these people, and return them."""
    theirs = _AT_A_SCREEN.where(Pair.device_of.in_(hosts))
    found = sa.select(User.id).where(User.id.in_(theirs), _HAS_NO_SIGN_IN, User.id.not_in(hosts))
    return session.scalars(found.order_by(User.id).with_for_update()).all()


def _hold_cohorts(session: Session, people: Sequence[int]) -> Sequence[int]:
    """Lock the cohorts of people, and those that their runs are for, in one order: of two who
    facilitate one and go at the same moment, the second closes it. Others may join meanwhile."""
    theirs = sa.select(Membership.cohort_id).where(Membership.user_id.in_(people))
    of_runs = sa.select(Run.cohort_id).join(Participant).where(Participant.user_id.in_(people))
    held = sa.select(Cohort.id).where(Cohort.id.in_(theirs) | Cohort.id.in_(of_runs))
    held = held.order_by(Cohort.id)
    return session.scalars(held.with_for_update(key_share=True)).all()


def _drop_or_close(session: Session, cohort_ids: Sequence[int], now: datetime) -> None:
    """Drop the cohorts that nobody is in any more, and close those that nobody facilitates."""
    anybody = sa.exists().where(Membership.cohort_id == Cohort.id)
    facilitated = anybody.where(Membership.role == Place.FACILITATOR)
    session.execute(sa.delete(Cohort).where(Cohort.id.in_(cohort_ids), ~anybody))
    session.execute(
        sa.update(Cohort)
        .where(Cohort.id.in_(cohort_ids), Cohort.archived_at.is_(None), ~facilitated)
        .values(archived_at=now)
    )


def cohorts_to_close(session: Session, user_id: int) -> Sequence[str]:
    """Return the names of the cohorts that would be closed if this person went: those that others
    are in, and nobody else facilitates."""
    own, other = aliased(Membership), aliased(Membership)
    others = sa.exists().where(other.cohort_id == Cohort.id, other.user_id != user_id)
    return session.scalars(
        sa.select(Cohort.name)
        .join(own, own.cohort_id == Cohort.id)
        .where(
            own.user_id == user_id,
            own.role == Place.FACILITATOR,
            Cohort.archived_at.is_(None),
            others,
            ~others.where(other.role == Place.FACILITATOR),
        )
        .order_by(sa.func.lower(Cohort.name), Cohort.id)
    ).all()


def _hold_runs(session: Session, people: Sequence[int]) -> Sequence[int]:
    """Lock the runs of people, in one order: of two who shared a run and go at the same moment, the
    second takes it."""
    taken_part = sa.select(Participant.run_id).where(Participant.user_id.in_(people))
    return session.scalars(
        sa.select(Run.id).where(Run.id.in_(taken_part)).order_by(Run.id).with_for_update()
    ).all()


def forget_runs_of_nobody(session: Session) -> None:
    """Delete the runs that nobody is in: what was said in them is out of everybody's reach."""
    session.execute(sa.delete(Run).where(_NOBODY_IS_IN))
    session.expire_all()
