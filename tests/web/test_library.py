"""The shelf and the overview sheet."""

import re

import pytest

from tests.conftest import Browser
from tests.web.conftest import SCENARIO, RunPage

SHEET = f"/scenarios/{SCENARIO}"
TITLE = "Glowing observations"


def test_a_card_says_seat_school_and_time(nobody: Browser) -> None:
    page = nobody.get("/scenarios?words=glowing+nora").text

    assert TITLE in page
    for fact in ("Elementary school", "about 35 minutes", "Central-office partner · Principal"):
        assert fact in " ".join(page.split())
    assert "My best run" not in page


def test_the_systems_stay_folded_until_the_diagnosis_is_committed(
    nobody: Browser, alices_run: RunPage
) -> None:
    folded, unfolded = '<details class="card-systems">', '<details class="card-systems" open>'
    alice = alices_run.browser
    assert folded in nobody.get(SHEET).text

    alices_run.to_diagnosis()
    assert folded in alice.get(SHEET).text

    assert alices_run.diagnose().status_code == 303
    assert unfolded in alice.get(SHEET).text
    assert folded in nobody.get(SHEET).text


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", True),
        ("words=log+visits", True),
        ("words=zeppelin", False),
        ("school=elementary&seat=principal&system=ILR", True),
        ("school=high&words=nora", False),
        ("minutes=30&words=nora", False),
        ("words=PSEL+6", True),
        # What is not on offer narrows nothing away: its select says "any".
        ("practice=finished", True),
        ("minutes=soon&practice=perhaps", True),
        ("minutes=-1", True),
        ("school=zzz&seat=zzz&system=%00%00&words=nora", True),
    ],
)
def test_a_search_finds_what_fits(nobody: Browser, query: str, there: bool) -> None:
    answer = nobody.get(f"/scenarios?{query}")

    assert answer.status_code == 200
    assert (SHEET in answer.text) == there


def test_a_search_from_the_page_is_answered_with_the_shelf_alone(nobody: Browser) -> None:
    answer = nobody.get("/scenarios?words=glowing", htmx=True)

    assert answer.text.lstrip().startswith('<section id="shelf"')
    assert TITLE in answer.text
    assert "<html" not in answer.text
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_the_address_of_what_was_found_has_no_empty_fields(nobody: Browser) -> None:
    answer = nobody.get("/scenarios?words=nora&school=&seat=principal&minutes=", htmx=True)

    assert answer.headers["HX-Replace-Url"] == "/scenarios?words=nora&seat=principal"


def test_nothing_found_says_what_to_do(nobody: Browser) -> None:
    page = nobody.get("/scenarios?words=zeppelin").text

    assert "None fits" in page
    assert "Show all" in page


def test_the_map_of_the_sheet_names_no_scene_before_an_ending(alices_run: RunPage) -> None:
    alice = alices_run.browser
    assert "Room 12" not in alice.get(SHEET).text
    assert "Installed" not in alice.get(SHEET).text

    alices_run.to_debrief()

    page = " ".join(alice.get(SHEET).text.split())
    assert "Who picks" in page
    assert "Installed" in page
    assert "is-taken" in page


def test_the_best_run_stands_on_the_card_and_on_the_sheet(alices_run: RunPage) -> None:
    alice = alices_run.browser
    alices_run.to_the_end()

    assert "My best run:" in alice.get("/scenarios").text
    assert "of 4 endings" in alice.get(SHEET).text


def test_the_sheet_says_what_is_weighed_and_which_standards_it_touches(nobody: Browser) -> None:
    page = nobody.get(SHEET).text

    for words in ("What is weighed", "Where we are", "PSEL 6", "Who is in it", "4 ratings"):
        assert words in page


def test_the_front_door_offers_the_shortest_and_the_whole_shelf(nobody: Browser) -> None:
    shelf = nobody.get("/scenarios").text
    times = [int(minutes) for minutes in re.findall(r"about (\d+) minutes", shelf)]

    offered = re.search(r"<b>[^<]+</b>, about (\d+) minutes", nobody.get("/").text)

    assert offered is not None
    assert int(offered[1]) == min(times)
