"""Every part of a run has an address that leads back to it, and a run is easily found again."""

import re

import pytest

from tests.conftest import Browser
from tests.web.conftest import RATING, RunPage, start


def pushed(run: RunPage, part: str, data: dict[str, object] | None = None) -> str:
    """Send a form over htmx and return where the address bar goes."""
    answer = run.post(part, data, htmx=True)
    assert answer.status_code == 200
    assert "HX-Replace-Url" not in answer.headers
    return answer.headers["HX-Push-Url"].removeprefix(run.url)


def test_every_stage_and_card_is_pushed_with_its_own_address(alices_run: RunPage) -> None:
    assert pushed(alices_run, "/case") == "?stage=diagnosis"
    alices_run.diagnose()
    addresses = [pushed(alices_run, f"/ratings/{card}", RATING) for card in range(4)]
    assert addresses == [f"?stage=rating&card={card}" for card in (1, 2, 3, 4)]
    assert pushed(alices_run, "/ratings") == "?stage=rating"
    going_on = alices_run.browser.get(alices_run.url, htmx=True)
    assert going_on.headers["HX-Push-Url"] == f"{alices_run.url}?stage=role-play"


def test_the_first_card_has_an_address_too(alices_run: RunPage) -> None:
    alices_run.to_diagnosis()

    answer = alices_run.diagnose(htmx=True)

    assert answer.headers["HX-Push-Url"] == f"{alices_run.url}?stage=rating&card=0"


def test_without_htmx_every_act_leads_to_such_an_address(alices_run: RunPage) -> None:
    led = [alices_run.post("/case"), alices_run.diagnose(), alices_run.rate(0)]

    assert [answer.location.removeprefix(alices_run.url) for answer in led] == [
        "?stage=diagnosis",
        "?stage=rating&card=0",
        "?stage=rating&card=1",
    ]


def test_a_pushed_address_opens_as_a_whole_page_at_that_place(alices_run: RunPage) -> None:
    alices_run.to_rating()
    alices_run.rate(0)
    alices_run.rate(1)

    for card in range(4):
        page = alices_run.get(f"?stage=rating&card={card}").text
        assert "<!doctype html>" in page
        assert f"Rating {card + 1} of 4" in page
        assert f'data-address="{alices_run.url}?stage=rating&amp;card={card}"' in page


def test_a_card_of_committed_ratings_shows_the_reference(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    for card in range(5):
        page = alices_run.get(f"?stage=rating&card={card}").text
        assert "Your ratings beside the reference" in page


def test_a_refusal_and_a_choice_only_replace_the_address(alices_run: RunPage) -> None:
    alices_run.to_diagnosis()
    refused = alices_run.post("/diagnosis", {}, htmx=True)
    assert refused.headers["HX-Replace-Url"] == f"{alices_run.url}?stage=diagnosis"
    assert "HX-Push-Url" not in refused.headers

    alices_run.diagnose()
    refused = alices_run.post("/ratings/2", {}, htmx=True)
    assert refused.headers["HX-Replace-Url"] == f"{alices_run.url}?stage=rating&card=2"

    alices_run.to_role_play_from_rating()
    chosen = alices_run.choose("ask-for-an-hour", 0, htmx=True)
    assert chosen.headers["HX-Replace-Url"] == f"{alices_run.url}?stage=role-play"
    assert "HX-Push-Url" not in chosen.headers


def test_who_asks_for_a_stage_too_early_is_told_and_shown_where_the_run_is(
    alices_run: RunPage,
) -> None:
    page = alices_run.get("?stage=debrief").text

    assert "This run has not come to this part yet: Debrief. Here is where it is." in page
    assert "I have read it" in page
    assert f'data-address="{alices_run.url}?stage=case"' in page
    assert "has not come" not in alices_run.get("?stage=case").text


@pytest.mark.parametrize("where", ["/", "/scenarios/glowing-observations"])
def test_an_open_run_is_offered_before_another_is_started(alice: Browser, where: str) -> None:
    offer = re.compile(r'href="([^"]*)">Continue the one you have open')
    assert not offer.search(alice.get(where).text)
    first, second = start(alice), start(alice)

    found = offer.search(alice.get(where).text)

    assert found
    assert found[1].startswith(second.url)
    second.to_the_end()
    found = offer.search(alice.get(where).text)
    assert found
    assert found[1].startswith(first.url)


@pytest.mark.parametrize("where", ["/", "/scenarios/glowing-observations"])
def test_nobody_is_offered_the_run_of_somebody_else(
    alices_run: RunPage, charlie: Browser, nobody: Browser, where: str
) -> None:
    assert "Continue the one you have open" in alices_run.browser.get(where).text

    for other in (charlie, nobody):
        assert "Continue the one you have open" not in other.get(where).text
