"""What every table stands on: the words it may store, and how types become columns."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from lfp_trainer.storage.database import UtcDateTime

CODES = list[str]
LEVELS = dict[str, int]
"""Strand → level."""
BLOCKS = list[dict[str, Any]]
"""Parts of a debrief plan: minutes, title and lines of each."""
PEOPLE = list[tuple[str, str]]
"""Names with pronouns. JSON has no pairs: each is read as a list of two."""


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


class Place(StrEnum):
    """What somebody is in a cohort, whatever their role on the site."""

    LEARNER = "learner"
    FACILITATOR = "facilitator"


class Mode(StrEnum):
    """How an assignment is played."""

    ALONE = "alone"
    PAIR = "pair"


class Required(StrEnum):
    """What belongs to an assignment beside the conversation."""

    DIAGNOSIS = "diagnosis"
    RATINGS = "ratings"
    REASONS = "reasons"
    """Why, with each response."""
    AFTERWARDS = "afterwards"
    """The leaders rated once more, after the conversation."""


class About(StrEnum):
    """What of a run a comment is about."""

    RUN = "run"
    STEP = "step"
    """One response."""
    RATING = "rating"


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
    """Which of somebody's ratings in a run one is."""

    BEFORE = "before"
    """Of a leader, before the role-play."""
    AGAIN = "again"
    """The one retry of a rating from before, once its reference has been seen."""
    AFTER = "after"
    """Of the same leader, after the role-play."""
    OWN = "own"
    """Of one's own play in a seat: ``leader`` is the seat, evidence the numbers of steps."""
    OTHER = "other"
    """Of the play of another person's seat, in the same form."""


class Telling(StrEnum):
    """Whom somebody tells the sentence they walk out with."""

    NOBODY = "nobody"
    UNNAMED = "unnamed"
    """Their cohort, without their name."""
    NAMED = "named"


class Phase(StrEnum):
    """How much of what is on the big screen is told, in this order."""

    HIDDEN = "hidden"
    """The question alone, to talk about."""
    SPLIT = "split"
    REFERENCE = "reference"
    LED_TO = "led-to"
    """What it led to; of a rating, the sentences it rests on."""


class Outcome(StrEnum):
    """What became of a next step, in the words of the person who wrote it."""

    DONE = "done"
    NOT_YET = "not-yet"
    DROPPED = "dropped"


class ExportFormat(StrEnum):
    """What kind of file an export is."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class ExportState(StrEnum):
    """What has become of an export."""

    RUNNING = "running"
    DONE = "done"
    """Its file can be taken."""
    DROPPED = "dropped"
    """Somebody took back what was in it."""
    EXPIRED = "expired"
    """Its file was kept long enough."""
    FAILED = "failed"


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
        **{
            words: _stored_words(words)
            for words in (
                Role,
                WorkPosition,
                Place,
                Mode,
                About,
                Stage,
                Round,
                Phase,
                Telling,
                Outcome,
                ExportFormat,
                ExportState,
            )
        },
        CODES: sa.JSON(),
        LEVELS: sa.JSON(),
        BLOCKS: sa.JSON(),
        PEOPLE: sa.JSON(),
    }


def table(model: type[Model]) -> sa.Table:
    """Return the plain table of a model, for the few statements that every choice waits for.

    A statement on a mapped class is planned anew by the ORM each time, which takes longer than
    SQLite takes to answer it.
    """
    found = model.__table__
    assert isinstance(found, sa.Table)
    return found
