"""A cohort whose members have played by themselves and show it to who facilitates it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import (
    access,
    accounts,
    cohorts,
    demo,
    demo_looking_back,
    guests,
    library,
    sharing,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage, User, WorkPosition

HABITS = (demo.mostly_well, demo.by_chance, demo.by_reference)
POSITIONS = (*WorkPosition,)


@dataclass
class Room:
    """A cohort, and what its members have played."""

    session: Session
    cohort: Joined
    facilitator_id: int
    now: datetime
    dice: Random
    people: list[int] = field(default_factory=list)

    @classmethod
    def open(cls, session: Session, facilitator_id: int, *, now: datetime) -> "Room":
        with writing(session):
            key = cohorts.make(session, name="Lakeland, spring", user_id=facilitator_id, now=now)
        cohort = cohorts.find(session, key, viewer_id=facilitator_id)
        return cls(session, cohort, facilitator_id, now, Random(f"cohort {cohort.id}"))

    def let_in(self, name: str, position: WorkPosition | None = None) -> int:
        """Let somebody new in as a guest; return who it is."""
        with writing(self.session):
            user_id = accounts.make_guest(self.session, now=self.now)
            guests.name_guest(self.session, user_id, name)
            place = position or POSITIONS[len(self.people) % len(POSITIONS)]
            self.session.execute(sa.update(User).where(User.id == user_id).values(position=place))
            cohorts.join(self.session, self.cohort.code, user_id=user_id, now=self.now)
        self.people.append(user_id)
        return user_id

    def play(
        self,
        user_id: int,
        *,
        seat: str = "both",
        shares: bool = True,
        stop: Stage | None = None,
        scenario: str = "glowing-observations",
        habit: demo.Habit = demo.mostly_well,
    ) -> Seated:
        """Let somebody play, and agree that it is shown."""
        published = library.current(self.session, scenario)
        with writing(self.session):
            key = demo.play_run(
                self.session, published, user_id=user_id, seat=seat, habit=habit, stop=stop,
                dice=self.dice, now=self.now,
            )  # fmt: skip
            seated = access.seat_in(self.session, key, viewer_id=user_id)
            if shares:
                sharing.agree(self.session, seated, self.cohort.id, now=self.now)
        return seated

    def withdraw(self, seated: Seated) -> None:
        with writing(self.session):
            sharing.withdraw(self.session, seated)

    def fill(self, names: Sequence[str], *, seats: Sequence[str] = ("both",)) -> None:
        """Let people in who play one after another in their ways, and rate again afterwards."""
        for number, name in enumerate(names):
            user_id = self.let_in(name)
            self.play(user_id, seat=seats[number % len(seats)], habit=HABITS[number % len(HABITS)])
            if number % 2:
                with writing(self.session):
                    demo_looking_back.look_back(self.session, user_id, self.dice, now=self.now)
