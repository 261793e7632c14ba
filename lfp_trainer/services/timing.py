"""The time that a scene gives for its decision, where several people play: kept here, not on pages.

Nothing is lost when it is over. Who decides may still decide; anybody in the play may take more
time; and who waits may let the stand-in answer this one decision.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import StaleMove
from lfp_trainer.services import choices, pairs, picks, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.models import Pair, Participant, Stage, Step, table
from lfp_trainer.storage.prepared import Within

NOT_OVER = "There is still time. Nothing was changed."
DECIDED = "That has been decided meanwhile. Here is where it is."

_steps, _pair, _parts = table(Step), table(Pair), table(Participant)


def due_at(within: Within, company: Company, script: Script, position: Position) -> datetime | None:
    """Return when the time of the open decision is over; None where it has no end.

    In whole seconds: a page is told it so, and then means the same instant.
    """
    if company.opened_at is None or position.scene is None:
        return None
    seconds = script.scenes[position.scene].scene.seconds
    if seconds is None or not company.held:
        return None
    last = within.scalar(
        sa.select(sa.func.max(_steps.c.chosen_at)).where(_steps.c.run_id == company.run_id)
    )
    begun = [each for each in (company.opened_at, last, company.turn_from) if each is not None]
    return (max(begun) + timedelta(seconds=seconds)).replace(microsecond=0)


def is_over(due: datetime, now: datetime) -> bool:
    """Tell whether the time of a decision is over: asked wherever that matters, and nowhere else
    decided."""
    return now >= due


def take_more_time(
    within: Within, seated: Seated, script: Script, *, at_step: int, now: datetime
) -> None:
    """Let the time of the open decision begin again.

    :raise StaleMove: if that decision has been taken, or has no end, or they are no longer in it
    """
    company, position = _open(within, seated, script, at_step)
    if due_at(within, company, script, position) is None:
        raise StaleMove
    within.execute(sa.update(_pair).where(_pair.c.run_id == seated.run_id).values(turn_from=now))
    runs.changed(within, seated.run_id)


def may_let_answer(
    within: Within, company: Company, seated: Seated, script: Script, position: Position
) -> bool:
    """Tell whether somebody waits for this decision: it is not theirs, or they have picked."""
    me = company.person(seated.user_id)
    if me.is_out or me.is_observer or not me.has_reached(Stage.ROLE_PLAY):
        return False
    deciders = company.deciders(play.seats_on_turn(script, position))
    others = [each.user_id for each in deciders if each.user_id != me.user_id]
    if len(others) == len(deciders):
        return bool(others)
    every = picks.picks_at(within, seated.run_id, len(position.path) + 1)
    picked = {user_id for user_id, each in every.items() if each.choice_id is not None}
    return me.user_id in picked and any(each not in picked for each in others)


def let_stand_in_answer(
    within: Within, seated: Seated, script: Script, *, at_step: int, now: datetime
) -> None:
    """Let the stand-in take the open decision, and no other, once its time is over.

    Where several decide, what the one who waits has picked is taken, and is theirs.

    :raise StaleMove: if it has been taken, or there is time left, or it is theirs to take
    """
    company, position = _open(within, seated, script, at_step)
    due = due_at(within, company, script, position)
    if due is None or not is_over(due, now):
        raise StaleMove(NOT_OVER)
    if not may_let_answer(within, company, seated, script, position):
        raise StaleMove("This one is yours to decide.")
    deciders = company.deciders(play.seats_on_turn(script, position))
    me = company.person(seated.user_id)
    if me in deciders:
        mine = picks.picks_at(within, seated.run_id, at_step + 1)[me.user_id]
        assert mine.choice_id is not None
        choice_id = mine.choice_id
        step = choices.step_of_all(script, seated, position, choice_id, by=me, reason=mine.reason)
    else:
        choice_id = play.stand_in_choice(script, position)
        step = choices.step_of_stand_in(script, seated, position, choice_id)
    within.execute(
        sa.update(_parts)
        .where(
            _parts.c.run_id == seated.run_id,
            _parts.c.user_id.in_([each.user_id for each in deciders]),
        )
        .values(nudged_at=None)
    )
    choices.play_on(
        within, seated, script, play.choose(script, position, choice_id), company.held, [step],
        seen=at_step, now=now,
    )  # fmt: skip
    pairs.settle(within, seated, script, now=now)


def _open(within: Within, seated: Seated, script: Script, at_step: int) -> tuple[Company, Position]:
    choices.hold(within, seated.run_id)
    path = runs.path_of(within, seated.run_id)
    company = company_in(within, seated.run_id)
    if at_step != len(path):
        raise StaleMove(DECIDED)
    runs.require(seated, Stage.ROLE_PLAY)
    if seated.is_observer:
        raise StaleMove(choices.NOT_YOUR_TURN)
    if company.person(seated.user_id).is_out:
        raise StaleMove(choices.STAND_IN_HAS_IT)
    return company, play.replay(script, path)
