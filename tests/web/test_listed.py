"""Several of a thing in one sentence."""

import pytest

from lfp_trainer.web.filters import listed


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_several_are_joined_as_people_write_them(words: tuple[str, ...], said: str) -> None:
    assert listed(words) == said
