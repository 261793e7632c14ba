"""What people of a demonstration answer around a play: diagnosis, ratings, next step."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.script import Script
from lfp_trainer.services import diagnosis, next_steps, ratings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.models import Stage


def pass_on(session: Session, run: Seated, stage: Stage, then: datetime) -> None:
    """Go on from a part that asks nothing."""
    runs.move_on(session, run, stage, now=then)


def diagnose(session: Session, run: Seated, script: Script, dice: Random, then: datetime) -> None:
    """Answer near the reference, with something of one's own."""
    reference, words = script.scenario.diagnosis, script.vocabulary
    answer = Answer(
        systems=tuple(dict.fromkeys((reference.systems.primary[0], dice.choice([*words.systems])))),
        failed_tests=(dice.choice(reference.failed_tests),),
        who=(dice.choice([*words.who]),),
        what=tuple(dict.fromkeys((reference.barrier.what[0], dice.choice([*words.barriers])))),
        reason="The records say one thing and the results another.",
    )
    diagnosis.save_diagnosis(session, run, answer, now=then)
    diagnosis.commit_diagnosis(session, run, script, now=then)


def rate(session: Session, run: Seated, script: Script, dice: Random, then: datetime) -> None:
    """Rate everybody, often a little higher than the reference."""
    for card in ratings.cards_of(script):
        leader, strand = card
        reference = script.scenario.leaders[leader][strand]
        middle = reference.level if isinstance(reference.level, int) else 1
        level = max(1, min(script.rubric.highest(strand), middle + dice.choice((0, 0, 1, 1, 2))))
        sentences = reference.evidence or tuple(script.scenario.sentences)[:1]
        rating = rubric.Rating(level, None, "That is what the text shows.", sentences[:2])
        ratings.save_rating(session, run, script, card, Kept(rating, not_enough=False), now=then)
    ratings.commit_ratings(session, run, script, now=then)


def plan(session: Session, run: Seated, dice: Random, then: datetime) -> None:
    """Write a next step, and finish."""
    sentence = dice.choice(
        (
            "I ask for one hour in classrooms together before the next meeting.",
            "I read my last ten comments and count how many a teacher could act on.",
            "I take one request off her desk, in writing.",
        )
    )
    written = Plan(
        current_state="We meet every month and talk about the calendar.",
        goal="Every second meeting happens in classrooms.",
        steps="Ask. Pick two rooms. Write down what students say.",
        sentence=sentence,
        due_on=(then + timedelta(days=dice.randint(3, 20))).date(),
    )
    next_steps.save_plan(session, run, written, now=then)
    next_steps.finish_plan(session, run, now=then)
