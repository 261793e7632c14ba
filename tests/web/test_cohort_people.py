"""Who facilitates a cohort makes others facilitate it, and removes somebody, through its pages."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer.storage.models import Membership, Place
from lfp_trainer.web.extensions import db
from tests.conftest import HTMX, Browser
from tests.web.cohorting import CohortPage

ACTS = ("facilitator", "member", "remove")


def places(app: Flask) -> dict[int, Place]:
    """Return who is in a cohort, and as what."""
    with app.app_context():
        rows = db.session.execute(sa.select(Membership.user_id, Membership.role))
        return {each.user_id: each.role for each in rows}


def test_a_member_with_an_account_is_made_facilitator_and_everybody_is_told(
    app: Flask, dana: Browser, alice: Browser, bob: Browser
) -> None:
    cohort = CohortPage.make(dana, alice, bob)
    assert alice.get(f"{cohort.url}/pairs").status_code == 404

    answer = dana.post(f"{cohort.url}/people/{alice.user_id}/facilitator")

    assert (answer.status_code, answer.location) == (303, f"{cohort.url}#people")
    assert re.search(r"Alice facilitates too, since \w+ \d+, \d{4}", bob.get(cohort.url).text)
    hers = alice.get(cohort.url).text
    assert "You facilitate this cohort since" in hers
    assert "You facilitate this cohort since" in alice.get(f"{cohort.url}/settings").text
    assert "You facilitate this cohort since" not in dana.get(cohort.url).text
    assert cohort.code in hers
    # Who facilitates it runs its pages, whatever they are on this site.
    assert "Pair people for a scenario" in alice.get(f"{cohort.url}/pairs").text
    assert alice.get(f"{cohort.url}/settings").status_code == 200


def test_each_page_of_a_cohort_leads_to_it_and_people_to_what_belongs_to_them(
    dana: Browser, alice: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    people = dana.get(cohort.url).text
    for page in ("invitations", "settings"):
        assert f'href="{cohort.url}/{page}">' in people
        row = (
            dana.get(f"{cohort.url}/{page}").text.split('class="cohort-nav"')[1].split("</nav>")[0]
        )
        assert re.findall(r'aria-current="\w+">(\w+)<', row) == ["People"]
        assert f'class="cohort-name"><a href="{cohort.url}">' in row


def test_a_member_finds_what_is_set_before_what_else_there_is(
    dana: Browser, alice: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    cohort.assign()

    page = alice.get(cohort.url).text

    assert page.index("What is assigned") < page.index("Choose a scenario to train together")


def test_who_made_the_cohort_is_announced_to_nobody(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana, alice)

    assert "facilitates too" not in alice.get(cohort.url).text


def test_a_guest_is_not_made_facilitator(app: Flask, dana: Browser, guest: Browser) -> None:
    cohort = CohortPage.make(dana, guest)
    assert "Let Guest of hers facilitate too" not in dana.get(cohort.url).text

    dana.post(f"{cohort.url}/people/{guest.user_id}/facilitator")

    assert "Only somebody with an account can facilitate" in dana.get(cohort.url).text
    assert places(app)[guest.user_id] is Place.LEARNER


def test_who_facilitates_too_is_unmade_but_not_the_last(
    app: Flask, dana: Browser, alice: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    dana.post(f"{cohort.url}/people/{alice.user_id}/facilitator")
    assert "Let Alice facilitate no longer" in dana.get(cohort.url).text

    alice.post(f"{cohort.url}/people/{dana.user_id}/member")
    alice.post(f"{cohort.url}/people/{alice.user_id}/member")

    assert "Nobody else facilitates this cohort" in alice.get(cohort.url).text
    assert places(app) == {dana.user_id: Place.LEARNER, alice.user_id: Place.FACILITATOR}
    assert cohort.code not in dana.get(cohort.url).text


def test_somebody_is_asked_about_before_they_are_removed(
    app: Flask, dana: Browser, alice: Browser, bob: Browser
) -> None:
    cohort = CohortPage.make(dana, alice, bob)
    url = f"{cohort.url}/people/{alice.user_id}/remove"

    asked = dana.get(url).text
    assert "Remove Alice from “Lakeland, spring”?" in asked
    assert f'action="{url}"' in asked
    assert alice.get(cohort.url).status_code == 200

    assert dana.post(url).location == f"{cohort.url}#people"

    assert "Alice is not in “Lakeland, spring” any more." in dana.get(cohort.url).text
    for headers in (None, HTMX):
        assert alice.client.get(cohort.url, headers=headers).status_code == 404
    assert "Alice" not in bob.get(cohort.url).text
    assert dana.get(url).status_code == 404


def test_the_pages_of_who_is_removed_lead_nowhere_at_once(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana, alice)
    dana.post(f"{cohort.url}/people/{alice.user_id}/facilitator")
    pages = ("", "/pairs", "/settings", "/code", "/invitations", f"/people/{dana.user_id}/remove")
    assert {alice.get(cohort.url + page).status_code for page in pages} == {200}

    dana.post(f"{cohort.url}/people/{alice.user_id}/remove")

    assert {alice.get(cohort.url + page).status_code for page in pages} == {404}
    assert alice.post(f"{cohort.url}/agree").status_code == 404


def test_the_last_who_facilitates_is_not_removed(app: Flask, dana: Browser, bob: Browser) -> None:
    cohort = CohortPage.make(dana, bob)

    dana.post(f"{cohort.url}/people/{dana.user_id}/remove")

    assert "Nobody else facilitates this cohort" in dana.get(cohort.url).text
    assert dana.user_id in places(app)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_nobody_but_who_facilitates_that_cohort_does_any_of_this(
    app: Flask,
    dana: Browser,
    alice: Browser,
    bob: Browser,
    ada: Browser,
    charlie: Browser,
    htmx: bool,
) -> None:
    cohort = CohortPage.make(dana, alice, bob)
    CohortPage.make(ada, charlie)
    before = places(app)

    for browser in (alice, ada, charlie):
        for act in ACTS:
            url = f"{cohort.url}/people/{bob.user_id}/{act}"
            assert browser.post(url, htmx=htmx).status_code == 404
            assert "Bob" not in browser.get(url, htmx=htmx).text
    assert places(app) == before


def test_who_facilitates_one_cohort_reaches_nobody_of_another_by_it(
    app: Flask, dana: Browser, ada: Browser, alice: Browser
) -> None:
    CohortPage.make(ada, alice)
    own = CohortPage.make(dana)

    for act in ACTS:
        assert dana.post(f"{own.url}/people/{alice.user_id}/{act}").status_code == 404
    assert dana.get(f"{own.url}/people/{alice.user_id}/remove").status_code == 404
    assert places(app)[alice.user_id] is Place.LEARNER


def test_a_member_is_shown_no_acts(dana: Browser, alice: Browser, bob: Browser) -> None:
    cohort = CohortPage.make(dana, alice, bob)
    assert "Remove Bob" in dana.get(cohort.url).text

    page = alice.get(cohort.url).text

    for words in ("Remove", "facilitate too", "/settings", "/invitations", "Let people in"):
        assert words not in page
