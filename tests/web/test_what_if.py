"""What-ifs on their pages: going back, playing on, and two plays beside each other."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.services import library
from lfp_trainer.storage.models import Run
from lfp_trainer.web.extensions import db
from tests.conftest import Browser
from tests.services.test_runs import with_required_reason
from tests.web.conftest import PLAN, RunPage, start, values
from tests.web.test_debrief import PATH, play, words_of


@pytest.fixture
def played(alices_run: RunPage) -> RunPage:
    """A play of Alice's that came to its end, begun with three known responses."""
    return play(alices_run, *PATH)


def go_back(run: RunPage, step: int, choice: str = "", **changes: object) -> TestResponse:
    page = run.get(f"/what-if/{step}").text
    sent = {
        "choice": choice or values(page, "choice")[0],
        "start_key": values(page, "start_key")[0],
        **changes,
    }
    return run.post(f"/what-if/{step}", sent)


def what_if(run: RunPage, step: int, choice: str = "") -> RunPage:
    answer = go_back(run, step, choice)
    assert answer.status_code == 303
    return RunPage(run.browser, answer.location.partition("?")[0])


def played_on(run: RunPage) -> RunPage:
    while (open_now := run.open_now()) is not None:
        step, choices = open_now
        assert run.choose(choices[0], step).status_code == 303
    return run


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page)


def test_the_debrief_leads_back_to_each_own_decision(alice: Browser) -> None:
    run = play(start(alice, seat="principal"))

    page = run.get("?stage=debrief").text

    own = [each for each in links(page) if re.search(r"/what-if/\d+$", each)]
    assert own
    assert len(own) == page.count('<span class="choice-who">You:')
    for address in own:
        assert "What if you had answered otherwise?" in alice.get(address).text
    assert f"{run.url}/what-if" in links(page)


def test_the_list_names_each_decision_and_what_was_taken(played: RunPage) -> None:
    said = words_of(played.get("/what-if").text)

    assert "The log You, as Marcus Bell, chose: Ask Ana and Paul for one classroom hour" in said
    assert "Who picks the rooms" in said


def test_a_decision_is_shown_as_it_was_with_the_one_taken_set_apart(played: RunPage) -> None:
    page = played.get("/what-if/2").text

    said = words_of(page)
    assert "Start with Nora Lind. She's having a wonderful month." in said
    assert "You, as Marcus Bell, chose Say that you will learn most from rooms" in said
    assert "Nobody has tidied up for them." in said
    assert "draw-three-numbers" not in values(page, "choice")
    assert len(values(page, "choice")) == 2
    assert "What had happened before" in said


def test_what_only_another_seat_knows_is_not_told(alice: Browser) -> None:
    run = play(start(alice, seat="principal"))

    pages = [run.get(f"/what-if/{step}").text for step in range(1, 9)]

    assert any("How do you respond instead?" in page for page in pages)
    assert not any("He knows without looking" in page for page in pages)
    assert not any("Twelve visits, twelve times wonderful" in page for page in pages)


def test_another_response_leads_into_a_play_of_its_own(played: RunPage) -> None:
    before = played.get("?stage=debrief").text

    answer = go_back(played, 2, "her-three-rooms")

    assert answer.status_code == 303
    assert answer.location.endswith("?stage=role-play#now")
    other = RunPage(played.browser, answer.location.partition("?")[0])
    assert other.key != played.key
    said = words_of(other.get().text)
    assert "This is a what-if of the play of" in said
    assert "from “Who picks the rooms”. That play stays as it was." in said
    assert "Ask Ana and Paul for one classroom hour each this week" in said
    assert "You chose Ask Ana which rooms and which hour would suit her best" in said
    assert without_tokens(played.get("?stage=debrief").text) == without_tokens(before)


def without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)


def test_a_what_if_has_two_stages_and_says_so_of_the_others(played: RunPage) -> None:
    other = what_if(played, 2)

    page = other.get().text
    assert re.findall(r'<span class="stage-name">([^<]+)</span>', page) == ["Role-play", "Debrief"]
    for stage in ("case", "diagnosis", "rating", "next-step"):
        asked = other.get(f"?stage={stage}")
        assert asked.status_code == 200
        assert "A what-if has only the conversation and its debrief." in words_of(asked.text)
    assert "has not come to this part yet: Debrief" in words_of(other.get("?stage=debrief").text)


def test_played_to_its_end_it_leads_to_the_comparison_and_to_its_own_debrief(
    played: RunPage,
) -> None:
    other = what_if(played, 2)
    while (open_now := other.open_now()) is not None:
        step, choices = open_now
        answer = other.choose(choices[0], step, htmx=True)
    ending = answer.text

    assert ending.index("See the two plays beside each other") < ending.index("Go to the debrief")
    assert f"{other.url}/compare" in links(ending)
    page = other.get().text
    said = words_of(page)
    assert "What your responses showed" in said
    assert "Your diagnosis beside the reference" not in said
    assert "Your ratings beside the reference" not in said
    assert "Go on to my next step" not in said
    assert f"{other.url}/compare" in links(page)


def test_the_debrief_of_a_what_if_prints(played: RunPage) -> None:
    other = played_on(what_if(played, 2))

    printed = other.get("/debrief")

    assert printed.status_code == 200
    assert "This is a what-if of the play of" in words_of(printed.text)
    assert "Your ratings beside the reference" not in words_of(printed.text)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
def test_what_a_what_if_does_not_have_is_refused_with_its_page(
    played: RunPage, ended: bool, htmx: bool
) -> None:
    other = what_if(played, 2)
    if ended:
        played_on(other)
    parts: dict[str, dict[str, object]] = {
        "/case": {},
        "/diagnosis": {},
        "/ratings/0": {"level": "2"},
        "/ratings": {},
        "/debrief": {},
        "/next-step": PLAN,
    }
    for part, data in parts.items():
        answer = other.post(part, data, htmx=htmx)

        assert answer.status_code == 409, part
        assert "A what-if has only the conversation and its debrief." in words_of(answer.text)
        assert "This is a what-if" in words_of(answer.text)


def test_the_form_sent_twice_is_one_what_if(app: Flask, played: RunPage) -> None:
    page = played.get("/what-if/1").text
    key = values(page, "start_key")[0]
    sent: dict[str, object] = {"choice": "keep-the-agenda", "start_key": key}

    first, second = (played.post("/what-if/1", sent) for _ in range(2))

    assert first.location == second.location
    assert runs_stored(app) == 2


def test_a_second_page_goes_on_with_what_the_first_one_began_and_says_so(
    app: Flask, played: RunPage
) -> None:
    first = what_if(played, 1, "keep-the-agenda")

    again = what_if(played, 1, "keep-the-agenda")

    assert again.key == first.key
    assert runs_stored(app) == 2
    assert "You have begun this what-if already." in words_of(again.get().text)
    assert "You have begun this what-if already." not in words_of(again.get().text)


def runs_stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(Run.id))) or 0


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_refusal_is_the_decision_with_a_sentence_and_the_words_that_were_typed(
    app: Flask, played: RunPage, htmx: bool
) -> None:
    page = played.get("/what-if/1").text
    key = values(page, "start_key")[0]
    refused: dict[str, tuple[int, dict[str, object]]] = {
        "You took this response the first time.": (422, {"choice": PATH[0], "start_key": key}),
        "This response was not on offer here.": (409, {"choice": "no-such", "start_key": key}),
        "Shorten this to 1000 characters.": (422, {"choice": "keep-the-agenda", "more": "x"}),
    }
    for sentence, (status, sent) in refused.items():
        reason = "My own words." + ("x" * 1000 if "more" in sent else "")

        answer = played.post("/what-if/1", {**sent, "reason": reason}, htmx=htmx)

        assert answer.status_code == status
        assert sentence in words_of(answer.text)
        assert "My own words." in answer.text
        assert "How do you respond instead?" in answer.text
    assert runs_stored(app) == 1


def test_a_key_that_has_started_one_what_if_starts_no_other(app: Flask, played: RunPage) -> None:
    key = values(played.get("/what-if/1").text, "start_key")[0]
    go_back(played, 1, "keep-the-agenda", start_key=key)

    answer = go_back(played, 1, "email-the-counts", start_key=key)

    assert answer.status_code == 409
    assert "This page has already started another what-if." in words_of(answer.text)
    assert values(answer.text, "start_key")[0] != key
    assert runs_stored(app) == 2


@pytest.mark.parametrize("step", [0, 99])
def test_a_step_that_is_not_ones_own_shows_those_that_are(played: RunPage, step: int) -> None:
    for answer in (
        played.get(f"/what-if/{step}"),
        played.post(f"/what-if/{step}", {"choice": "keep-the-agenda"}),
    ):
        assert answer.status_code == 409
        said = words_of(answer.text)
        assert "There is no decision of yours at that place." in said
        assert "Who picks the rooms" in said


def test_a_step_of_the_stand_in_is_not_ones_own(alice: Browser) -> None:
    run = play(start(alice, seat="principal"))

    assert "There is no decision of yours" in run.get("/what-if/1").text
    assert run.post("/what-if/1", {"choice": "keep-the-agenda"}).status_code == 409


def test_a_play_that_is_not_over_leads_to_where_it_is(alices_run: RunPage) -> None:
    alices_run.to_role_play()
    for answer in (
        alices_run.get("/what-if"),
        alices_run.get("/what-if/1"),
        alices_run.post("/what-if/1", {"choice": "keep-the-agenda"}),
    ):
        assert answer.status_code == 409
        assert "once this play has come to its end" in words_of(answer.text)
        assert alices_run.url in links(answer.text)


def test_a_reason_that_the_author_asks_for_is_asked_for_again(
    app: Flask, played: RunPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        published = library.current(db.session, "glowing-observations")
    demanding = with_required_reason(published).script
    monkeypatch.setitem(library._scripts, published.digest, demanding)

    without = go_back(played, 1, "keep-the-agenda")
    with_one = go_back(played, 1, "keep-the-agenda", reason="To be warm first.")

    assert without.status_code == 422
    assert "Say in a few words why you choose this." in words_of(without.text)
    assert with_one.status_code == 303
    other = played.browser.get(with_one.location.partition("#")[0]).text
    assert "“To be warm first.”" in words_of(other)


def test_the_comparison_tells_both_responses_and_both_endings(played: RunPage) -> None:
    other = played_on(what_if(played, 2, "her-three-rooms"))

    answer = other.get("/compare")

    assert answer.status_code == 200
    said = words_of(answer.text)
    assert "Where they part: Who picks the rooms" in said
    assert "You chose Say that you will learn most from rooms" in said
    assert "You chose Ask Ana which rooms and which hour" in said
    assert "Nobody has tidied up for them." in said
    assert "Three tidy lessons, well rehearsed." in said
    assert said.count("How it ended") == 2
    assert "Up to here the two plays are the same: one decision." in said
    assert "They come together again at “Room 12”." in said
    for address in (
        f"{played.url}/what-if/2", f"{played.url}/what-if", f"{other.url}/what-if",
        f"{played.url}?stage=debrief", f"{other.url}?stage=debrief",
    ):  # fmt: skip
        assert address in links(answer.text)


def test_the_map_of_both_tells_three_kinds_of_way_apart(played: RunPage) -> None:
    page = played_on(what_if(played, 1, "keep-the-agenda")).get("/compare").text

    kinds = set(re.findall(r'<polyline class="map-edge( is-taken [a-z-]+)?"', page))

    assert kinds == {"", " is-taken is-shared", " is-taken is-first", " is-taken is-other"}
    assert "only the first did, dotted" in page


def test_the_map_marks_where_two_plays_part_that_go_on_to_the_same_scene(played: RunPage) -> None:
    page = played_on(what_if(played, 2, "her-three-rooms")).get("/compare").text

    drawn = page[page.index('<svg xmlns="http://www.w3.org/2000/svg"') :]
    marked = [each for each in drawn.split('<g class="map-node')[1:] if "map-parting" in each]
    assert len(marked) == 1
    assert "Who picks" in marked[0]
    said = words_of(page)
    # Of both plays, on paper and folded on the screen.
    assert said.count("Who picks the rooms (here they part) → The same lesson, twice") == 4
    assert "The decision at which they part stands in a second frame." in page


def test_the_map_of_one_play_is_drawn_as_before(played: RunPage) -> None:
    page = played.get("?stage=debrief").text

    assert "map-parting" not in page

    kinds = set(re.findall(r'<polyline class="map-edge([^"]*)"', page))

    assert kinds == {"", " is-taken"}


def test_a_what_if_that_is_not_over_has_no_comparison_yet(played: RunPage) -> None:
    other = what_if(played, 1)

    answer = other.get("/compare")

    assert answer.status_code == 409
    assert "Play this what-if to its end first." in words_of(answer.text)


def test_a_play_from_the_start_says_that_there_is_nothing_to_compare(played: RunPage) -> None:
    answer = played.get("/compare")

    assert answer.status_code == 200
    assert "there is none that it goes back to" in words_of(answer.text)
    assert f"{played.url}/what-if" in links(answer.text)


def test_a_play_from_the_start_leads_to_the_comparisons_of_its_what_ifs(played: RunPage) -> None:
    one, two = what_if(played, 1, "keep-the-agenda"), what_if(played, 2, "her-three-rooms")
    played_on(two)

    answer = played.get("/compare")

    assert answer.status_code == 200
    said = words_of(answer.text)
    assert "The what-ifs of this play" in said
    assert "there is none" not in said
    assert said.index("The log What if") < said.index("Who picks the rooms What if")
    assert f"{two.url}/compare" in links(answer.text)
    assert f"{one.url}#now" in links(answer.text)
    assert f"{one.url}/compare" not in links(answer.text)


def test_another_ending_is_named_and_the_same_one_told_as_such(played: RunPage) -> None:
    for step, choice in ((1, "keep-the-agenda"), (2, "her-three-rooms")):
        page = played_on(what_if(played, step, choice)).get("/compare").text
        first, other = re.findall(r"<h4>([^<]+)</h4>", page)
        said = words_of(page)
        expected = (
            "Both plays come to the same ending;"
            if first == other
            else f"The what-if comes to another ending, “{other}” instead of “{first}”;"
        )
        assert expected in said
        assert "author" not in said


def test_without_the_first_play_the_comparison_says_so_and_leads_to_the_debrief(
    app: Flask, played: RunPage
) -> None:
    other = played_on(what_if(played, 2))
    with app.app_context():
        db.session.execute(sa.delete(Run).where(Run.key == played.key))
        db.session.commit()

    answer = other.get("/compare")

    assert answer.status_code == 200
    assert "is no longer here, so there is nothing to put beside it" in words_of(answer.text)
    assert other.url in links(answer.text)
    page = other.get()
    assert "That play is no longer here." in words_of(page.text)
    assert "Your ratings beside the reference" not in words_of(page.text)
    assert other.get("/debrief").status_code == 200


def test_a_what_if_of_a_what_if_is_compared_with_the_one_it_goes_back_to(played: RunPage) -> None:
    other = played_on(what_if(played, 2, "her-three-rooms"))

    third = played_on(what_if(other, 1, "keep-the-agenda"))

    said = words_of(third.get("/compare").text)
    assert "Earlier what-if" in said
    assert "Where they part: The log" in said
    listed = words_of(other.get("/what-if").text)
    assert "What if, " in listed


def test_what_was_tried_from_a_decision_is_listed_there(played: RunPage) -> None:
    running = what_if(played, 1, "keep-the-agenda")

    page = played.get("/what-if/1").text
    assert "(go on with it)" in words_of(page)
    assert f"{running.url}#now" in links(page)

    played_on(running)
    for address in ("/what-if/1", "/what-if"):
        assert f"{running.url}/compare" in links(played.get(address).text)
    assert f"{running.url}/compare" not in links(played.get("/what-if/2").text)


def test_a_what_if_of_alices_is_nothing_to_anybody_else(played: RunPage, bob: Browser) -> None:
    other = played_on(what_if(played, 2))
    his = replace(other, browser=bob)

    for answer in (
        his.get(), his.get("/compare"), his.get("/what-if"), his.get("/what-if/1"),
        his.post("/what-if/1", {"choice": "keep-the-agenda"}), his.get("/debrief"),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert "Who picks the rooms" not in answer.text
