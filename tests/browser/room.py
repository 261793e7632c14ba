"""A cohort on the server whose people have played and show it, for who puts it on the screen."""

from datetime import UTC, datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import cohorts
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role, User
from tests.browser.server import Site
from tests.reviewed import Room

NAMES = ("Ana", "Ben", "Cleo", "Dov", "Eve", "Finn", "Gus")


def open_room(site: Site, *, people: int = len(NAMES)) -> tuple[str, str, str]:
    """Return the address of the cohort, and the emails of who facilitates it and of a member."""
    facilitator, member = site.enrol("dana", Role.FACILITATOR), site.enrol("alice")
    now = datetime.now(UTC) - timedelta(minutes=5)
    with site.session() as session:
        room = Room.open(session, _id_of(session, facilitator), now=now)
        room.dice = Random(room.cohort.key)  # no two of one site may throw the same
        with writing(session):
            cohorts.join(session, room.cohort.code, user_id=_id_of(session, member), now=now)
        room.fill(NAMES[:people])
        return f"/cohorts/{room.cohort.key}", facilitator, member


def _id_of(session: Session, email: str) -> int:
    found = session.scalar(sa.select(User.id).where(User.email == email))
    assert found is not None
    return found
