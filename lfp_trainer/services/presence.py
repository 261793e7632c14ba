"""Who is there: seen, away, nudged, replaced by the stand-in, gone and back again.

Nobody is ever taken out of a run by others: a seat can be lent to the stand-in while its person is
away, and is theirs again as soon as they ask for it.
"""

import zlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import access, choices, exports, pairs, runs, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import SEEN_EVERY, Companion, Company, company_in, company_of
from lfp_trainer.storage.models import Participant, Run, Stage, table
from lfp_trainer.storage.prepared import Prepared, Within

IS_BACK = "They are here again. Nothing was changed."
NOT_OPEN = "The conversation is not open yet: it opens once everybody has answered."
IS_THROUGH = (
    "Everybody is through this run, so nobody waits for you any more: close it whenever you like."
    " Nothing was changed."
)
IS_THERE = "There is nothing to pass over: you are where the conversation is."

_parts = table(Participant)
_SEEN = Prepared(
    sa.update(_parts)
    .where(_parts.c.run_id == sa.bindparam("run"), _parts.c.user_id == sa.bindparam("user"))
    .values(seen_at=sa.bindparam("now"))
)


def look(within: Within | sa.Engine, key: str, *, viewer_id: int) -> tuple[Company, Companion]:
    """Return who is in a run with this participant, and the participant.

    :raise NotFound: if they are not in it, or it is nobody's but theirs
    """
    company = company_of(access.together_with(within, key, viewer_id=viewer_id))
    return company, company.person(viewer_id)


def look_behind(
    within: Within | sa.Engine, code: str, *, viewer_id: int
) -> tuple[Company, Companion]:
    """Return who is in the run behind a code with this participant, and the participant.

    :raise NotFound: if there is none, or they are not in it
    """
    company = company_of(access.together_behind(within, code))
    return company, company.person(viewer_id)


def is_due(me: Companion, now: datetime) -> bool:
    """Tell whether a sign from somebody's page should be written down."""
    return me.seen_at is None or now - me.seen_at >= SEEN_EVERY


def note_seen(within: Within, company: Company, me: Companion, *, now: datetime) -> None:
    """Write down a sign from somebody's page."""
    _SEEN.count(within, run=company.run_id, user=me.user_id, now=now)


def tag_of(company: Company, me: Companion, now: datetime, *, is_over: bool = False) -> str:
    """Return what tells one state of a run, as this participant is shown it, from every other.

    :param is_over: whether the time of the open decision has run out
    """
    # Who asks is there: their own last sign says only when they asked before.
    there = "".join(
        "-" if each is me else "a" if company.is_away(each, now) else "h" for each in company.people
    )
    over = ".over" if is_over else ""
    who = zlib.crc32(repr([(each.user_id, each.name) for each in company.people]).encode())
    return f"{company.version}.{company.moves}.{me.stage}.{me.seat}.{there}.{who:x}{over}"


def nudge(session: Session, seated: Seated, whom: int, *, now: datetime) -> None:
    """Leave somebody a sign that they are waited for, shown when they come back.

    :raise NotFound: if they are not in the run
    """
    choices.hold(session, seated.run_id)
    _other(session, seated, whom)
    runs.change_participant(session, seated.run_id, whom, nudged_at=now)
    runs.changed(session, seated.run_id)


def forget_nudge(within: Within, seated: Seated) -> None:
    """Take away the sign that somebody was waited for, once they have acted."""
    runs.change_participant(within, seated.run_id, seated.user_id, nudged_at=None)


def let_stand_in(
    session: Session, seated: Seated, script: Script, whom: int, *, now: datetime
) -> Company:
    """Let the stand-in take the seat of somebody who is away, until they come back.

    Where all players are out, an observer lets it play to the end. Once nothing is played any more
    it takes no seat: nobody then waits for the ratings of who is away, who can still add them.

    :raise NotFound: if they are not in the run
    :raise StaleMove: if they are there, or the stand-in has the seat of the one who asks
    """
    choices.hold(session, seated.run_id)
    company, person = _other(session, seated, whom)
    if person.is_out:
        leads = seated.is_observer and company.begun_at is not None and not company.active
        if leads and company.ending_id is None:
            return pairs.play_out(session, seated, script, now=now)
        return company
    if company.is_played_for(company.person(seated.user_id)):
        raise StaleMove(choices.STAND_IN_HAS_IT)
    if not company.is_away(person, now):
        raise StaleMove(IS_BACK)
    runs.change_participant(session, seated.run_id, whom, stand_in_from=now)
    return pairs.settle(session, seated, script, now=now)


def leave(session: Session, seated: Seated, script: Script, *, now: datetime) -> bool:
    """Leave a run: the stand-in plays on, and one may come back. Tell whether that is so.

    Who leaves before it has begun has not been in it.

    :raise NotFound: if they have left it so already
    :raise StaleMove: if there is nothing left in which anybody waits for them
    """
    if seated.begun_at is None and not seated.is_observer:
        # What they showed of it goes with them.
        exports.drop(session, Run.id == seated.run_id)
    choices.hold(session, seated.run_id)
    company = company_in(session, seated.run_id)
    company.person(seated.user_id)
    if company.is_through:
        raise StaleMove(IS_THROUGH)
    if company.begun_at is not None:
        runs.change_participant(session, seated.run_id, seated.user_id, left_at=now)
        pairs.settle(session, seated, script, now=now)
        return True
    session.execute(
        sa.delete(_parts).where(
            _parts.c.run_id == seated.run_id, _parts.c.user_id == seated.user_id
        )
    )
    if len(company.people) == 1:
        session.execute(sa.delete(Run).where(Run.id == seated.run_id))
    else:
        sharing.company_changed(session, seated.run_id)
        pairs.settle(session, seated, script, now=now)
    return False


def come_back(session: Session, seated: Seated, script: Script, *, now: datetime) -> Company:
    """Take one's seat again, from where the run is now."""
    choices.hold(session, seated.run_id)
    runs.change_participant(
        session, seated.run_id, seated.user_id,
        left_at=None, stand_in_from=None, nudged_at=None, seen_at=now,
    )  # fmt: skip
    return pairs.settle(session, seated, script, now=now)


def catch_up(session: Session, seated: Seated, script: Script, *, now: datetime) -> Company:
    """Go to a conversation that has opened without one, past what one has not answered yet.

    That stays as it is: a draft remains a draft, and counts for nothing.

    :raise StaleMove: if it is not open, or they are in it, or the stand-in has their seat, or they
        only watch
    """
    choices.hold(session, seated.run_id)
    company = company_in(session, seated.run_id)
    me = company.person(seated.user_id)
    if company.is_played_for(me):
        raise StaleMove(choices.STAND_IN_HAS_IT)
    if not company.is_late(me):
        raise StaleMove(NOT_OPEN if company.opened_at is None else IS_THERE)
    runs.change_participant(
        session, seated.run_id, seated.user_id,
        stage=Stage.ROLE_PLAY, changed_at=now, nudged_at=None, seen_at=now,
    )  # fmt: skip
    return pairs.settle(session, seated, script, now=now)


def _other(session: Session, seated: Seated, whom: int) -> tuple[Company, Companion]:
    company = company_in(session, seated.run_id)
    if whom == seated.user_id:
        raise NotFound
    return company, company.person(whom)
