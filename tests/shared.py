"""A cohort whose people have played by chance and agreed to show it, brought there by services."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import access, accounts, cohorts, demo, library, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Cohort, Membership, Participant, Place, Run, Stage, User
from tests.conftest import NOON
from tests.together import named

SCENARIO = "glowing-observations"


def make_cohort(session: Session, facilitator_id: int, *, name: str = "Lakeland") -> Joined:
    with writing(session):
        key = cohorts.make(session, name=name, user_id=facilitator_id, now=NOON)
    return cohorts.find(session, key, viewer_id=facilitator_id)


def let_play(
    session: Session,
    cohort: Joined,
    people: Sequence[int],
    *,
    shares: Callable[[int], bool] = lambda person: True,
    stop: Stage | None = None,
    seed: int = 1,
) -> dict[int, Seated]:
    """Let people join a cohort and play the first scenario alone: person → their run.

    :param shares: who agrees that the facilitators see it
    """
    dice, published = Random(seed), library.current(session, SCENARIO)
    played = {}
    for each in people:
        with writing(session):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
            key = demo.play_run(
                session, published, user_id=each, seat="both", habit=demo.by_chance, stop=stop,
                dice=dice, now=NOON, start_key=f"{seed}-{each}",
            )  # fmt: skip
            seated = access.seat_in(session, key, viewer_id=each)
            if shares(each):
                # Later than anybody facilitates it, also where a page made the cohort just now.
                sharing.agree(session, seated, cohort.id, now=datetime.now(UTC))
        played[each] = access.seat_in(session, key, viewer_id=each)
    return played


def newcomers(session: Session, *names: str) -> list[int]:
    """Make people of these names, and return who they are."""
    found = []
    for name in names:
        with writing(session):
            user_id = accounts.make_guest(session, now=NOON)
        found.append(named(session, user_id, name))
    return found


def person(session: Session, name: str) -> int:
    """Return who has this name."""
    found = session.scalar(sa.select(User.id).where(User.name == name))
    assert found is not None
    return found


def cohort_at(session: Session, url: str) -> Joined:
    """Return the cohort at an address, as the first who facilitates it sees it."""
    key = url.rsplit("/", 1)[1].partition("?")[0]
    facilitators = (
        sa.select(Membership.user_id)
        .join(Cohort)
        .where(Cohort.key == key, Membership.role == Place.FACILITATOR)
    )
    return cohorts.find(session, key, viewer_id=session.scalar(facilitators) or 0)


def run_of(session: Session, person_id: int) -> Seated:
    """Return somebody's only run, as they see it."""
    keys = sa.select(Run.key).join(Participant, Participant.run_id == Run.id)
    key = session.scalars(keys.where(Participant.user_id == person_id)).one()
    return access.seat_in(session, key, viewer_id=person_id)
