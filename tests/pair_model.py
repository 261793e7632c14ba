"""A run together as a few plain rules, written beside the services and not with them.

The tests throw the same acts at both. What the two disagree on is a mistake in one of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lfp_trainer.engine.scenario import OBSERVER

CASE, DIAGNOSIS, RATING, ROLE_PLAY, DEBRIEF, NEXT_STEP, DONE = range(7)
AWAY = timedelta(seconds=60)


@dataclass
class Someone:
    """A person in the run."""

    seat: str
    seen: datetime
    at: int = CASE
    came: datetime | None = None
    """When they came to the conversation, or past it."""
    ready: bool = False
    left: bool = False
    lent: bool = False
    """The stand-in was let into their seat."""
    passed_at: int = DONE
    """From where they went to the conversation without answering what was left before it."""
    rated: bool = False
    """They have said what they think of the play, or passed it over."""
    spoke: bool = False
    """They have said it."""

    @property
    def out(self) -> bool:
        return self.left or self.lent

    @property
    def watches(self) -> bool:
        return self.seat == OBSERVER


@dataclass
class Word:
    """Something that somebody wrote, to be looked for where it must not be."""

    owner: int
    kind: str
    text: str


@dataclass
class Model:
    """What must be true of a run."""

    seats: tuple[str, ...]
    people: dict[int, Someone] = field(default_factory=dict)
    begun: bool = False
    opened: bool = False
    ended: bool = False
    told: bool = False
    moves: int = 0
    picks: dict[int, dict[int, str]] = field(default_factory=dict)
    """What those who decide together have picked: step → person → choice."""
    words: list[Word] = field(default_factory=list)
    laid_open: list[Word] = field(default_factory=list)
    """The reasons of picks that have been shown, as all who decide together had picked."""

    @property
    def players(self) -> dict[int, Someone]:
        return {who: each for who, each in self.people.items() if not each.watches}

    @property
    def active(self) -> dict[int, Someone]:
        return {who: each for who, each in self.players.items() if not each.out}

    @property
    def held(self) -> dict[str, int]:
        return {each.seat: who for who, each in self.active.items() if each.at >= ROLE_PLAY}

    def away(self, who: int, now: datetime) -> bool:
        return now - self.people[who].seen > AWAY

    def is_late(self, who: int) -> bool:
        """Tell whether the conversation has opened without somebody who plays."""
        each = self.people[who]
        return self.opened and not each.watches and each.at < ROLE_PLAY

    def may_catch_up(self, who: int) -> bool:
        return self.is_late(who) and (self.ended or not self.people[who].out)

    def may_leave_a_sign(self, who: int, now: datetime) -> list[int]:
        """Return who plays and is away while the play goes on, for somebody in it."""
        if not self.begun or self.ended or self.people[who].out:
            return []
        return [each for each in self.active if each != who and self.away(each, now)]

    def is_free(self, seat: str) -> bool:
        known = seat in (*self.seats, OBSERVER)
        return known and seat not in [each.seat for each in self.people.values()]

    def may_join(self, who: int, seat: str) -> bool:
        return who in self.people or (not self.opened and not self.ended and self.is_free(seat))

    def may_begin(self, who: int, now: datetime) -> bool:
        me = self.people[who]
        there = [
            each
            for other, each in self.active.items()
            if other != who and not each.ready and not self.away(other, now)
        ]
        return not self.begun and not there and not (me.watches and self.active)

    def deciders(self, on_turn: Collection[str]) -> list[int]:
        if not self.opened or self.ended:
            return []
        return [who for seat, who in self.held.items() if seat in on_turn]

    def may_stand_in(self, who: int, whom: int, now: datetime) -> bool:
        if self.people[whom].out:
            return True
        return self.away(whom, now) and (self.ended or not self.people[who].out)

    def plays_out(self, who: int, whom: int) -> bool:
        """Tell whether an observer lets the stand-in play on where nobody is left."""
        begun = self.begun and not self.ended
        return begun and self.people[who].watches and self.people[whom].out and not self.active

    def follow(self) -> None:
        """Let everything follow that follows by itself, but for the moves."""
        ready = [each.ready for each in self.active.values()]
        self.begun = self.begun or (len(ready) > 1 and all(ready))
        there = all(each.at >= ROLE_PLAY for each in self.active.values())
        somebody = bool(self.active) or not self.players
        self.opened = self.opened or (self.begun and there and somebody)

    def hand_over(self, old: int, new: int) -> None:
        """Let somebody be another; who has a seat of their own keeps that, and what is of it."""
        gone = self.people.pop(old, None)
        keeps = new in self.people
        if gone is not None and not keeps:
            self.people[new] = gone
        for word in self.words:
            if word.owner == old and (not keeps or word.kind.startswith("reason")):
                word.owner = new
        for picked in self.picks.values():
            pick = picked.pop(old, None)
            if pick is not None and not keeps:
                picked[new] = pick

    def look(self, moves: int, ended: bool) -> None:
        """Take in how far the conversation has gone."""
        assert moves >= self.moves, "a step was lost"
        assert ended or not self.ended, "an ending was taken back"
        assert self.opened or not moves, "somebody moved before the conversation was open"
        self.moves, self.ended = moves, ended
        if not ended:
            return
        for each in self.people.values():
            each.at = DEBRIEF if each.at == ROLE_PLAY else each.at
        late = [each for each in self.active.values() if each.at >= DEBRIEF and not each.rated]
        self.told = self.told or not late

    def see_who_went_on(self, now: datetime) -> None:
        """Note who has come to the conversation since this was last asked."""
        for each in self.people.values():
            if each.came is None and each.at >= ROLE_PLAY:
                each.came = now

    def may_finish_a_note(
        self, who: int, turns: Collection[Collection[str]], by: int | None, taken_at: datetime
    ) -> bool:
        """Tell whether somebody may still finish a note on a decision that has been taken.

        :param turns: the seats that were to decide it, and each since
        """
        me = self.people[who]
        there = me.at in (ROLE_PLAY, DEBRIEF) and me.came is not None and me.came <= taken_at
        if me.passed_at != DONE and me.at == DEBRIEF:
            there = False  # when they came is written down nowhere any more
        gone_on = self.told or me.rated or any(me.seat in each for each in turns)
        return there and not gone_on and not me.watches and not me.out and by != who

    def is_through(self, who: int) -> bool:
        """Tell whether somebody may see what is told in the debrief."""
        me = self.people[who]
        return self.ended and self.told and me.at >= DEBRIEF and (me.rated or me.watches)

    def sees_answers(self, viewer: int, owner: int, kind: str) -> bool:
        """Tell whether somebody may see what another committed before the conversation."""
        me, other = self.people[viewer], self.people.get(owner)
        last = DIAGNOSIS if kind == "diagnosis" else RATING
        committed = other is not None and last < min(other.at, other.passed_at)
        committed = committed and other is not None and not other.watches
        return self.opened and me.at >= ROLE_PLAY and not me.watches and committed

    def hears_of_play(self, viewer: int, owner: int) -> bool:
        """Tell whether somebody may see what another says of the play."""
        other = self.people.get(owner)
        spoke = other is not None and other.spoke
        return self.is_through(viewer) and not self.people[viewer].watches and spoke

    def may_see(self, viewer: int, word: Word) -> bool:
        if word.owner == viewer:
            return True
        if word.kind in ("diagnosis", "rating"):
            return self.sees_answers(viewer, word.owner, word.kind)
        if word.kind == "play":
            return self.hears_of_play(viewer, word.owner)
        if word.kind == "plan":
            return False
        if word in self.laid_open and self.people[viewer].at >= ROLE_PLAY:
            return True
        return self.is_through(viewer)
