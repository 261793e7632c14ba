"""A cohort, what its people share with who facilitates it, and what is written about that."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import access, cohorts, comments, sharing, threads
from lfp_trainer.services.access import Seated, Thing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.threads import Thread
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Membership, Place
from tests.conftest import NOON

_KEYS = count()


@dataclass
class Spring:
    """A cohort, with the acts of its people."""

    session: Session
    key: str
    dana_id: int

    @classmethod
    def make(cls, session: Session, dana_id: int, *members: int) -> "Spring":
        with writing(session):
            key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
            code = cohorts.find(session, key, viewer_id=dana_id).code
            for each in members:
                cohorts.join(session, code, user_id=each, now=NOON)
        return cls(session, key, dana_id)

    def as_seen_by(self, viewer_id: int) -> Joined:
        return cohorts.find(self.session, self.key, viewer_id=viewer_id)

    @property
    def cohort(self) -> Joined:
        return self.as_seen_by(self.dana_id)

    def share(self, *seats: Seated, now: datetime = NOON) -> None:
        for seated in seats:
            with writing(self.session):
                sharing.agree(self.session, seated, self.cohort.id, now=now)

    def withdraw(self, seated: Seated) -> None:
        with writing(self.session):
            sharing.withdraw(self.session, seated)

    def let_facilitate(self, user_id: int, *, since: datetime) -> None:
        with writing(self.session):
            code = self.cohort.code
            cohorts.join(self.session, code, user_id=user_id, now=NOON)
            self.session.execute(
                sa.update(Membership)
                .where(Membership.user_id == user_id, Membership.cohort_id == self.cohort.id)
                .values(role=Place.FACILITATOR, facilitates_since=since)
            )

    def write(
        self, thing: Thing, text: str = "Why here?", *, by: int = 0, start_key: str = "",
        now: datetime = NOON,
    ) -> None:  # fmt: skip
        author_id = by or self.dana_id
        with writing(self.session):
            comments.write(
                self.session, self.as_seen_by(author_id), thing, text,
                author_id=author_id, start_key=start_key or f"key-{next(_KEYS)}", now=now,
            )  # fmt: skip

    def answer(self, thread: Thread, text: str, *, by: int, now: datetime = NOON) -> None:
        with writing(self.session):
            comments.answer(
                self.session, thread.key, text,
                viewer_id=by, start_key=f"key-{next(_KEYS)}", now=now,
            )  # fmt: skip

    def read(self, thread: Thread, *, by: int) -> None:
        with writing(self.session):
            comments.mark_read(self.session, thread, viewer_id=by, now=NOON)

    def seen_by(self, viewer_id: int, run_id: int) -> list[str]:
        """Return what was written about a run, as far as somebody who facilitates reads it."""
        found = threads.threads_of_run(
            self.session, self.as_seen_by(viewer_id), run_id, viewer_id=viewer_id
        )
        return [said.text for each in found for said in each.said]


def read_by(session: Session, learner_id: int) -> list[str]:
    """Return what was written to somebody, answers too."""
    found = threads.threads_for_learner(session, learner_id)
    return [said.text for each in found for said in each.said]


def only_thread(session: Session, learner_id: int) -> Thread:
    (found,) = threads.threads_for_learner(session, learner_id)
    return found


def seat(session: Session, key: str, user_id: int) -> Seated:
    return access.seat_in(session, key, viewer_id=user_id)
