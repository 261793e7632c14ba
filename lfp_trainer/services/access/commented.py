"""Who reads a comment: the person it is addressed to, and facilitators who may see its thing."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.services.access.shown import (
    Cohort,
    facilitates_since,
    shown_answers,
    shown_seats,
    shown_steps,
)
from lfp_trainer.storage.models import About, Comment, Participant, Rating, Round, Step


@dataclass(frozen=True, slots=True)
class Thing:
    """What a comment is about: a run of somebody's, a response in it, or a rating."""

    run_id: int
    learner_id: int
    """Whose it is."""
    about: About = About.RUN
    number: int | None = None
    """Of a response, its step."""
    leader: str = ""
    strand: str = ""
    round: Round | None = None


def is_shown_to(viewer_id: int, cohort_id: int, thing: Thing) -> sa.Select[tuple[bool]]:
    """Select whether a thing is shown at this moment to somebody who facilitates a cohort."""
    return sa.select(_shown(viewer_id, cohort_id, thing))


def comments_shown_to(
    viewer_id: int, cohort_id: Cohort = Comment.cohort_id
) -> sa.ColumnElement[bool]:
    """Return what is true of comments that begin a thread, in a query, where somebody who
    facilitates a cohort may read it: it is about what is shown to them at this moment, and they
    facilitated when it was begun. What was written before was not written to them.

    :param cohort_id: by default whichever cohort a comment is of
    """
    return sa.and_(
        Comment.cohort_id == cohort_id,
        Comment.written_at >= facilitates_since(viewer_id, cohort_id),
        _shown(viewer_id, cohort_id, Comment),
    )


def takes_part(viewer_id: int, run_id: InstrumentedAttribute[int] | int) -> sa.ColumnElement[bool]:
    """Return whether somebody is in a run, in a query.

    Who plays it with others sees of it what they come to see there, and never more by facilitating.
    """
    return (
        sa.select(Participant.id)
        .where(Participant.run_id == run_id, Participant.user_id == viewer_id)
        .correlate(Comment)
        .exists()
    )


def _shown(viewer_id: int, cohort_id: Cohort, of: Thing | type[Comment]) -> sa.ColumnElement[bool]:
    one = sa.literal(1)
    run = shown_seats(viewer_id, cohort_id, one).where(
        Participant.run_id == of.run_id, Participant.user_id == of.learner_id
    )
    step = shown_steps(viewer_id, cohort_id, one).where(
        Step.run_id == of.run_id,
        Step.user_id == of.learner_id,
        Step.number == of.number,
        sa.not_(Step.stand_in),
    )
    rating = shown_answers(viewer_id, cohort_id, Rating.rater_id, one).where(
        Rating.run_id == of.run_id,
        Rating.rater_id == of.learner_id,
        Rating.leader == of.leader,
        Rating.strand == of.strand,
        Rating.round == of.round,
    )
    # Who shares nothing of a run shows no response in it either.
    kinds = {
        About.RUN: sa.true(),
        About.STEP: step.correlate(Comment).exists(),
        About.RATING: rating.correlate(Comment).exists(),
    }
    return sa.and_(
        sa.not_(takes_part(viewer_id, of.run_id)),
        run.correlate(Comment).exists(),
        kinds[of.about]
        if isinstance(of, Thing)
        else sa.or_(*((Comment.about == kind) & is_shown for kind, is_shown in kinds.items())),
    )
