"""What one person has made of each scenario, in a few queries however much they have played.

A what-if is another way through a play that counts already: it is no play of its own here. Neither
is one that somebody watched: they have answered and decided nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import access, library, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Participant, Run, ScenarioVersion, Stage

_DIAGNOSED = runs.STAGES[runs.STAGES.index(Stage.RATING) :]


@dataclass(frozen=True, slots=True)
class Best:
    """The best ending that somebody came to; an author lists the best first."""

    title: str
    place: int
    """Its place among the endings, counted from 1."""
    of: int
    """How many endings there are."""
    on: datetime
    """When it was first reached."""


@dataclass(frozen=True, slots=True)
class Played:
    """What one person has made of one scenario, whichever of its versions they played."""

    open: Seated | None = None
    """The latest run that is not finished."""
    latest: Seated | None = None
    """The latest run that came to an ending, which one may look back at without a spoiler."""
    ended: int = 0
    """How many runs came to an ending."""
    diagnosed: bool = False
    """True once a diagnosis was committed: the reference diagnosis gives nothing away any more."""
    best: Best | None = None


@dataclass(frozen=True, slots=True)
class _Reached:
    """An ending of one version, and how often and since when somebody came to it."""

    version_id: int
    digest: str
    ending_id: str
    times: int
    first_on: datetime


@dataclass(slots=True)
class _Taken:
    """What was found of one scenario."""

    open: Seated | None = None
    diagnosed: bool = False
    latest: Seated | None = None
    reached: list[_Reached] = field(default_factory=list)


def played_by(
    session: Session, viewer_id: int | None, scenarios: Iterable[Published]
) -> list[Played]:
    """Return what a person has made of these scenarios, one for each; nothing for a visitor."""
    found = {each.script.scenario.id: (each, _Taken()) for each in scenarios}
    if viewer_id is not None:
        _find(session, viewer_id, {id: taken for id, (_, taken) in found.items()})
    return [_played(session, published, taken) for published, taken in found.values()]


def _find(session: Session, viewer_id: int, found: dict[str, _Taken]) -> None:
    mine = access.runs_visible_to(viewer_id).where(
        access.IS_PLAY, Participant.seat != OBSERVER, ScenarioVersion.scenario_id.in_(found)
    )
    newest = Run.started_at.desc(), Run.id.desc()
    place = sa.func.row_number().over(partition_by=ScenarioVersion.scenario_id, order_by=newest)
    diagnosed = sa.func.max(sa.case((Participant.stage.in_(_DIAGNOSED), 1), else_=0)).over(
        partition_by=ScenarioVersion.scenario_id
    )
    going_on = mine.where(Participant.stage != Stage.DONE)
    *columns, number = going_on.add_columns(diagnosed, place).subquery().c
    for *its, is_diagnosed in session.execute(sa.select(*columns).where(number == 1)):
        seated = Seated(*its)
        taken = found[seated.scenario_id]
        taken.open, taken.diagnosed = seated, bool(is_diagnosed)
    ended = mine.where(Run.ending_id.is_not(None))
    counts: sa.Select[*tuple[Any, ...]] = ended.with_only_columns(
        ScenarioVersion.scenario_id, ScenarioVersion.id, ScenarioVersion.digest, Run.ending_id,
        sa.func.count(), sa.func.min(Run.ended_at),
    ).group_by(
        ScenarioVersion.scenario_id, ScenarioVersion.id, ScenarioVersion.digest, Run.ending_id
    )  # fmt: skip
    for scenario_id, *reached in session.execute(counts):
        found[scenario_id].reached.append(_Reached(*reached))
    *columns, number = ended.add_columns(place).subquery().c
    for row in session.execute(sa.select(*columns).where(number == 1)):
        seated = Seated(*row)
        found[seated.scenario_id].latest = seated


def _played(session: Session, published: Published, taken: _Taken) -> Played:
    return Played(
        open=taken.open,
        latest=taken.latest,
        ended=sum(each.times for each in taken.reached),
        diagnosed=bool(taken.reached) or taken.diagnosed,
        best=_best(session, published, taken.reached),
    )


def _best(session: Session, published: Published, reached: Sequence[_Reached]) -> Best | None:
    """Return the best ending, by the order and under the title that it has now."""
    endings = [each.ending for each in published.script.endings]
    now = {ending.id: place for place, ending in enumerate(endings, start=1)}
    known = [(now[each.ending_id], each.first_on) for each in reached if each.ending_id in now]
    if known:
        place, on = min(known)
        return Best(endings[place - 1].title, place, len(endings), on)
    # Every ending they came to has been taken out of the file since.
    gone = [_then(session, each) for each in reached]
    return min(gone, key=lambda each: (each.place, each.on), default=None)


def _then(session: Session, reached: _Reached) -> Best:
    """Return an ending as its own version has it."""
    script = library.script_of(session, reached.version_id, reached.digest)
    for place, compiled in enumerate(script.endings, start=1):
        if compiled.ending.id == reached.ending_id:
            return Best(compiled.ending.title, place, len(script.endings), reached.first_on)
    raise AssertionError("a run ends in one of its version's endings")
