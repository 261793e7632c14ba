"""The first thing a debrief says: what to do differently, with one's own words and the line."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer import config, scenario_files
from lfp_trainer.engine.script import prepare
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Rating, Step
from lfp_trainer.web.extensions import db
from tests.conftest import Browser
from tests.web.conftest import RunPage, start
from tests.web.test_debrief import words_of
from tests.web.test_second_ratings import claiming
from tests.web.test_what_if import played_on, what_if
from tests.what_ifs import make_what_if_of


def first_part(run: RunPage) -> str:
    page = run.get("?stage=debrief").text
    found = re.search(r'<section id="next-time".*?</section>', page, re.S)
    assert found
    # Nothing but the title of the ending stands above it.
    assert "<h2" not in page[: found.start()]
    return words_of(found[0])


def play(run: RunPage, first: str, *, reason: str = "", later: str = "") -> RunPage:
    """Take one response, then the first on offer until the end."""
    run.to_role_play()
    assert run.choose(first, 0, reason).status_code == 303
    while (open_now := run.open_now()) is not None:
        step, choices = open_now
        assert run.choose(choices[0], step, later).status_code == 303
    return run


def test_it_quotes_the_line_the_answer_ones_words_and_what_to_try(alices_run: RunPage) -> None:
    alices_run.to_debrief()

    said = first_part(alices_run)

    assert "Next time" in said
    assert "You, as" in said
    assert "You noted then: “It seemed right.”" in said
    parts = ["You, as", "You noted then", "Try instead:", "Ask yourself:"]
    assert sorted(parts, key=said.index) == parts
    # Which decision it rests on is by chance; what one of them answers is told, not spoken.
    told = "next-time-told" in alices_run.get("?stage=debrief").text
    assert told or re.search(r"[A-Z][a-z]+ [A-Z][a-z]+: “", said)


def test_without_a_note_it_is_what_one_wrote_when_rating_that_leader(
    alices_run: RunPage,
) -> None:
    play(alices_run, "email-the-counts")

    said = first_part(alices_run)

    assert re.search(r"You wrote when you rated [^:]+: “Alice's reason for her rating”", said)


def test_a_claim_about_ones_own_play_is_nearer_than_a_rating(alices_run: RunPage) -> None:
    play(alices_run, "email-the-counts")
    assert alices_run.post("/after", claiming(alices_run)).status_code == 303

    assert "You wrote of your own play: “Alice's reason for her claim”" in first_part(alices_run)


def test_the_note_of_that_very_decision_is_nearest_of_all(alices_run: RunPage) -> None:
    play(alices_run, "email-the-counts", reason="Noted", later="Noted")
    assert alices_run.post("/after", claiming(alices_run)).status_code == 303

    assert "You noted then: “Noted”" in first_part(alices_run)


def test_long_words_are_cut_and_stand_whole_below(alices_run: RunPage) -> None:
    long = " ".join(f"word{n}" for n in range(120))
    play(alices_run, "email-the-counts", reason=long, later=long)

    assert "word119" not in first_part(alices_run)
    assert "word119" in alices_run.get("?stage=debrief").text


def best_path(run: RunPage) -> None:
    """Take what is ranked first, as the debrief would say."""
    script = prepare(scenario_files.load_bundle(config.SCENARIOS / "glowing-observations.yaml"))
    run.to_role_play()
    while (open_now := run.open_now()) is not None:
        step, offered = open_now
        best = min(offered, key=lambda id: script.choices[id][1].rank)
        assert run.choose(best, step).status_code == 303


@pytest.mark.parametrize("seat", ["both", "partner"])
def test_who_took_the_first_each_time_is_told_what_carried_it_and_what_to_try(
    alice: Browser, seat: str
) -> None:
    run = start(alice, seat)
    best_path(run)

    said = first_part(run)

    assert "What carried it, and what to try next" in said
    assert "Each of your responses is the one ranked first." in said
    assert "Try instead" not in said
    assert ("the other seat" if seat == "partner" else "the same case again") in said


def test_a_play_that_rewinds_another_has_a_first_screen_without_ratings(
    alices_run: RunPage, alice: Browser, database_url: str
) -> None:
    play(alices_run, "email-the-counts")
    again = RunPage(alice, f"/runs/{make_what_if_of(database_url, alices_run.key)}")

    assert "Try instead:" in first_part(again)
    page = again.get("?stage=debrief").text
    assert "/after" not in page
    assert "Rate it once more" not in words_of(page)
    for refused in (again.get("/after"), again.get("/again/0"), again.post("/after")):
        assert refused.status_code == 409
        assert "A what-if has only the conversation and its debrief" in refused.text
        assert "Try instead:" in words_of(refused.text)
    assert "/after" not in again.get("?stage=role-play").text


def test_a_what_if_without_a_note_quotes_what_was_written_about_the_play_it_rewinds(
    alices_run: RunPage,
) -> None:
    other = played_on(what_if(play(alices_run, "email-the-counts"), 1, "keep-the-agenda"))

    said = first_part(other)

    assert re.search(r"You wrote when you rated [^:]+: “Alice's reason for her rating”", said)
    assert "You have written nothing" not in said


def test_a_what_if_of_a_what_if_quotes_the_play_that_had_a_case(alices_run: RunPage) -> None:
    other = played_on(what_if(play(alices_run, "email-the-counts"), 1, "keep-the-agenda"))
    third = played_on(what_if(other, 2))

    assert "Alice's reason for her rating" in first_part(third)


def test_without_words_about_that_leader_it_is_the_note_of_the_nearest_decision(
    app: Flask, alices_run: RunPage
) -> None:
    play(alices_run, "email-the-counts")
    with app.app_context(), database.writing(db.session):
        db.session.execute(sa.update(Rating).values(reason=""))
        first = sa.select(sa.func.min(Step.id)).scalar_subquery()
        db.session.execute(sa.update(Step).where(Step.id == first).values(reason="At the first"))

    said = first_part(alices_run)

    assert re.search(
        "You noted before that, at another decision: “At the first”|You noted then", said
    )
    assert "At the first" in said
