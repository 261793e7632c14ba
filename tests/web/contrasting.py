"""Two stories held against each other, as somebody rates them through their pages."""

import re
from dataclasses import dataclass

from werkzeug.test import TestResponse

from lfp_trainer import config
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.engine.exercise.contrast import Page, pages_of
from lfp_trainer.services import exercise_shelf
from tests.conftest import Browser

URL = "/contrast/lakeland"
REASON = "Alice's reason for a row"


def the_contrast() -> Exercise:
    return exercise_shelf.on_shelf(config.SCENARIOS)["lakeland"]


PAGES = 5
FIRST_RUBRIC = (1, 2)
LAST_PAGE = 5


def page_of(number: int) -> Page:
    return pages_of(the_contrast())[number - 1]


def answers(number: int, *, level: str = "2", **changes: object) -> dict[str, object]:
    """Rate every row of a page: a 2 with the third sentence, if not told else."""
    page = page_of(number)
    third = list(the_contrast().texts[page.text].sentences)[2]
    sent: dict[str, object] = {}
    for strand in page.strands:
        sent[f"{strand}-level"] = level
        sent[f"{strand}-evidence"] = [third] if level != "NE" else []
    return sent | changes


@dataclass
class Rated:
    """One set of one person."""

    browser: Browser
    url: str

    @classmethod
    def begin(cls, browser: Browser, *, htmx: bool = False) -> "Rated":
        answer = browser.post(f"{URL}/sets", htmx=htmx)
        url = answer.headers.get("HX-Redirect") or answer.location
        assert re.fullmatch(rf"{URL}/\d+", url or ""), answer.status
        return cls(browser, url or "")

    def get(self, part: object = "", **how: bool) -> TestResponse:
        return self.browser.get(f"{self.url}/{part}".rstrip("/"), htmx=how.get("htmx", False))

    def send(self, number: int, sent: dict[str, object] | None = None, **how: bool) -> TestResponse:
        data = answers(number) if sent is None else sent
        return self.browser.post(f"{self.url}/{number}", data, htmx=how.get("htmx", False))

    def commit_first(self) -> "Rated":
        """Rate and commit both stories on the first rubric."""
        for number in FIRST_RUBRIC:
            reason = {f"{page_of(number).strands[0]}-reason": REASON}
            assert self.send(number, answers(number) | reason).status_code == 303
        return self

    def finish(self) -> "Rated":
        for number in range(1, PAGES + 1):
            assert self.send(number).status_code == 303
        return self
