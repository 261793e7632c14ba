"""Whatever people do together, in any order: nobody is stuck, and nothing is told too early."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.orm import Session

from tests.pair_machine import Room

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
HOW_OFTEN = {"sqlite": 50, "postgresql": 12}


@pytest.fixture
def stocked() -> bool:
    return True


@pytest.fixture
def often(backend: str) -> settings:
    return settings(SLOW, max_examples=HOW_OFTEN[backend], stateful_step_count=50)


def test_two_people_and_an_observer_are_never_stuck(session: Session, often: settings) -> None:
    machine = type("Two", (Room,), {"session": session})

    run_state_machine_as_test(machine, settings=often)


def test_three_people_and_an_observer_are_never_stuck(session: Session, often: settings) -> None:
    machine = type("Three", (Room,), {"session": session, "scenario": "well-above-average"})

    run_state_machine_as_test(machine, settings=settings(often, max_examples=10))
