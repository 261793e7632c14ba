"""The link of who has no script: it always fetches, and leads back to the decision."""

import re
from datetime import UTC, datetime
from urllib.parse import urldefrag

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Participant
from tests.conftest import NOON, Browser
from tests.services.test_one_screen import Shared
from tests.together import OTHER, Together
from tests.web.pairs import Two
from tests.web.test_one_screen import begin


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)">Look again<', page)


@pytest.fixture
def two(session: Session, alice: Browser, bob: Browser) -> Two:
    return Two.meet(session, alice, bob, now=datetime.now(UTC)).opened()


@pytest.mark.parametrize("state", ["thinking", "picked", "differs", "out"])
def test_in_the_conversation_it_leads_away_and_back_to_the_decision(two: Two, state: str) -> None:
    one, here = two.alice, f"{two.url}?stage=role-play#now"
    if state == "thinking":
        one = two.bob
    elif state == "out":
        two.together.leave(two.alice.user_id)
    else:
        two.together.play_to("network", two.alice.user_id)
        two.together.choose(two.alice.user_id, "score-it-cold")
    if state == "differs":
        two.together.choose(two.bob.user_id, "present-the-trend")

    (link,) = links(one.get(urldefrag(here).url).text)
    answer = one.get(link.replace("&amp;", "&"))

    assert urldefrag(link).url != urldefrag(here).url
    assert (answer.status_code, answer.location) == (303, here)


def test_it_is_a_sign_that_somebody_is_there(two: Two) -> None:
    (link,) = links(two.bob.get(f"{two.url}?stage=role-play").text)
    with writing(two.together.session) as session:
        session.execute(sa.update(Participant).values(seen_at=NOON))

    def is_away() -> bool:
        two.together.session.rollback()
        company = two.together.company(two.bob.user_id)
        return company.is_away(company.person(two.bob.user_id), datetime.now(UTC))

    before = is_away()
    two.bob.get(link)

    assert (before, is_away()) == (True, False)


def test_who_watches_looks_again_likewise(
    session: Session, alice: Browser, bob: Browser, dana: Browser
) -> None:
    together = Together.open(session, alice.user_id, now=NOON)
    together.join(bob.user_id)
    together.join(dana.user_id, OBSERVER)
    together.ready(alice.user_id, bob.user_id)
    together.commit(alice.user_id, bob.user_id)
    together.finish_case(dana.user_id)
    here = f"/runs/{together.key}?stage=role-play#now"

    (link,) = links(dana.get(urldefrag(here).url).text)

    assert dana.get(link).location == here


def test_where_nothing_else_is_said_it_leads_to_where_the_run_is(two: Two) -> None:
    for place in ("/live", "/live?at=rating.wait", "/live?at=nowhere", "/live?at=lobby"):
        assert two.alice.get(two.url + place).location == two.url


def test_at_one_screen_nothing_comes_by_itself_so_nobody_looks_again(
    session: Session, alice: Browser
) -> None:
    url = begin(alice)
    here = Shared(session, "", url.rsplit("/", 1)[1], NOON, host_id=alice.user_id)
    here.commit(*[each.user_id for each in here.people.people])
    here.play_to("network", alice.user_id)
    here.choose(alice.user_id, "score-it-cold")
    here.choose(here.person(OTHER).user_id, "present-the-trend")

    page = alice.get(f"{url}?stage=role-play").text

    assert "You have picked differently." in page
    assert links(page) == []
