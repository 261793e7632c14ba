"""One retry of a rating, once its reference has been seen. It is kept beside the first answer.

Any time after the ratings are committed, also in a run that is closed: the first answer never
changes, and a second one that is committed stays as well. A play that rewinds another has no
ratings of its own, and so none to give again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import reference, rubric
from lfp_trainer.engine.reference import Move
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, NotInWhatIf, NotYet, StaleMove
from lfp_trainer.services import ratings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Card, Compared, Kept
from lfp_trainer.storage.models import Rating, Round, Stage


@dataclass(frozen=True, slots=True)
class Again:
    """A committed second rating beside the first one."""

    second: Compared
    move: Move


def first_of(session: Session, seated: Seated, script: Script, card: Card) -> Compared:
    """Return the committed first rating of a card, beside its reference.

    :raise NotInWhatIf: if the run rewinds another
    :raise NotFound: if the card was not rated
    :raise NotYet: if the ratings are not committed
    """
    if seated.is_what_if:
        raise NotInWhatIf
    if not runs.has_reached(seated, Stage.ROLE_PLAY):
        raise NotYet("the ratings")
    first = ratings.committed_of(session, seated)
    found = ratings.compare_ratings(script, {card: first[card]}) if card in first else []
    if not found:
        raise NotFound
    return found[0]


def save(
    session: Session, seated: Seated, script: Script, card: Card, kept: Kept, *, now: datetime
) -> bool:
    """Keep a second rating as a draft; return False where it is committed just as it is.

    :raise NotFound: if there is no first one
    :raise NotYet: if the ratings are not committed
    :raise Incomplete: if it names something that is not there
    :raise StaleMove: if another one is committed already
    """
    first_of(session, seated, script, card)
    ratings.refuse_unknown(script, card, kept.rating)
    try:
        ratings.keep(session, seated, Round.AGAIN, card, kept, now=now)
    except StaleMove:
        # Pressed twice: what is sent again is what is committed.
        if ratings.ratings_of(session, seated, Round.AGAIN).get(card) != kept:
            raise
        return False
    return True


def commit(session: Session, seated: Seated, script: Script, card: Card, *, now: datetime) -> None:
    """Fix a second rating, once. The caller rolls back when it raises.

    :raise Incomplete: if it is not finished, or its level is above what a mark of the same leader
        allows
    :raise StaleMove: if it is committed already
    """
    first_of(session, seated, script, card)
    leader, strand = card
    mine = (
        Rating.run_id == seated.run_id,
        Rating.rater_id == seated.user_id,
        Rating.round == Round.AGAIN,
        Rating.leader == leader,
        Rating.strand == strand,
    )
    # Stamped before it is read, and only where it is a draft: of two at once, one finds none.
    stamped = session.execute(
        sa.update(Rating)
        .where(*mine, Rating.committed_at.is_(None))
        .values(committed_at=now)
        .returning(Rating.id)
    ).all()
    again = ratings.ratings_of(session, seated, Round.AGAIN)
    if not stamped and card in again:
        raise StaleMove("You have rated this once more already. It stays as it is.")
    problems = ratings.find_missing(script.rubric, again.get(card))
    above = problems or _above_cap(script, card, latest(session, seated, again))
    if above:
        raise Incomplete(above)


def latest(
    session: Session, seated: Seated, again: Mapping[Card, Kept] | None = None
) -> dict[Card, Kept]:
    """Return the last committed answer to each card: the second where there is one."""
    second = ratings.ratings_of(session, seated, Round.AGAIN) if again is None else again
    committed = {card: kept for card, kept in second.items() if kept.committed}
    return {**ratings.committed_of(session, seated), **committed}


def _above_cap(script: Script, card: Card, answers: Mapping[Card, Kept]) -> dict[str, str]:
    """Return what a mark of the same leader says against the level of this card.

    Each card is rated again on its own, so only its own level is held against the marks that stand
    now. A mark set in this answer does not speak against the answers to other cards: those are
    fixed, and one that is rated again after this will be held against it.
    """
    leader, strand = card
    mine = {of: kept.rating for (whose, of), kept in answers.items() if whose == leader}
    above = rubric.find_above_caps(script.rubric, mine)
    return {"level": above[strand]} if strand in above else {}


def again_of(session: Session, seated: Seated, script: Script) -> dict[Card, Again]:
    """Return the committed second ratings beside the first ones: card → both."""
    second = ratings.ratings_of(session, seated, Round.AGAIN)
    committed = {card: kept for card, kept in second.items() if kept.committed}
    if not committed:
        return {}
    first = ratings.committed_of(session, seated)
    return {
        (each.leader, each.strand): Again(
            each,
            reference.moved(first[each.leader, each.strand].rating, each.own, each.reference),
        )
        for each in ratings.compare_ratings(script, committed)
        if (each.leader, each.strand) in first
    }
