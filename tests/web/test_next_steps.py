"""The next step at home, in the list, on paper and in a calendar."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from lfp_trainer.storage.models import NextStep, Outcome, Participant, Run
from tests.conftest import Browser
from tests.statements import counted
from tests.web.conftest import PLAN, RunPage, start
from tests.web.test_home import play_finished_runs
from tests.what_ifs import make_what_if_of

SENTENCE = "Alice walks out with this"


@pytest.fixture
def finished(alices_run: RunPage) -> RunPage:
    return alices_run.to_the_end()


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def say(run: RunPage, answer: str, *, shown: str = "home", htmx: bool = False) -> str:
    sent: dict[str, object] = {"answer": answer, "shown": shown}
    answered = run.browser.post(f"/next-steps/{run.key}", sent, htmx=htmx)
    if htmx:
        assert answered.status_code == 200
        return text_of(answered.text)
    assert answered.status_code == 303
    return answered.location


def stored(engine: sa.Engine) -> list[Outcome | None]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(NextStep.answer).order_by(NextStep.id)))


def change(engine: sa.Engine, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(NextStep).values(**values))


def test_home_asks_what_became_of_the_last_sentence(finished: RunPage) -> None:
    page = finished.browser.get("/home").text

    due = datetime.fromisoformat(str(PLAN["due_on"]))
    card = page[page.index('id="next-step-at-home"') : page.index("</section>")]
    told = text_of(card)
    assert SENTENCE in told
    assert f"By {due:%A, %B} {due.day}" in told
    for words in ("Did it", "Not yet", "Changed my mind", "Add to my calendar"):
        assert words in told


def test_home_and_the_front_say_nothing_to_who_has_nothing_to_come_back_to(
    alice: Browser, nobody: Browser
) -> None:
    for browser, address in ((alice, "/home"), (alice, "/"), (nobody, "/")):
        page = browser.get(address).text
        assert "next-step-at-home" not in page
        assert "What became of it" not in page


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("answer", "words", "then"),
    [
        ("done", "Did it", "It is closed."),
        ("not-yet", "Not yet", "another day you are asked again"),
        ("dropped", "Changed my mind", "It is closed."),
    ],
)
def test_the_card_says_what_was_said(
    finished: RunPage, engine: sa.Engine, answer: str, words: str, then: str, htmx: bool
) -> None:
    told = say(finished, answer, htmx=htmx)
    if not htmx:
        assert told == "/home"
        told = text_of(finished.browser.get(told).text)

    assert f"You said: {words} , on" in told
    assert then in told
    assert stored(engine) == [Outcome(answer)]
    assert '<button type="submit" name="answer"' not in finished.browser.get("/home").text
    assert "What became of it?" not in finished.browser.get("/").text


def test_not_yet_comes_back_another_day_and_a_closed_one_does_not(
    finished: RunPage, engine: sa.Engine
) -> None:
    alice = finished.browser
    say(finished, "not-yet")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with engine.begin() as connection:
        connection.execute(sa.update(Participant).values(changed_at=yesterday))

    change(engine, answered_at=yesterday)
    assert 'value="done"' in alice.get("/home").text
    assert 'href="/home">What became of it?' in alice.get("/").text

    change(engine, answered_at=yesterday, answer=Outcome.DONE)
    home = alice.get("/home").text
    assert 'value="done"' not in home
    assert 'href="/next-steps">My next steps</a>' in home
    assert "What became of it?" not in alice.get("/").text


def test_who_has_just_written_it_is_not_asked_what_became_of_it_yet(
    finished: RunPage, engine: sa.Engine
) -> None:
    alice = finished.browser
    assert "Your next step" in text_of(alice.get("/home").text)
    assert 'id="waiting"' not in alice.get("/").text

    with engine.begin() as connection:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        connection.execute(sa.update(Participant).values(changed_at=yesterday))

    assert 'tabindex="-1">What became of it?' in alice.get("/home").text
    assert 'id="waiting"' in alice.get("/").text


def test_an_overdue_day_is_told_kindly(finished: RunPage, engine: sa.Engine) -> None:
    change(engine, due_on=datetime.now(UTC).date() - timedelta(days=3))

    told = text_of(finished.browser.get("/home").text)

    assert "Was for" in told
    assert "The day is over, and that is all right" in told
    assert "Add to my calendar" not in told


def test_an_answer_can_be_changed_in_the_list(finished: RunPage, engine: sa.Engine) -> None:
    say(finished, "done")
    page = finished.browser.get("/next-steps").text
    assert 'name="answer" value="done"' not in page

    assert say(finished, "dropped", shown="list") == f"/next-steps#step-{finished.key}"
    row = say(finished, "not-yet", shown="list", htmx=True)

    assert "You said: Not yet" in row
    assert "Did it" in row
    assert stored(engine) == [Outcome.NOT_YET]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("answer", ["", "maybe", "DONE"])
def test_an_answer_that_is_none_changes_nothing_and_says_so(
    finished: RunPage, engine: sa.Engine, answer: str, htmx: bool
) -> None:
    refused = finished.browser.post(f"/next-steps/{finished.key}", {"answer": answer}, htmx=htmx)

    assert refused.status_code == 422
    assert "press one of the three" in refused.text
    assert ("<h1>My next steps" in refused.text) is not htmx
    assert stored(engine) == [None]


def test_a_run_that_is_still_open_has_nothing_to_answer(alices_run: RunPage) -> None:
    alices_run.to_next_step()
    alice = alices_run.browser

    refused = alice.post(f"/next-steps/{alices_run.key}", {"answer": "done"})

    assert refused.status_code == 409
    assert "First finish this part" in refused.text
    assert alice.get(f"/next-steps/{alices_run.key}.ics").status_code == 404
    assert "No next step yet" in alice.get("/next-steps").text


def test_nobody_answers_or_reads_the_next_step_of_somebody_else(
    finished: RunPage, bob: Browser, guest: Browser, engine: sa.Engine
) -> None:
    for browser in (bob, guest):
        unknown = "x" * 16
        for htmx in (False, True):
            hers = browser.post(f"/next-steps/{finished.key}", {"answer": "done"}, htmx=htmx)
            other = browser.post(f"/next-steps/{unknown}", {"answer": "done"}, htmx=htmx)
            assert (hers.status_code, hers.text) == (404, other.text)
        assert browser.get(f"/next-steps/{finished.key}.ics").status_code == 404
        for address in ("/next-steps", "/home", "/", "/next-steps.ics"):
            page = browser.get(address, follow_redirects=True).text
            assert SENTENCE not in page
            assert finished.key not in page
    assert stored(engine) == [None]


def test_a_guest_has_next_steps_too_and_an_account_takes_them_over(
    guest: Browser, app: Flask
) -> None:
    run = start(guest).to_the_end()
    say(run, "not-yet")
    guest.post(
        "/register",
        {"name": "Gwen", "email": "gwen@district.example", "password": "otter granite lantern"},
    )

    assert "You said" in guest.get("/next-steps").text
    assert SENTENCE in guest.get("/home").text


def test_what_is_typed_is_shown_as_text(finished: RunPage, engine: sa.Engine) -> None:
    change(engine, sentence="<script>alert(1)</script>", goal="<b>bold</b>", steps="{{ 7 * 7 }}")

    for address in ("/home", "/next-steps", f"/runs/{finished.key}/debrief"):
        page = finished.browser.get(address).text
        assert "<script>alert" not in page
        assert "<b>bold" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    app: Flask, database_url: str, alice: Browser, bob: Browser
) -> None:
    play_finished_runs(database_url, alice.user_id, 2)
    play_finished_runs(database_url, bob.user_id, 30)
    alice.get("/next-steps")

    with counted(app) as few:
        assert alice.get("/next-steps").text.count('class="run-row"') == 2
    with counted(app) as many:
        page = bob.get("/next-steps").text

    assert len(few) == len(many)
    assert page.count('class="run-row"') == 25
    assert 'href="/next-steps?page=2"' in page
    assert bob.get("/next-steps?page=2").text.count('class="run-row"') == 5
    assert bob.get("/next-steps?page=99").text.count('class="run-row"') == 25
    assert bob.get("/next-steps?page=x").status_code == 200


def test_home_asks_with_one_query(app: Flask, finished: RunPage) -> None:
    finished.browser.get("/home")

    with counted(app) as statements:
        finished.browser.get("/home")

    assert sum("next_step.answer" in each for each in statements) == 1


def test_one_next_step_goes_into_a_calendar(finished: RunPage) -> None:
    answer = finished.browser.get(f"/next-steps/{finished.key}.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="next-step.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["SUMMARY"] == SENTENCE
    assert event.decoded("DTSTART").isoformat() == PLAN["due_on"]
    assert event["UID"] == f"next-step-{finished.key}@localhost"
    assert f"http://localhost/runs/{finished.key}" in str(event["DESCRIPTION"])
    assert "Goal: The goal of Alice" in str(event["DESCRIPTION"])
    assert b"alice@" not in answer.data


def test_all_open_next_steps_go_into_a_calendar_and_closed_ones_do_not(
    alice: Browser, engine: sa.Engine
) -> None:
    runs = [start(alice).to_the_end() for _ in range(3)]
    say(runs[0], "done")
    say(runs[1], "not-yet")

    answer = alice.get("/next-steps.ics")

    names = {event["UID"] for event in Calendar.from_ical(answer.data).walk("VEVENT")}
    assert names == {f"next-step-{run.key}@localhost" for run in runs[1:]}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="next-steps.ics"'


def test_where_none_is_open_the_list_says_so_instead_of_an_empty_calendar(
    finished: RunPage,
) -> None:
    say(finished, "done")

    answer = finished.browser.get("/next-steps.ics")

    assert (answer.status_code, answer.location) == (303, "/next-steps")
    assert "No open next step is still to come" in finished.browser.get("/next-steps").text
    assert 'href="/next-steps.ics"' not in finished.browser.get("/next-steps").text


def test_a_day_that_is_over_goes_into_no_calendar_of_all(alice: Browser, engine: sa.Engine) -> None:
    runs = [start(alice).to_the_end() for _ in range(2)]
    past = sa.select(Run.id).where(Run.key == runs[0].key).scalar_subquery()
    with engine.begin() as connection:
        connection.execute(
            sa.update(NextStep)
            .where(NextStep.run_id == past)
            .values(due_on=datetime.now(UTC).date() - timedelta(days=3))
        )

    events = Calendar.from_ical(alice.get("/next-steps.ics").data).walk("VEVENT")
    assert {event["UID"] for event in events} == {f"next-step-{runs[1].key}@localhost"}
    row = say(runs[1], "done", shown="list", htmx=True)
    assert "Add those still to come" not in row
    assert alice.get("/next-steps.ics").status_code == 303
    page = alice.get("/next-steps").text
    assert "No open next step is still to come" in page
    assert ".ics" not in page


def test_an_answer_in_the_list_offers_or_hides_the_calendar_of_all(finished: RunPage) -> None:
    closed = finished.browser.post(
        f"/next-steps/{finished.key}", {"answer": "done", "shown": "list"}, htmx=True
    ).text
    again = finished.browser.post(
        f"/next-steps/{finished.key}", {"answer": "not-yet", "shown": "list"}, htmx=True
    ).text

    assert '<p id="all-to-calendar" hx-swap-oob="true" hidden>' in closed
    assert '<p id="all-to-calendar" hx-swap-oob="true">' in again
    assert "Add those still to come to my calendar" in again
    assert "hx-swap-oob" not in finished.browser.get("/next-steps").text


@pytest.mark.parametrize("shown", ["home", "list"])
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_page_from_before_another_answer_overwrites_nothing_and_says_so(
    finished: RunPage, engine: sa.Engine, htmx: bool, shown: str
) -> None:
    say(finished, "done", shown=shown)
    sent: dict[str, object] = {"answer": "dropped", "shown": shown, "was": ""}

    refused = finished.browser.post(f"/next-steps/{finished.key}", sent, htmx=htmx)

    assert refused.status_code == (409 if htmx else 303)
    told = refused.text if htmx else finished.browser.get(refused.location).text
    assert "You have said something else of it since, in another window." in text_of(told)
    assert "You said: Did it" in text_of(told)
    assert stored(engine) == [Outcome.DONE]

    sent = {"answer": "dropped", "shown": shown, "was": "done"}
    assert finished.browser.post(f"/next-steps/{finished.key}", sent).status_code == 303
    assert stored(engine) == [Outcome.DROPPED]


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_same_answer_from_an_older_page_is_no_conflict(
    finished: RunPage, engine: sa.Engine, htmx: bool
) -> None:
    sent: dict[str, object] = {"answer": "done", "shown": "list", "was": ""}
    for _ in range(2):
        answer = finished.browser.post(f"/next-steps/{finished.key}", sent, htmx=htmx)

        assert answer.status_code == (200 if htmx else 303)
        assert "something else" not in answer.text
    assert stored(engine) == [Outcome.DONE]


def test_the_printed_debrief_has_the_whole_plan_and_what_became_of_it(
    finished: RunPage, engine: sa.Engine
) -> None:
    change(engine, current_state="We talk about the calendar.", steps="Ask. Pick two rooms.")
    say(finished, "done")

    told = text_of(finished.get("/debrief").text)

    for words in (
        SENTENCE,
        "Current state We talk about the calendar.",
        "Goal The goal of Alice",
        "Next steps Ask. Pick two rooms.",
        "Since then Did it (",
    ):
        assert words in told
    assert "By which day" not in told


def test_a_debrief_without_a_plan_has_lines_to_write_one_by_hand_and_what_if_has_none(
    alices_run: RunPage, database_url: str
) -> None:
    alices_run.to_debrief()
    what_if = make_what_if_of(database_url, alices_run.key)

    pages = [alices_run.browser.get(f"/runs/{key}/debrief") for key in (alices_run.key, what_if)]

    assert [page.status_code for page in pages] == [200, 200]
    assert ["What I do next, in one sentence" in page.text for page in pages] == [True, False]


def test_a_finished_run_leads_into_the_calendar_and_to_the_list(finished: RunPage) -> None:
    page = finished.get().text

    assert f'href="/next-steps/{finished.key}.ics"' in page
    assert 'href="/next-steps"' in page


def test_an_answer_that_is_refused_shows_the_page_it_was_sent_from(
    alice: Browser, database_url: str
) -> None:
    play_finished_runs(database_url, alice.user_id, 26)
    second = alice.get("/next-steps?page=2").text
    (key,) = re.findall(r'id="step-([\w-]+)"', second)

    refused = alice.post(f"/next-steps/{key}", {"shown": "list", "page": 2})

    assert refused.status_code == 422
    assert re.findall(r'id="step-([\w-]+)"', refused.text) == [key]
