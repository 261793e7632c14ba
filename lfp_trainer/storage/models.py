"""The tables, typed.

Steps are stored; positions are replayed from them. Rules that matter when two people act at once
are constraints here, not checks somewhere else.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lfp_trainer.storage.database import UtcDateTime

CODES = list[str]


class Role(StrEnum):
    """What a person may do on the site, beside practising."""

    LEARNER = "learner"
    FACILITATOR = "facilitator"
    ADMIN = "admin"


class WorkPosition(StrEnum):
    """Where a person works; shown before the name in a cohort."""

    CENTRAL_OFFICE = "CO"
    ELEMENTARY = "EL"
    MIDDLE = "MS"
    HIGH = "HS"
    STATE_OR_ISD = "MDE-ISD"


class Stage(StrEnum):
    """Where a participant stands in a run, in this order."""

    CASE = "case"
    DIAGNOSIS = "diagnosis"
    RATING = "rating"
    ROLE_PLAY = "role-play"
    DEBRIEF = "debrief"
    NEXT_STEP = "next-step"
    DONE = "done"


class Round(StrEnum):
    """When a rating was given: before the role-play or after it."""

    BEFORE = "before"
    AFTER = "after"


def _stored_words(words: type[StrEnum]) -> sa.Enum:
    return sa.Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


class Model(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # Enums are stored as their words: a new one must not be a migration of its own.
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text(),
        datetime: UtcDateTime(),
        **{words: _stored_words(words) for words in (Role, WorkPosition, Stage, Round)},
        CODES: sa.JSON(),
    }


def table(model: type[Model]) -> sa.Table:
    """Return the plain table of a model, for the few statements that every choice waits for.

    A statement on a mapped class is planned anew by the ORM each time, which takes longer than
    SQLite takes to answer it.
    """
    found = model.__table__
    assert isinstance(found, sa.Table)
    return found


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
    """A wrong password, counted in the database so that every worker sees the same count."""

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
    # A seat of the scenario, or "both" for somebody who plays every seat alone.
    seat: Mapped[str]
    stage: Mapped[Stage]
    changed_at: Mapped[datetime]


class Step(Model):
    """One recorded choice. ``user_id`` is empty when the stand-in chose."""

    __tablename__ = "step"
    # Two browsers can send the same step; the database lets only one of them in.
    __table_args__ = (sa.UniqueConstraint("run_id", "number"),)

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
    saved_at: Mapped[datetime]


class ExerciseRating(Model):
    """A person's rating of one text of an exercise on one strand; nobody else ever sees it.

    The rows of a set are made when it is drawn, with all that was drawn, and answered later. A
    draft until committed; ``level`` and ``not_enough`` as in a run's rating.
    """

    __tablename__ = "exercise_rating"
    __table_args__ = (
        sa.UniqueConstraint(
            "user_id", "exercise_id", "set_number", "text_id", "rubric_id", "strand",
            name="uq_exercise_rating_natural_key",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    exercise_id: Mapped[str]
    # Sets are counted for each person, from 1; places within a set too.
    set_number: Mapped[int]
    place: Mapped[int]
    text_id: Mapped[str]
    rubric_id: Mapped[str]
    strand: Mapped[str]
    # Of the text and its references as they were when this was last saved.
    digest: Mapped[str]
    # Name and pronouns of each person the text was told of, one after the other.
    shown: Mapped[CODES]
    level: Mapped[int | None]
    not_enough: Mapped[bool]
    flag: Mapped[str | None]
    reason: Mapped[str]
    evidence: Mapped[CODES]
    saved_at: Mapped[datetime]
    # The open page that saved it last; empty before anybody did.
    saved_in: Mapped[str]
    committed_at: Mapped[datetime | None]
