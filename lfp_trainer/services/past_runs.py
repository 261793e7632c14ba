"""What somebody goes on with and what they have finished, page by page.

However much somebody has played, a page takes the same few queries, and no more is read than it
shows.

A what-if stands under the play it rewinds. Where that is gone, it is in no list once it is over: it
has no ratings and no next step to show.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Distance
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, library
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import NextStep, Participant, Rating, Round, Run, Stage


@dataclass(frozen=True, slots=True)
class Told:
    """A run and how it ended, if it did."""

    run: Seated
    script: Script
    people: tuple[str, ...] = field(default=(), kw_only=True)
    """The names of the others who play it."""

    @property
    def ending(self) -> str | None:
        """The title of the ending, once there is one."""
        endings = (each.ending for each in self.script.endings)
        return next((each.title for each in endings if each.id == self.run.ending_id), None)


@dataclass(frozen=True, slots=True)
class Finished(Told):
    """One run in a person's list."""

    rated: int
    in_band: int
    sentence: str
    """The next step that they wrote at its end."""
    due_on: date | None
    what_ifs: tuple[Told, ...]
    """The latest finished plays that took another way from one of its decisions."""
    more_what_ifs: int
    """How many there are beside those."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the runs that somebody has finished, the latest first."""

    rows: tuple[Finished, ...]
    number: int
    """Counted from 1."""
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Open:
    """Some of the runs that somebody has not finished, the latest first."""

    rows: tuple[Told, ...]
    number: int
    """Of this page, counted from 1."""
    pages: int
    total: int


_NEWEST = Run.started_at.desc(), Run.id.desc()
WHAT_IFS = 5
"""How many of its finished what-ifs stand under a run, the latest; its debrief leads to all."""


def open_runs(session: Session, viewer_id: int, *, number: int, size: int) -> Open:
    """Return a page of the runs that are not finished, what-ifs too, or the nearest to it."""
    mine = access.runs_visible_to(viewer_id).where(Participant.stage != Stage.DONE)
    rows, number, pages, total = _page(session, mine, number, size)
    return Open(tuple(rows), number, pages, total)


def _page(
    session: Session, mine: sa.Select[*tuple[Any, ...]], number: int, size: int
) -> tuple[list[Told], int, int, int]:
    """Return the runs of the page nearest to a number, that number, and how many there are."""
    total = session.scalar(mine.with_only_columns(sa.func.count())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = session.execute(mine.order_by(*_NEWEST).limit(size).offset((number - 1) * size))
    return _told(session, [Seated(*row) for row in rows.all()]), number, pages, total


def finished_runs(session: Session, viewer_id: int, *, number: int, size: int) -> Page:
    """Return a page of the runs that are finished, or the page that is nearest to that number."""
    mine = access.runs_visible_to(viewer_id).where(Participant.stage == Stage.DONE, access.IS_PLAY)
    taken, number, pages, total = _page(session, mine, number, size)
    wanted = [each.run.run_id for each in taken]
    rated = _rated(session, viewer_id, wanted)
    plans = _plans(session, viewer_id, wanted)
    what_ifs = _what_ifs(session, viewer_id, wanted)
    finished = []
    for told in taken:
        mine_here = rated[told.run.run_id]
        sentence, due_on = plans.get(told.run.run_id, ("", None))
        finished.append(
            Finished(
                told.run,
                told.script,
                people=told.people,
                rated=len(mine_here),
                in_band=sum(_is_in_band(told.script, each) for each in mine_here),
                sentence=sentence,
                due_on=due_on,
                what_ifs=tuple(it for it, _ in what_ifs[told.run.run_id]),
                more_what_ifs=max((more for _, more in what_ifs[told.run.run_id]), default=0),
            )
        )
    return Page(tuple(finished), number, pages, total)


def _told(session: Session, seats: Collection[Seated]) -> list[Told]:
    names = _companions(session, [each for each in seats if each.is_pair])
    return [
        Told(
            seated,
            library.script_of(session, seated.version_id, seated.digest),
            people=tuple(names[seated.run_id]),
        )
        for seated in seats
    ]


def _companions(session: Session, seats: Collection[Seated]) -> dict[int, list[str]]:
    """Return the names of who plays runs with this person: run → names."""
    found: dict[int, list[str]] = defaultdict(list)
    for run_id, name in session.execute(access.companions_in(seats)) if seats else ():
        found[run_id].append(name)
    return found


Given = tuple[str, str, int | None]
"""A leader, a strand, and the level they were given; None for NE."""


def _rated(session: Session, viewer_id: int, wanted: Collection[int]) -> dict[int, list[Given]]:
    """Return the first ratings that were committed: run → what was given."""
    rows = session.execute(
        access.run_ratings_of(
            viewer_id, Rating.run_id, Rating.leader, Rating.strand, Rating.level
        ).where(
            Rating.run_id.in_(wanted),
            Rating.round == Round.BEFORE,
            # Before they are committed, how close they are would be a hint.
            Rating.committed_at.is_not(None),
        )
    )
    found: dict[int, list[Given]] = defaultdict(list)
    for run_id, leader, strand, level in rows:
        found[run_id].append((leader, strand, level))
    return found


def _is_in_band(script: Script, given: Given) -> bool:
    leader, strand, level = given
    reference = script.scenario.leaders[leader][strand]
    return reference.compare(rubric.Rating(level)).distance is Distance.IN_BAND


def _plans(
    session: Session, viewer_id: int, wanted: Collection[int]
) -> dict[int, tuple[str, date | None]]:
    rows = session.execute(
        sa.select(NextStep.run_id, NextStep.sentence, NextStep.due_on).where(
            NextStep.user_id == viewer_id, NextStep.run_id.in_(wanted)
        )
    )
    return {run_id: (sentence, due_on) for run_id, sentence, due_on in rows}


def _what_ifs(
    session: Session, viewer_id: int, wanted: Collection[int]
) -> dict[int, list[tuple[Told, int]]]:
    """Return the latest finished what-ifs of runs, and theirs again: run → the first one first.

    Each with how many there are of that run that are not returned.
    """
    first = sa.select(Run.id, Run.what_if_of.label("of")).where(Run.what_if_of.in_(wanted))
    tree = first.cte("what_ifs", recursive=True)
    tree = tree.union_all(sa.select(Run.id, tree.c.of).join(tree, Run.what_if_of == tree.c.id))
    place = sa.func.row_number().over(partition_by=tree.c.of, order_by=_NEWEST)
    all_of_it = sa.func.count().over(partition_by=tree.c.of)
    *columns, number = (
        access.runs_visible_to(viewer_id)
        .add_columns(tree.c.of, all_of_it, place)
        .join(tree, tree.c.id == Run.id)
        .where(Participant.stage == Stage.DONE)
        .subquery()
        .c
    )
    rows = session.execute(sa.select(*columns).where(number <= WHAT_IFS).order_by(number.desc()))
    found: dict[int, list[tuple[Told, int]]] = defaultdict(list)
    taken = [(Seated(*row), of, total) for *row, of, total in rows.all()]
    told = _told(session, [seated for seated, _, _ in taken])
    for each, (_, of, total) in zip(told, taken, strict=True):
        found[of].append((each, max(0, total - WHAT_IFS)))
    return found
