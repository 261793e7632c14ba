"""Ratings given a second time, through their pages: with htmx and without."""

import html
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.storage.models import Rating, Round
from lfp_trainer.web.extensions import db
from tests.conftest import Browser
from tests.web.conftest import RunPage, start, values
from tests.web.test_debrief import words_of

AGAIN: dict[str, object] = {
    "level": "1",
    "evidence": ["notes-it"],
    "reason": "Alice's reason the second time",
}
BOTH_WAYS = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


def sentence(run: RunPage) -> str:
    return values(run.get("/again/0").text, "evidence")[0]


def give_again(run: RunPage, **how: bool) -> str:
    answer = run.post("/again/0", {**AGAIN, "evidence": [sentence(run)]}, **how)
    if not how.get("htmx"):
        assert answer.status_code == 303
        return run.browser.get(answer.location).text
    assert answer.status_code == 200
    return answer.text


def test_the_reveal_gives_reasons_in_a_fixed_order(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    said = words_of(alices_run.get("?stage=rating").text)

    parts = [
        "You wrote:", "ask: Did the leader say or do anything", "The reference:",
        "sentences the reference rests on", "Why not lower:", "Why not higher:",
        "only the reference", "Confidence of the reference", "Rate it once more",
    ]  # fmt: skip
    assert sorted(parts, key=said.index) == parts


def test_where_only_one_finds_the_text_silent_the_rule_of_silence_is_told(
    alices_run: RunPage,
) -> None:
    alices_run.to_rating()
    for card in range(4):
        changes = {"level": "NE", "evidence": []} if not card else {}
        assert alices_run.rate(card, **changes).status_code == 303
    assert alices_run.post("/ratings").status_code == 303

    said = words_of(alices_run.get("?stage=rating").text)

    assert said.count("You found the text silent where the reference finds a level.") == 1
    assert said.count("What somebody leaves undone is evidence only where") == 1


@BOTH_WAYS
def test_a_second_answer_is_shown_beside_the_first(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_the_end()

    page = words_of(give_again(alices_run, htmx=htmx))

    assert "Rated twice" in page
    assert "Another level; both of your answers lie in the accepted band." in page
    assert "Alice's reason for her rating" in page
    assert "Alice's reason the second time" in page
    reveal = words_of(alices_run.get("?stage=rating").text)
    assert "Once more: 1 Holds back" in reveal
    assert reveal.count("Rate it once more") == 3
    assert "Once more: 1 Holds back" in words_of(alices_run.get("?stage=debrief").text)


@BOTH_WAYS
def test_an_unfinished_second_answer_is_the_page_with_what_is_missing(
    alices_run: RunPage, htmx: bool
) -> None:
    alices_run.to_role_play()

    refused = alices_run.post("/again/0", {**AGAIN, "reason": ""}, htmx=htmx)

    assert refused.status_code == 422
    assert "Write one line of reason." in words_of(refused.text)
    assert re.search(r'value="1" checked', refused.text)


@BOTH_WAYS
def test_what_is_too_long_is_shown_again_and_not_cut(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_role_play()
    long = "word " * 150

    refused = alices_run.post("/again/0", {**AGAIN, "reason": long}, htmx=htmx)

    assert refused.status_code == 422
    assert long.strip() in refused.text


def test_a_draft_is_kept_and_waits(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    kept = alices_run.post("/again/0", {**AGAIN, "act": "keep"}, htmx=True)
    stopped = alices_run.post("/again/0", {**AGAIN, "act": "stop"})

    assert kept.status_code == 204
    assert stopped.status_code == 303
    assert "Alice&#39;s reason the second time" in alices_run.get("/again/0").text
    assert "Once more:" not in words_of(alices_run.get("?stage=rating").text)


@BOTH_WAYS
def test_sent_twice_it_stays_as_it_is_and_the_page_says_so(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_role_play()
    give_again(alices_run)

    refused = alices_run.post("/again/0", {**AGAIN, "level": "5"}, htmx=htmx)

    assert refused.status_code == 409
    assert "This is committed already" in words_of(refused.text)
    assert "Rated twice" in words_of(refused.text)
    assert "Once more: 1 Holds back" in words_of(alices_run.get("?stage=rating").text)


@BOTH_WAYS
def test_a_button_pressed_twice_is_one_second_answer(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_role_play()
    form = {**AGAIN, "evidence": [sentence(alices_run)]}
    assert alices_run.post("/again/0", form).status_code == 303

    repeated = alices_run.post("/again/0", form, htmx=htmx)

    assert repeated.status_code == (200 if htmx else 303)
    page = words_of(alices_run.get("/again/0").text)
    assert "Rated twice" in page
    assert "committed already" not in page + repeated.text


@BOTH_WAYS
def test_before_its_time_it_leads_to_where_the_run_is(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_rating()

    for part in ("/again/0", "/after"):
        answer = alices_run.post(part, AGAIN, htmx=htmx)
        assert answer.status_code == 409
        assert "Rating 1 of 4" in words_of(answer.text)


def test_there_is_no_card_beyond_the_last(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    assert alices_run.get("/again/4").status_code == 404
    assert alices_run.get("/again/100").status_code == 404


# After the play


def form_of(run: RunPage) -> dict[str, object]:
    """The form after a play as a browser would send it untouched."""
    page = run.get("/after").text
    form: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]+checked[^>]*>", page):
        it = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if it["name"].endswith("evidence"):
            several = form.setdefault(it["name"], [])
            assert isinstance(several, list)
            several.append(it["value"])
        else:
            form[it["name"]] = it["value"]
    return form


def claiming(run: RunPage, level: str = "3") -> dict[str, object]:
    """The same with every claim made."""
    page = run.get("/after").text
    form = form_of(run)
    for name in sorted(set(re.findall(r'name="(own-[^"]+-)level"', page))):
        form |= {
            f"{name}level": level,
            f"{name}evidence": values(page, f"{name}evidence")[:1],
            f"{name}reason": "Alice's reason for her claim",
        }
    return form


@BOTH_WAYS
def test_after_the_play_claims_stand_beside_what_was_shown(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_debrief()

    answer = alices_run.post("/after", claiming(alices_run, "5"), htmx=htmx)

    assert answer.status_code == (200 if htmx else 303)
    said = words_of(alices_run.get("/after").text)
    assert "Before and after" in said
    assert "You say 5 Builds" in said
    assert "than your responses show" in said
    assert "Alice's reason for her claim" in said
    assert said.count("The same level, shown by the same sentences.") == 4
    debrief = words_of(alices_run.get("?stage=debrief").text)
    assert "All of your ratings of the leaders kept their level after the play." in debrief
    assert "You say 5 Builds" in words_of(alices_run.get("/debrief").text)


@BOTH_WAYS
def test_what_is_missing_after_a_play_is_named_where_it_is_missing(
    alices_run: RunPage, htmx: bool
) -> None:
    alices_run.to_debrief()
    form = form_of(alices_run)
    assert [*form] == [
        f"leader-{leader}-{strand}-{field}"
        for strand in ("motivate", "results")
        for leader in ("partner", "principals")
        for field in ("level", "evidence")
    ]

    refused = alices_run.post("/after", {**form, "leader-partner-results-level": "5"}, htmx=htmx)

    assert refused.status_code == 422
    said = words_of(refused.text)
    assert "Your play as Marcus Bell, Exerts influence for results: Choose a level, or NE." in said
    assert "Marcus Bell, Exerts influence for results: Say in one line what moved you" in said
    assert re.search(r'name="leader-partner-results-level" value="5" checked', refused.text)


def test_what_is_said_after_a_play_is_kept_while_it_is_written(alices_run: RunPage) -> None:
    alices_run.to_debrief()
    form = claiming(alices_run)

    assert alices_run.post("/after", {**form, "act": "keep"}, htmx=True).status_code == 204
    assert form_of(alices_run).items() <= form.items()
    assert "Now that you have played it" in alices_run.get("/after").text


@BOTH_WAYS
def test_committed_twice_it_stays_as_it_is(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_debrief()
    first, second = claiming(alices_run, "2"), claiming(alices_run, "5")
    assert alices_run.post("/after", first).status_code == 303

    refused = alices_run.post("/after", second, htmx=htmx)

    assert refused.status_code == 409
    said = words_of(refused.text)
    assert "This is committed already" in said
    assert "You say 5" not in said


@BOTH_WAYS
def test_a_button_pressed_twice_says_once_what_was_shown(alices_run: RunPage, htmx: bool) -> None:
    alices_run.to_debrief()
    form = claiming(alices_run, "2")
    assert alices_run.post("/after", form).status_code == 303

    repeated = alices_run.post("/after", form, htmx=htmx)

    assert repeated.status_code == (200 if htmx else 303)
    page = words_of(alices_run.get("/after").text)
    assert "You say 2" in page
    assert "committed already" not in page + repeated.text


def test_it_is_offered_at_the_ending_and_in_the_debrief_until_it_is_done(
    alices_run: RunPage,
) -> None:
    alices_run.to_debrief()
    link = f'href="{alices_run.url}/after"'

    assert link in alices_run.get("?stage=role-play").text
    assert "Say what you showed, and rate the leaders again" in alices_run.get().text
    alices_run.post("/after", claiming(alices_run))

    assert "Say what you showed, and rate" not in alices_run.get("?stage=debrief").text


def test_who_has_been_through_the_debrief_is_told_that_they_know(alices_run: RunPage) -> None:
    alices_run.to_next_step()

    assert "You have been through the debrief, so you know" in alices_run.get("/after").text


def test_who_played_one_seat_is_asked_about_that_one(bob: Browser) -> None:
    run = start(bob, seat="principal").to_debrief()

    page = run.get("/after").text

    assert 'name="own-principal-motivate-level"' in page
    assert 'name="own-partner-motivate-level"' not in page


@pytest.fixture
def other_tab(app: Flask) -> Iterator[None]:
    """Something that writes into every draft of a second rating at the first chance it has."""
    with app.app_context():
        engine = db.engine

    def write(session: Session) -> None:
        if session.in_nested_transaction():
            return
        with engine.connect() as connection:
            connection.execute(
                sa.update(Rating)
                .where(Rating.round != Round.BEFORE, Rating.committed_at.is_(None))
                .values(reason="Of the other tab")
            )
            connection.commit()

    sa.event.listen(Session, "after_commit", write)
    yield
    sa.event.remove(Session, "after_commit", write)


@pytest.mark.parametrize("part", ["again", "after"])
def test_what_is_committed_is_what_was_sent_whatever_another_tab_keeps(
    alices_run: RunPage, request: pytest.FixtureRequest, part: str
) -> None:
    alices_run.to_the_end()
    sent = {**AGAIN, "evidence": [sentence(alices_run)]}
    if part == "after":
        sent = claiming(alices_run)
    request.getfixturevalue("other_tab")

    address = "/again/0" if part == "again" else "/after"
    assert alices_run.post(address, sent).status_code == 303

    assert "Of the other tab" not in alices_run.get(address).text


@pytest.mark.parametrize("address", ["/again/0", "/after"])
def test_what_cannot_be_committed_yet_is_kept(alices_run: RunPage, address: str) -> None:
    alices_run.to_the_end()
    sent: dict[str, object] = {"level": "1", "reason": "Words that stay"}
    if address == "/after":
        sent = claiming(alices_run, level="") | {
            name: "Words that stay" for name in claiming(alices_run) if name.endswith("reason")
        }

    assert alices_run.post(address, sent).status_code == 422

    assert "Words that stay" in alices_run.get(address).text
