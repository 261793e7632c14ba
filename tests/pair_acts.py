"""One act after the other in a run together, through the services, each as a view would do it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.rubric import Rating
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    access,
    accounts,
    claiming,
    deciding,
    diagnosis,
    forgetting,
    library,
    lobby,
    next_steps,
    observing,
    pairs,
    play_ratings,
    presence,
    ratings,
    runs,
    swaps,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.services.observing import Marked
from lfp_trainer.services.ratings import Kept
from lfp_trainer.services.ways import Way, absent, awaited, ways_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Pair, Participant, Pick, Run, Stage, Step, User


@dataclass(frozen=True)
class Act:
    """What one person does, as their page lets them; kept, to be sent again later."""

    kind: str
    who: int
    whom: int = 0
    what: str = ""
    step: int = 0


@dataclass
class Play:
    """One run, its code and the people who act in it."""

    session: Session
    script: Script
    version: int
    code: str
    key: str
    run_id: int
    now: datetime

    @classmethod
    def open(cls, session: Session, scenario: str, who: int, seat: str, now: datetime) -> "Play":
        published = library.current(session, scenario)
        with writing(session):
            code = lobby.open_lobby(
                session, published, user_id=who, seat=seat, start_key=f"{who} {now}", now=now
            )
            company, _ = lobby.find_lobby(session, code)
        return cls(
            session, published.script, published.version_id, code, company.key, company.run_id, now
        )

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def seat(self, who: int) -> Seated:
        return access.seat_in(self.session, self.key, viewer_id=who)

    def company(self) -> Company:
        self.session.rollback()
        return company_in(self.session, self.run_id)

    def path(self) -> tuple[str, ...]:
        return runs.path_of(self.session, self.run_id)

    def on_turn(self) -> tuple[str, ...]:
        return play.seats_on_turn(self.script, play.replay(self.script, self.path()))

    def offered(self, step: int | None = None) -> tuple[str, ...]:
        return play.offered(self.script, play.replay(self.script, self.path()[:step]))

    def ways(self, who: int) -> tuple[set[Way], list[int]]:
        """Return what somebody can do to go on, and whom they wait for."""
        company = self.company()
        me, on_turn = company.person(who), pairs.on_turn(self.session, company, self.script)
        waits = [each.user_id for each in awaited(company, me, on_turn)]
        return ways_of(company, me, self.now, on_turn=on_turn), waits

    def do(self, act: Act) -> None:
        """Carry out an act in a transaction of its own.

        :raise TrainerError: if the services refuse it
        """
        with writing(self.session):
            _DO[act.kind](self, act)

    def stored(self) -> list[Any]:
        """Return all that is stored of the run."""
        self.session.rollback()
        return [
            list(self.session.execute(sa.select(each.__table__).where(where).order_by(each.id)))
            for each, where in (
                (Run, Run.id == self.run_id),
                (Pair, Pair.run_id == self.run_id),
                (Participant, Participant.run_id == self.run_id),
                (Step, Step.run_id == self.run_id),
                (Pick, Pick.run_id == self.run_id),
            )
        ]


def word(who: int, about: str) -> str:
    """Return what somebody writes: nobody else's, and nothing else's."""
    return f"canary-{who}-{about}-canary"


def answer_for(way: Way, play_: Play, who: int, waits: list[int]) -> Act | None:
    """Return the act by which somebody takes a way; None where there is nothing left to do."""
    seated = play_.seat(who)
    kinds = {
        Way.READY: "ready", Way.BEGIN: "begin", Way.COME_BACK: "come_back",
        Way.NUDGE: "nudge", Way.STAND_IN: "stand_in", Way.CATCH_UP: "catch_up",
    }  # fmt: skip
    if way is Way.ANSWER:
        return Act({Stage.CASE: "case", Stage.DIAGNOSIS: "diagnose"}.get(seated.stage, "rate"), who)
    if way is Way.GO_ON:
        kind = {Stage.DEBRIEF: "finish_debrief", Stage.NEXT_STEP: "finish"}.get(seated.stage)
        return Act(kind, who) if kind else None
    if way is Way.RATE_PLAY:
        return Act("pass_over" if (who + len(play_.path())) % 3 == 0 else "rate_play", who)
    if way is Way.CHOOSE:
        return Act("choose", who, what=play_.offered()[0], step=len(play_.path()))
    company = play_.company()
    gone = [
        each.user_id
        for each in company.people
        if each.user_id in waits and (each.is_out or company.is_away(each, play_.now))
    ]
    if way is Way.NUDGE:  # also whom one does not wait for
        gone += [each.user_id for each in absent(company, company.person(who), play_.now)]
    return Act(kinds[way], who, whom=gone[0] if gone else 0, what="yes")


def _join(self: Play, act: Act) -> None:
    lobby.join(self.session, self.code, self.script, user_id=act.who, seat=act.what, now=self.now)


def _as(acts: Callable[[Play, Seated, Act], object]) -> Callable[[Play, Act], object]:
    return lambda self, act: acts(self, self.seat(act.who), act)


def _poll(self: Play, act: Act) -> None:
    company, me = presence.look(self.session, self.key, viewer_id=act.who)
    presence.note_seen(self.session, company, me, now=self.now)


def _draft(self: Play, seated: Seated, act: Act) -> None:
    right = self.script.scenario.diagnosis
    answer = Answer(
        systems=right.systems.primary, failed_tests=right.failed_tests, who=right.barrier.who,
        what=right.barrier.what, reason=word(act.who, "diagnosis"),
    )  # fmt: skip
    diagnosis.save_diagnosis(self.session, seated, answer, now=self.now)


def _diagnose(self: Play, seated: Seated, act: Act) -> None:
    _draft(self, seated, act)
    diagnosis.commit_diagnosis(self.session, seated, self.script, now=self.now)


def _rate_one(self: Play, seated: Seated, act: Act, card: ratings.Card | None = None) -> None:
    sentence = next(iter(self.script.scenario.sentences))
    kept = Kept(Rating(2, None, word(act.who, "rating"), (sentence,)), not_enough=False)
    card = card or ratings.cards_of(self.script)[0]
    ratings.save_rating(self.session, seated, self.script, card, kept, now=self.now)


def _rate(self: Play, seated: Seated, act: Act) -> None:
    for card in ratings.cards_of(self.script):
        _rate_one(self, seated, act, card)
    ratings.commit_ratings(self.session, seated, self.script, now=self.now)


def _draft_play(self: Play, seated: Seated, act: Act) -> None:
    sheet = play_ratings.sheet_of(self.session, seated, self.script)
    first = {play.seat: f"{play.responses[0].number}" for play in sheet.plays}
    given = {
        card: Kept(Rating(2, None, word(act.who, "play"), (first[card[0]],)), not_enough=False)
        for card in play_ratings.cards_of(self.script, sheet)
    }
    play_ratings.save(self.session, seated, self.script, given, now=self.now)


def _rate_play(self: Play, seated: Seated, act: Act) -> None:
    _draft_play(self, seated, act)
    play_ratings.commit(self.session, seated, self.script, now=self.now)


def _mark(self: Play, seated: Seated, act: Act) -> None:
    marked = Marked(note=word(act.who, f"mark{act.step}"))
    observing.save_mark(self.session, seated, self.script, act.step, marked, now=self.now)


def _choose(self: Play, seated: Seated, act: Act) -> None:
    deciding.decide(
        self.session, seated, self.script, act.what, at_step=act.step,
        reason=word(act.who, f"reason{act.step}"), now=self.now,
    )  # fmt: skip


def _note(self: Play, seated: Seated, act: Act) -> None:
    deciding.note(
        self.session, seated, self.script, act.what or None, at_step=act.step,
        reason=word(act.who, f"note{act.step}"), now=self.now,
    )  # fmt: skip


def _move_on(stage: Stage) -> Callable[[Play, Seated, Act], None]:
    def move_on(self: Play, seated: Seated, act: Act) -> None:
        runs.require(seated, stage)
        runs.move_on(self.session, seated, stage, now=self.now)

    return move_on


def _finish(self: Play, seated: Seated, act: Act) -> None:
    plan = Plan(sentence=word(act.who, "plan"), due_on=self.now.date() + timedelta(days=9))
    next_steps.save_plan(self.session, seated, plan, now=self.now)
    next_steps.finish_plan(self.session, seated, now=self.now)


def _swap(self: Play, seated: Seated, act: Act) -> None:
    swaps.start_swap(
        self.session, seated, self.script, at=act.step, start_key=f"swap {act.who} {self.now}",
        now=self.now,
    )  # fmt: skip


_DO: dict[str, Callable[[Play, Act], object]] = {
    "join": _join,
    "poll": _poll,
    "delete": lambda self, act: forgetting.delete_person(self.session, act.who, now=self.now),
    "claim": lambda self, act: claiming.claim(self.session, act.whom, act.who, now=self.now),
    "take_seat": _as(
        lambda self, seated, act: lobby.take_seat(
            self.session, seated, self.script, act.what, now=self.now
        )
    ),
    "ready": _as(
        lambda self, seated, act: lobby.say_ready(
            self.session, seated, self.script, ready=act.what == "yes", now=self.now
        )
    ),
    "begin": _as(
        lambda self, seated, act: lobby.begin(self.session, seated, self.script, now=self.now)
    ),
    "case": _as(
        lambda self, seated, act: pairs.finish_case(self.session, seated, self.script, now=self.now)
    ),
    "draft": _as(_draft),
    "diagnose": _as(_diagnose),
    "rate_one": _as(_rate_one),
    "rate": _as(_rate),
    "choose": _as(_choose),
    "note": _as(_note),
    "nudge": _as(
        lambda self, seated, act: presence.nudge(self.session, seated, act.whom, now=self.now)
    ),
    "stand_in": _as(
        lambda self, seated, act: presence.let_stand_in(
            self.session, seated, self.script, act.whom, now=self.now
        )
    ),
    "leave": _as(
        lambda self, seated, act: presence.leave(self.session, seated, self.script, now=self.now)
    ),
    "come_back": _as(
        lambda self, seated, act: presence.come_back(
            self.session, seated, self.script, now=self.now
        )
    ),
    "catch_up": _as(
        lambda self, seated, act: presence.catch_up(self.session, seated, self.script, now=self.now)
    ),
    "rate_play": _as(_rate_play),
    "draft_play": _as(_draft_play),
    "pass_over": _as(
        lambda self, seated, act: play_ratings.pass_over(
            self.session, seated, self.script, now=self.now
        )
    ),
    "mark": _as(_mark),
    "swap": _as(_swap),
    "finish_debrief": _as(_move_on(Stage.DEBRIEF)),
    "finish": _as(_finish),
}


def make_guests(session: Session, count: int, now: datetime) -> list[int]:
    with writing(session):
        return [accounts.make_guest(session, now=now) for _ in range(count)]


def has_account(session: Session, who: int) -> bool:
    return session.scalar(sa.select(User.email).where(User.id == who)) is not None


def make_account(session: Session, who: int, now: datetime) -> None:
    """Let a guest have an account."""
    with writing(session):
        accounts.register(
            session, name="Somebody", email=f"{who}@district.example", password_hash="x",
            guest_id=who, now=now,
        )  # fmt: skip
