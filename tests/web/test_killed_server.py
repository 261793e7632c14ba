"""A server that is killed between any two requests has lost nothing that it answered.

The real server on a real file, ended with SIGKILL after every answered act of a whole run and
started again. This proves that an answer is sent only after its commit; that the disk was told to
keep it is proved by the settings of every connection, in ``tests/storage``.
"""

import html
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from lfp_trainer.storage.models import Diagnosis, NextStep, Participant, Rating, Run, Stage, Step
from tests.browser.server import Site
from tests.web.conftest import DIAGNOSIS, PLAN, RATING


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    site.start()
    yield site
    site.stop()


class Visitor:
    """Sends forms, and kills the server as soon as it has answered one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.kills = 0
        self.page = ""

    def get(self, address: str) -> str:
        status, self.page, _ = self._ask("GET", address)
        assert status == 200, f"{address}: {status}"
        return self.page

    def post(self, address: str, form: dict[str, object]) -> str:
        """Return where the answer leads; by then the server has been killed and started again."""
        sent = {"csrf_token": self.values("csrf_token")[0], **form}
        status, text, location = self._ask("POST", address, urlencode(sent, doseq=True))
        assert status == 303, f"{address}: {status} {text[:400]}"
        self.site.kill()
        self.kills += 1
        self.site.start()
        return location

    def values(self, name: str) -> list[str]:
        found = re.findall(rf'name="{name}"\s+value="([^"]*)"', self.page)
        return [html.unescape(value) for value in found]

    def _ask(self, method: str, address: str, body: str | None = None) -> tuple[int, str, str]:
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, text, answer.headers.get("Location", "")


def test_no_answered_act_of_a_run_is_lost_when_the_server_is_killed_after_it(site: Site) -> None:
    visitor = Visitor(site)
    visitor.get("/")
    form: dict[str, object] = {"scenario": "glowing-observations", "start_key": "one"}
    run = visitor.post("/runs", {**form, "seat": "both"})
    visitor.get(run)
    for part, sent in (
        ("/case", {}),
        ("/diagnosis", DIAGNOSIS),
        *((f"/ratings/{card}", RATING) for card in range(4)),
        ("/ratings", {}),
    ):
        visitor.post(run + part, sent)
        visitor.get(run)
    chosen: list[str] = []
    while steps := (visitor.get(f"{run}?stage=role-play") and visitor.values("step")):
        assert steps == [str(len(chosen))]
        chosen.append(visitor.values("choice")[0])
        reason = f"Reason {len(chosen)}"
        visitor.post(f"{run}/choices", {"choice": chosen[-1], "step": steps[0], "reason": reason})
    visitor.get(run)
    visitor.post(f"{run}/debrief", {})
    visitor.post(f"{run}/next-step", PLAN)

    with site.session() as session:
        steps_stored = session.execute(
            sa.select(Step.number, Step.choice_id, Step.reason).order_by(Step.number)
        ).all()
        assert [tuple(step) for step in steps_stored] == [
            (number, choice, f"Reason {number}") for number, choice in enumerate(chosen, start=1)
        ]
        assert session.scalars(sa.select(Run.moves)).one() == len(chosen)
        assert session.scalars(sa.select(Participant.stage)).one() is Stage.DONE
        assert session.scalars(sa.select(Diagnosis.reason)).one() == DIAGNOSIS["reason"]
        assert session.scalar(sa.select(sa.func.count(Rating.committed_at))) == 4
        assert session.scalars(sa.select(NextStep.sentence)).one() == PLAN["sentence"]
        assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        session.get_bind().engine.dispose()
    assert visitor.kills == len(chosen) + 10
