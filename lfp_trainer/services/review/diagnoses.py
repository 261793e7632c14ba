"""What a cohort named as not at scale, and as the barrier. One person, one diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import NotFound
from lfp_trainer.services.review.latest import count_elements, latest_diagnoses, looked_up_once
from lfp_trainer.services.review.scope import Scope
from lfp_trainer.storage.models import Diagnosis

PARTS = {
    "systems": Diagnosis.systems,
    "failed_tests": Diagnosis.failed_tests,
    "who": Diagnosis.who,
    "what": Diagnosis.what,
}

_ALL, _WHY = ":all", ":why"
"""What is counted beside the parts. No part has such a name."""


@dataclass(frozen=True, slots=True)
class Named:
    """One code, and how many people named it; none where only the reference does."""

    code: str
    people: int
    in_reference: bool
    also: bool
    """Part of it, and not what matters most."""


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """All that was named, part by part."""

    people: int
    parts: Mapping[str, tuple[Named, ...]]
    """Part → codes, what most people named first; those of the reference that nobody named too."""
    reasons: tuple[str, ...]
    """What was given as a reason, without names, by its words."""


def diagnoses(session: Session, scope: Scope) -> Diagnoses:
    """Return what was named."""
    each = looked_up_once(latest_diagnoses(scope, Diagnosis.reason, *PARTS.values()))
    rows: sa.Result[*tuple[Any, ...]] = session.execute(
        sa.union_all(
            sa.select(sa.literal(_ALL), sa.literal(""), sa.func.count()).select_from(each),
            sa.select(sa.literal(_WHY), each.c.reason, sa.func.count()).group_by(each.c.reason),
            *(count_elements(session, each, each.c[part], sa.literal(part)) for part in PARTS),
        )
    )
    people: dict[tuple[str, str], int] = {(part, code): n for part, code, n in rows}
    reasons = sorted((text, n) for (part, text), n in people.items() if part == _WHY and text)
    return Diagnoses(
        people=people[_ALL, ""],
        parts={part: _part(scope, part, people) for part in PARTS},
        reasons=tuple(text for text, n in reasons for _ in range(n)),
    )


def _part(scope: Scope, part: str, people: Mapping[tuple[str, str], int]) -> tuple[Named, ...]:
    full, also = reference_of(scope.script.scenario, part)
    order = list(known_codes(scope, part))
    codes = {code for each, code in people if each == part} | {*full}
    found = [Named(code, people.get((part, code), 0), code in full, code in also) for code in codes]
    return tuple(sorted(found, key=lambda each: (-each.people, order.index(each.code), each.code)))


def reference_of(scenario: Scenario, part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which codes of a part the reference names, and which are also part of it."""
    reference = scenario.diagnosis
    return {
        "systems": (reference.systems.primary, reference.systems.secondary),
        "failed_tests": (reference.failed_tests, ()),
        "who": (reference.barrier.who, ()),
        "what": (reference.barrier.what, reference.barrier.also),
    }[part]


def known_codes(scope: Scope, part: str) -> tuple[str, ...]:
    """Return the codes that a part of a diagnosis may name, in the vocabulary's order.

    :raise NotFound: if there is no such part
    """
    words = scope.script.vocabulary
    offered = {
        "systems": words.systems,
        "failed_tests": words.tests,
        "who": words.who,
        "what": words.barriers,
    }
    if part not in offered:
        raise NotFound
    return tuple(offered[part])
