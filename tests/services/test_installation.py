"""An installation: made ready at each start, demonstrated, copied."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.services import demo, installation, library, runs
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Stage, Step, User
from tests.conftest import NOON


def test_an_empty_database_is_made_ready_and_a_second_start_changes_nothing(
    empty_database: str,
) -> None:
    assert "glowing-observations" in installation.make_ready(empty_database, config.SCENARIOS)
    assert installation.make_ready(empty_database, config.SCENARIOS) == []


def test_a_changed_file_is_published_at_the_next_start(empty_database: str, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shutil.copytree(config.SCENARIOS, shelf)
    installation.make_ready(empty_database, shelf)
    edited = shelf / "glowing-observations.yaml"
    edited.write_bytes(edited.read_bytes() + b"\n# A remark.\n")

    assert installation.make_ready(empty_database, shelf) == ["glowing-observations"]


def test_the_demonstration_is_played_through_the_services_and_filled_once(
    session: Session, published: Published
) -> None:
    with database.writing(session):
        assert demo.fill(session, now=NOON)
    with database.writing(session):
        assert not demo.fill(session, now=NOON)

    people = session.scalars(sa.select(User.email).order_by(User.email)).all()
    assert people == sorted(player.email for player in demo.PLAYERS)
    for user_id in session.scalars(sa.select(User.id)):
        taken = runs.runs_of(session, user_id)
        assert [run.stage for run in taken] == [Stage.RATING, Stage.DONE, Stage.DONE]
    stored = session.scalar(sa.select(sa.func.count(Step.id)))
    assert stored == session.scalar(sa.select(sa.func.sum(Run.moves)))


def test_a_copy_of_the_database_is_whole_and_readable_by_its_owner_only(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = database.connect(sqlite_url)
    installation.make_ready(sqlite_url, config.SCENARIOS)
    copy = tmp_path / "copy.db"

    installation.back_up(engine, copy)

    assert copy.stat().st_mode & 0o777 == 0o600
    copied = database.connect(f"sqlite:///{copy}")
    with Session(copied) as session:
        assert library.on_offer(session)
        assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    with pytest.raises(FileExistsError):
        installation.back_up(engine, copy)
    engine.dispose()
    copied.dispose()
