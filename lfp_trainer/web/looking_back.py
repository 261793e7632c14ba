"""What a debrief looks back at: the one thing for next time, in the learner's own words, and what
was rated a second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lfp_trainer.engine import rubric
from lfp_trainer.engine.debrief import Debrief
from lfp_trainer.engine.next_time import NextTime, next_time
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, after_play, diagnosis, ratings, runs, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.after_play import LookedBack
from lfp_trainer.services.runs import Note
from lfp_trainer.web.extensions import db

BLANK = ratings.Kept(rubric.Rating(None), not_enough=False)
"""What a form shows where nothing is kept yet."""


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
    number = found.decision.moment.number or 0
    # In a run together the others' reasons are told too, as theirs.
    notes = {at: note for at, note in notes.items() if note.user_id == seated.user_id}
    if number in notes and notes[number].reason:
        return OwnWords("You noted then", notes[number].reason)
    for claim in looked_back.own if looked_back else ():
        about = claim.showed.strand == found.strand and claim.showed.seat in found.seats
        # A rubric may ask for no reason.
        if about and claim.own.reason:
            return OwnWords("You wrote of your own play", claim.own.reason)
    # A what-if has no case of its own: what was written about it was written before the play.
    return (
        _of_ratings(_with_a_case(seated), script, found)
        or _of_another_decision(notes, number)
        or _of_diagnosis(_with_a_case(seated))
    )


def _with_a_case(seated: Seated) -> Seated:
    """Return the play in which the case was read: the one that a what-if rewinds, if it is one."""
    while seated.is_what_if:
        rewound = access.rewound_by(db.session, seated)
        if rewound is None:
            return seated
        seated = rewound
    return seated


def _of_ratings(seated: Seated, script: Script, found: NextTime) -> OwnWords | None:
    answers = second_ratings.latest(db.session, seated)
    for leader in _people_behind(script, found.seats):
        kept = answers.get((leader, found.strand)) if found.strand else None
        if kept and kept.rating.reason:
            name = script.scenario.cast[leader].name
            return OwnWords(f"You wrote when you rated {name}", kept.rating.reason)
    return None


def _of_another_decision(notes: Mapping[int, Note], number: int) -> OwnWords | None:
    """Return what was noted at the decision nearest to this one, the earlier of two."""
    noted = [at for at, note in notes.items() if note.reason and not note.stand_in]
    nearest = min(noted, key=lambda at: (abs(at - number), at), default=None)
    if nearest is None:
        return None
    when = "before" if nearest < number else "after"
    return OwnWords(f"You noted {when} that, at another decision", notes[nearest].reason)


def _of_diagnosis(seated: Seated) -> OwnWords | None:
    written = diagnosis.diagnosis_of(db.session, seated).counts.reason
    return OwnWords("You wrote in your diagnosis", written) if written else None


def _people_behind(script: Script, seats: Iterable[str]) -> list[str]:
    """Return the leaders who are rated for these seats, by themselves or together with others."""
    wanted = set(seats)
    return [
        leader
        for leader in script.scenario.leaders
        if leader in wanted or wanted & set(script.scenario.cast[leader].stands_for)
    ]
