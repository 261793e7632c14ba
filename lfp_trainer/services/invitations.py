"""Bring people of a cohort together in a run: a member invites one, a facilitator pairs them all.

Nobody is in anything by that alone: a run begins once each has opened the lobby and said that they
are ready, and who would rather not, leaves it as if they had never been in it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import (
    access,
    assignments,
    choices,
    cohorts,
    exports,
    lobby,
    matching,
    pairs,
    runs,
    sharing,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.services.library import Published
from lfp_trainer.services.matching import Group, Positions
from lfp_trainer.storage.models import (
    Cohort,
    Membership,
    Pair,
    Paired,
    Participant,
    Run,
    Stage,
    User,
)

HAS_COME = "They have come to the lobby meanwhile, so their seat stays theirs."
NEEDS_TWO = "Choose a scenario that two people can play."


def invite(
    session: Session,
    published: Published,
    *,
    user_id: int,
    seat: str,
    fellow: int,
    start_key: str,
    now: datetime,
    assigned: Assigned | None = None,
) -> str:
    """Open a lobby with a seat for somebody of one's cohort, and return its code.

    :param seat: the one that the inviter takes
    :param assigned: what they play it for; then only somebody of its cohort can be invited
    :raise NotFound: if they are in no open cohort together
    :raise Incomplete: if the scenario has no such seat, or only one
    :raise StaleMove: if the start key has started something else, or has invited somebody else, or
        what they play it for cannot be begun now
    """
    known = [
        each.user_id
        for cohort, members in cohorts.fellows_of(session, user_id)
        if assigned is None or assigned.cohort_id == cohort.id
        for each in members
    ]
    if fellow not in known:
        raise NotFound
    if assigned is not None:
        assigned.require_open(now)
    code = lobby.open_lobby(
        session, published, user_id=user_id, seat=seat, start_key=start_key, now=now
    )
    company, _ = lobby.find_lobby(session, code)
    if inviter_of(session, company.run_id) is None:
        theirs = next(each for each in published.script.scenario.seats if each != seat)
        _seat(session, company.run_id, {theirs: fellow}, now)
        session.execute(
            sa.update(Pair).where(Pair.run_id == company.run_id).values(invited_by=user_id)
        )
        if assigned is not None:
            assignments.belongs_to(session, company.key, assigned)
    elif fellow not in [each.user_id for each in company.people]:
        raise StaleMove(lobby.USED)
    return code


def pair_up(
    session: Session,
    cohort: Joined,
    published: Published,
    tables: Sequence[Mapping[str, int | None]],
    *,
    by: int,
    key: str,
    now: datetime,
    assigned: Assigned | None = None,
) -> bool:
    """Make a run for each pair of a cohort; tell whether this was now, and not before.

    :param tables: for each pair, seat → person
    :param by: the facilitator, who takes no part in any of them
    :param key: the one-time key of the form
    :param assigned: what of this cohort they play it for
    :raise Incomplete: if the scenario is for one person alone
    :raise NotFound: if somebody is not in the cohort
    :raise StaleMove: if what they play it for cannot be begun now
    """
    if len(published.script.scenario.seats) < 2:
        raise Incomplete({"scenario": NEEDS_TWO})
    seated = [{seat: each for seat, each in table.items() if each} for table in tables]
    # A double click makes them once: the second waits here, and then finds them made.
    session.execute(sa.select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    if are_made(session, cohort, key):
        return False
    if assigned is not None:
        assigned.require_open(now)
    members = set(
        session.scalars(sa.select(Membership.user_id).where(Membership.cohort_id == cohort.id))
    )
    if not members.issuperset(each for table in seated for each in table.values()):
        raise NotFound
    for number, table in enumerate(seated, start=1):
        made = _bring_together(
            session, published, table, by=by, start_key=f"{cohort.key} {key} {number}", now=now
        )
        if assigned is not None:
            assignments.belongs_to(session, made, assigned)
        for seat, each in table.items():
            session.add(
                Paired(
                    cohort_id=cohort.id, key=key, user_id=each, number=number, seat=seat,
                    scenario_id=published.script.scenario.id, paired_at=now,
                )
            )  # fmt: skip
    session.flush()
    return True


def are_made(session: Session, cohort: Joined, key: str) -> bool:
    """Tell whether a cohort has been paired under this one-time key."""
    made = sa.exists().where(Paired.cohort_id == cohort.id, Paired.key == key)
    return bool(session.scalar(sa.select(made)))


def _bring_together(
    session: Session,
    published: Published,
    table: Mapping[str, int],
    *,
    by: int,
    start_key: str,
    now: datetime,
) -> str:
    """Make a run for people who have not seen it yet, and return its key."""
    seat, first = next((seat, each) for seat, each in table.items() if seat != OBSERVER)
    key = runs.start_run(session, published, user_id=first, seat=seat, start_key=start_key, now=now)
    run_id = access.seat_in(session, key, viewer_id=first).run_id
    lobby.add_pair(session, run_id, invited_by=by)
    _seat(session, run_id, {seat: each for seat, each in table.items() if each != first}, now)
    return key


def _seat(session: Session, run_id: int, table: Mapping[str, int], now: datetime) -> None:
    """Give people a seat each; they have not been seen there yet."""
    try:
        with session.begin_nested():
            for seat, each in table.items():
                session.add(
                    Participant(
                        run_id=run_id, user_id=each, seat=seat, stage=Stage.CASE, changed_at=now
                    )
                )
    except IntegrityError as error:  # somebody is gone, or in it already
        raise StaleMove from error


def inviter_of(session: Session, run_id: int) -> int | None:
    """Return who brought the people of a run together; None where each came by themselves."""
    return session.scalar(sa.select(Pair.invited_by).where(Pair.run_id == run_id))


def seats_to_free(
    session: Session, company: Company, me: Companion, now: datetime
) -> list[Companion]:
    """Return whose seat this participant may free for somebody else, before the run begins.

    Who invited may, and where a facilitator did, whoever plays. Never a seat whose person is there
    or ready, nor that of who invited.
    """
    inviter = inviter_of(session, company.run_id)
    if company.begun_at is not None or inviter is None or me.is_observer:
        return []
    if inviter != me.user_id and inviter in [each.user_id for each in company.people]:
        return []
    return [
        each
        for each in company.people
        if each.user_id != me.user_id
        and (each.seen_at is None or (each.ready_at is None and company.is_away(each, now)))
    ]


def is_left_alone(session: Session, company: Company, me: Companion) -> bool:
    """Tell whether somebody was brought together with others, none of whom plays with them now.

    They have declined or left before it began, and so were never in it: no name is kept. Or their
    seat was freed.
    """
    return (
        company.begun_at is None
        and not me.is_observer
        and [each.user_id for each in company.players] == [me.user_id]
        and inviter_of(session, company.run_id) is not None
    )


def free_seat(
    session: Session, seated: Seated, script: Script, whom: int, *, now: datetime
) -> Company:
    """Free the seat of somebody who was invited and has not come.

    :raise NotFound: if they are not in the run
    :raise StaleMove: if they have come, the run has begun, or it is not this participant's to do
    """
    # They may have been there, and have shown it; that goes with their seat.
    exports.drop(session, Run.id == seated.run_id)
    choices.hold(session, seated.run_id)
    company = company_in(session, seated.run_id)
    if company.begun_at is not None:
        raise StaleMove(lobby.BEGUN)
    person, me = company.person(whom), company.person(seated.user_id)
    if person not in seats_to_free(session, company, me, now):
        raise StaleMove(HAS_COME)
    session.execute(
        sa.delete(Participant).where(
            Participant.run_id == seated.run_id, Participant.user_id == whom
        )
    )
    sharing.company_changed(session, seated.run_id)
    return pairs.settle(session, seated, script, now=now)


def pairings_of(
    session: Session, cohort: Joined, *, since: datetime
) -> list[tuple[datetime, str, list[list[tuple[int, str, str]]]]]:
    """Return how a cohort was paired lately, the latest first: when, for what, and each pair.

    Of a pair, each person's id, name and seat; who has left the cohort is left out.
    """
    rows = session.execute(
        sa.select(
            Paired.key, Paired.number, Paired.paired_at, Paired.scenario_id, User.id, User.name,
            Paired.seat,
        )
        .join(User, User.id == Paired.user_id)
        .join(
            Membership,
            (Membership.user_id == Paired.user_id) & (Membership.cohort_id == Paired.cohort_id),
        )
        .where(Paired.cohort_id == cohort.id, Paired.paired_at >= since)
        .order_by(Paired.paired_at.desc(), Paired.key, Paired.number, Paired.id)
    )  # fmt: skip
    dealt: dict[str, tuple[datetime, str, dict[int, list[tuple[int, str, str]]]]] = {}
    for key, number, at, scenario_id, user_id, name, seat in rows:
        _, _, groups = dealt.setdefault(key, (at, scenario_id, {}))
        groups.setdefault(number, []).append((user_id, name, seat))
    return [(at, scenario_id, [*groups.values()]) for at, scenario_id, groups in dealt.values()]


OFFICE = "partner"
"""The role of those in a case who work in central office."""


def office_seats(script: Script) -> list[str]:
    """Return the seats of a scenario that are of central office."""
    cast = script.scenario.cast
    return [seat for seat in script.scenario.seats if (cast[seat].role or seat) == OFFICE]


def seat(script: Script, group: Group, positions: Positions) -> dict[str, int | None]:
    """Give a group their seats in a scenario: seat → person, the observer's too."""
    seats = script.scenario.seats
    return {
        **matching.seat_group(group, positions, seats, office_seats(script)),
        OBSERVER: group.observer,
    }
