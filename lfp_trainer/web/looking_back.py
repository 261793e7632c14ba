"""What a debrief looks back at: the one thing for next time, in the learner's own words, and what
was rated a second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lfp_trainer.engine.debrief import Debrief
from lfp_trainer.engine.next_time import NextTime, next_time
from lfp_trainer.engine.script import Script
from lfp_trainer.services import after_play, diagnosis, ratings, runs, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.after_play import LookedBack
from lfp_trainer.services.runs import Note
from lfp_trainer.web.extensions import db


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Something the learner wrote, and what it was written about."""

    about: str
    text: str


def beside_context(seated: Seated, script: Script) -> dict[str, Any]:
    """Return what committed ratings need to stand beside the reference, retries included."""
    return {
        "again": second_ratings.again_of(db.session, seated, script),
        "places": {card: place for place, card in enumerate(ratings.cards_of(script))},
        "may_rate_again": not seated.is_what_if,
    }


def debrief_context(
    seated: Seated, script: Script, told: Debrief, path: Iterable[str], notes: Mapping[int, Note]
) -> dict[str, Any]:
    """Return what the first screen of a debrief and its look back need."""
    own = runs.own_seats(script, seated.seat)
    found = next_time(script, told, path, own_seats=own)
    looked_back = after_play.look_back(db.session, seated, script)
    return {
        "next_time": found,
        "own_words": found and _own_words(seated, script, found, notes, looked_back),
        "looked_back": looked_back,
        "may_look_back": after_play.is_open(seated),
        **beside_context(seated, script),
    }


def _own_words(
    seated: Seated,
    script: Script,
    found: NextTime,
    notes: Mapping[int, Note],
    looked_back: LookedBack | None,
) -> OwnWords | None:
    """Return the learner's own words that are nearest to a decision; None where there are none."""
    number = found.decision.moment.number
    note = notes.get(number or 0)
    if note and note.reason:
        return OwnWords("You noted then", note.reason)
    for claim in looked_back.own if looked_back else ():
        about = claim.showed.strand == found.strand and claim.showed.seat in found.seats
        # A rubric may ask for no reason.
        if about and claim.own.reason:
            return OwnWords("You wrote of your own play", claim.own.reason)
    answers = second_ratings.latest(db.session, seated)
    for leader in _people_behind(script, found.seats):
        kept = answers.get((leader, found.strand)) if found.strand else None
        if kept and kept.rating.reason:
            name = script.scenario.cast[leader].name
            return OwnWords(f"You wrote when you rated {name}", kept.rating.reason)
    written = diagnosis.diagnosis_of(db.session, seated).answer.reason
    return OwnWords("You wrote in your diagnosis", written) if written else None


def _people_behind(script: Script, seats: Iterable[str]) -> list[str]:
    """Return the leaders who are rated for these seats, by themselves or together with others."""
    wanted = set(seats)
    return [
        leader
        for leader in script.scenario.leaders
        if leader in wanted or wanted & set(script.scenario.cast[leader].stands_for)
    ]
