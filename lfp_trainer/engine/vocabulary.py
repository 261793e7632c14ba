"""The shared words of all scenarios: systems, barriers, partnership practices, tactics, gauges."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from lfp_trainer.engine.value import Code, Text, Value, Word


class Term(Value):
    """A word and its everyday meaning."""

    name: Text
    means: Text | None = None
    group: Text | None = None


class System(Value):
    """A district system that may not be at scale."""

    name: Text
    group: Code
    means: Text
    suspect_when: Text
    confused_with: Code | None = None


class Tactic(Term):
    """A way of influencing somebody."""

    consults: bool = False
    """True where it asks the other person or works together with them."""


class Vocabulary(Value):
    """The whole vocabulary file: code → term, in the order in which they are offered."""

    format: Literal[1]
    system_groups: Mapping[Code, Term]
    systems: Annotated[Mapping[Code, System], Field(min_length=1)]
    tests: Annotated[Mapping[Code, Term], Field(min_length=1)]
    """The at-scale tests."""
    who: Annotated[Mapping[Code, Term], Field(min_length=1)]
    barriers: Annotated[Mapping[Code, Term], Field(min_length=1)]
    practices: Mapping[Code, Term]
    """Partnership rows and qualities that a response uses or misses."""
    tactics: Mapping[Code, Tactic]
    standards: Mapping[Code, Term] = Field(default_factory=dict)
    """Published standards for school leaders, by name: their text is not ours."""
    gauges: Mapping[Word, Term]
