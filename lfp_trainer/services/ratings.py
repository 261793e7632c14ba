"""Ratings: rate a leader with evidence, commit, and only then see the reference."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import reference, rubric
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import Comparison, Neighbours, Rubric
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete
from lfp_trainer.services import choices, drafts, pairs, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Rating, Round, Stage

Card = tuple[str, str]
"""What one rating is about: the leader and the strand."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored rating, perhaps half done: neither a level nor NE."""

    rating: rubric.Rating
    not_enough: bool
    committed: bool = field(default=False, compare=False)
    """Stays as it is; a draft counts for nothing yet."""

    @property
    def is_answered(self) -> bool:
        return self.not_enough or self.rating.level is not None

    @property
    def says_something(self) -> bool:
        """Tell whether anything is in it: a draft may have been emptied again."""
        return self.not_enough or self.rating != rubric.Rating(None)

    @property
    def picked(self) -> str:
        """The answer as a form field: a level number, ``NE`` or nothing."""
        if self.not_enough:
            return rubric.NE
        return "" if self.rating.level is None else str(self.rating.level)


@dataclass(frozen=True, slots=True)
class Compared:
    """A committed rating beside the reference."""

    leader: str
    strand: str
    own: rubric.Rating
    reference: Reference
    comparison: Comparison
    apart: Neighbours | None
    """The question between the reference and the level next to it on the rating's side."""


def cards_of(script: Script) -> tuple[Card, ...]:
    """Return what is to be rated: strand by strand across leaders, which lowers the halo."""
    return tuple(
        (leader, strand) for strand in script.rubric.strands for leader in script.scenario.leaders
    )


def ratings_of(session: Session, seated: Seated, round: Round = Round.BEFORE) -> dict[Card, Kept]:
    """Return what this participant has rated so far."""
    return ratings_of_runs(session, [seated], round).get(seated.run_id, {})


def committed_of(session: Session, seated: Seated) -> dict[Card, Kept]:
    """Return what this participant has committed: nothing, where they passed it over."""
    return committed_in(ratings_of(session, seated))


def committed_in(kept: Mapping[Card, Kept]) -> dict[Card, Kept]:
    """Return what of some ratings is committed."""
    return {card: each for card, each in kept.items() if each.committed}


def ratings_of_runs(
    session: Session, seats: Iterable[Seated], round: Round = Round.BEFORE
) -> dict[int, dict[Card, Kept]]:
    """Return one person's own ratings in several runs, in one query: run → card → rating."""
    wanted = {each.run_id: each.user_id for each in seats}
    rows = session.execute(
        sa.select(
            Rating.run_id, Rating.leader, Rating.strand, Rating.level, Rating.not_enough,
            Rating.flag, Rating.reason, Rating.evidence, Rating.committed_at,
        ).where(
            Rating.run_id.in_(wanted), Rating.rater_id.in_(set(wanted.values())),
            Rating.round == round,
        )
    )  # fmt: skip
    found: dict[int, dict[Card, Kept]] = {}
    for row in rows:
        rating = rubric.Rating(row.level, row.flag, row.reason, tuple(row.evidence))
        found.setdefault(row.run_id, {})[row.leader, row.strand] = Kept(
            rating, row.not_enough, committed=row.committed_at is not None
        )
    return found


def save_rating(
    session: Session, seated: Seated, script: Script, card: Card, kept: Kept, *, now: datetime
) -> None:
    """Keep one rating as a draft.

    :raise StaleMove: if the ratings are already committed
    :raise Incomplete: if it names a leader, strand, level, flag or sentence that is not there
    """
    runs.require(seated, Stage.RATING)
    refuse_unknown(script, card, kept.rating)
    keep(session, seated, Round.BEFORE, card, kept, now=now)


def keep(
    session: Session, seated: Seated, round: Round, card: Card, kept: Kept, *, now: datetime
) -> None:
    """Store one rating of a round as a draft. Whether it may be is the caller's to decide.

    :raise StaleMove: if it is committed
    """
    leader, strand = card
    drafts.keep(
        session,
        Rating,
        {
            "run_id": seated.run_id,
            "rater_id": seated.user_id,
            "round": round,
            "leader": leader,
            "strand": strand,
        },
        {
            "level": kept.rating.level,
            "not_enough": kept.not_enough,
            "flag": kept.rating.flag,
            "reason": kept.rating.reason,
            "evidence": list(kept.rating.evidence),
        },
        now,
    )


def refuse_unknown(script: Script, card: Card, rating: rubric.Rating) -> None:
    """Make sure that a rating of a leader names only what is there.

    :raise Incomplete: if it does not
    """
    if card not in cards_of(script):
        raise Incomplete({"level": "This leader is not rated on that strand."})
    unknown = rubric.find_unknown(script.rubric, card[1], rating, script.scenario.sentences)
    if unknown:
        raise Incomplete(unknown)


def find_missing(scale: Rubric, kept: Kept | None) -> dict[str, str]:
    """Return what keeps one rating on a rubric from being committed: field → what to do."""
    if kept is None or not kept.is_answered:
        return {"level": f"Choose a level, or {scale.not_enough.called}."}
    flag = scale.flags.get(kept.rating.flag or "")
    if kept.not_enough and flag:
        return {"level": f"{flag.name} goes with a level. Choose one, or take the mark off."}
    found: dict[str, str] = {}
    if not kept.not_enough and not kept.rating.evidence:
        found["evidence"] = "Mark at least one sentence that shows it: no level without evidence."
    if scale.reason == "required" and not kept.rating.reason:
        found["reason"] = "Write one line of reason."
    return found


def first_unfinished(script: Script, kept: Mapping[Card, Kept]) -> int | None:
    """Return the place of the first card that cannot be committed yet, counted from 0."""
    return next(
        (
            at
            for at, card in enumerate(cards_of(script))
            if find_missing(script.rubric, kept.get(card))
        ),
        None,
    )


def find_above_caps(script: Script, kept: Mapping[Card, Kept]) -> dict[str, str]:
    """Return which levels a flag does not allow, of the same leader: field → what to do."""
    found: dict[str, str] = {}
    for leader, member in script.scenario.cast.items():
        mine = {strand: each.rating for (whose, strand), each in kept.items() if whose == leader}
        for strand, what in rubric.find_above_caps(script.rubric, mine).items():
            found[f"{leader}-{strand}"] = f"{member.name}, {what}"
    return found


def commit_ratings(session: Session, seated: Seated, script: Script, *, now: datetime) -> None:
    """Fix all ratings, go on to the role-play, and let the stand-in open it if it must.

    Where several people play, it opens once all who are waited for have committed.

    The caller rolls back when it raises.

    :raise Incomplete: if a card is not finished, or a level is above what a flag allows
    :raise StaleMove: if they are already committed
    """
    runs.require(seated, Stage.RATING)
    if seated.is_pair:
        choices.hold(session, seated.run_id)
    # Stamped before they are read: no draft can slip in between what is checked and what is fixed.
    session.execute(
        sa.update(Rating)
        .where(
            Rating.run_id == seated.run_id,
            Rating.rater_id == seated.user_id,
            Rating.round == Round.BEFORE,
        )
        .values(committed_at=now)
    )
    kept = ratings_of(session, seated)
    unfinished = first_unfinished(script, kept)
    if unfinished is not None:
        raise Incomplete(find_missing(script.rubric, kept.get(cards_of(script)[unfinished])))
    above = find_above_caps(script, kept)
    if above:
        raise Incomplete(above)
    runs.move_on(session, seated, Stage.RATING, now=now)
    if seated.is_pair:
        pairs.settle(session, seated, script, now=now)
    else:
        choices.open_role_play(session, seated, script, now=now)


def compare_ratings(script: Script, kept: Mapping[Card, Kept]) -> list[Compared]:
    """Return each finished rating beside the reference, in the order of the cards."""
    return [
        _compare(script, card, kept[card].rating)
        for card in cards_of(script)
        if card in kept and kept[card].is_answered
    ]


def _compare(script: Script, card: Card, own: rubric.Rating) -> Compared:
    leader, strand = card
    beside = script.scenario.leaders[leader][strand]
    apart = reference.told_apart(script.rubric.strands[strand], own.level, beside)
    return Compared(leader, strand, own, beside, beside.compare(own), apart)
