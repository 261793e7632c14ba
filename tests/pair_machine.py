"""The machine that throws acts at a run together, in any order, and looks at it after each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import TrainerError
from lfp_trainer.services import forgetting, library
from lfp_trainer.services.ways import Way
from lfp_trainer.storage.models import Run
from tests.pair_acts import Act, Play, answer_for, has_account, make_account, make_guests
from tests.pair_expected import is_taken, take
from tests.pair_holds import Looked
from tests.pair_model import AWAY, DONE, Model, Someone

person = st.integers(0, 3)


class Room(Looked, RuleBasedStateMachine):
    """A run with seats, four people who may be in it, and the model beside it."""

    session: ClassVar[Session]
    scenario: ClassVar[str] = "glowing-observations"

    @initialize(far=st.integers(0, 3))
    def open(self, far: int) -> None:
        # Ahead of the clock, so that a page that is rendered meanwhile writes down nothing.
        now = datetime.now(UTC) + timedelta(days=1)
        self.who = make_guests(self.session, 4, now)
        self.begin_again(now)
        if far:
            self.come_to_the_conversation(last=far > 1)
        while far > 2 and len(self.play.on_turn()) == 1:
            first, step = self.play.offered()[0], len(self.play.path())
            (decides,) = self.model.deciders(self.play.on_turn())
            self.deliver(Act("choose", decides, what=first, step=step))

    def come_to_the_conversation(self, *, last: bool) -> None:
        """Begin where people have answered what comes before it; perhaps not yet the last."""
        there = self.who[: len(self.model.seats)]
        for who, seat in zip(there[1:], self.model.seats[1:], strict=True):
            self.deliver(Act("join", who, what=seat))
        for kind in ("ready", "case", "diagnose", "rate"):
            for who in there if last or kind != "rate" else there[:-1]:
                self.deliver(Act(kind, who, what="yes"))

    def begin_again(self, now: datetime) -> None:
        """Open a lobby; again, once everybody has gone from the last one."""
        self.who = [
            each if forgetting.is_here(self.session, each) else make_guests(self.session, 1, now)[0]
            for each in self.who
        ]
        first = self.who[0]
        seats = library.current(self.session, self.scenario).script.scenario.seats
        self.play = Play.open(self.session, self.scenario, first, seats[0], now)
        self.model = Model(self.play.script.scenario.seats)
        self.model.people[first] = Someone(self.model.seats[0], now)
        self.sent: list[Act] = []

    def deliver(self, act: Act) -> None:
        """Do an act both in the services and in the model, which must agree on it."""
        self.sent.append(act)
        scene, before = self.scene(), self.play.stored()
        expected = is_taken(self.model, act, scene)
        refused: TrainerError | None = None
        try:
            self.play.do(act)
        except TrainerError as error:
            refused = error
        assert (refused is None) == expected, f"{act}: {refused or 'taken'!r}, {self.model}"
        if refused is not None:
            assert self.play.stored() == before, f"{act} was refused and changed something"
            return
        take(self.model, act, scene)
        if not self.model.people:
            self.begin_again(self.play.now)
            return
        run = self.session.execute(
            sa.select(Run.moves, Run.ending_id).where(Run.id == self.play.run_id)
        ).one()
        self.model.look(run.moves, run.ending_id is not None)
        self.model.see_who_went_on(self.play.now)
        self.what_has_opened_is_open_and_stays_so()

    # What people do.

    @rule(who=person, seat=st.integers(0, 4))
    def join(self, who: int, seat: int) -> None:
        self.deliver(Act("join", self.who[who], what=self.seat_named(seat)))

    @rule(who=person, seat=st.integers(0, 4))
    def change_seat(self, who: int, seat: int) -> None:
        self.deliver(Act("take_seat", self.who[who], what=self.seat_named(seat)))

    def seat_named(self, number: int) -> str:
        known = (*self.model.seats, OBSERVER)
        return known[number] if number < len(known) else "nobody's"

    @rule(who=person, what=st.sampled_from(["yes", "yes", "no"]))
    def say_ready(self, who: int, what: str) -> None:
        self.deliver(Act("ready", self.who[who], what=what))

    @rule(who=person, kind=st.sampled_from(["begin", "case", "draft", "diagnose", "rate_one"]))
    def act_early(self, who: int, kind: str) -> None:
        self.deliver(Act(kind, self.who[who]))

    @rule(
        who=person,
        kind=st.sampled_from(
            [
                "rate",
                "rate_play",
                "pass_over",
                "draft_play",
                "finish_debrief",
                "finish",
                "come_back",
                "catch_up",
            ]
        ),
    )
    def act_late(self, who: int, kind: str) -> None:
        self.deliver(Act(kind, self.who[who]))

    @rule(
        who=person,
        kind=st.sampled_from(["choose", "choose", "note"]),
        choice=st.integers(0, 5),
        ago=st.sampled_from([0, 0, 0, 1, 2, -1]),
    )
    def choose(self, who: int, kind: str, choice: int, ago: int) -> None:
        step = max(0, len(self.play.path()) - ago)
        at = step if kind == "note" else None
        offered = (*self.play.offered(at), "no-such-choice")
        what = offered[choice % len(offered)]
        self.deliver(Act(kind, self.who[who], what=what, step=step))

    @rule(one=person, other=person, choices=st.tuples(*[st.integers(0, 1)] * 2))
    def choose_together(self, one: int, other: int, choices: tuple[int, int]) -> None:
        step, offered = len(self.play.path()), self.play.offered()
        for who, choice in zip((one, other), choices, strict=True):
            if offered:
                what = offered[choice % len(offered)]
                self.deliver(Act("choose", self.who[who], what=what, step=step))

    @rule(who=person, ago=st.integers(-1, 3))
    def mark(self, who: int, ago: int) -> None:
        watching = [each for each, one in self.model.people.items() if one.watches]
        step = max(0, len(self.play.path()) - ago)
        self.deliver(Act("mark", (watching or self.who)[who % (len(watching) or 4)], step=step))

    @rule(who=person, whom=person, kind=st.sampled_from(["nudge", "stand_in"]))
    def turn_to(self, who: int, whom: int, kind: str) -> None:
        self.deliver(Act(kind, self.who[who], whom=self.who[whom]))

    @rule(who=person)
    def leave(self, who: int) -> None:
        self.deliver(Act("leave", self.who[who]))

    @rule(who=person, really=st.integers(0, 3))
    def delete_account(self, who: int, really: int) -> None:
        if really == 0 and forgetting.is_here(self.session, self.who[who]):
            self.deliver(Act("delete", self.who[who]))
            self.who[who] = make_guests(self.session, 1, self.play.now)[0]

    @rule(who=person, whom=person, really=st.integers(0, 3))
    def claim(self, who: int, whom: int, really: int) -> None:
        """Sign in to an account, and bring what one played as a guest: perhaps in this very run."""
        one, guest = self.who[who], self.who[whom]
        if really or one == guest or has_account(self.session, guest):
            return
        if not has_account(self.session, one):
            make_account(self.session, one, self.play.now)
        self.deliver(Act("claim", one, whom=guest))
        self.who[whom] = make_guests(self.session, 1, self.play.now)[0]

    @rule(seconds=st.sampled_from([1, 20, 61]), there=st.sets(person))
    def wait(self, seconds: int, there: set[int]) -> None:
        self.play.later(seconds)
        for who in sorted(there):
            self.deliver(Act("poll", self.who[who]))

    @rule(back=st.integers(1, 12))
    def send_again(self, back: int) -> None:
        """Deliver what was sent some time ago: twice, late, or in another order."""
        again = self.sent[-back] if back <= len(self.sent) else None
        if (
            again
            and again.kind not in ("delete", "claim")
            and forgetting.is_here(self.session, again.who)
        ):
            self.deliver(again)

    @rule(who=person, which=st.integers(0, 9), steps=st.integers(1, 6))
    def go_on(self, who: int, which: int, steps: int) -> None:
        """Take any of the ways that are offered, which must then be open."""
        for _ in range(steps):
            self.take_way(self.who[who], lambda ways: ways[which % len(ways)])

    @rule(which=st.integers(0, 9))
    def all_go_on(self, which: int) -> None:
        for who in list(self.model.people):
            self.take_way(who, lambda ways: ways[which % len(ways)])

    def take_way(self, who: int, pick: Callable[[list[Way]], Way]) -> bool:
        if who not in self.model.people:
            return False
        ways, waits = self.play.ways(who)
        if not ways:
            return False
        act = answer_for(pick(sorted(ways)), self.play, who, waits)
        if act is None:
            return False
        assert is_taken(self.model, act, self.scene()), f"{act} is offered and would be refused"
        self.deliver(act)
        return True

    # What must be true after each.

    @invariant()
    def all_is_well(self) -> None:
        self.the_steps_are_counted_and_lead_where_the_run_is()
        self.services_and_model_agree_on_who_is_where()
        self.somebody_present_decides_while_the_conversation_is_open()
        self.everybody_has_a_way_or_waits_for_somebody_who_has()
        self.ways_past_what_is_left_and_signs_are_offered_whenever_they_lead_somewhere()
        self.nobody_reads_what_another_answered_too_early()
        self.picks_are_shown_once_all_have_picked()

    # And at the end.

    def teardown(self) -> None:
        """Whoever stays comes to a debrief, alone with the stand-in; and so does who returns."""
        if not hasattr(self, "play") or not self.model.people:
            return
        stays = list(self.model.people)[-1:]
        self.play.later(AWAY.total_seconds() + 1)
        self.come_to_the_end(stays)
        self.come_to_the_end(list(self.model.people))

    def come_to_the_end(self, who: list[int]) -> None:
        for _ in range(120):
            for each in who:
                self.deliver(Act("poll", each))
            moved = [self.take_way(each, self._forward) for each in who]
            if not any(moved):
                break
        for each in who:
            assert self.model.people[each].at == DONE, (each, self.play.ways(each), self.model)

    def _forward(self, ways: list[Way]) -> Way:
        # Who has picked may pick again, and would wait for ever for the other's pick.
        best = [way for way in (Way.STAND_IN, *ways) if way in ways and way is not Way.NUDGE]
        return best[0] if best else ways[0]
