"""An installation: made ready at each start, demonstrated, copied."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.util.exc import CommandError
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.engine.exercise.report import Lean, report
from lfp_trainer.services import (
    demo,
    demo_cohort,
    demo_pairs,
    exercise_sets,
    exercise_shelf,
    installation,
    library,
    runs,
)
from lfp_trainer.services.library import Published, Shelved
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Run, Stage, Step, User
from tests.conftest import NOON


def test_an_empty_database_is_made_ready_and_a_second_start_changes_nothing(
    empty_database: str,
) -> None:
    first = installation.make_ready(empty_database, config.SCENARIOS)
    second = installation.make_ready(empty_database, config.SCENARIOS)

    assert "glowing-observations" in first.published
    assert second == Shelved()


def test_a_changed_file_is_published_at_the_next_start(empty_database: str, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shutil.copytree(config.SCENARIOS, shelf)
    installation.make_ready(empty_database, shelf)
    edited = shelf / "glowing-observations.yaml"
    edited.write_bytes(edited.read_bytes() + b"\n# A remark.\n")

    assert installation.make_ready(empty_database, shelf).published == ("glowing-observations",)


def test_the_demonstration_is_played_through_the_services_and_filled_once(
    session: Session, published: Published
) -> None:
    with database.writing(session):
        assert demo.fill(session, now=NOON)
    with database.writing(session):
        assert not demo.fill(session, now=NOON)

    people = session.scalars(sa.select(User.email).order_by(User.email)).all()
    signed_in_as = [player.email for player in demo.PLAYERS]
    others = [*demo_pairs.NAMES, *(name for name, _ in demo_cohort.PEOPLE)]
    assert people == sorted([*signed_in_as, *map(demo_pairs.email_of, others)])
    for user_id in session.scalars(sa.select(User.id).where(User.email.in_(signed_in_as))):
        taken = [run for run in runs.runs_of(session, user_id) if not run.is_pair]
        # What their cohort was set comes on top (``test_demo_cohort``).
        plays = [run.stage for run in taken if not run.is_what_if and run.assignment_id is None]
        assert plays == [Stage.RATING, Stage.DONE, Stage.DONE]
        assert {run.stage for run in taken if run.is_what_if} <= {Stage.DONE}
    stored = session.scalar(sa.select(sa.func.count(Step.id)))
    assert stored == session.scalar(sa.select(sa.func.sum(Run.moves)))


def test_the_people_of_the_demonstration_have_calibrated_each_in_their_own_way(
    session: Session, published: Published
) -> None:
    shelf = exercise_shelf.on_shelf(config.SCENARIOS)
    with database.writing(session):
        demo.fill(session, now=NOON, shelf=shelf.values())

    vignettes = shelf["anchor-vignettes"]
    sets = [
        exercise_sets.sets_of(session, user_id, vignettes)
        for user_id in session.scalars(sa.select(User.id).order_by(User.id))
    ]
    # The others of their cohort have calibrated nothing yet.
    assert [mine for mine in sets[3:] if mine] == []
    sets = sets[:3]
    assert [[each.is_finished for each in mine] for mine in sets] == [
        [True, True], [True], [False],
    ]  # fmt: skip
    assert sum(each.committed for each in sets[2][0].texts) == 3
    assert report(vignettes, sets[1][0].compared).lean is Lean.LENIENT
    assert report(vignettes, sets[0][0].compared).lean is not Lean.LENIENT


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


def test_servers_that_start_at_the_same_moment_do_not_stumble_over_each_other(
    empty_database: str,
) -> None:
    with ThreadPoolExecutor(4) as pool:
        starts = [
            pool.submit(installation.make_ready, empty_database, config.SCENARIOS) for _ in range(4)
        ]
    published = [start.result().published for start in starts]

    assert sorted(map(len, published)) == [0, 0, 0, max(map(len, published))]


def test_an_upgrade_keeps_a_copy_of_what_was_there_and_does_not_stumble_over_it(
    sqlite_url: str,
) -> None:
    engine = database.connect(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '000'"))
    engine.dispose()
    file = Path(sa.make_url(sqlite_url).database or "")

    for _ in range(2):  # nothing leads on from 000: both fail, the second no differently
        with pytest.raises(CommandError, match="000"):
            installation.make_ready(sqlite_url, config.SCENARIOS)

    (copy,) = file.parent.glob(f"{file.name}.before-*")
    assert copy.stat().st_mode & 0o777 == 0o600


def test_the_same_secret_is_kept_and_a_short_one_refused(tmp_path: Path) -> None:
    environment = {"LFP_INSTANCE": str(tmp_path)}
    first, second = (config.from_environment(environment).secret_key for _ in range(2))

    assert first == second
    assert len(first) >= config.SECRET_LENGTH
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="LFP_SECRET_KEY is too short"):
        config.from_environment(environment | {"LFP_SECRET_KEY": "x"})
    with pytest.raises(ValueError, match="LFP_PROXIES"):
        config.from_environment(environment | {"LFP_PROXIES": "-1"})
    with pytest.raises(ValueError, match="LFP_SECURE_COOKIES"):
        config.from_environment(environment | {"LFP_SECURE_COOKIES": "perhaps"})
