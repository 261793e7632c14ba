"""Runs to go on with and runs that are finished, page by page, with their what-ifs under them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import accounts, past_runs, shelf
from lfp_trainer.services.access import Seated
from lfp_trainer.services.past_runs import Page, finished_runs, open_runs
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Stage
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.what_ifs import make_what_if, mark_as_what_if


@pytest.fixture
def bob_id(session: Session) -> int:
    with database.writing(session):
        return accounts.make_guest(session, now=NOON)


def days_later(session: Session, seated: Seated, days: int) -> None:
    with database.writing(session):
        session.execute(
            sa.update(Run)
            .where(Run.id == seated.run_id)
            .values(started_at=NOON + timedelta(days=days))
        )


def page(session: Session, user_id: int, number: int = 1, size: int = 2) -> Page:
    return finished_runs(session, user_id, number=number, size=size)


def begun(session: Session, user_id: int) -> list[Seated]:
    found = open_runs(session, user_id, number=1, size=20)
    assert found.total == len(found.rows)
    return [each.run for each in found.rows]


def keys(found: Page) -> list[str]:
    return [each.run.key for each in found.rows]


def test_finished_runs_come_page_by_page_the_newest_first(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    taken = [stand_at(Stage.DONE) for _ in range(5)]
    for day, seated in zip((3, 1, 5, 2, 4), taken, strict=True):
        days_later(session, seated, day)
    newest = [taken[at].key for at in (2, 4, 0, 3, 1)]

    pages = [page(session, alice_id, number) for number in (1, 2, 3)]

    assert [keys(each) for each in pages] == [newest[:2], newest[2:4], newest[4:]]
    assert {(each.pages, each.total) for each in pages} == {(3, 5)}


@pytest.mark.parametrize(("asked", "shown"), [(-3, 1), (0, 1), (99, 3), (10**12, 3)])
def test_a_page_that_is_not_there_is_the_nearest_one(
    session: Session, alice_id: int, stand_at: StandAt, asked: int, shown: int
) -> None:
    for _ in range(5):
        stand_at(Stage.DONE)

    assert page(session, alice_id, asked).number == shown


def test_nothing_finished_is_one_empty_page(session: Session, alice_id: int) -> None:
    assert page(session, alice_id) == Page((), number=1, pages=1, total=0)


def test_a_finished_run_says_how_it_ended_how_it_was_rated_and_what_comes_next(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DONE)

    (row,) = page(session, alice_id).rows

    assert row.run == seated
    assert row.ending == "Installed"
    assert row.rated == 4
    assert row.in_band == 4  # it was rated as the reference has it
    assert row.sentence
    assert row.due_on is not None


def test_a_run_that_is_not_finished_is_one_to_go_on_with(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DEBRIEF)

    assert keys(page(session, alice_id)) == []
    assert begun(session, alice_id) == [seated]


def test_a_finished_what_if_stands_under_the_run_it_rewinds_and_nowhere_else(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first, other = stand_at(Stage.DONE), stand_at(Stage.DONE)
    what_ifs = [make_what_if(session, first) for _ in range(2)]
    what_ifs.append(make_what_if(session, what_ifs[0]))  # one of its own decisions once more

    found = page(session, alice_id)

    assert found.total == 2
    under = {each.run.key: [it.run.key for it in each.what_ifs] for each in found.rows}
    assert under == {first.key: [each.key for each in what_ifs], other.key: []}
    assert all(it.ending for it in found.rows[-1].what_ifs)


def test_an_open_what_if_is_one_to_go_on_with_and_not_listed_under_its_run(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DONE)
    make_what_if(session, first, to_the_end=False)

    (row,) = page(session, alice_id).rows

    assert row.what_ifs == ()
    assert [each.what_if_of for each in begun(session, alice_id)] == [first.run_id]


def test_runs_and_what_ifs_are_ones_own(
    session: Session, alice_id: int, bob_id: int, stand_at: StandAt
) -> None:
    first, second = stand_at(Stage.DONE), stand_at(Stage.DONE, user_id=bob_id)
    mark_as_what_if(session, second, first)  # as no service would let them

    (row,) = page(session, alice_id).rows

    assert row.what_ifs == ()
    assert page(session, bob_id).rows == ()
    assert begun(session, bob_id) == []


def test_a_what_if_is_no_play_of_its_own_on_the_shelf(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DONE)
    days_later(session, make_what_if(session, first), 1)
    make_what_if(session, first, to_the_end=False)

    (card,) = shelf.cards(session, alice_id)

    assert card.played.ended == 1
    assert card.played.latest is not None
    assert card.played.latest.key == first.key
    assert card.played.open is None
    assert shelf.latest_open([card]) is None


def test_a_better_ending_of_a_what_if_is_not_ones_best_run(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first, second = stand_at(Stage.DONE), stand_at(Stage.DONE)
    with database.writing(session):
        session.execute(
            sa.update(Run).where(Run.id == first.run_id).values(ending_id="paper-system")
        )
    mark_as_what_if(session, second, first)

    best = shelf.card_of(session, "glowing-observations", alice_id).played.best

    assert best is not None
    assert best.place == 2
    assert past_runs.finished_runs(session, alice_id, number=1, size=9).rows[0].what_ifs


def test_a_finished_what_if_whose_play_is_gone_is_in_no_list(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DONE)
    make_what_if(session, first)
    with database.writing(session):
        session.execute(sa.delete(Run).where(Run.id == first.run_id))

    assert page(session, alice_id) == Page((), number=1, pages=1, total=0)
    assert begun(session, alice_id) == []


def test_the_latest_what_ifs_stand_under_a_run_and_the_others_are_counted(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    first = stand_at(Stage.DONE)
    made = [make_what_if(session, first).key for _ in range(past_runs.WHAT_IFS + 2)]

    (row,) = page(session, alice_id).rows

    assert [it.run.key for it in row.what_ifs] == made[2:]
    assert row.more_what_ifs == 2


def test_the_shelf_knows_the_latest_open_run_and_a_diagnosis_in_any_of_them(
    session: Session, alice_id: int, stand_at: StandAt
) -> None:
    diagnosed = stand_at(Stage.RATING)
    latest = stand_at(Stage.CASE)
    days_later(session, latest, 1)

    (card,) = shelf.cards(session, alice_id)

    assert card.played.open is not None
    assert card.played.open.key == latest.key != diagnosed.key
    assert card.played.diagnosed
