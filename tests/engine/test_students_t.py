"""Student's t beside the tables that textbooks print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine import students_t

TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 10: 2.228, 30: 2.042, 99: 1.984}


@pytest.mark.parametrize("freedom", TABLE)
def test_the_quantile_for_95_percent_is_that_of_the_tables(freedom: int) -> None:
    assert round(students_t.quantile(0.95, freedom), 3) == TABLE[freedom]


def test_other_shares_are_those_of_the_tables_too() -> None:
    assert round(students_t.quantile(0.9, 5), 3) == 2.015
    assert round(students_t.quantile(0.99, 8), 3) == 3.355


@given(st.floats(0.01, 0.99), st.integers(1, 200))
def test_as_much_lies_within_the_quantile_as_was_asked_for(share: float, freedom: int) -> None:
    found = students_t.quantile(share, freedom)

    assert students_t.within(found, freedom) == pytest.approx(share)


def test_with_many_values_it_is_the_normal_distribution() -> None:
    assert students_t.quantile(0.95, 5000) == pytest.approx(1.96, abs=1e-3)
