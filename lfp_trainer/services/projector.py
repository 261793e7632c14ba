"""What a cohort looks at together: opened by who facilitates it, moved on from a phone or a key.

There is one showing to a cohort, and all its pages follow it. Every move names the version its page
was made of: of two pressed at the same moment one is made, and the other is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Phase, Round, ScenarioVersion, Showing, table

DIAGNOSIS, DECISION, RATING = "diagnosis", "decision", "rating"
"""The kinds of items."""
MOST_ITEMS = 60
MOVED = "It had moved on already, from another window or phone. Here is where it is now."
NOTHING_CHOSEN = "Choose at least one question to show."

_showing = table(Showing).c


@dataclass(frozen=True, slots=True)
class Item:
    """One question of an agenda."""

    kind: str
    about: str = ""
    """The scene; the leader; empty for the diagnosis."""
    strand: str = ""

    @classmethod
    def read(cls, word: str) -> "Item":
        kind, _, rest = word.partition(":")
        about, _, strand = rest.partition("/")
        return cls(kind, about, strand)

    @property
    def word(self) -> str:
        """How it is stored and sent: ``decision:log``, ``rating:partner/motivate``."""
        if self.kind == RATING:
            return f"{self.kind}:{self.about}/{self.strand}"
        return f"{self.kind}:{self.about}" if self.about else self.kind

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What of it is told, in order; nothing follows from a diagnosis."""
        every = tuple(Phase)
        return every[:-1] if self.kind == DIAGNOSIS else every


@dataclass(frozen=True, slots=True)
class Now:
    """Where a showing stands."""

    cohort_id: int
    scenario_version_id: int | None
    digest: str
    round: Round
    agenda: tuple[str, ...]
    at: int
    phase: Phase
    version: int
    changed_at: datetime
    opened_by: int | None

    @property
    def is_open(self) -> bool:
        return bool(self.agenda)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(map(Item.read, self.agenda))

    @property
    def item(self) -> Item:
        return self.items[self.at]

    def moved(self, at: int, phase: Phase) -> "Now":
        return replace(self, at=at, phase=phase)


Move = Callable[[Now], Now]


def following(now: Now) -> Now:
    """Return the next phase, or the next item; at the end of all, where it is."""
    phases = now.item.phases
    place = phases.index(now.phase) + 1
    if place < len(phases):
        return now.moved(now.at, phases[place])
    return now.moved(now.at + 1, Phase.HIDDEN) if now.at + 1 < len(now.agenda) else now


def preceding(now: Now) -> Now:
    """Return the phase before, or all of the item before; at the beginning, where it is."""
    phases = now.item.phases
    place = phases.index(now.phase)
    if place:
        return now.moved(now.at, phases[place - 1])
    return now.moved(now.at - 1, now.items[now.at - 1].phases[-1]) if now.at else now


def hidden(now: Now) -> Now:
    """Return the same item with nothing told of it."""
    return now.moved(now.at, Phase.HIDDEN)


def at_item(number: int) -> Move:
    """Return the move to an item, counted from 0; where there is none, to the nearest."""
    return lambda now: now.moved(max(0, min(number, len(now.agenda) - 1)), Phase.HIDDEN)


def items_of(script: Script) -> list[Item]:
    """Return all there is to show of a scenario, in the order of the play."""
    scenario = script.scenario
    decisions = [Item(DECISION, id) for id, scene in scenario.scenes.items() if scene.choices]
    ratings = [
        Item(RATING, leader, strand) for leader, each in scenario.leaders.items() for strand in each
    ]
    return [Item(DIAGNOSIS), *ratings, *decisions]


def find(session: Session, cohort_id: int) -> Now | None:
    """Return where the showing of a cohort stands, open or closed; None before the first.

    The caller has found the cohort for who is asking.
    """
    row = session.execute(
        sa.select(
            _showing.cohort_id, _showing.scenario_version_id, ScenarioVersion.digest,
            _showing.round, _showing.agenda, _showing.at, _showing.phase, _showing.version,
            _showing.changed_at, _showing.opened_by,
        )
        .join_from(
            table(Showing), ScenarioVersion, ScenarioVersion.id == _showing.scenario_version_id,
            isouter=True,
        )
        .where(_showing.cohort_id == cohort_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    known = dict(row._mapping) | {"agenda": tuple(row.agenda), "digest": row.digest or ""}
    return Now(**known)


def begin(
    session: Session,
    cohort_id: int,
    published: Published,
    agenda: Sequence[str],
    *,
    ratings: Round = Round.BEFORE,
    version: int,
    user_id: int,
    now: datetime,
) -> None:
    """Begin to show an agenda to a cohort, with the first item hidden.

    :param version: of the showing that the page knew; 0 where there was none
    :raise Incomplete: if nothing of the agenda is in the scenario
    :raise StaleMove: if somebody else has begun, moved or closed it since
    """
    known = {each.word for each in items_of(published.script)}
    chosen = [word for word in dict.fromkeys(agenda) if word in known][:MOST_ITEMS]
    if not chosen:
        raise Incomplete({"agenda": NOTHING_CHOSEN})
    values: dict[str, Any] = {
        "scenario_version_id": published.version_id,
        "round": ratings if ratings is Round.AFTER else Round.BEFORE,
        "agenda": chosen,
        "at": 0,
        "phase": Phase.HIDDEN,
        "opened_by": user_id,
    }
    if version:
        _set(session, cohort_id, version, values, now)
        return
    try:
        with session.begin_nested():
            session.add(Showing(cohort_id=cohort_id, version=1, changed_at=now, **values))
    except IntegrityError as error:
        raise StaleMove(MOVED) from error


def move(session: Session, cohort_id: int, how: Move, *, version: int, now: datetime) -> None:
    """Move what is shown on, or back.

    :raise StaleMove: if it has moved, or was closed, since the page was made
    """
    stands = find(session, cohort_id)
    if stands is None or not stands.is_open or stands.version != version:
        raise StaleMove(MOVED)
    there = how(stands)
    if there == stands:
        return
    _set(session, cohort_id, version, {"at": there.at, "phase": there.phase}, now)


def close(session: Session, cohort_id: int, *, version: int, now: datetime) -> None:
    """Show nothing any more, on any page.

    :raise StaleMove: if it has moved, or was closed, since the page was made
    """
    nothing: dict[str, Any] = {
        "agenda": [],
        "scenario_version_id": None,
        "at": 0,
        "phase": Phase.HIDDEN,
    }
    _set(session, cohort_id, version, nothing, now)


def _set(
    session: Session, cohort_id: int, version: int, values: Mapping[str, Any], now: datetime
) -> None:
    changed = session.execute(
        sa.update(table(Showing))
        .where(_showing.cohort_id == cohort_id, _showing.version == version)
        .values(version=version + 1, changed_at=now, **values)
        .returning(_showing.id)
    ).first()
    if changed is None:
        raise StaleMove(MOVED)
