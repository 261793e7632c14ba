"""What ``check`` tells beside the problems: a table to read, and JSON for other programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lfp_trainer.cli import main
from tests import scenarios
from tests.benchmarks import generated


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return scenarios.shelve(tmp_path)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_a_report_tells_every_figure_and_whether_to_look_at_it(case: Path) -> None:
    lines = run("check", "--report", case).stdout.splitlines()

    table = [" ".join(line.split()) for line in lines if line.startswith("  ")]
    assert "ok Widest word spread 0 (at most 9)" in table
    assert "look Reading time 12 of 10 minutes for the slowest play (7.5 to 10)" in table
    assert "Decisions 2" in table
    assert "Best response is the longest (in characters) 2 of 2 (at most a third)" in table
    assert (
        "Ends in together as partner, stand-in elsewhere random 50% (at most 12%), consulting 50%,"
        " longest 50%, shortest 50% (at most 60%), reference 100% (always)" in table
    )
    assert len(table) == 32


def test_json_holds_figures_and_problems_and_nothing_else_is_printed(case: Path) -> None:
    result = run("check", "--json", case)

    content = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(content) == {"format", "files"}
    (file,) = content["files"]
    assert set(file) == {"file", "kind", "ok", "figures", "problems"}
    assert (file["file"], file["kind"], file["ok"]) == (str(case), "scenario", True)
    assert file["figures"]["decisions_per_seat"] == {
        "title": "Decisions per seat",
        "value": {"partner": 1, "principal": 1},
        "shown": "partner 1, principal 1 (each alone at least 2)",
        "ok": None,
    }
    assert {
        "severity": "warning",
        "line": 6,
        "column": 10,
        "at": ["minutes"],
        "message": "the slowest play takes about 12 minutes.",
        "fix": "Write: minutes: 15",
        "file": "",
    } in file["problems"]


def test_json_has_one_entry_a_file_even_where_something_is_found_late(case: Path) -> None:
    case.with_name("other.yaml").write_text(case.read_text().replace("id: small-case", "id: other"))

    content = json.loads(run("check", "--json", case.parent).stdout)

    assert [(each["kind"], Path(each["file"]).name) for each in content["files"]] == [
        ("vocabulary", "vocabulary.yaml"),
        ("rubric", "small.yaml"),
        ("scenario", "other.yaml"),
        ("scenario", "small-case.yaml"),
    ]
    assert [each["message"] for each in content["files"][1]["problems"]] == [
        "no response in the 2 scenarios checked shows 'motivate' at level 2, 4, 5.",
        "no response in the 2 scenarios checked shows 'results' at level 3, 4, 5.",
    ]


def test_the_keys_of_figures_stay() -> None:
    """Other programs read them: a key may join this list, none may leave it."""
    result = run("check", "--json")

    for file in json.loads(result.stdout)["files"]:
        if file["kind"] == "scenario":
            assert set(file["figures"]) >= {
                "decisions", "decisions_per_seat", "best_by_place", "best_is_longest",
                "word_spread", "best_is_consulting", "near_duplicates", "states",
                "decisions_per_play", "endings", "endings_as_partner", "endings_as_principal",
                "minutes", "never_told", "unheard", "plays_reference", "plays_random",
                "plays_first", "plays_last", "plays_longest", "plays_shortest", "plays_consulting",
                "plays_as_partner", "plays_as_principal", "best_where_consulting",
                "without_tactic", "parts", "evidence", "ratings_with_reasons", "ease_of_case",
                "ease_of_lines", "ease_of_responses",
            }  # fmt: skip


def test_json_tells_of_a_broken_file_and_fails(case: Path) -> None:
    case.write_text(case.read_text().replace("start: log", "start: lgo"))

    result = run("check", "--json", case)

    (file,) = json.loads(result.stdout)["files"]
    assert (result.exit_code, file["ok"], file["figures"]) == (1, False, None)
    assert [each["message"] for each in file["problems"]] == ["there is no scene 'lgo'."]


def test_levels_are_looked_for_in_all_files_of_a_rubric_together(case: Path) -> None:
    other = case.with_name("other.yaml")
    levels = "shows:\n          motivate: 5\n          results: 4"
    text = case.read_text().replace("id: small-case", "id: other")
    other.write_text(text.replace("shows:\n          motivate: 3\n          results: 2", levels))

    stdout = run("check", case.parent).stdout

    assert "no response in the 2 scenarios checked shows 'motivate' at level 2, 4." in stdout
    assert "no response in the 2 scenarios checked shows 'results' at level 3, 5." in stdout


def test_of_a_thousand_scenes_with_gauges_it_is_told_how_many_states_were_walked(
    tmp_path: Path,
) -> None:
    case = scenarios.shelve(tmp_path, generated.scenario(1000))

    result = run("check", "--report", case)

    assert "error: is larger than 256 KiB. Split the scenario." in result.stderr
    assert "warning: scenes: there are too many states to walk them all; " in result.stdout
    assert "not weighed, cut short (under 10%)" in result.stdout
