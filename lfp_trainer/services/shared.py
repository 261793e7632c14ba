"""What somebody shares and with whom, and with whom they could: for themselves alone.

Whether anybody else in a run shares it is read by nothing here, so no page tells it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, cohorts, library, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.company import company_in
from lfp_trainer.storage.models import Membership, Participant, Run


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Somebody else who facilitates a cohort, by name."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Shares:
    """A run that somebody shares, and with whom."""

    run: Seated
    script: Script
    cohort: Joined
    sees: tuple[str, ...]
    """The names of those who see it."""
    later: tuple[str, ...]
    """Of those who facilitate the cohort only since, and see nothing of it."""


def cohorts_for(session: Session, seated: Seated) -> list[Joined]:
    """Return the cohorts a participant can share a run with.

    Alone, any open one of theirs. What several play is shared with one cohort only, and nobody is
    to learn from what is offered that another has chosen: it is the one that it was begun for, else
    the oldest that all of them are in.
    """
    if sharing.refusal(seated):
        return []
    mine = [
        each for each in cohorts.cohorts_of(session, seated.user_id) if each.archived_at is None
    ]
    if not seated.is_pair:
        return mine
    if seated.assignment_id is not None:
        return [each for each in mine if each.id == seated.cohort_id]
    if seated.begun_at is None:
        return []
    players = company_in(session, seated.run_id).players
    others = {each.user_id for each in players} - {seated.user_id}
    all_are_in = set(
        session.scalars(
            sa.select(Membership.cohort_id)
            .where(Membership.user_id.in_(others))
            .group_by(Membership.cohort_id)
            .having(sa.func.count() == len(others))
        )
    )
    return sorted(
        (each for each in mine if each.id in all_are_in or not others), key=lambda each: each.id
    )[:1]


def facilitators_of(
    session: Session, viewer_id: int, run: Seated | None = None
) -> dict[int, list[Facilitator]]:
    """Return who else facilitates the cohorts of somebody: cohort → people.

    :param run: one that they would see; who plays it sees no more of it by facilitating
    """
    plays = set[int]()
    if run is not None and run.is_pair:
        plays = {each.user_id for each in company_in(session, run.run_id).people}
    found: dict[int, list[Facilitator]] = {}
    rows = session.execute(access.facilitators_visible_to(viewer_id))
    for cohort_id, user_id, name, since in rows:
        if since is not None and user_id not in plays:
            found.setdefault(cohort_id, []).append(Facilitator(name, since))
    return found


def shared_by(session: Session, user_id: int) -> list[Shares]:
    """Return all that somebody shares, what was shared last first."""
    rows = session.execute(
        access.runs_visible_to(user_id)
        .where(Participant.shared_at.is_not(None), Run.cohort_id.is_not(None))
        .order_by(Participant.shared_at.desc(), Run.id.desc())
    )
    seats = [Seated(*row) for row in rows]
    if not seats:
        return []
    joined = {each.id: each for each in cohorts.cohorts_of(session, user_id)}
    everybody = facilitators_of(session, user_id)
    found = []
    for each in seats:
        people = facilitators_of(session, user_id, each) if each.is_pair else everybody
        found.append(_shares(session, each, joined, people))
    return [each for each in found if each is not None]


def share_of(session: Session, seated: Seated) -> Shares | None:
    """Return with whom a participant shares a run; None while it is private."""
    if seated.shared_at is None:
        return None
    joined = {each.id: each for each in cohorts.cohorts_of(session, seated.user_id)}
    return _shares(session, seated, joined, facilitators_of(session, seated.user_id, seated))


def _shares(
    session: Session,
    seated: Seated,
    joined: Mapping[int, Joined],
    people: Mapping[int, list[Facilitator]],
) -> Shares | None:
    cohort = joined.get(seated.cohort_id or 0)
    if cohort is None or seated.shared_at is None:
        return None
    who = people.get(cohort.id, [])
    return Shares(
        seated,
        library.script_of(session, seated.version_id, seated.digest),
        cohort,
        sees=tuple(each.name for each in who if each.since <= seated.shared_at),
        later=tuple(each.name for each in who if each.since > seated.shared_at),
    )
