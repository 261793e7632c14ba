"""How many different people stand behind what a room looks at, and behind each answer to it.

Who played three times is one. What is private is in no number here: everything is asked through
what people agreed to show (``services/review``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import review
from lfp_trainer.services.access.shown import ROOM_MINIMUM
from lfp_trainer.services.projector import DECISION, RATING, Item, items_of
from lfp_trainer.services.review import PARTS, Scope, Split
from lfp_trainer.services.review.latest import count_elements, latest_diagnoses, latest_ratings
from lfp_trainer.storage.models import Rating, Round


@dataclass(frozen=True, slots=True)
class Sums:
    """What was counted of one item: different people, behind it and behind each answer."""

    people: int = 0
    answers: Mapping[str | int | None, int] | None = None
    cited: Mapping[str, int] | None = None
    endings: Mapping[str, tuple[str, ...]] | None = None
    """Response → endings of the plays that took it."""

    @property
    def enough(self) -> bool:
        return self.people >= ROOM_MINIMUM

    @property
    def otherwise(self) -> int:
        """How many people did not give the most frequent answer; of a diagnosis, in that part of
        it where they are furthest apart."""
        most: dict[str, int] = {}
        for answer, count in (self.answers or {}).items():
            part = answer.partition("/")[0] if isinstance(answer, str) and "/" in answer else ""
            most[part] = max(most.get(part, 0), count)
        return max((self.people - count for count in most.values()), default=0)


NOTHING = Sums()
MOST_PROPOSED = 6


def sums_of(session: Session, scope: Scope, item: Item, ratings: Round) -> Sums:
    """Return how many different people stand behind an item and each of its answers."""
    if item.kind == DECISION:
        return _chosen(session, scope, item.about)
    if item.kind == RATING:
        return _ratings(session, scope, item, ratings)
    return _diagnoses(session, scope)


def _chosen(session: Session, scope: Scope, scene_id: str) -> Sums:
    splits = review.splits(session, scope)
    split = next((each for each in splits if each.scene_id == scene_id), None)
    return NOTHING if split is None else _of_split(split)


def _of_split(split: Split) -> Sums:
    return Sums(
        people=split.people,
        answers={each.choice_id: each.people for each in split.choices},
        # How the plays of one or two ended could be read out of a split that names them.
        endings={
            each.choice_id: tuple(each.endings)
            for each in split.choices
            if each.people >= ROOM_MINIMUM
        },
    )


def _ratings(session: Session, scope: Scope, item: Item, ratings: Round) -> Sums:
    of_it = (Rating.leader == item.about) & (Rating.strand == item.strand)
    each = latest_ratings(scope, ratings, Rating.level, Rating.evidence).where(of_it).cte("each")
    levels = session.execute(sa.select(each.c.level, sa.func.count()).group_by(each.c.level))
    answers: dict[str | int | None, int] = dict(levels.all())
    cited = session.execute(count_elements(session, each, each.c.evidence))
    # One person has one rating here: as many ratings are as many people.
    return Sums(people=sum(answers.values()), answers=answers, cited=dict(cited.all()))


def _diagnoses(session: Session, scope: Scope) -> Sums:
    each = latest_diagnoses(scope, *PARTS.values()).cte("each")
    people = session.scalar(sa.select(sa.func.count()).select_from(each))
    answers: dict[str | int | None, int] = {}
    for part in PARTS:
        for code, count in session.execute(count_elements(session, each, each.c[part])):
            answers[f"{part}/{code}"] = count
    return Sums(people=people or 0, answers=answers)


@dataclass(frozen=True, slots=True)
class Suggested:
    """An item that could be shown, and whether it is worth to be looked at first."""

    item: Item
    people: int
    """How many are behind it; none where they are too few to be told of."""
    otherwise: int
    """How many of them did not give the most frequent answer."""
    is_proposed: bool

    @property
    def enough(self) -> bool:
        return self.people >= ROOM_MINIMUM


def suggest(session: Session, scope: Scope, ratings: Round) -> list[Suggested]:
    """Return all there is to show of a scenario: where people are furthest apart first."""
    splits = {each.scene_id: _of_split(each) for each in review.splits(session, scope)}
    found = []
    for item in items_of(scope.script):
        if item.kind == DECISION:
            sums = splits.get(item.about, NOTHING)
        else:
            sums = sums_of(session, scope, item, ratings)
        people, otherwise = (sums.people, sums.otherwise) if sums.enough else (0, 0)
        found.append(Suggested(item, people, otherwise, False))
    order = sorted(found, key=lambda each: -each.otherwise / max(each.people, 1))
    return [
        replace(each, is_proposed=each.otherwise > 0 and place < MOST_PROPOSED)
        for place, each in enumerate(order)
    ]
