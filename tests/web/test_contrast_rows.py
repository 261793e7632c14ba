"""Rows of any rubric: its marks, its roles, its reading; nothing typed is lost, in no tab."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import conftest, exercises, scenarios
from tests.conftest import Browser
from tests.scenarios import Data
from tests.web.test_debrief import words_of

ROW = {"motivate-level": "2", "motivate-evidence": ["acts"], "motivate-reason": "It shows."}
OTHER = {"results-level": "1", "results-evidence": ["acts"], "results-reason": "It shows too."}


def texts() -> Data:
    """Two texts told of a partner, rated on a rubric with a mark and with signs for two roles."""
    data = exercises.texts()
    for text in data["texts"].values():
        text["role"] = "partner"
        text["text"] = [*text["text"], {"id": "meets", "text": "They meet."}]
    return data


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    small = scenarios.rubric()
    small["flags"]["against"]["caps"] = {"results": 1}
    for strand in small["strands"].values():
        for number, level in enumerate(strand["levels"], start=1):
            level["indicators"] = {
                "principal": [f"Principal sign {number}"],
                "partner": [f"Partner sign {number}"],
            }
    large = scenarios.rubric(("vision", "routines", "plans"), levels=3) | {"id": "large"}
    return write(tmp_path / "shelf", texts(), small, large)


def write(shelf: Path, exercise: Data, *rubrics: Data) -> Path:
    (shelf / "rubrics").mkdir(parents=True, exist_ok=True)
    (shelf / "exercises").mkdir(exist_ok=True)
    for each in rubrics:
        (shelf / "rubrics" / f"{each['id']}.yaml").write_text(json.dumps(each))
    (shelf / "exercises" / "contrast.yaml").write_text(json.dumps(exercise))
    return shelf


@pytest.fixture
def app(database_url: str, shelf: Path) -> Iterator[Flask]:
    app = conftest.make_app(database_url, scenarios=shelf)
    yield app
    conftest.dispose(app)


@pytest.fixture
def url(alice: Browser) -> str:
    return f"{alice.post('/contrast/contrast/sets').location}"


def row_of(page: str, strand: str) -> str:
    return page.split(f'id="row-{strand}"')[1].split('id="row-')[0]


def values(page: str, name: str) -> list[str]:
    """Return what is ticked or written in the fields of this name."""
    ticked = re.findall(rf'name="{name}"\s+value="([^"]*)" checked', page)
    return ticked or re.findall(rf'type="text" name="{name}" value="([^"]+)"', page)


def test_a_mark_is_offered_in_the_row_it_belongs_to(alice: Browser, url: str) -> None:
    alice.post(f"{url}/1", ROW | OTHER | {"motivate-level-flag": "against", "act": "keep"})

    page = alice.get(f"{url}/1").text

    assert values(row_of(page, "motivate"), "motivate-level-flag") == ["against"]
    assert "Against the goal" not in row_of(page, "results")


def test_a_level_above_what_a_mark_allows_is_refused_in_words(alice: Browser, url: str) -> None:
    marked = ROW | OTHER | {"motivate-level-flag": "against", "results-level": "2"}
    alice.post(f"{url}/1", marked)

    refused = alice.post(f"{url}/2", ROW | OTHER)
    here = alice.post(f"{url}/1", marked)

    for answer in (refused, here):
        assert answer.status_code == 422
        assert f'action="{url}/1"' in answer.text
        assert 'id="results-level-error"' in answer.text
        assert "with the mark Against the goal the level can be 1 at most" in words_of(answer.text)
    alice.post(f"{url}/1", marked | {"results-level": "1"})
    assert alice.post(f"{url}/2", ROW | OTHER).status_code == 303
    assert "You and the reference" in alice.get(f"{url}/2").text


def test_the_signs_are_those_of_the_role_a_text_is_about(alice: Browser, url: str) -> None:
    page = alice.get(f"{url}/1").text

    assert "Partner sign 3" in page
    assert "Principal sign" not in page


def test_a_text_about_no_role_names_the_role_of_each_sign(
    database_url: str, shelf: Path, tmp_path: Path
) -> None:
    small, large = (
        json.loads((shelf / "rubrics" / f"{id}.yaml").read_text()) for id in ("small", "large")
    )
    app = conftest.make_app(
        database_url, scenarios=write(tmp_path / "other", exercises.texts(), small, large)
    )
    visitor = Browser(app)

    said = words_of(visitor.get(f"{visitor.post('/contrast/contrast/sets').location}/1").text)

    assert "Principal: Principal sign 2 Central-office partner: Partner sign 2" in said
    conftest.dispose(app)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_reason_that_is_too_long_stays_on_the_page_and_the_other_rows_are_kept(
    alice: Browser, url: str, htmx: bool
) -> None:
    long = "word " * 101

    refused = alice.post(f"{url}/1", ROW | OTHER | {"motivate-reason": long}, htmx=htmx)

    assert refused.status_code == 422
    assert values(refused.text, "motivate-reason") == [long.strip()]
    assert values(refused.text, "motivate-evidence") == ["acts"]
    assert 'aria-describedby="motivate-reason-error"' in row_of(refused.text, "motivate")
    assert "What is on this page is kept." not in words_of(refused.text)
    kept = alice.get(f"{url}/1").text
    assert values(kept, "results-reason") == ["It shows too."]


def test_the_field_takes_as_many_signs_as_the_server(alice: Browser, url: str) -> None:
    assert set(re.findall(r'maxlength="(\d+)"', alice.get(f"{url}/1").text)) == {"500"}
    assert alice.post(f"{url}/1", ROW | OTHER | {"motivate-reason": "x" * 500}).status_code == 303


def test_a_tab_that_never_showed_a_row_filled_does_not_empty_it(alice: Browser, url: str) -> None:
    blank = {"motivate-reason": "", "results-reason": ""}
    alice.post(f"{url}/1", blank | ROW | {"act": "keep"}, htmx=True)

    alice.post(f"{url}/1", blank | OTHER | {"act": "keep"}, htmx=True)

    page = alice.get(f"{url}/1").text
    assert values(page, "motivate-level") == ["2"]
    assert values(page, "motivate-evidence") == ["acts"]
    assert values(page, "motivate-reason") == ["It shows."]
    assert values(page, "results-level") == ["1"]


def test_no_tab_takes_a_level_away(alice: Browser, url: str) -> None:
    alice.post(f"{url}/1", ROW | {"act": "keep"}, htmx=True)

    alice.post(f"{url}/1", {"motivate-reason": "Another.", "act": "keep"}, htmx=True)

    page = alice.get(f"{url}/1").text
    assert values(page, "motivate-level") == ["2"]
    assert values(page, "motivate-reason") == ["Another."]


def test_what_the_page_showed_and_was_taken_away_is_gone(alice: Browser, url: str) -> None:
    alice.post(f"{url}/1", {"motivate-reason": "A thought.", "act": "keep"}, htmx=True)
    shown = re.findall(
        r'type="hidden" name="(motivate-[^"]+)" value="([^"]*)"', alice.get(f"{url}/1").text
    )

    alice.post(f"{url}/1", {**dict(shown), "motivate-reason": "", "act": "keep"}, htmx=True)

    assert values(alice.get(f"{url}/1").text, "motivate-reason") == []


def test_every_row_with_an_error_stays_open_and_is_tied_to_it(alice: Browser, url: str) -> None:
    bare = {"motivate-level": "2", "results-level": "2"}

    page = alice.post(f"{url}/1", bare).text

    for strand in ("motivate", "results"):
        row = row_of(page, strand)
        (opened,) = re.findall(r'<details class="row-more"([^>]*)>', row)
        assert "open" in opened
        assert "name=" not in opened
        for field in ("evidence", "reason"):
            assert f'id="{strand}-{field}-error"' in row
            assert f'aria-describedby="{strand}-{field}-error"' in row
        assert row.count('aria-invalid="true"') == 2


def test_more_than_two_texts_are_not_called_two_and_each_row_names_its_own(
    database_url: str, tmp_path: Path, shelf: Path
) -> None:
    data = texts()
    data["texts"]["later"] = {**data["texts"]["after"], "title": "Three years on"}
    data["texts"]["later"]["reference"] = {"small": data["texts"]["before"]["reference"]["small"]}
    rubrics = [json.loads(path.read_text()) for path in (shelf / "rubrics").iterdir()]
    app = conftest.make_app(database_url, scenarios=write(tmp_path / "three", data, *rubrics))
    visitor = Browser(app)
    url = visitor.post("/contrast/contrast/sets").location
    for number in range(1, 6):
        names = ("motivate", "results") if number < 4 else ("vision", "routines", "plans")
        sent = {
            f"{name}-{field}": value
            for name in names
            for field, value in (("level", "1"), ("evidence", "acts"), ("reason", "So."))
        }
        assert visitor.post(f"{url}/{number}", sent).status_code == 303

    page = visitor.get(f"{url}").text

    assert "Where the three stories differ most" in words_of(page)
    heads = [
        re.findall("<th scope=.col.>Reference: ([^<]+)<", each)
        for each in page.split("<table>")[1:]
    ]
    assert sorted(map(tuple, heads)) == [
        ("The first year", "Three years on"),
        ("The first year", "Two years later"),
    ]
    large = next(
        each for each in page.split("<table>")[1:] if "Vision" in each.split("</table>")[0]
    )
    assert "Two years later" in large
    conftest.dispose(app)
