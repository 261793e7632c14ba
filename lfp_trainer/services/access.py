"""Who may see what: the only place it is decided, and always as a query.

A run is visible to its participants. Nobody else, admins included: partners often evaluate the same
principals, and practice that might be watched is not practice.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound
from lfp_trainer.storage.models import Participant, Run, ScenarioVersion, Stage


@dataclass(frozen=True, slots=True)
class Seated:
    """One participant in one run: what a page or an act needs to know about it."""

    run_id: int
    key: str
    user_id: int
    seat: str
    stage: Stage
    moves: int
    ending_id: str | None
    started_at: datetime
    ended_at: datetime | None
    version_id: int
    digest: str
    scenario_id: str


_SEATED: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        Run.id,
        Run.key,
        Participant.user_id,
        Participant.seat,
        Participant.stage,
        Run.moves,
        Run.ending_id,
        Run.started_at,
        Run.ended_at,
        ScenarioVersion.id,
        ScenarioVersion.digest,
        ScenarioVersion.scenario_id,
    )
    .join(Participant, Participant.run_id == Run.id)
    .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
)


def runs_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the runs this person took part in, as the columns of :class:`Seated`."""
    return _SEATED.where(Participant.user_id == viewer_id)


_ONE_RUN = _SEATED.where(
    Participant.user_id == sa.bindparam("viewer"), Run.key == sa.bindparam("key")
)


def seat_in(session: Session, key: str, *, viewer_id: int) -> Seated:
    """Find a run by its key, seen by a participant.

    :raise NotFound: if there is no such run, or this person takes no part in it
    """
    row = session.execute(_ONE_RUN, {"viewer": viewer_id, "key": key}).first()
    if row is None:
        raise NotFound
    return Seated(*row)
