"""From any number to the answers behind it, with the names of who gave them.

For those who facilitate the cohort alone: the queries behind a :class:`Scope` give nobody else a
row. By name, an order that ranks nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.errors import NotFound
from lfp_trainer.services.ratings import Card, cards_of
from lfp_trainer.services.review.diagnoses import PARTS, known_codes
from lfp_trainer.services.review.latest import elements, latest_diagnoses, latest_ratings
from lfp_trainer.services.review.scope import Query, Scope
from lfp_trainer.storage.models import (
    Diagnosis,
    Participant,
    Rating,
    Round,
    Run,
    Step,
    User,
    WorkPosition,
)

AT_ONCE = 50
"""How many answers one page shows."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who gave an answer."""

    user_id: int
    name: str
    position: WorkPosition | None


@dataclass(frozen=True, slots=True)
class ChoiceBehind:
    """One play that took a response."""

    who: Who
    seat: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatingBehind:
    """One person's rating of a leader on a strand; ``level`` is None for NE."""

    who: Who
    seat: str
    level: int | None
    flag: str | None
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiagnosisBehind:
    """One person's diagnosis that names a code."""

    who: Who
    seat: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some of the answers behind a number."""

    rows: tuple[Row, ...]
    number: int
    """From 1."""
    of: int
    """How many answers there are."""


def choices_behind(
    session: Session, scope: Scope, scene_id: str, choice_id: str, *, page: int = 1
) -> Page[ChoiceBehind]:
    """Return the plays behind a response of a decision.

    :raise NotFound: if that decision has no such response
    """
    if scope.script.choices.get(choice_id, ("", None))[0] != scene_id:
        raise NotFound
    query = scope.choices(*_who, Step.seat, Step.reason).where(
        Step.scene_id == scene_id, Step.choice_id == choice_id
    )
    return _page(
        session, query, Step.user_id, Step.id, page,
        lambda who, row: ChoiceBehind(who, row.seat, row.reason),
    )  # fmt: skip


def ratings_behind(
    session: Session, scope: Scope, round: Round, card: Card, level: int | None, *, page: int = 1
) -> Page[RatingBehind]:
    """Return the ratings of a leader on a strand that give one level; None for NE.

    :raise NotFound: if nobody rates that
    """
    if card not in cards_of(scope.script):
        raise NotFound
    query = latest_ratings(
        scope, round, *_who, Participant.seat, Rating.level, Rating.flag, Rating.reason,
        Rating.evidence,
    ).where(
        Rating.leader == card[0],
        Rating.strand == card[1],
        Rating.level.is_(None) if level is None else Rating.level == level,
    )  # fmt: skip
    return _page(
        session, query, Rating.rater_id, Rating.id, page,
        lambda who, row: RatingBehind(
            who, row.seat, row.level, row.flag, row.reason, tuple(row.evidence)
        ),
    )  # fmt: skip


def diagnoses_behind(
    session: Session, scope: Scope, part: str, code: str, *, page: int = 1
) -> Page[DiagnosisBehind]:
    """Return the diagnoses that name a code in one part.

    :raise NotFound: if that part can name no such code
    """
    if code not in known_codes(scope, part):
        raise NotFound
    codes = elements(session, PARTS[part].expression)
    query = latest_diagnoses(scope, *_who, Participant.seat, Diagnosis.reason).where(
        sa.exists().select_from(codes).where(codes.c.value == code)
    )
    return _page(
        session, query, Diagnosis.user_id, Diagnosis.id, page,
        lambda who, row: DiagnosisBehind(who, row.seat, row.reason),
    )  # fmt: skip


_who = (User.id.label("user_id"), User.name, User.position)


def _page(
    session: Session,
    query: Query,
    owner: InstrumentedAttribute[Any],
    id: InstrumentedAttribute[int],
    number: int,
    row_of: Callable[[Who, sa.Row[Any]], Row],
) -> Page[Row]:
    query = query.join(User, User.id == owner)
    of = session.scalar(query.with_only_columns(sa.func.count(), maintain_column_froms=True)) or 0
    rows = session.execute(
        query.order_by(sa.func.lower(User.name), User.id, Run.id, id)
        .limit(AT_ONCE)
        .offset((max(number, 1) - 1) * AT_ONCE)
    )
    return Page(
        tuple(row_of(Who(row.user_id, row.name, row.position), row) for row in rows),
        max(number, 1), of,
    )  # fmt: skip
