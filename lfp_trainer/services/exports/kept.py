"""The files of exports while they are kept: an hour, and not a moment longer than they are shown.

A file is a copy, and a copy knows nothing of who takes something back. So whenever somebody of a
cohort does, all of its files go, and what is being written is not kept. Who made one, when, with
names or not, stays on record (``RECORDED``), for those whose answers were in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound
from lfp_trainer.storage.models import (
    Cohort,
    Export,
    ExportFormat,
    ExportPart,
    ExportState,
    Membership,
    Place,
    Run,
    User,
    table,
)

KEPT = timedelta(hours=1)
"""A file, since it was asked for."""
SILENT = timedelta(minutes=1)
"""After which a writer that has not said that it is at work is taken to have ended."""
RECORDED = timedelta(days=180)
"""That one was made."""
SERVER_ENDED = "The server stopped while this was being made. Make it again."

_export, _part = table(Export).c, table(ExportPart).c


def drop(session: Session, of: sa.ColumnElement[bool]) -> None:
    """Delete the files of the cohorts to which some of these runs are shown, and let none that is
    being written be kept. Of runs that are private no file tells anything, and none goes for them.

    Call it first, before what is taken back is: who makes an export waits for the same lock.

    :param of: what is true of those runs
    """
    theirs = sa.select(Run.cohort_id).where(of)
    held = sa.select(Cohort.id).where(Cohort.id.in_(theirs)).order_by(Cohort.id)
    session.scalars(held.with_for_update(key_share=True)).all()
    cohort_ids = session.scalars(theirs.where(Run.shown_at.is_not(None)).distinct()).all()
    _end(
        session, ExportState.DROPPED,
        _export.cohort_id.in_(cohort_ids),
        _export.state.in_((ExportState.RUNNING, ExportState.DONE)),
    )  # fmt: skip


def _end(
    session: Session,
    state: ExportState,
    *which: sa.ColumnElement[bool],
    error: str = "",
    waits: bool = True,
) -> int:
    """Give exports their last state, delete their files, and return how many they were.

    :param waits: whether also those that somebody else is changing at this moment
    """
    held = sa.select(_export.id).where(*which).order_by(_export.id)
    # A writer holds its own while it adds a part: so no part is added after this.
    ended = session.scalars(held.with_for_update(skip_locked=not waits)).all()
    if ended:
        session.execute(
            sa.update(table(Export))
            .where(_export.id.in_(ended))
            .values(state=state, size=0, error=error)
        )
        session.execute(sa.delete(table(ExportPart)).where(_part.export_id.in_(ended)))
        session.expire_all()
    return len(ended)


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_export.state == ExportState.DONE, _export.made_at < now - KEPT)


def _is_silent(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_export.state == ExportState.RUNNING, _export.seen_at < now - SILENT)


def _is_old(now: datetime) -> sa.ColumnElement[bool]:
    return _export.made_at < now - RECORDED


def is_due(session: Session, now: datetime) -> bool:
    """Tell whether ``expire`` would change anything."""
    due = sa.or_(_is_over(now), _is_silent(now), _is_old(now))
    return bool(session.scalar(sa.select(sa.exists().where(due))))


def expire(session: Session, *, now: datetime) -> int:
    """Delete the files that were kept long enough, those of writers that ended, and old records.

    Returns how many. Of what somebody else is changing it waits for nothing: a later call has it.
    """
    ended = _end(session, ExportState.EXPIRED, _is_over(now), waits=False)
    ended += _end(session, ExportState.FAILED, _is_silent(now), error=SERVER_ENDED, waits=False)
    old = sa.select(_export.id).where(_is_old(now)).with_for_update(skip_locked=True)
    found = session.scalars(old).all()
    if found:
        session.execute(sa.delete(table(Export)).where(_export.id.in_(found)))
        session.expire_all()
    return ended + len(found)


@dataclass(frozen=True, slots=True)
class Made:
    """An export as those read of it whose cohort it is of."""

    key: str
    user_id: int
    by: str
    format: ExportFormat
    with_names: bool
    scenario_id: str | None
    assignment_key: str | None
    state: ExportState
    rows_done: int
    rows_total: int
    size: int
    made_at: datetime
    error: str

    @property
    def is_running(self) -> bool:
        return self.state is ExportState.RUNNING

    @property
    def is_done(self) -> bool:
        return self.state is ExportState.DONE

    @property
    def percent(self) -> int:
        """How much of it is read; writing it down afterwards is the last tenth."""
        return min(99, 90 * self.rows_done // max(1, self.rows_total))


_SEEN: tuple[Any, ...] = (
    Export.key, Export.user_id, User.name, Export.format, Export.with_names, Export.scenario_id,
    Export.assignment_key, Export.state, Export.rows_done, Export.rows_total, Export.size,
    Export.made_at, Export.error,
)  # fmt: skip


def made_for(session: Session, cohort_id: int, *, most: int = 50) -> list[Made]:
    """Return the exports that were made of a cohort, the newest first.

    Whether the reader is in that cohort is the caller's to find out.
    """
    rows = session.execute(
        sa.select(*_SEEN)
        .join(User, User.id == Export.user_id)
        .where(Export.cohort_id == cohort_id)
        .order_by(Export.made_at.desc(), Export.id.desc())
        .limit(most)
    )
    return [Made(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be taken."""

    id: int
    format: ExportFormat
    with_names: bool
    size: int
    made_at: datetime
    parts: int


def find_file(session: Session, cohort_id: int, key: str, *, viewer_id: int) -> File:
    """Find the file of an export that this person made, and may still see what is in it.

    :raise NotFound: if there is none
    """
    parts = sa.select(sa.func.count()).where(ExportPart.export_id == Export.id).scalar_subquery()
    row = session.execute(
        sa.select(
            Export.id, Export.format, Export.with_names, Export.size, Export.made_at, parts
        )
        .join(
            Membership,
            (Membership.cohort_id == Export.cohort_id) & (Membership.user_id == Export.user_id),
        )
        .where(
            Export.key == key,
            Export.cohort_id == cohort_id,
            Export.user_id == viewer_id,
            Export.state == ExportState.DONE,
            Membership.role == Place.FACILITATOR,
            # Who comes back as a facilitator begins anew.
            Membership.facilitates_since <= Export.made_at,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return File(*row)


def part_of(session: Session, export_id: int, number: int) -> bytes | None:
    """Return a part of a file, counted from 1; None once there is none any more."""
    content: bytes | None = session.scalar(
        sa.select(ExportPart.content)
        .join(Export)
        .where(
            Export.id == export_id,
            Export.state == ExportState.DONE,
            ExportPart.number == number,
        )
    )
    return content


def fail(session: Session, export_id: int, error: str) -> None:
    """Say of an export that it could not be made."""
    is_it = _export.id == export_id, _export.state == ExportState.RUNNING
    _end(session, ExportState.FAILED, *is_it, error=error)
