"""A set of vignettes, as somebody rates it through its pages."""

import re
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.web.conftest import values

REASON = "Alice's reason for a vignette"


@dataclass
class SetPage:
    """One set of one person."""

    browser: Browser
    url: str

    @classmethod
    def begin(cls, browser: Browser, *, htmx: bool = False) -> "SetPage":
        answer = browser.post("/calibrate/sets", htmx=htmx)
        url = answer.headers.get("HX-Redirect") or answer.location
        assert re.fullmatch(r"/calibrate/sets/\d+", url or ""), answer.status
        return cls(browser, url or "")

    def get(self, part: str = "", **how: bool) -> TestResponse:
        """Open a page of the set, as a browser does that follows where it is sent."""
        htmx = how.get("htmx", False)
        return self.browser.get(f"{self.url}{part}", htmx=htmx, follow_redirects=True)

    def rate(self, part: str, *, htmx: bool = False, **changes: str | list[str]) -> TestResponse:
        """Rate a strand, such as ``/1/motivate``: a 2 with the first sentence, if not told else."""
        sentence = values(self.get(f"/{part.split('/')[1]}").text, "evidence")[:1]
        sent: dict[str, object] = {"level": "2", "evidence": sentence, "reason": REASON}
        return self.browser.post(f"{self.url}{part}", sent | changes, htmx=htmx)

    def open_card(self) -> str | None:
        """Return the place and strand that is to be rated now, such as ``/1/motivate``."""
        page = self.get().text
        found = re.search(rf'action="{self.url}(/\d+/\w+)"', page)
        return found[1] if found else None

    def commit_one(self, **changes: str | list[str]) -> "SetPage":
        """Rate the vignette that is open on every strand."""
        card = self.open_card()
        place = card and card.split("/")[1]
        while card and card.split("/")[1] == place:
            assert self.rate(card, htmx=False, **changes).status_code == 303
            card = self.open_card()
        return self

    def finish(self, **changes: str | list[str]) -> "SetPage":
        while self.open_card():
            self.commit_one(**changes)
        return self
