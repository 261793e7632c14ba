"""Make exports: ask for one, and write it beside the pages, in a thread that ends with it.

What is known of one stands in the database alone, so that any server on it can show how far it is
and hand out the file. A writer says every half second that it is at work; one that has not for a
minute has ended with its process.
"""

import logging
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Busy, NotFound
from lfp_trainer.services.exports import kept
from lfp_trainer.services.exports.chosen import Wanted, choose
from lfp_trainer.services.exports.columns import Sheet
from lfp_trainer.services.exports.files import WRITE
from lfp_trainer.services.exports.rows import Rows
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Cohort,
    Export,
    ExportFormat,
    ExportPart,
    ExportState,
    table,
)

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

AT_ONCE = 2
"""Exports being written at the same time, on one database."""
PART = 256 * 1024
TELL_EVERY = timedelta(seconds=0.5)
ONE_AT_A_TIME = "You have an export on the way. Wait until it is done, then make the next one."
BUSY = "Two exports are being made just now. Wait a minute, then make yours."
BROKE = "This could not be made: something broke on our side. Make it again."
_ASKING = 0x1F9_7EA2
"""The number of our advisory lock in PostgreSQL: two who ask at once are counted one by one."""

_export = table(Export).c


def ask(
    session: Session,
    cohort_id: int,
    *,
    user_id: int,
    format: ExportFormat,
    with_names: bool,
    scenario_id: str | None = None,
    assignment_key: str | None = None,
    start_key: str,
    now: datetime,
) -> tuple[int, bool]:
    """Ask for an export and return which it is; whether it is new, and so is to be written.

    A repeated ``start_key`` returns the one it made.

    :raise Busy: if this person has one on the way, or the server is busy with others
    :raise NotFound: if the start key is somebody else's
    """
    # Who takes something back holds the cohort until they are done (``kept.drop``): what is read
    # from now on is without it.
    session.scalars(
        sa.select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True)
    ).all()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ASKING)))
    known = session.execute(
        sa.select(Export.id, Export.user_id, Export.cohort_id).where(Export.start_key == start_key)
    ).one_or_none()
    if known is not None:
        if (known.user_id, known.cohort_id) != (user_id, cohort_id):
            raise NotFound
        return known.id, False
    running = session.scalars(
        sa.select(Export.user_id).where(
            Export.state == ExportState.RUNNING, Export.seen_at >= now - kept.SILENT
        )
    ).all()
    if user_id in running:
        raise Busy(ONE_AT_A_TIME)
    if len(running) >= AT_ONCE:
        raise Busy(BUSY)
    export = Export(
        key=secrets.token_urlsafe(12), start_key=start_key, cohort_id=cohort_id, user_id=user_id,
        format=format, with_names=with_names, scenario_id=scenario_id,
        assignment_key=assignment_key, state=ExportState.RUNNING, rows_done=0, rows_total=0,
        size=0, made_at=now, seen_at=now, error="",
    )  # fmt: skip
    session.add(export)
    session.flush()
    return export.id, True


class _Gone(Exception):
    """The export that is being written is not wanted any more."""


def write(engine: sa.Engine, export_id: int, *, clock: Clock) -> None:
    """Write an export that was asked for, in a session of its own. Never raises."""
    try:
        with Session(engine, expire_on_commit=False) as session:
            try:
                _write(session, export_id, clock)
            except _Gone:
                log.info("export %s was dropped while it was written", export_id)
            except Exception:
                log.exception("export %s could not be written", export_id)
                session.rollback()
                with writing(session):
                    kept.fail(session, export_id, BROKE)
    except Exception:  # the database itself is gone; the page tells so after a minute of silence
        log.exception("nothing can be said of export %s", export_id)


def _write(session: Session, export_id: int, clock: Clock) -> None:
    format, wanted = _wanted(session, export_id)
    chosen = choose(session, wanted)
    session.rollback()  # the look is over
    telling = _Telling(session, export_id, clock)
    telling.tell(rows_total=sum(chosen.counts.values()))
    with tempfile.TemporaryFile() as file:
        sheets = telling.of_each(Rows(session, wanted, chosen).sheets())
        WRITE[format](file, sheets, wanted.with_names, wanted.begun_at)
        telling.tell()
        size = _store(telling, file)
    # In one transaction with the look whether it is still wanted.
    telling.tell(state=ExportState.DONE, size=size)


def _wanted(session: Session, export_id: int) -> tuple[ExportFormat, Wanted]:
    row = session.execute(
        sa.select(
            Export.format, Export.user_id, Export.cohort_id, Cohort.name, Export.with_names,
            Export.scenario_id, Export.assignment_key, Export.made_at,
        )
        .join(Cohort)
        .where(Export.id == export_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise _Gone
    return row.format, Wanted(
        viewer_id=row.user_id,
        cohort_id=row.cohort_id,
        cohort_name=row.name,
        with_names=row.with_names,
        scenario_id=row.scenario_id,
        assignment_key=row.assignment_key,
        begun_at=row.made_at,
    )


@dataclass
class _Telling:
    """Says how far an export is; ends its writer once it is not wanted any more."""

    session: Session
    export_id: int
    clock: Clock
    rows_done: int = 0
    told_at: datetime | None = None

    def of_each(
        self, sheets: Iterable[tuple[Sheet, Iterable[Mapping[str, Any]]]]
    ) -> Iterator[tuple[Sheet, Iterable[Mapping[str, Any]]]]:
        """Hand on sheets, counting their rows."""
        for sheet, rows in sheets:
            is_counted = sheet.name not in ("about", "dictionary")
            yield sheet, self._counting(rows) if is_counted else rows

    def _counting(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for row in rows:
            self.rows_done += 1
            if self.rows_done % 50 == 0:
                now = self.clock()
                if self.told_at is None or now - self.told_at >= TELL_EVERY:
                    self.tell()
            yield row

    def tell(self, *, part: tuple[int, bytes] | None = None, **values: Any) -> None:
        """Write down how far it is, with a part of the file.

        :raise _Gone: if it is not wanted any more
        """
        now = self.clock()
        with writing(self.session):
            told = self.session.execute(
                sa.update(table(Export))
                .where(_export.id == self.export_id, _export.state == ExportState.RUNNING)
                .values(rows_done=self.rows_done, seen_at=now, **values)
                .returning(_export.id)
            ).one_or_none()
            if told is None:
                raise _Gone
            if part is not None:
                number, content = part
                self.session.execute(
                    sa.insert(table(ExportPart)).values(
                        export_id=self.export_id, number=number, content=content
                    )
                )
        self.told_at = now


def _store(telling: _Telling, file: IO[bytes]) -> int:
    """Move a file into the database, and return its size."""
    file.seek(0)
    size, number = 0, 0
    while content := file.read(PART):
        number += 1
        size += len(content)
        telling.tell(part=(number, content))
    return size
