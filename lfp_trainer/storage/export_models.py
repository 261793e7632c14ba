"""The tables of exports: who made one of what a cohort shows, and the file while it is kept."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import ExportFormat, ExportState, Model


class Export(Model):
    """A file that a facilitator had made of what a cohort shows. It stays as a record of that when
    the file itself is gone.
    """

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What addresses show, as for a run.
    key: Mapped[str] = mapped_column(unique=True)
    # The one-time key of the form that asked for it: a double click makes one.
    start_key: Mapped[str] = mapped_column(unique=True)
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    format: Mapped[ExportFormat]
    with_names: Mapped[bool]
    # Only what belongs to these; empty for everything. The key and not the row of an assignment:
    # if that were gone, the filter must find nothing, and not everything.
    scenario_id: Mapped[str | None]
    assignment_key: Mapped[str | None]
    state: Mapped[ExportState]
    rows_done: Mapped[int]
    rows_total: Mapped[int]
    # Of the file, in bytes; 0 while there is none.
    size: Mapped[int]
    made_at: Mapped[datetime]
    # When its writer last said that it is at work.
    seen_at: Mapped[datetime]
    error: Mapped[str]


class ExportPart(Model):
    """A part of such a file. In the database, so that every server on it can hand it out."""

    __tablename__ = "export_part"
    __table_args__ = (sa.UniqueConstraint("export_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    export_id: Mapped[int] = mapped_column(sa.ForeignKey("export.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[bytes]
