"""scenarios/README.md is followed word by word: what it shows has to work as it stands there."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lfp_trainer import config, scenario_files
from lfp_trainer.cli import COMMANDS, main
from lfp_trainer.engine.scenario import Choice, Scenario, Scene

PAGE = (config.SCENARIOS / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(format: 1\n.*?)```", PAGE, re.S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("vocabulary.yaml", "rubrics"):
        source = config.SCENARIOS / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    return tmp_path


def test_the_first_scenario_has_twelve_lines() -> None:
    assert EXAMPLES[0].count("\n") == 12


@pytest.mark.parametrize("example", EXAMPLES, ids=["twelve lines", "three scenes"])
def test_every_example_can_be_checked_and_played(folder: Path, example: str) -> None:
    file = folder / "late-report.yaml"
    file.write_text(example, encoding="utf-8")

    checked = CliRunner().invoke(main, ["check", str(file)])
    played = CliRunner().invoke(main, ["play", str(file), "--choices", "1,1"])

    assert checked.exit_code == 0, checked.output
    assert "still to write" in checked.output
    assert played.exit_code == 0, played.output


def test_the_second_example_is_the_first_one_continued(folder: Path) -> None:
    for example, scenes in zip(EXAMPLES, (1, 3), strict=True):
        sources = scenario_files.sources_for("late-report.yaml", example.encode(), folder)
        bundle, _ = scenario_files.inspect(sources)
        assert bundle is not None
        assert (bundle.scenario.id, len(bundle.scenario.scenes)) == ("late-report", scenes)


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"lfp-trainer ([a-z-]+)", PAGE))

    assert named <= set(COMMANDS)
    assert {"new", "watch", "check", "simulate", "play", "graph"} <= named


@pytest.mark.parametrize("model", [Scenario, Scene, Choice])
def test_every_word_of_the_format_is_explained(model: type) -> None:
    unexplained = {"format", "id", "title", "rubric", "text"}

    missing = [
        name
        for name in model.model_fields  # type: ignore[attr-defined]
        if name not in unexplained and f"`{name}" not in PAGE
    ]

    assert missing == []
