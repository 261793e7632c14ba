"""How a person of a demonstration goes about what is set for them: by a habit, rating as they lean.

All of it through the services a person uses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.engine import play, rubric, simulate
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.rubric import Rating
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    after_play,
    choices,
    demo_answers,
    demo_looking_back,
    demo_words,
    diagnosis,
    ratings,
    runs,
)
from lfp_trainer.services.access import Seated, seat_in
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Stage

NEAR, GENEROUS, STRICT, FAR = (0, 0, 0, 1), (0, 1, 1, 2), (-1, -1, 0), (-2, -1, 1, 2)
"""How far from the reference somebody rates."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How one person goes about what is set."""

    name: str
    habit: str
    """A player of ``simulate``."""
    lean: tuple[int, ...]
    days: int = 0
    """Ago."""
    seat: str = BOTH
    stop: Stage = Stage.DONE
    decisions: int = 0
    """Taken already, where they stop in the conversation."""
    quiet: timedelta = timedelta(0)
    """Since their last act, where they stop."""
    shares: bool = True


def acts_between(begun: datetime, until: datetime, dice: Random) -> Iterator[datetime]:
    """Yield when somebody acts, some minutes apart."""
    then = begun
    while True:
        then = min(until, then + timedelta(minutes=dice.randint(1, 5), seconds=dice.randrange(60)))
        yield then


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody with habits of their own."""

    session: Session
    script: Script
    walk: Walk
    dice: Random

    def play(self, key: str, user_id: int, acts_at: Iterator[datetime]) -> None:
        """Play a run alone, up to where they stop."""
        walk, script, session, dice = self.walk, self.script, self.session, self.dice
        acts: dict[Stage, Callable[[Seated, datetime], None]] = {
            Stage.CASE: lambda run, now: demo_answers.pass_on(session, run, Stage.CASE, now),
            Stage.DIAGNOSIS: lambda run, now: diagnose(session, run, script, dice, now),
            Stage.RATING: lambda run, now: self.rate(session, run, script, dice, now),
            Stage.ROLE_PLAY: self._choose,
            Stage.DEBRIEF: self._look_back,
            Stage.NEXT_STEP: lambda run, now: demo_answers.plan(session, run, dice, now),
        }
        for then in acts_at:
            run = seat_in(session, key, viewer_id=user_id)
            if run.stage is Stage.DONE or (run.stage is walk.stop and run.moves >= walk.decisions):
                return
            acts[run.stage](run, then)

    def rate(
        self, session: Session, run: Seated, script: Script, dice: Random, then: datetime
    ) -> None:
        """Rate everybody as this person leans, each time by other sentences."""
        for card in ratings.cards_of(script):
            ratings.save_rating(session, run, script, card, self._rating(card), now=then)
        ratings.commit_ratings(session, run, script, now=then)

    def _rating(self, card: Card) -> Kept:
        script, dice = self.script, self.dice
        reference = script.scenario.leaders[card[0]][card[1]]
        if dice.random() < (0.6 if reference.level == rubric.NE else 0.08):
            reason = dice.choice(demo_words.UNCLEAR)
            return Kept(Rating(None, None, reason, ()), not_enough=True)
        middle = reference.level if isinstance(reference.level, int) else 2
        level = max(1, min(script.rubric.highest(card[1]), middle + dice.choice(self.walk.lean)))
        # Who rates far from the reference has mostly read other sentences.
        sentences = tuple(script.scenario.sentences)
        near = reference.evidence if reference.evidence and self.walk.lean != FAR else sentences
        cited = {dice.choice(near), dice.choice((*near, *sentences))}
        evidence = tuple(each for each in sentences if each in cited)
        return Kept(Rating(level, None, dice.choice(demo_words.RATED), evidence), not_enough=False)

    def _choose(self, run: Seated, then: datetime) -> None:
        path = runs.path_of(self.session, run.run_id)
        picks = simulate.players(self.script.vocabulary)[self.walk.habit]
        offered = play.offered(self.script, play.replay(self.script, path))
        choice_id = self.dice.choice(picks({id: self.script.choices[id][1] for id in offered}))
        choices.record_choice(
            self.session, run, self.script, choice_id, at_step=len(path),
            reason=self.dice.choice(demo_words.REASONS), now=then,
        )  # fmt: skip

    def _look_back(self, run: Seated, then: datetime) -> None:
        """Rate the leaders once more: some by another level than before the conversation."""
        sheet = after_play.sheet_of(self.session, run, self.script)
        leaders = {card: self._once_more(card, kept) for card, kept in sheet.leaders.items()}
        claims = demo_looking_back.claims(self.script, sheet, self.dice)
        after_play.save(self.session, run, self.script, leaders, claims, now=then)
        after_play.commit(self.session, run, self.script, now=then)
        demo_answers.pass_on(self.session, run, Stage.DEBRIEF, then)

    def _once_more(self, card: Card, kept: Kept) -> Kept:
        level = kept.rating.level
        if level is None or self.dice.random() < 0.5:
            return kept
        moved = level + self.dice.choice((-1, 1))
        level = max(1, min(self.script.rubric.highest(card[1]), moved))
        if level == kept.rating.level:
            return kept
        reason = self.dice.choice(demo_words.MOVED)
        return Kept(Rating(level, None, reason, kept.rating.evidence), not_enough=False)


def diagnose(session: Session, run: Seated, script: Script, dice: Random, then: datetime) -> None:
    """Name what some of the reference names, and something of one's own."""
    reference, words = script.scenario.diagnosis, script.vocabulary

    def some(theirs: tuple[str, ...], all_of_them: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((dice.choice((*theirs, *all_of_them)), dice.choice(theirs))))

    answer = Answer(
        systems=some(reference.systems.primary, tuple(words.systems)),
        failed_tests=some(reference.failed_tests, tuple(words.tests)),
        who=some(reference.barrier.who, tuple(words.who)),
        what=some(reference.barrier.what, tuple(words.barriers)),
        reason=dice.choice(demo_words.DIAGNOSED),
    )
    diagnosis.save_diagnosis(session, run, answer, now=then)
    diagnosis.commit_diagnosis(session, run, script, now=then)
