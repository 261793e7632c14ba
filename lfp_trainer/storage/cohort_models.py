"""The tables of people who learn together, typed. They hold who is in it and what is set for them,
and nothing of a run: what of a run is shown to whom stands with the run and its participants.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import BLOCKS, CODES, Mode, Model, Phase, Place, Round, WorkPosition


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
    # The working agreements, a sentence each; and when they last became others.
    agreements: Mapped[CODES]
    agreements_at: Mapped[datetime | None]


class Membership(Model):
    """A person in a cohort."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Place]
    joined_at: Mapped[datetime]
    # When they accepted the working agreements, those that stood then.
    agreed_at: Mapped[datetime | None]
    # What was shared before somebody became a facilitator was not shared with them.
    facilitates_since: Mapped[datetime | None]


class Expected(Model):
    """Somebody who is invited by name, and the code that lets that one person in."""

    __tablename__ = "expected"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    position: Mapped[WorkPosition | None]
    code: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    # Who came by it. The code then lets nobody else in.
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )


class Assignment(Model):
    """A scenario that a cohort is asked to play: how, by when, and what belongs to it."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What addresses show, as for a run.
    key: Mapped[str] = mapped_column(unique=True)
    # The one-time key of the form that made it: a double click makes one.
    start_key: Mapped[str] = mapped_column(unique=True)
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True
    )
    scenario_id: Mapped[str]
    mode: Mapped[Mode]
    # The seat to take, alone; empty where each chooses.
    seat: Mapped[str]
    # Words of ``Required``.
    required: Mapped[CODES]
    note: Mapped[str]
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class DebriefPlan(Model):
    """What a facilitator has made of the plan that a cohort's answers suggest for a debrief."""

    __tablename__ = "debrief_plan"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "scenario_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    scenario_id: Mapped[str]
    blocks: Mapped[BLOCKS]
    # Counts the saves: one names the count it saw, so that two windows do not undo each other.
    version: Mapped[int]
    saved_at: Mapped[datetime]


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


class Showing(Model):
    """What of a cohort's answers is on the big screen, and on the phones in the room.

    A cohort has one row from the first time on, and none is removed: the version goes on counting,
    so that no page of an earlier time can move what is shown now.
    """

    __tablename__ = "showing"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), unique=True
    )
    # Empty while nothing is shown.
    scenario_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("scenario_version.id"), index=True
    )
    # Of the ratings.
    round: Mapped[Round]
    # Decisions ("decision:log"), ratings ("rating:partner/motivate"), "diagnosis"; in order.
    agenda: Mapped[CODES]
    # Which of them, from 0, and how much of it.
    at: Mapped[int]
    phase: Mapped[Phase]
    # Every change names the version it saw, and is refused when that is no longer true.
    version: Mapped[int]
    changed_at: Mapped[datetime]
    # Who opened it: what they may see is what is counted.
    opened_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
