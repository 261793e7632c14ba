"""Exercise files are read through the same door as scenarios, each mistake with its line."""

import json
from pathlib import Path

import pytest

from lfp_trainer import config, scenario_files
from lfp_trainer.errors import Problem, ScenarioError
from tests import exercises, scenarios

VIGNETTES = """\
format: 1
id: small
title: A small exercise
note: Made for tests.
rubric: small
people:
  - {name: Rosa Marin, pronouns: she}
  - {name: Tom Okafor, pronouns: he}
vignettes:
  some-day:
    role: partner
    text:
      - {id: meets, text: "{name} meets {other}."}
      - {id: acts, text: "{They} says: {other} must act."}
    reference:
      motivate: {level: 1, band: [1, 1], confidence: high, evidence: [acts], why: Told once.}
      results: {level: 1, band: [1, 2], confidence: low, evidence: [meets], why: No step.}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with the two rubrics of the tests and room for exercises."""
    (tmp_path / "rubrics").mkdir()
    for id, levels, strands in (
        ("small", 5, ("motivate", "results")),
        ("large", 3, ("vision", "routines", "plans")),
    ):
        rubric = scenarios.rubric(strands, levels) | {"id": id}
        (tmp_path / "rubrics" / f"{id}.yaml").write_text(json.dumps(rubric))
    (tmp_path / "exercises").mkdir()
    return tmp_path


def errors_of(shelf: Path, content: str) -> list[Problem]:
    path = shelf / "exercises" / "small.yaml"
    path.write_text(content, encoding="utf-8")
    exercise, problems = scenario_files.inspect_exercise(path)
    errors = [each for each in problems if each.is_error]
    assert (exercise is None) == bool(errors)
    return errors


def test_a_file_of_vignettes_becomes_an_exercise(shelf: Path) -> None:
    (shelf / "exercises" / "small.yaml").write_text(VIGNETTES)

    (path,) = scenario_files.find_exercises(shelf)
    exercise = scenario_files.load_exercise(path)

    assert exercise.texts["some-day"].sentences["meets"] == "{name} meets {other}."
    assert [person.name for person in exercise.people] == ["Rosa Marin", "Tom Okafor"]


def test_a_file_of_texts_on_two_rubrics_becomes_an_exercise(shelf: Path) -> None:
    path = shelf / "exercises" / "contrast.yaml"
    path.write_text(json.dumps(exercises.texts()))

    exercise = scenario_files.load_exercise(path)

    assert list(exercise.rubrics) == ["small", "large"]
    assert exercise.texts["after"].title == "Two years later"


@pytest.mark.parametrize(
    ("old", "new", "line", "piece"),
    [
        ("role: partner", "role: coach", 11, "there is no role 'coach'."),
        ("{They} says", "{Thay} says", 14, "there is no placeholder 'Thay'. Did you mean"),
        ('"{name} meets', '"{{name} meets', 13, "there is no placeholder '{'."),
        ('"{name} meets {other}."', "{name} meets {other}.", 13, ""),
        ("pronouns: he", "pronouns: they", 8, "'she' or 'he'"),
        ("evidence: [acts]", "evidence: [act]", 16, "there is no sentence 'act'."),
        ("level: 1, band: [1, 2]", "level: 3, band: [1, 2]", 17, "outside its own band"),
        ("      results:", "      result:", 17, "there is no strand 'result'."),
        ("    role: partner\n", "", 10, "the key 'role' is missing."),
        ("rubric: small", "rubric: smal", 5, "there is no rubrics/smal.yaml beside it."),
        ("title: A small", "titel: A small", 3, "unknown key 'titel'. Did you mean 'title'?"),
        ("note: Made for tests.", "note: &all Made", 4, "anchor"),
        ("format: 1", "format: 2", 1, "expected 1"),
    ],
)
def test_each_mistake_is_told_with_its_line(
    shelf: Path, old: str, new: str, line: int, piece: str
) -> None:
    assert old in VIGNETTES

    errors = errors_of(shelf, VIGNETTES.replace(old, new, 1))

    assert [each for each in errors if each.line == line and piece in each.text], errors


def test_a_broken_rubric_is_named_as_the_file_to_mend(shelf: Path) -> None:
    (shelf / "rubrics" / "small.yaml").write_text("format: 1\nid: small\n")

    errors = errors_of(shelf, VIGNETTES)

    assert {each.file for each in errors} == {"../rubrics/small.yaml"}


def test_a_file_that_is_not_there_or_says_nothing_is_refused(shelf: Path) -> None:
    with pytest.raises(ScenarioError, match="is not there"):
        scenario_files.load_exercise(shelf / "exercises" / "other.yaml")
    assert "is empty" in errors_of(shelf, "")[0].text
    assert "is a list" in errors_of(shelf, "- a\n")[0].text


def test_exercises_are_no_scenarios(shelf: Path) -> None:
    (shelf / "exercises" / "small.yaml").write_text(VIGNETTES)

    assert scenario_files.find_scenarios(shelf) == []


def test_the_shipped_exercises_can_be_used() -> None:
    paths = scenario_files.find_exercises(config.SCENARIOS)

    assert [path.stem for path in paths] == [
        scenario_files.load_exercise(path).id for path in paths
    ]
    assert "anchor-vignettes" in [path.stem for path in paths]


OF_SCENARIO = """\
format: 1
id: small
title: Two stories
note: Made for tests.
rubrics: [small]
texts:
  then:
    title: Then
    scenario: small-case
    reference:
      small:
        motivate: {level: 1, band: [1, 1], confidence: high, evidence: [visits], why: Told once.}
        results: {level: 1, band: [1, 2], confidence: low, evidence: [visits], why: No step.}
"""


@pytest.fixture
def shelf_with_case(shelf: Path) -> Path:
    scenarios.shelve(shelf)
    return shelf


def test_an_exercise_may_tell_the_case_of_a_scenario_beside_it(shelf_with_case: Path) -> None:
    path = shelf_with_case / "exercises" / "small.yaml"
    path.write_text(OF_SCENARIO)

    text = scenario_files.load_exercise(path).texts["then"]

    assert text.sentences == scenarios.bundle().scenario.sentences


@pytest.mark.parametrize(
    ("old", "new", "line", "piece"),
    [
        ("evidence: [visits], why: T", "evidence: [visit], why: T", 12, "no sentence 'visit'"),
        ("scenario: small-case", "scenario: small-cas", 9, "no scenario small-cas.yaml"),
        ("scenario: small-case", "scenario: broken", 9, "broken.yaml cannot be read."),
        ("    scenario: small-case\n", "", 7, "either 'text' or 'scenario'"),
        ("      small:\n", "      smal:\n", 11, "there is no rubric 'smal'."),
        ("rubrics: [small]", "rubrics: [small, large]", 5, "no text is rated on 'large'."),
    ],
)
def test_each_mistake_about_a_scenario_is_told_with_its_line(
    shelf_with_case: Path, old: str, new: str, line: int, piece: str
) -> None:
    (shelf_with_case / "broken.yaml").write_text("format: 1\nid: broken\n")
    assert old in OF_SCENARIO

    errors = errors_of(shelf_with_case, OF_SCENARIO.replace(old, new, 1))

    assert [each for each in errors if each.line == line and piece in each.text], errors


def test_lakeland_is_rated_in_both_stories_and_its_later_one_row_by_row() -> None:
    lakeland = scenario_files.load_exercise(config.SCENARIOS / "exercises" / "lakeland.yaml")

    levels = {
        (text.id, strand): reference.level
        for text in lakeland.texts.values()
        for on in text.reference.values()
        for strand, reference in on.items()
    }
    shown = {strand for (_, strand), level in levels.items() if level == 3 and strand[:3] in ROWS}
    assert len([strand for _, strand in levels if strand[:3] in ROWS]) == 24
    assert shown == {"lfp2", "lfp5", "lfp6", "lfp7n", "cor2c"}
    assert levels["later", "plans"] == 4
    assert levels["then", "plans"] == 1
    assert all(text.source for text in lakeland.texts.values())


ROWS = ("lfp", "cor", "sps")
