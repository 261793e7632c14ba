"""What somebody who has never written such a file does wrong, and whether the answer helps."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lfp_trainer.errors import Problem, ScenarioError
from lfp_trainer.scenario_files import examine, load_bundle, read_sources
from tests import scenarios

LINES = "    lines:\n    - Something happens.\n"
PROPOSED = re.compile(r"Write a list: (\[.*\])\.$")

Change = Callable[[str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """A function that writes a sound scenario with one change in it."""

    def change(old: str, new: str) -> Path:
        path = scenarios.shelve(tmp_path)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


def lost(path: Path) -> list[Problem]:
    """Return the warnings of text behind a ``#``."""
    found = examine(read_sources(path), teaching=False)
    assert found.bundle is not None
    assert not any(each.is_error for each in found.problems)
    return [each for each in found.problems if "everything after # on a line" in each.message]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("now: They say.", "now: Room # 4 is full."),
        ("now: They say.", "now: The room #4 is full."),
        ("now: They say.", "now: The\n          room # 4"),
        ("- Something happens.", "- Room # 4 is full."),
        ("title: A small case", "title: A small case # 4"),
        (LINES, "    lines: [Go to room # 4, now\n      , Then]\n"),
    ],
)
def test_text_lost_behind_a_number_sign_is_told(changed: Change, old: str, new: str) -> None:
    (warning,) = lost(changed(old, new))

    assert warning.severity == "warning"
    assert "ends before '# 4" in warning.message
    assert warning.fix == "Put the text in quotes. A note can stand on a line of its own."


def test_lost_text_is_told_at_its_line_and_place(changed: Change) -> None:
    path = changed("now: They say.", "now: Room # 4 is full.")
    line = path.read_text().split("\n").index("        now: Room # 4 is full.") + 1

    (warning,) = lost(path)

    assert str(warning) == (
        f"line {line}, column 14: scenes.log.choices.ask.now: ends before '# 4 is full.':"
        " everything after # on a line is a note. Put the text in quotes. A note can stand on a"
        " line of its own."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes: 10", "minutes: 10  # with rating"),
        ("tactic: consultation", "tactic: consultation # as asked"),
        ("turn: partner", "turn: partner # she begins"),
        ("when: trust >= 1", "when: trust >= 1 # enough"),
        ("title: A small case", "title: Small # for now"),
        ("title: A small case", "title: 'A small case' # for now"),
        ("title: A small case", "title: A small case#4"),
        ("title: A small case", "title: A small case #"),
        ("title: A small case", "title: A small case ## ####"),
        ("now: They say.", "# now: They say # more.\n        now: They say."),
        ("now: They say.", "now: >  # folded # twice\n          They say # 4."),
        ("        shows:\n", "        shows: # what it shows\n"),
        ("primary:\n    - ILR\n", "primary: [ILR]  # just one\n"),
        ("failed_tests:\n  - used", "failed_tests:\n  - used # and no other"),
    ],
)
def test_a_note_behind_anything_but_a_sentence_is_left_alone(
    changed: Change, old: str, new: str
) -> None:
    assert lost(changed(old, new)) == []


def test_lost_text_is_told_beside_the_errors_of_a_file(changed: Change) -> None:
    path = changed("now: They say.", "now: Room # 4 is full.\n        nwo: Again.")

    found = examine(read_sources(path))

    assert [each.is_error for each in found.problems] == [False, True]


BAND = "band:\n      - 1\n      - 2\n"
PRIMARY = "primary:\n    - ILR\n"
EVIDENCE = "evidence:\n      - s1\n"


@pytest.mark.parametrize(
    ("old", "key", "written"),
    [
        (BAND, "band", "1-2"),
        (BAND, "band", "1 – 2"),
        (BAND, "band", "1 to 2"),
        (BAND, "band", "2"),
        (BAND, "band", "NE, 2"),
        (BAND, "band", "[2]"),
        (BAND, "band", "[1-2]"),
        (BAND, "band", "one or two"),
        (PRIMARY, "primary", "ILR"),
        (PRIMARY, "primary", "(ILR)"),
        (PRIMARY, "primary", "A big and shared one"),
        (PRIMARY, "primary", "shared"),
        (EVIDENCE, "evidence", "s1 and visits"),
        (EVIDENCE, "evidence", "s1; visits"),
        (EVIDENCE, "evidence", "1"),
        ("uses:\n        - LFP7m\n", "uses", "LFP1 LFP7m"),
        ("what:\n    - SK\n", "what", "Skills"),
    ],
)
def test_the_list_that_is_proposed_is_accepted(
    changed: Change, tmp_path: Path, old: str, key: str, written: str
) -> None:
    path = changed(old, f"{key}: {written}\n")
    named_vocabulary(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_bundle(path)
    (problem,) = caught.value.problems
    proposed = PROPOSED.search(problem.fix)
    assert proposed, problem.fix

    path = changed(old, f"{key}: {proposed[1]}\n")
    named_vocabulary(tmp_path)

    load_bundle(path)


def named_vocabulary(folder: Path) -> None:
    """Give the codes names that tell them apart."""
    data = scenarios.vocabulary()
    data["systems"]["ILR"]["name"] = "A big and shared one"
    data["systems"]["INS"]["name"] = "Leadership Network"
    data["barriers"]["SK"]["name"] = "Skills"
    data["practices"]["LFP1"]["name"] = "Joint work"
    (folder / "vocabulary.yaml").write_text(scenarios.to_yaml(data), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (PRIMARY, "primary: [Leadership Network]\n", "INS"),
        (PRIMARY, "primary: [leadership network]\n", "INS"),
        (PRIMARY, "primary: [Leadership]\n", "INS"),
        ("what:\n    - SK\n", "what: [skills]\n", "SK"),
        ("uses:\n        - LFP7m\n", "uses: [Joint work]\n", "LFP1"),
    ],
)
def test_a_name_in_place_of_a_code_is_told_with_the_code(
    changed: Change, tmp_path: Path, old: str, new: str, code: str
) -> None:
    path = changed(old, new)
    named_vocabulary(tmp_path)

    with pytest.raises(ScenarioError) as caught:
        load_bundle(path)

    fixes = [each.fix for each in caught.value.problems]
    assert f"Did you mean {code}?" in [each.replace("'", "") for each in fixes]


def test_a_scene_within_a_scene_is_told_to_come_out(changed: Change) -> None:
    path = changed("  walk:\n    title: A walk\n", "    walk:\n      title: A walk\n")
    text = path.read_text()
    text = text.replace(
        "    lines:\n    - You walk over.\n    goto: visit\n",
        "      lines:\n      - You walk over.\n      goto: visit\n",
    )
    path.write_text(text)

    with pytest.raises(ScenarioError) as caught:
        load_bundle(path)

    assert "If this is a scene, indent it by two spaces less, under 'scenes'." in [
        each.fix for each in caught.value.problems
    ]


def test_a_speaker_is_told_by_any_word_of_the_name(changed: Change) -> None:
    path = changed("who: principal\n      says", "who: ana\n      says")

    with pytest.raises(ScenarioError, match="there is no cast member 'ana'. Did you mean 'princi"):
        load_bundle(path)
