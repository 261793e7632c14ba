"""A site with the first scenario on its shelf, and runs played through its pages."""

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from tests.conftest import Browser

SCENARIO = "glowing-observations"


@pytest.fixture
def stocked() -> bool:
    """Every page is tested with the shipped scenarios on the shelf."""
    return True


@dataclass
class RunPage:
    """One run, as somebody plays it through its pages."""

    browser: Browser
    url: str
    answers: list[TestResponse] = field(default_factory=list)

    def post(self, part: str, data: dict[str, object] | None = None, **how: bool) -> TestResponse:
        answer = self.browser.post(f"{self.url}{part}", data, htmx=how.get("htmx", False))
        self.answers.append(answer)
        return answer

    def get(self, query: str = "") -> TestResponse:
        return self.browser.get(f"{self.url}{query}")

    @property
    def key(self) -> str:
        return self.url.rsplit("/", 1)[1]

    def diagnose(self, **how: bool) -> TestResponse:
        return self.post("/diagnosis", DIAGNOSIS, **how)

    def rate(self, card: int, **changes: object) -> TestResponse:
        return self.post(f"/ratings/{card}", {**RATING, **changes})

    def choose(self, choice: str, step: int, reason: str = "", **how: bool) -> TestResponse:
        return self.post("/choices", {"choice": choice, "step": step, "reason": reason}, **how)

    def to_diagnosis(self) -> "RunPage":
        assert self.post("/case").status_code == 303
        return self

    def to_rating(self) -> "RunPage":
        self.to_diagnosis()
        assert self.diagnose().status_code == 303
        return self

    def to_role_play(self) -> "RunPage":
        return self.to_rating().to_role_play_from_rating()

    def answered(self, reason: str) -> "RunPage":
        """Commit a diagnosis and ratings, all of them for one reason."""
        self.to_diagnosis().post("/diagnosis", {**DIAGNOSIS, "reason": reason})
        return self.to_role_play_from_rating(reason=reason)

    def to_role_play_from_rating(self, **changes: object) -> "RunPage":
        page = self.get().text
        total = re.search(r"Rating \d+ of (\d+)", page)
        assert total is not None
        for card in range(int(total[1])):
            answer = self.rate(card, evidence=values(page, "evidence")[:1], **changes)
            assert answer.status_code == 303
        assert self.post("/ratings").status_code == 303
        return self

    def to_debrief(self) -> "RunPage":
        self.to_role_play()
        while (open_now := self.open_now()) is not None:
            step, choices = open_now
            assert self.choose(choices[0], step, "It seemed right.").status_code == 303
        return self

    def to_next_step(self) -> "RunPage":
        self.to_debrief()
        assert self.post("/debrief").status_code == 303
        return self

    def to_the_end(self) -> "RunPage":
        self.to_next_step()
        assert self.post("/next-step", PLAN).status_code == 303
        return self

    def open_now(self) -> tuple[int, list[str]] | None:
        """Return the step that is open and the choices on offer, None once the play is over."""
        page = self.get("?stage=role-play").text
        step = re.search(r'name="step" value="(\d+)"', page)
        return (int(step[1]), values(page, "choice")) if step else None


DIAGNOSIS: dict[str, object] = {
    "systems": ["ILR", "TAL"],
    "failed_tests": ["used"],
    "who": ["principal"],
    "what": ["SK"],
    "reason": "Alice's words on the diagnosis",
}
RATING: dict[str, object] = {
    "level": "2",
    "evidence": ["fewer-visits"],
    "reason": "Alice's reason for her rating",
}
PLAN: dict[str, object] = {
    "sentence": "Alice walks out with this",
    "due_on": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}",
    "goal": "The goal of Alice",
}


def values(page: str, name: str) -> list[str]:
    """Return the values of every field or button of that name."""
    found = re.findall(rf'name="{name}"\s+value="([^"]*)"', page)
    return [html.unescape(value) for value in found]


def without_token(page: str) -> str:
    """Return a page without the form token, which tells the second it was made in."""
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", page)


def contents_of(page: str) -> list[str]:
    """Return where the list at its top leads, checked to be there."""
    (listed,) = re.findall(r'<nav id="on-this-page".*?</nav>', page, re.S)
    places: list[str] = re.findall(r'href="#([^"]+)"', listed)
    assert [each for each in places if page.count(f' id="{each}"') != 1] == []
    return places


def start(browser: Browser, seat: str = "both") -> RunPage:
    page = browser.get(f"/scenarios/{SCENARIO}").text
    answer = browser.post(
        "/runs",
        {"scenario": SCENARIO, "seat": seat, "start_key": values(page, "start_key")[0]},
    )
    assert answer.status_code == 303
    return RunPage(browser, answer.location)


@pytest.fixture
def alices_run(alice: Browser) -> RunPage:
    return start(alice)
