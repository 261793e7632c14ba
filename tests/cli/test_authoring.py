"""What an author types and sees."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lfp_trainer.cli import main
from lfp_trainer.cli.authoring import SCHEMA, draw, schema_text
from lfp_trainer.config import SCENARIOS
from lfp_trainer.engine import play
from lfp_trainer.scenario_files import find_scenarios
from tests import exercises, scenarios

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A sound scenario with its rubric and vocabulary in a folder of its own."""
    return scenarios.shelve(tmp_path)


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=typed)


def test_everything_that_is_shipped_is_sound() -> None:
    result = run("check")

    assert (result.exit_code, result.stderr) == (0, "")
    assert len(re.findall(r"yaml: ok, \d+ scenes, \d+ endings;", result.stdout)) == len(
        find_scenarios(SCENARIOS)
    )


def test_a_sound_file_is_told_in_numbers(case: Path) -> None:
    result = run("check", case)

    assert result.exit_code == 0
    assert (
        f"{case}: ok, 3 scenes, 2 endings; 2 to 2 decisions; the best ranked choices end in"
        " 'together'" in result.stdout
    )


def test_warnings_are_shown_and_do_not_fail(case: Path) -> None:
    result = run("check", case)

    assert f"{case}:1:1: warning: there is no overview sheet. Write overview:" in result.stdout
    assert result.exit_code == 0


def test_one_case_need_not_show_every_level(case: Path) -> None:
    said = run("check", case).stdout

    assert "warning" in said
    assert "shows 'motivate' at level" not in said


def test_a_file_that_is_named_twice_is_checked_once(case: Path) -> None:
    other = case.parent / "rubrics" / ".." / case.name

    said = run("check", case.parent, case, other)

    assert said.exit_code == 0
    assert said.stdout.count("small-case.yaml: ok, 3 scenes") == 1


def test_warnings_fail_where_that_is_asked_for(case: Path) -> None:
    result = run("check", "--strict", case)

    assert (result.exit_code, result.stderr) == (1, "Error: 1 file with warnings.\n")


def test_every_problem_of_every_file_is_listed_with_its_line(case: Path) -> None:
    other = case.with_name("other.yaml")
    text = case.read_text()
    case.write_text(text.replace("goto: walk", "goto: wlak").replace("- s1", "- s9", 1))
    other.write_text(text.replace("choices:", "choises:", 1))

    result = run("check", case, other)

    assert result.exit_code == 1
    assert re.sub(r"(?m)^.*/", "", result.stderr) == (
        "small-case.yaml:63:15: error: scenes.log.choices.ask.goto: there is no scene 'wlak'."
        " Did you mean 'walk'?\n"
        "small-case.yaml:77:15: error: scenes.log.choices.tell.goto: there is no scene 'wlak'."
        " Did you mean 'walk'?\n"
        "small-case.yaml:153:9: error: leaders.partner.motivate.evidence.0: there is no sentence"
        " 's9'. Known: s1, visits.\n"
        "other.yaml:53:5: error: scenes.log: unknown key 'choises'. Did you mean 'choices'?\n"
        "Error: 2 files to mend.\n"
    )


def test_a_folder_is_checked_with_its_rubrics_and_vocabulary(case: Path) -> None:
    result = run("check", case.parent)

    assert [line.partition(": ")[2] for line in result.stdout.splitlines() if ": ok" in line] == [
        "ok, 3 systems",
        "ok, 2 strands",
        "ok, 3 scenes, 2 endings; 2 to 2 decisions; the best ranked choices end in 'together'",
    ]


def test_a_broken_rubric_is_told_once_and_its_scenarios_wait_for_it(case: Path) -> None:
    rubric = case.parent / "rubrics" / "small.yaml"
    rubric.write_text(rubric.read_text().replace("title: A small rubric", "titel: A small rubric"))

    alone, together = run("check", case), run("check", case.parent)

    assert f"{rubric}:1:1: error: the key 'title' is missing. Add it." in alone.stderr
    assert together.stderr.count("the key 'title' is missing.") == 1
    assert f"{case}: error: was not checked further. Mend its rubric" in together.stderr
    assert together.exit_code == 1


def test_a_rubric_and_a_vocabulary_can_be_checked_alone(case: Path) -> None:
    rubric = case.parent / "rubrics" / "small.yaml"

    result = run("check", rubric, case.parent / "vocabulary.yaml")

    assert result.exit_code == 0
    assert f"{rubric}: ok, 2 strands\n" in result.stdout


def test_a_scenario_without_its_rubric_is_told_which_file_to_add(case: Path) -> None:
    (case.parent / "rubrics" / "small.yaml").unlink()

    result = run("check", case)

    assert f"{case}:7:9: error: rubric: there is no rubrics/small.yaml" in result.stderr


def test_two_scenarios_may_not_have_one_id(case: Path) -> None:
    case.with_name("twin.yaml").write_text(case.read_text())

    result = run("check", case.parent)

    assert "'small-case' is the id of small-case.yaml too. Rename one of them." in result.stderr
    assert result.exit_code == 1


def test_two_exercises_may_not_have_one_id(case: Path) -> None:
    folder = case.parent / "exercises"
    folder.mkdir()
    for name in ("first", "second"):
        data = exercises.texts() | {"rubrics": ["small"]}
        for text in data["texts"].values():
            text["reference"] = {"small": text["reference"]["small"]}
        (folder / f"{name}.yaml").write_text(json.dumps(data | {"id": "small-case"}))

    result = run("check", case.parent)

    assert f"{folder / 'second.yaml'}" in result.stderr
    assert "'small-case' is the id of first.yaml too. Rename one of them." in result.stderr
    assert "small-case.yaml too" not in result.stderr  # a scenario and an exercise may share a word
    assert result.exit_code == 1


def test_an_empty_folder_is_not_called_sound(tmp_path: Path) -> None:
    result = run("check", tmp_path)

    assert (result.exit_code, result.stderr) == (1, "Error: There is no .yaml file here.\n")


def test_the_committed_schema_is_current() -> None:
    result = run("schema")

    assert result.stdout == schema_text() == SCHEMA.read_text(encoding="utf-8")


def test_the_schema_knows_every_key_of_a_scenario() -> None:
    for key in ("stand_in", "minority", "not_higher", "why_not", "epilogues"):
        assert f'"{key}": {{' in schema_text()


def test_a_play_shows_what_choices_lead_to(case: Path) -> None:
    result = run("play", case, typed="ask\nshow\n")

    assert result.exit_code == 0
    for line in (
        "You are Marcus Bell, central-office partner. You know the counts.",
        "Marcus Bell, what do you do?",
        "1. Ask what they saw.",
        "Now: They say.",
        "Later: They say more.",
        "Shows: Motivate: 3 Rung 3; Results: 2 Rung 2. It asks.",
        "A walk",
        "Ana Ruiz (guarded): We had a good quarter.",
        "She smiles.",
        "Together",
    ):
        assert line in result.stdout
    assert "Gauges" not in result.stdout
    assert result.stdout.count("A walk") == 1


def test_a_single_seat_is_played_with_the_stand_in(case: Path) -> None:
    result = run("play", case, "--seat", "partner", "--gauges", typed="tell\n")

    assert result.stdout.count("what do you do?") == 1
    assert "The stand-in: Ask what they saw." in result.stdout
    assert "Gauges: trust -1, spread +1" in result.stdout
    assert "You are Ana Ruiz" not in result.stdout
    assert result.stdout.endswith("Alone\nYou go home.\n")


def test_a_play_keeps_from_a_seat_what_only_another_knows(tmp_path: Path) -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["lines"].append({"text": "He is afraid.", "only": "partner"})
    case = scenarios.shelve(tmp_path, data)

    told = {
        seat: "He is afraid." in run("play", case, "--seat", seat, typed="q\n").stdout
        for seat in ("partner", "principal", "both")
    }

    assert told == {"partner": True, "principal": False, "both": True}


def test_a_play_can_be_scripted_by_number_or_name(case: Path) -> None:
    by_number = run("play", case, "--choices", "1,1")
    by_name = run("play", case, "--choices", "ask, show")

    assert by_number.stdout == by_name.stdout
    assert "Together" in by_number.stdout


def test_responses_are_shuffled_by_a_seed_that_is_told(tmp_path: Path) -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"] = {
        f"way-{number}": scenarios.choice("visit", text=f"Way {number}.", effects={"trust": -1})
        for number in range(1, 9)
    }
    data["scenes"]["log"]["choices"]["way-1"]["effects"] = {"trust": 1}
    data["scenes"]["log"]["stand_in"] = [{"choose": "way-1"}]
    del data["scenes"]["walk"]
    case = scenarios.shelve(tmp_path, data)

    def order(*options: str) -> list[str]:
        return re.findall(r"^\d+\. Way (\d)\.", run("play", case, *options).stdout, re.M)

    first = run("play", case).stdout
    told = re.match(r"Responses are shuffled; --seed (\w+) shows them like this again.\n", first)
    assert told is not None
    assert order("--seed", told[1]) == re.findall(r"^\d+\. Way (\d)\.", first, re.M)
    assert len({tuple(order("--seed", seed)) for seed in "abcd"}) > 1
    assert sorted(order("--seed", "a")) == list("12345678")


@pytest.mark.parametrize("typed", ["1\n", "2\n"])
def test_a_number_takes_the_response_that_it_stands_before(case: Path, typed: str) -> None:
    order = play.shuffled(("ask", "tell"), "a log")

    said = run("play", case, "--seed", "a", "--seat", "partner", "--gauges", typed=typed).stdout

    moved = {"ask": "Gauges: trust +1", "tell": "Gauges: trust -1"}
    assert moved[order[int(typed) - 1]] in said


def test_choices_given_by_number_are_those_of_the_file_whatever_the_seed(case: Path) -> None:
    for seed in "abcd":
        said = run("play", case, "--choices", "1,1", "--seed", seed).stdout

        assert "shuffled" not in said
        assert said.endswith("Together\nYou go on.\n")


def test_an_answer_that_is_none_is_asked_again(case: Path) -> None:
    result = run("play", case, typed="9\nmaybe\n\nask\nshow\n")

    assert result.stdout.count("Type a number from 1 to 2, or q to stop.") == 3
    assert "Together" in result.stdout


@pytest.mark.parametrize("typed", ["", "q\n", "1\nQ\n", "1\n"])
def test_a_play_stops_politely(case: Path, typed: str) -> None:
    result = run("play", case, typed=typed)

    assert result.exit_code == 0
    assert result.stdout.endswith("Stopped. Nothing was kept.\n")


def test_a_seat_that_is_not_there_is_told_with_those_that_are(case: Path) -> None:
    result = run("play", case, "--seat", "teacher")

    assert result.exit_code == 1
    assert result.stderr == "Error: There is no seat 'teacher'. Seats: partner, principal, both.\n"


@pytest.mark.parametrize("command", ["play", "graph"])
def test_a_broken_file_is_not_played_or_drawn_but_explained(case: Path, command: str) -> None:
    case.write_text(case.read_text().replace("start: log", "start: lgo"))

    result = run(command, case)

    assert result.exit_code == 1
    assert f"{case}:46:8: error: start: there is no scene 'lgo'." in result.stderr
    assert f"Error: {case} cannot be played yet." in result.stderr


def test_a_map_is_well_formed_and_says_what_it_is(case: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.svg"

    result = run("graph", case, "--svg", file)

    assert result.stdout == f"Wrote {file}.\n"
    root = ElementTree.parse(file).getroot()
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.findtext(f"{SVG}title") == "Map: A small case"
    assert (root.findtext(f"{SVG}desc") or "").startswith("3 scenes and 2 endings")
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")
    titles = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert titles == [
        "Start", "A decisionpartner", "A walk", "A decisionprincipal", "The end",
        "Together", "Alone",
    ]  # fmt: skip


def test_a_map_without_a_file_goes_to_standard_output(case: Path) -> None:
    assert run("graph", case).stdout.startswith("<svg ")


def test_a_map_as_an_outline_is_text(case: Path) -> None:
    result = run("graph", case, "--outline")

    assert result.stdout.startswith("A small case\n\n[log] A decision: Marcus Bell decides\n")
    assert "<svg" not in result.stdout


def test_titles_cannot_smuggle_markup_into_a_map() -> None:
    data = scenarios.scenario()
    data["title"] = data["scenes"]["log"]["title"] = "<script>"

    drawn = draw(scenarios.script(data))

    assert "<script>" not in drawn
    assert drawn.count("&lt;script&gt;") == 2
