"""Rate after the play too: the same leaders once more, and one's own play, committed together.

Optional, and open from the end of the role-play on for as long as the run is kept. What somebody
claims of their own play is held beside what their responses showed; it is never a grade.

A run that several people play has no such page: there both plays are rated before the debrief, by
everybody (``play_ratings``), and its page leads back to the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import debrief, own_play, reference, rubric
from lfp_trainer.engine.own_play import Claim, Response
from lfp_trainer.engine.reference import Move
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import (
    Incomplete,
    NotForObservers,
    NotInWhatIf,
    NotYet,
    RatedTogether,
    StaleMove,
)
from lfp_trainer.services import ratings, runs, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Card, Compared, Kept
from lfp_trainer.services.second_ratings import Again
from lfp_trainer.storage.models import Rating, Round, Stage

ROUNDS = (Round.AFTER, Round.OWN)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is answered after a play. A draft until it is committed, then as it is."""

    first: Mapping[Card, Kept]
    """The leaders as they were rated before the play."""
    last: Mapping[Card, Kept]
    """The same, or the retry where there was one."""
    leaders: Mapping[Card, Kept]
    """The same after the play; where nothing is kept yet, as they were rated last."""
    own: Mapping[Card, Kept]
    """Seat and strand → what is claimed of one's own play."""
    responses: Mapping[str, tuple[Response, ...]]
    """Seat → one's own responses in it; a seat that decided nothing is not there."""
    committed: bool


@dataclass(frozen=True, slots=True)
class Twice:
    """A leader rated before the play and after it, with the retry in between if there was one."""

    first: Compared
    again: Again | None
    after: Compared
    move: Move


@dataclass(frozen=True, slots=True)
class LookedBack:
    """A committed sheet, held beside the reference and beside what the responses showed."""

    leaders: tuple[Twice, ...]
    own: tuple[Claim, ...]
    responses: Mapping[int, Response]


def is_open(seated: Seated) -> bool:
    """Tell whether a run is one that can be looked back at: played, and from the start."""
    alone = not seated.is_what_if and not seated.is_pair
    return alone and runs.has_reached(seated, Stage.DEBRIEF)


def require(seated: Seated) -> None:
    """Make sure that a run can be looked back at.

    :raise NotInWhatIf: if it rewinds another
    :raise NotForObservers: if the participant watched it
    :raise RatedTogether: if several people play it
    :raise NotYet: if it is not played to its end
    """
    if seated.is_what_if:
        raise NotInWhatIf
    if seated.is_observer:
        raise NotForObservers
    if seated.is_pair:
        raise RatedTogether
    if not is_open(seated):
        raise NotYet("the role-play")


def sheet_of(session: Session, seated: Seated, script: Script) -> Sheet:
    """Return what this participant has answered so far, with what to start from.

    :raise NotInWhatIf: if the run rewinds another
    :raise NotYet: if it is not played to its end
    """
    require(seated)
    kept = {round: ratings.ratings_of(session, seated, round) for round in ROUNDS}
    first = ratings.committed_of(session, seated)
    last = second_ratings.latest(session, seated)
    return Sheet(
        first=first,
        last=last,
        leaders={
            card: kept[Round.AFTER].get(card) or _unexplained(last[card])
            for card in ratings.cards_of(script)
            if card in last
        },
        own=kept[Round.OWN],
        responses=_responses(session, seated, script),
        committed=_is_committed(kept[Round.AFTER]),
    )


def _is_committed(after: Mapping[Card, Kept]) -> bool:
    """Tell whether the sheet is: all of it is committed at once."""
    return any(each.committed for each in after.values())


def _unexplained(kept: Kept) -> Kept:
    """Return an answer to start from: a reason belongs to the answer it was written for."""
    rating = rubric.Rating(kept.rating.level, kept.rating.flag, "", kept.rating.evidence)
    return Kept(rating, kept.not_enough)


def _responses(session: Session, seated: Seated, script: Script) -> dict[str, tuple[Response, ...]]:
    seats = runs.own_seats(script, seated.seat)
    told = debrief.tell(script, runs.path_of(session, seated.run_id), own_seats=seats)
    notes = runs.notes_of(session, seated.run_id)
    by_stand_in = {number for number, note in notes.items() if note.stand_in}
    found = {seat: own_play.responses_in(told.decisions, seat, by_stand_in) for seat in seats}
    return {seat: mine for seat, mine in found.items() if mine}


def claims_of(script: Script, sheet: Sheet) -> tuple[Card, ...]:
    """Return what is to be claimed of one's own play: strand by strand, in every seat played."""
    return tuple((seat, strand) for strand in script.rubric.strands for seat in sheet.responses)


def save(
    session: Session,
    seated: Seated,
    script: Script,
    leaders: Mapping[Card, Kept],
    own: Mapping[Card, Kept],
    *,
    now: datetime,
) -> bool:
    """Keep all of it as a draft; return False where it is committed just as it is.

    :raise NotInWhatIf: if the run rewinds another
    :raise NotYet: if it is not played to its end
    :raise Incomplete: if it names something that is not there
    :raise StaleMove: if something else is committed already
    """
    sheet = sheet_of(session, seated, script)
    try:
        for card, kept in leaders.items():
            ratings.refuse_unknown(script, card, kept.rating)
            ratings.keep(session, seated, Round.AFTER, card, kept, now=now)
        for card, kept in own.items():
            _refuse_unknown_claim(script, sheet, card, kept.rating)
            ratings.keep(session, seated, Round.OWN, card, kept, now=now)
    except StaleMove:
        # Pressed twice: what is sent again is what is committed.
        fixed = sheet_of(session, seated, script)
        if (fixed.leaders, fixed.own) != (leaders, own):
            raise
        return False
    return True


def _refuse_unknown_claim(script: Script, sheet: Sheet, card: Card, rating: rubric.Rating) -> None:
    seat, strand = card
    if seat not in sheet.responses or rating.flag is not None:
        raise Incomplete({"level": "This is not part of your play."})
    steps = [str(each.number) for each in sheet.responses[seat]]
    unknown = rubric.find_unknown(script.rubric, strand, rating, steps)
    if unknown:
        raise Incomplete(unknown)


def find_missing(script: Script, sheet: Sheet) -> dict[str, str]:
    """Return what keeps the sheet from being committed: field → what to do.

    Fields are named as in :func:`leader_field` and :func:`own_field`.
    """
    found: dict[str, str] = {}
    for card, kept in sheet.leaders.items():
        name = f"{script.scenario.cast[card[0]].name}, {script.rubric.strands[card[1]].name}"
        for field, what in _missing_after(script, sheet, card, kept).items():
            found[f"{leader_field(card)}{field}"] = f"{name}: {what}"
    for card in claims_of(script, sheet):
        whose = script.scenario.cast[card[0]].name
        name = f"Your play as {whose}, {script.rubric.strands[card[1]].name}"
        for field, what in _missing_claim(script, sheet.own.get(card)).items():
            found[f"{own_field(card)}{field}"] = f"{name}: {what}"
    return found


def _missing_after(script: Script, sheet: Sheet, card: Card, kept: Kept) -> dict[str, str]:
    """A reason is asked for only where the level is another one than before the play."""
    missing = ratings.find_missing(script.rubric, kept)
    before = sheet.last.get(card)
    if before is not None and before.picked == kept.picked:
        missing.pop("reason", None)
    elif "reason" in missing:
        missing["reason"] = "Say in one line what moved you to another level."
    return missing


def _missing_claim(script: Script, kept: Kept | None) -> dict[str, str]:
    missing = ratings.find_missing(script.rubric, kept)
    if "evidence" in missing:
        missing["evidence"] = "Mark at least one response of yours that shows it."
    return missing


def leader_field(card: Card) -> str:
    """Return what the names of the fields for one leader begin with."""
    return f"leader-{card[0]}-{card[1]}-"


def own_field(card: Card) -> str:
    """Return what the names of the fields for one's own play begin with."""
    return f"own-{card[0]}-{card[1]}-"


def commit(session: Session, seated: Seated, script: Script, *, now: datetime) -> None:
    """Fix the sheet, once. The caller rolls back when it raises.

    :raise Incomplete: if something is missing, or a level is above what a mark allows
    :raise StaleMove: if it is committed already
    """
    require(seated)
    # Stamped before it is read, and only where it is a draft: of two at once, one finds none.
    stamped = session.execute(
        sa.update(Rating)
        .where(
            Rating.run_id == seated.run_id,
            Rating.rater_id == seated.user_id,
            Rating.round.in_(ROUNDS),
            Rating.committed_at.is_(None),
        )
        .values(committed_at=now)
        .returning(Rating.id)
    ).all()
    sheet = sheet_of(session, seated, script)
    if sheet.committed and not stamped:
        raise StaleMove("This is committed already, and stays as it is.")
    missing = find_missing(script, sheet)
    # What was never kept would be fixed unseen.
    if missing or len(stamped) != len(sheet.leaders) + len(claims_of(script, sheet)):
        raise Incomplete(missing or {"own": "Look at your answers once more, then commit them."})
    above = ratings.find_above_caps(script, sheet.leaders)
    if above:
        raise Incomplete({f"leader-{card}-level": what for card, what in above.items()})


def look_back(session: Session, seated: Seated, script: Script) -> LookedBack | None:
    """Return a committed sheet beside the reference and the play; None while there is none."""
    if not is_open(seated):
        return None
    if not _is_committed(ratings.ratings_of(session, seated, Round.AFTER)):
        return None
    sheet = sheet_of(session, seated, script)
    again = second_ratings.again_of(session, seated, script)
    before = {
        (each.leader, each.strand): each for each in ratings.compare_ratings(script, sheet.first)
    }
    return LookedBack(
        leaders=tuple(
            Twice(
                first=before[card],
                again=again.get(card),
                after=each,
                move=reference.moved(before[card].own, each.own, each.reference),
            )
            for each in ratings.compare_ratings(script, sheet.leaders)
            if (card := (each.leader, each.strand)) in before
        ),
        own=tuple(
            own_play.hold_beside(
                sheet.own[seat, strand].rating,
                own_play.showed(
                    sheet.responses[seat],
                    seat=seat,
                    strand=strand,
                    top=script.rubric.highest(strand),
                ),
            )
            for seat, strand in claims_of(script, sheet)
            if (seat, strand) in sheet.own
        ),
        responses={each.number: each for mine in sheet.responses.values() for each in mine},
    )
