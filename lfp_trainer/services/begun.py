"""What somebody began to rate in a run and went past without committing it.

It counts for nothing and is held beside nothing, and it is read again by its writer alone. A
diagnosis that was begun is read again at its own stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from lfp_trainer.services import ratings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.play_ratings import ROUNDS
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Round, Stage


@dataclass(frozen=True, slots=True)
class Begun:
    """The ratings of one person that can no longer be committed."""

    ratings: Mapping[Card, Kept] = field(default_factory=dict)
    """Of the leaders."""
    plays: Mapping[Card, Kept] = field(default_factory=dict)
    """Of one's own play and of another's: seat and strand → what was said of it."""

    def __bool__(self) -> bool:
        return bool(self.ratings or self.plays)


def begun_by(session: Session, seated: Seated) -> Begun:
    """Return what this participant began to rate and went past.

    Nothing at a screen that two people share: the other would read it there too.
    """
    # Alone, only what an assignment does not ask for can be gone past.
    can_be_past = seated.is_pair or seated.assignment_id is not None
    if not can_be_past or seated.is_observer or seated.shares_a_device:
        return Begun()
    is_past = runs.STAGES.index(seated.stage) > runs.STAGES.index(Stage.RATING)
    return Begun(
        ratings=_drafts_of(session, seated, Round.BEFORE) if is_past else {},
        plays=_drafts_of(session, seated, *ROUNDS) if seated.rated_play_at is not None else {},
    )


def _drafts_of(session: Session, seated: Seated, *rounds: Round) -> dict[Card, Kept]:
    return {
        card: each
        for round in rounds
        for card, each in ratings.ratings_of(session, seated, round).items()
        if each.says_something and not each.committed
    }
