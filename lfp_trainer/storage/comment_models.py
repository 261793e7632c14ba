"""What is written to somebody about a run of theirs, and what they answer, typed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import About, Model, Round


class Comment(Model):
    """What a facilitator writes to one person about a run of theirs, or an answer to that.

    It is addressed: only that person reads it, and who facilitates the cohort while they may see
    what it is about. Who stops sharing the run, or leaves the cohort, keeps what they were told.
    """

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What addresses show, as for a run.
    key: Mapped[str] = mapped_column(unique=True)
    # The one-time key of the form that wrote it: a double click writes one.
    start_key: Mapped[str] = mapped_column(unique=True)
    # Empty once the cohort is gone: then nobody facilitates it, and the learner keeps this.
    cohort_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"), index=True)
    # To whom: whose run, response or rating it is about.
    learner_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    # Empty once they are gone.
    author_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    about: Mapped[About]
    # Of a response, its step; of a rating, which one. Else empty.
    number: Mapped[int | None]
    leader: Mapped[str]
    strand: Mapped[str]
    round: Mapped[Round | None]
    text: Mapped[str]
    written_at: Mapped[datetime]
    # When the learner marked it read, or wrote it.
    read_at: Mapped[datetime | None]
    # The same by who began the thread, of what the learner answers.
    read_by_author_at: Mapped[datetime | None]
    # The comment that began the thread; empty for that one.
    answers: Mapped[int | None] = mapped_column(
        sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
