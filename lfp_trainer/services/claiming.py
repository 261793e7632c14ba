"""Give somebody what a guest played, also in the middle of a run that others are in.

Mostly an account, when the guest signs in; or a guest, who comes back in a browser in which they
have begun once more (``services/own_codes.py``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lfp_trainer.errors import NotFound
from lfp_trainer.services import accounts, exports, pairs, sharing
from lfp_trainer.storage.models import (
    Comment,
    Diagnosis,
    ExerciseRating,
    Expected,
    Export,
    Mark,
    Membership,
    NextStep,
    Pair,
    Paired,
    Participant,
    Pick,
    Ranking,
    Rating,
    Run,
    Showing,
    Step,
    User,
)

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
    _Owned(Comment.learner_id, of_seat=True),
    _Owned(Comment.author_id),
    _Owned(Pair.device_of),
    _Owned(Pair.invited_by),
    _Owned(Membership.user_id, (Membership.cohort_id,)),
    _Owned(Expected.user_id),
    _Owned(Export.user_id),
    _Owned(Paired.user_id, (Paired.cohort_id, Paired.key)),
    _Owned(Showing.opened_by),
    _Owned(
        ExerciseRating.user_id,
        number=ExerciseRating.set_number,
        counted_in=ExerciseRating.exercise_id,
    ),
)


def claim(session: Session, guest_id: int, account_id: int, *, now: datetime) -> None:
    """Give an account what a guest played, and end the guest.

    Where both sit in one run, the account keeps its seat and what it answered there; the guest's
    seat is the stand-in's, and nobody waits for it any more.

    :raise NotFound: if the guest is not a guest, or the account not an account
    """
    _give(session, guest_id, account_id, User.email.is_not(None), now)
    accounts.take_back_questions_about(session, account_id)


def bring_along(session: Session, guest_id: int, other_id: int, *, now: datetime) -> None:
    """Give another guest, who has shown to be the same person, what a guest played; as ``claim``.

    :raise NotFound: if one of them is not a guest
    """
    _give(session, guest_id, other_id, User.email.is_(None), now)


def _give(
    session: Session,
    guest_id: int,
    owner_id: int,
    owner_is: sa.ColumnElement[bool],
    now: datetime,
) -> None:
    exports.drop(session, exports.shared_with(session, guest_id))
    hold_runs_of(session, guest_id, owner_id)
    theirs = session.scalars(_runs_of(guest_id)).all()
    guest = session.scalar(
        sa.select(User.id).where(User.id == guest_id, User.email.is_(None)).with_for_update()
    )
    owner = session.scalar(
        sa.select(User.id)
        .where(User.id == owner_id, User.id != guest_id, owner_is)
        .with_for_update()
    )
    if guest is None or owner is None:
        raise NotFound
    _hand_over(session, guest_id, owner_id)
    session.execute(sa.delete(User).where(User.id == guest_id))
    sharing.settle(session, theirs)
    pairs.go_on_without(session, theirs, now=now)
    session.expire_all()


def hold_runs_of(session: Session, *people: int) -> None:
    """Take hold of all runs that somebody is in, before of the people themselves: whoever writes
    into a run takes hold of both in that order.
    """
    seats = sa.select(Participant.run_id).where(Participant.user_id.in_(people))
    asked = sa.select(Participant.run_id).where(Participant.asked_by.in_(people))
    session.scalars(
        sa.select(Run.id)
        .where(Run.id.in_(seats) | Run.id.in_(asked))
        .order_by(Run.id)
        .with_for_update(key_share=True)
    ).all()


def _runs_of(user_id: int) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Participant.run_id).where(Participant.user_id == user_id)


def _hand_over(session: Session, old_id: int, new_id: int) -> None:
    """Give somebody what is another person's; where there can be only one, their own stays."""
    # Asked before the seats move: what belongs to a seat moves with it.
    seated = session.scalars(_runs_of(new_id)).all()
    handed_on = _runs_of(old_id).where(Participant.run_id.not_in(seated))
    runs = session.scalars(handed_on).all()
    for owned in _OWNED:
        owner = owned.owner
        move = sa.update(owner.class_).where(owner == old_id)
        if owned.of_seat:
            move = move.where(owner.class_.run_id.not_in(seated))
            if owned.owner.class_ is not Participant:
                # What they themselves had left there before they gave the seat away.
                left = sa.delete(owner.class_).where(owner == new_id, owner.class_.run_id.in_(runs))
                session.execute(left, execution_options={"synchronize_session": False})
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
