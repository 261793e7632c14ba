"""What people of a cohort have agreed to show to those who facilitate it: the only way to it.

Each query asks by itself since when the viewer facilitates that cohort. Who does not gets no rows,
and nobody gets what was shared before they came: it was not shared with them.

Of answers only what is committed is shown, and of ratings only those of the leaders in the case:
what somebody says of their own play, or of the person they play with, judges real people, and stays
between them. So do drafts, private notes, an observer's marks, and plays of "what if".
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.storage.models import (
    Membership,
    NextStep,
    Participant,
    Place,
    Rating,
    Round,
    Run,
    Stage,
    Step,
    Telling,
    User,
)

ROUNDS = (Round.BEFORE, Round.AFTER)
"""Of the ratings, those that are shown: of leaders, before the conversation and after it."""

Column = sa.ColumnElement[Any] | InstrumentedAttribute[Any]


def _facilitates_since(viewer_id: int, cohort_id: int) -> sa.ScalarSelect[Any]:
    return (
        sa.select(Membership.facilitates_since)
        .where(
            Membership.cohort_id == cohort_id,
            Membership.user_id == viewer_id,
            Membership.role == Place.FACILITATOR,
        )
        .scalar_subquery()
    )


def shown_steps(viewer_id: int, cohort_id: int, *columns: Column) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of the steps, and their runs, of conversations that all their players show."""
    return (
        sa.select(*columns)
        .select_from(Step)
        .join(Run, Run.id == Step.run_id)
        .where(
            Step.cohort_id == cohort_id,
            Run.shown_at >= _facilitates_since(viewer_id, cohort_id),
        )
    )


def shown_answers(
    viewer_id: int, cohort_id: int, owner: InstrumentedAttribute[int], *columns: Column
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
            Participant.shared_at >= _facilitates_since(viewer_id, cohort_id),
            answers.committed_at.is_not(None),
            Rating.round.in_(ROUNDS) if answers is Rating else sa.true(),
        )
    )


def shown_seats(viewer_id: int, cohort_id: int, *columns: Column) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of participants, and their runs, of who shows what they answer in them."""
    return (
        sa.select(*columns)
        .select_from(Participant)
        .join(Run, Run.id == Participant.run_id)
        .where(
            Run.cohort_id == cohort_id,
            Participant.shared_at >= _facilitates_since(viewer_id, cohort_id),
        )
    )


def sentences_told(viewer_id: int, cohort_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select what people of a cohort of this viewer tell all of it that they walk out with: the
    scenario version of the run, the sentence, and the name only of who tells it too.

    Nothing else of a next step is ever told, and nothing of a run that is private again.
    """
    name = sa.case((NextStep.told == Telling.NAMED, User.name), else_=sa.literal(""))
    is_in = sa.exists().where(
        Membership.cohort_id == cohort_id, Membership.user_id == viewer_id
    )
    return (
        sa.select(Run.scenario_version_id, NextStep.sentence, name.label("name"))
        .select_from(NextStep)
        .join(Run, Run.id == NextStep.run_id)
        .join(
            Participant,
            (Participant.run_id == NextStep.run_id) & (Participant.user_id == NextStep.user_id),
        )
        .join(User, User.id == NextStep.user_id)
        .where(
            is_in,
            Run.cohort_id == cohort_id,
            Participant.shared_at.is_not(None),
            Participant.stage == Stage.DONE,
            NextStep.told != Telling.NOBODY,
        )
    )
