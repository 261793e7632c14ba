"""What somebody shares of a run, on its pages: with whom, from when on, and taken back at once."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.storage.models import Participant, Role, User
from tests.conftest import PASSWORD, Browser
from tests.web.cohorting import CohortPage
from tests.web.conftest import RunPage, start, values
from tests.web.test_assigned import invite, run_of, shown_to, words


@pytest.fixture
def cohort(dana: Browser, alice: Browser) -> CohortPage:
    return CohortPage.make(dana, alice)


def key_of(cohort: CohortPage) -> str:
    return cohort.url.rsplit("/", 1)[1]


def share(run: RunPage, cohort: CohortPage, **more: object) -> str:
    answer = run.post("/sharing", {"cohort": key_of(cohort), **more})
    assert answer.status_code == 303
    return answer.location


def test_a_private_run_that_is_finished_can_be_shared_with_all_its_steps(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    run = start(alice).to_the_end()
    assert "Private" in run.get().text
    page = words(run.get("/sharing").text)
    assert "Private. Only you see it." in page
    assert "Dana would see your part of it." in page
    assert shown_to(session, cohort, cohort.browser) == (0, 0, 0)

    assert share(run, cohort) == f"{run.url}/sharing"

    seats, steps, rated = shown_to(session, cohort, cohort.browser)
    assert (seats, steps > 0, rated > 0) == (1, True, True)
    assert "Dana sees your part of it since" in words(run.get("/sharing").text)
    for page in (run.get().text, alice.get("/home/runs").text):
        assert "Shared with Lakeland, spring" in page


def test_what_i_share_lists_it_and_withdraws_it_there(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    run = start(alice).to_role_play()
    assert "You share nothing" in alice.get("/home/shared").text
    share(run, cohort)
    page = alice.get("/home/shared").text
    assert "Seen by Dana" in page
    assert f'action="{run.url}/sharing/withdraw"' in page

    assert run.post("/sharing/withdraw", {"back": "list"}).location == "/home/shared"

    assert "You share nothing" in alice.get("/home/shared").text
    assert shown_to(session, cohort, cohort.browser) == (0, 0, 0)


def test_of_several_cohorts_one_is_chosen(
    cohort: CohortPage, alice: Browser, charlie: Browser, session: Session
) -> None:
    session.execute(sa.update(User).values(role=Role.FACILITATOR).where(User.name == "Charlie"))
    session.commit()
    other = CohortPage.make(charlie, alice)
    run = start(alice).to_role_play()

    page = run.get("/sharing").text
    assert page.count("Share my part") == 2
    assert run.post("/sharing").location == f"{run.url}/sharing"
    assert "Choose the cohort you share it with." in run.get("/sharing").text
    share(run, other)

    assert shown_to(session, other, charlie)[0] == 1
    assert shown_to(session, cohort, cohort.browser)[0] == 0


def test_nobody_shares_with_a_cohort_they_are_not_in(
    cohort: CohortPage, bob: Browser, session: Session
) -> None:
    run = start(bob).to_role_play()

    assert run.post("/sharing", {"cohort": key_of(cohort)}).status_code == 404
    assert "You are in no cohort, so there is nobody to share it with." in run.get("/sharing").text
    assert shown_to(session, cohort, cohort.browser)[0] == 0


def test_who_came_to_facilitate_since_sees_nothing_until_it_is_shared_again(
    cohort: CohortPage, alice: Browser, charlie: Browser, session: Session
) -> None:
    run = start(alice).to_role_play()
    share(run, cohort)
    cohort.also_run_by(session, charlie)

    page = words(run.get("/sharing").text)
    assert "Charlie has come to facilitate it since, and sees nothing of it." in page
    assert "Share it with Charlie too" in page
    assert shown_to(session, cohort, charlie) == (0, 0, 0)
    share(run, cohort)
    assert shown_to(session, cohort, charlie)[0] == 1
    assert "Share it with Charlie too" not in run.get("/sharing").text


def test_who_plays_with_the_only_facilitator_is_told_that_nobody_sees_it(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    invite(alice, cohort.assign(mode="pair", required=[]), cohort.browser)
    run = RunPage(alice, run_of(session))
    told = "Nobody who facilitates it now sees"

    share(run, cohort)

    page = words(run.get("/sharing").text)
    assert f"{told} anything of it. Nobody is told what another has answered." in page
    assert f"{told} it" in words(alice.get("/home/shared").text)


def test_who_plays_with_somebody_is_told_that_it_is_seen_once_both_agree(
    cohort: CohortPage, alice: Browser, bob: Browser, session: Session
) -> None:
    cohort.let_in(bob)
    invite(alice, cohort.assign(mode="pair", required=[]), bob)
    run = RunPage(alice, run_of(session))

    share(run, cohort)

    page = words(run.get("/sharing").text)
    assert "sees your part of it once all who play it agree; you have since" in page
    assert ". Nobody is told what another has answered." in page
    assert "Seen by Dana once all who play it agree" in words(alice.get("/home/shared").text)


def test_a_play_of_what_if_says_why_it_is_shared_with_nobody(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    run = start(alice).to_debrief()
    page = alice.get(f"{run.url}/what-if/1").text
    choice = values(page, "choice")[0]
    answer = run.post(
        "/what-if/1", {"choice": choice, "reason": "r", "start_key": values(page, "start_key")[0]}
    )
    rewound = RunPage(alice, answer.location.partition("?")[0].partition("#")[0])

    page = rewound.get("/sharing").text
    assert "nothing of yours in this run that a facilitator could see" in page
    share(rewound, cohort)
    shared = sa.select(sa.func.count()).where(Participant.shared_at.is_not(None))
    assert session.scalar(shared) == 0


def test_who_leaves_the_cohort_takes_it_all_back(
    cohort: CohortPage, alice: Browser, session: Session
) -> None:
    run = start(alice).to_role_play()
    share(run, cohort)

    alice.post(f"{cohort.url}/leave")

    assert shown_to(session, cohort, cohort.browser) == (0, 0, 0)
    assert "Private" in run.get().text
    assert "You share nothing" in alice.get("/home/shared").text


@pytest.mark.parametrize("brings", [True, False], ids=["brings it along", "leaves it behind"])
def test_what_a_guest_shares_is_not_left_where_nobody_could_take_it_back(
    cohort: CohortPage, guest: Browser, alice: Browser, session: Session, brings: bool
) -> None:
    cohort.let_in(guest, name="Gia", position="MS")
    run = start(guest).to_role_play()
    share(run, cohort)
    assert shown_to(session, cohort, cohort.browser)[0] == 1
    page = guest.get("/sign-in").text
    assert re.search(r'name="claim"[^>]*checked', page)
    assert "Without this it is private again" in page
    (email,) = session.scalars(sa.select(User.email).where(User.id == alice.user_id))
    session.rollback()

    sent = {"email": email, "password": PASSWORD, **({"claim": "yes"} if brings else {})}
    assert guest.post("/sign-in", sent).status_code == 303

    assert shown_to(session, cohort, cohort.browser)[0] == int(brings)
    assert guest.get(run.url).status_code == (200 if brings else 404)
