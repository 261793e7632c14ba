"""The tables, typed.

Steps are stored; positions are replayed from them. Rules that matter when two people act at once
are constraints here, not checks somewhere else.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import CODES as CODES
from lfp_trainer.storage.base import About as About
from lfp_trainer.storage.base import ExportFormat as ExportFormat
from lfp_trainer.storage.base import ExportState as ExportState
from lfp_trainer.storage.base import Mode as Mode
from lfp_trainer.storage.base import Model as Model
from lfp_trainer.storage.base import Outcome as Outcome
from lfp_trainer.storage.base import Phase as Phase
from lfp_trainer.storage.base import Place as Place
from lfp_trainer.storage.base import Required as Required
from lfp_trainer.storage.base import Role as Role
from lfp_trainer.storage.base import Round as Round
from lfp_trainer.storage.base import Stage as Stage
from lfp_trainer.storage.base import Telling as Telling
from lfp_trainer.storage.base import WorkPosition as WorkPosition
from lfp_trainer.storage.base import table as table
from lfp_trainer.storage.cohort_models import Assignment as Assignment
from lfp_trainer.storage.cohort_models import Cohort as Cohort
from lfp_trainer.storage.cohort_models import DebriefPlan as DebriefPlan
from lfp_trainer.storage.cohort_models import Expected as Expected
from lfp_trainer.storage.cohort_models import Membership as Membership
from lfp_trainer.storage.cohort_models import Paired as Paired
from lfp_trainer.storage.cohort_models import Showing as Showing
from lfp_trainer.storage.comment_models import Comment as Comment
from lfp_trainer.storage.exercise_models import ExerciseRating as ExerciseRating
from lfp_trainer.storage.export_models import Export as Export
from lfp_trainer.storage.export_models import ExportPart as ExportPart
from lfp_trainer.storage.pair_models import Mark as Mark
from lfp_trainer.storage.pair_models import Pair as Pair
from lfp_trainer.storage.pair_models import Pick as Pick


class User(Model):
    """A person. A guest has neither email nor password until they claim what they played."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    # Stored in lower case: both databases would otherwise take Ana@ and ana@ for two people.
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    role: Mapped[Role] = mapped_column(default=Role.LEARNER)
    position: Mapped[WorkPosition | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class UserSession(Model):
    """One browser that is signed in. Ending the row ends the sign-in, whatever the cookie says."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Only a hash: a stolen copy of the database must not open anybody's session.
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    device: Mapped[str]
    remembered: Mapped[bool]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    # When the password was last typed in this browser; sensitive pages ask for a recent one.
    fresh_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInFailure(Model):
    """A wrong password, or a code that leads nowhere, counted in the database so that every worker
    sees the same count."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (sa.Index("ix_sign_in_failure_account_at", "account", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A hash of the address typed, which may be a password typed in the wrong field.
    account: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


class ScenarioVersion(Model):
    """A published scenario with its rubric and vocabulary. Never changed once published."""

    __tablename__ = "scenario_version"
    __table_args__ = (
        sa.UniqueConstraint("scenario_id", "digest"),
        # At most one version of a scenario is the one that new runs start with.
        sa.Index(
            "uq_scenario_version_current", "scenario_id", unique=True,
            sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[str]
    digest: Mapped[str]
    title: Mapped[str]
    source: Mapped[str]
    # The bundle as JSON, so that starting the server never reads YAML again.
    parsed: Mapped[str]
    is_current: Mapped[bool]
    published_at: Mapped[datetime]


class Run(Model):
    """One play of one scenario version. Where it stands is replayed from its steps."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What addresses show: too long to guess, and tells nobody how many runs there are.
    key: Mapped[str] = mapped_column(unique=True)
    # The one-time key of the form that started it: a double click starts one run.
    start_key: Mapped[str] = mapped_column(unique=True)
    scenario_version_id: Mapped[int] = mapped_column(
        sa.ForeignKey("scenario_version.id"), index=True
    )
    # Counts the steps. A move names the count it saw and is refused when it is no longer true.
    moves: Mapped[int] = mapped_column(default=0)
    ending_id: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # The play that this one rewinds, and the step at which it takes another response. Both stay.
    what_if_of: Mapped[int | None] = mapped_column(
        sa.ForeignKey("run.id", ondelete="SET NULL"), index=True
    )
    what_if_at: Mapped[int | None]
    # For which cohort it was begun, or with which it is shared; who shares says so themselves.
    cohort_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )
    assignment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("assignment.id", ondelete="SET NULL"), index=True
    )
    # The earliest agreement of its players once all of them have agreed: from then on the
    # conversation is shown to those who facilitated the cohort at that time. Else it is private.
    shown_at: Mapped[datetime | None]


class Participant(Model):
    """A person in a run, with the seat they play."""

    __tablename__ = "participant"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "user_id"),
        sa.UniqueConstraint("run_id", "seat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # A seat of the scenario, "both" for somebody who plays every seat alone, or "observer".
    seat: Mapped[str]
    stage: Mapped[Stage]
    changed_at: Mapped[datetime]
    # When they agreed that the facilitators of the run's cohort see what they answer.
    shared_at: Mapped[datetime | None]
    # The rest is only of a run that several people are in (``storage/pair_models.py``).
    ready_at: Mapped[datetime | None]
    # When their page last asked, to a few seconds.
    seen_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    # Since when the stand-in has played their seat, because somebody who waited let it.
    stand_in_from: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]
    # When they had said what both plays showed, or passed it over.
    rated_play_at: Mapped[datetime | None]
    # Who says, on another device, that they are this guest; a partner lets them in.
    asked_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )


class Step(Model):
    """One recorded choice. ``user_id`` is empty when the stand-in chose."""

    __tablename__ = "step"
    # Two browsers can send the same step; the database lets only one of them in.
    __table_args__ = (
        sa.UniqueConstraint("run_id", "number"),
        # All that a review counts, so that a cohort of ten thousand runs is one look into it. What
        # is private is not even in it.
        sa.Index(
            "ix_step_shown", "cohort_id", "scenario_version_id", "scene_id", "choice_id",
            "led_to", "stand_in", "seat", "user_id", "run_id", "shown_at", "ending_id",
            sqlite_where=sa.text("cohort_id IS NOT NULL"),
            postgresql_where=sa.text("cohort_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    number: Mapped[int]
    seat: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    stand_in: Mapped[bool]
    scene_id: Mapped[str]
    choice_id: Mapped[str]
    reason: Mapped[str]
    chosen_at: Mapped[datetime]
    # The rest is for the review alone: empty while the run is not shown (``services/sharing.py``).
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohort.id", ondelete="SET NULL"))
    scenario_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario_version.id"))
    shown_at: Mapped[datetime | None]
    ending_id: Mapped[str | None]
    # The scenes it led to, in order and with a space between, passages too; empty for the end.
    led_to: Mapped[str | None]


class Ranking(Model):
    """All the responses of one decision, in the order in which somebody ranked them.

    The first of them is the step of that number; why is its reason.
    """

    __tablename__ = "ranking"
    # Somebody who decides together with another may rank too: once each for a step.
    __table_args__ = (sa.UniqueConstraint("run_id", "user_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    ranked: Mapped[CODES]
    ranked_at: Mapped[datetime]


class Diagnosis(Model):
    """What one participant says is not at scale, and the barrier. A draft until committed."""

    __tablename__ = "diagnosis"
    __table_args__ = (sa.UniqueConstraint("run_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    systems: Mapped[CODES]
    failed_tests: Mapped[CODES]
    who: Mapped[CODES]
    what: Mapped[CODES]
    reason: Mapped[str]
    saved_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]


class Rating(Model):
    """One participant's rating of one leader on one strand. A draft until committed.

    ``level`` is empty both for NE and for a card not yet answered; ``not_enough`` tells them apart.
    """

    __tablename__ = "rating"
    __table_args__ = (sa.UniqueConstraint("run_id", "rater_id", "round", "leader", "strand"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    rater_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    round: Mapped[Round]
    leader: Mapped[str]
    strand: Mapped[str]
    level: Mapped[int | None]
    not_enough: Mapped[bool]
    flag: Mapped[str | None]
    reason: Mapped[str]
    evidence: Mapped[CODES]
    saved_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]


class NextStep(Model):
    """What a participant leaves with: one sentence and a date."""

    __tablename__ = "next_step"
    __table_args__ = (sa.UniqueConstraint("run_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    current_state: Mapped[str]
    goal: Mapped[str]
    steps: Mapped[str]
    sentence: Mapped[str]
    due_on: Mapped[date | None]
    # Who shares the run may tell the sentence alone to their cohort, and nothing else of this.
    told: Mapped[Telling] = mapped_column(default=Telling.NOBODY)
    saved_at: Mapped[datetime]
    # What the person says became of it; asked whenever they come back.
    answer: Mapped[Outcome | None]
    answered_at: Mapped[datetime | None]
