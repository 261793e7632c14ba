"""A cohort's review through its pages: true numbers, the answers behind them, and nobody else's."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.review import behind
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Cohort,
    Diagnosis,
    Rating,
    Round,
    Run,
    Stage,
    Step,
    WorkPosition,
)
from tests.conftest import NOON, Browser
from tests.reviewed import Room
from tests.together import Together
from tests.web.cohorting import CohortPage
from tests.web.conftest import SCENARIO, without_token

FOUR = ("Una Quist", "Ben Ode", "Cleo Park", "Dov Levi")
NUMBER = re.compile(r'<a class="split-number" href="([^"]+)">(\d+)')


@pytest.fixture
def room(session: Session, dana: Browser) -> Room:
    return Room.open(session, dana.user_id, now=NOON)


@pytest.fixture
def base(room: Room) -> str:
    return f"/cohorts/{room.cohort.key}/review"


@pytest.fixture
def url(base: str) -> str:
    return f"{base}/{SCENARIO}"


def numbers(page: str) -> dict[str, int]:
    """Return every number that leads to answers: where to → how many."""
    return {html.unescape(href): int(count) for href, count in NUMBER.findall(page)}


def says(session: Session, seated: Seated, words: str) -> None:
    """Let every reason that one participant gives in a run be these words."""
    with writing(session):
        for table, owner in (
            (Step, Step.user_id),
            (Rating, Rating.rater_id),
            (Diagnosis, Diagnosis.user_id),
        ):
            session.execute(
                sa.update(table)
                .where(table.run_id == seated.run_id, owner == seated.user_id)
                .values(reason=words)
            )


def everything(browser: Browser, url: str) -> Iterator[str]:
    """Read every page that the review of a scenario leads to, with names."""
    page = browser.get(f"{url}?names=1")
    yield without_token(page.text)
    links = {html.unescape(each) for each in re.findall(r'href="([^"#]+)"', page.text)}
    for link in sorted(each for each in links if each.startswith(url + "/")):
        yield without_token(browser.get(link).text)


def test_the_numbers_are_those_of_the_rows(
    dana: Browser, room: Room, url: str, session: Session
) -> None:
    room.fill(FOUR, seats=("both", "partner"))

    found = numbers(dana.get(url).text)

    steps = (
        sa.select(Step.scene_id, Step.choice_id)
        .join(Run, Run.id == Step.run_id)
        .where(sa.not_(Step.stand_in), Run.what_if_at.is_(None))
    )
    chosen = Counter(f"{url}/responses/{each[0]}/{each[1]}" for each in session.execute(steps))
    ratings = sa.select(Rating.leader, Rating.strand, Rating.level).where(
        Rating.round == Round.BEFORE
    )
    given = Counter(f"{url}/ratings/{a}/{b}/{c or 'NE'}" for a, b, c in session.execute(ratings))
    named: Counter[str] = Counter()
    for each in session.scalars(sa.select(Diagnosis)):
        for part in ("systems", "failed_tests", "who", "what"):
            named.update(f"{url}/diagnosis/{part}/{code}" for code in getattr(each, part))
    assert found == {**chosen, **given, **named}
    assert chosen
    assert given
    assert named


def test_endings_and_the_map_count_every_conversation(
    dana: Browser, room: Room, url: str, session: Session
) -> None:
    room.fill(FOUR)

    page = dana.get(url).text

    (endings,) = re.findall(r'<section id="endings".*?</section>', page, re.S)
    drawn = [int(each) for each in re.findall(r'class="split-number">(\d+)', endings)]
    counted = Counter(session.scalars(sa.select(Run.ending_id).where(Run.what_if_at.is_(None))))
    assert sorted(each for each in drawn if each) == sorted(counted.values())
    assert sum(drawn) == len(FOUR)
    (ways,) = re.findall(r'<section id="ways".*?</section>', page, re.S)
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td>(\d+)</td>', ways)
    assert ("Start", "The log", "4") in rows
    assert sum(int(count) for start, _, count in rows if start == "The end") == len(FOUR)
    assert len(re.findall('class="map-count"', ways)) == len(rows)


def test_every_number_leads_to_as_many_answers(dana: Browser, room: Room, url: str) -> None:
    room.fill(FOUR)

    found = numbers(dana.get(url).text)

    behind_it = {link: dana.get(link).text.count('class="behind-who"') for link in found}
    assert behind_it == found


def test_names_are_shown_only_where_they_are_asked_for(dana: Browser, room: Room, url: str) -> None:
    room.fill(FOUR)
    for link in numbers(dana.get(url).text):
        page = dana.get(link).text
        assert [name for name in FOUR if name in page] == []
    (asked,) = re.findall(r'href="([^"]+)">Show names', page)

    page = dana.get(html.unescape(asked)).text

    assert [name for name in FOUR if name in page]
    assert "Hide names" in page


def test_names_that_were_asked_for_once_are_on_no_page_of_the_whole(
    dana: Browser, room: Room, url: str
) -> None:
    room.fill(FOUR)

    page = dana.get(f"{url}?names=1").text

    assert [name for name in FOUR if name in page] == []


def test_a_card_shows_what_is_cited_and_why(
    dana: Browser, room: Room, url: str, session: Session
) -> None:
    says(session, room.play(room.let_in("Ana")), "Words of Ana on the card")

    page = dana.get(f"{url}/ratings/partner/motivate").text

    cited = session.scalars(
        sa.select(Rating.evidence).where(Rating.leader == "partner", Rating.strand == "motivate")
    ).one()
    assert page.count('class="split-text case-text"') == len(cited) > 0
    assert "Words of Ana on the card" in page
    assert "Ana<" not in page


# The wall


def test_what_is_shown_could_leak(dana: Browser, room: Room, url: str, session: Session) -> None:
    says(session, room.play(room.let_in("Ana")), "zzz canary")

    assert sum("zzz canary" in page for page in everything(dana, url)) > 3


def in_private(room: Room) -> None:
    says(room.session, room.play(room.let_in("Petra Private"), shares=False), "zzz canary")


def withdrawn(room: Room) -> None:
    seated = room.play(room.let_in("Petra Private"))
    says(room.session, seated, "zzz canary")
    room.withdraw(seated)


def in_another_cohort(room: Room) -> None:
    other = Room.open(room.session, room.facilitator_id, now=NOON)
    says(room.session, other.play(other.let_in("Petra Private")), "zzz canary")


@pytest.mark.parametrize("hide", [in_private, withdrawn, in_another_cohort])
def test_what_is_not_shown_leaves_no_trace(
    dana: Browser, room: Room, base: str, url: str, hide: Callable[[Room], None]
) -> None:
    room.play(room.let_in("Ana"))
    before = [*everything(dana, url)], without_token(dana.get(base).text)

    hide(room)

    assert ([*everything(dana, url)], without_token(dana.get(base).text)) == before
    assert not any("zzz canary" in page or "Petra" in page for page in before[0])


@pytest.mark.parametrize("hide", [in_private, withdrawn])
def test_a_scenario_nobody_shows_anything_of_is_not_there(
    dana: Browser, room: Room, base: str, url: str, hide: Callable[[Room], None]
) -> None:
    hide(room)

    assert "Nothing to review yet" in dana.get(base).text
    assert SCENARIO not in dana.get(base).text
    assert [dana.get(url, htmx=htmx).status_code for htmx in (False, True)] == [404, 404]


def test_of_a_pair_of_which_one_agreed_nothing_is_shown(
    dana: Browser, room: Room, url: str, session: Session
) -> None:
    one, other = room.let_in("Una"), room.let_in("Otto")
    pair = Together.open(session, one, now=NOON)
    pair.join(other)
    pair.ready(one, other)
    pair.commit(one, other)
    pair.play_to_the_end(one, other)
    says(session, pair.seat(one), "zzz of Una")
    says(session, pair.seat(other), "zzz of Otto")
    before = [*everything(dana, url)]
    with writing(session):
        sharing.agree(session, pair.seat(one), room.cohort.id, now=NOON)

    assert [*everything(dana, url)] == before
    with writing(session):
        sharing.agree(session, pair.seat(other), room.cohort.id, now=NOON)
    pages = [*everything(dana, url)]
    for each in ("zzz of Una", "zzz of Otto"):
        assert any(each in page for page in pages)


def test_nobody_else_is_let_in_to_any_of_it(
    dana: Browser,
    room: Room,
    base: str,
    url: str,
    alice: Browser,
    charlie: Browser,
    ada: Browser,
    nobody: Browser,
) -> None:
    alice.post(f"/join/{room.cohort.code}", {"name": "Alice", "position": "EL"})
    CohortPage.make(ada)
    says(room.session, room.play(room.let_in("Ana")), "zzz canary")
    pages = [base, url, f"{url}/ratings/partner/motivate", *numbers(dana.get(url).text)]

    for htmx in (False, True):
        assert {dana.get(page, htmx=htmx).status_code for page in pages} == {200}
        for browser in (alice, charlie, ada):
            answers = [browser.get(page, htmx=htmx) for page in pages]
            assert {each.status_code for each in answers} == {404}
            assert not any("zzz canary" in each.text for each in answers)
        assert {nobody.get(page, htmx=htmx).status_code for page in pages} <= {303, 401}


@pytest.mark.parametrize(
    "rest",
    [
        "/responses/log/no-such-response",
        "/responses/no-such-scene/email-the-counts",
        "/ratings/partner/no_such_strand",
        "/ratings/nobody/motivate",
        "/ratings/partner/motivate/6",
        "/ratings/partner/motivate/0",
        "/ratings/partner/no_such_strand/2",
        "/diagnosis/systems/XXX",
        "/diagnosis/nothing/ILR",
    ],
)
def test_what_the_scenario_does_not_have_is_not_found(
    dana: Browser, room: Room, url: str, rest: str
) -> None:
    room.play(room.let_in("Ana"), stop=Stage.RATING)

    assert dana.get(url).status_code == 200
    assert dana.get(url + rest).status_code == 404


# Filters


def test_a_filter_narrows_the_page_and_every_link_on_it(
    dana: Browser, room: Room, url: str
) -> None:
    room.play(room.let_in("Ana", WorkPosition.MIDDLE))
    room.play(room.let_in("Ben", WorkPosition.HIGH))

    page = dana.get(f"{url}?position=MS&seat=&round=before").text

    assert "One conversation of one person." in page
    assert {*numbers(page).values()} == {1}
    assert all("position=MS" in link and "round" not in link for link in numbers(page))
    for link in numbers(page):
        assert "Middle school" in dana.get(link).text


def test_a_seat_narrows_too(dana: Browser, room: Room, url: str) -> None:
    room.play(room.let_in("Ana"), seat="partner")
    room.play(room.let_in("Ben"), seat="both")

    page = dana.get(f"{url}?seat=partner").text

    assert "One person rated the leaders." in page
    assert '<option value="partner" selected>' in page


def test_second_ratings_are_looked_at_by_themselves(
    dana: Browser, room: Room, url: str, session: Session
) -> None:
    room.fill(FOUR[:2])
    after = sa.select(sa.func.count(Rating.rater_id.distinct())).where(Rating.round == Round.AFTER)

    page = dana.get(f"{url}?round=after").text

    assert session.scalar(after) == 1
    assert "One person rated the leaders a second time." in page
    assert "Ratings after the conversation" in page


def test_htmx_is_answered_with_the_part_alone_and_the_address_to_keep(
    dana: Browser, room: Room, url: str
) -> None:
    room.play(room.let_in("Ana", WorkPosition.MIDDLE))

    answer = dana.get(f"{url}?position=MS&seat=&round=before&extra=1", htmx=True)

    assert answer.text.lstrip().startswith('<div id="overview"')
    assert answer.headers["HX-Replace-Url"] == f"{url}?position=MS"
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_a_filter_that_fits_nobody_says_so(dana: Browser, room: Room, url: str) -> None:
    room.play(room.let_in("Ana", WorkPosition.MIDDLE))

    page = dana.get(f"{url}?position=HS").text

    assert "Nobody here" in page
    assert numbers(page) == {}
    assert f'href="{url}"' in page


def test_words_that_are_not_offered_ask_for_nothing(dana: Browser, room: Room, url: str) -> None:
    room.play(room.let_in("Ana"))

    page = dana.get(f"{url}?position=XX&seat=nobody&round=own&version=999&page=x").text

    assert numbers(page) == numbers(dana.get(url).text) != {}


# How it is said


def test_of_few_people_no_share_is_said_in_percent_and_of_ten_it_is(
    dana: Browser, room: Room, url: str
) -> None:
    room.fill(FOUR)
    assert "split-share" not in dana.get(url).text

    room.fill([f"Person {number}" for number in range(6)])

    page = dana.get(url).text
    assert re.search(r'>10 <span class="split-share">100%</span>', page)


def test_agreement_is_a_dash_and_why_where_it_cannot_be_told(
    dana: Browser, room: Room, url: str
) -> None:
    room.play(room.let_in("Ana"))

    page = dana.get(url).text

    assert "– Agreement takes two people who give a level." in page
    assert "Ordinal alpha" not in page
    assert "– needs two levels" in page


def test_agreement_says_of_how_many_and_between_which_figures(
    dana: Browser, room: Room, url: str
) -> None:
    room.fill(FOUR)

    page = dana.get(url).text

    assert re.search(
        r"Ordinal alpha <b>−?\d\.\d\d</b>, between −?\d\.\d\d and −?\d\.\d\d, from 4 people", page
    )


def test_the_reference_is_folded_away_at_a_decision(dana: Browser, room: Room, url: str) -> None:
    room.play(room.let_in("Ana"))

    page = dana.get(url).text

    (first, *_) = re.findall(r'<article class="review-decision".*?</article>', page, re.S)
    shown = re.sub(r'<details class="review-reference">.*?</details>', "", first, flags=re.S)
    assert "Rank" in first
    assert "Rank" not in shown
    assert "expert" not in page.lower()


def test_many_answers_come_page_by_page(
    dana: Browser, room: Room, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "AT_ONCE", 3)
    monkeypatch.setattr("lfp_trainer.services.review.AT_ONCE", 3)
    room.fill(FOUR)
    link = next(link for link, count in numbers(dana.get(url).text).items() if count == 4)

    one, two = dana.get(f"{link}?names=1").text, dana.get(f"{link}?names=1&page=2").text

    assert [page.count('class="behind-who"') for page in (one, two)] == [3, 1]
    assert f'href="{html.escape(link)}?names=1&amp;page=2"' in one
    assert "4 answers, page 2 of 2" in two


def test_a_closed_cohort_can_still_be_reviewed(
    dana: Browser, room: Room, base: str, url: str, session: Session
) -> None:
    room.play(room.let_in("Ana"))
    with writing(session):
        session.execute(sa.update(Cohort).values(archived_at=NOON))

    assert "Glowing observations" in dana.get(base).text
    assert dana.get(url).status_code == 200
