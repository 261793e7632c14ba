"""A file tells of a run no longer than all who play it agree: also when who plays it changes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import invitations, lobby
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.exports import jobs
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Export, ExportState, Pair, User
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.services.test_exports import LATER, agree
from tests.services.test_exports import ask as ask_for_file
from tests.services.test_exports import dana_id as dana_id
from tests.services.test_exports import spring as spring
from tests.services.test_readmission import ask as ask_for_seat
from tests.services.test_readmission import let_in
from tests.together import ONE, OTHER, Together

BecomesOf = Callable[[], ExportState]


@pytest.fixture
def opened(session: Session, published: Published, spring: Joined, alice_id: int) -> Together:
    """A run that Alice has opened and shows; nobody else has come."""
    together = Together.open(session, alice_id, now=NOON)
    agree(together, spring, alice_id)
    return together


@pytest.fixture
def file(session: Session, engine: sa.Engine, spring: Joined, dana_id: int) -> BecomesOf:
    """Makes a file of what is shown, when first asked, and tells from then on what became of it."""
    made: list[int] = []

    def becomes() -> ExportState:
        if not made:
            made.append(ask_for_file(session, spring, dana_id))
            jobs.write(engine, made[0], clock=lambda: LATER)
        session.rollback()
        return session.get_one(Export, made[0], populate_existing=True).state

    return becomes


def take_seat(together: Together, user_id: int, seat: str) -> None:
    script = together.script(user_id)
    with writing(together.session):
        lobby.take_seat(together.session, together.seat(user_id), script, seat, now=together.now)


def test_it_is_gone_when_somebody_joins_who_has_not_agreed(
    opened: Together, file: BecomesOf, bob_id: int
) -> None:
    assert file() is ExportState.DONE

    opened.join(bob_id)

    assert file() is ExportState.DROPPED


def test_it_is_gone_when_who_watched_begins_to_play(
    opened: Together, file: BecomesOf, bob_id: int
) -> None:
    opened.join(bob_id, OBSERVER)
    assert file() is ExportState.DONE

    take_seat(opened, bob_id, OTHER)

    assert file() is ExportState.DROPPED


def test_it_is_gone_when_who_shows_the_run_leaves_before_it_begins(
    opened: Together, file: BecomesOf, alice_id: int
) -> None:
    assert file() is ExportState.DONE

    opened.leave(alice_id)

    assert file() is ExportState.DROPPED


def test_it_is_gone_when_who_plays_begins_to_watch(
    opened: Together, file: BecomesOf, alice_id: int
) -> None:
    assert file() is ExportState.DONE

    take_seat(opened, alice_id, OBSERVER)

    assert file() is ExportState.DROPPED


def test_it_is_gone_when_the_seat_of_somebody_who_showed_it_is_freed(
    session: Session, opened: Together, spring: Joined, file: BecomesOf, alice_id: int, bob_id: int
) -> None:
    opened.join(bob_id)
    agree(opened, spring, bob_id)
    with writing(session):
        session.execute(sa.update(Pair).values(invited_by=alice_id))
    assert file() is ExportState.DONE
    opened.later(61)
    opened.seen(alice_id)

    script = opened.script(alice_id)
    with writing(session):
        invitations.free_seat(session, opened.seat(alice_id), script, bob_id, now=opened.now)

    assert file() is ExportState.DROPPED


def test_nobody_who_only_watches_or_changes_a_seat_or_was_there_takes_it_away(
    opened: Together, file: BecomesOf, alice_id: int, bob_id: int, new: NewPerson
) -> None:
    assert file() is ExportState.DONE
    noah = new("Noah")

    opened.join(bob_id, OBSERVER)
    take_seat(opened, bob_id, OBSERVER)
    opened.leave(bob_id)
    opened.join(noah, OBSERVER)
    take_seat(opened, alice_id, OTHER)
    opened.join(alice_id, ONE)
    opened.begin(alice_id)
    opened.leave(alice_id)

    assert file() is ExportState.DONE


@pytest.mark.parametrize(
    ("seat", "state"), [(OTHER, ExportState.DROPPED), (OBSERVER, ExportState.DONE)]
)
def test_who_is_let_into_a_seat_takes_it_away_if_it_is_one_that_plays(
    session: Session, opened: Together, spring: Joined, file: BecomesOf, new: NewPerson,
    alice_id: int, bob_id: int, seat: str, state: ExportState,
) -> None:  # fmt: skip
    with writing(session):
        session.execute(sa.update(User).where(User.id == bob_id).values(email=None))
    phone_id = new("Bob on a phone")
    opened.join(bob_id, seat)
    if seat != OBSERVER:
        agree(opened, spring, bob_id)
    assert file() is ExportState.DONE
    opened.later(61)
    opened.seen(alice_id)
    ask_for_seat(opened, phone_id, seat)

    let_in(opened, alice_id, bob_id, phone_id)

    assert opened.company(phone_id).person(phone_id).seat == seat
    assert file() is state
