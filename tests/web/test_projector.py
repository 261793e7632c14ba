"""The pages of a showing: who may open and move it, what they say, and what is nowhere on them."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.services import cohorts
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Cohort, Diagnosis, Rating, Role, Showing, Step, User
from tests.conftest import HTMX, NOON, Browser
from tests.reviewed import Room
from tests.web.cohorting import CohortPage
from tests.web.conftest import SCENARIO, values

DECISION, RATING = "decision:log", "rating:partner/motivate"
PAGES = ("/screen", "/remote", "/room")
CANARIES = ("Quillfeather", "Rosenquist", "Stormcrow")


@dataclass
class Shown:
    """What Dana shows her cohort, as she has it before her."""

    dana: Browser
    url: str
    room: Room

    def begin(self, *items: str, **more: object) -> TestResponse:
        version = values(self.dana.get(f"{self.url}/projector").text, "version")[0]
        return self.dana.post(
            f"{self.url}/projector",
            {"scenario": SCENARIO, "round": "before", "version": version, "item": [*items]} | more,
        )

    def press(
        self, act: str = "next", *, htmx: bool = False, version: str = "", on: str = "remote"
    ) -> TestResponse:
        version = version or values(self.dana.get(f"{self.url}/remote").text, "version")[0]
        sent = {"act": act, "version": version, "on": on}
        return self.dana.post(f"{self.url}/remote", sent, htmx=htmx)

    def stands(self, page: str = "/room", browser: Browser | None = None) -> tuple[str, str]:
        """Return the title and the phase that a page shows."""
        text = (browser or self.dana).get(self.url + page).text
        title = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.S)
        phase = re.search(r'<li aria-current="step">(.*?)</li>', text)
        return (title[1] if title else "", phase[1] if phase else "")


@pytest.fixture
def spring(dana: Browser, alice: Browser) -> CohortPage:
    return CohortPage.make(dana, alice)


@pytest.fixture
def shown(spring: CohortPage, dana: Browser, session: Session) -> Shown:
    """A cohort of Dana's in which three people show what they played."""
    key = spring.url.rsplit("/", 1)[1]
    cohort = cohorts.find(session, key, viewer_id=dana.user_id)
    room = Room(session, cohort, dana.user_id, NOON.replace(year=2030), Random(3))
    for name in CANARIES:
        room.play(room.let_in(name))
    with database.writing(session):
        for owner in (Step.user_id, Rating.rater_id, Diagnosis.user_id):
            session.execute(
                sa.update(owner.class_)
                .where(owner.in_(room.people))
                .values(reason="Quillfeather's own words")
            )
        for number, user_id in enumerate(room.people):
            session.execute(
                sa.update(User)
                .where(User.id == user_id)
                .values(email=f"stormcrow{number}@district.example")
            )
    session.rollback()
    return Shown(dana, spring.url, room)


def set_archived(shown: Shown) -> None:
    with database.writing(shown.room.session):
        shown.room.session.execute(sa.update(Cohort).values(archived_at=NOON))


def test_a_facilitator_chooses_what_is_shown_and_in_which_order(shown: Shown) -> None:
    page = shown.dana.get(f"{shown.url}/projector").text
    assert "The log" in page
    assert "3 people" in page

    answer = shown.begin(DECISION, RATING, **{f"place {DECISION}": "2", f"place {RATING}": "1"})

    assert answer.status_code == 303
    assert shown.room.session.scalars(sa.select(Showing.agenda)).all() == [[RATING, DECISION]]
    assert shown.stands()[0].startswith("Marcus Bell")


def test_who_ticks_nothing_is_told_so(shown: Shown) -> None:
    answer = shown.begin()

    assert answer.status_code == 422
    assert "Choose at least one question" in answer.text


def test_with_nothing_shared_there_is_nothing_to_choose(spring: CohortPage, dana: Browser) -> None:
    page = dana.get(f"{spring.url}/projector").text

    assert "Nothing to show yet" in page
    assert 'name="item"' not in page


def test_pressing_next_moves_every_page(shown: Shown, alice: Browser) -> None:
    shown.begin(DECISION)
    seen = [(shown.stands("/screen"), shown.stands("/room", alice))]
    for _ in range(3):
        assert shown.press().status_code == 303
        seen.append((shown.stands("/screen"), shown.stands("/room", alice)))

    assert seen == [
        (("The log", phase), ("The log", phase))
        for phase in ("Question", "Split", "Reference", "What followed")
    ]


def test_a_press_with_htmx_brings_the_part_it_was_pressed_on(shown: Shown) -> None:
    shown.begin(DECISION)
    on_remote, on_screen = shown.press(htmx=True), shown.press(htmx=True, on="screen")

    assert on_remote.text.lstrip().startswith('<section id="remote"')
    assert on_screen.text.lstrip().startswith('<section id="screen"')
    assert on_screen.headers["HX-Retarget"] == "#screen"


def test_the_second_of_two_presses_is_shown_where_it_is_now(shown: Shown) -> None:
    shown.begin(DECISION)
    version = values(shown.dana.get(f"{shown.url}/remote").text, "version")[0]
    shown.press(version=version)
    late = shown.press(version=version, htmx=True)
    plain = shown.press(version=version)

    assert late.status_code == 409
    assert "It had moved on already" in late.text
    assert "On the screen: <b>Split</b>" in late.text
    assert plain.status_code == 303
    assert "It had moved on already" in shown.dana.get(plain.location).text
    assert shown.stands()[1] == "Split"


def test_closing_ends_it_on_every_page_at_once(shown: Shown, alice: Browser) -> None:
    shown.begin(DECISION)
    assert "What the room sees" in alice.get(shown.url).text
    shown.press("close")

    assert shown.stands("/room", alice) == ("That is all for now", "")
    assert shown.stands("/screen") == ("That is all", "")
    assert shown.stands("/remote") == ("The screen is closed", "")
    assert "What the room sees" not in alice.get(shown.url).text


def test_before_it_begins_the_room_is_told_calmly(spring: CohortPage, alice: Browser) -> None:
    page = alice.get(f"{spring.url}/room").text

    assert "Nothing is shown yet" in page
    assert "this page follows by itself" in page
    assert "What the room sees" not in alice.get(spring.url).text


def test_in_a_cohort_that_is_closed_nothing_is_shown(shown: Shown, alice: Browser) -> None:
    shown.begin(DECISION)
    shown.press()
    set_archived(shown)

    assert shown.stands("/room", alice) == ("Nothing is shown yet", "")
    for page in ("/projector", "/screen", "/remote"):
        assert shown.dana.get(shown.url + page).status_code == 404
    assert shown.dana.post(f"{shown.url}/remote", {"act": "next", "version": 2}).status_code == 404


def test_a_page_that_knows_what_is_shown_is_answered_with_nothing(
    shown: Shown, alice: Browser
) -> None:
    shown.begin(DECISION)
    for browser, page in ((alice, "/room"), (shown.dana, "/screen"), (shown.dana, "/remote")):
        tag = browser.get(f"{shown.url}{page}/live", htmx=True).headers["HX-PTag"]
        again = browser.client.get(f"{shown.url}{page}/live", headers={**HTMX, "HX-PTag": tag})
        assert (again.status_code, again.text) == (304, "")

    shown.press()
    moved = alice.client.get(f"{shown.url}/room/live", headers={**HTMX, "HX-PTag": tag})
    assert moved.status_code == 200
    assert "Split" in moved.text


def test_a_withdrawal_is_seen_at_the_next_look(shown: Shown, alice: Browser) -> None:
    leaver = shown.room.play(shown.room.let_in("Eve"))
    shown.begin(DECISION)
    shown.press()
    before = alice.get(f"{shown.url}/room/live", htmx=True)
    assert "4 people." in before.text

    shown.room.withdraw(leaver)
    tag = before.headers["HX-PTag"]
    after = alice.client.get(f"{shown.url}/room/live", headers={**HTMX, "HX-PTag": tag})

    assert after.status_code == 200
    assert "3 people." in after.text


def test_below_three_people_no_page_shows_a_number(
    spring: CohortPage, dana: Browser, alice: Browser, session: Session
) -> None:
    cohort = cohorts.find(session, spring.url.rsplit("/", 1)[1], viewer_id=dana.user_id)
    room = Room(session, cohort, dana.user_id, NOON.replace(year=2030), Random(3))
    for name in CANARIES[:2]:
        room.play(room.let_in(name))
    two = Shown(dana, spring.url, room)
    two.begin(DECISION)
    for _ in range(4):
        for page, browser in (("/screen", dana), ("/room", alice)):
            text = browser.get(two.url + page).text
            assert "Fewer than three people have shared an answer to this" in text
            assert "room-bar" not in text
            assert "response-count" not in text
            assert not re.search(r"\b[0-9]+ (people|person)\b", text)
        two.press()
    assert "2 people" not in dana.get(f"{two.url}/projector").text


def test_no_name_address_or_word_of_anybody_is_on_any_page(shown: Shown, alice: Browser) -> None:
    members = shown.dana.get(shown.url).text
    assert all(name in members for name in CANARIES)
    shown.begin("diagnosis", RATING, DECISION)
    read = [shown.dana.get(f"{shown.url}/projector").text]
    for _ in range(11):
        for page in PAGES:
            for htmx in (False, True):
                live = f"{page}/live" if htmx else page
                read.append(shown.dana.get(shown.url + live, htmx=htmx).text)
        read.append(alice.get(f"{shown.url}/room").text)
        shown.press()

    found = {
        (word, at)
        for at, text in enumerate(read)
        for word in (*CANARIES, "stormcrow")
        if word in text
    }
    assert found == set()
    assert any("What followed" in text and "Reference" in text for text in read)


def outsiders(arrive: Any, charlie: Browser, ada: Browser, alice: Browser) -> dict[str, Browser]:
    erin = arrive("erin", Role.FACILITATOR)
    CohortPage.make(erin)
    return {"a member": alice, "a stranger": charlie, "an admin": ada, "another's": erin}


def test_nobody_else_drives_or_sees_it(
    shown: Shown, arrive: Any, charlie: Browser, ada: Browser, alice: Browser
) -> None:
    shown.begin(DECISION)
    shown.press()
    version = values(shown.dana.get(f"{shown.url}/remote").text, "version")[0]
    let_in = []
    for who, browser in outsiders(arrive, charlie, ada, alice).items():
        for page in ("/projector", *PAGES, *(f"{page}/live" for page in PAGES)):
            if who == "a member" and page.startswith("/room"):
                continue
            for htmx in (False, True):
                answer = browser.get(shown.url + page, htmx=htmx)
                if answer.status_code != 404 or "The log" in answer.text:
                    let_in.append((who, page, htmx))
        for htmx in (False, True):
            sent = {"act": "next", "version": version, "on": "screen"}
            answer = browser.post(f"{shown.url}/remote", sent, htmx=htmx)
            begun = browser.post(
                f"{shown.url}/projector",
                {"scenario": SCENARIO, "version": version, "item": [DECISION]},
                htmx=htmx,
            )
            if (answer.status_code, begun.status_code) != (404, 404):
                let_in.append((who, "post", htmx))

    assert let_in == []
    assert shown.stands()[1] == "Split"


def test_a_move_that_is_none_is_not_made(shown: Shown) -> None:
    shown.begin(DECISION)

    assert shown.press("explode").status_code == 404
    assert shown.stands()[1] == "Question"


def test_the_reference_is_for_who_drives_alone_until_it_is_told(
    shown: Shown, alice: Browser
) -> None:
    shown.begin(DECISION)
    why = "It asks for a count, and a count is what comes back."

    assert why in shown.dana.get(f"{shown.url}/remote").text
    assert why not in shown.dana.get(f"{shown.url}/screen").text
    assert why not in alice.get(f"{shown.url}/room").text
    shown.press()
    shown.press()
    assert why in alice.get(f"{shown.url}/room").text


def test_the_remote_tells_no_number_to_anybody_who_looks_over_a_shoulder(shown: Shown) -> None:
    shown.begin(DECISION)
    shown.press()
    page = shown.dana.get(f"{shown.url}/remote").text

    assert "room-bar" not in page
    assert "Next" in page
    assert '<span class="press-rest">Reference</span>' in page
