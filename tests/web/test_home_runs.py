"""One's finished runs, page by page, and the what-ifs among them."""

import re
from datetime import datetime

import pytest

from lfp_trainer.web import home
from tests.conftest import Browser
from tests.web.conftest import start
from tests.web.test_home import play_finished_runs
from tests.what_ifs import make_what_if_of


def days(page: str) -> list[datetime]:
    found = re.findall(r"<li>(\w+ \d+, \d{4})</li>", page)
    return [datetime.strptime(each, "%B %d, %Y") for each in found]  # noqa: DTZ007


def test_ten_runs_stand_at_home_and_all_of_them_on_pages(alice: Browser, database_url: str) -> None:
    play_finished_runs(database_url, alice.user_id, 21)

    shown = alice.get("/home").text
    first, second = (alice.get(f"/home/runs?page={number}").text for number in (1, 2))

    assert shown.count('class="run-row"') == 10
    assert 'href="/home/runs"' in shown
    assert "All 21 runs" in shown
    assert [page.count('class="run-row"') for page in (first, second)] == [20, 1]
    assert "Page 1 of 2" in first
    assert 'href="/home/runs?page=2"' in first
    assert re.search(r'href="/home/runs\?page=2" aria-current="page"', second)
    listed = [re.findall(r"/runs/([\w-]+)\?stage=debrief", page) for page in (first, second)]
    assert len({*listed[0], *listed[1]}) == 21
    assert re.findall(r"/runs/([\w-]+)\?stage=debrief", shown) == listed[0][:10]


def test_few_runs_need_no_pages(alice: Browser, database_url: str) -> None:
    play_finished_runs(database_url, alice.user_id, 2)

    assert "/home/runs" not in alice.get("/home").text
    page = alice.get("/home/runs").text
    assert page.count('class="run-row"') == 2
    assert "Page" not in re.sub("<title>.*?</title>", "", page)


@pytest.mark.parametrize("asked", ["0", "-1", "99", "two", "", "9" * 30])
def test_any_page_that_is_asked_for_is_answered(
    alice: Browser, bob: Browser, database_url: str, asked: str
) -> None:
    play_finished_runs(database_url, bob.user_id, 21)

    shown = bob.get(f"/home/runs?page={asked}")

    assert shown.status_code == 200
    assert shown.text.count('class="run-row"') == (1 if asked.startswith("9") else 20)
    answer = alice.get(f"/home/runs?page={asked}")

    assert answer.status_code == 200
    assert "Nothing finished yet" in answer.text


def test_an_open_what_if_is_something_to_go_on_with(alice: Browser, database_url: str) -> None:
    first = start(alice).to_the_end()
    second = make_what_if_of(database_url, first.key, to_the_end=False)

    shown = alice.get("/home").text

    assert re.search(rf'/runs/{second}#now">What if: Glowing observations</a>', shown)
    assert shown.count("What if: ") == 1
    assert shown.count('class="run-row"') == 1
    # The shelf does not say that the case has been begun once more.
    assert 'class="badge">Begun' not in alice.get("/scenarios").text


def test_a_finished_what_if_is_a_line_under_its_run(alice: Browser, database_url: str) -> None:
    first = start(alice).to_the_end()
    second = make_what_if_of(database_url, first.key)

    shown = alice.get("/home").text

    assert shown.count('class="run-row"') == 1
    row = shown[shown.index('class="run-row"') :]
    assert row.index(first.url) < row.index("What if: ") < row.index(f"/runs/{second}/compare")
    assert "(2 runs)" not in alice.get("/scenarios").text


def test_nobody_sees_the_runs_of_somebody_else(
    alice: Browser, bob: Browser, database_url: str
) -> None:
    play_finished_runs(database_url, alice.user_id, 1)

    assert 'class="run-row"' in alice.get("/home/runs").text
    assert 'class="run-row"' not in bob.get("/home/runs").text


def test_of_many_open_runs_the_latest_stand_at_home_and_all_of_them_on_pages(
    alice: Browser,
) -> None:
    begun = [start(alice).key for _ in range(22)][::-1]

    shown = alice.get("/home").text
    pages = [alice.get(f"/home/runs?open=1&page={number}").text for number in (1, 2)]

    assert "All 22 runs you have begun" in shown
    assert 'href="/home/runs?open=1"' in shown
    assert re.findall(r"/runs/([\w-]+)#now", shown) == begun[:6]
    assert re.findall(r"/runs/([\w-]+)#now", "".join(pages)) == begun
    assert re.search(r'href="/home/runs\?page=2&amp;open=1"', pages[0])
    assert [page.count('<h2 class="card-title">') for page in pages] == [20, 2]


def test_of_many_pages_the_first_the_last_and_those_beside_this_one_are_linked(
    alice: Browser, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "ON_A_PAGE", 1)
    play_finished_runs(database_url, alice.user_id, 12)

    for number, linked in ((1, [1, 2, 3, 12]), (6, [1, 4, 5, 6, 7, 8, 12]), (12, [1, 10, 11, 12])):
        page = alice.get(f"/home/runs?page={number}").text
        assert [int(each) for each in re.findall(r"/home/runs\?page=(\d+)", page)] == linked
