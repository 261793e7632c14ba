"""What follows by itself when somebody in a run together has acted, come, left or been replaced.

Every act in such a run first takes hold of it (``choices.hold``), then changes one thing, then
settles: reveals what all have committed, lets the stand-in play the seats nobody holds, and takes
the response that all deciders agree on.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, choices, library, picks, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.models import Pair, Participant, Stage, table
from lfp_trainer.storage.prepared import Within

_pair, _parts = table(Pair), table(Participant)


def settle(within: Within, seated: Seated, script: Script, *, now: datetime) -> Company:
    """Let everything follow that follows by itself, and return who is in the run then.

    :param seated: any participant of it
    """
    runs.changed(within, seated.run_id)
    company = company_in(within, seated.run_id)
    if company.may_begin:
        company = _stamp(within, company, "begun_at", now)
    if company.may_open:
        company = _stamp(within, company, "opened_at", now)
    if company.opened_at is not None and company.ending_id is None:
        company = _play_on(within, seated, script, company, now)
    if company.ending_id is not None:
        _lead_on(within, seated, now)
        company = company_in(within, seated.run_id)
    if company.may_tell:
        company = _stamp(within, company, "told_at", now)
    return company


def _stamp(within: Within, company: Company, what: str, now: datetime) -> Company:
    within.execute(sa.update(_pair).where(_pair.c.run_id == company.run_id).values({what: now}))
    return company_in(within, company.run_id)


def _play_on(
    within: Within, seated: Seated, script: Script, company: Company, now: datetime
) -> Company:
    """Let the stand-in play, and take what all deciders agree on.

    It waits while those who may come back are all out; where no player is left, it plays it out.
    """
    if not company.held and company.players:
        return company
    choices.let_stand_in_play(within, seated, script, company.held, now=now)
    if picks.take_agreed(within, company_in(within, company.run_id), seated, script, now=now):
        return _play_on(within, seated, script, company_in(within, company.run_id), now)
    return company_in(within, company.run_id)


def play_out(within: Within, seated: Seated, script: Script, *, now: datetime) -> Company:
    """Let the stand-in play every seat to the end, for an observer whom all players have left.

    They may come back afterwards, and find what it did.
    """
    company = company_in(within, seated.run_id)
    if company.opened_at is None:
        _stamp(within, company, "opened_at", now)
    choices.let_stand_in_play(within, seated, script, (), now=now)
    return settle(within, seated, script, now=now)


def finish_case(within: Within, seated: Seated, script: Script, *, now: datetime) -> None:
    """Go on from the case: to the diagnosis, or for an observer to where the others are.

    :raise NotYet: if the run has not begun
    :raise StaleMove: if it is finished already
    """
    choices.hold(within, seated.run_id)
    runs.require(seated, Stage.CASE)
    runs.move_on(within, seated, Stage.CASE, now=now)
    settle(within, seated, script, now=now)


def go_on_without(session: Session, run_ids: Collection[int], *, now: datetime) -> None:
    """Let runs go on from which somebody is gone for good, for those who are left in them.

    The caller holds the runs.
    """
    left = {
        each.run_id: each
        for each in access.seats_in(session, run_ids)
        if each.is_pair and (each.told_at is None or each.ending_id is None)
    }
    for each in left.values():
        script = library.script_of(session, each.version_id, each.digest)
        settle(session, each, script, now=now)


def _lead_on(within: Within, seated: Seated, now: datetime) -> None:
    """Lead on who came to the conversation only after it had ended."""
    within.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == seated.run_id, _parts.c.stage == Stage.ROLE_PLAY)
        .values(stage=runs.following_stage(seated, Stage.ROLE_PLAY), changed_at=now, nudged_at=None)
    )


def on_turn(within: Within, company: Company, script: Script) -> tuple[str, ...]:
    """Return the seats that decide now; none while no conversation is open."""
    if company.opened_at is None or company.ending_id is not None:
        return ()
    return play.seats_on_turn(script, play.replay(script, runs.path_of(within, company.run_id)))
