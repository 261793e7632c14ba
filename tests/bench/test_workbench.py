"""The file on the bench: read again when it was saved, and only then."""

from pathlib import Path

import pytest

from lfp_trainer import scenario_files
from lfp_trainer.bench.workbench import Workbench
from tests import scenarios


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return scenarios.shelve(tmp_path)


def test_a_file_that_did_not_change_is_not_checked_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Workbench(file)
    first, _ = bench.look()
    monkeypatch.setattr(scenario_files, "examine", None)

    assert bench.look()[0] is first


def test_a_save_is_seen(file: Path) -> None:
    bench = Workbench(file)
    bench.look()

    file.write_text(file.read_text().replace("A small case", "A smaller case"))

    script = bench.look()[0].script
    assert script is not None
    assert script.scenario.title == "A smaller case"


def test_a_mistake_is_told_and_the_last_save_that_could_be_played_stays(file: Path) -> None:
    bench = Workbench(file)
    good, _ = bench.look()

    file.write_text(file.read_text().replace("start: log", "start: lgo"))
    broken, playable = bench.look()

    assert broken.script is None
    assert ["Did you mean 'log'?" in each.fix for each in broken.problems] == [True]
    assert playable is good


def test_the_rubric_beside_it_counts_too(file: Path) -> None:
    bench = Workbench(file)
    before, _ = bench.look()
    rubric = file.parent / "rubrics" / "small.yaml"

    rubric.write_text(rubric.read_text().replace("A small rubric", "Another rubric"))

    assert bench.look()[0].digest != before.digest


def test_a_file_that_is_gone_for_a_moment_is_a_problem_and_no_end(file: Path) -> None:
    bench = Workbench(file)
    good, _ = bench.look()
    text = file.read_text()

    file.unlink()
    gone, playable = bench.look()
    assert [each.message for each in gone.problems] == ["is not there."]
    assert playable is good

    file.write_text(text)
    assert bench.look()[0].script is not None
