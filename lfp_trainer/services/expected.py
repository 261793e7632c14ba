"""Invitations by name to a cohort: each with a code of its own that lets one person in, once.

Who came by one stays bound to it: it leads them to the cohort again, and nobody else anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import codes, cohorts
from lfp_trainer.services.cohorts import Behind, Joined
from lfp_trainer.services.pasted_names import Named
from lfp_trainer.storage.models import Cohort, Expected, User, WorkPosition

USED = (
    "This invitation has been used, and it lets in one person. If that was you, open it in the"
    " browser you joined with, or sign in. Otherwise ask whoever facilitates for another one."
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody invited by name, as who facilitates the cohort sees it."""

    id: int
    name: str
    position: WorkPosition | None
    code: str
    came_as: str | None
    """What who came by it calls themselves; None while nobody has."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What a personal code opens, to whoever holds it."""

    cohort: Behind
    name: str
    position: WorkPosition | None
    used_by: int | None


def invite(session: Session, cohort: Joined, people: Sequence[Named], *, now: datetime) -> int:
    """Invite people by name, and return how many were not invited before.

    A double click, and a longer list that is pasted later, invite nobody twice.
    """
    cohorts.hold(session, cohort.id)
    before = set(invited_before(session, cohort))
    new = [each for each in dict.fromkeys(people) if each.same_as not in before]
    for each in new:
        session.add(
            Expected(
                cohort_id=cohort.id, name=each.name, position=each.position, made_at=now,
                code=codes.draw(session, Expected.code, cohorts.PERSONAL_LENGTH),
            )
        )  # fmt: skip
        session.flush()
    return len(new)


def invited_before(session: Session, cohort: Joined) -> list[tuple[str, WorkPosition | None]]:
    """Return whom a cohort has invited by name, as ``Named.same_as`` writes them."""
    rows = session.execute(
        sa.select(Expected.name, Expected.position).where(Expected.cohort_id == cohort.id)
    )
    return [Named(name, position).same_as for name, position in rows]


def invitations_of(session: Session, cohort: Joined) -> list[Invitation]:
    """Return whom a cohort has invited by name: who has not come yet first, then by name."""
    rows = session.execute(
        sa.select(Expected.id, Expected.name, Expected.position, Expected.code, User.name)
        .outerjoin(User, User.id == Expected.user_id)
        .where(Expected.cohort_id == cohort.id)
    )
    found = [Invitation(*row) for row in rows]
    return sorted(found, key=lambda each: (each.came_as is not None, each.name.casefold(), each.id))


def revoke(session: Session, cohort: Joined, invitation_id: int) -> str:
    """Take an invitation back that nobody has used, and return whose it was.

    :raise NotFound: if there is none
    """
    name: str | None = session.scalar(
        sa.delete(Expected)
        .where(
            Expected.id == invitation_id,
            Expected.cohort_id == cohort.id,
            Expected.user_id.is_(None),
        )
        .returning(Expected.name)
    )
    if name is None:
        raise NotFound
    return name


def find_behind(session: Session, code: str) -> Invited:
    """Return what a personal code opens.

    :raise NotFound: if it is no invitation, or its cohort is closed
    """
    row = session.execute(
        sa.select(Cohort.code, Expected.name, Expected.position, Expected.user_id)
        .join(Cohort, Cohort.id == Expected.cohort_id)
        .where(Expected.code == cohorts.clean_code(code), Cohort.archived_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Invited(cohorts.find_behind(session, row.code), row.name, row.position, row.user_id)


def join(session: Session, code: str, *, user_id: int, agreed: bool, now: datetime) -> str:
    """Join the cohort behind a personal code and return its key.

    :raise NotFound: if it is no invitation
    :raise StaleMove: if somebody else has used it
    """
    invited = find_behind(session, code)
    taken = session.scalar(
        sa.update(Expected)
        .where(
            Expected.code == cohorts.clean_code(code),
            sa.or_(Expected.user_id.is_(None), Expected.user_id == user_id),
        )
        .values(user_id=user_id)
        .returning(Expected.id)
    )
    if taken is None:
        raise StaleMove(USED)
    return cohorts.enter(session, invited.cohort, user_id=user_id, agreed=agreed, now=now)
