"""The language of ``when``: what it means, and that nothing else is let in."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfp_trainer.engine.conditions import Chose, Gauge, Visited, compile_test, leaves, parse
from lfp_trainer.errors import ConditionError

GAUGES = {"trust": 0, "spread": 1}
MARKS: dict[Visited | Chose, int] = {Visited("log"): 1, Chose("ask"): 2}


def holds(text: str, gauges: tuple[int, int] = (0, 0), marks: int = 0) -> bool:
    return compile_test(parse(text), gauges=GAUGES, marks=MARKS)(gauges, marks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trust == 2", True),
        ("trust != 2", False),
        ("trust < 2", False),
        ("trust <= 2", True),
        ("trust > 1", True),
        ("trust >= 3", False),
        ("2 <= trust", True),
        ("spread == -1", True),
        ("trust > spread", True),
        ("1 < 2", True),
        ("0 <= trust < 3", True),
        ("0 <= trust < 2", False),
        ("trust > 5 or spread < 0", True),
        ("trust > 1 and spread > 0", False),
        ("not trust > 5", True),
        ("not (trust > 1 and spread < 0)", False),
        ('visited("log")', True),
        ('chose("ask")', False),
        ('visited("log") and not chose("ask") and trust >= 1', True),
    ],
)
def test_a_condition_means_what_it_says(text: str, expected: bool) -> None:
    assert holds(text, gauges=(2, -1), marks=1) is expected


def test_and_binds_closer_than_or() -> None:
    assert holds("trust == 0 or trust == 1 and spread == 9")


def test_a_condition_knows_what_it_speaks_of() -> None:
    condition = parse('trust > spread and not (visited("log") or chose("ask"))')

    assert list(leaves(condition)) == [
        Gauge("trust"), Gauge("spread"), Visited("log"), Chose("ask"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "trust",
        "1",
        "True",
        "trust >= True",
        "trust >= 1.5",
        "trust >= '1'",
        "trust + 1 > 2",
        "trust in [1]",
        "trust is 1",
        "trust.real >= 1",
        "trust[0] >= 1",
        "-trust >= 1",
        "trust >= 1 if spread else 2",
        "lambda: 1",
        "(x := 1) >= 0",
        "[x for x in y]",
        "__import__('os')",
        "visited(log)",
        "visited('log', 'walk')",
        "visited(scene='log')",
        "visited(*['log'])",
        "chose('a').real",
        "trust >= 10000000",
        "9**9**9 > 1",
        "await trust",
        "trust >= 1; spread",
        "trust >= 1\nspread >= 1",
        "(" * 150 + ")" * 150,
        "not " * 70,
        "trust >= 1 " + "and trust >= 1 " * 30,
    ],
)
def test_anything_but_the_small_language_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("chose(“ask”)", 'use straight quotes: chose("ask")'),
        ("visited(‘log’)", "use straight quotes: visited('log')"),
        ("chose(ask)", 'put quotes around ask: chose("ask")'),
        ("not visited(first-visit)", 'put quotes around first-visit: visited("first-visit")'),
        ("trust = 1", "use == in place of ="),
        ("trust => 1", "use >= in place of =>"),
        ("trust =< 1", "use <= in place of =<"),
        ("trust ≥ 1", "use >= in place of ≥"),
        ("trust <> 1", "use != in place of <>"),
        ("trust >= 1 AND spread >= 1", "write and in small letters"),
        ("trust >= 1 && spread >= 1", "use and in place of &&"),
        ('visited("a = b") trust', 'write it like: trust >= 1 and not visited("log")'),
    ],
)
def test_a_beginners_slip_is_told_with_what_to_write(text: str, fix: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)

    assert str(caught.value).removeprefix("cannot be read; ") == fix


@settings(deadline=None)
@given(st.text(alphabet="trustvid()\"' <>=!andor0123456789.[]-\n\\\0é", max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(ConditionError):
        assert isinstance(list(leaves(parse(text))), list)
