"""The other way round: the same people play the same scenario again, with their seats exchanged.

From the start or from any decision of the play, for everybody who was in it and without a lobby:
who presses first starts it, and the others are led to it. Who is not there finds the stand-in in
their seat, as in any run together; who had left stays out until they come back.

It is a play that goes back to another, so it answers nothing of its own around the conversation,
and at its end stands beside the play it came from.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotYet, StaleMove
from lfp_trainer.services import access, choices, lobby, pairs, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.services.what_if import copy_steps
from lfp_trainer.storage.models import Participant, Run, Stage

ALONE = "You play this run alone, so there is nobody to exchange seats with."
NO_DECISION = "There is no decision at that place. Here are those you can begin from."
USED = "This page has already started another play. To start one more, choose again."


@dataclass(frozen=True, slots=True)
class Swap:
    """A play with the seats exchanged."""

    run: Seated
    company: Company


def require(seated: Seated) -> None:
    """Make sure that a run can be played the other way round.

    :raise StaleMove: if one person plays it
    :raise NotYet: if its debrief is not open
    """
    if not seated.is_pair:
        raise StaleMove(ALONE)
    if seated.told_at is None or not runs.has_reached(seated, Stage.DEBRIEF):
        raise NotYet("the debrief")


def exchanged(
    company: Company, seats: Sequence[str], *, with_observer: bool = False
) -> dict[int, str]:
    """Return who would have which seat: everybody moves on to the next one of those taken.

    Two people exchange; more go round. Where only one is left, they move on to a seat that the
    stand-in had.

    :param seats: all of the scenario, in its order
    :param with_observer: who watched plays too, and somebody else watches
    """
    taken = {each.seat for each in company.players}
    ring = [seat for seat in seats if seat in taken]
    if len(ring) < 2:
        ring = list(seats)
    if with_observer and company.observer is not None:
        ring.append(OBSERVER)
    following = dict(zip(ring, [*ring[1:], *ring[:1]], strict=True))
    return {each.user_id: following.get(each.seat, each.seat) for each in company.people}


def start_swap(
    session: Session,
    original: Seated,
    script: Script,
    *,
    at: int,
    with_observer: bool = False,
    start_key: str,
    now: datetime,
) -> str:
    """Begin a play with the seats exchanged, and return its key; one that is open goes on.

    :param at: the number of the decision it begins at; 1 for the start
    :raise StaleMove: if one person plays the run, there is no such decision, or the key has started
        something else
    :raise NotYet: if the debrief is not open
    """
    require(original)
    # Of two who press at the same moment, the second waits here and finds what the first began.
    choices.hold(session, original.run_id)
    if not 1 <= at <= max(1, original.moves):
        raise StaleMove(NO_DECISION)
    company = company_in(session, original.run_id)
    seats = exchanged(company, script.scenario.seats, with_observer=with_observer)
    repeated = runs.run_started_by(session, start_key, original.user_id)
    begun = _open_one(session, original, at, seats)
    if begun is not None:
        return begun.run.key
    if repeated is not None:
        return repeated
    run = Run(
        key=secrets.token_urlsafe(12), start_key=start_key,
        scenario_version_id=original.version_id, moves=at - 1, started_at=now,
        what_if_of=original.run_id, what_if_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        raise StaleMove(USED) from error
    lobby.add_pair(
        session, run.id, begun_at=now, opened_at=now, told_at=now, swap_of=original.run_id,
        device_of=company.device_of, screen=_first_screen(company, seats, original),
    )  # fmt: skip
    _seat(session, run.id, company, seats, here=original.user_id, now=now)
    copy_steps(session, original, run.id, before=at, together=True)
    runs.changed(session, original.run_id)
    seated = access.seat_in(session, run.key, viewer_id=company.device_of or original.user_id)
    pairs.settle(session, seated, script, now=now)
    return run.key


def _open_one(session: Session, original: Seated, at: int, seats: Mapping[int, str]) -> Swap | None:
    """Return the play of that kind that is not over, if there is one."""
    for each in swaps_of(session, original):
        same = {person.user_id: person.seat for person in each.company.people} == seats
        if each.run.ending_id is None and each.run.what_if_at == at and same:
            return each
    return None


def _first_screen(company: Company, seats: Mapping[int, str], original: Seated) -> str | None:
    """Return whose turn it is to look at a shared screen: who pressed, in their new seat."""
    return seats[original.user_id] if company.shares_a_device else None


def _seat(
    session: Session,
    run_id: int,
    company: Company,
    seats: Mapping[int, str],
    *,
    here: int,
    now: datetime,
) -> None:
    """Put everybody in their seat. Each is taken to be there until they are away for a minute."""
    for each in company.people:
        stays_out = each.user_id != here
        session.add(
            Participant(
                run_id=run_id, user_id=each.user_id, seat=seats[each.user_id],
                stage=Stage.ROLE_PLAY, changed_at=now, ready_at=now, seen_at=now,
                left_at=now if each.left_at and stays_out else None,
                stand_in_from=now if each.stand_in_from and stays_out else None,
            )
        )  # fmt: skip
    session.flush()


def swaps_of(session: Session, seated: Seated) -> list[Swap]:
    """Return the plays of a run with the seats exchanged, the latest first."""
    rows = session.execute(access.swaps_of(seated)).all()
    found = [Seated(*row) for row in rows]
    return [Swap(each, company_in(session, each.run_id)) for each in found]


def latest_open(session: Session, seated: Seated) -> Swap | None:
    """Return the play with the seats exchanged that is going on, the latest of several."""
    if not seated.is_pair or seated.told_at is None:
        return None
    return next((it for it in swaps_of(session, seated) if it.run.ending_id is None), None)
