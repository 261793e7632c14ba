"""What people who played together say of both plays: each of their own, and of the other's.

Double-blind, like the leaders before the conversation: all of one's own is committed at once, and
is revealed in the debrief, which opens when everybody who is waited for has committed or passed it
over. Only responses that a person chose count for them.

The page of somebody alone after a play (``after_play``) asks for one's own play too. It is not for
a run together, which asks here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import debrief, own_play, reveal, rubric
from lfp_trainer.engine.own_play import Response, Showed
from lfp_trainer.engine.reveal import Gap
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotInWhatIf, NotYet, StaleMove
from lfp_trainer.services import choices, pairs, ratings, runs, turns
from lfp_trainer.services import reveal as reveals
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Participant, Rating, Round, Stage, table

ROUNDS = (Round.OWN, Round.OTHER)
DONE = "You are done with rating the play. What you committed of it stays as it is."
NOT_THEIRS = "This is not part of what they chose."

_parts = table(Participant)


@dataclass(frozen=True, slots=True)
class Play:
    """One person's play: their seat, and the responses that they chose in it."""

    person: Companion
    responses: tuple[Response, ...]

    @property
    def seat(self) -> str:
        return self.person.seat


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is asked of somebody after a play, and what they have answered so far."""

    plays: tuple[Play, ...]
    """Of everybody who chose something, one's own first."""
    kept: Mapping[Card, Kept]
    """Seat and strand → what is said of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One play on one strand: what is said of it, beside what its responses showed."""

    person: Companion
    given: Mapping[int, rubric.Rating]
    """Person → what they say of it; who said nothing is not there."""
    showed: Showed
    responses: Mapping[int, Response]
    gap: Gap

    @property
    def own(self) -> rubric.Rating | None:
        """What the person says of their own play."""
        return self.given.get(self.person.user_id)


def require(seated: Seated) -> None:
    """Make sure that somebody has a play to rate.

    :raise NotInWhatIf: if the run goes back to another
    :raise NotYet: if it is not played to its end, or they are no player in a run together
    :raise StaleMove: if they have rated it, or passed it over
    """
    if seated.is_what_if:
        raise NotInWhatIf
    is_over = runs.STAGES.index(seated.stage) >= runs.STAGES.index(Stage.DEBRIEF)
    if not seated.is_pair or seated.is_observer or not is_over:
        raise NotYet("the role-play")
    if seated.rated_play_at is not None:
        raise StaleMove(DONE)


def plays_of(
    session: Session, seated: Seated, script: Script, company: Company
) -> tuple[Play, ...]:
    """Return what everybody chose, one's own first; who chose nothing is left out."""
    chosen = turns.chosen_by(session, seated, script, company)
    path = runs.path_of(session, seated.run_id)
    people = sorted(company.players, key=lambda each: each.user_id != seated.user_id)
    found = (
        Play(each, _responses(script, path, each, turns.not_of(chosen, each.user_id)))
        for each in people
    )
    return tuple(each for each in found if each.responses)


def _responses(
    script: Script, path: Iterable[str], person: Companion, not_own: frozenset[int]
) -> tuple[Response, ...]:
    told = debrief.tell(script, path, own_seats=(person.seat,), not_own=not_own)
    return own_play.responses_in(told.decisions, person.seat, ())


def sheet_of(session: Session, seated: Seated, script: Script) -> Sheet:
    """Return what is asked, and what is answered so far.

    :raise NotYet: as :func:`require`
    :raise StaleMove: as :func:`require`
    """
    require(seated)
    plays = plays_of(session, seated, script, company_in(session, seated.run_id))
    kept = {
        card: each
        for round in ROUNDS
        for card, each in ratings.ratings_of(session, seated, round).items()
    }
    return Sheet(plays, kept)


def cards_of(script: Script, sheet: Sheet) -> tuple[Card, ...]:
    """Return what is to be rated: play by play, strand by strand."""
    return tuple((play.seat, strand) for play in sheet.plays for strand in script.rubric.strands)


def save(
    session: Session,
    seated: Seated,
    script: Script,
    given: Mapping[Card, Kept],
    *,
    now: datetime,
) -> None:
    """Keep all of it as a draft.

    :raise NotYet: as :func:`require`
    :raise StaleMove: as :func:`require`
    :raise Incomplete: if it names something that is not there
    """
    choices.hold(session, seated.run_id)
    sheet = sheet_of(session, seated, script)
    steps = {play.seat: [f"{each.number}" for each in play.responses] for play in sheet.plays}
    for card, kept in given.items():
        seat, strand = card
        if seat not in steps or kept.rating.flag is not None:
            raise Incomplete({"level": NOT_THEIRS})
        unknown = rubric.find_unknown(script.rubric, strand, kept.rating, steps[seat])
        if unknown:
            raise Incomplete(unknown)
        round = Round.OWN if seat == seated.seat else Round.OTHER
        ratings.keep(session, seated, round, card, kept, now=now)


def field_of(card: Card) -> str:
    """Return what the names of the fields for one play and strand begin with."""
    return f"play-{card[0]}-{card[1]}-"


def find_missing(script: Script, seated: Seated, sheet: Sheet) -> dict[str, str]:
    """Return what keeps it from being committed: field → what to do."""
    found: dict[str, str] = {}
    names = {play.seat: play.person.name for play in sheet.plays}
    for card in cards_of(script, sheet):
        whose = "Your play" if card[0] == seated.seat else f"The play of {names[card[0]]}"
        about = f"{whose}, {script.rubric.strands[card[1]].name}"
        missing = ratings.find_missing(script.rubric, sheet.kept.get(card))
        if "evidence" in missing:
            missing["evidence"] = "Mark at least one response that shows it."
        found |= {f"{field_of(card)}{field}": f"{about}: {what}" for field, what in missing.items()}
    return found


def commit(session: Session, seated: Seated, script: Script, *, now: datetime) -> None:
    """Fix what is kept, once, and open the debrief if nobody is waited for any more.

    The caller rolls back when it raises.

    :raise NotYet: as :func:`require`
    :raise StaleMove: as :func:`require`
    :raise Incomplete: if something is missing
    """
    require(seated)
    choices.hold(session, seated.run_id)
    sheet = sheet_of(session, seated, script)
    _finish(session, seated, now)
    missing = find_missing(script, seated, sheet)
    if missing:
        raise Incomplete(missing)
    wanted = set(cards_of(script, sheet))
    session.execute(
        sa.update(Rating)
        .where(
            Rating.run_id == seated.run_id,
            Rating.rater_id == seated.user_id,
            Rating.round.in_(ROUNDS),
            sa.tuple_(Rating.leader, Rating.strand).in_(wanted),
        )
        .values(committed_at=now)
    )
    pairs.settle(session, seated, script, now=now)


def pass_over(session: Session, seated: Seated, script: Script, *, now: datetime) -> None:
    """Go on to the debrief without rating. A draft stays one, and nobody else ever sees it.

    :raise NotYet: as :func:`require`
    :raise StaleMove: as :func:`require`
    """
    _finish(session, seated, now)
    pairs.settle(session, seated, script, now=now)


def has_rated(session: Session, seated: Seated, who: int | None = None) -> bool:
    """Tell whether somebody has committed a rating of what was played.

    :param who: another of the run; left out, this participant
    """
    theirs = sa.select(Rating.id).where(
        Rating.run_id == seated.run_id,
        Rating.rater_id == (seated.user_id if who is None else who),
        Rating.round.in_(ROUNDS),
        Rating.committed_at.is_not(None),
    )
    return session.scalar(theirs.limit(1)) is not None


def _finish(session: Session, seated: Seated, now: datetime) -> None:
    """Stamp that somebody is done with it, of two windows for one alone."""
    require(seated)
    choices.hold(session, seated.run_id)
    stamped = session.execute(
        sa.update(_parts)
        .where(
            _parts.c.run_id == seated.run_id,
            _parts.c.user_id == seated.user_id,
            _parts.c.rated_play_at.is_(None),
        )
        .values(rated_play_at=now, nudged_at=None)
        .returning(_parts.c.id)
    ).first()
    if stamped is None:
        raise StaleMove(DONE)


def tell(session: Session, seated: Seated, script: Script, company: Company) -> tuple[Told, ...]:
    """Return what everybody says of every play, to a player in the debrief; the widest gap first.

    To anybody else, and before the debrief is open to them, nothing.
    """
    if seated.is_observer or seated.is_what_if or not runs.has_reached(seated, Stage.DEBRIEF):
        return ()
    given: dict[Card, dict[int, rubric.Rating]] = {}
    for round in ROUNDS:
        for card, kept in ratings.ratings_of(session, seated, round).items():
            if kept.committed:
                given.setdefault(card, {})[seated.user_id] = kept.rating
    for who, _, card, rating in reveals.ratings_beside(session, seated, ROUNDS):
        given.setdefault(card, {})[who] = rating
    found = [
        _told(script, play, strand, given.get((play.seat, strand), {}))
        for play in plays_of(session, seated, script, company)
        for strand in script.rubric.strands
    ]
    return tuple(sorted(found, key=lambda each: each.gap.order))


def _told(script: Script, play: Play, strand: str, given: Mapping[int, rubric.Rating]) -> Told:
    showed = own_play.showed(
        play.responses, seat=play.seat, strand=strand, top=script.rubric.highest(strand)
    )
    levels = [each.level for each in given.values()]
    return Told(
        play.person, given, showed, {each.number: each for each in play.responses},
        reveal.find_gap(levels, reveal.from_level(showed.level)),
    )  # fmt: skip
