"""The tables of people who learn together, typed. They hold who is in it, and nothing of a run."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import Model, Place


class Cohort(Model):
    """A group of people who learn together, and the code that lets more of them in."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What addresses show, as for a run.
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Eight characters to read out: they let anybody in who has them.
    code: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Membership(Model):
    """A person in a cohort."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Place]
    joined_at: Mapped[datetime]


class Paired(Model):
    """Where a facilitator put one person when they paired a cohort.

    It names no run on purpose: a page made from it cannot tell what became of the pair.
    """

    __tablename__ = "paired"
    # The one-time key of the form: a double click pairs a cohort once.
    __table_args__ = (sa.UniqueConstraint("cohort_id", "key", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    key: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # Which pair of that dealing, from 1; who plays which seat.
    number: Mapped[int]
    seat: Mapped[str]
    scenario_id: Mapped[str]
    paired_at: Mapped[datetime]
