"""How a cohort rated each leader on each strand, beside the reference and among themselves.

One person, one rating: who rated in several runs of a scenario counts with the latest. NE is
missing and never a level; it is counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import agreement, rubric
from lfp_trainer.engine.agreement import Counts
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.script import Script
from lfp_trainer.services.ratings import Card, cards_of
from lfp_trainer.services.review.latest import latest_ratings, looked_up_once
from lfp_trainer.services.review.scope import Scope
from lfp_trainer.storage.models import Rating, Round

_ANYTHING = ":any"
"""For whoever rated, NE alone too. No strand has such a name."""


@dataclass(frozen=True, slots=True)
class RatedCard:
    """The ratings of one leader on one strand."""

    leader: str
    strand: str
    reference: Reference
    levels: Mapping[int, int]
    """Level → people, every level of the strand."""
    not_enough: int
    """People who say NE."""

    @property
    def people(self) -> int:
        return sum(self.levels.values()) + self.not_enough

    @property
    def in_band(self) -> int:
        """People whose rating the reference accepts."""
        accepted = [
            people
            for level, people in self.levels.items()
            if self.reference.compare(rubric.Rating(level)).in_band
        ]
        takes_ne = self.reference.compare(rubric.Rating(None)).in_band
        return sum(accepted) + (self.not_enough if takes_ne else 0)

    @property
    def exact(self) -> float | None:
        """The share of pairs of raters who give the same level."""
        return agreement.exact_among(self.levels)

    @property
    def adjacent(self) -> float | None:
        """The share of pairs of raters who are one level apart at most."""
        return agreement.adjacent_among(self.levels)

    @property
    def exact_with_reference(self) -> float | None:
        return agreement.exact(self._pairs())

    @property
    def adjacent_with_reference(self) -> float | None:
        return agreement.adjacent(self._pairs())

    @property
    def signed(self) -> float | None:
        """The mean of rating minus reference, in levels."""
        return agreement.signed(self._pairs())

    def _pairs(self) -> list[agreement.Pair]:
        beside = self.reference.number
        return [(level, beside) for level, people in self.levels.items() for _ in range(people)]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How closely raters agree over several cards: ordinal alpha, with n and an interval."""

    raters: int
    """People who gave at least one of them a level."""
    alpha: float | None
    interval: tuple[float, float] | None
    """In which alpha lies with 95 % confidence; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Rated:
    """All ratings of one round."""

    round: Round
    people: int
    cards: tuple[RatedCard, ...]
    """Strand by strand across leaders, as they were rated."""
    overall: Agreement
    strands: Mapping[str, Agreement]

    def card(self, leader: str, strand: str) -> RatedCard | None:
        """Return the ratings of a leader on a strand; None where nobody rates that."""
        return next(
            (each for each in self.cards if (each.leader, each.strand) == (leader, strand)), None
        )


def rated(session: Session, scope: Scope, round: Round) -> Rated:
    """Return how a cohort rated before (``Round.BEFORE``) or after the conversation."""
    rows = session.execute(_counted(scope, round)).all()
    raters: dict[str | None, int] = {row.strand: row.people for row in rows if row.part is None}
    counts: dict[Card, Counter[int | None]] = {}
    groups: dict[int, dict[Card, Counter[int]]] = {}
    for row in rows:
        if row.part is None:
            continue
        card = (row.leader, row.strand)
        counts.setdefault(card, Counter())[row.level] += row.people
        if row.level is not None:
            group = groups.setdefault(row.part, {})
            group.setdefault(card, Counter())[row.level] += row.people
    cards = cards_of(scope.script)
    return Rated(
        round=round,
        people=raters.get(_ANYTHING, 0),
        cards=tuple(_card(scope.script, card, counts.get(card, Counter())) for card in cards),
        overall=_agreement(cards, groups.values(), raters.get(None, 0)),
        strands={
            strand: _agreement(
                [each for each in cards if each[1] == strand], groups.values(),
                raters.get(strand, 0),
            )
            for strand in scope.script.rubric.strands
        },
    )  # fmt: skip


def _counted(scope: Scope, round: Round) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Select how many people gave which level, in the parts that the interval leaves out in turn;
    and, as of no part, how many gave a level on each strand, on any (None), or rated at all.

    Up to a hundred raters each is a part of their own.
    """
    place = sa.func.dense_rank().over(order_by=Rating.rater_id) - 1
    each = looked_up_once(
        latest_ratings(
            scope, round, Rating.leader, Rating.strand, Rating.level, Rating.rater_id,
            (place % agreement.PARTS).label("part"),
        )
    ).c  # fmt: skip
    what = (each.strand, each.leader, each.level, each.part)
    text, number = sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), sa.Integer)
    who = sa.func.count(each.rater_id.distinct())
    gave = each.level.is_not(None)
    return sa.union_all(
        sa.select(*what, sa.func.count().label("people")).group_by(*what),
        sa.select(each.strand, text, number, number, who).where(gave).group_by(each.strand),
        sa.select(text, text, number, number, who).where(gave),
        sa.select(sa.literal(_ANYTHING), text, number, number, who),
    )


def _card(script: Script, card: Card, counts: Mapping[int | None, int]) -> RatedCard:
    leader, strand = card
    levels = {level: counts.get(level, 0) for level in range(1, script.rubric.highest(strand) + 1)}
    return RatedCard(
        leader, strand, script.scenario.leaders[leader][strand], levels, counts.get(None, 0)
    )


def _agreement(
    cards: Iterable[Card], groups: Iterable[Mapping[Card, Counter[int]]], raters: int
) -> Agreement:
    order = list(cards)
    parts: list[list[Counts]] = [
        [group.get(card, Counter()) for card in order]
        for group in groups
        if any(card in group for card in order)
    ]
    return Agreement(raters, agreement.alpha_of_parts(parts), agreement.interval(parts))
