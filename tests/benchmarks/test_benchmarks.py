"""The benchmark itself: every measure that is promised is printed, and a lost choice is noticed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from lfp_trainer import config
from lfp_trainer.storage import database
from tests.benchmarks import stage
from tests.benchmarks.load import Learner

PROMISED = {
    "engine": {
        "engine.steps_per_s",
        "engine.bare_steps_per_s",
        "engine.ratio_to_bare",
        "engine.replay_steps_per_s",
    },
    "scenario": {"scenario.load_ms_per_100_scenes", "scenario.check_ms_per_100_scenes"},
    "practice": {
        f"{page}.{name}"
        for page in ("home", "profile")
        for name in (
            "200_runs.ms",
            "5_runs.ms",
            "ratio_200_to_5",
            "200_runs.queries",
            "5_runs.queries",
        )
    },
    "pairs": {
        f"{name}.2.{measure}"
        for name in ("pairs", "pairs_postgresql")
        for measure in (
            "p50_ms",
            "p95_ms",
            "p99_ms",
            "move_p95_ms",
            "led_on_p95_ms",
            "floor_p95_ms",
            "ratio_to_floor",
            "unchanged",
            "steps",
            "cpu_share",
            "generator_cpu_share",
        )
    },
    "review": {
        f"{name}{where}.{measure}"
        for where in ("", "_postgresql")
        for name, found in {
            "review": ("1k.p50_ms", "1k.p95_ms", "1k.sql_p95_ms", "1k.ratio_to_sql", "growth"),
            "projector": ("1k.p50_ms", "1k.p95_ms", "1k.unchanged_p95_ms"),
            "export": (
                "1k.s",
                "1k.xlsx.s",
                "1k.csv.s",
                "1k.json.s",
                "1k.before_mb",
                "1k.peak_mb",
                "1k.page_before_p95_ms",
                "1k.page_meanwhile_p95_ms",
            ),
        }.items()
        for measure in found
    },
    "server": {
        "choose.requests_per_s",
        "choose.p50_ms",
        "choose.p99_ms",
        "floor.requests_per_s",
        "floor.p50_ms",
        "floor.p99_ms",
        "choose.ratio_to_floor",
        "server.first_answer_ms",
        "server.worker_rss_mb",
    },
}


@pytest.mark.parametrize("group", PROMISED)
def test_a_group_prints_its_measures_one_json_line_each(group: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--tiny", "--only", group],
        cwd=config.SCENARIOS.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(line) == {"measure", "value", "unit"} for line in lines)
    assert all(line["value"] > 0 for line in lines)
    assert PROMISED[group] <= {line["measure"] for line in lines}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> stage.Prepared:
    return stage.prepare(tmp_path_factory.mktemp("stage"), learners=2, choices=8)


def test_learners_have_enough_choices_and_nothing_is_acknowledged_yet(
    prepared: stage.Prepared,
) -> None:
    assert all(len(turns) >= 8 for turns in prepared.turns)
    assert stage.differences(prepared, [0, 0]) == []


def test_a_choice_that_was_acknowledged_and_not_stored_is_noticed(prepared: stage.Prepared) -> None:
    wrong = stage.differences(prepared, [1, 0])

    assert len(wrong) == 1
    assert prepared.turns[0][0].key in wrong[0]


def test_a_step_that_is_stored_and_not_counted_is_noticed(
    prepared: stage.Prepared, tmp_path: Path
) -> None:
    engine = database.connect(prepared.url)
    with database.writing_on(engine) as connection:
        connection.execute(sa.text("UPDATE run SET moves = moves + 1 WHERE id = 1"))
    engine.dispose()

    assert "are stored" in stage.differences(prepared, [0, 0])[-1]


def test_an_answer_without_the_next_scene_is_wrong(prepared: stage.Prepared) -> None:
    learner = Learner.__new__(Learner)
    learner.turns, learner.done, learner.token = prepared.turns[0], 0, ""
    right = prepared.turns[0][0].expected.encode()

    assert "500" in learner.take(500, right)
    assert "200" in learner.take(200, b"<p>Something else</p>")
    assert learner.done == 0
    assert learner.take(200, right) == ""
    assert learner.done == 1
