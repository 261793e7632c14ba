"""A scenario with its rubric and vocabulary: found, read through one door, and identified."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lfp_trainer.config import SCENARIOS
from lfp_trainer.errors import ScenarioError
from lfp_trainer.scenario_files import (
    Limits,
    find_scenarios,
    load_bundle,
    load_bundle_from,
    read_sources,
    sources_for,
)
from tests import scenarios


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A sound scenario with its rubric and vocabulary in a folder of its own."""
    return scenarios.shelve(tmp_path)


def test_a_file_is_read_as_it_was_written(case: Path) -> None:
    assert load_bundle(case) == scenarios.bundle()


def test_lists_are_read_as_tuples_and_the_order_of_keys_is_kept(case: Path) -> None:
    scenario = load_bundle(case).scenario

    assert scenario.diagnosis.systems.primary == ("ILR",)
    assert list(scenario.scenes) == ["log", "walk", "visit"]


@pytest.mark.parametrize("word", ["no", "on", "12:30:45", "2001-99-99", "1_000", "1e3", "0x1F"])
def test_a_plain_word_is_text_and_nothing_else(case: Path, word: str) -> None:
    case.write_text(case.read_text().replace("title: A small case", f"title: {word}"))

    assert load_bundle(case).scenario.title == word


@pytest.mark.parametrize("word", ["12", "true", "null", "~"])
def test_a_quoted_word_is_always_text(case: Path, word: str) -> None:
    case.write_text(case.read_text().replace("title: A small case", f"title: '{word}'"))

    assert load_bundle(case).scenario.title == word


@pytest.mark.parametrize(("written", "meant"), [("+1", 1), ("-1", -1), ("0", 0), ("9", 9)])
def test_whole_numbers_may_have_a_sign(case: Path, written: str, meant: int) -> None:
    case.write_text(case.read_text().replace("spread: 1\n", f"spread: {written}\n", 1))

    effects = load_bundle(case).scenario.scenes["log"].choices["tell"].effects
    assert effects["spread"] == meant


def test_the_scenarios_of_a_folder_are_its_files_but_the_vocabulary(case: Path) -> None:
    assert find_scenarios(case.parent) == [case]


def test_every_shipped_scenario_comes_through_the_same_door() -> None:
    for path in find_scenarios(SCENARIOS):
        assert load_bundle_from(read_sources(path)).scenario.id == path.stem


def test_an_upload_is_read_beside_the_rubric_it_names(case: Path) -> None:
    sources = sources_for("mine.yaml", case.read_bytes(), case.parent)

    assert load_bundle_from(sources) == load_bundle(case)


def test_an_upload_cannot_reach_outside_the_rubrics(case: Path) -> None:
    content = case.read_bytes().replace(b"rubric: small", b"rubric: ../vocabulary")

    sources = sources_for("mine.yaml", content, case.parent)

    assert sources.rubric is None
    with pytest.raises(ScenarioError, match="expected a name, found '../vocabulary'"):
        load_bundle_from(sources)


def test_a_rubric_named_among_other_keys_is_asked_for_on_a_line_of_its_own(case: Path) -> None:
    content = b"{" + json.dumps(scenarios.scenario()).encode()[1:]

    with pytest.raises(ScenarioError, match="Write on a line of its own: rubric: small"):
        load_bundle_from(sources_for("mine.yaml", content, case.parent))


@pytest.mark.parametrize("part", ["scenario", "rubric", "vocabulary"])
def test_a_change_in_any_of_the_three_files_is_another_version(case: Path, part: str) -> None:
    sources = read_sources(case)

    changed = replace(sources, **{part: getattr(sources, part) + b"# changed\n"})

    assert sources.digest == read_sources(case).digest
    assert len(sources.digest) == 64
    assert changed.digest != sources.digest


def test_text_moved_from_one_file_to_the_next_is_another_version(case: Path) -> None:
    sources = read_sources(case)
    rubric = sources.rubric or b""
    moved = replace(sources, scenario=sources.scenario + rubric[:9], rubric=rubric[9:])

    assert moved.digest != sources.digest


def test_a_mistake_in_the_rubric_is_told_with_its_file(case: Path) -> None:
    rubric = case.parent / "rubrics" / "small.yaml"
    rubric.write_text(rubric.read_text().replace("name: Rung 1", "nmae: Rung 1", 1))

    with pytest.raises(ScenarioError) as caught:
        load_bundle(case)

    assert [str(problem) for problem in caught.value.problems] == [
        "rubrics/small.yaml: line 14, column 7: strands.motivate.levels.0: the key 'name' is"
        " missing. Add it.",
        "rubrics/small.yaml: line 14, column 7: strands.motivate.levels.0: unknown key 'nmae'."
        " Did you mean 'name'?",
    ]


def test_a_missing_vocabulary_is_told(case: Path) -> None:
    (case.parent / "vocabulary.yaml").unlink()

    with pytest.raises(ScenarioError, match="vocabulary.yaml: is not there"):
        load_bundle(case)


def test_a_missing_scenario_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="nothing.yaml: 1 problem\n  - is not there."):
        load_bundle(tmp_path / "nothing.yaml")


def test_the_number_of_values_allowed_can_be_raised(case: Path) -> None:
    tight, wide = Limits(nodes=100), Limits(nodes=1_000)

    with pytest.raises(ScenarioError, match="has more than 100 values"):
        load_bundle(case, tight)
    assert load_bundle(case, wide) == load_bundle(case)


def test_an_error_lists_every_problem_with_its_line(case: Path) -> None:
    case.write_text(
        case.read_text()
        .replace("mood: guarded", "mood: gaurded")
        .replace("minutes: 10", "minutes: 0")
    )

    with pytest.raises(ScenarioError) as caught:
        load_bundle(case)

    assert str(caught.value) == (
        "small-case.yaml: 2 problems\n"
        "  - line 6, column 10: minutes: expected a number of at least 1, found the number 0.\n"
        "  - line 94, column 13: scenes.visit.lines.0.mood: expected 'neutral', 'warm', 'guarded',"
        " 'worried', 'pleased', 'upset', 'thoughtful' or 'surprised', found 'gaurded'."
        " Did you mean 'guarded'?"
    )


def test_a_file_with_very_many_mistakes_lists_the_first_hundred(case: Path) -> None:
    extra = "".join(f"key-{number}: x\n" for number in range(300))
    case.write_text(case.read_text() + extra)

    with pytest.raises(ScenarioError) as caught:
        load_bundle(case)

    assert len(caught.value.problems) == 101
    assert "200 more problems are not listed." in str(caught.value)


def test_what_stands_under_a_repeated_key_is_not_taken_for_what_is_kept(case: Path) -> None:
    """The first ``show`` lacks most of its keys; the second, which is dropped, has them."""
    text = case.read_text()
    at = text.index("      show:\n")
    short = "      show:\n        text: Ask what they saw.\n        now: They say.\n"
    case.write_text(text[:at] + short + text[at:])

    with pytest.raises(ScenarioError) as caught:
        load_bundle(case)

    line = text[:at].count("\n") + 1
    missing = [each for each in caught.value.problems if "missing" in each.message]
    assert [each.line for each in missing] == [line] * 5
    (again,) = [each for each in caught.value.problems if "again" in each.message]
    assert again.message == f"has the key 'show' again; it is on line {line} too."
    assert again.line == line + 3
