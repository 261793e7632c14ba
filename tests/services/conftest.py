"""The first scenario, published, and runs of it that stand where a test needs them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import config, scenario_files
from lfp_trainer.scenario_files import Sources
from lfp_trainer.services import access, accounts, demo, library
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import ScenarioVersion, Stage, Step
from tests.conftest import NOON
from tests.together import Together, named

StandAt = Callable[..., Seated]
NewPerson = Callable[[str], int]


@pytest.fixture(scope="session")
def sources() -> Sources:
    return scenario_files.read_sources(config.SCENARIOS / "glowing-observations.yaml")


@pytest.fixture(scope="session")
def version(
    migrated_file: Path, sources: Sources, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What publishing the first scenario stores: playing it in every way is slow, and done once."""
    path = tmp_path_factory.mktemp("published") / "trainer.sqlite3"
    shutil.copy(migrated_file, path)
    engine = database.connect(f"sqlite:///{path}")
    with Session(engine) as session:
        with database.writing(session):
            library.publish(session, sources, now=NOON)
        row = session.execute(sa.select(ScenarioVersion.__table__)).mappings().one()
        stored = {name: value for name, value in row.items() if name != "id"}
    engine.dispose()
    return stored


@pytest.fixture
def published(session: Session, version: dict[str, Any]) -> Published:
    known = sa.select(ScenarioVersion.id).filter_by(digest=version["digest"])
    if session.scalar(known) is None:  # else this test has all that is shipped
        with database.writing(session):
            session.add(ScenarioVersion(**version))
    return library.current(session, "glowing-observations")


@pytest.fixture
def alice_id(session: Session) -> int:
    with database.writing(session):
        return accounts.make_guest(session, now=NOON)


@pytest.fixture
def bob_id(session: Session) -> int:
    with database.writing(session):
        return accounts.make_guest(session, now=NOON)


@pytest.fixture
def lobby(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    """A run that Alice has opened and Bob has come to; neither is ready."""
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    return together


@pytest.fixture
def stand_at(session: Session, published: Published, alice_id: int) -> StandAt:
    """Bring a run of Alice's to a stage, and return her seat in it."""
    dice = Random(1)

    def stand_at(stage: Stage, seat: str = "both", user_id: int = alice_id) -> Seated:
        with database.writing(session):
            key = demo.play_run(
                session, published, user_id=user_id, seat=seat, habit=demo.by_reference,
                stop=stage, dice=dice, now=NOON,
            )  # fmt: skip
        return access.seat_in(session, key, viewer_id=user_id)

    return stand_at


def steps_of(session: Session, seated: Seated) -> list[tuple[int, str, str, bool]]:
    """Return what is stored of a run's steps: number, seat, choice, by the stand-in."""
    rows = session.execute(
        sa.select(Step.number, Step.seat, Step.choice_id, Step.stand_in)
        .where(Step.run_id == seated.run_id)
        .order_by(Step.number)
    )
    return [(row.number, row.seat, row.choice_id, row.stand_in) for row in rows]


@pytest.fixture
def new(session: Session) -> NewPerson:
    """Make somebody of that name, and return who it is."""

    def new(name: str) -> int:
        with database.writing(session):
            user_id = accounts.make_guest(session, now=NOON)
        return named(session, user_id, name)

    return new
