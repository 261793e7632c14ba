"""The sentences people of a cohort walk out with, of who tells theirs: for everybody in it to read.

Telling is a choice of its own, beside sharing the run. Who tells it without their name is not found
out by being the only one: such sentences wait until three people have told theirs that way.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove
from lfp_trainer.services import access, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.access.shown import ROOM_MINIMUM
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.models import NextStep, Stage, Telling

NOT_SHARED = "This run is private, so its sentence is told to nobody. Share the run first."


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence; the name is empty where it is told without."""

    sentence: str
    name: str


@dataclass(frozen=True, slots=True)
class WalkingOut:
    """What a cohort walks out of one scenario with."""

    scenario_id: str
    title: str
    told: tuple[Told, ...]
    """By their words, so that their order tells nobody whose they are."""
    waits: bool
    """Whether some are told without a name and wait for others."""


def tell(session: Session, seated: Seated, telling: Telling) -> None:
    """Choose whom the sentence of a finished run is told.

    :raise NotYet: if the next step is not written yet
    :raise StaleMove: if the run is private
    """
    runs.require(seated, Stage.DONE)
    if seated.shared_at is None and telling is not Telling.NOBODY:
        raise StaleMove(NOT_SHARED)
    session.execute(
        sa.update(NextStep)
        .where(NextStep.run_id == seated.run_id, NextStep.user_id == seated.user_id)
        .values(told=telling)
    )


def walking_out(session: Session, cohort: Joined, *, viewer_id: int) -> list[WalkingOut]:
    """Return what is told in a cohort, by scenario."""
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in session.execute(access.sentences_told(viewer_id, cohort.id)):
        found.setdefault(row.scenario_id, []).append(row)
    return sorted((_of(id, told) for id, told in found.items()), key=lambda each: each.title)


def _of(scenario_id: str, rows: list[sa.Row[Any]]) -> WalkingOut:
    enough = len({row.user_id for row in rows if not row.name}) >= ROOM_MINIMUM
    told = [Told(row.sentence, row.name) for row in rows if row.name or enough]
    return WalkingOut(
        scenario_id,
        rows[0].title,
        tuple(sorted(told, key=lambda each: each.sentence.lower())),
        waits=len(told) < len(rows),
    )
