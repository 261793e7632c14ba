"""People and runs for a demonstration, played by bots through the services a person uses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    accounts,
    choices,
    demo_answers,
    demo_calibration,
    demo_cohort,
    demo_looking_back,
    demo_pairs,
    library,
    passwords,
    rankings,
    runs,
)
from lfp_trainer.services.access import Seated, seat_in
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Role, Stage, User, WorkPosition

PASSWORD = "open-door-on-thursday"

Habit = Callable[[Script, Position, Random], str]
"""How a bot picks a response."""


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody to sign in as."""

    name: str
    email: str
    role: Role
    position: WorkPosition
    seat: str
    kind: str


PLAYERS = (
    Player("Claire Benoit", "principal@demo.example", Role.LEARNER, WorkPosition.MIDDLE,
           "principal", "a new principal"),
    Player("Tom Ellery", "partner@demo.example", Role.LEARNER, WorkPosition.CENTRAL_OFFICE,
           "partner", "a central-office partner"),
    Player("Dana Whitfield", "facilitator@demo.example", Role.FACILITATOR,
           WorkPosition.STATE_OR_ISD, BOTH, "a facilitator"),
)  # fmt: skip


def by_reference(script: Script, position: Position, dice: Random) -> str:
    """Pick the response that the reference ranks first."""
    return min(play.offered(script, position), key=lambda id: script.choices[id][1].rank)


def by_chance(script: Script, position: Position, dice: Random) -> str:
    """Pick any response."""
    return dice.choice(play.offered(script, position))


def mostly_well(script: Script, position: Position, dice: Random) -> str:
    """Pick the first or second in rank, now and then anything."""
    ranked = sorted(play.offered(script, position), key=lambda id: script.choices[id][1].rank)
    return dice.choice(ranked if dice.random() < 0.2 else ranked[:2])


PLAYED: tuple[tuple[tuple[int, Habit, Stage | None], ...], ...] = (
    ((4, by_chance, None), (2, mostly_well, None), (0, by_reference, Stage.RATING)),
    ((3, mostly_well, None),),
    ((1, by_chance, None), (0, mostly_well, Stage.ROLE_PLAY)),
)
"""What a player of the demonstration did with one scenario after another: weeks ago, habit, and
the stage at which they stopped. The scenarios after these they have not opened yet."""


RANKS = 0.2
"""The share of decisions at which a player ranks all responses."""


def fill(session: Session, *, now: datetime, shelf: Iterable[Exercise] = ()) -> bool:
    """Add the demonstration's people and what they practiced once; tell whether this was now.

    :param shelf: the exercises there are
    """
    if session.scalar(sa.select(User.id).where(User.email == PLAYERS[0].email)):
        return False
    dice = Random(7)
    hashed = passwords.hash_password(PASSWORD)
    published = library.on_offer(session)
    people = []
    for place, player in enumerate(PLAYERS):
        user_id = accounts.register(
            session, name=player.name, email=player.email, password_hash=hashed,
            position=player.position, role=player.role, now=now - timedelta(days=40),
        )  # fmt: skip
        people.append(user_id)
        # Each has played other cases, so that every page has something to show and something new.
        for each, plays in zip([*published[place:], *published[:place]], PLAYED, strict=False):
            for weeks, habit, stop in plays:
                then = now - timedelta(weeks=weeks, hours=1)
                play_run(
                    session, each, user_id=user_id, seat=_seat(each, player), habit=habit,
                    stop=stop, dice=dice, now=then,
                )  # fmt: skip
    demo_calibration.rate_sets(session, shelf, people, dice, now)
    for user_id in people:
        demo_looking_back.look_back(session, user_id, dice, now=now)
    principal, partner, facilitator = people
    key = demo_pairs.meet(
        session, principal=principal, partner=partner, facilitator=facilitator,
        password_hash=hashed, dice=dice, now=now,
    )  # fmt: skip
    demo_cohort.practice(
        session, key, facilitator=facilitator, password_hash=hashed, dice=dice, now=now
    )
    return True


def _seat(published: Published, player: Player) -> str:
    """Return the seat a player takes: their own where the scenario has it, else every seat."""
    return player.seat if player.seat in published.script.scenario.seats else BOTH


def play_run(
    session: Session,
    published: Published,
    *,
    user_id: int,
    seat: str,
    habit: Habit,
    stop: Stage | None,
    dice: Random,
    now: datetime,
    start_key: str = "",
) -> str:
    """Play one run and return its key; stop on reaching a stage, or go to the end.

    :param start_key: the one-time key of its start; by default one that is drawn
    """
    script = published.script
    key = runs.start_run(
        session, published, user_id=user_id, seat=seat,
        start_key=start_key or f"demo-{dice.getrandbits(64):x}", now=now,
    )  # fmt: skip
    acts: dict[Stage, Callable[[Seated], None]] = {
        Stage.CASE: lambda run: demo_answers.pass_on(session, run, Stage.CASE, now),
        Stage.DIAGNOSIS: lambda run: demo_answers.diagnose(session, run, script, dice, now),
        Stage.RATING: lambda run: demo_answers.rate(session, run, script, dice, now),
        Stage.ROLE_PLAY: lambda run: _choose(session, run, script, habit, dice, now),
        Stage.DEBRIEF: lambda run: demo_answers.pass_on(session, run, Stage.DEBRIEF, now),
        Stage.NEXT_STEP: lambda run: demo_answers.plan(session, run, dice, now),
    }
    while (run := seat_in(session, key, viewer_id=user_id)).stage not in (stop, Stage.DONE):
        acts[run.stage](run)
    return key


def _choose(
    session: Session, run: Seated, script: Script, habit: Habit, dice: Random, then: datetime
) -> None:
    path = runs.path_of(session, run.run_id)
    position = play.replay(script, path)
    choice_id = habit(script, position, dice)
    if dice.random() < RANKS:
        others = play.shuffled(set(play.offered(script, position)) - {choice_id}, run.key)
        places = {id: place for place, id in enumerate((choice_id, *others), start=1)}
        reason = "The first begins with what she sees; the last with what I want."
        rankings.rank_responses(
            session, run, script, places, reason=reason, at_step=len(path), now=then
        )
        return
    reason = dice.choice(("", "", "It keeps the door open.", "We need to look at the same thing."))
    choices.record_choice(
        session, run, script, choice_id, at_step=len(path), reason=reason, now=then
    )
