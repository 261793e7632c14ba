"""Rank and reason: an order is a choice with more to it, with htmx and without."""

import html
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.services import library
from lfp_trainer.storage import database
from tests import scenarios
from tests.conftest import NOON, Browser
from tests.scenarios import choice, to_yaml
from tests.web import test_another_scenario as another
from tests.web.conftest import RunPage, start, values
from tests.web.test_debrief import words_of

BY_REFERENCE = ["ask-for-an-hour", "take-it-to-cabinet", "email-the-counts", "keep-the-agenda"]
WHY = "Alice looks first, then asks."


def rank(
    run: RunPage,
    order: list[str],
    step: int,
    *,
    reason: str = WHY,
    places: dict[str, object] | None = None,
    **how: bool,
) -> TestResponse:
    given = {id: place for place, id in enumerate(order, start=1)} if places is None else places
    sent: dict[str, object] = {f"place-{id}": place for id, place in given.items()}
    return run.post("/rankings", {**sent, "step": step, "reason": reason, "way": "rank"}, **how)


def on_offer(run: RunPage) -> list[str]:
    page = run.get("?stage=role-play&way=rank").text
    return re.findall(r'name="place-([^"]+)"', page)


def rows_of(text: str) -> list[str]:
    """Return what is said of each response beside the reference, in the order it is said."""
    rows = re.findall(r'<li class="ranked-row.*?</li>', text, re.S)
    return [words_of(each) for each in rows]


def step_of(run: RunPage) -> int:
    open_now = run.open_now()
    assert open_now
    return open_now[0]


@pytest.fixture
def run(alices_run: RunPage) -> RunPage:
    return alices_run.to_role_play()


def test_ranking_is_offered_at_the_open_moment_and_shows_the_same_responses_in_the_same_order(
    run: RunPage,
) -> None:
    picking = run.get("?stage=role-play").text
    link = re.search(r'<a href="([^"]+)#now"[^>]*>Rank them all instead', picking)
    assert link

    ranking = run.browser.get(html.unescape(link[1])).text

    assert on_offer(run) == values(picking, "choice")
    assert values(ranking, "choice") == []
    assert "data-key" not in ranking
    assert 'name="way" value="rank"' in ranking
    assert "Pick one instead" in ranking


def test_no_place_is_given_beforehand(run: RunPage) -> None:
    page = run.get("?stage=role-play&way=rank").text

    assert " selected" not in page


def test_the_first_of_an_order_is_the_response_and_the_order_stands_beside_the_reference(
    run: RunPage,
) -> None:
    text = rank(run, BY_REFERENCE, 0, htmx=True).text

    assert "You put first" in text
    assert WHY in text
    then, beside = text.index('class="consequence"'), text.index("Your order beside")
    coaching, following = text.index("What this response shows"), text.index('id="now"')
    assert then < beside < coaching < following
    assert len(re.findall('<li class="ranked-row', text)) == 4
    assert "Another reading." in text
    assert re.search(r"\d of \d points", text)


def test_over_htmx_the_answer_is_what_came_of_it_and_stays_in_ranking(run: RunPage) -> None:
    answer = rank(run, on_offer(run), 0, htmx=True)

    assert answer.status_code == 200
    assert "<!doctype html>" not in answer.text
    assert answer.text.count('id="now"') == 1
    assert answer.headers["HX-Replace-Url"] == f"{run.url}?stage=role-play&way=rank"
    assert "HX-Request-Type" in answer.headers["Vary"]
    assert 'name="step" value="1"' in answer.text
    assert "In which order would you respond?" in answer.text


def test_without_htmx_it_leads_to_what_the_response_led_to_and_stays_in_ranking(
    run: RunPage,
) -> None:
    answer = rank(run, on_offer(run), 0)

    assert answer.status_code == 303
    assert answer.location == f"{run.url}?stage=role-play&way=rank#step-1"
    page = run.browser.get(answer.location).text
    assert 'id="step-1"' in page
    assert 'name="step" value="1"' in page
    assert "In which order would you respond?" in page


def test_both_ways_show_the_same(alice: Browser) -> None:
    one, other = start(alice).to_role_play(), start(alice).to_role_play()
    order = sorted(on_offer(one))

    over_htmx = rank(one, order, 0, htmx=True).text
    page = other.browser.get(rank(other, order, 0).location).text

    parts = [re.findall(r'<details class="coaching ranked.*?</details>', text, re.S)
             for text in (over_htmx, page)]  # fmt: skip
    assert parts[0] == parts[1]
    assert len(parts[0]) == 1


def test_how_far_off_each_response_stands_is_told_in_words(run: RunPage) -> None:
    hour, cabinet, *rest = BY_REFERENCE

    text = rank(run, [cabinet, hour, *rest], 0, htmx=True).text

    first, second, third, fourth = rows_of(text)
    assert "1 place off You: 2nd. Reference: 1st." in first
    assert "1 place off You: 1st. Reference: 2nd." in second
    assert "Same place You: 3rd. Reference: 3rd." in third
    assert "Same place You: 4th. Reference: 4th." in fourth
    assert [row.count("your first") for row in (first, second, third, fourth)] == [0, 1, 0, 0]
    assert "6 of 8 points" in text
    assert "your order is 2 places off in all" in words_of(text)


def test_the_reference_s_own_order_is_told_as_such(run: RunPage) -> None:
    text = words_of(rank(run, BY_REFERENCE, 0, htmx=True).text)

    assert "8 of 8 points: your order is the reference's." in text


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(
    run: RunPage, htmx: bool
) -> None:
    offered = on_offer(run)
    places: dict[str, object] = {offered[0]: 1, offered[1]: 2, offered[2]: 2, offered[3]: ""}

    answer = rank(run, [], 0, places=places, reason="Half <b>done</b>", htmx=htmx)

    text = answer.text
    said = "2 is used more than once, 3 and 4 are still free."
    assert answer.status_code == 422
    assert text.count(said) == 2  # in the notice and at the fields
    assert "Half &lt;b&gt;done&lt;/b&gt;</textarea>" in text
    assert len(re.findall('aria-invalid="true" aria-describedby="places-error"', text)) == 3
    chosen = dict(
        re.findall(r'name="place-([^"]+)".*?<option value="(\d)" selected', text, re.S)[:3]
    )
    assert chosen == {offered[0]: "1", offered[1]: "2", offered[2]: "2"}
    assert "way=rank" in (answer.headers["HX-Replace-Url"])
    assert step_of(run) == 0


def test_an_order_without_a_reason_is_refused_and_keeps_its_places(run: RunPage) -> None:
    answer = rank(run, BY_REFERENCE, 0, reason=" ", htmx=True)

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#stage"
    assert answer.text.count("Say in a few words why you rank them this way.") == 2
    assert answer.text.count(" selected") == 4
    assert "places-error" not in answer.text


def test_a_reason_that_is_too_long_comes_back_whole(run: RunPage) -> None:
    answer = rank(run, BY_REFERENCE, 0, reason="x" * 1001)

    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert answer.text.count(" selected") == 4


def test_an_order_sent_twice_is_one_step_and_shows_what_came_of_it(run: RunPage) -> None:
    first = rank(run, BY_REFERENCE, 0, htmx=True)
    second = rank(run, BY_REFERENCE, 0, htmx=True)

    assert (first.status_code, second.status_code) == (200, 200)
    assert rows_of(first.text) == rows_of(second.text)
    assert step_of(run) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_another_order_from_a_stale_page_gets_a_sentence_with_its_words_and_stores_nothing(
    run: RunPage, htmx: bool
) -> None:
    rank(run, BY_REFERENCE, 0)

    answer = rank(run, BY_REFERENCE[::-1], 0, reason="From <b>another</b> window", htmx=htmx)

    assert answer.status_code == 409
    assert "no longer current" in answer.text
    assert answer.text.count("From &lt;b&gt;another&lt;/b&gt; window") == 1  # not in the next form
    assert " selected" not in answer.text
    assert "From &lt;b&gt;" not in run.get("?stage=role-play").text
    assert step_of(run) == 1


def test_what_cannot_be_an_order_is_refused_with_the_run_as_it_is(run: RunPage) -> None:
    for places in (
        {},
        {"no-such-thing": 1},
        dict.fromkeys(BY_REFERENCE, 1),
        dict.fromkeys(BY_REFERENCE, "x" * 5000),
        {id: -place for place, id in enumerate(BY_REFERENCE, start=1)},
        {id: 2**63 + place for place, id in enumerate(BY_REFERENCE)},
    ):
        assert rank(run, [], 0, places=dict(places)).status_code == 422
    for step in (-1, 2**63, "x", "", "٣", 7):
        answer = rank(run, BY_REFERENCE, step)  # type: ignore[arg-type]
        assert answer.status_code == 409, step
    assert step_of(run) == 0


def test_what_is_not_on_offer_beside_a_whole_order_does_no_harm(run: RunPage) -> None:
    places = {id: place for place, id in enumerate(BY_REFERENCE, start=1)} | {"score-it-cold": 1}

    text = rank(run, [], 0, places=dict(places), htmx=True).text

    assert "8 of 8 points" in text


def test_nothing_is_ranked_before_the_role_play(alices_run: RunPage) -> None:
    answer = rank(alices_run, BY_REFERENCE, 0)

    assert answer.status_code == 409
    assert "First finish this part: case." in answer.text
    assert step_of(alices_run.to_role_play()) == 0


def test_another_persons_run_is_not_there_to_be_ranked(run: RunPage, bob: Browser) -> None:
    theirs = RunPage(bob, run.url)

    for htmx in (False, True):
        assert rank(theirs, BY_REFERENCE, 0, htmx=htmx).status_code == 404
    assert step_of(run) == 0


def test_hostile_words_are_shown_as_words_and_kept_for_nobody_else(
    run: RunPage, bob: Browser
) -> None:
    text = rank(run, BY_REFERENCE, 0, reason="<img src=x onerror=alert(1)>\x00", htmx=True).text
    page = run.get("?stage=role-play").text
    theirs = rank(start(bob).to_role_play(), BY_REFERENCE, 0, htmx=True).text

    for shown in (text, page):
        assert "<img src=x" not in shown
        assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "img src" not in theirs


def test_a_play_may_change_between_ranking_and_picking(run: RunPage) -> None:
    assert rank(run, BY_REFERENCE, 0).status_code == 303
    picking = run.get("?stage=role-play").text
    step, offered = run.open_now() or (0, [])
    text = run.choose(offered[0], step, htmx=True).text

    assert "Your order beside" in picking
    assert "How do you respond?" in picking
    assert "You chose" in text
    assert "Your order beside" not in text
    assert "In which order" not in text
    page = run.get("?stage=role-play&way=rank").text
    assert page.count("<summary>Your order beside") == 1
    assert "In which order would you respond?" in page


def test_the_order_is_open_in_the_latest_moment_and_folded_in_earlier_ones(run: RunPage) -> None:
    rank(run, BY_REFERENCE, 0)
    rank(run, on_offer(run), 1)

    page = run.get("?stage=role-play").text

    assert re.findall(r'<details class="coaching ranked"( open)?>', page) == ["", " open"]


def test_a_whole_play_by_ranking_leads_to_a_debrief_that_tells_every_order(
    alice: Browser,
) -> None:
    run = play_by_ranking(start(alice, seat="principal").to_role_play())

    debrief, printed = run.get().text, run.get("/debrief").text

    tables = debrief.count('class="ranked-table"')
    own = debrief.count('<li class="decision">')
    assert tables == own > 2
    assert debrief.count("decision--stand-in") > 0
    said = r"You ranked the responses of \w+ decisions. On average .*? \d+% of the points"
    assert re.search(said, words_of(debrief))
    assert WHY in debrief
    assert printed.count('class="ranked-table"') == tables


def test_one_order_is_told_as_that_one_and_not_as_an_average(run: RunPage) -> None:
    rank(run, BY_REFERENCE, 0)
    while (open_now := run.open_now()) is not None:
        run.choose(open_now[1][0], open_now[0])

    said = words_of(run.get("?stage=debrief").text)

    assert "You ranked the responses of one decision. Your order has 100% of the points" in said
    assert "On average" not in said


def test_without_a_ranking_the_debrief_says_nothing_of_it(alices_run: RunPage) -> None:
    alices_run.to_debrief()

    page = alices_run.get().text

    assert "You ranked" not in page
    assert "Your order" not in page


def test_the_last_order_leads_to_the_ending_and_the_address_asks_for_no_way(
    alice: Browser,
) -> None:
    run = play_by_ranking(start(alice).to_role_play())

    page = run.get("?stage=role-play&way=rank")

    assert "Go to the debrief" in page.text
    assert page.headers["HX-Push-Url"] == f"{run.url}?stage=role-play"


def play_by_ranking(run: RunPage) -> RunPage:
    while offered := on_offer(run):
        page = run.get("?stage=role-play&way=rank").text
        step = int(values(page, "step")[0])
        assert rank(run, sorted(offered), step).status_code == 303
    return run


@pytest.fixture
def late_lunch(database_url: str, tmp_path: Path) -> None:
    """A case that ties responses, and in which one moment leaves no choice."""
    found = another.case()
    offers = found["scenes"]["office"]["choices"]
    offers["ask-the-cook"] = choice(
        text="Ask the cook.", shows=another.shows(2, 2, 2), rank=2, minority="Some would ask first."
    )
    scenarios.shelve(tmp_path, found, another.scale())
    (tmp_path / "vocabulary.yaml").write_text(to_yaml(another.words()), encoding="utf-8")
    engine = database.connect(database_url)
    with Session(engine) as session, database.writing(session):
        assert list(library.publish_folder(session, tmp_path, now=NOON).published)
    engine.dispose()


def at_lunch(browser: Browser) -> RunPage:
    run = another.begin(browser, "both").to_diagnosis()
    answer: dict[str, object] = {
        "systems": ["ILR"], "failed_tests": ["used"], "who": ["crew"], "what": ["SK"],
    }  # fmt: skip
    run.post("/diagnosis", answer)
    another.rate_all(run)
    run.post("/ratings")
    return run


def test_tied_responses_share_their_places_and_are_said_to_be_tied(
    late_lunch: None, alice: Browser
) -> None:
    run = at_lunch(alice)
    rank(run, ["wait", "call"], 0)
    rank(run, ["drive-on", "turn-back"], 1)

    page = run.get("?stage=role-play&way=rank").text
    text = rank(run, ["write-it-down", "ask-the-cook", "file-it"], 2, htmx=True).text

    assert "You decide this one together." in page
    written, asked, filed = rows_of(text)
    assert "Same place You: 1st. Reference: 1st." in written
    assert "Same place You: 2nd. Reference: 2nd to 3rd, tied." in asked
    assert "Another reading. Some would ask first." in asked
    assert "Same place You: 3rd. Reference: 2nd to 3rd, tied." in filed
    assert "3 of 3 points" in text


def test_where_one_response_is_left_it_is_picked_and_the_way_goes_on(
    late_lunch: None, alice: Browser
) -> None:
    run = at_lunch(alice)
    rank(run, ["wait", "call"], 0)
    rank(run, ["turn-back", "drive-on"], 1)

    page = run.get("?stage=role-play&way=rank").text
    assert values(page, "choice") == ["note"]
    assert "Rank them all" not in page
    assert 'name="way" value="rank"' in page
    answer = run.post("/choices", {"choice": "note", "step": 2, "way": "rank"}, htmx=True)

    assert "In which order would you respond?" in answer.text
    assert answer.headers["HX-Replace-Url"].endswith("way=rank")


def test_a_plain_choice_asks_the_database_no_more_than_before(app: Flask, run: RunPage) -> None:
    from lfp_trainer.web.extensions import db

    with app.app_context():
        engine = db.engine
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    run.choose("ask-for-an-hour", 0, htmx=True)

    assert [each for each in asked if "ranking" in each] == []
