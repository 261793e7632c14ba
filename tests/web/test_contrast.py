"""Two stories side by side, rated row by row; no reference before a rubric is committed."""

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.storage import database
from lfp_trainer.storage.models import ScenarioVersion
from lfp_trainer.web.extensions import db
from tests.conftest import Browser
from tests.web.contrasting import (
    FIRST_RUBRIC,
    PAGES,
    REASON,
    URL,
    Rated,
    answers,
    page_of,
    the_contrast,
)


def references(rubric: str) -> list[str]:
    return [
        html.escape(each.why, quote=False).replace("'", "&#39;")
        for text in the_contrast().texts.values()
        for each in text.reference.get(rubric, {}).values()
    ]


ISOLATION, EVIDENCE = "isolation-to-collaboration", "evidence-of-practice"


def test_both_stories_stand_on_one_page_for_everybody(nobody: Browser) -> None:
    page = nobody.get(URL).text

    for text in the_contrast().texts.values():
        for sentence in text.sentences.values():
            assert html.unescape(page).count(sentence) == 1
    assert page.count(">Reconstruction<") == 2
    assert "provisional" in page
    assert [words for words in references(ISOLATION) + references(EVIDENCE) if words in page] == []


def test_who_starts_without_an_account_becomes_a_guest_and_finds_their_rows_again(
    nobody: Browser,
) -> None:
    rated = Rated.begin(nobody)
    rated.send(1, answers(1) | {"act": "stop"})

    page = nobody.get(URL).text

    assert f'href="{rated.url}"' in page
    assert "Go on rating" in page
    assert page_of(1).strands[0] in rated.get().text


def test_the_levels_are_read_from_the_right(alice: Browser) -> None:
    page = Rated.begin(alice).get(1).text

    values = re.findall(r'name="vision-level"\s+value="([^"]+)"', page)
    assert values == ["4", "3", "2", "1", "NE"]
    assert page.index("Accomplished</b>") < page.index("Beginning</b>")
    assert "Cannot tell</b>" in page


def test_a_page_keeps_itself_as_it_is_filled_in(alice: Browser) -> None:
    rated = Rated.begin(alice)

    half: dict[str, object] = {"vision-level": "3", "routines-reason": REASON, "act": "keep"}
    answer = rated.send(1, half, htmx=True)

    assert (answer.status_code, answer.text) == (204, "")
    page = rated.get(1).text
    assert re.search(r'name="vision-level"\s+value="3" checked', page)
    assert REASON in html.unescape(page)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_page_with_something_missing_is_kept_and_says_what(alice: Browser, htmx: bool) -> None:
    rated = Rated.begin(alice)
    sent = answers(1)
    del sent["plans-level"]
    sent["routines-evidence"] = []

    answer = rated.send(1, sent, htmx=htmx)

    assert answer.status_code == 422
    assert 'href="#row-plans"' in answer.text
    assert "Choose a level, or “Cannot tell”." in answer.text
    assert 'id="routines-evidence-error"' in answer.text
    assert re.search(r'name="vision-level"\s+value="2" checked', answer.text)
    assert "HX-Push-Url" not in answer.headers
    assert ("<!doctype html>" in answer.text) is not htmx


def test_no_reason_is_needed_and_cannot_tell_needs_no_sentence(alice: Browser) -> None:
    rated = Rated.begin(alice)

    assert rated.send(1, answers(1, level="NE")).location == f"{rated.url}/2"


def test_no_reference_shows_before_its_rubric_is_committed(alice: Browser) -> None:
    rated = Rated.begin(alice)
    every = references(ISOLATION) + references(EVIDENCE)

    rated.send(1)
    pages = [rated.get(part).text for part in ("", 1, 2, 3, f"beside/{ISOLATION}")]
    assert [words for words in every for page in pages if words in page] == []

    rated.send(2)
    shown = rated.get(f"beside/{ISOLATION}").text
    assert [words for words in references(ISOLATION) if words not in shown] == []
    pages = [shown, *(rated.get(part).text for part in ("", 3, 4, 5, f"beside/{EVIDENCE}"))]
    assert [words for words in references(EVIDENCE) for page in pages if words in page] == []


def test_the_last_page_does_not_commit_while_an_earlier_one_is_unfinished(alice: Browser) -> None:
    rated = Rated.begin(alice)

    answer = rated.send(2)

    assert answer.status_code == 422
    assert 'href="#row-vision"' in answer.text
    assert f'action="{rated.url}/1"' in answer.text
    assert [words for words in references(ISOLATION) if words in rated.get(2).text] == []


def test_what_is_committed_stays_and_is_shown_instead(alice: Browser) -> None:
    rated = Rated.begin(alice)
    rated.send(1)
    rated.send(2)

    again = rated.send(2)
    changed = rated.send(1, answers(1, level="4"))

    assert again.status_code == 303
    assert changed.status_code == 409
    assert "committed already" in changed.text
    assert "You and the reference" in changed.text
    assert "4 Accomplished" not in changed.text.split("Two years later</h2>")[0]


def test_each_row_stands_beside_its_reference_with_the_sentences_of_both(alice: Browser) -> None:
    rated = Rated.begin(alice)
    sent = answers(1) | {
        "routines-level": "3",
        "routines-evidence": ["bus-routes", "library-painted"],
        "routines-reason": REASON,
    }
    rated.send(1, sent)
    rated.send(2)

    page = html.unescape(rated.get(f"beside/{ISOLATION}").text)

    row = page.split('id="beside-then-routines"')[1].split("</article>")[0]
    assert "Further outside the band" in row
    assert REASON in row
    story = the_contrast().texts["then"].sentences
    both, missed = row.split("you and the reference")[1].split("only the reference")
    missed, own = missed.split("only you")
    assert story["bus-routes"] in both
    assert story["last-in-august"] in missed
    assert story["library-painted"] in own


def test_rows_that_are_missing_in_a_text_are_not_asked_of_it(alice: Browser) -> None:
    rated = Rated.begin(alice)

    assert "lfp1" not in rated.get(1).text
    assert {page_of(number).text for number in (3, 4, 5)} == {"later"}


def test_when_all_is_committed_the_page_says_where_the_stories_differ(alice: Browser) -> None:
    rated = Rated.begin(alice).finish()

    page = rated.get().text

    rows = re.findall(r'<li class="differ-row">\s*<h2>([^<]+)</h2>', page)
    assert rows[:3] == ["Plans", "Routines", "Goal-setting"]
    assert set(rows[3:]) == {"Vision and beliefs", "Policies and structures", "Perspectives"}
    table = page.split("<table>")[1]
    plans = table.split(">Plans</th>")[1].split("</tr>")[0]
    assert re.findall("<td>([^<]+)</td>", plans) == [
        "Beginning", "Accomplished", "Developing", "Developing",
    ]  # fmt: skip
    assert "Which sentences of the first story" in page


def test_a_second_round_begins_anew_and_the_first_stays(alice: Browser) -> None:
    first = Rated.begin(alice).finish()

    second = Rated.begin(alice)

    assert second.url != first.url
    assert "checked" not in second.get(1).text
    assert f'href="{first.url}"' in alice.get(URL).text


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_every_answer_is_a_page_or_a_fragment_of_it(alice: Browser, htmx: bool) -> None:
    rated = Rated.begin(alice, htmx=htmx)

    for number in range(1, PAGES + 1):
        answer = rated.send(number, htmx=htmx)
        if htmx:
            assert answer.text.lstrip().startswith('<div id="stage"')
            assert answer.headers["HX-Push-Url"].startswith(rated.url)
        else:
            assert answer.status_code == 303
            assert "<!doctype html>" in alice.get(answer.location).text


def test_what_is_not_there_is_not_found(alice: Browser) -> None:
    rated = Rated.begin(alice)

    for url in (
        "/contrast/no-such-thing",
        "/contrast/anchor-vignettes",
        f"{URL}/2",
        f"{rated.url}/0",
        f"{rated.url}/6",
        f"{rated.url}/beside/impact-and-influence",
    ):
        assert alice.get(url).status_code == 404


def test_nobody_reads_what_somebody_else_rated(alice: Browser, bob: Browser) -> None:
    Rated.begin(alice).finish()

    for part in ("/1", "/1/1", f"/1/beside/{ISOLATION}"):
        assert alice.get(URL + part).status_code == 200
        assert bob.get(URL + part).status_code == 404


def test_a_level_or_a_sentence_that_is_not_there_is_not_taken(alice: Browser) -> None:
    rated = Rated.begin(alice)

    answer = rated.send(1, answers(1) | {"vision-level": "5", "plans-evidence": ["one-plan"]})

    assert answer.status_code == 422
    assert 'id="vision-level-error"' in answer.text
    assert 'id="plans-evidence-error"' in answer.text


def test_a_reason_that_is_too_long_is_refused_at_its_row(alice: Browser) -> None:
    answer = Rated.begin(alice).send(1, answers(1) | {"plans-reason": "x" * 501})

    assert answer.status_code == 422
    assert 'href="#row-plans"' in answer.text
    assert "Shorten this" in answer.text


def withdraw(app: Flask, scenario_id: str) -> None:
    with app.app_context(), database.writing(db.session):
        db.session.execute(
            sa.update(ScenarioVersion)
            .where(ScenarioVersion.scenario_id == scenario_id)
            .values(is_current=False)
        )


def test_a_contrast_is_there_only_while_all_its_cases_are_on_offer(
    app: Flask, alice: Browser, nobody: Browser
) -> None:
    rated = Rated.begin(alice)
    withdraw(app, "two-years-later")

    assert nobody.get(URL).status_code == 404
    assert nobody.post(f"{URL}/sets").status_code == 404
    assert rated.get().status_code == 404
    assert rated.get(1).status_code == 404
    for page in ("/scenarios", "/scenarios/puzzled-principal"):
        assert f'href="{URL}"' not in nobody.get(page).text


def test_rows_sent_after_the_sign_in_ended_come_back_to_the_exercise(
    app: Flask, alice: Browser
) -> None:
    url = Rated.begin(alice).url

    for htmx in (False, True):
        answer = Browser(app).post(f"{url}/1", answers(1), htmx=htmx)
        assert answer.status_code == 401
        assert f'href="/sign-in?next={url}"' in answer.text


def test_the_sheets_and_the_shelf_lead_to_the_contrast(nobody: Browser) -> None:
    link = f'href="{URL}"'

    for scenario in ("puzzled-principal", "two-years-later"):
        assert link in nobody.get(f"/scenarios/{scenario}").text
    assert link in nobody.get("/scenarios").text
    assert link not in nobody.get("/scenarios/glowing-observations").text


def test_back_keeps_what_was_typed(alice: Browser) -> None:
    rated = Rated.begin(alice)
    rated.send(1)
    first = page_of(2).strands[0]

    answer = rated.send(2, {f"{first}-level": "3", f"{first}-reason": "Half a word", "act": "back"})

    assert answer.location.endswith("/1")
    assert "Half a word" in rated.get(2).text


def test_an_open_contrast_is_among_what_waits_at_home(alice: Browser, bob: Browser) -> None:
    assert "Lakeland, then" not in alice.get("/home").text
    rated = Rated.begin(alice)

    assert f'href="{rated.url}"' in alice.get("/home").text
    assert rated.url not in bob.get("/home").text
    rated.finish()
    assert f'href="{rated.url}"' not in alice.get("/home").text


def test_how_it_went_is_told_rubric_by_rubric(alice: Browser) -> None:
    """Or levels too high on one ladder and too low on another would pass for level ones."""
    rated = Rated.begin(alice)
    for number in range(1, PAGES + 1):
        rated.send(number, answers(number, level="4" if number in FIRST_RUBRIC else "1"))

    page = " ".join(rated.get().text.split())

    assert "High: your levels are" in page
    assert "Low: your levels are" in page


def test_the_page_says_whose_rows_these_are(nobody: Browser) -> None:
    page = nobody.get(URL).text

    for rubric in the_contrast().rubrics.values():
        assert html.escape(rubric.note, quote=False)[:60] in html.unescape(page)
