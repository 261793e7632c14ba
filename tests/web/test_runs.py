"""A run's page: six stages, the same with htmx and without, and nobody's but its player's."""

import re

import pytest

from tests.conftest import Browser
from tests.web.conftest import RunPage, start, values


def test_a_guest_starts_with_one_click_and_plays_to_the_next_step(nobody: Browser) -> None:
    page = nobody.get("/")
    answer = nobody.post(
        "/runs",
        {
            "scenario": values(page.text, "scenario")[0],
            "seat": values(page.text, "seat")[0],
            "start_key": values(page.text, "start_key")[0],
        },
        on="/",
    )
    run = RunPage(nobody, answer.location)

    run.to_the_end()

    assert "Alice walks out with this" in run.get().text
    home = nobody.get("/home").text
    assert "Alice walks out with this" in home
    assert "ratings in band" in home


def test_sending_the_start_form_twice_starts_one_run(alice: Browser) -> None:
    form: dict[str, object] = {
        "scenario": "glowing-observations",
        "seat": "both",
        "start_key": "the-same",
    }

    first, second = alice.post("/runs", form), alice.post("/runs", form)

    assert first.location == second.location
    assert alice.get("/home").text.count("Continue →") == 1


def test_choosing_over_htmx_answers_with_only_what_came_of_it(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    answer = alices_run.choose("ask-for-an-hour", 0, htmx=True)

    assert answer.status_code == 200
    assert "<!doctype html>" not in answer.text
    assert answer.text.count('id="now"') == 1
    assert "Ana says yes, carefully." in answer.text
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_choosing_without_htmx_redirects_to_the_whole_run(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    answer = alices_run.choose("ask-for-an-hour", 0)

    assert answer.status_code == 303
    assert answer.location.startswith(alices_run.url)
    page = alices_run.get()
    assert "<!doctype html>" in page.text
    assert "Ana says yes, carefully." in page.text


def test_the_consequence_comes_before_the_coaching(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    text = alices_run.choose("ask-for-an-hour", 0, htmx=True).text

    assert text.index("Ana says yes, carefully.") < text.index("What this response shows")


def test_a_stale_page_gets_a_sentence_and_the_fresh_state_and_stores_nothing(
    alices_run: RunPage,
) -> None:
    alices_run.to_role_play()
    alices_run.choose("ask-for-an-hour", 0)

    for htmx in (False, True):
        answer = alices_run.choose("email-the-counts", 0, htmx=htmx, reason="It is quick.")
        assert answer.status_code == 409
        assert "no longer current" in answer.text
        assert "You had written: “It is quick.”" in answer.text
        assert "Ana says yes, carefully." in answer.text

    assert answer.headers["HX-Retarget"] == "#stage"
    assert alices_run.open_now() is not None
    assert "The number of visits triples." not in alices_run.get().text


def test_a_double_click_is_one_step_and_shows_what_it_led_to(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    first = alices_run.choose("ask-for-an-hour", 0, htmx=True)
    second = alices_run.choose("ask-for-an-hour", 0, htmx=True)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Ana says yes, carefully." in second.text
    open_now = alices_run.open_now()
    assert open_now
    assert open_now[0] == 1


def test_what_cannot_be_a_choice_is_refused_with_the_fresh_state(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    for choice, step in (("no-such-thing", 0), ("", 0), ("score-it-cold", 0), ("x" * 5000, 0)):
        answer = alices_run.choose(choice, step)
        assert answer.status_code == 409
        open_now = alices_run.open_now()
        assert open_now
        assert open_now[0] == 0


def test_the_reference_shows_only_after_the_ratings_are_committed(alices_run: RunPage) -> None:
    alices_run.to_rating()
    before = alices_run.get().text + alices_run.rate(0).text + alices_run.get("?card=0").text
    for card in range(1, 4):
        before += alices_run.rate(card).text + alices_run.get(f"?card={card}").text
    before += alices_run.get().text

    alices_run.post("/ratings")

    after = alices_run.get("?stage=rating").text
    assert "Why not higher" in after
    assert "In band" in after
    assert "Why not higher" not in before
    assert "In band" not in before


@pytest.mark.parametrize("htmx", [False, True])
def test_an_unfinished_diagnosis_says_what_is_missing_and_keeps_what_was_given(
    alices_run: RunPage, htmx: bool
) -> None:
    alices_run.to_diagnosis()

    answer = alices_run.post("/diagnosis", {"systems": ["INS"], "reason": "Not lost"}, htmx=htmx)

    assert answer.status_code == 422
    assert "Choose at least one test that fails." in answer.text
    for page in (answer.text, alices_run.get().text):
        assert re.search(r'value="INS"\s+checked', page)
        assert "Not lost" in page


def test_a_draft_is_kept_without_judging_it(alices_run: RunPage) -> None:
    alices_run.to_diagnosis()

    answer = alices_run.post("/diagnosis", {"systems": ["INS"], "act": "keep"}, htmx=True)

    assert (answer.status_code, answer.text) == (204, "")
    assert re.search(r'value="INS"\s+checked', alices_run.get().text)


def test_a_draft_that_comes_after_the_commitment_is_refused_where_it_is_written(
    alices_run: RunPage,
) -> None:
    alices_run.to_rating()

    answer = alices_run.post("/diagnosis", {"systems": ["INS"], "act": "keep"}, htmx=True)

    # Never "saved": what is written there is not what is kept.
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notice"
    assert "Alice&#39;s words on the diagnosis" in alices_run.get("?stage=diagnosis").text


def test_another_window_cannot_change_a_finished_next_step(alices_run: RunPage) -> None:
    alices_run.to_the_end()

    for act in ("keep", ""):
        assert alices_run.post("/next-step", {"sentence": "", "act": act}).status_code == 409

    assert "Alice walks out with this" in alices_run.get().text


def test_a_level_without_evidence_is_refused_and_ne_without_evidence_is_not(
    alices_run: RunPage,
) -> None:
    alices_run.to_rating()

    refused = alices_run.rate(0, evidence=[])
    taken = alices_run.rate(0, evidence=[], level="NE")

    assert refused.status_code == 422
    assert "no level without evidence" in refused.text
    assert taken.status_code == 303


def test_stages_come_in_order(alices_run: RunPage) -> None:
    for part in ("/ratings", "/choices", "/next-step", "/diagnosis"):
        assert alices_run.post(part, {"sentence": "x"}).status_code == 409, part
    for looked_ahead in ("rating", "role-play", "debrief", "next-step"):
        page = alices_run.get(f"?stage={looked_ahead}").text
        assert "I have read it" in page
    assert alices_run.get("/debrief").status_code == 409


def test_an_earlier_stage_can_be_looked_back_at_but_not_changed(alices_run: RunPage) -> None:
    alices_run.to_debrief()

    assert "Alice&#39;s words on the diagnosis" in alices_run.get("?stage=diagnosis").text
    assert "Alice&#39;s reason for her rating" in alices_run.get("?stage=rating").text
    assert alices_run.diagnose().status_code == 409
    assert alices_run.rate(0).status_code == 409


def test_the_debrief_tells_the_whole_play(alices_run: RunPage) -> None:
    alices_run.to_debrief()

    page = alices_run.get().text

    for said in (
        "Next time",
        "What your responses showed",
        "Your path",
        "What moved, out of sight",
        "Partnership practices",
        "Your diagnosis beside the reference",
        "Your ratings beside the reference",
        "It seemed right.",
    ):
        assert said in page
    assert 'class="map' in page


def test_the_debrief_prints_with_the_next_step(alices_run: RunPage) -> None:
    alices_run.to_the_end()

    page = alices_run.get("/debrief").text

    assert "data-print" in page
    assert "Alice walks out with this" in page


def test_a_play_from_one_seat_lets_the_stand_in_play_the_other(alice: Browser) -> None:
    run = start(alice, seat="principal").to_role_play()

    page = run.get().text

    assert "(stand-in) chose" in page
    assert "What only Ana Ruiz knows" in page
    assert "What only Marcus Bell knows" not in page


@pytest.mark.parametrize(
    ("seat", "hears"), [("partner", True), ("principal", False), ("both", True)]
)
def test_a_thought_is_told_only_to_who_plays_that_seat(
    alice: Browser, seat: str, hears: bool
) -> None:
    run = start(alice, seat=seat).to_role_play()
    here = run.get().text
    open_now = run.open_now()
    assert open_now
    again = run.choose(open_now[1][0], open_now[0], htmx=True).text

    assert ("He knows without looking where the two schools stand." in here) is hears
    assert "lies on Marcus&#39;s desk" in here
    assert ("I&#39;m sitting across from her." in here + again) is hears


def test_hostile_text_is_shown_as_text(alice: Browser) -> None:
    run = start(alice).to_role_play()

    run.choose("ask-for-an-hour", 0, "<img src=x onerror=alert(1)>\x00\u202e")

    page = run.get().text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_addresses_that_are_no_run_are_not_found(alice: Browser) -> None:
    for key in ("x", "0", "-1", str(2**63), "9" * 400, "%00", "é", ".."):
        assert alice.get(f"/runs/{key}").status_code == 404, key
        assert alice.post(f"/runs/{key}/choices", {"choice": "a"}).status_code == 404, key


def test_numbers_that_make_no_sense_do_no_harm(alices_run: RunPage) -> None:
    alices_run.to_rating()

    for query in ("?card=-1", "?card=99", f"?card={2**63}", "?card=x", "?stage=nonsense"):
        assert alices_run.get(query).status_code == 200, query
    assert alices_run.rate(98).status_code == 404
    alices_run.to_role_play_from_rating()
    for step in (-1, 2**63, "x", "", "٣"):
        answer = alices_run.post("/choices", {"choice": "ask-for-an-hour", "step": step})
        assert answer.status_code == 409, step
    open_now = alices_run.open_now()
    assert open_now
    assert open_now[0] == 0
