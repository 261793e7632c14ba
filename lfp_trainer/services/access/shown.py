"""What people of a cohort have agreed to show to those who facilitate it: the only way to it.

Each query asks by itself since when the viewer facilitates that cohort. Who does not gets no rows,
and nobody gets what was shared before they came: it was not shared with them. Of a run that several
play nothing is shown before all of them have agreed: what one of them shows would tell of the
others, if only that they were there and have not agreed.

Of answers only what is committed is shown, and of ratings only those of the leaders in the case:
what somebody says of their own play, or of the person they play with, judges real people, and stays
between them. So do drafts, private notes, an observer's marks, and plays of "what if".
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.storage.models import (
    Diagnosis,
    Membership,
    Pair,
    Participant,
    Place,
    Rating,
    Round,
    Run,
    Step,
)

ROUNDS = (Round.BEFORE, Round.AFTER)
"""Of the ratings, those that are shown: of leaders, before the conversation and after it."""

ROOM_MINIMUM = 3
"""From how many people on a room is shown what they answered, without names."""

Column = sa.ColumnElement[Any] | InstrumentedAttribute[Any]


Cohort = int | InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
"""Which cohort: its number, or the column of a query around that has it."""


def facilitates_since(viewer_id: int, cohort_id: Cohort) -> sa.ScalarSelect[Any]:
    """Return since when somebody facilitates a cohort, in a query; NULL where they do not."""
    return (
        sa.select(Membership.facilitates_since)
        .where(
            Membership.cohort_id == cohort_id,
            Membership.user_id == viewer_id,
            Membership.role == Place.FACILITATOR,
        )
        .correlate_except(Membership)
        .scalar_subquery()
    )


def _is_open_to(
    viewer_id: int,
    cohort_id: Cohort,
    shown_at: InstrumentedAttribute[datetime | None] = Run.shown_at,
    run_id: InstrumentedAttribute[int] = Run.id,
) -> sa.ColumnElement[bool]:
    """Tell of a run, or of a step of it, whether all who play it show it to whoever has facilitated
    its cohort since they agreed, and whether the viewer has.

    Never of a run that they play with others: there they see what those who play with them do.
    """
    own = (
        sa.select(Participant.run_id)
        .join(Pair, Pair.run_id == Participant.run_id)
        .where(Participant.user_id == viewer_id)
    )
    return sa.and_(shown_at >= facilitates_since(viewer_id, cohort_id), run_id.not_in(own))


def shown_steps(viewer_id: int, cohort_id: Cohort, *columns: Column) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of the steps, and their runs, of runs that are shown."""
    return steps_to_count(viewer_id, cohort_id, *columns).join(Run, Run.id == Step.run_id)


def steps_to_count(
    viewer_id: int, cohort_id: Cohort, *columns: Column
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of these steps alone: what a count needs of them is in one index."""
    return (
        sa.select(*columns)
        .select_from(Step)
        .where(
            Step.cohort_id == cohort_id,
            _is_open_to(viewer_id, cohort_id, Step.shown_at, Step.run_id),
        )
    )


def shown_answers(
    viewer_id: int, cohort_id: Cohort, owner: InstrumentedAttribute[int], *columns: Column
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of committed answers, their runs and participants, of who shows them.

    :param owner: the column of the table that says whose a row is
    """
    answers = owner.class_
    return (
        sa.select(*columns)
        .select_from(answers)
        .join(Run, Run.id == answers.run_id)
        .join(
            Participant,
            (Participant.run_id == answers.run_id) & (Participant.user_id == owner),
        )
        .where(
            Run.cohort_id == cohort_id,
            _is_open_to(viewer_id, cohort_id),
            Participant.shared_at.is_not(None),
            _is_shown(owner),
        )
    )


def shown_seats(viewer_id: int, cohort_id: Cohort, *columns: Column) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of participants, and their runs, of who shows what they answer in them."""
    return (
        sa.select(*columns)
        .select_from(Participant)
        .join(Run, Run.id == Participant.run_id)
        .where(
            Run.cohort_id == cohort_id,
            _is_open_to(viewer_id, cohort_id),
            Participant.shared_at.is_not(None),
        )
    )


def shown_people(
    viewer_id: int, cohort_id: Cohort, *columns: Column
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of participants, and their runs, of whom something is there to be seen: a
    conversation that has begun, or a committed answer.
    """
    return shown_seats(viewer_id, cohort_id, *columns).where(
        sa.or_(
            sa.exists().where(Step.run_id == Run.id),
            _answered(Diagnosis.user_id),
            _answered(Rating.rater_id),
        )
    )


def shown_plays(viewer_id: int, cohort_id: Cohort, *columns: Column) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of runs, of conversations that all their players show."""
    return (
        sa.select(*columns)
        .select_from(Run)
        .where(Run.cohort_id == cohort_id, _is_open_to(viewer_id, cohort_id))
    )


def latest_answers(
    viewer_id: int,
    cohort_id: Cohort,
    owner: InstrumentedAttribute[int],
    *columns: Column,
    seats: Collection[sa.ColumnElement[bool]] = (),
    only: sa.ColumnElement[bool] | None = None,
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of committed answers, their runs and participants, of who shows them; of each
    person those of the latest run in which they have answered.

    Who practiced more often weighs no more than others.

    :param owner: the column of the table that says whose a row is
    :param seats: which participants and runs are looked at
    :param only: which answers are
    """
    answers = owner.class_
    wanted = sa.true() if only is None else only
    # First the run, and only then what is in it: most of what is answered is not looked at.
    latest = (
        shown_seats(
            viewer_id, cohort_id, Participant.user_id, sa.func.max(Participant.run_id).label("run")
        )
        .where(_answered(owner, wanted), *seats)
        .group_by(Participant.user_id)
        .subquery("latest")
    )
    return (
        sa.select(*columns)
        .select_from(latest)
        .join(answers, (answers.run_id == latest.c.run) & (owner == latest.c.user_id))
        .join(
            Participant,
            (Participant.run_id == answers.run_id) & (Participant.user_id == owner),
        )
        .join(Run, Run.id == answers.run_id)
        .where(_is_shown(owner), wanted)
    )


def _answered(
    owner: InstrumentedAttribute[int], *wanted: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Tell of a participant whether they have committed an answer of a kind."""
    return sa.exists().where(
        owner.class_.run_id == Participant.run_id,
        owner == Participant.user_id,
        _is_shown(owner),
        *wanted,
    )


def _is_shown(owner: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Tell whether an answer is of a kind that is shown, and committed."""
    answers = owner.class_
    return sa.and_(
        answers.committed_at.is_not(None),
        Rating.round.in_(ROUNDS) if answers is Rating else sa.true(),
    )
