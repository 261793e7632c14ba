"""The pages of somebody who watches a pair: what is on them, what never is, and their marks."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import runs
from lfp_trainer.services.observing import Marked
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from tests.conftest import NOON, Browser
from tests.services.test_observing import mark
from tests.together import SCENARIO, Together, words_of
from tests.web.conftest import PLAN

NOTE = "Heard by Dana: asked before telling"


@pytest.fixture
def together(session: Session, alice: Browser, bob: Browser, dana: Browser) -> Together:
    """Alice and Bob play, Dana watches and has read the case; the conversation is open."""
    together = Together.open(session, alice.user_id, now=NOON)
    together.join(bob.user_id)
    together.join(dana.user_id, OBSERVER)
    together.ready(alice.user_id, bob.user_id)
    with writing(session):
        runs.move_on(session, together.seat(dana.user_id), Stage.CASE, now=NOON)
    together.commit(alice.user_id, bob.user_id)
    return together


@pytest.fixture
def decided(together: Together, alice: Browser) -> Together:
    """The same after the first response, with a reason that its writer gave."""
    (first,) = together.company(alice.user_id).deciders(together.on_turn(alice.user_id))
    together.choose(first.user_id)
    return together


@pytest.fixture
def told(decided: Together, alice: Browser, bob: Browser, dana: Browser) -> Together:
    """The same in the debrief, with one mark of Dana's."""
    mark(decided, dana.user_id, 1, Marked(("LFP7m",), {"motivate": 3}, NOTE))
    decided.play_to_the_end(alice.user_id, bob.user_id)
    decided.pass_over(alice.user_id, bob.user_id)
    return decided


def url(together: Together) -> str:
    return f"/runs/{together.key}"


def secrets(together: Together, *people: Browser) -> list[str]:
    """Return what only one seat knows, and what the players have written."""
    script = together.script(people[0].user_id)
    found = [member.brief for member in script.scenario.cast.values() if member.brief]
    for scene in script.scenes.values():
        for each in scene.lines:
            if each.line.only is not None:
                found.append(each.line.says or each.line.text or "")
    written = [
        words_of(each.user_id, about)
        for each in people
        for about in ("diagnosis", "rating", "reason")
    ]
    return [*found, *written]


def seen_in(page: str, words: list[str]) -> list[str]:
    plain = " ".join(re.sub(r"&#39;", "'", re.sub(r"&#34;", '"', page)).split())
    return [each for each in words if " ".join(each.split()) in plain]


def every_page_of(browser: Browser, together: Together) -> str:
    here = url(together)
    queries = [f"?stage={stage.value}" for stage in Stage] + ["", "/debrief", "/after", "/what-if"]
    pages = [
        browser.get(f"{here}{query}", htmx=htmx) for query in queries for htmx in (False, True)
    ]
    return "".join(page.text for page in pages)


def test_an_observer_never_reads_what_only_a_seat_knows_nor_what_the_players_wrote(
    decided: Together, alice: Browser, bob: Browser, dana: Browser
) -> None:
    hidden = secrets(decided, alice, bob)
    assert seen_in(every_page_of(alice, decided), hidden)

    playing = every_page_of(dana, decided)
    decided.play_to_the_end(alice.user_id, bob.user_id)
    ended = every_page_of(dana, decided)
    decided.pass_over(alice.user_id, bob.user_id)
    told = every_page_of(dana, decided)

    assert [seen_in(page, hidden) for page in (playing, ended, told)] == [[], [], []]


def test_an_observer_waits_for_the_conversation_to_open(
    session: Session, alice: Browser, bob: Browser, dana: Browser
) -> None:
    together = Together.open(session, alice.user_id, now=NOON)
    together.join(bob.user_id)
    together.join(dana.user_id, OBSERVER)
    together.ready(alice.user_id, bob.user_id)
    case = dana.get(url(together)).text
    answer = dana.post(f"{url(together)}/case")

    page = dana.get(answer.location).text

    assert "Next you watch the conversation" in case
    assert "The conversation has not opened yet" in page
    assert 'name="systems"' not in page


def test_the_stages_of_an_observer_are_those_they_watch(together: Together, dana: Browser) -> None:
    page = dana.get(f"{url(together)}?stage=rating").text

    names = re.findall(r'class="stage-name">([^<]+)<', page)
    assert names == ["Case", "Role-play", "Debrief", "Next step"]
    assert "those who play answer that." in page


def test_in_place_of_a_decision_an_observer_has_marks_to_make(
    decided: Together, dana: Browser
) -> None:
    page = dana.get(url(decided)).text

    assert 'name="choice"' not in page
    assert re.findall(r'action="[^"]*/marks/(\d+)"', page) == ["1", "0"]


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_mark_is_kept_and_shown_again(decided: Together, dana: Browser, htmx: bool) -> None:
    sent = {"practices": ["LFP7m", "nothing"], "level-motivate": "3", "note": NOTE}

    answer = dana.post(f"{url(decided)}/marks/1", sent, htmx=htmx)

    assert answer.status_code == (204 if htmx else 303)
    page = dana.get(url(decided)).text
    assert f">{NOTE}</textarea>" in page
    assert '<option value="3" selected>' in page
    assert re.findall(r'value="(\w+)" checked', page) == ["LFP7m"]
    assert "Practices you have marked before" in page


def test_a_mark_sent_without_javascript_leads_back_to_it(decided: Together, dana: Browser) -> None:
    answer = dana.post(f"{url(decided)}/marks/1", {"note": NOTE})

    assert answer.location.endswith("stage=role-play#mark-1")


def test_a_player_marks_nothing_and_is_told_why(decided: Together, alice: Browser) -> None:
    answer = alice.post(f"{url(decided)}/marks/1", {"note": NOTE})

    assert answer.status_code == 409
    assert "Only who watches a run marks it." in answer.text


def test_no_player_reads_a_mark_before_the_debrief(
    decided: Together, alice: Browser, bob: Browser, dana: Browser
) -> None:
    dana.post(f"{url(decided)}/marks/1", {"note": NOTE})

    assert NOTE in every_page_of(dana, decided)
    assert NOTE not in every_page_of(alice, decided)


def test_after_the_ending_an_observer_goes_over_their_marks(
    decided: Together, alice: Browser, bob: Browser, dana: Browser
) -> None:
    decided.play_to_the_end(alice.user_id, bob.user_id)

    page = dana.get(url(decided)).text

    assert "You speak first" in page
    assert f'action="{url(decided)}/marks/{decided.company(dana.user_id).moves}"' in page


def test_an_observers_debrief_begins_with_their_marks(told: Together, dana: Browser) -> None:
    page = dana.get(url(told)).text

    assert page.index("You speak first") < page.index("How it ended")
    assert NOTE in page
    assert "saw <b>3 " in page
    assert "the response shows <b>" in page
    assert "What were you aiming at?" in page
    assert "Your ratings beside the reference" not in page


def test_the_marks_are_there_for_a_players_debrief_to_begin_with(
    app: Flask, told: Together, alice: Browser
) -> None:
    with app.test_request_context():
        text = app.jinja_env.get_template("pairs/_marks_told.html").render(
            run=told.seat(alice.user_id),
            script=told.script(alice.user_id),
            scenario=told.script(alice.user_id).scenario,
        )

    assert "Dana speaks first" in text
    assert NOTE in text


def test_an_observer_leaves_with_a_next_step_like_anybody(told: Together, dana: Browser) -> None:
    dana.post(f"{url(told)}/debrief")
    dana.post(f"{url(told)}/next-step", PLAN)

    page = dana.get(url(told)).text

    assert "You are walking out with" in page
    assert "Play it yourself" in page
    assert "Go back to a decision" not in page


def test_the_printed_debrief_of_an_observer_begins_with_their_marks(
    told: Together, dana: Browser
) -> None:
    page = dana.get(f"{url(told)}/debrief").text

    assert page.index("You speak first") < page.index("How it ended")
    assert "Diagnosis" not in page


def test_home_says_who_observes(told: Together, dana: Browser) -> None:
    going_on = dana.get("/home").text
    dana.post(f"{url(told)}/debrief")
    dana.post(f"{url(told)}/next-step", PLAN)

    finished = dana.get("/home").text

    assert "Observing. You are at: Debrief." in going_on
    assert "<li>Observing</li>" in finished
    assert "ratings in band" not in finished
    assert "My best run" not in dana.get(f"/scenarios/{SCENARIO}").text


def test_who_reads_the_case_only_after_the_ending_is_led_to_the_debrief(
    session: Session, alice: Browser, bob: Browser, dana: Browser
) -> None:
    together = Together.open(session, alice.user_id, now=NOON)
    together.join(bob.user_id)
    together.join(dana.user_id, OBSERVER)
    together.ready(alice.user_id, bob.user_id)
    together.commit(alice.user_id, bob.user_id)
    together.play_to_the_end(alice.user_id, bob.user_id)

    dana.post(f"{url(together)}/case")

    session.rollback()
    assert together.seat(dana.user_id).stage is Stage.DEBRIEF
