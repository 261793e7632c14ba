"""Pick somebody of one's cohort to train with; free the seat of who never came."""

import re

import pytest

from tests.conftest import HTMX, Browser
from tests.web.cohorting import CohortPage, sent_by
from tests.web.conftest import SCENARIO
from tests.web.test_lobby import invite as open_lobby

NOT_COMING = "Nobody else of this invitation is coming."


@pytest.fixture
def cohort(dana: Browser, alice: Browser, bob: Browser) -> CohortPage:
    return CohortPage.make(dana, alice, bob)


def invite(me: Browser, fellow: Browser, key: str = "one") -> str:
    data = {
        "scenario": SCENARIO, "seat": "principal", "fellow": fellow.user_id, "start_key": key,
    }  # fmt: skip
    answer = me.post("/invitations", data)
    assert answer.status_code == 303
    return answer.location


def test_a_member_invites_another_and_both_are_led_to_one_lobby(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    lobby = invite(alice, bob)

    assert invite(alice, bob) == lobby
    page = bob.get("/home").text
    assert "<b>Alice</b> invites you to train <b>Glowing observations</b> together." in page
    assert f'href="{lobby}"' in page
    assert "In the lobby; Bob is not ready yet." in alice.get("/home").text


def test_nobody_outside_the_cohort_is_invited(
    cohort: CohortPage, alice: Browser, charlie: Browser
) -> None:
    data = {"scenario": SCENARIO, "seat": "principal", "fellow": charlie.user_id}

    assert alice.post("/invitations", data).status_code == 404
    assert charlie.post("/invitations", {**data, "fellow": alice.user_id}).status_code == 404
    assert "invites you" not in charlie.get("/home").text


def test_without_a_person_the_sheet_says_so(cohort: CohortPage, alice: Browser) -> None:
    answer = alice.post("/invitations", {"scenario": SCENARIO, "seat": "principal"})

    assert answer.location == f"/scenarios/{SCENARIO}"
    assert "Choose whom you want to train with." in alice.get(answer.location).text


def run_of(browser: Browser) -> str:
    found = re.search(r'"(/runs/[\w-]+)', browser.get("/scenarios/glowing-observations").text)
    assert found
    return found[1]


def test_who_invited_frees_the_seat_of_who_never_came(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    lobby = invite(alice, bob)
    run = run_of(alice)

    answer = alice.post(f"{run}/free", {"person": bob.user_id})

    assert answer.location == lobby
    assert "invites you" not in bob.get("/home").text
    assert "Nobody else is in the lobby yet." in alice.get("/home").text


def test_who_declines_is_led_home_and_who_waits_is_told_that_nobody_is_coming(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    lobby = invite(alice, bob)
    alice.post(f"{lobby}/ready", {"ready": "yes"})
    before = alice.get(f"{lobby}/live", htmx=True)
    home = bob.get("/home").text
    assert f'action="{lobby}/leave"' in home

    answer = bob.post(f"{lobby}/leave")

    assert answer.location == "/home"
    told = bob.get("/home").text
    assert "You have declined" in told
    assert "You have left" not in told
    assert "invites you" not in told
    after = alice.client.get(f"{lobby}/live", headers=HTMX | {"HX-PTag": before.headers["HX-PTag"]})
    for page in (after.text, alice.get(lobby).text):
        assert NOT_COMING in page
        assert "Nobody else has come yet" not in page
        assert f'href="/scenarios/{SCENARIO}"' in page.partition('id="lobby-state"')[2]


def test_who_has_opened_the_lobby_and_leaves_it_has_left_it(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    lobby = invite(alice, bob)
    bob.get(lobby)

    answer = bob.post(f"{lobby}/leave")

    assert answer.location == f"/scenarios/{SCENARIO}"
    assert "You have left" in bob.get(answer.location).text


def test_of_two_whom_somebody_else_has_paired_the_other_is_told_likewise(
    dana: Browser, cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    sent = sent_by(cohort.deal([alice.user_id, bob.user_id], mix="once"))
    dana.post(f"{cohort.url}/pairs", sent)
    found = re.search(r'href="(/pairs/\w+)"', alice.get("/home").text)
    assert found
    assert NOT_COMING not in alice.get(found[1]).text

    bob.post(f"{found[1]}/leave")

    assert NOT_COMING in alice.get(found[1]).text


def test_who_was_invited_is_not_told_that_somebody_invited_stays_away(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    lobby = invite(alice, bob)
    bob.get(lobby)

    alice.post(f"{lobby}/leave")

    page = bob.get(lobby).text
    assert NOT_COMING in page
    assert "invited to play" not in page


def test_who_opens_a_lobby_of_their_own_is_told_that_nobody_has_come_yet(alice: Browser) -> None:
    page = alice.get(open_lobby(alice)).text

    assert "Nobody else has come yet" in page
    assert NOT_COMING not in page


def test_who_was_invited_and_who_is_not_in_it_free_nothing(
    cohort: CohortPage, alice: Browser, bob: Browser, dana: Browser
) -> None:
    invite(alice, bob)
    run = run_of(alice)

    assert bob.post(f"{run}/free", {"person": alice.user_id}).status_code == 303
    assert dana.post(f"{run}/free", {"person": bob.user_id}).status_code == 404
    assert alice.post(f"{run}/free", {"person": dana.user_id}).status_code == 404
    assert alice.post(f"{run}/free", {"person": "x"}).status_code == 404
    assert "In the lobby; Bob is not ready yet." in alice.get("/home").text
