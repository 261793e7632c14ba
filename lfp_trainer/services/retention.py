"""How long is kept what nobody comes back to, and dropping it then.

Both times stand here and are told on the page of one's data (``data_registry``). What somebody has
practiced is theirs for as long as they are here, and is never dropped by its age: a run that has
begun is not touched. Guests and their time are in ``guests``.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import exports
from lfp_trainer.storage.models import Pair, Paired, Participant, Run

NEVER_BEGUN = timedelta(days=30)
"""For a run together that nobody began, since anybody was last there. It holds no practice, only
who was to meet whom; and it is as long as a guest is remembered, so nobody could come back."""
PAIRED = timedelta(days=180)
"""For who was paired with whom. Within one half of a school year a facilitator may want to see it;
after that it would only add up to a record of whom somebody works with."""
AT_ONCE = 200
"""Of each to one call, where somebody waits for it."""


def forget_some_old(session: Session, *, now: datetime) -> int:
    """Drop what was kept long enough, and return how many rows; not all at once."""
    return (
        _forget_never_begun(session, now - NEVER_BEGUN)
        + _forget_paired(session, now - PAIRED)
        + exports.expire(session, now=now)
    )


def forget_old(session: Session, *, now: datetime) -> None:
    """Drop everything that was kept long enough."""
    while forget_some_old(session, now=now):
        pass


def _forget_never_begun(session: Session, before: datetime) -> int:
    somebody_since = sa.exists().where(
        Participant.run_id == Run.id,
        sa.or_(
            Participant.seen_at >= before,
            Participant.ready_at >= before,
            Participant.changed_at >= before,
        ),
    )
    never = sa.exists().where(Pair.run_id == Run.id, Pair.begun_at.is_(None))
    is_old = never, Run.started_at < before, ~somebody_since
    # Whoever is in one just now is not waited for: a later call drops it, if it is old still.
    held = session.scalars(
        sa.select(Run.id)
        .where(*is_old)
        .order_by(Run.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    # Asked once more, now that nobody can begin them: somebody may have done so until now.
    gone = session.scalars(sa.delete(Run).where(Run.id.in_(held), *is_old).returning(Run.id)).all()
    session.expire_all()
    return len(gone)


def _forget_paired(session: Session, before: datetime) -> int:
    old = sa.select(Paired.id).where(Paired.paired_at < before).order_by(Paired.id).limit(AT_ONCE)
    gone = sa.delete(Paired).where(Paired.id.in_(old.scalar_subquery())).returning(Paired.id)
    found = session.scalars(gone).all()
    session.expire_all()
    return len(found)
