"""How a cohort chose: decision by decision, what followed, and how plays ended.

People are counted as people: who plays three times is one. A play that comes to a decision twice
has chosen twice. What the stand-in took is no choice of anybody's, though the plays went that way.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.scenario_map import END_NODE, START_NODE, ending_node
from lfp_trainer.services.review.latest import looked_up_once
from lfp_trainer.services.review.scope import Query, Scope
from lfp_trainer.storage.models import Run, Step

Way = tuple[str, str]
"""From one box of the map to another."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One response of a decision: by how many, and what followed."""

    choice_id: str
    plays: int
    people: int
    led_to: Mapping[str, int]
    """Scene that came next → plays, the most first; ``END_NODE`` where the conversation closed."""
    endings: Mapping[str, int]
    """Ending of those plays → plays, in the scenario's order."""
    going_on: int
    """Plays that are not over."""


@dataclass(frozen=True, slots=True)
class Split:
    """One decision that somebody came to: every response of it, also those nobody took."""

    scene_id: str
    plays: int
    people: int
    choices: tuple[Taken, ...]
    """In the scenario's order."""


@dataclass(frozen=True, slots=True)
class Played:
    """All that a cohort's conversations show of one scenario."""

    plays: int
    people: int
    splits: tuple[Split, ...]
    """In the scenario's order."""
    traffic: Mapping[Way, int]
    """Edge of the map → how many times plays went that way."""
    endings: Mapping[str, int]
    """Ending → plays, in the scenario's order, those that nobody came to with none."""
    going_on: int
    """Plays that are not over."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a response led some plays."""

    scene_id: str
    choice_id: str
    scenes: tuple[str, ...]
    """Those that came next; none for the end."""
    stand_in: bool
    plays: int
    endings: Mapping[str, int]

    @classmethod
    def of(cls, script: Script, row: Sequence[Any]) -> "_Way":
        ids = [each.ending.id for each in script.endings]
        return cls(
            scene_id=row[0],
            choice_id=row[1],
            scenes=tuple((row[2] or "").split()),
            stand_in=row[3],
            plays=row[4],
            endings=dict(zip(ids, row[5:], strict=True)),
        )


@dataclass(slots=True)
class _Tally:
    """What is added up for one response."""

    led_to: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)


def played(session: Session, scope: Scope) -> Played:
    """Return how a cohort chose, which ways its plays went and how they ended."""
    script = scope.script
    ways = [_Way.of(script, row) for row in session.execute(_ways(scope))]
    people = _people(session, scope)
    ended: dict[str | None, int] = dict(
        session.execute(scope.plays(Run.ending_id, sa.func.count()).group_by(Run.ending_id)).all()
    )
    plays = sum(ended.values())
    return Played(
        plays=plays,
        people=people.get((None, None), 0),
        splits=tuple(_splits(script, ways, people)),
        traffic=_traffic(script, ways, plays),
        endings=_in_order(script, ended, all=True),
        going_on=ended.get(None, 0),
    )


def splits(session: Session, scope: Scope) -> tuple[Split, ...]:
    """Return each decision that somebody came to, in the scenario's order."""
    return _split(session, scope)


def split_of(session: Session, scope: Scope, scene_id: str) -> Split | None:
    """Return one decision; None where nobody came to it."""
    return next(iter(_split(session, scope, Step.scene_id == scene_id)), None)


def _split(session: Session, scope: Scope, *only: sa.ColumnElement[bool]) -> tuple[Split, ...]:
    ways = [_Way.of(scope.script, row) for row in session.execute(_ways(scope).where(*only))]
    return tuple(_splits(scope.script, ways, _people(session, scope, *only)))


def _ways(scope: Scope) -> Query:
    """Select how many plays went which way, and of those how many came to each ending."""
    what = (Step.scene_id, Step.choice_id, Step.led_to, Step.stand_in)
    # Not grouped by their ending too: that would no longer be the order of the index.
    ended = [
        sa.func.count(sa.case((Step.ending_id == each.ending.id, 1)))
        for each in scope.script.endings
    ]
    return scope.steps_to_count(*what, sa.func.count(), *ended).group_by(*what)


def _people(
    session: Session, scope: Scope, *only: sa.ColumnElement[bool]
) -> dict[tuple[str | None, str | None], int]:
    """Count different people: of each response, of each decision (no response) and of all."""
    what = (Step.scene_id, Step.choice_id, Step.user_id)
    chosen = scope.steps_to_count(*what).where(sa.not_(Step.stand_in), *only)
    each = looked_up_once(chosen.distinct())
    who = sa.func.count(each.c.user_id.distinct())
    nothing: sa.ColumnElement[str] = sa.cast(sa.null(), sa.Text)
    rows = session.execute(
        sa.union_all(
            sa.select(each.c.scene_id, each.c.choice_id, sa.func.count()).group_by(
                each.c.scene_id, each.c.choice_id
            ),
            sa.select(each.c.scene_id, nothing, who).group_by(each.c.scene_id),
            sa.select(nothing, nothing, who),
        )
    )
    return {(scene_id, choice_id): people for scene_id, choice_id, people in rows}


def _splits(script: Script, ways: Iterable[_Way], people: Mapping[Any, int]) -> Iterable[Split]:
    tallies: dict[str, _Tally] = {}
    for way in ways:
        if not way.stand_in:
            tally = tallies.setdefault(way.choice_id, _Tally())
            tally.led_to[way.scenes[0] if way.scenes else END_NODE] += way.plays
            tally.endings.update(way.endings)
    for scene_id, compiled in script.scenes.items():
        if (scene_id, None) not in people:
            continue
        choices = tuple(
            _taken(script, id, tallies.get(id, _Tally()), people.get((scene_id, id), 0))
            for id in compiled.moves
        )
        plays = sum(each.plays for each in choices)
        yield Split(scene_id, plays, people[scene_id, None], choices)


def _taken(script: Script, choice_id: str, tally: _Tally, people: int) -> Taken:
    order, plays = list(script.scenes), tally.led_to.total()
    led_to = sorted(
        tally.led_to.items(),
        key=lambda each: (-each[1], order.index(each[0]) if each[0] in order else len(order)),
    )
    return Taken(
        choice_id=choice_id,
        plays=plays,
        people=people,
        led_to=dict(led_to),
        endings=_in_order(script, tally.endings),
        going_on=plays - tally.endings.total(),
    )


def _in_order(script: Script, ended: Mapping[Any, int], *, all: bool = False) -> dict[str, int]:
    """Return how often each ending came, in the scenario's order."""
    ids = [each.ending.id for each in script.endings]
    return {id: ended.get(id, 0) for id in ids if all or ended.get(id)}


def _traffic(script: Script, ways: Iterable[_Way], plays: int) -> dict[Way, int]:
    found: Counter[Way] = Counter()
    opening = [START_NODE, *(scene.id for scene, _, _ in play.scenes_after(script, None))]
    for way in pairwise(opening):
        found[way] += plays
    for each in ways:
        path = [each.scene_id, *each.scenes]
        if not each.scenes or not script.scenes[path[-1]].moves:
            path.append(END_NODE)
            for ending_id, ended in each.endings.items():
                found[END_NODE, ending_node(ending_id)] += ended
        for way in pairwise(path):
            found[way] += each.plays
    return dict(+found)
