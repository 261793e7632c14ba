"""The command that lets players who do not read play, and the table in the page for authors."""

from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner, Result

from lfp_trainer.cli import main
from lfp_trainer.cli.simulate import BEGIN, END, PAGE, page_with_table
from tests import scenarios


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return scenarios.shelve(tmp_path)


def run(*arguments: str | int | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_one_file_is_told_player_by_player_with_a_chart(case: Path) -> None:
    result = run("simulate", case, "--exact")

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "A small case (every path weighed)\n"
        "\n"
        "random: 2.0 decisions, best response taken in 46%\n"
        "  together   50%  ██████████\n"
        "  alone      50%  ██████████\n"
        "  motivate shown: level 1 21%, level 2 0%, level 3 79%, level 4 0%, level 5 0%\n"
        "  results shown: level 1 21%, level 2 79%, level 3 0%, level 4 0%, level 5 0%\n"
        "\n"
        "first: 2.0 decisions, best response taken in 100%\n"
        "  together  100%  ████████████████████\n"
        "  alone       0%\n"
    )
    assert [line.partition(":")[0] for line in result.stdout.splitlines() if ": 2.0" in line] == [
        "random", "first", "last", "longest", "shortest", "highest level", "consulting",
        "reference",
    ]  # fmt: skip


@pytest.mark.parametrize("exactly", [["--exact"], ["--runs", "50"]])
def test_one_seat_is_played_beside_the_stand_in(case: Path, exactly: list[str]) -> None:
    result = run("simulate", case, "--seat", "principal", *exactly)

    assert "; as principal, stand-in elsewhere)" in result.stdout
    # The stand-in asks first, and after that all is well whatever she does.
    assert "random: 1.0 decisions" in result.stdout
    assert result.stdout.count("  together  100%") == 8


def test_a_seat_that_is_not_there_is_told_with_those_that_are(case: Path) -> None:
    result = run("simulate", case, "--seat", "teacher")

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: There is no seat 'teacher' in 'A small case'. Seats: partner, principal.\n"
    )


def test_runs_and_seed_decide_what_is_played(case: Path) -> None:
    one, again, other = (run("simulate", case, "--runs", 30, "--seed", seed) for seed in (1, 1, 2))

    assert "(30 plays each, seed 1)" in one.stdout
    assert one.stdout == again.stdout
    assert one.stdout.replace("seed 1", "seed 2") != other.stdout


def test_several_files_make_one_table(case: Path) -> None:
    other = case.with_name("other.yaml")
    other.write_text(case.read_text().replace("title: A small case", "title: Another"))

    result = run("simulate", case, other, "--exact")

    assert result.stdout.splitlines()[2:] == [
        "| Scenario     |    Random |       First |    Last |   Longest |  Shortest |"
        " Highest level | Consulting |   Reference |",
        "| ------------ | --------: | ----------: | ------: | --------: | --------: |"
        " ------------: | ---------: | ----------: |",
        "| A small case | 50% (46%) | 100% (100%) | 0% (0%) | 50% (46%) | 50% (46%) |"
        "     50% (62%) |  50% (75%) | 100% (100%) |",
        "| Another      | 50% (46%) | 100% (100%) | 0% (0%) | 50% (46%) | 50% (46%) |"
        "     50% (62%) |  50% (75%) | 100% (100%) |",
    ]


def test_a_player_who_goes_round_is_shown_to_do_so(tmp_path: Path) -> None:
    data = scenarios.scenario()
    pace = {"pace": scenarios.choice("log", rank=3)}
    data["scenes"]["log"]["choices"] = pace | data["scenes"]["log"]["choices"]
    data["scenes"]["log"]["stand_in"] = [{"choose": "ask"}]

    result = run("simulate", scenarios.shelve(tmp_path, data), "--runs", "2")

    assert "  (never ends)  100%  ████████████████████" in result.stdout


def test_a_broken_file_is_not_simulated_but_explained(case: Path) -> None:
    case.write_text(case.read_text().replace("start: log", "start: lgo"))

    result = run("simulate", case)

    assert result.exit_code == 1
    assert "there is no scene 'lgo'" in result.stderr


def test_the_table_in_the_page_for_authors_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page_with_table(page) == page, "run: make tables"


def test_the_table_is_written_between_its_two_lines_and_nowhere_else() -> None:
    page = page_with_table(f"Before.\n{BEGIN}\nLAST YEAR\n{END}\nAfter.\n")

    assert page.startswith(f"Before.\n{BEGIN}\n\n| Scenario ")
    assert page.endswith(f" |\n\n{END}\nAfter.\n")
    assert "LAST YEAR" not in page


def test_a_page_without_a_place_for_the_table_is_not_touched() -> None:
    with pytest.raises(ClickException, match="has no place for the table"):
        page_with_table("Nothing here.")
