"""Two people at one screen: start a run there, and pass the screen from one to the other.

Whoever is signed in is the host, and the run is theirs. The other is a person without a sign-in,
who exists for as long as the host does (``services/forgetting.py``). There is no lobby: both are
there. ``pair.screen`` names the seat that has the screen; ``services/access`` lets the host act
for it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import access, accounts, choices, guests, lobby, pairs, picks, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.services.library import Published
from lfp_trainer.services.ways import awaited
from lfp_trainer.storage.models import Pair, Participant, Stage, table
from lfp_trainer.storage.prepared import Within

NOT_SHARED = "Everybody has a screen of their own in this run. Here is where it is."

_pair, _parts = table(Pair), table(Participant)


def start_here(
    session: Session,
    published: Published,
    *,
    host_id: int,
    seat: str,
    other_seat: str,
    other_name: str,
    start_key: str,
    now: datetime,
) -> str:
    """Start a run of two people at the host's screen and return its key; again, the same one.

    :param seat: the host's
    :raise Incomplete: if the scenario has no such seats, or both are the same
    :raise StaleMove: if the start key has started something else
    """
    seats = published.script.scenario.seats
    if seat not in seats or other_seat not in seats or seat == other_seat:
        raise Incomplete({"seat": "Choose a seat for each of you, and not the same one."})
    key, is_new = runs.start_or_find(
        session, published, user_id=host_id, seat=seat, start_key=start_key, now=now
    )
    started = access.seat_in(session, key, viewer_id=host_id)
    if started.shares_a_device:
        return key
    if not is_new:
        raise StaleMove(lobby.USED)
    lobby.add_pair(session, started.run_id, device_of=host_id, screen=seat, begun_at=now)
    other_id = accounts.make_guest(session, now=now)
    guests.name_guest(session, other_id, other_name)
    session.add(
        Participant(
            run_id=started.run_id, user_id=other_id, seat=other_seat, stage=Stage.CASE,
            changed_at=now,
        )
    )  # fmt: skip
    session.flush()
    session.execute(
        sa.update(_parts).where(_parts.c.run_id == started.run_id).values(ready_at=now, seen_at=now)
    )
    return key


def next_holder(
    within: Within, company: Company, seated: Seated, script: Script
) -> Companion | None:
    """Return to whom the screen should go, where whoever has it has nothing to do; None else."""
    if not company.shares_a_device:
        return None
    me = company.person(seated.user_id)
    on_turn = pairs.on_turn(within, company, script)
    others = awaited(company, me, on_turn)
    if me.is_out:
        return None
    deciders = company.deciders(on_turn)
    if me in deciders:
        # All decide together: each picks unseen, and once all have, they look at it together.
        number = len(runs.path_of(within, seated.run_id)) + 1
        picked = {
            user_id
            for user_id, each in picks.picks_at(within, seated.run_id, number).items()
            if each.choice_id is not None
        }
        if me.user_id not in picked:
            return None
        others = [each for each in deciders if each.user_id not in picked]
    return others[0] if others else None


def take_screen(
    session: Session, seated: Seated, script: Script, seat: str, *, now: datetime
) -> None:
    """Give the screen to the person in a seat. If the stand-in had it, they are back.

    :raise NotFound: if nobody of this run has that seat
    :raise StaleMove: if everybody has a screen of their own
    """
    company = _hold(session, seated)
    person = company.holder_of(seat)
    if person is None:
        raise NotFound
    session.execute(sa.update(_pair).where(_pair.c.run_id == seated.run_id).values(screen=seat))
    runs.change_participant(
        session, seated.run_id, person.user_id, left_at=None, stand_in_from=None, seen_at=now
    )
    pairs.settle(session, seated, script, now=now)


def go_on_without(
    session: Session, seated: Seated, script: Script, seat: str, *, now: datetime
) -> None:
    """Let the stand-in play for somebody who had to go, until they take the screen again.

    :raise NotFound: if it is nobody else's seat
    :raise StaleMove: if everybody has a screen of their own
    """
    company = _hold(session, seated)
    person = company.holder_of(seat)
    if person is None or person.user_id == seated.user_id:
        raise NotFound
    if person.stand_in_from is None:
        runs.change_participant(session, seated.run_id, person.user_id, stand_in_from=now)
    pairs.settle(session, seated, script, now=now)


def all_move_on(session: Session, seated: Seated, done: Stage, *, now: datetime) -> None:
    """Lead everybody on from a stage that they have finished together, in front of one screen."""
    session.execute(
        sa.update(_parts)
        .where(
            _parts.c.run_id == seated.run_id,
            _parts.c.stage == done,
            _parts.c.rated_play_at.is_not(None),
        )
        .values(stage=runs.following_stage(seated, done), changed_at=now)
    )


def last_said(within: Within, seated: Seated, script: Script) -> play.Moment | None:
    """Return the last response of a play as everybody may read it; None before the first."""
    moments = play.retell(script, runs.path_of(within, seated.run_id), to=())
    return next((each for each in reversed(moments) if each.choice), None)


def _hold(session: Session, seated: Seated) -> Company:
    if not seated.shares_a_device:
        raise StaleMove(NOT_SHARED)
    choices.hold(session, seated.run_id)
    return company_in(session, seated.run_id)
