"""What people cited for one rating, and why they gave it. Without names."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound
from lfp_trainer.services.ratings import Card, cards_of
from lfp_trainer.services.review.latest import count_elements, latest_ratings
from lfp_trainer.services.review.scope import Scope
from lfp_trainer.storage.models import Rating, Round


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of the case, and how many people cite it."""

    sentence_id: str
    text: str
    people: int
    in_reference: bool


@dataclass(frozen=True, slots=True)
class Why:
    """A reason somebody gave, beside the level they gave; None for NE."""

    text: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one card rests on."""

    cited: tuple[Cited, ...]
    """The most cited first, then in the case's order."""
    reasons: tuple[Why, ...]
    """By level, NE first, then by their words: their order tells nobody whose they are."""


def evidence(session: Session, scope: Scope, round: Round, card: Card) -> Evidence:
    """Return the sentences and reasons behind the ratings of one leader on one strand.

    :raise NotFound: if nobody rates that
    """
    leader, strand = card
    if card not in cards_of(scope.script):
        raise NotFound
    sentences = scope.script.scenario.sentences
    reference = scope.script.scenario.leaders[leader][strand].evidence
    of_it = (Rating.leader == leader) & (Rating.strand == strand)
    each = latest_ratings(scope, round, Rating.evidence).where(of_it).cte("each")
    cited: dict[str, int] = dict(
        session.execute(count_elements(session, each, each.c.evidence)).all()
    )
    reasons = latest_ratings(scope, round, Rating.reason, Rating.level).where(
        of_it, Rating.reason != ""
    )
    return Evidence(
        cited=tuple(
            sorted(
                (
                    Cited(id, text, cited[id], id in reference)
                    for id, text in sentences.items()
                    if id in cited
                ),
                key=lambda each: -each.people,
            )
        ),
        reasons=tuple(
            sorted(
                (Why(*row) for row in session.execute(reasons)),
                key=lambda each: (each.level or 0, each.text),
            )
        ),
    )
