"""Calibration through its pages: learn, rate alone, compare at once, take a fresh set."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer import config, scenario_files
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.services import exercise_shelf
from lfp_trainer.web.calibrate_page import together
from lfp_trainer.web.extensions import db
from tests import conftest
from tests.conftest import Browser
from tests.exercises import anchored
from tests.web.calibration import REASON, SetPage
from tests.web.conftest import RunPage, values
from tests.web.test_debrief import words_of

FIRST, SECOND = "/1/motivate", "/1/results"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped rubric and vignettes made for these tests."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copytree(config.SCENARIOS / "rubrics", folder / "rubrics")
    (folder / "exercises").mkdir()
    (folder / "exercises" / "anchor-vignettes.yaml").write_text(json.dumps(anchored()))
    return folder


@pytest.fixture(scope="module")
def exercise(shelf: Path) -> Exercise:
    (path,) = scenario_files.find_exercises(shelf)
    return scenario_files.load_exercise(path)


@pytest.fixture
def app(database_url: str, shelf: Path) -> Iterator[Flask]:
    app = conftest.make_app(database_url, scenarios=shelf)
    yield app
    conftest.dispose(app)


@pytest.fixture
def alices_set(alice: Browser) -> SetPage:
    return SetPage.begin(alice)


def test_the_strands_are_explained_with_every_level_question_and_rule(
    nobody: Browser, exercise: Exercise
) -> None:
    said = words_of(nobody.get("/calibrate/strands").text)

    for rubric in exercise.rubrics.values():
        for strand in rubric.strands.values():
            told = [strand.question, *(each.ask for each in strand.neighbours)]
            for level in strand.levels:
                told += [level.name, *(sign for each in level.indicators.values() for sign in each)]
            assert [text for text in told if " ".join(text.split()) not in said] == []
        assert [rule for rule in rubric.rules if " ".join(rule.split()) not in said] == []


def test_each_strand_has_its_anchors_with_the_evidence_marked(nobody: Browser) -> None:
    for strand in ("motivate", "results"):
        page = nobody.get(f"/calibrate/anchors?strand={strand}").text

        assert page.count('<mark class="marked marked--cited">') == 5
        assert re.findall(r"why verdict (\S+) (\w+)", page) == [
            (f"m{n}-r{n}", strand) for n in range(1, 6)
        ]
        assert "{" not in page.split("<main")[1]


def test_an_unknown_strand_of_anchors_shows_the_first(nobody: Browser) -> None:
    pages = [nobody.get(f"/calibrate/anchors{query}").text for query in ("", "?strand=<b>")]

    assert pages[0].split("<main")[1] == pages[1].split("<main")[1]


def test_a_visitor_who_starts_a_set_becomes_a_guest(nobody: Browser) -> None:
    rated = SetPage.begin(nobody)

    assert "Vignette 1 of" in words_of(rated.get().text)
    assert "You are here as a guest" in words_of(nobody.get("/home").text)


def test_the_reference_is_on_no_page_before_the_vignette_is_committed(alices_set: SetPage) -> None:
    alices_set.rate(FIRST)
    pages = alices_set.get().text + alices_set.get("/1?strand=results").text

    assert "Gimmick" not in pages
    assert "verdict" not in pages
    assert "You and the reference" not in pages


@pytest.mark.parametrize("htmx", [False, True])
def test_a_vignette_is_rated_strand_by_strand_and_then_compared_at_once(
    alices_set: SetPage, htmx: bool
) -> None:
    first = alices_set.rate(FIRST, htmx=htmx)
    second = alices_set.rate(SECOND, htmx=htmx, level="NE", evidence=[])

    if htmx:
        assert first.text.lstrip().startswith('<div id="stage"')
        assert first.headers["HX-Push-Url"] == f"{alices_set.url}/1?strand=results"
        page = second.text
        assert second.headers["HX-Push-Url"] == f"{alices_set.url}/1"
        assert "<html" not in page
    else:
        assert (first.status_code, first.location) == (303, f"{alices_set.url}/1?strand=results")
        assert (second.status_code, second.location) == (303, f"{alices_set.url}/1")
        page = alices_set.get("/1").text
    said = html.unescape(words_of(page))
    assert said.count(f"You wrote: {REASON}") == 2
    assert "Gimmick of" in said
    for part in ("why", "not_lower", "not_higher", "trap"):
        for strand in ("motivate", "results"):
            assert len(re.findall(rf"{part} verdict \S+ {strand}\.", said)) == 1
    assert f'href="{alices_set.url}/2?strand=motivate"' in page


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"level": ""}, "Choose a level, or NE"),
        ({"evidence": []}, "Mark at least one sentence"),
        ({"reason": " "}, "Write one line of reason."),
        ({"level": "NE", "reason": ""}, "Write one line of reason."),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_sent_stays(
    alices_set: SetPage, htmx: bool, changes: dict[str, str | list[str]], asked: str
) -> None:
    refused = alices_set.rate(FIRST, htmx=htmx, **changes)

    assert refused.status_code == 422
    assert asked in words_of(refused.text)
    assert f'action="{alices_set.url}{FIRST}"' in refused.text
    if changes.get("reason") is None:
        assert REASON.split("'")[1] in refused.text
    assert "HX-Push-Url" not in refused.headers


def test_the_last_strand_cannot_be_committed_while_the_first_is_open(alices_set: SetPage) -> None:
    refused = alices_set.rate(SECOND)

    assert refused.status_code == 422
    assert f'action="{alices_set.url}{FIRST}"' in refused.text
    assert "You and the reference" not in alices_set.get("/1").text
    assert alices_set.rate(FIRST).location == f"{alices_set.url}/1?strand=results"
    assert alices_set.rate(SECOND).location == f"{alices_set.url}/1"


def test_a_level_above_what_a_mark_allows_is_refused_and_named(alices_set: SetPage) -> None:
    alices_set.browser.post(
        f"{alices_set.url}{FIRST}",
        {
            "level": "3",
            "level-flag": "misdirected",
            "reason": REASON,
            "evidence": values(alices_set.get("/1").text, "evidence")[:1],
        },
    )

    refused = alices_set.rate(SECOND, level="2")

    assert refused.status_code == 422
    assert "with the mark Misdirected the level can be 1 at most" in words_of(refused.text)
    assert alices_set.rate(SECOND, level="1").status_code == 303


def test_a_draft_is_kept_and_is_there_again(alices_set: SetPage) -> None:
    kept = alices_set.rate(FIRST, htmx=True, act="keep", level="4", reason="Half a")
    stopped = alices_set.rate(FIRST, act="stop", level="4", reason="Half a thought")

    assert kept.status_code == 204
    assert (stopped.status_code, stopped.location) == (303, "/calibrate")
    page = alices_set.get("/1?strand=motivate").text
    assert "Half a thought" in page
    assert re.search(r'value="4" checked', page)
    assert "You are at vignette 1 of" in words_of(alices_set.browser.get("/calibrate").text)


@pytest.mark.parametrize("htmx", [False, True])
def test_committing_twice_does_no_harm_and_changing_afterwards_is_refused(
    alices_set: SetPage, htmx: bool
) -> None:
    sentence = values(alices_set.get().text, "evidence")[:1]
    alices_set.commit_one()

    twice = alices_set.rate(SECOND, htmx=htmx, evidence=sentence)
    changed = alices_set.rate(SECOND, htmx=htmx, evidence=sentence, level="5")

    assert twice.status_code == (200 if htmx else 303)
    assert changed.status_code == 409
    said = words_of(changed.text)
    assert "This is committed already, and stays as it is." in said
    assert "You and the reference" in said
    assert "You: 5" not in said


def test_a_draft_that_comes_after_the_commitment_is_told_so_in_a_notice(
    alices_set: SetPage,
) -> None:
    alices_set.commit_one()

    late = alices_set.rate(FIRST, htmx=True, act="keep", level="5", evidence=[])

    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#notice"


def test_a_reload_shows_the_same_names_in_the_same_order(alices_set: SetPage) -> None:
    def sentences() -> list[str]:
        return re.findall(r"<span>([^<]+)</span>\s*</label>", alices_set.get("/2").text)

    assert sentences() == sentences() != []
    assert "{" not in "".join(sentences())


def test_an_open_vignette_has_its_strand_in_the_address(alices_set: SetPage) -> None:
    exact = f"{alices_set.url}/1?strand=motivate"

    for address in (alices_set.url, f"{alices_set.url}/1"):
        assert alices_set.browser.get(address).location == exact
        assert alices_set.browser.get(address, htmx=True).headers["HX-Push-Url"] == exact


def test_a_short_text_is_one_paragraph_so_that_no_sentence_stands_out(
    alices_set: SetPage,
) -> None:
    assert [together(range(n)) for n in (1, 5, 7, 8, 20)] == [1, 5, 7, 4, 4]
    assert alices_set.get().text.count('<p class="case-text">') == 1


def test_starting_again_goes_on_with_the_open_set(alices_set: SetPage) -> None:
    alices_set.commit_one()

    assert SetPage.begin(alices_set.browser).url == alices_set.url
    assert SetPage.begin(alices_set.browser, htmx=True).url == alices_set.url
    assert alices_set.open_card() == "/2/motivate"


def test_the_end_of_a_set_says_how_it_went_and_offers_a_fresh_one(alices_set: SetPage) -> None:
    alices_set.finish()

    said = words_of(alices_set.get().text)

    assert re.search(r"\d+ of 12 ratings lie in the band", said)
    assert "How set 1 went" in said
    fresh = SetPage.begin(alices_set.browser)
    assert fresh.url.endswith("/2")
    assert "Vignette 1 of" in words_of(fresh.get().text)
    assert "How set 1 went" in words_of(alices_set.get().text)


def test_a_set_rated_high_and_all_alike_is_told_so(alices_set: SetPage) -> None:
    alices_set.finish(level="5")

    page = alices_set.get().text
    said = words_of(page)

    assert re.search(
        r"Lenient: your levels are [\d.]+ levels? above the reference on average", said
    )
    assert "You said so: 0." in said
    assert re.search(r"You gave a level that is not accepted: [1-9]", said)
    assert "You went above it" in said
    assert "You gave every vignette one level for all its strands" in said
    assert "4 Targets and 5 Installs" in said or "4 Tailors and 5 Builds" in said
    assert re.search(r'href="/calibrate/anchors\?strand=\w+#anchor-4"', page)


def test_a_set_rated_low_is_told_so(alices_set: SetPage) -> None:
    alices_set.finish(level="1")

    assert "Severe: your levels are" in words_of(alices_set.get().text)


def test_a_fresh_set_has_other_vignettes(alices_set: SetPage) -> None:
    def told(rated: SetPage) -> set[str]:
        pages = "".join(rated.get(f"/{place}").text for place in range(1, 7))
        return set(re.findall(r"Gimmick of ([^.<]+)", pages))

    alices_set.finish()
    fresh = SetPage.begin(alices_set.browser).finish()

    assert len(told(alices_set)) == len(told(fresh)) == 6
    assert told(alices_set).isdisjoint(told(fresh))
    assert "Set by set" in words_of(fresh.get().text)


@pytest.mark.parametrize(
    "part", ["/1/other", "/99/motivate", "/0/motivate", "/1/" + "x" * 33, "/-1/motivate"]
)
def test_what_is_not_in_the_set_is_not_found(alices_set: SetPage, part: str) -> None:
    answer = alices_set.browser.post(f"{alices_set.url}{part}", {"level": "2"})

    assert answer.status_code == 404


@pytest.mark.parametrize("part", ["2", "0", "10000", "99999999999999999999", "1/99", "1/0"])
def test_a_set_or_place_that_is_not_there_is_not_found(alices_set: SetPage, part: str) -> None:
    for htmx in (False, True):
        assert alices_set.browser.get(f"/calibrate/sets/{part}", htmx=htmx).status_code == 404


def test_an_overlong_reason_is_sent_back_to_be_shortened(alices_set: SetPage) -> None:
    refused = alices_set.rate(FIRST, reason="x" * 501)

    assert refused.status_code == 422
    assert "Shorten this to 500 characters" in words_of(refused.text)


def test_an_overlong_reason_stays_on_the_page_as_it_was_typed(alices_set: SetPage) -> None:
    long = "word " * 101

    refused = alices_set.rate(FIRST, reason=long, level="4")

    assert long.strip() in refused.text
    assert re.search(r'value="4" checked', refused.text)
    alices_set.commit_one()
    assert alices_set.rate(FIRST, reason=long, evidence=["meets"]).status_code == 409


def test_a_rating_sent_after_the_sign_in_ended_comes_back_to_its_vignette(
    app: Flask, alices_set: SetPage
) -> None:
    for htmx in (False, True):
        answer = Browser(app).post(f"{alices_set.url}{FIRST}", {"level": "2"}, htmx=htmx)

        assert answer.status_code == 401
        assert f'href="/sign-in?next={alices_set.url}/1"' in answer.text


def test_the_number_of_queries_does_not_grow_with_the_sets(app: Flask, alices_set: SetPage) -> None:
    browser = alices_set.browser

    def queries() -> list[int]:
        counts = []
        for part in ("/1", ""):
            with counted(app) as sent:
                assert alices_set.get(part).status_code == 200
            counts.append(sum("exercise_rating" in each for each in sent))
        with counted(app) as sent:
            browser.get("/home")
        return [*counts, sum("exercise_rating" in each for each in sent)]

    alices_set.finish()
    first = queries()
    SetPage.begin(browser).finish()

    assert queries() == first
    assert max(first) <= 2


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*asked: Any) -> None:
        sent.append(asked[2])

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_home_invites_then_continues_then_tells_how_it_went(alice: Browser) -> None:
    assert "See one example of each level" in words_of(alice.get("/home").text)

    rated = SetPage.begin(alice).commit_one()
    said = words_of(alice.get("/home").text)
    assert "You are at vignette 2 of" in said
    assert "See one example of each level" not in said

    rated.finish()
    said = words_of(alice.get("/home").text)
    assert "Rate a fresh set" in said
    assert re.search(r"Set 1 \d+ of \d+ in band", said)


def test_the_rating_of_a_run_points_newcomers_to_the_anchors_of_its_strand(
    alices_run: RunPage,
) -> None:
    alices_run.to_rating()
    for card, strand in ((0, "motivate"), (2, "results")):
        page = alices_run.get(f"?stage=rating&card={card}").text
        assert f'href="/calibrate/anchors?strand={strand}"' in page

    SetPage.begin(alices_run.browser).commit_one()

    assert "/calibrate/anchors" not in alices_run.get("?stage=rating&card=0").text


def test_a_guest_who_signs_in_may_bring_their_sets_along(app: Flask, alice: Browser) -> None:
    SetPage.begin(alice).commit_one()
    visitor = Browser(app)
    SetPage.begin(visitor).commit_one()
    assert 'name="claim"' in visitor.get("/sign-in").text

    assert visitor.sign_in("alice@district.example", claim="yes").status_code == 303

    said = words_of(visitor.get("/calibrate").text)
    assert "Set 1" in said
    assert "Set 2" in said


def test_a_district_may_call_its_vignettes_what_it_likes(
    database_url: str, shelf: Path, tmp_path: Path
) -> None:
    shutil.copytree(shelf / "rubrics", tmp_path / "rubrics")
    (tmp_path / "exercises").mkdir()
    ours = tmp_path / "exercises" / "ours.yaml"
    ours.write_text(json.dumps(anchored() | {"id": "ours", "note": "Written by our district."}))
    app = conftest.make_app(database_url, scenarios=tmp_path)

    assert "Written by our district." in words_of(Browser(app).get("/calibrate").text)

    conftest.dispose(app)


def test_without_vignettes_there_is_no_calibration_and_the_rest_works(
    database_url: str, tmp_path: Path
) -> None:
    bare = conftest.make_app(database_url, scenarios=tmp_path)
    visitor = Browser(bare)

    for page in ("/calibrate", "/calibrate/strands", "/calibrate/anchors"):
        assert visitor.get(page).status_code == 404
    assert visitor.post("/calibrate/sets").status_code == 404
    assert visitor.post("/be-a-guest").status_code == 200
    assert visitor.get("/calibrate/sets/1").status_code == 404
    assert "alibrat" not in visitor.get("/home").text
    conftest.dispose(bare)
    exercise_shelf.on_shelf.cache_clear()
