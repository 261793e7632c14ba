"""Who is in a run together, and what each of them can do now: values and rules, nothing stored.

Two rules carry everything else. A seat is played by its person once they have come to the
conversation, unless they left or the stand-in was let in; then it is the stand-in's. And nobody is
waited for who left or whose seat the stand-in has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import NotFound
from lfp_trainer.services import access
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within

AWAY = timedelta(seconds=60)
"""Without a sign from somebody's page for so long, they are away."""
SEEN_EVERY = timedelta(seconds=15)
"""How often a page that asks every two seconds is written down as seen."""
_STAGES = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Companion:
    """One of the people in a run."""

    user_id: int
    name: str
    seat: str
    stage: Stage
    ready_at: datetime | None
    seen_at: datetime | None
    left_at: datetime | None
    stand_in_from: datetime | None
    nudged_at: datetime | None
    rated_play_at: datetime | None
    asked_by: int | None

    @property
    def is_observer(self) -> bool:
        return self.seat == OBSERVER

    @property
    def is_out(self) -> bool:
        """Tell whether the stand-in has their seat: nobody waits for them."""
        return self.left_at is not None or self.stand_in_from is not None

    def has_reached(self, stage: Stage) -> bool:
        return _STAGES.index(self.stage) >= _STAGES.index(stage)


@dataclass(frozen=True, slots=True)
class Company:
    """The people of a run, in the order in which they came, and what they share."""

    run_id: int
    key: str
    started_at: datetime
    moves: int
    ending_id: str | None
    code: str
    version: int
    device_of: int | None
    screen: str | None
    begun_at: datetime | None
    opened_at: datetime | None
    told_at: datetime | None
    turn_from: datetime | None
    swap_of: int | None
    people: tuple[Companion, ...]

    @property
    def players(self) -> tuple[Companion, ...]:
        return tuple(each for each in self.people if not each.is_observer)

    @property
    def observer(self) -> Companion | None:
        return next((each for each in self.people if each.is_observer), None)

    @property
    def active(self) -> tuple[Companion, ...]:
        """The players who are waited for."""
        return tuple(each for each in self.players if not each.is_out)

    @property
    def held(self) -> tuple[str, ...]:
        """The seats whose person decides in the conversation; the stand-in plays all others."""
        return tuple(each.seat for each in self.active if each.has_reached(Stage.ROLE_PLAY))

    @property
    def shares_a_device(self) -> bool:
        return self.device_of is not None

    def is_late(self, person: Companion) -> bool:
        """Tell whether the conversation has opened without a player, who has not come to it yet.

        Until they do, the stand-in answers for them, so that nobody waits.
        """
        plays = not person.is_observer
        return self.opened_at is not None and plays and not person.has_reached(Stage.ROLE_PLAY)

    def is_away(self, person: Companion, now: datetime) -> bool:
        """Tell whether there has been no sign of somebody for a while."""
        if self.shares_a_device:
            return False
        return person.seen_at is None or now - person.seen_at > AWAY

    def person(self, user_id: int) -> Companion:
        """Return one of the people.

        :raise NotFound: if they are not in it
        """
        for each in self.people:
            if each.user_id == user_id:
                return each
        raise NotFound

    def holder_of(self, seat: str) -> Companion | None:
        return next((each for each in self.people if each.seat == seat), None)

    def deciders(self, on_turn: Collection[str]) -> tuple[Companion, ...]:
        """Return who decides now, of the seats that are on turn."""
        held = set(self.held)
        return tuple(each for each in self.active if each.seat in held and each.seat in on_turn)

    @property
    def may_open(self) -> bool:
        """Tell whether the conversation may open: all who are waited for have committed.

        Not while all players are out and may come back; where none is left, nobody waits.
        """
        return (
            self.begun_at is not None
            and self.opened_at is None
            and bool(self.active or not self.players)
            and all(each.has_reached(Stage.ROLE_PLAY) for each in self.active)
        )

    @property
    def may_tell(self) -> bool:
        """Tell whether the debrief may open: all who are waited for have rated the play.

        Who is out, or comes later, rates before they see it (``access.Seated.reached``).
        """
        there = [each for each in self.active if each.has_reached(Stage.DEBRIEF)]
        return (
            self.ending_id is not None
            and self.told_at is None
            and all(each.rated_play_at is not None for each in there)
        )

    @property
    def may_begin(self) -> bool:
        """Tell whether all have come and are ready."""
        return (
            self.begun_at is None
            and len(self.active) > 1
            and all(each.ready_at is not None for each in self.active)
        )


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
    """Let it take the seat of somebody who is away; for an observer whom all players have left,
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


def ways(
    company: Company, me: Companion, now: datetime, *, on_turn: Collection[str] = ()
) -> set[Way]:
    """Return what this person can do to go on.

    :param on_turn: the seats on turn, while the conversation is open
    """
    if me.is_out and company.ending_id is None:
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
    if company.shares_a_device or (me.is_out and company.ending_id is None):
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


def company_in(within: Within, run_id: int) -> Company:
    """Return the people of a run that the caller has found for one of them.

    :raise NotFound: if it is nobody's but one person's
    """
    return company_of(access.together_in(within, run_id))


def company_of(rows: list[tuple[Any, ...]]) -> Company:
    """Return the people that ``access`` has found.

    :raise NotFound: if it has found none
    """
    if not rows:
        raise NotFound
    people = tuple(Companion(*row[_SHARED:]) for row in rows if row[_SHARED] is not None)
    return Company(*rows[0][:_SHARED], people)  # type: ignore[call-arg]


_SHARED = len(Company.__slots__) - 1
