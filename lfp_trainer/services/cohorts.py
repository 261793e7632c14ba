"""Cohorts: make one, join it by its code, leave it, see who is in it.

Who is in a cohort sees the names and positions of the others; what anybody practices stays theirs.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import access, agreements, codes, guests, sharing
from lfp_trainer.services.agreements import Agreements
from lfp_trainer.storage.models import Cohort, Expected, Membership, Place, User, WorkPosition

LENGTH = 8
"""Of a code. It stays open for months, so it is longer than that of a lobby."""
PERSONAL_LENGTH = 10
"""Of the code that invites one person by name (``services/expected.py``)."""
NOBODY_WOULD_FACILITATE = (
    "Nobody else facilitates this cohort, and the others would be left without anybody who does."
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A cohort, as somebody who is in it sees it."""

    id: int
    key: str
    name: str
    role: Place
    code: str
    """What lets others join; empty for whoever does not facilitate."""
    archived_at: datetime | None
    came_later_at: datetime | None = None
    """Since when whoever looks facilitates it, where somebody else let them."""

    @property
    def is_mine_to_run(self) -> bool:
        return self.role is Place.FACILITATOR


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a cohort."""

    user_id: int
    name: str
    position: WorkPosition | None
    role: Place
    has_account: bool
    made_facilitator_at: datetime | None
    """When somebody else let them facilitate it too; None for who made it, and for members."""

    @property
    def facilitates(self) -> bool:
        return self.role is Place.FACILITATOR


def make(session: Session, *, name: str, user_id: int, now: datetime) -> str:
    """Make a cohort that this person facilitates, and return its key."""
    code = codes.draw(session, Cohort.code, LENGTH)
    cohort = Cohort(
        key=secrets.token_urlsafe(12), name=name, code=code, created_at=now, agreements=[]
    )
    session.add(cohort)
    session.flush()
    session.add(
        Membership(
            cohort_id=cohort.id, user_id=user_id, role=Place.FACILITATOR, joined_at=now,
            facilitates_since=now,
        )
    )  # fmt: skip
    session.flush()
    return cohort.key


def clean_code(typed: str) -> str:
    """Return a code as it is stored, a personal one too, from what somebody typed or read out."""
    return codes.clean(typed, PERSONAL_LENGTH)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a code shows to whoever holds it."""

    id: int
    key: str
    name: str
    facilitators: tuple[str, ...]
    agreements: Agreements


def find_behind(session: Session, code: str) -> Behind:
    """Return the cohort that a code lets in to.

    :raise NotFound: if there is none
    """
    row = session.execute(
        sa.select(Cohort.id, Cohort.key, Cohort.name).where(
            Cohort.code == clean_code(code), Cohort.archived_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    facilitators = session.scalars(
        sa.select(User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.cohort_id == row.id, Membership.role == Place.FACILITATOR)
        .order_by(User.id)
    )
    kept_to = agreements.of_cohort(session, row.id)
    return Behind(row.id, row.key, row.name, tuple(facilitators), kept_to)


def join(session: Session, code: str, *, user_id: int, agreed: bool = False, now: datetime) -> str:
    """Join the cohort behind a code and return its key; who is in it already stays as they are.

    :raise NotFound: if there is none
    """
    return enter(session, find_behind(session, code), user_id=user_id, agreed=agreed, now=now)


def enter(session: Session, cohort: Behind, *, user_id: int, agreed: bool, now: datetime) -> str:
    """Join a cohort that a code has opened, and return its key.

    :param agreed: whether they accepted its working agreements on the way in
    """
    try:
        with session.begin_nested():
            session.add(
                Membership(
                    cohort_id=cohort.id, user_id=user_id, role=Place.LEARNER, joined_at=now,
                    agreed_at=now if agreed else None,
                )
            )  # fmt: skip
    except IntegrityError:
        # In it already; somebody who is gone is not.
        find(session, cohort.key, viewer_id=user_id)
    return cohort.key


def introduce(session: Session, user_id: int, *, name: str, position: WorkPosition | None) -> None:
    """Note a guest's name and anybody's position on joining; what is left out stays."""
    guests.name_guest(session, user_id, name)
    if position is not None:
        session.execute(sa.update(User).where(User.id == user_id).values(position=position))


def find(session: Session, key: str, *, viewer_id: int) -> Joined:
    """Find a cohort of this person.

    :raise NotFound: if there is none, or they are not in it
    """
    row = session.execute(
        access.cohorts_visible_to(viewer_id).where(Cohort.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Joined(*row)


def find_to_run(session: Session, key: str, *, viewer_id: int) -> Joined:
    """Find a cohort that this person facilitates.

    :raise NotFound: if there is none, they do not facilitate it, or it is closed
    """
    cohort = find_to_review(session, key, viewer_id=viewer_id)
    if cohort.archived_at is not None:
        raise NotFound
    return cohort


def find_to_review(session: Session, key: str, *, viewer_id: int) -> Joined:
    """Find a cohort that this person facilitates, also one that is closed.

    :raise NotFound: if there is none, or they do not facilitate it
    """
    cohort = find(session, key, viewer_id=viewer_id)
    if not cohort.is_mine_to_run:
        raise NotFound
    return cohort


def cohorts_of(session: Session, user_id: int) -> list[Joined]:
    """Return the cohorts somebody is in, by name."""
    rows = session.execute(
        access.cohorts_visible_to(user_id).order_by(sa.func.lower(Cohort.name), Cohort.id)
    )
    return [Joined(*row) for row in rows]


def members_of(session: Session, cohort: Joined, *, viewer_id: int) -> list[Member]:
    """Return who is in a cohort: who facilitates first, then by name."""
    rows = session.execute(
        access.members_visible_to(viewer_id).where(Membership.cohort_id == cohort.id)
    )
    found = [Member(*row[1:]) for row in rows]
    return sorted(found, key=lambda each: (not each.facilitates, each.name.lower(), each.user_id))


def fellows_of(session: Session, user_id: int) -> list[tuple[Joined, list[Member]]]:
    """Return whom somebody could train with: each cohort they are in, with the others in it."""
    found = {
        each.id: (each, list[Member]())
        for each in cohorts_of(session, user_id)
        if each.archived_at is None
    }
    rows = session.execute(
        access.members_visible_to(user_id)
        .where(User.id != user_id)
        .order_by(sa.func.lower(User.name), User.id)
    )
    for cohort_id, *member in rows:
        if cohort_id in found:
            found[cohort_id][1].append(Member(*member))
    return [(cohort, members) for cohort, members in found.values() if members]


def leave(session: Session, cohort: Joined, user_id: int) -> None:
    """Leave a cohort. One that nobody is in any more is gone.

    :raise Incomplete: if nobody would be left who facilitates it
    """
    hold(session, cohort.id)
    others = places_of_others(session, cohort.id, user_id)
    if cohort.is_mine_to_run and others and Place.FACILITATOR not in others:
        raise Incomplete({"cohort": NOBODY_WOULD_FACILITATE})
    take_out(session, cohort.id, user_id)
    if not others:
        session.execute(sa.delete(Cohort).where(Cohort.id == cohort.id))


def hold(session: Session, cohort_id: int) -> None:
    """Let nobody else change who is in a cohort, and as what, before this is done: two who
    facilitate it must not both go at the same moment.
    """
    session.execute(sa.select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())


def places_of_others(session: Session, cohort_id: int, user_id: int) -> Sequence[Place]:
    """Return what the others in a cohort are in it. The caller holds it."""
    return session.scalars(
        sa.select(Membership.role).where(
            Membership.cohort_id == cohort_id, Membership.user_id != user_id
        )
    ).all()


def take_out(session: Session, cohort_id: int, user_id: int) -> None:
    """Take somebody out of a cohort with what they share; the invitation they came by lets nobody
    in again. The caller holds the cohort.
    """
    sharing.withdraw_all(session, cohort_id, user_id)
    for theirs in (Expected, Membership):
        session.execute(
            sa.delete(theirs).where(theirs.cohort_id == cohort_id, theirs.user_id == user_id)
        )
