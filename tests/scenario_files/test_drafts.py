"""A draft may leave things out: it is filled, listed and played, and never published."""

import copy
from pathlib import Path
from typing import Any

import pytest

from lfp_trainer import config, scenario_files
from lfp_trainer.engine import play
from lfp_trainer.engine.script import prepare
from lfp_trainer.errors import Problem
from lfp_trainer.scenario_files import draft
from tests import scenarios

SCENES: dict[str, Any] = {
    "friday": {"choices": {"ask": {"text": "Ask."}, "remind": {"text": "Remind."}}},
    "walk": {"lines": ["You walk over."]},
    "monday": {"choices": {"stay": {"text": "Stay."}}},
}
FIRST: dict[str, Any] = {
    "format": 1,
    "draft": True,
    "id": "first",
    "title": "A first try",
    "rubric": "small",
    "cast": {"partner": {"name": "Marcus Bell", "seat": True}, "clerk": {"name": "Uma Sol"}},
    "case": ["A report is due on Fridays."],
    "scenes": SCENES,
}


def inspect(folder: Path, data: dict[str, Any]) -> tuple[Any, list[Problem]]:
    path = scenarios.shelve(folder, data)
    return scenario_files.inspect(scenario_files.read_sources(path))


def test_what_is_missing_is_listed_part_by_part_and_hinders_nothing(tmp_path: Path) -> None:
    bundle, problems = inspect(tmp_path, FIRST)

    assert bundle is not None
    told = {".".join(map(str, each.at)): each.message for each in problems}
    assert told["draft"] == (
        "still to write: summary, source, minutes, start, diagnosis, endings, leaders."
    )
    assert told["cast.partner"] == "still to write: position, brief."
    assert told["cast.clerk"] == "still to write: position."
    assert told["scenes.friday"] == "still to write: title, turn, stand_in."
    assert told["scenes.walk"] == "still to write: title, goto."
    assert told["scenes.monday.choices.stay"] == (
        "still to write: now, later, shows, rank, why, goto."
    )
    assert all(not each.is_error and each.line for each in problems)


def test_a_scene_leads_to_the_one_below_it_and_the_last_to_the_end(tmp_path: Path) -> None:
    bundle, _ = inspect(tmp_path, FIRST)
    script = prepare(bundle)

    position = play.replay(script, ["remind"])
    assert position.scene == "monday"
    assert [each.title for each in play.retell(script, ["remind"])] == ["Friday", "Walk", "Monday"]
    assert play.ending_of(script, play.choose(script, position, "stay")) is not None


def test_what_is_written_stays_as_it_is(tmp_path: Path) -> None:
    data = copy.deepcopy(FIRST)
    data["minutes"] = 25
    data["scenes"]["friday"]["choices"]["remind"] |= {"rank": 1, "goto": "end", "now": "Oh."}

    bundle, problems = inspect(tmp_path, data)

    choice = bundle.scenario.scenes["friday"].choices["remind"]
    assert (bundle.scenario.minutes, choice.rank, choice.goto, choice.now) == (25, 1, "end", "Oh.")
    assert "still to write: later, shows, why." in [each.message for each in problems]


def test_a_draft_that_misses_nothing_is_given_the_advice_of_a_finished_case(tmp_path: Path) -> None:
    finished = scenarios.shelve(tmp_path, scenarios.scenario())
    advice = scenario_files.examine(scenario_files.read_sources(finished)).problems
    path = scenarios.shelve(tmp_path, scenarios.scenario() | {"draft": True})
    same = scenario_files.examine(scenario_files.read_sources(path)).problems

    assert advice
    assert [each.message for each in same] == [each.message for each in advice]


@pytest.mark.parametrize("gone", ["vocabulary.yaml", "rubrics/small.yaml"])
def test_a_draft_with_nothing_beside_it_is_told_that_and_nothing_else(
    tmp_path: Path, gone: str
) -> None:
    path = scenarios.shelve(tmp_path, FIRST)
    (tmp_path / gone).unlink()

    bundle, problems = scenario_files.inspect(scenario_files.read_sources(path))

    assert bundle is None
    assert [(each.file, each.message) for each in problems] == [(gone, "is not there.")]
    assert "lfp-trainer new" in problems[0].fix


def test_mistakes_in_a_draft_are_still_mistakes(tmp_path: Path) -> None:
    data = copy.deepcopy(FIRST)
    data["scenes"]["friday"]["choices"]["ask"]["goto"] = "mondya"
    data["minutes"] = "ten"

    bundle, problems = inspect(tmp_path, data)

    assert bundle is None
    assert [".".join(map(str, each.at)) for each in problems if each.is_error] == ["minutes"]


@pytest.mark.parametrize("key", ["cast", "scenes", "case"])
@pytest.mark.parametrize("value", [[], "words", 3, None, {"a": 1}, {"a": {"choices": {"b": 2}}}])
def test_parts_of_the_wrong_kind_are_told_and_never_break_it(
    tmp_path: Path, key: str, value: object
) -> None:
    bundle, problems = inspect(tmp_path, FIRST | {key: value})

    assert bundle is None
    assert any(each.is_error for each in problems)


def test_a_file_that_does_not_say_draft_has_to_be_whole(tmp_path: Path) -> None:
    whole = {key: value for key, value in FIRST.items() if key != "draft"}

    bundle, problems = inspect(tmp_path, whole)

    assert bundle is None
    missing = " ".join(each.message for each in problems)
    assert all(f"'{key}'" in missing for key in ("summary", "diagnosis", "endings"))


def test_a_draft_without_a_rubric_takes_the_shipped_one() -> None:
    text = scenarios.to_yaml({key: value for key, value in FIRST.items() if key != "rubric"})

    sources = scenario_files.sources_for("first.yaml", text.encode(), config.SCENARIOS)
    bundle, _ = scenario_files.inspect(sources)

    assert bundle is not None
    assert bundle.rubric.id == "impact-and-influence"


def test_whatever_may_wait_can_be_left_out_of_a_draft_and_of_nothing_else(tmp_path: Path) -> None:
    for part, keys in draft.MAY_WAIT.items():
        for key in keys:
            for is_draft in (True, False):
                data = scenarios.scenario() | {"draft": is_draft}
                found = {
                    "Scenario": [data],
                    "CastMember": list(data["cast"].values()),
                    "Scene": [data["scenes"]["log"]],
                    "Choice": list(data["scenes"]["log"]["choices"].values()),
                }[part]
                for each in found:
                    del each[key]
                if key == "rubric":
                    continue  # the small rubric is not the one that a draft takes by itself
                bundle, _ = inspect(tmp_path, data)
                assert (bundle is not None) == is_draft, (part, key)
