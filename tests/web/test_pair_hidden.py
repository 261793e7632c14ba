"""Whatever people do in a run together, no page and no fragment tells one what another answered
before they may know it."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.orm import Session

from tests.pair_pages import Shown

LOOKS = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.mark.parametrize(
    ("scenario", "after_each", "examples", "steps"),
    [
        ("glowing-observations", False, 10, 50),
        ("glowing-observations", True, 3, 15),
        ("well-above-average", False, 3, 50),
    ],
)
def test_pages_show_nobody_what_is_hidden_from_them(
    app: Flask, session: Session, scenario: str, after_each: bool, examples: int, steps: int
) -> None:
    machine = type(
        "Pages",
        (Shown,),
        {"session": session, "app": app, "scenario": scenario, "after_each": after_each},
    )

    run_state_machine_as_test(
        machine, settings=settings(LOOKS, max_examples=examples, stateful_step_count=steps)
    )
