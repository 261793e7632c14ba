"""People who play one run together, brought by the services to where a test needs them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.rubric import Rating
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    access,
    deciding,
    diagnosis,
    library,
    lobby,
    pairs,
    picks,
    play_ratings,
    presence,
    ratings,
    runs,
    swaps,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage

ONE, OTHER = "partner", "principal"
"""The seats of the first scenario."""


@dataclass
class Together:
    """One run and its people, acting through the services at a time the test chooses."""

    session: Session
    code: str
    key: str
    now: datetime

    @classmethod
    def open(
        cls,
        session: Session,
        user_id: int,
        *,
        now: datetime,
        scenario: str = "glowing-observations",
        seat: str = ONE,
    ) -> "Together":
        published = library.current(session, scenario)
        with writing(session):
            code = lobby.open_lobby(
                session, published, user_id=user_id, seat=seat, start_key=f"{user_id}-{now}",
                now=now,
            )  # fmt: skip
            key = lobby.find_lobby(session, code)[0].key
        return cls(session, code, key, now)

    def seat(self, user_id: int) -> Seated:
        return access.seat_in(self.session, self.key, viewer_id=user_id)

    def script(self, user_id: int) -> Script:
        seated = self.seat(user_id)
        return library.script_of(self.session, seated.version_id, seated.digest)

    def company(self, user_id: int) -> Company:
        return company_in(self.session, self.seat(user_id).run_id)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def seen(self, *people: int) -> None:
        """Let somebody's page ask, as it does every two seconds."""
        for user_id in people:
            with writing(self.session):
                company, me = presence.look(self.session, self.key, viewer_id=user_id)
                presence.note_seen(self.session, company, me, now=self.now)

    def join(self, user_id: int, seat: str = OTHER) -> None:
        with writing(self.session):
            found, version = lobby.find_lobby(self.session, self.code)
            script = library.script_of(
                self.session, version, library.current(self.session, SCENARIO).digest
            )
            lobby.join(self.session, self.code, script, user_id=user_id, seat=seat, now=self.now)

    def ready(self, *people: int) -> None:
        for user_id in people:
            script = self.script(user_id)
            with writing(self.session):
                lobby.say_ready(self.session, self.seat(user_id), script, ready=True, now=self.now)

    def begin(self, user_id: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            lobby.begin(self.session, self.seat(user_id), script, now=self.now)

    def commit(self, *people: int) -> None:
        """Let people answer all that comes before the conversation, from where they are."""
        for user_id in people:
            script = self.script(user_id)
            if self.seat(user_id).stage is Stage.CASE:
                self.finish_case(user_id)
            if self.seat(user_id).stage is Stage.DIAGNOSIS:
                self._diagnose(user_id, script)
            if self.seat(user_id).stage is Stage.RATING:
                self._rate(user_id, script)

    def finish_case(self, user_id: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            pairs.finish_case(self.session, self.seat(user_id), script, now=self.now)

    def diagnose(self, user_id: int) -> None:
        self._diagnose(user_id, self.script(user_id))

    def _diagnose(self, user_id: int, script: Script) -> None:
        reference = script.scenario.diagnosis
        answer = Answer(
            systems=reference.systems.primary, failed_tests=reference.failed_tests,
            who=reference.barrier.who, what=reference.barrier.what,
            reason=words_of(user_id, "diagnosis"),
        )  # fmt: skip
        with writing(self.session):
            diagnosis.save_diagnosis(self.session, self.seat(user_id), answer, now=self.now)
            diagnosis.commit_diagnosis(self.session, self.seat(user_id), script, now=self.now)

    def _rate(self, user_id: int, script: Script) -> None:
        sentence = next(iter(script.scenario.sentences))
        with writing(self.session):
            for card in ratings.cards_of(script):
                given = Rating(2, None, words_of(user_id, "rating"), (sentence,))
                ratings.save_rating(
                    self.session, self.seat(user_id), script, card,
                    Kept(given, not_enough=False), now=self.now,
                )  # fmt: skip
            ratings.commit_ratings(self.session, self.seat(user_id), script, now=self.now)

    def position(self, user_id: int) -> Position:
        return play.replay(
            self.script(user_id), runs.path_of(self.session, self.seat(user_id).run_id)
        )

    def on_turn(self, user_id: int) -> tuple[str, ...]:
        return play.seats_on_turn(self.script(user_id), self.position(user_id))

    def choose(self, user_id: int, choice_id: str = "", *, at_step: int | None = None) -> None:
        """Choose, by default the first response on offer, on the page as it is."""
        script, position = self.script(user_id), self.position(user_id)
        with writing(self.session):
            deciding.decide(
                self.session, self.seat(user_id), script,
                choice_id or play.offered(script, position)[0],
                at_step=len(position.path) if at_step is None else at_step,
                reason=words_of(user_id, "reason"), now=self.now,
            )  # fmt: skip

    def play_to_the_end(self, *people: int) -> None:
        """Let those on turn take the first response until the conversation is over."""
        while not self.company(people[0]).ending_id:
            on_turn = self.on_turn(people[0])
            company = self.company(people[0])
            for each in company.deciders(on_turn):
                if not self.company(people[0]).ending_id and self.on_turn(people[0]) == on_turn:
                    self.choose(each.user_id)

    def rate_play(self, user_id: int, *, commit: bool = True) -> None:
        """Say of every play that is asked about: level 2, for the first response."""
        script = self.script(user_id)
        with writing(self.session):
            sheet = play_ratings.sheet_of(self.session, self.seat(user_id), script)
            steps = {play.seat: f"{play.responses[0].number}" for play in sheet.plays}
            given = {
                card: Kept(
                    Rating(2, None, words_of(user_id, f"play {card[0]}"), (steps[card[0]],)), False
                )
                for card in play_ratings.cards_of(script, sheet)
            }
            play_ratings.save(self.session, self.seat(user_id), script, given, now=self.now)
            if commit:
                play_ratings.commit(self.session, self.seat(user_id), script, now=self.now)

    def pass_over(self, *people: int) -> None:
        for user_id in people:
            script = self.script(user_id)
            with writing(self.session):
                play_ratings.pass_over(self.session, self.seat(user_id), script, now=self.now)

    def swap(
        self, user_id: int, *, at: int = 1, with_observer: bool = False, start_key: str = ""
    ) -> "Together":
        """Begin the other way round, or find the one that is going on."""
        script = self.script(user_id)
        with writing(self.session):
            key = swaps.start_swap(
                self.session, self.seat(user_id), script, at=at, with_observer=with_observer,
                start_key=start_key or f"swap-{user_id}-{self.now}-{at}", now=self.now,
            )  # fmt: skip
        code = access.seat_in(self.session, key, viewer_id=user_id).code
        return Together(self.session, code or "", key, self.now)

    def choose_otherwise(self, *people: int) -> None:
        """Let those on turn take the last response that is offered, until it is over."""
        while not self.company(people[0]).ending_id:
            on_turn = self.on_turn(people[0])
            last = play.offered(self.script(people[0]), self.position(people[0]))[-1]
            for each in self.company(people[0]).deciders(on_turn):
                if not self.company(people[0]).ending_id and self.on_turn(people[0]) == on_turn:
                    self.choose(each.user_id, last)

    def note_privately(self, *people: int) -> int:
        """Let whoever is not on turn note what they would choose, and return who it is."""
        deciders = [
            each.user_id for each in self.company(people[0]).deciders(self.on_turn(people[0]))
        ]
        (waits,) = [each for each in people if each not in deciders]
        script, position = self.script(waits), self.position(waits)
        with writing(self.session):
            deciding.note(
                self.session, self.seat(waits), script, play.offered(script, position)[-1],
                at_step=len(position.path), reason=words_of(waits, "a private note"), now=self.now,
            )  # fmt: skip
        return waits

    def play_to(self, scene: str, viewer_id: int) -> None:
        """Let those on turn play until a scene is open, along the shortest way to it."""
        self.session.rollback()  # what others did meanwhile, on pages, is read anew
        script = self.script(viewer_id)
        for choice_id in way_to(script, self.position(viewer_id), scene):
            for each in self.company(viewer_id).deciders(self.on_turn(viewer_id)):
                self.choose(each.user_id, choice_id)

    def leave(self, user_id: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            presence.leave(self.session, self.seat(user_id), script, now=self.now)

    def come_back(self, user_id: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            presence.come_back(self.session, self.seat(user_id), script, now=self.now)

    def catch_up(self, user_id: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            presence.catch_up(self.session, self.seat(user_id), script, now=self.now)

    def let_stand_in(self, user_id: int, whom: int) -> None:
        script = self.script(user_id)
        with writing(self.session):
            presence.let_stand_in(self.session, self.seat(user_id), script, whom, now=self.now)

    def picks(self, user_id: int) -> dict[int, picks.Picked]:
        """Return the picks at the open decision that somebody may see."""
        seated = self.seat(user_id)
        return picks.shown_picks(
            self.session, company_in(self.session, seated.run_id), seated, self.script(user_id),
            self.position(user_id),
        )  # fmt: skip


SCENARIO = "glowing-observations"


def words_of(user_id: int, about: str) -> str:
    """Return what somebody wrote, to be looked for where it must not be."""
    return f"words of {user_id} on {about}"


def named(session: Session, user_id: int, name: str) -> int:
    """Give somebody a name, and return who they are."""
    from lfp_trainer.storage.models import User

    with writing(session):
        session.execute(sa.update(User).where(User.id == user_id).values(name=name))
    return user_id


def way_to(script: Script, position: Position, scene: str) -> list[str]:
    """Return the fewest responses that lead to a scene."""
    ways: list[tuple[Position, list[str]]] = [(position, [])]
    seen = set()
    while ways:
        here, way = ways.pop(0)
        if here.scene == scene:
            return way
        for choice_id in play.offered(script, here):
            then = play.choose(script, here, choice_id)
            if (state := (then.scene, then.gauges, then.marks)) not in seen:
                seen.add(state)
                ways.append((then, [*way, choice_id]))
    raise AssertionError(f"no way leads to {scene}")
