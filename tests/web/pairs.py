"""Alice and Bob in one run, each with a browser, brought by the services to where a test is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import NOON, Browser
from tests.together import Together

PLACES = (
    "",
    "?stage=case",
    "?stage=diagnosis",
    "?stage=rating",
    "?stage=role-play",
    "?stage=debrief",
    "?stage=next-step",
    "/debrief",
    "/again/0",
    "/after",
    "/what-if",
    "/what-if/1",
    "/compare",
    "/swap",
)
"""Every page of a run, by what is added to its address."""


@dataclass
class Two:
    """A run of two people, and the browser of each."""

    together: Together
    alice: Browser
    bob: Browser

    @classmethod
    def meet(cls, session: Session, alice: Browser, bob: Browser, *, now: datetime = NOON) -> "Two":
        together = Together.open(session, alice.user_id, now=now)
        together.join(bob.user_id)
        together.ready(alice.user_id, bob.user_id)
        return cls(together, alice, bob)

    @property
    def url(self) -> str:
        return f"/runs/{self.together.key}"

    @property
    def both(self) -> tuple[int, int]:
        return self.alice.user_id, self.bob.user_id

    def at(self, together: Together) -> "Two":
        """Return the same people in another run of theirs."""
        return Two(together, self.alice, self.bob)

    def opened(self) -> "Two":
        self.together.commit(*self.both)
        return self

    def played(self) -> "Two":
        self.opened().together.play_to_the_end(*self.both)
        return self

    def told(self) -> "Two":
        self.played().together.rate_play(self.alice.user_id)
        self.together.rate_play(self.bob.user_id)
        return self

    def everything_for(self, browser: Browser) -> Iterator[tuple[str, TestResponse]]:
        """Ask for every page of the run, and for its fragment."""
        for place in PLACES:
            for htmx in (False, True):
                yield f"{place} {htmx}", browser.get(self.url + place, htmx=htmx)
