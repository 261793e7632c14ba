"""The lobby of a run that several people play: open it, find it by its code, take a seat, begin.

A code leads who is not in the run to names and seats, and to nothing else. It lets newcomers in
until the conversation opens, and not once nobody has been there for a day. After that it shows
names only where a guest may still ask for their seat (``services/readmission.py``), and then is
like a code that no run has.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import access, choices, codes, exports, library, pairs, runs, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in, company_of
from lfp_trainer.services.library import Published
from lfp_trainer.services.ways import may_begin_without_others
from lfp_trainer.storage.models import (
    Pair,
    Participant,
    Run,
    ScenarioVersion,
    Stage,
    User,
    WorkPosition,
    table,
)

LENGTH = 6
OPEN_FOR = timedelta(days=1)
"""How long a code lets newcomers in after anybody was last there."""
TAKEN = "Somebody else has just taken that seat. Choose another one."
CLOSED = "This run has gone too far to join it. Start one of your own from the scenario."
SOMEBODY_IS_HERE = "Somebody is here who is not ready yet. Wait for them, or talk to them."
USED = "This form was already used. Open the scenario again."
BEGUN = "This run has begun. Here is where it is."

_parts = table(Participant)


def open_lobby(
    session: Session,
    published: Published,
    *,
    user_id: int,
    seat: str,
    start_key: str,
    now: datetime,
) -> str:
    """Start a run for several people and return its code; a repeated ``start_key`` returns its own.

    :raise Incomplete: if the scenario has no such seat, or only one
    :raise StaleMove: if the start key has started something else
    """
    require_seat(published.script, seat)
    key, is_new = runs.start_or_find(
        session, published, user_id=user_id, seat=seat, start_key=start_key, now=now
    )
    seated = access.seat_in(session, key, viewer_id=user_id)
    if seated.code is not None:
        return seated.code
    if not is_new:
        raise StaleMove(USED)
    code = add_pair(session, seated.run_id)
    _arrive(session, seated.run_id, user_id, now)
    return code


def require_seat(script: Script, seat: str, *, or_observer: bool = False) -> None:
    """Make sure that there is such a seat, and another one to play with.

    :raise Incomplete: if there is not
    """
    seats = script.scenario.seats
    if len(seats) < 2 or seat not in (*seats, *([OBSERVER] if or_observer else [])):
        raise Incomplete({"seat": "Choose the seat you want to take."})


def add_pair(session: Session, run_id: int, **more: object) -> str:
    """Make a run one that several people play, and return its code.

    :raise IntegrityError: if it is one already
    """
    code = codes.draw(session, Pair.code, LENGTH)
    session.add(Pair(run_id=run_id, code=code, version=0, **more))
    session.flush()
    return code


def clean_code(typed: str) -> str:
    """Return a code as it is stored, from what somebody typed or read out."""
    return codes.clean(typed, LENGTH)


def find_lobby(session: Session, code: str) -> tuple[Company, int]:
    """Return who is in the run behind a code, and the version of its scenario.

    :raise NotFound: if there is no such code
    """
    company = company_of(access.together_behind(session, clean_code(code)))
    version = session.scalar(sa.select(Run.scenario_version_id).where(Run.id == company.run_id))
    if version is None:
        raise NotFound
    return company, version


def script_behind(session: Session, company: Company) -> Script:
    """Return the scenario that a run plays.

    :raise NotFound: if the run is gone
    """
    row = session.execute(
        sa.select(ScenarioVersion.id, ScenarioVersion.digest)
        .join(Run, Run.scenario_version_id == ScenarioVersion.id)
        .where(Run.id == company.run_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return library.script_of(session, row.id, row.digest)


def positions_of(session: Session, company: Company) -> dict[int, WorkPosition]:
    """Return where the people of a run work, of those who say so."""
    rows = session.execute(
        sa.select(User.id, User.position).where(
            User.id.in_([each.user_id for each in company.people]), User.position.is_not(None)
        )
    )
    return {row.id: row.position for row in rows}


def is_joinable(company: Company, now: datetime) -> bool:
    """Tell whether a code still lets newcomers in."""
    last = max([company.started_at, *(each.seen_at for each in company.people if each.seen_at)])
    return company.opened_at is None and company.ending_id is None and now - last < OPEN_FOR


def free_seats(company: Company, script: Script) -> tuple[str, ...]:
    """Return the seats nobody has taken; the observer's last."""
    taken = {each.seat for each in company.people}
    return tuple(seat for seat in (*script.scenario.seats, OBSERVER) if seat not in taken)


def join(
    session: Session, code: str, script: Script, *, user_id: int, seat: str, now: datetime
) -> str:
    """Take a free seat in the run behind a code and return its key; who is in it already stays so.

    :raise NotFound: if there is no such code
    :raise StaleMove: if the seat is taken, or nobody new is let in any more
    :raise Incomplete: if there is no such seat
    """
    company, _ = find_lobby(session, code)
    if seat != OBSERVER and user_id not in [each.user_id for each in company.people]:
        # Who comes has not agreed to show the run: it is shown to nobody until they do.
        exports.drop(session, Run.id == company.run_id)
    choices.hold(session, company.run_id)
    company = company_in(session, company.run_id)
    if user_id in [each.user_id for each in company.people]:
        return company.key
    require_seat(script, seat, or_observer=True)
    if company.shares_a_device or not is_joinable(company, now):
        raise StaleMove(CLOSED)
    _add(session, company, user_id, seat, now)
    sharing.company_changed(session, company.run_id)
    runs.changed(session, company.run_id)
    return company.key


def _add(session: Session, company: Company, user_id: int, seat: str, now: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(
                Participant(
                    run_id=company.run_id, user_id=user_id, seat=seat, stage=Stage.CASE,
                    changed_at=now, seen_at=now,
                )
            )  # fmt: skip
    except IntegrityError as error:
        raise StaleMove(TAKEN) from error


def _arrive(session: Session, run_id: int, user_id: int, now: datetime) -> None:
    runs.change_participant(session, run_id, user_id, seen_at=now)


def take_seat(
    session: Session, seated: Seated, script: Script, seat: str, *, now: datetime
) -> None:
    """Change to a free seat before the run begins. Who has changed is not ready any more.

    :raise StaleMove: if it is taken, or the run has begun
    :raise Incomplete: if there is no such seat
    """
    if (seat == OBSERVER) != seated.is_observer:
        # Who begins to play has not agreed to show it, and who only watches shows nothing.
        exports.drop(session, Run.id == seated.run_id)
    choices.hold(session, seated.run_id)
    _require_lobby(session, seated)
    require_seat(script, seat, or_observer=True)
    try:
        with session.begin_nested():
            runs.change_participant(
                session,
                seated.run_id,
                seated.user_id,
                seat=seat,
                ready_at=None,
                stand_in_from=None,
                seen_at=now,
            )
    except IntegrityError as error:
        raise StaleMove(TAKEN) from error
    sharing.company_changed(session, seated.run_id)
    # Who was waited for may have become the observer, for whom nobody waits.
    pairs.settle(session, seated, script, now=now)


def say_ready(
    session: Session, seated: Seated, script: Script, *, ready: bool, now: datetime
) -> Company:
    """Say that one is ready, or not yet; the run begins once all are who have come.

    :raise StaleMove: if it has begun
    """
    choices.hold(session, seated.run_id)
    _require_lobby(session, seated)
    runs.change_participant(
        session,
        seated.run_id,
        seated.user_id,
        ready_at=now if ready else None,
        stand_in_from=None,
        seen_at=now,
    )
    return pairs.settle(session, seated, script, now=now)


def begin(session: Session, seated: Seated, script: Script, *, now: datetime) -> Company:
    """Begin with the stand-in for whoever is not there; they may come to their seat later.

    :raise StaleMove: if it has begun, or somebody is there who is not ready
    """
    choices.hold(session, seated.run_id)
    company = _require_lobby(session, seated)
    if not may_begin_without_others(company, company.person(seated.user_id), now):
        raise StaleMove(SOMEBODY_IS_HERE)
    missing = [each.user_id for each in company.active if company.is_away(each, now)]
    session.execute(
        sa.update(_parts)
        .where(
            _parts.c.run_id == seated.run_id,
            _parts.c.user_id.in_(missing),
            _parts.c.user_id != seated.user_id,
        )
        .values(stand_in_from=now)
    )
    runs.change_participant(
        session, seated.run_id, seated.user_id, ready_at=now, stand_in_from=None, seen_at=now
    )
    session.execute(sa.update(Pair).where(Pair.run_id == seated.run_id).values(begun_at=now))
    return pairs.settle(session, seated, script, now=now)


def _require_lobby(session: Session, seated: Seated) -> Company:
    company = company_in(session, seated.run_id)
    if company.begun_at is not None:
        raise StaleMove(BEGUN)
    return company
