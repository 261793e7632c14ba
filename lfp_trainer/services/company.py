"""Who is in a run together, as values: nothing of it is stored here. What each of them can do now
is in ``services/ways.py``.

Two rules carry everything else. A seat is played by its person once they have come to the
conversation, unless they left or the stand-in was let in; then it is the stand-in's. And nobody is
waited for who left or whose seat the stand-in has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
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

    def is_played_for(self, person: Companion) -> bool:
        """Tell whether the stand-in has somebody's seat; once nothing is played, nobody has one."""
        return person.is_out and self.ending_id is None

    def has_left_after_the_end(self, person: Companion) -> bool:
        """Tell whether somebody has left what comes after the conversation; who rated since is
        back."""
        if person.left_at is None or self.ending_id is None:
            return False
        return person.rated_play_at is None or person.rated_play_at < person.left_at

    def is_away(self, person: Companion, now: datetime) -> bool:
        """Tell whether there has been no sign of somebody for a while."""
        if self.shares_a_device:
            return False
        return person.seen_at is None or now - person.seen_at > AWAY

    def asked_about(self, user_id: int, now: datetime) -> tuple[Companion, ...]:
        """Return who somebody on another device says they are, for one of the others to answer."""
        there = {each.user_id for each in self.people}
        return tuple(
            each
            for each in self.people
            if each.asked_by
            and each.asked_by not in there
            and each.user_id != user_id
            and self.is_away(each, now)
        )

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
    def is_through(self) -> bool:
        """Tell whether it is played and told, so that nobody is waited for any more; the other way
        round is told from its start."""
        return self.ending_id is not None and self.told_at is not None

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
