"""Cohorts and who is in them, for the people in them."""

from typing import Any

import sqlalchemy as sa

from lfp_trainer.storage.models import Assignment, Cohort, Membership, Place, User

_code_for_facilitators = sa.case(
    (Membership.role == Place.FACILITATOR, Cohort.code), else_=sa.literal("")
).label("code")

_made_facilitator_at = sa.case(
    (Membership.facilitates_since > Cohort.created_at, Membership.facilitates_since)
).label("made_facilitator_at")


def cohorts_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the cohorts this person is in; the code only where they facilitate."""
    return (
        sa.select(
            Cohort.id,
            Cohort.key,
            Cohort.name,
            Membership.role,
            _code_for_facilitators,
            Cohort.archived_at,
            _made_facilitator_at,
        )
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(Membership.user_id == viewer_id)
    )


def members_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select who is in the cohorts of this person: names and positions, and nothing they did."""
    mine = sa.select(Membership.cohort_id).where(Membership.user_id == viewer_id)
    return (
        sa.select(
            Membership.cohort_id,
            User.id,
            User.name,
            User.position,
            Membership.role,
            User.email.is_not(None),
            _made_facilitator_at,
        )
        .join(User, User.id == Membership.user_id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .where(Membership.cohort_id.in_(mine), User.disabled_at.is_(None))
    )


def assignments_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select what is set for the cohorts of this person: the cohort's key, and the assignment."""
    return (
        sa.select(
            Cohort.key,
            Assignment.id,
            Assignment.key,
            Assignment.cohort_id,
            Assignment.scenario_id,
            Assignment.mode,
            Assignment.seat,
            Assignment.required,
            Assignment.note,
            Assignment.opens_at,
            Assignment.due_at,
            Assignment.closed_at,
        )
        .join(Assignment, Assignment.cohort_id == Cohort.id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(Membership.user_id == viewer_id)
    )


def facilitators_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select who else facilitates the cohorts of this person, and since when."""
    return (
        members_visible_to(viewer_id)
        .with_only_columns(Membership.cohort_id, User.id, User.name, Membership.facilitates_since)
        .where(Membership.role == Place.FACILITATOR, User.id != viewer_id)
        .order_by(sa.func.lower(User.name), User.id)
    )
