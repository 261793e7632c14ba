"""An assignment on its pages: set by who facilitates, begun by each, shown to nobody unagreed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound
from lfp_trainer.services import access, cohorts
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Assignment, Participant, Rating, Run, Step
from tests.conftest import Browser
from tests.together import Together
from tests.web.cohorting import CohortPage, sent_by
from tests.web.conftest import SCENARIO, RunPage, values, without_token

PAGES = (
    "/home",
    "/home/runs",
    "/home/runs?open=1",
    "/home/shared",
    "/cohorts",
    "/account/data.json",
)
SECRET = ("It seemed right.", "words on the diagnosis", "reason for her rating")


@pytest.fixture
def cohort(dana: Browser, alice: Browser, bob: Browser) -> CohortPage:
    return CohortPage.make(dana, alice, bob)


@pytest.fixture
def second(cohort: CohortPage, charlie: Browser, session: Session) -> Browser:
    """Another facilitator of the same cohort, from its start on."""
    cohort.also_run_by(session, charlie)
    return charlie


def late_one(cohort: CohortPage, session: Session) -> str:
    """Set something, and let its due time go by."""
    key = cohort.assign(due_at="2099-01-01T10:00")
    with writing(session):
        session.execute(
            sa.update(Assignment)
            .where(Assignment.key == key)
            .values(due_at=datetime.now(UTC) - timedelta(days=2))
        )
    return key


def begin(browser: Browser, key: str, *, shares: str, seat: str = "both") -> RunPage:
    page = browser.get(f"/assigned/{key}").text
    answer = browser.post(
        f"/assigned/{key}/begin",
        {"shares": shares, "seat": seat, "start_key": values(page, "start_key")[0]},
    )
    assert answer.status_code == 303
    assert answer.location.startswith("/runs/"), browser.get(answer.location).text
    return RunPage(browser, answer.location)


def words(page: str) -> str:
    """Return a page as it reads, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def invite(browser: Browser, key: str, fellow: Browser, seat: str = "partner") -> str:
    """Invite somebody to an assignment for pairs, and return the lobby."""
    page = browser.get(f"/assigned/{key}").text
    answer = browser.post(
        f"/assigned/{key}/invite",
        {"fellow": fellow.user_id, "seat": seat, "start_key": values(page, "start_key")[0]},
    )
    assert answer.status_code == 303
    return answer.location


def shown_to(session: Session, cohort: CohortPage, viewer: Browser) -> tuple[int, int, int]:
    """Return how many seats, steps and ratings somebody may see."""
    session.rollback()
    try:
        it = cohorts.find(session, cohort.url.rsplit("/", 1)[1], viewer_id=viewer.user_id).id
    except NotFound:
        return 0, 0, 0
    queries = (
        access.shown_seats(viewer.user_id, it, Participant.id),
        access.shown_steps(viewer.user_id, it, Step.id),
        access.shown_answers(viewer.user_id, it, Rating.rater_id, Rating.id),
    )
    seats, steps, rated = (len(session.execute(each).all()) for each in queries)
    return seats, steps, rated


# Setting it


def test_the_form_is_offered_with_diagnosis_and_ratings_ticked(cohort: CohortPage) -> None:
    page = cohort.browser.get(f"{cohort.url}/assignments").text

    ticked = re.findall(r'name="required"\s+value="([^"]+)" checked', page)
    assert ticked == ["diagnosis", "ratings"]
    assert "In UTC" in page
    assert f'href="{cohort.url}/assignments" aria-current="page"' in page


def test_what_is_set_is_listed_with_its_state(cohort: CohortPage, session: Session) -> None:
    soon = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    cohort.assign(note="Read it twice.")
    cohort.assign(opens_at=soon)
    late_one(cohort, session)
    closed = cohort.assign(seat=f"{SCENARIO} principal")

    assert cohort.browser.post(f"/assigned/{closed}/close").location == f"{cohort.url}/assignments"

    page = cohort.browser.get(f"{cohort.url}/assignments").text
    states = [each.strip() for each in re.findall(r'<p class="badge">(.*?)</p>', page, re.S)]
    assert states == ["Closed", "Due time is past, still open", "Opens later", "Open"]
    assert "Read it twice." in page
    assert "Everybody plays Ana Ruiz" in page
    cohort.browser.post(f"{cohort.url}/settings/archive")
    page = cohort.browser.get(f"{cohort.url}/assignments").text
    assert [*re.findall(r'<p class="badge">\s*(.*?)\s*</p>', page, re.S)] == ["Closed"] * 4


def test_a_scenario_that_is_on_offer_no_more_is_named_and_leads_nowhere(
    cohort: CohortPage, session: Session
) -> None:
    key = cohort.assign()
    assert f'href="/assigned/{key}"' in cohort.browser.get(f"{cohort.url}/assignments").text
    with writing(session):
        session.execute(sa.update(Assignment).values(scenario_id="long-gone"))

    page = cohort.browser.get(f"{cohort.url}/assignments").text

    assert f'href="/assigned/{key}"' not in page
    assert "on offer no more" in page


def test_a_double_click_sets_it_once(cohort: CohortPage, session: Session) -> None:
    assert cohort.assign(start_key="same") == cohort.assign(start_key="same")
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scenario": "no-such"}, "Choose a scenario."),
        ({"due_at": "2020-01-01T10:00"}, "That time is past"),
        ({"due_at": "tomorrow"}, "Write a day and a time"),
        ({"due_at": "0001-01-01T00:00"}, "Choose a day of this century."),
        ({"opens_at": "2031-01-02T10:00", "due_at": "2031-01-01T10:00"}, "due after it opens"),
        ({"seat": "another-scenario partner"}, "That is a seat of another scenario."),
        ({"required": ["afterwards"]}, "has to be rated before"),
        ({"note": "x" * 700}, "Shorten this to 600"),
    ],
)
def test_what_cannot_be_set_comes_back_with_a_sentence_and_what_was_typed(
    cohort: CohortPage, session: Session, wrong: dict[str, object], said: str
) -> None:
    data = {"scenario": SCENARIO, "mode": "alone", "note": "Typed.", "start_key": "k", **wrong}

    answer = cohort.browser.post(f"{cohort.url}/assignments", data)

    assert answer.status_code == 422
    assert said in answer.text
    assert "Typed." in answer.text or "note" in wrong
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 0


def test_only_who_facilitates_it_sets_sees_and_closes(
    cohort: CohortPage, alice: Browser, ada: Browser
) -> None:
    key = cohort.assign()

    for browser in (alice, ada):
        assert browser.get(f"{cohort.url}/assignments").status_code == 404
        sent = {"scenario": SCENARIO, "mode": "alone"}
        assert browser.post(f"{cohort.url}/assignments", sent).status_code == 404
        assert browser.post(f"/assigned/{key}/close").status_code == 404
    assert ada.get(f"/assigned/{key}").status_code == 404
    assert "Open" in cohort.browser.get(f"{cohort.url}/assignments").text


# Beginning it


def test_it_stands_at_home_and_in_the_cohort_with_ones_own_state(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    key = cohort.assign(due_at="2031-05-06T17:30")
    for page in (alice.get("/home").text, alice.get(cohort.url).text):
        assert f'href="/assigned/{key}"' in page
        assert "Due May 6, 2031, 17:30 UTC" in page
        assert '<p class="badge">Not begun</p>' in page

    begin(alice, key, shares="no")

    for page in (alice.get("/home").text, alice.get(cohort.url).text):
        assert '<p class="badge">Begun</p>' in page
    assert '<p class="badge">Not begun</p>' in bob.get("/home").text


def test_before_the_first_answer_it_is_said_who_sees_what(
    cohort: CohortPage, alice: Browser
) -> None:
    key = cohort.assign(required=["diagnosis", "reasons"], note="For Thursday.")

    page = words(alice.get(f"/assigned/{key}").text)

    for said in (
        "For Thursday.",
        "about",
        "If you agree, Dana , who facilitates “Lakeland, spring” now, sees your part of this run.",
        "Who facilitates the cohort later sees nothing you shared before.",
        "What is never seen Drafts and private notes.",
        "Your next step.",
        "only from three people on",
        "You can take it back at any time",
        "Why, in a few words, with each response you take",
        "The ratings do not belong to it",
        "Nobody but you will know that you played it, nor that you did not.",
    ):
        assert said in page


def test_who_agrees_shares_from_before_the_first_answer_on(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    run = begin(alice, cohort.assign(), shares="yes")

    assert shown_to(session, cohort, cohort.browser) == (1, 0, 0)
    assert "Shared with Lakeland, spring" in run.get().text
    run.to_debrief()
    seats, steps, rated = shown_to(session, cohort, cohort.browser)
    assert (seats, steps > 0, rated > 0) == (1, True, True)


def test_neither_button_begins_nothing(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    key = cohort.assign()

    answer = alice.post(f"/assigned/{key}/begin", {"seat": "both"})

    assert answer.location == f"/assigned/{key}"
    assert "Say whether the facilitators see it" in alice.get(answer.location).text
    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def test_two_clicks_begin_one_run_and_who_has_begun_finds_go_on(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    key = cohort.assign()
    sent = {"shares": "yes", "seat": "both", "start_key": "twice"}

    first, then = (alice.post(f"/assigned/{key}/begin", sent).location for _ in range(2))

    assert first == then
    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 1
    page = alice.get(f"/assigned/{key}").text
    assert f'href="{first}#now">Go on</a>' in page
    assert "<summary>Play it once more</summary>" in page


def test_what_opens_later_is_not_begun_and_what_is_late_is(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    early = cohort.assign(opens_at="2031-05-06T17:30")
    late = late_one(cohort, session)

    page = alice.get(f"/assigned/{early}").text
    assert "It opens May 6, 2031, 17:30 UTC." in page
    assert 'name="shares"' not in page
    answer = alice.post(f"/assigned/{early}/begin", {"shares": "yes", "seat": "both"})
    assert answer.location == f"/assigned/{early}"
    assert "This is not open yet." in alice.get(answer.location).text
    assert "That is past; you can still begin" in alice.get(f"/assigned/{late}").text
    begin(alice, late, shares="no")


# The practice wall


@pytest.fixture
def watchers(cohort: CohortPage, second: Browser, ada: Browser, bob: Browser) -> list[Browser]:
    return [cohort.browser, second, ada, bob]


def look(cohort: CohortPage, key: str, watchers: list[Browser]) -> Iterator[tuple[str, str]]:
    pages = (
        *PAGES, cohort.url, f"{cohort.url}/assignments", f"/assigned/{key}",
        f"{cohort.url}/pairs",
    )  # fmt: skip
    for number, browser in enumerate(watchers):
        browser.get("/account")  # what was still to be told to them once
        for page in pages:
            for htmx in (False, True):
                answer = browser.get(page, htmx=htmx)
                text = without_token(answer.text)
                # Drawn anew or of the time for each page, whoever has done what.
                text = re.sub(r'(name="(?:start_key|mix)" value=)"[^"]*"', r"\1", text)
                text = re.sub(r'"(made_at|seen_at|last_seen_at)": "[^"]*"', r"\1", text)
                yield f"{number} {page} {htmx}", text


def test_who_plays_privately_looks_exactly_like_who_has_not_begun(
    cohort: CohortPage, alice: Browser, watchers: list[Browser], session: Session
) -> None:
    key = cohort.assign()
    before = dict(look(cohort, key, watchers))

    run = begin(alice, key, shares="no").to_the_end()

    after = dict(look(cohort, key, watchers))
    assert [each for each in before if before[each] != after[each]] == []
    assert [shown_to(session, cohort, each) for each in watchers] == [(0, 0, 0)] * 4
    shared_at = sa.select(Participant.shared_at).where(Participant.user_id == alice.user_id)
    assert session.scalars(shared_at).all() == [None]
    for browser in watchers:
        for part in ("", "/sharing", "/debrief"):
            assert browser.get(f"{run.url}{part}").status_code == 404
    # And it is there to be seen by her.
    assert '<p class="badge">Done</p>' in alice.get("/home").text


def test_withdrawing_takes_it_back_at_once(
    cohort: CohortPage, alice: Browser, watchers: list[Browser], session: Session
) -> None:
    key = cohort.assign()
    before = dict(look(cohort, key, watchers))
    run = begin(alice, key, shares="yes").to_debrief()
    assert shown_to(session, cohort, cohort.browser)[1] > 0

    answer = run.post("/sharing/withdraw")

    assert answer.location == f"{run.url}/sharing"
    page = alice.get(answer.location).text
    assert "It is private: only who plays it sees it." in page
    assert [shown_to(session, cohort, each) for each in watchers] == [(0, 0, 0)] * 4
    after = dict(look(cohort, key, watchers))
    assert [each for each in before if before[each] != after[each]] == []


def test_nobody_else_finds_what_alice_wrote_on_these_pages_even_while_she_shares_it(
    cohort: CohortPage, alice: Browser, watchers: list[Browser]
) -> None:
    key = cohort.assign()
    begin(alice, key, shares="yes").to_debrief()

    pages = " ".join(text for _, text in look(cohort, key, watchers))

    assert [each for each in SECRET if each in pages] == []


# What belongs to it


def test_what_is_not_asked_for_is_gone_past_by_a_second_button(
    cohort: CohortPage, alice: Browser
) -> None:
    run = begin(alice, cohort.assign(required=[]), shares="no").to_diagnosis()

    for stage, htmx in (("diagnosis", False), ("rating", True)):
        assert "Go on without it" in run.get().text
        answer = run.post("/without", {"part": stage}, htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)

    assert run.open_now() is not None
    for stage, said in (
        ("diagnosis", "You went on without a diagnosis"),
        ("rating", "You went on without rating, so there is nothing to compare."),
    ):
        assert said in words(run.get(f"?stage={stage}").text)


def test_what_is_asked_for_has_no_such_button_and_is_not_gone_past(
    cohort: CohortPage, alice: Browser
) -> None:
    run = begin(alice, cohort.assign(), shares="no").to_diagnosis()

    assert "Go on without it" not in run.get().text
    answer = run.post("/without", {"part": "diagnosis"})
    assert answer.status_code == 409
    assert "This part belongs to the run" in answer.text
    assert "Commit my diagnosis" in run.get().text


def test_where_reasons_belong_to_it_the_field_says_so_and_none_is_refused(
    cohort: CohortPage, alice: Browser
) -> None:
    run = begin(alice, cohort.assign(required=["reasons"]), shares="no").to_diagnosis()
    for stage in ("diagnosis", "rating"):
        run.post("/without", {"part": stage})
    open_now = run.open_now()
    assert open_now is not None
    step, choices = open_now

    assert "Why? Say it in a few words before you choose." in run.get("?stage=role-play").text
    answer = run.choose(choices[0], step)
    assert answer.status_code == 422
    assert "Say in a few words why you choose this." in answer.text
    assert run.choose(choices[0], step, "Because.").status_code == 303


def test_the_field_of_another_run_of_the_same_scene_stays_optional(
    cohort: CohortPage, alice: Browser, bob: Browser
) -> None:
    asked = begin(alice, cohort.assign(required=["reasons"]), shares="no").to_diagnosis()
    free = begin(bob, cohort.assign(required=[]), shares="no").to_diagnosis()

    for run, said in ((asked, True), (free, False)):
        for stage in ("diagnosis", "rating"):
            run.post("/without", {"part": stage})
        assert ("Note why you choose it (optional)" not in run.get("?stage=role-play").text) is said


def test_the_end_says_what_is_still_to_do(cohort: CohortPage, alice: Browser) -> None:
    key = cohort.assign(required=["diagnosis", "ratings", "afterwards"])
    run = begin(alice, key, shares="no").to_debrief()

    assert "rate the leaders once more, now that you have played" in run.get().text
    assert f'href="{run.url}/after">Rate them now</a>' in run.get().text
    assert '<p class="badge">Begun</p>' in alice.get("/home").text
    other = begin(alice, cohort.assign(), shares="no").to_debrief()
    assert "All that this assignment asks for is done." in other.get().text


# In a pair


@pytest.fixture
def pair(cohort: CohortPage, alice: Browser, bob: Browser) -> tuple[str, str]:
    """An assignment for pairs to which Alice has invited Bob: its key, and the lobby."""
    key = cohort.assign(mode="pair", required=[])
    return key, invite(alice, key, bob)


def run_of(session: Session) -> str:
    session.rollback()
    return f"/runs/{session.scalars(sa.select(Run.key)).one()}"


def test_each_of_a_pair_is_asked_alone_in_the_lobby_and_on_the_case(
    cohort: CohortPage, alice: Browser, bob: Browser, pair: tuple[str, str], session: Session
) -> None:
    key, lobby = pair
    question, run = "Do you show your part of this run?", run_of(session)
    assert f'href="{lobby}"' in bob.get("/home").text
    for browser in (alice, bob):
        page = words(browser.get(lobby).text)
        assert question in page
        assert "Nothing of it is shown before all who play it have agreed." in page
        assert "nobody is told what another has answered" in page

    before = without_token(bob.get(lobby).text)
    sent = {"cohort": cohort.url.rsplit("/", 1)[1], "back": "run"}
    assert alice.post(f"{run}/sharing", sent).location == lobby

    assert without_token(bob.get(lobby).text) == before
    assert question not in alice.get(lobby).text
    assert shown_to(session, cohort, cohort.browser) == (0, 0, 0)
    for browser in (alice, bob):
        browser.post(f"{lobby}/ready")
    assert question in bob.get(run).text
    assert bob.post(f"{run}/sharing/withdraw", {"back": "run"}).status_code == 303
    assert question not in bob.get(run).text
    assert shown_to(session, cohort, cohort.browser) == (0, 0, 0)


def play(session: Session, run: str, *people: Browser) -> None:
    """Let a pair go past what is not asked for, and play to the end."""
    for browser in people:
        page = RunPage(browser, run).to_diagnosis()
        page.post("/without", {"part": "diagnosis"})
        page.post("/without", {"part": "rating"})
    key = run.rsplit("/", 1)[1]
    together = Together(session, "", key, datetime.now(UTC))
    session.rollback()
    together.play_to_the_end(*(each.user_id for each in people))


@pytest.mark.parametrize("both", [False, True], ids=["one agrees", "both agree"])
def test_the_conversation_of_a_pair_is_shown_once_both_have_agreed_and_neither_is_told(
    cohort: CohortPage,
    alice: Browser,
    bob: Browser,
    pair: tuple[str, str],
    session: Session,
    both: bool,
) -> None:
    _, lobby = pair
    run, sent = run_of(session), {"cohort": cohort.url.rsplit("/", 1)[1]}
    for browser in (alice, bob):
        browser.post(f"{lobby}/ready")
    bob.post(f"{run}/sharing", sent)

    def hers() -> list[str]:
        pages = (run, f"{run}?stage=case", f"{run}/sharing", *PAGES)
        found = [without_token(alice.get(each).text) for each in pages]
        return [re.sub(r'"(made_at|seen_at)": "[^"]*"', r"\1", each) for each in found]

    bob.post(f"{run}/sharing/withdraw")
    private = hers()
    bob.post(f"{run}/sharing", sent)
    assert hers() == private
    play(session, run, alice, bob)
    assert shown_to(session, cohort, cohort.browser)[:2] == (0, 0)

    if both:
        alice.post(f"{run}/sharing", sent)
        assert shown_to(session, cohort, cohort.browser)[1] > 0
        alice.get("/home")  # where she is told once that she shares it
        together = hers()
        bob.post(f"{run}/sharing/withdraw")
        assert hers() == together
    assert shown_to(session, cohort, cohort.browser)[1] == 0


def test_a_facilitator_pairs_people_for_an_assignment(
    cohort: CohortPage, alice: Browser, bob: Browser, session: Session
) -> None:
    key = cohort.assign(mode="pair")
    listed = cohort.browser.get(f"{cohort.url}/assignments").text
    assert f"{cohort.url}/pairs?assignment={key}" in listed
    page = cohort.browser.get(f"{cohort.url}/pairs?assignment={key}").text
    assert values(page, "assignment") == [key]
    assert re.findall(r'<option value="([^"]+)" selected', page) == [SCENARIO]
    asked = f"assignment={key}&way=mix&who={alice.user_id}&who={bob.user_id}&mix=m"
    deal = cohort.browser.get(f"{cohort.url}/pairs/deal?{asked}").text

    sent = {**sent_by(deal), "assignment": values(deal, "assignment")[0]}
    assert cohort.browser.post(f"{cohort.url}/pairs", sent).location == f"{cohort.url}#pairs"

    assert session.scalars(sa.select(Assignment.key).join(Run)).all() == [key]
    assert "Somebody waits for you" in bob.get(f"/assigned/{key}").text


def test_people_are_paired_for_an_assignment_of_that_cohort_alone(
    cohort: CohortPage, dana: Browser
) -> None:
    alone = cohort.assign()
    others = CohortPage.make(dana).assign(mode="pair")

    for key in (alone, others, "no-such-key-here"):
        assert dana.get(f"{cohort.url}/pairs?assignment={key}").status_code == 404
