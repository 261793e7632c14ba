"""What each person in a run together can do now, and whom they wait for: rules over values.

Whoever is there always has a way on, or somebody they wait for and need not (:func:`missing`).
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from lfp_trainer.services.company import Companion, Company
from lfp_trainer.storage.models import Stage


class Way(StrEnum):
    """Something a person can do to go on."""

    READY = "ready"
    BEGIN = "begin"
    """With the stand-in in every seat that nobody has taken, or whose person is not there; as long
    as nobody is there who is not ready."""
    ANSWER = "answer"
    """What they answer alone, before the conversation."""
    CATCH_UP = "catch-up"
    """Go to a conversation that has opened without them, past what they have not answered."""
    CHOOSE = "choose"
    RATE_PLAY = "rate-play"
    GO_ON = "go-on"
    """Through the debrief and their next step, or look at what is finished."""
    NUDGE = "nudge"
    """Leave a sign to somebody who is away, whether or not one waits for them by now."""
    STAND_IN = "stand-in"
    """Let it take the seat of somebody who is away, or, once nothing is played, go on without their
    ratings; for an observer whom all players have left,
    let it play to the end."""
    COME_BACK = "come-back"
    PASS_SCREEN = "pass-screen"


def awaited(company: Company, me: Companion, on_turn: Collection[str] = ()) -> list[Companion]:
    """Return whom this person waits for now; nobody where they have something to do themselves.

    :param on_turn: the seats on turn, while the conversation is open
    """
    others = [each for each in company.active if each.user_id != me.user_id]
    if company.begun_at is None:
        # An observer cannot begin, so they wait for whoever can.
        return [each for each in others if each.ready_at is None or me.is_observer]
    if company.ending_id is None:
        return _awaited_before_the_end(company, me, others, on_turn)
    return _awaited_after_it(company, me, others)


def _awaited_before_the_end(
    company: Company, me: Companion, others: list[Companion], on_turn: Collection[str]
) -> list[Companion]:
    if me.is_observer and not company.active:
        return list(company.players)
    if not me.has_reached(Stage.ROLE_PLAY) and not me.is_observer:
        return []
    if company.opened_at is None:
        return [each for each in others if not each.has_reached(Stage.ROLE_PLAY)]
    if me.is_observer and not company.held:
        return others
    return [each for each in company.deciders(on_turn) if each.user_id != me.user_id]


def _awaited_after_it(company: Company, me: Companion, others: list[Companion]) -> list[Companion]:
    if company.told_at is None:
        waits = me.rated_play_at is not None or me.is_observer
        rate = [each for each in others if each.has_reached(Stage.DEBRIEF)]
        return [each for each in rate if each.rated_play_at is None] if waits else []
    if company.shares_a_device and me.stage is Stage.DONE:
        return [each for each in others if each.stage is not Stage.DONE]
    return []


def ways_of(
    company: Company, me: Companion, now: datetime, *, on_turn: Collection[str] = ()
) -> set[Way]:
    """Return what this person can do to go on.

    :param on_turn: the seats on turn, while the conversation is open
    """
    if company.is_played_for(me):
        return {Way.COME_BACK}
    found = _own(company, me, on_turn, now)
    if company.shares_a_device and awaited(company, me, on_turn):
        found.add(Way.PASS_SCREEN)
    if missing(company, me, now, on_turn=on_turn):
        found |= {Way.NUDGE, Way.STAND_IN}
    if absent(company, me, now):
        found.add(Way.NUDGE)
    return found


def absent(company: Company, me: Companion, now: datetime) -> tuple[Companion, ...]:
    """Return who plays and is away while the play goes on, whether or not they are waited for.

    They can be left a sign. The stand-in is not offered before this person waits: it would gain
    nobody anything, and the conversation could open without somebody who is only reading elsewhere
    and would have been in time.
    """
    goes_on = company.begun_at is not None and company.ending_id is None
    if not goes_on or company.shares_a_device or me.is_out:
        return ()
    others = [each for each in company.active if each.user_id != me.user_id]
    return tuple(each for each in others if company.is_away(each, now))


def missing(
    company: Company, me: Companion, now: datetime, *, on_turn: Collection[str] = ()
) -> tuple[Companion, ...]:
    """Return whom this person waits for and need not: who is away, or has left.

    They can be left a sign, and the stand-in can be let into their seat.

    :param on_turn: the seats on turn, while the conversation is open
    """
    if company.shares_a_device or company.is_played_for(me):
        return ()
    waits = awaited(company, me, on_turn)
    return tuple(each for each in waits if each.is_out or company.is_away(each, now))


def _own(company: Company, me: Companion, on_turn: Collection[str], now: datetime) -> set[Way]:
    """Return what they can do by themselves, whoever else is there."""
    if company.begun_at is None:
        ready = {Way.READY} if me.ready_at is None else set()
        return ready | ({Way.BEGIN} if may_begin_without_others(company, me, now) else set())
    if me.stage in (Stage.CASE, Stage.DIAGNOSIS, Stage.RATING):
        return {Way.ANSWER, Way.CATCH_UP} if company.is_late(me) else {Way.ANSWER}
    if company.opened_at is None:
        return set()
    if company.ending_id is None:
        decides = any(each.user_id == me.user_id for each in company.deciders(on_turn))
        return {Way.CHOOSE} if decides else set()
    if me.rated_play_at is None and not me.is_observer and me.stage is not Stage.DONE:
        return {Way.RATE_PLAY}
    return set() if company.told_at is None else {Way.GO_ON}


def may_begin_without_others(company: Company, me: Companion, now: datetime) -> bool:
    """Tell whether somebody may begin with the stand-in for whoever is not there.

    An observer only where nobody is left to play.
    """
    hurried = [
        each
        for each in company.active
        if each.user_id != me.user_id and each.ready_at is None and not company.is_away(each, now)
    ]
    watches = me.is_observer and bool(company.active)
    return company.begun_at is None and not watches and not hurried
