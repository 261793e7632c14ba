"""What somebody is asked to play, and how far they are with it: for themselves alone.

Whether anybody has begun is told to nobody else here. What of it others may see is in
``access/shown.py``, and comes from what is shared.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import access, library, open_pairs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.storage.models import (
    Assignment,
    Cohort,
    Diagnosis,
    Membership,
    Place,
    Rating,
    Required,
    Round,
    Run,
)

CONVERSATION = "conversation"
"""What belongs to every assignment, beside what it asks for."""
PARTS = (Required.DIAGNOSIS, Required.RATINGS, CONVERSATION, Required.AFTERWARDS)
"""All that can belong to one, in the order in which it is done."""


class Standing(StrEnum):
    """How far somebody is with an assignment."""

    NOT_BEGUN = "not begun"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Own:
    """An assignment, for one of those it is set for."""

    assigned: Assigned
    cohort_key: str
    cohort_name: str
    script: Script
    run: Seated | None
    """What they have played or begun for it: what is done before what is not, the latest first."""
    invitation: Seated | None
    """A run for it that somebody else has brought them into, and that they have not looked at."""
    missing: tuple[str, ...]
    """What of that run is still to do: parts, in their order."""

    @property
    def standing(self) -> Standing:
        if self.run is None:
            return Standing.NOT_BEGUN
        return Standing.BEGUN if self.missing else Standing.DONE


def still_to_do(session: Session, seats: Collection[Seated]) -> dict[int, tuple[str, ...]]:
    """Return what is missing before assigned runs are done: run → parts, in their order.

    Why with each response is no part to be missed: without it no response is taken.
    """
    if not seats:
        return {}
    mine = {each.run_id: each.user_id for each in seats}
    diagnosed = _committed(
        session,
        mine,
        sa.select(Diagnosis.run_id, Diagnosis.user_id).where(
            Diagnosis.run_id.in_(mine), Diagnosis.committed_at.is_not(None)
        ),
    )
    rated = {
        round: _committed(
            session,
            mine,
            sa.select(Rating.run_id, Rating.rater_id)
            .where(Rating.run_id.in_(mine), Rating.round == round, Rating.committed_at.is_not(None))
            .distinct(),
        )
        for round in (Round.BEFORE, Round.AFTER)
    }
    done = {
        Required.DIAGNOSIS: diagnosed,
        Required.RATINGS: rated[Round.BEFORE],
        CONVERSATION: {each.run_id for each in seats if each.ending_id is not None},
        Required.AFTERWARDS: rated[Round.AFTER],
    }
    return {
        each.run_id: missing(
            each.required or (), {part for part, runs in done.items() if each.run_id in runs}
        )
        for each in seats
    }


def missing(required: Collection[str], done: Collection[str]) -> tuple[str, ...]:
    """Return what is missing before a run is done that an assignment asks for, in order."""
    belongs = (CONVERSATION, *required)
    return tuple(part for part in PARTS if part in belongs and part not in done)


def _committed(session: Session, mine: Mapping[int, int], query: sa.Select[int, int]) -> set[int]:
    return {run_id for run_id, user_id in session.execute(query) if mine[run_id] == user_id}


def is_done(session: Session, seated: Seated) -> bool:
    """Tell whether all that an assignment asks for is committed in a run."""
    return not still_to_do(session, [seated])[seated.run_id]


def assigned_to(session: Session, user_id: int, *, now: datetime) -> list[Own]:
    """Return what somebody finds at home: what their open cohorts have set and not closed, and what
    they have begun of the rest. What is done comes last, and goes once it is due.
    """
    query = access.assignments_visible_to(user_id).where(
        Membership.role == Place.LEARNER, Cohort.archived_at.is_(None)
    )
    found = [
        each
        for each in _own(session, user_id, query)
        if each.assigned.closed_at is None or each.standing is Standing.BEGUN
    ]
    here = [
        each
        for each in found
        if each.standing is not Standing.DONE or not each.assigned.is_late(now)
    ]
    return sorted(here, key=lambda each: (each.standing is Standing.DONE, *_when(each.assigned)))


def assigned_in(session: Session, user_id: int, cohort_id: int) -> list[Own]:
    """Return what a cohort has set and not closed, for one of those in it, the next due first."""
    query = access.assignments_visible_to(user_id).where(
        Assignment.cohort_id == cohort_id, Assignment.closed_at.is_(None)
    )
    return sorted(_own(session, user_id, query), key=lambda each: _when(each.assigned))


def _when(assigned: Assigned) -> tuple[bool, float, int]:
    return (
        assigned.due_at is None,
        assigned.due_at.timestamp() if assigned.due_at else 0,
        assigned.id,
    )


def find(session: Session, key: str, *, viewer_id: int) -> Own:
    """Find an assignment of a cohort that this person is in, and how far they are with it.

    :raise NotFound: if there is none, or its scenario is on offer no more and they have not begun
    """
    query = access.assignments_visible_to(viewer_id).where(Assignment.key == key)
    for each in _own(session, viewer_id, query):
        return each
    raise NotFound


def _own(session: Session, user_id: int, query: sa.Select[*tuple[Any, ...]]) -> list[Own]:
    rows = session.execute(query.add_columns(Cohort.name)).all()
    if not rows:
        return []
    set_here = [(key, Assigned(*columns), name) for key, *columns, name in rows]
    taken, invited = _runs_for(session, user_id, [each.id for _, each, _ in set_here])
    missing = still_to_do(session, [run for runs in taken.values() for run in runs])
    found = []
    for cohort_key, assigned, cohort_name in set_here:
        runs = sorted(taken[assigned.id], key=lambda run: bool(missing[run.run_id]))
        run = runs[0] if runs else None
        script = _script(session, assigned, run)
        if script is not None:
            found.append(
                Own(
                    assigned, cohort_key, cohort_name, script, run, invited.get(assigned.id),
                    missing[run.run_id] if run else (),
                )
            )  # fmt: skip
    return found


def _runs_for(
    session: Session, user_id: int, wanted: Collection[int]
) -> tuple[dict[int, list[Seated]], dict[int, Seated]]:
    """Return what somebody plays for assignments, the latest first, and to what they are invited.

    Who watches plays nothing.
    """
    is_invitation = open_pairs.is_invitation(user_id).label("is_invitation")
    rows = session.execute(
        access.runs_visible_to(user_id)
        .add_columns(sa.func.coalesce(is_invitation, sa.false()))
        .where(Run.assignment_id.in_(wanted))
        .order_by(Run.started_at.desc(), Run.id.desc())
    )
    taken: dict[int, list[Seated]] = defaultdict(list)
    invited: dict[int, Seated] = {}
    for *row, only_invited in rows:
        seated = Seated(*row)
        if seated.is_observer or seated.assignment_id is None:
            continue
        if only_invited:
            invited.setdefault(seated.assignment_id, seated)
        else:
            taken[seated.assignment_id].append(seated)
    return taken, invited


def _script(session: Session, assigned: Assigned, run: Seated | None) -> Script | None:
    if run is not None:
        return library.script_of(session, run.version_id, run.digest)
    try:
        return library.current(session, assigned.scenario_id).script
    except NotFound:
        return None
