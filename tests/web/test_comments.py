"""Comments in their pages: a facilitator writes on a shared run, the learner reads and answers."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import Browser
from tests.statements import all_counted
from tests.web.cohorting import CohortPage
from tests.web.commenting import comment, commented, share, withdraw
from tests.web.conftest import RunPage, start, values
from tests.web.pairs import Two

WORDS = "Why did you ask for that first?"
BADGE = re.compile(r'<li id="comments-badge".*?</li>', re.S)
SENTENCE = "Respond to the idea, not to the person."


@pytest.fixture
def cohort(dana: Browser, alice: Browser, bob: Browser) -> CohortPage:
    return CohortPage.make(dana, alice, bob)


@pytest.fixture
def run(alices_run: RunPage) -> RunPage:
    return alices_run.to_debrief()


def badge(browser: Browser, page: str = "/home") -> str:
    (found,) = BADGE.findall(browser.get(page).text)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found)).strip()


def test_a_comment_on_a_response_is_read_where_the_response_is_told(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    key = comment(dana, alice, cohort, run, WORDS, about="step", number=2)

    page = run.get("?stage=debrief").text
    decisions = page.split('<li class="decision')
    (where,) = [at for at, each in enumerate(decisions) if WORDS in each]
    assert where == 2
    assert SENTENCE in page
    assert badge(alice) == "1 1 unread comment"
    listed = alice.get("/comments").text
    assert "Your response at “" in listed
    assert f"#thread-{key}" in listed


def test_a_comment_on_a_rating_is_read_beside_that_rating(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    shown = dana.get(f"{cohort.url}/runs/{run.key}").text
    leaders, strands = values(shown, "leader"), values(shown, "strand")
    rated = {"about": "rating", "leader": leaders[1], "strand": strands[1], "round": "before"}
    comment(dana, alice, cohort, run, WORDS, **rated)

    articles = run.get("?stage=debrief").text.split('<article class="rating-beside">')
    (where,) = [at for at, each in enumerate(articles) if WORDS in each]
    assert where == 2
    assert "Your rating of" in alice.get("/comments").text


def test_looking_marks_nothing_as_read_and_a_press_does(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    key = commented(dana, alice, cohort, run)
    alice.get("/comments")
    run.get("?stage=debrief")
    assert badge(alice) == "1 1 unread comment"

    answer = alice.post(f"/comments/{key}/read", {"shown": "list"})

    assert (answer.status_code, answer.location) == (303, f"/comments#thread-{key}")
    assert badge(alice) == ""
    assert ">new<" not in alice.get("/comments").text


def test_over_htmx_a_press_brings_the_thread_and_the_badge_as_they_are_now(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    key = commented(dana, alice, cohort, run)

    answer = alice.post(f"/comments/{key}/read", htmx=True)

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith(f'<article id="thread-{key}"')
    assert '<li id="comments-badge" hx-swap-oob="true" hidden>' in answer.text
    assert "Mark as read" not in answer.text


def test_an_answer_goes_to_the_facilitator_who_sees_where_and_answers_back(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    key = commented(dana, alice, cohort, run)
    assert "answered you" not in dana.get(f"{cohort.url}/runs").text

    answer = alice.post(f"/comments/{key}/answers", {"text": "Because she\nasked."})
    assert answer.location == f"{run.url}?stage=debrief#thread-{key}"
    assert badge(alice) == ""
    assert "answered you" in dana.get(f"{cohort.url}/runs").text
    shown = dana.get(f"{cohort.url}/runs/{run.key}").text
    assert "Because she\nasked." in shown
    assert badge(dana) == "1 1 unread comment"
    (link,) = re.findall(
        rf'href="({cohort.url}/runs/{run.key}#thread-{key})"', dana.get("/comments").text
    )
    assert f'id="{link.split("#")[1]}"' in dana.get(link).text

    answer = dana.post(f"/comments/{key}/answers", {"text": "I see."})
    assert answer.location == f"{cohort.url}/runs/{run.key}#thread-{key}"
    assert "answered you" not in dana.get(f"{cohort.url}/runs").text
    assert badge(dana) == ""
    assert "Answers to you" not in dana.get("/comments").text
    assert badge(alice) == "1 1 unread comment"


def test_an_answer_in_a_run_that_is_private_again_is_told_to_nobody(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    key = commented(dana, alice, cohort, run)
    alice.post(f"/comments/{key}/answers", {"text": "Because she asked."})
    assert "Answers to you" in dana.get("/comments").text

    withdraw(alice, run)

    assert badge(dana) == ""
    page = dana.get("/comments").text
    assert "Answers to you" not in page
    assert run.key not in page


def test_all_are_marked_as_read_at_once(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    commented(dana, alice, cohort, run)
    assert "Mark all as read" not in alice.get("/comments").text
    comment(dana, alice, cohort, run, WORDS)
    assert badge(alice) == "2 2 unread comments"
    assert "Mark all as read" in alice.get("/comments").text

    alice.post("/comments/read")

    assert badge(alice) == ""


def test_an_empty_and_a_long_comment_are_refused_with_what_to_do(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    url = f"{cohort.url}/runs/{run.key}/comments"
    for text, said in ((" ", "Write something first."), ("x" * 2001, "Shorten this to 2000")):
        answer = dana.post(url, {"learner": alice.user_id, "about": "run", "text": text})
        assert answer.status_code == 422
        assert said in answer.text
    assert "thread-" not in dana.get(f"{cohort.url}/runs/{run.key}").text


def test_markup_in_a_comment_is_text(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    comment(dana, alice, cohort, run, "<b>Why</b>")

    assert "&lt;b&gt;Why&lt;/b&gt;" in alice.get("/comments").text


def test_nobody_else_has_a_badge_a_thread_or_a_page_of_it(
    guest: Browser, dana: Browser, alice: Browser, bob: Browser, charlie: Browser, ada: Browser,
    arrive: object, cohort: CohortPage, run: RunPage,
) -> None:  # fmt: skip
    share(alice, cohort, run)
    key = comment(dana, alice, cohort, run, WORDS)
    charlies = CohortPage.make(ada, charlie)
    assert WORDS in alice.get("/comments").text

    for each in (guest, bob, charlie, ada):
        for url in ("/home", "/comments", "/account"):
            page = each.get(url).text
            assert WORDS not in page
            assert "unread" not in page
        for url in (f"{cohort.url}/runs", f"{cohort.url}/runs/{run.key}",
                    f"{charlies.url}/runs/{run.key}"):  # fmt: skip
            for htmx in (False, True):
                assert each.get(url, htmx=htmx).status_code == 404
        for act in ("answers", "read", "delete"):
            for htmx in (False, True):
                answer = each.post(f"/comments/{key}/{act}", {"text": "Mine"}, htmx=htmx)
                assert answer.status_code == 404
                assert WORDS not in answer.text
    assert badge(alice) == "1 1 unread comment"


def test_the_partner_in_the_same_run_reads_nothing_of_it(
    session: Session, dana: Browser, alice: Browser, bob: Browser, cohort: CohortPage
) -> None:
    two = Two.meet(session, alice, bob).told()
    run = RunPage(alice, two.url)
    share(alice, cohort, run)
    share(bob, cohort, run)
    comment(dana, alice, cohort, run, WORDS)
    assert WORDS in run.get("?stage=debrief").text

    for where, answer in two.everything_for(bob):
        assert WORDS not in answer.text, where
        assert "unread" not in answer.text, where


def test_a_run_that_one_of_two_takes_back_is_not_there(
    session: Session, dana: Browser, alice: Browser, bob: Browser, cohort: CohortPage
) -> None:
    two = Two.meet(session, alice, bob).told()
    run = RunPage(alice, two.url)
    url = f"{cohort.url}/runs/{run.key}"
    share(bob, cohort, run)
    assert dana.get(url).status_code == 404
    share(alice, cohort, run)
    said = two.together.script(alice.user_id)
    response = said.choices[two.together.position(alice.user_id).path[0]][1].text
    assert response in dana.get(url).text.replace("&#39;", "'")

    withdraw(bob, run)

    assert dana.get(url).status_code == 404
    assert run.key not in dana.get(f"{cohort.url}/runs").text


def test_who_takes_back_what_they_share_is_gone_from_the_list_and_keeps_the_comment(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    key = comment(dana, alice, cohort, run, WORDS)
    assert run.key in dana.get(f"{cohort.url}/runs").text

    withdraw(alice, run)

    assert run.key not in dana.get(f"{cohort.url}/runs").text
    assert dana.get(f"{cohort.url}/runs/{run.key}").status_code == 404
    assert dana.post(f"/comments/{key}/answers", {"text": "Still?"}).status_code == 404
    page = alice.get("/comments").text
    assert WORDS in page
    assert "nobody would read an answer" in page
    assert "Send the answer" not in page


def test_a_private_run_leaves_no_trace_in_the_list(
    dana: Browser, alice: Browser, cohort: CohortPage
) -> None:
    before = re.sub('value="[^"]*"', "", dana.get(f"{cohort.url}/runs").text)
    run = start(alice).to_debrief()

    assert re.sub('value="[^"]*"', "", dana.get(f"{cohort.url}/runs").text) == before
    assert dana.get(f"{cohort.url}/runs/{run.key}").status_code == 404


def test_the_list_has_names_positions_and_scenarios(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)

    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", dana.get(f"{cohort.url}/runs").text))

    assert "EL Alice: Glowing observations" in page


def test_what_is_deleted_is_gone_for_both(
    dana: Browser, alice: Browser, cohort: CohortPage, run: RunPage
) -> None:
    share(alice, cohort, run)
    key = comment(dana, alice, cohort, run, WORDS)

    alice.post(f"/comments/{key}/delete")

    assert WORDS not in alice.get("/comments").text
    assert WORDS not in dana.get(f"{cohort.url}/runs/{run.key}").text


def test_the_badge_asks_the_database_once_a_page_and_a_visitor_nothing(
    app: Flask, alice: Browser, nobody: Browser, run: RunPage
) -> None:
    for browser, times in ((alice, 1), (nobody, 0)):
        with all_counted(app) as statements:
            assert browser.get("/scenarios").status_code == 200
        assert len([each for each in statements if "FROM comment" in each]) == times


def test_a_fragment_asks_nothing_about_comments(app: Flask, alice: Browser, run: RunPage) -> None:
    with all_counted(app) as statements:
        assert run.browser.get(f"{run.url}?stage=case", htmx=True).status_code == 200
    assert statements
    assert [each for each in statements if "FROM comment" in each] == []


def test_after_a_guest_everybody_sees_how_many_are_theirs(
    dana: Browser, alice: Browser, bob: Browser, cohort: CohortPage, run: RunPage
) -> None:
    commented(dana, alice, cohort, run)

    assert [badge(each) for each in (alice, bob, dana)] == ["1 1 unread comment", "", ""]
