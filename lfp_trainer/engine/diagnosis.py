"""A learner's diagnosis beside the reference: which system, which test, who and what."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lfp_trainer.engine.scenario import MOST_NAMED, Scenario
from lfp_trainer.engine.script import Script


class Verdict(StrEnum):
    """How one named code stands to the reference."""

    FULL = "in the reference"
    PART = "also part of it"
    NOT_HERE = "not in this case"
    MISSED = "you did not name it"


@dataclass(frozen=True, slots=True)
class Answer:
    """A diagnosis as codes of the vocabulary, and a line of reason."""

    systems: tuple[str, ...] = ()
    failed_tests: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    what: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One code with its verdict; ``why_not`` says why a system is not in this case."""

    code: str
    verdict: Verdict
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisFeedback:
    """Every part of a diagnosis, code by code: first what was named, then what was missed."""

    systems: tuple[Judged, ...]
    failed_tests: tuple[Judged, ...]
    who: tuple[Judged, ...]
    what: tuple[Judged, ...]


def compare_diagnosis(scenario: Scenario, answer: Answer) -> DiagnosisFeedback:
    """Return an answer judged code by code against a scenario's reference diagnosis."""
    reference = scenario.diagnosis
    systems, barrier = reference.systems, reference.barrier
    return DiagnosisFeedback(
        systems=tuple(
            Judged(each.code, each.verdict, systems.why_not.get(each.code, ""))
            for each in _judge(answer.systems, full=systems.primary, part=systems.secondary)
        ),
        failed_tests=_judge(answer.failed_tests, full=reference.failed_tests),
        who=_judge(answer.who, full=barrier.who),
        what=_judge(answer.what, full=barrier.what, part=barrier.also),
    )


def _judge(
    named: Iterable[str], *, full: tuple[str, ...], part: tuple[str, ...] = ()
) -> tuple[Judged, ...]:
    picked = tuple(dict.fromkeys(named))
    found = [
        Judged(
            code,
            Verdict.FULL if code in full else Verdict.PART if code in part else Verdict.NOT_HERE,
        )
        for code in picked
    ]
    return (*found, *(Judged(code, Verdict.MISSED) for code in full if code not in picked))


def find_missing(script: Script, answer: Answer) -> dict[str, str]:
    """Return what keeps an answer from being committed: field → what to do."""
    words = script.vocabulary
    found: dict[str, str] = {}
    parts: Iterable[tuple[str, str, tuple[str, ...], Collection[str]]] = (
        ("systems", "system", answer.systems, words.systems),
        ("failed_tests", "test that fails", answer.failed_tests, words.tests),
        ("who", "who", answer.who, words.who),
        ("what", "what", answer.what, words.barriers),
    )
    for field, called, named, known in parts:
        if not named:
            found[field] = f"Choose at least one {called}."
        elif len(named) > MOST_NAMED:
            found[field] = f"Choose at most {MOST_NAMED}: name what matters most."
        elif any(code not in known for code in named):
            found[field] = "Choose from the list."
    return found
