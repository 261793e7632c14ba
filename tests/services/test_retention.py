"""What is kept long enough goes: lobbies nobody came back to, and who was paired long ago."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import (
    accounts,
    cohorts,
    installation,
    invitations,
    matching,
    retention,
    runs,
)
from lfp_trainer.services import lobby as lobbies
from lfp_trainer.services.data_registry import REGISTRY
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Cohort, Model, Pair, Paired, Participant, Run, User
from tests import canaries
from tests.canaries import everything
from tests.conftest import NOON
from tests.together import Together

SECOND = timedelta(seconds=1)
TOGETHER: tuple[type[Model], ...] = (Run, Pair, Participant)


def forget(session: Session, *, after: timedelta) -> None:
    with writing(session):
        retention.forget_old(session, now=NOON + after)


def count(session: Session, *models: type[Model]) -> list[int]:
    return [session.scalar(sa.select(sa.func.count()).select_from(each)) or 0 for each in models]


def test_a_lobby_is_gone_thirty_days_after_anybody_was_there(
    session: Session, lobby: Together
) -> None:
    forget(session, after=retention.NEVER_BEGUN)
    kept = count(session, *TOGETHER)
    forget(session, after=retention.NEVER_BEGUN + SECOND)

    assert kept == [1, 1, 2]
    assert count(session, *TOGETHER) == [0, 0, 0]


def test_whoever_has_been_there_meanwhile_keeps_it(
    session: Session, lobby: Together, bob_id: int
) -> None:
    lobby.now = NOON + timedelta(days=20)
    lobby.ready(bob_id)

    forget(session, after=retention.NEVER_BEGUN + timedelta(days=20))
    kept = count(session, *TOGETHER)
    forget(session, after=retention.NEVER_BEGUN + timedelta(days=20) + SECOND)

    assert kept == [1, 1, 2]
    assert count(session, *TOGETHER) == [0, 0, 0]


@pytest.mark.parametrize("how", ["ready", "stand-in"])
def test_a_run_that_has_begun_is_never_touched_however_old(
    session: Session, lobby: Together, alice_id: int, bob_id: int, how: str
) -> None:
    if how == "ready":
        lobby.ready(alice_id, bob_id)
    else:
        lobby.later(120)
        lobby.begin(alice_id)
    before = everything(session)

    forget(session, after=timedelta(days=4000))

    assert everything(session) == before


def test_a_run_that_somebody_plays_alone_is_never_touched(
    session: Session, published: Published, alice_id: int, bob_id: int
) -> None:
    with writing(session):
        runs.start_run(
            session, published, user_id=alice_id, seat="both", start_key="alone", now=NOON
        )
    before = everything(session)

    forget(session, after=timedelta(days=4000))

    assert everything(session) == before


@pytest.fixture
def paired(session: Session, published: Published, alice_id: int, bob_id: int) -> int:
    """A cohort that was paired at noon; return who facilitates it."""
    with writing(session):
        dana = accounts.make_guest(session, now=NOON)
        key = cohorts.make(session, name="Lakeland", user_id=dana, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana)
        for each in (alice_id, bob_id):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
        (group,) = matching.in_order([alice_id, bob_id])
        positions = dict.fromkeys((alice_id, bob_id))
        table = invitations.seat(published.script, group, positions)
        invitations.pair_up(session, cohort, published, [table], by=dana, key="once", now=NOON)
    return dana


def test_who_was_paired_with_whom_is_gone_after_a_hundred_and_eighty_days(
    session: Session, paired: int
) -> None:
    forget(session, after=retention.PAIRED)
    kept = count(session, Paired, Cohort)
    forget(session, after=retention.PAIRED + SECOND)

    assert kept == [2, 1]
    assert count(session, Paired, Cohort) == [0, 1]


def test_a_pair_that_never_came_is_gone_before_the_word_that_it_was_made(
    session: Session, paired: int
) -> None:
    forget(session, after=retention.NEVER_BEGUN + SECOND)

    assert count(session, *TOGETHER, Paired) == [0, 0, 0, 2]


def test_however_many_there_are_all_go_and_nobody_waits_for_all(
    session: Session, published: Published, alice_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        Together.open(session, alice_id, now=NOON + number * SECOND)
    then = NOON + retention.NEVER_BEGUN + timedelta(hours=1)

    with writing(session):
        assert retention.forget_some_old(session, now=then) == 2
    assert count(session, Run) == [3]
    with writing(session):
        retention.forget_old(session, now=then)

    assert count(session, Run) == [0]


def test_a_server_that_starts_drops_it(
    session: Session, database_url: str, published: Published, tmp_path: Path
) -> None:
    # With an account: guests go by themselves.
    long_ago, ada = NOON - timedelta(days=4000), canaries.add_person(session, "ada").id
    Together.open(session, ada, now=long_ago)
    with writing(session):
        key = cohorts.make(session, name="Lakeland", user_id=ada, now=long_ago)
        cohort = cohorts.find(session, key, viewer_id=ada)
        session.add(
            Paired(
                cohort_id=cohort.id, key="once", user_id=ada, number=1, seat="partner",
                scenario_id="glowing-observations", paired_at=long_ago,
            )
        )  # fmt: skip

    installation.make_ready(database_url, tmp_path)

    session.rollback()
    assert count(session, *TOGETHER, Paired) == [0, 0, 0, 0]
    assert count(session, User, Cohort) == [1, 1]


def test_a_run_that_begins_at_that_moment_stays(
    session: Session, engine: sa.Engine, lobby: Together, alice_id: int
) -> None:
    then = NOON + retention.NEVER_BEGUN + SECOND

    def drop() -> None:
        with Session(engine) as own, writing(own):
            retention.forget_old(own, now=then)

    with ThreadPoolExecutor(1) as pool:
        lobby.now = then
        seated, script = lobby.seat(alice_id), lobby.script(alice_id)
        with writing(session):
            lobbies.begin(session, seated, script, now=then)
            going = pool.submit(drop)
            # Long enough for it to have read whatever it reads before it waits.
            time.sleep(0.4)
        going.result(timeout=10)

    session.rollback()
    assert count(session, *TOGETHER) == [1, 1, 2]


def test_both_times_are_told_to_whoever_reads_about_their_data() -> None:
    told = {store.name: store.means for store in REGISTRY}

    assert "30 days" in told["pair"]
    assert "180 days" in told["paired"]
    assert timedelta(days=30) == retention.NEVER_BEGUN
    assert timedelta(days=180) == retention.PAIRED
