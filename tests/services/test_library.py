"""The shelf: what is published, when it is read again, and what old runs keep."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from lfp_trainer import config, scenario_files
from lfp_trainer.errors import NotFound, ScenarioError
from lfp_trainer.scenario_files import Sources
from lfp_trainer.services import access, demo, library
from lfp_trainer.services.library import Published, Shelved
from lfp_trainer.storage import database
from lfp_trainer.storage.models import ScenarioVersion, Stage
from tests import scenarios
from tests.conftest import NOON
from tests.services.conftest import StandAt


def publish(session: Session, sources: Sources) -> None:
    with database.writing(session):
        library.publish(session, sources, now=NOON)


def with_title(sources: Sources, title: str) -> Sources:
    old = b"title: Glowing observations"
    assert old in sources.scenario
    return replace(sources, scenario=sources.scenario.replace(old, f"title: {title}".encode(), 1))


def test_every_shipped_scenario_can_be_published(session: Session) -> None:
    with database.writing(session):
        ids = library.publish_folder(session, config.SCENARIOS, now=NOON).published

    offered = [each.script.scenario for each in library.on_offer(session)]
    assert {each.id for each in offered} == set(ids)
    assert len(ids) >= 7
    assert [each.title for each in offered] == sorted(each.title for each in offered)


def test_files_that_did_not_change_are_not_parsed_again(
    session: Session, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = library.current(session, "glowing-observations").script.scenario

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("YAML was parsed")

    monkeypatch.setattr(yaml, "parse", refuse)
    library._scripts.clear()

    with database.writing(session):
        again = library.publish_folder(session, shelf, now=NOON)

    assert again == Shelved()
    assert library.current(session, "glowing-observations").script.scenario == before


def test_a_draft_is_not_published(session: Session, shelf: Path) -> None:
    sound = (shelf / "glowing-observations.yaml").read_text()
    draft = sound.replace("id: glowing-observations", "id: another\ndraft: true", 1)
    (shelf / "another.yaml").write_text(draft)

    with database.writing(session):
        shelved = library.publish_folder(session, shelf, now=NOON)

    assert shelved.published == ()
    assert "take the line 'draft: true' out" in str(shelved.refused[0])


def test_a_run_keeps_the_version_it_began_with(
    session: Session, sources: Sources, published: Published, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.CASE)

    publish(session, with_title(sources, "Glowing, revised"))

    kept = access.seat_in(session, seated.key, viewer_id=seated.user_id)
    script = library.script_of(session, kept.version_id, kept.digest)
    assert script.scenario.title == "Glowing observations"
    assert library.current(session, "glowing-observations").script.scenario.title == (
        "Glowing, revised"
    )


def test_a_changed_rubric_is_a_new_version_too(
    session: Session, sources: Sources, published: Published
) -> None:
    assert sources.rubric is not None
    publish(session, replace(sources, rubric=sources.rubric + b"\n# A remark.\n"))

    assert library.current(session, "glowing-observations").version_id != published.version_id


def test_an_older_version_can_be_made_current_again(
    session: Session, sources: Sources, published: Published
) -> None:
    publish(session, with_title(sources, "Glowing, revised"))
    publish(session, sources)

    assert library.current(session, "glowing-observations").version_id == published.version_id
    assert session.scalar(sa.select(sa.func.count(ScenarioVersion.id))) == 2


def test_a_broken_file_is_not_published(session: Session, sources: Sources) -> None:
    broken = replace(sources, scenario=sources.scenario.replace(b"start: log", b"start: lgo"))

    with pytest.raises(ScenarioError, match="Did you mean 'log'"), database.writing(session):
        library.publish(session, broken, now=NOON)

    with pytest.raises(NotFound):
        library.current(session, "glowing-observations")


def test_an_empty_folder_offers_nothing(session: Session, tmp_path: Path) -> None:
    with database.writing(session):
        assert library.publish_folder(session, tmp_path, now=NOON) == Shelved()
    assert library.on_offer(session) == []


@pytest.fixture
def shelf(session: Session, tmp_path: Path) -> Path:
    """A folder of a district's own, published."""
    folder = tmp_path / "shelf"
    shutil.copytree(config.SCENARIOS, folder)
    for path in scenario_files.find_scenarios(folder):
        if path.stem != "glowing-observations":
            path.unlink()
    with database.writing(session):
        library.publish_folder(session, folder, now=NOON)
    return folder


def test_a_broken_file_keeps_nothing_else_from_the_shelf_and_its_last_version_stays(
    session: Session, shelf: Path
) -> None:
    sound = (shelf / "glowing-observations.yaml").read_text()
    (shelf / "glowing-observations.yaml").write_text("format: 1\n")
    (shelf / "another.yaml").write_text(sound.replace("id: glowing-observations", "id: another", 1))

    with database.writing(session):
        shelved = library.publish_folder(session, shelf, now=NOON)

    assert [error.source for error in shelved.refused] == ["glowing-observations.yaml"]
    assert shelved.published == ("another",)
    ids = {each.script.scenario.id for each in library.on_offer(session)}
    assert ids == {"glowing-observations", "another"}


def test_a_scenario_whose_file_is_gone_is_withdrawn_and_its_runs_are_kept(
    session: Session, shelf: Path, stand_at: StandAt
) -> None:
    seated = stand_at(Stage.DEBRIEF)
    (shelf / "glowing-observations.yaml").unlink()

    with database.writing(session):
        shelved = library.publish_folder(session, shelf, now=NOON)

    assert shelved.withdrawn == ("glowing-observations",)
    with pytest.raises(NotFound):
        library.current(session, "glowing-observations")
    kept = access.seat_in(session, seated.key, viewer_id=seated.user_id)
    assert library.script_of(session, kept.version_id, kept.digest).scenario.id == (
        "glowing-observations"
    )


def test_the_demonstration_plays_scenarios_with_any_seats(session: Session, tmp_path: Path) -> None:
    data = scenarios.scenario()
    data["cast"]["head"] = data["cast"].pop("partner")
    data["leaders"]["head"] = data["leaders"].pop("partner")
    data["scenes"]["log"]["turn"] = "head"
    scenarios.shelve(tmp_path, json.loads(json.dumps(data).replace('"partner"', '"head"')))
    with database.writing(session):
        assert library.publish_folder(session, tmp_path, now=NOON).refused == ()
        assert demo.fill(session, now=NOON)
