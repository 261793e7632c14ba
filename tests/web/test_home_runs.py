"""One's finished runs, page by page, and the what-ifs among them."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run
from tests.conftest import Browser
from tests.web.conftest import RunPage, start
from tests.web.test_home import play_finished_runs

Rewind = Callable[[RunPage, RunPage], None]


@pytest.fixture
def rewind(database_url: str) -> Rewind:
    """Make one run a what-if of another."""

    def rewind(run: RunPage, of: RunPage) -> None:
        engine = database.connect(database_url)
        with Session(engine) as session, database.writing(session):
            first = session.scalar(sa.select(Run.id).where(Run.key == of.key))
            session.execute(sa.update(Run).where(Run.key == run.key).values(what_if_of=first))
        engine.dispose()

    return rewind


def days(page: str) -> list[datetime]:
    found = re.findall(r"<li>(\w+ \d+, \d{4})</li>", page)
    return [datetime.strptime(each, "%B %d, %Y") for each in found]  # noqa: DTZ007


def test_ten_runs_stand_at_home_and_all_of_them_on_pages(alice: Browser, database_url: str) -> None:
    play_finished_runs(database_url, alice.user_id, 21)

    home = alice.get("/home").text
    first, second = (alice.get(f"/home/runs?page={number}").text for number in (1, 2))

    assert home.count('class="run-row"') == 10
    assert 'href="/home/runs"' in home
    assert "All 21 runs" in home
    assert [page.count('class="run-row"') for page in (first, second)] == [20, 1]
    assert "Page 1 of 2" in first
    assert 'href="/home/runs?page=2"' in first
    assert re.search(r'href="/home/runs\?page=2" aria-current="page"', second)
    listed = [re.findall(r"/runs/([\w-]+)\?stage=debrief", page) for page in (first, second)]
    assert len({*listed[0], *listed[1]}) == 21
    assert re.findall(r"/runs/([\w-]+)\?stage=debrief", home) == listed[0][:10]


def test_few_runs_need_no_pages(alice: Browser, database_url: str) -> None:
    play_finished_runs(database_url, alice.user_id, 2)

    assert "/home/runs" not in alice.get("/home").text
    page = alice.get("/home/runs").text
    assert page.count('class="run-row"') == 2
    assert "Page" not in re.sub("<title>.*?</title>", "", page)


@pytest.mark.parametrize("asked", ["0", "-1", "99", "two", "", "9" * 30])
def test_any_page_that_is_asked_for_is_answered(alice: Browser, asked: str) -> None:
    answer = alice.get(f"/home/runs?page={asked}")

    assert answer.status_code == 200
    assert "Nothing finished yet" in answer.text


def test_an_open_what_if_is_something_to_go_on_with(alice: Browser, rewind: Rewind) -> None:
    first, second = start(alice).to_the_end(), start(alice).to_role_play()
    rewind(second, first)

    home = alice.get("/home").text

    assert re.search(rf'{second.url}#now">What if: Glowing observations</a>', home)
    assert home.count("What if: ") == 1
    assert home.count('class="run-row"') == 1
    # The shelf does not say that the case has been begun once more.
    assert 'class="badge">Begun' not in alice.get("/scenarios").text


def test_a_finished_what_if_is_a_line_under_its_run(alice: Browser, rewind: Rewind) -> None:
    first, second = start(alice).to_the_end(), start(alice).to_the_end()
    rewind(second, first)

    home = alice.get("/home").text

    assert home.count('class="run-row"') == 1
    row = home[home.index('class="run-row"') :]
    assert row.index(first.url) < row.index("What if: ") < row.index(second.url)
    assert "(2 runs)" not in alice.get("/scenarios").text


def test_nobody_sees_the_runs_of_somebody_else(
    alice: Browser, bob: Browser, database_url: str
) -> None:
    play_finished_runs(database_url, alice.user_id, 1)

    assert 'class="run-row"' in alice.get("/home/runs").text
    assert 'class="run-row"' not in bob.get("/home/runs").text
