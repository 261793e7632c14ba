"""How the server is started."""

import os
from pathlib import Path

import pytest

from lfp_trainer.cli import main, serving

POSTGRESQL = "postgresql+psycopg://trainer@localhost/trainer"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str) -> list[int]:
    """With how many processes the server would be started; it is not."""
    seen: list[int] = []
    monkeypatch.setenv("LFP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("LFP_DATABASE_URL", sqlite_url)
    monkeypatch.setattr(
        serving, "run_server", lambda *_where, workers, threads: seen.append(workers)
    )
    return seen


def test_on_sqlite_one_process_serves(started: list[int]) -> None:
    main(["serve"], standalone_mode=False)

    assert started == [1]


def test_whoever_asks_for_more_processes_gets_them(started: list[int]) -> None:
    main(["serve", "--workers", "3"], standalone_mode=False)

    assert started == [3]


@pytest.mark.parametrize(("cores", "processes"), [(1, 1), (2, 2), (64, 4), (None, 1)])
def test_on_postgresql_one_process_a_core_serves_up_to_four(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, processes: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    assert serving.workers_for(POSTGRESQL) == processes
