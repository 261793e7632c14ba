"""Two people at two browsers in one run, brought by the services to where a story begins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lfp_trainer.services import runs
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Pair, Participant, Run, Step, User
from tests.browser.server import Site
from tests.browser.tour import sign_in
from tests.browser.visitor import Visitor
from tests.together import Together


@dataclass
class Couple:
    """Alice, who plays Marcus Bell, and Bob, who plays Ana Ruiz."""

    site: Site
    alice: Visitor
    bob: Visitor
    alice_id: int
    bob_id: int
    key: str
    code: str

    @classmethod
    def meet(cls, site: Site, visit: Callable[..., Visitor], **options: object) -> "Couple":
        """Let both take a seat and begin, and sign both in."""
        emails = site.enrol("alice"), site.enrol("bob")
        with site.session() as session:
            alice_id, bob_id = (
                session.scalars(sa.select(User.id).where(User.email == each)).one()
                for each in emails
            )
            together = Together.open(session, alice_id, now=datetime.now(UTC))
            together.join(bob_id)
            together.ready(alice_id, bob_id)
        alice, bob = visit(**options), visit(**options)
        for each, email in zip((alice, bob), emails, strict=True):
            sign_in(each, email)
        return cls(site, alice, bob, alice_id, bob_id, together.key, together.code)

    @contextmanager
    def together(self) -> Iterator[Together]:
        """Act through the services, as of now."""
        with self.site.session() as session:
            yield Together(session, self.code, self.key, datetime.now(UTC))

    def commit(self, *people: int) -> None:
        with self.together() as together:
            together.commit(*(people or (self.alice_id, self.bob_id)))

    def play_to(self, scene: str) -> None:
        """Play until a scene is open, along the shortest way to it."""
        with self.together() as together:
            together.play_to(scene, self.alice_id)

    def come(self, stage: str = "role-play") -> None:
        """Let both open the page of the run."""
        for each in (self.alice, self.bob):
            each.page.goto(f"/runs/{self.key}?stage={stage}")

    def was_last_seen(self, user_id: int, ago: timedelta) -> None:
        """Let the last sign from somebody's page be some time ago."""
        with self.site.session() as session, database.writing(session):
            run_id = sa.select(Run.id).where(Run.key == self.key).scalar_subquery()
            session.execute(
                sa.update(Participant)
                .where(Participant.run_id == run_id, Participant.user_id == user_id)
                .values(seen_at=datetime.now(UTC) - ago)
            )

    def has_taken_long(self, ago: timedelta) -> None:
        """Let the decision that is open have been so for some time."""
        then = datetime.now(UTC) - ago
        with self.site.session() as session, database.writing(session):
            run_id = sa.select(Run.id).where(Run.key == self.key).scalar_subquery()
            session.execute(sa.update(Step).where(Step.run_id == run_id).values(chosen_at=then))
            session.execute(sa.update(Pair).where(Pair.run_id == run_id).values(opened_at=then))

    def email_of(self, user_id: int) -> str:
        with self.site.session() as session:
            return session.scalars(sa.select(User.email).where(User.id == user_id)).one() or ""

    def moves(self) -> int:
        with self.together() as together:
            return len(runs.path_of(together.session, together.seat(self.alice_id).run_id))
