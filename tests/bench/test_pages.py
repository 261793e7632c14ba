"""The bench in a browser: what each page says, and what it does with a broken file."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lfp_trainer.bench.pages import create_bench
from lfp_trainer.bench.workbench import Workbench
from tests import scenarios
from tests.conftest import HTMX


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return scenarios.shelve(tmp_path)


@pytest.fixture
def client(file: Path) -> FlaskClient:
    return create_bench(Workbench(file)).test_client()


def words(client: FlaskClient, url: str, **how: object) -> str:
    answer = client.get(url, headers=how or None)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def break_it(file: Path) -> None:
    file.write_text(file.read_text().replace("start: log", "start: lgo"))


def test_it_shows_the_map_and_the_first_scene(client: FlaskClient) -> None:
    page = words(client, "/")

    assert "A small case" in page
    assert "Something happens." in page
    assert 'hx-get="/scene/log"' in page
    assert "Play from here" in page


def test_a_scene_under_the_cursor_comes_alone(client: FlaskClient) -> None:
    part = words(client, "/scene/log", **HTMX)

    assert part.startswith('<section id="scene"')
    assert "<html" not in part
    assert "<html" in words(client, "/scene/log")


def test_the_gauges_set_for_one_scene_stay_for_the_next(client: FlaskClient) -> None:
    part = words(client, "/scene/log?gauge-trust=4&seat=principal", **HTMX)

    assert re.search(r'name="gauge-trust"[^>]*value="4"', part)
    assert '<option value="principal" selected>' in part


def test_nothing_is_sent_while_nothing_changed_and_all_of_it_after_a_save(
    client: FlaskClient, file: Path
) -> None:
    seen = re.search(r"seen=([^&\"]+)", client.get("/").text)
    assert seen is not None
    url = f"/?seen={seen[1]}"
    assert client.get(url, headers=HTMX).status_code == 204

    file.write_text(file.read_text().replace("A small case", "A smaller case"))

    assert "A smaller case" in words(client, url, **HTMX)


def test_a_broken_file_shows_its_mistakes_beside_the_last_map(
    client: FlaskClient, file: Path
) -> None:
    client.get("/")
    break_it(file)

    page = words(client, "/")

    assert "1 to mend" in page
    assert "Did you mean &#39;log&#39;?" in page
    assert "cannot be played" in page
    assert 'hx-get="/scene/log"' in page


def test_a_file_that_was_broken_from_the_start_shows_its_mistakes_alone(file: Path) -> None:
    break_it(file)
    client = create_bench(Workbench(file)).test_client()

    for url in ("/", "/play?scene=log"):
        page = words(client, url)
        assert "1 to mend" in page
        assert "Play from here" not in page


def test_a_play_goes_on_from_page_to_page(client: FlaskClient) -> None:
    url = "/play?scene=log&gauge-trust=3"
    page = words(client, url)
    assert "A name +3" in page
    choice = re.search(r'name="path" value="([^"]+)"', page)
    assert choice is not None

    after = words(client, f"{url}&path={choice[1]}")

    assert "You chose" in after
    assert 'name="gauge-trust" value="3"' in after
    assert f'name="path" value="{choice[1]}"' in after


def test_a_play_survives_the_file_losing_a_choice(client: FlaskClient) -> None:
    page = words(client, "/play?scene=log&path=gone")

    assert "has no choice &#39;gone&#39;" in page
    assert "How do you respond?" in page


def test_a_choice_named_like_the_scene_loses_nothing_else(client: FlaskClient) -> None:
    page = words(client, "/play?scene=log&gauge-trust=1&path=log&path=ask")

    assert 'name="scene" value="log"' in page
    assert 'type="hidden" name="path"' not in page


@pytest.mark.parametrize("url", ["/play?scene=nowhere", "/play?scene=log&seat=janitor", "/play"])
def test_what_is_not_there_is_not_found(client: FlaskClient, url: str) -> None:
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", ["/scene/nope", "/play?scene=nope", "/?scene=nope"])
def test_a_scene_that_is_no_more_is_said_to_be_so_beside_the_map(
    client: FlaskClient, url: str
) -> None:
    answer = client.get(url)

    assert answer.status_code == 404
    assert "There is no scene “nope” in the file any more." in answer.text
    assert 'hx-get="/scene/log"' in answer.text
    assert "Play from here" not in answer.text


def test_a_scene_that_is_no_more_is_said_to_be_so_in_its_place(client: FlaskClient) -> None:
    answer = client.get("/scene/nope", headers=HTMX)

    assert answer.status_code == 404
    assert answer.text.lstrip().startswith('<section id="scene"')
    assert "There is no scene “nope” in the file any more." in answer.text


def test_a_scene_that_a_save_took_away_is_said_to_be_gone(client: FlaskClient, file: Path) -> None:
    client.get("/")
    text = file.read_text()
    file.write_text(text.replace("visit:", "call:").replace("goto: visit", "goto: call"))

    assert "There is no scene “visit” in the file" in words(client, "/?scene=visit", **HTMX)


def test_a_gauge_that_is_no_number_stands_where_the_file_says(client: FlaskClient) -> None:
    assert 'value="0"' in words(client, "/scene/log?gauge-trust=lots", **HTMX)
    assert 'value="9"' in words(client, "/scene/log?gauge-trust=999", **HTMX)


def test_pages_of_other_names_and_other_sites_get_nothing(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert "script-src 'self'" in client.get("/").headers["Content-Security-Policy"]
