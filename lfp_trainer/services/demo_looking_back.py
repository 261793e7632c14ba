"""What people of a demonstration do after a play: rate again, look back, try another way, answer.

All of it through the services a person uses.
"""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.engine import play, rubric
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import NE, Distance
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    after_play,
    choices,
    library,
    next_steps,
    ratings,
    runs,
    second_ratings,
    what_if,
)
from lfp_trainer.services.access import Seated, seat_in
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Outcome, Stage

OUTCOMES = (Outcome.DONE, Outcome.NOT_YET, Outcome.DROPPED)


def look_back(session: Session, user_id: int, dice: Random, *, now: datetime) -> None:
    """Let somebody look back on the runs they have finished: each a little later than it ended.

    The latest next step is left open, for whoever signs in to answer.
    """
    finished = [each for each in runs.runs_of(session, user_id) if each.stage is Stage.DONE]
    for place, run in enumerate(finished):
        script = library.script_of(session, run.version_id, run.digest)
        then = min(now, run.started_at + timedelta(days=2))
        _rate_furthest_again(session, run, script, now=then)
        _rate_after(session, run, script, dice, now=then)
        if place:
            next_steps.say(session, run, OUTCOMES[place % len(OUTCOMES)], now=then)
        else:
            _go_another_way(session, run, script, now=then)


def _rate_furthest_again(session: Session, run: Seated, script: Script, *, now: datetime) -> None:
    """Rate once more, nearer to the reference, what lay furthest from it."""
    compared = ratings.compare_ratings(script, ratings.ratings_of(session, run))
    off = [each for each in compared if each.comparison.distance is Distance.FURTHER]
    for each in off[:1]:
        card = each.leader, each.strand
        middle = _level_of(each.reference)
        rating = rubric.Rating(
            middle, None, "Read once more: that is as far as the sentence goes.",
            each.reference.evidence or each.own.evidence,
        )  # fmt: skip
        kept = Kept(rating, not_enough=middle is None)
        second_ratings.save(session, run, script, card, kept, now=now)
        second_ratings.commit(session, run, script, card, now=now)


def _level_of(reference: Reference) -> int | None:
    return None if reference.level == NE else reference.level


def _rate_after(
    session: Session, run: Seated, script: Script, dice: Random, *, now: datetime
) -> None:
    """Rate the leaders as before, and claim what one's own responses showed at their best."""
    sheet = after_play.sheet_of(session, run, script)
    after_play.save(session, run, script, sheet.leaders, claims(script, sheet, dice), now=now)
    after_play.commit(session, run, script, now=now)


def claims(script: Script, sheet: after_play.Sheet, dice: Random) -> dict[Card, Kept]:
    """Return what somebody claims of their own play: what their responses showed at their best."""
    found: dict[Card, Kept] = {}
    for seat, strand in after_play.claims_of(script, sheet):
        shown = {
            each.number: each.levels[strand]
            for each in sheet.responses[seat]
            if strand in each.levels
        }
        best = max(shown, key=shown.__getitem__, default=None)
        level = None if best is None else min(script.rubric.highest(strand), shown[best])
        words = dice.choice(("I asked before I proposed.", "I came back to it until it held."))
        rating = rubric.Rating(level, None, words, () if best is None else (f"{best}",))
        found[seat, strand] = Kept(rating, not_enough=level is None)
    return found


def _go_another_way(session: Session, run: Seated, script: Script, *, now: datetime) -> None:
    """Go back to the first decision where the response ranked first was not taken, and take it."""
    path = runs.path_of(session, run.run_id)
    for at, taken in sorted(what_if.own_decisions(session, run).items()):
        first = _ranked_first(script, play.replay(script, path[: at - 1]))
        if first == taken.choice_id:
            continue
        key = what_if.start_what_if(
            session, run, script, first, at=at, reason="I want to see where the other way leads.",
            start_key=f"what if {run.key}", now=now,
        )  # fmt: skip
        other = seat_in(session, key, viewer_id=run.user_id)
        while (position := play.replay(script, runs.path_of(session, other.run_id))).scene:
            choices.record_choice(
                session, other, script, _ranked_first(script, position),
                at_step=len(position.path), reason="It fits what she said.", now=now,
            )  # fmt: skip
        return


def _ranked_first(script: Script, position: Position) -> str:
    return min(play.offered(script, position), key=lambda id: script.choices[id][1].rank)
