"""A facilitator pairs a cohort through its pages, and sees nothing of what comes of it."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.services import runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Paired, Participant, Run
from tests.conftest import NOON, Browser
from tests.statements import counted
from tests.together import Together, words_of
from tests.web.cohorting import CohortPage, sent_by

Room = tuple[CohortPage, list[Browser]]


@pytest.fixture
def room(app: Flask, dana: Browser) -> Room:
    """A cohort of five guests: two of central office, three of schools."""
    cohort, people = CohortPage.make(dana), []
    for name, position in (
        ("Ana", "CO"), ("Ben", "CO"), ("Cleo", "EL"), ("Dov", "MS"), ("Eve", "HS"),
    ):  # fmt: skip
        browser = Browser(app)
        browser.user_id = browser.post("/be-a-guest").json["id"]  # type: ignore[index]
        cohort.let_in(browser, name=name, position=position)
        people.append(browser)
    return cohort, people


def ids(people: list[Browser]) -> list[int]:
    return [each.user_id for each in people]


@pytest.fixture
def stored(database_url: str) -> Callable[[sa.Select[int]], int]:
    def stored(query: sa.Select[int]) -> int:
        engine = database.connect(database_url)
        with engine.connect() as connection:
            count = connection.scalar(query)
        engine.dispose()
        return count or 0

    return stored


Stored = Callable[[sa.Select[int]], int]
RUNS = sa.select(sa.func.count()).select_from(Run)


def test_the_page_offers_everybody_but_the_facilitator(room: Room) -> None:
    cohort, people = room

    page = cohort.browser.get(f"{cohort.url}/pairs").text

    ticks = re.findall(r'name="who" value="(\d+)" checked', page)
    assert sorted(map(int, ticks)) == sorted(ids(people))


def test_pairs_are_shown_with_central_office_in_its_seat_before_anything_is_made(
    room: Room, stored: Stored
) -> None:
    cohort, people = room

    sent = sent_by(cohort.deal(ids(people)))

    office, schools = {str(each.user_id) for each in people[:2]}, ids(people[2:])
    assert {sent["partner-1"], sent["partner-2"]} == office
    seats = ("principal-1", "principal-2", "observer-2")
    assert sorted(str(sent[seat]) for seat in seats) == sorted(map(str, schools))
    assert sent["observer-1"] == ""
    assert stored(RUNS) == 0


def test_pairs_are_made_as_they_were_shown(room: Room, stored: Stored) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), way="random"))

    answer = cohort.browser.post(f"{cohort.url}/pairs", sent)

    assert answer.location == f"{cohort.url}#pairs"
    assert stored(RUNS) == 2
    assert stored(sa.select(sa.func.count()).select_from(Participant)) == 5
    assert "2 pairs are made." in cohort.browser.get(cohort.url).text
    for each in people:
        assert "Open the lobby" in each.get("/home").text


def test_a_double_click_makes_them_once(room: Room, stored: Stored) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people)))

    for _ in range(2):
        assert cohort.browser.post(f"{cohort.url}/pairs", sent).status_code == 303

    assert stored(RUNS) == 2
    assert stored(sa.select(sa.func.count()).select_from(Paired)) == 5


def test_the_page_of_the_pairs_shows_the_same_pairs_whenever_it_is_loaded(room: Room) -> None:
    cohort, people = room

    pages = [sent_by(cohort.deal(ids(people), way, mix="once")) for way in ("mix", "random") * 3]

    assert pages[0::2] == [pages[0]] * 3
    assert pages[1::2] == [pages[1]] * 3


def test_dealing_again_shows_another_mix_of_the_same_people(room: Room, stored: Stored) -> None:
    cohort, people = room
    page, seen = cohort.deal(ids(people), way="random"), set()

    for _ in range(12):
        link = re.search(r'<a class="button" href="([^"]+)">Deal again</a>', page)
        assert link
        page = cohort.browser.get(unescape(link[1])).text
        sent = sent_by(page)
        assert sorted(map(str, ids(people))) == sorted(map(str, sent["who"]))  # type: ignore[call-overload]
        seen.add((sent["partner-1"], sent["principal-1"]))

    assert len(seen) > 1
    assert stored(RUNS) == 0


def test_whoever_comes_back_to_pairs_that_are_made_is_told_and_makes_nothing_twice(
    room: Room, stored: Stored
) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), mix="once"))
    cohort.browser.post(f"{cohort.url}/pairs", sent)
    cohort.browser.get(cohort.url)

    page = cohort.deal(ids(people), mix="once")
    assert "These pairs are made" in page
    assert "Make these pairs" not in page
    assert "Deal again" in page

    # From a page that was open before.
    changed = {
        **sent, "principal-1": sent["principal-2"], "principal-2": sent["principal-1"],
    }  # fmt: skip
    cohort.browser.post(f"{cohort.url}/pairs", changed)
    assert "These pairs were made already" in cohort.browser.get(cohort.url).text
    assert stored(RUNS) == 2


def test_pairs_stay_made_when_somebody_of_them_has_left_the_cohort(
    room: Room, stored: Stored
) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), mix="once"))
    cohort.browser.post(f"{cohort.url}/pairs", sent)
    cohort.browser.get(cohort.url)
    people[-1].post(f"{cohort.url}/leave")

    page = cohort.deal(ids(people), mix="once")

    assert "These pairs are made" in page
    assert "Make these pairs" not in page
    assert stored(RUNS) == 2


def test_pairs_shown_before_somebody_left_are_made_once(room: Room, stored: Stored) -> None:
    cohort, people = room
    people[-1].post(f"{cohort.url}/leave")
    sent = sent_by(cohort.deal(ids(people), mix="once"))
    cohort.browser.post(f"{cohort.url}/pairs", sent)
    cohort.browser.get(cohort.url)

    assert "These pairs are made" in cohort.deal(ids(people), mix="once")
    assert stored(RUNS) == 2


def test_the_same_page_makes_other_pairs_for_other_people(room: Room, stored: Stored) -> None:
    cohort, people = room

    for some in (people[:2], people[2:4]):
        sent = sent_by(cohort.deal(ids(some), mix="once"))
        cohort.browser.post(f"{cohort.url}/pairs", sent)

    assert stored(RUNS) == 2


def test_two_people_are_swapped_by_hand(room: Room, stored: Stored) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), way="hand"))
    swapped = {
        **sent, "principal-1": sent["principal-2"], "principal-2": sent["principal-1"],
    }  # fmt: skip

    assert cohort.browser.post(f"{cohort.url}/pairs", swapped).status_code == 303

    seated = sa.select(Paired.number).where(
        Paired.user_id == int(str(sent["principal-1"])), Paired.seat == "principal"
    )
    assert stored(seated) == 2


def test_somebody_in_two_places_is_refused_and_what_was_chosen_stays(
    room: Room, stored: Stored
) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), way="hand"))
    twice = {**sent, "principal-1": sent["principal-2"]}

    answer = cohort.browser.post(f"{cohort.url}/pairs", twice)

    # The page that says so is one that can be loaded again and come back to.
    assert answer.status_code == 303
    answer = cohort.browser.get(answer.location)
    assert answer.status_code == 422
    assert "In more than one place" in answer.text
    assert "Without a place" in answer.text
    assert sent_by(answer.text) == twice
    assert stored(RUNS) == 0


@pytest.mark.parametrize("change", [{"scenario": "nowhere"}, {"way": ""}, {"who": []}])
def test_what_is_missing_is_asked_for(room: Room, change: dict[str, object]) -> None:
    cohort, people = room
    data = {"scenario": "glowing-observations", "way": "mix", "who": ids(people), **change}

    answer = cohort.browser.get(f"{cohort.url}/pairs/deal?{urlencode(data, doseq=True)}")

    assert answer.status_code == 422
    assert "Not quite finished" in answer.text


@pytest.mark.parametrize("change", [{"scenario": "nowhere"}, {"way": ""}, {"who": []}])
def test_what_is_missing_from_what_was_sent_is_asked_for_on_a_page_to_come_back_to(
    room: Room, stored: Stored, change: dict[str, object]
) -> None:
    cohort, people = room
    sent = {**sent_by(cohort.deal(ids(people))), **change}

    answer = cohort.browser.post(f"{cohort.url}/pairs", sent)

    assert answer.status_code == 303
    answer = cohort.browser.get(answer.location)
    assert answer.status_code == 422
    assert "Not quite finished" in answer.text
    ticks = re.findall(r'name="who" value="(\d+)" checked', answer.text)
    assert sorted(ticks) == sorted(map(str, sent["who"]))  # type: ignore[call-overload]
    assert stored(RUNS) == 0


def test_nobody_from_outside_is_paired_whatever_is_sent(
    room: Room, bob: Browser, stored: Stored
) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people[:2])))

    answer = cohort.browser.post(
        f"{cohort.url}/pairs", {**sent, "who": [bob.user_id, *ids(people[:2])],
                                "observer-1": bob.user_id}
    )  # fmt: skip

    assert answer.status_code == 303
    assert "Open the lobby" not in bob.get("/home").text
    assert stored(sa.select(sa.func.count()).select_from(Participant)) == 2


def test_who_was_paired_lately_is_shown_with_whom(room: Room) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people[:2])))
    cohort.browser.post(f"{cohort.url}/pairs", sent)

    page = cohort.browser.get(f"{cohort.url}/pairs").text

    assert page.count("Paired with") == 2


def test_a_scenario_with_three_seats_leaves_one_to_the_stand_in(room: Room, stored: Stored) -> None:
    cohort, people = room
    sent = sent_by(cohort.deal(ids(people), scenario="well-above-average"))

    assert cohort.browser.post(f"{cohort.url}/pairs", sent).status_code == 303
    assert stored(RUNS) == 2


def play(database_url: str, first: int, second: int) -> Seated:
    """Let two paired people play their run to its debrief, with words of their own."""
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        (run,) = runs.runs_of(session, first)
        assert run.code is not None
        together = Together(session, run.code, run.key, NOON)
        together.ready(first, second)
        together.commit(first, second)
        together.play_to_the_end(first, second)
    engine.dispose()
    return run


def test_no_page_of_the_facilitator_shows_anything_of_the_runs(
    room: Room, database_url: str, ada: Browser
) -> None:
    cohort, people = room
    one, other = people[0], people[2]
    sent = sent_by(cohort.deal(ids([one, other])))
    cohort.browser.post(f"{cohort.url}/pairs", sent)
    pages = (cohort.url, f"{cohort.url}/pairs", "/cohorts", "/home", "/home/runs",
             "/home/runs?open=1", "/scenarios", "/scenarios/glowing-observations")  # fmt: skip

    def shown() -> list[str]:
        return [without_keys(cohort.browser.get(page).text) for page in pages]

    shown()  # what is said once is said
    before = shown()

    run = play(database_url, one.user_id, other.user_id)

    assert shown() == before
    secrets = [run.key, f'/pairs/{run.code}', *(
        words_of(each, about) for each in ids([one, other])
        for about in ("diagnosis", "rating", "reason")
    )]  # fmt: skip
    for browser in (cohort.browser, ada):
        for page in (*pages, f"/runs/{run.key}", f"/runs/{run.key}?stage=debrief"):
            text = browser.get(page).text
            assert [each for each in secrets if each in text] == []
        assert browser.get(f"/runs/{run.key}").status_code == 404
    assert words_of(one.user_id, "diagnosis") in one.get(f"/runs/{run.key}?stage=diagnosis").text


def without_keys(page: str) -> str:
    """Return a page without what is drawn anew for each."""
    return re.sub(r'name="(csrf_token|start_key|mix)" value="[^"]*"', "", page)


def test_home_takes_no_more_queries_for_more_invitations_and_runs_with_others(
    app: Flask, room: Room, database_url: str
) -> None:
    cohort, people = room
    one = people[0]

    def queries() -> int:
        one.get("/home")
        with counted(app) as statements:
            one.get("/home")
        return len(statements)

    def pair_with(other: Browser) -> None:
        sent = sent_by(cohort.deal(ids([one, other])))
        cohort.browser.post(f"{cohort.url}/pairs", sent)

    pair_with(people[2])
    play_open(database_url, one.user_id)
    pair_with(people[2])
    few = queries()
    for other in people[3:]:
        pair_with(other)
        play_open(database_url, one.user_id)
        pair_with(other)

    assert queries() == few
    assert one.get("/home").text.count("Open the lobby<") == 3


def play_open(database_url: str, user_id: int) -> None:
    """Bring the latest run of somebody to its conversation."""
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        run = runs.runs_of(session, user_id)[0]
        assert run.code is not None
        together = Together(session, run.code, run.key, NOON)
        people = [each.user_id for each in together.company(user_id).people]
        together.ready(*people)
        together.commit(*people)
        on_turn = together.on_turn(user_id)
        for each in together.company(user_id).people:
            if each.seat in on_turn and together.on_turn(user_id) == on_turn:
                together.choose(each.user_id)
    engine.dispose()


def test_the_runs_they_play_together_stand_at_home_with_whom_and_what_is_waited_for(
    room: Room, database_url: str
) -> None:
    cohort, (one, _, other, *_) = room
    sent = sent_by(cohort.deal(ids([one, other])))
    cohort.browser.post(f"{cohort.url}/pairs", sent)
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        run = runs.runs_of(session, one.user_id)[0]
        assert run.code is not None
        together = Together(session, run.code, run.key, NOON)
        assert "Dana</b> has paired you with <b>Cleo" in one.get("/home").text

        together.ready(one.user_id)
        page = one.get("/home").text
        assert f'href="/pairs/{run.code}">' in page
        assert "You are ready; Cleo is not ready yet." in page

        together.ready(other.user_id)
        together.commit(one.user_id)
        page = one.get("/home").text
        assert "You wait for Cleo." in page
        assert f'href="/runs/{run.key}#now"' in page
        assert "With Cleo" in page
        # Before they came to it, the page of the other asks nothing but to go on.
        assert "You are at" in other.get("/home?").text
    engine.dispose()
