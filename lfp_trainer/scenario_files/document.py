"""What a file says as plain values, where it says it, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from typing import Any

from lfp_trainer.errors import Problem

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, counted from 1."""

MAX_PROBLEMS = 100
"""A broken file has one cause more often than a hundred; nobody reads further."""

MAX_WARNINGS = 20
"""An author mends the first and checks again."""

# U+2028 and U+2029 are line ends to YAML and to nobody's editor, so they would shift every line.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be. The defaults are for uploads and hand-written files."""

    size: int = 256 * 1024
    nodes: int = 20_000


@dataclass(slots=True)
class Document:
    """What a file says, where it says it, and what is wrong with it."""

    data: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """What may be meant otherwise than it is read; the file can be used all the same."""
    spoiled: set[Path] = field(default_factory=set)
    """Values already complained about; what a schema says of them would only be noise."""
    complete: bool = False
    """Whether the end was reached, so that what is missing is really missing."""

    def complain(self, at: Path, message: str, fix: str, place: Place | None = None) -> None:
        line, column = place or (None, None)
        self.problems.append(Problem(at, message, fix, line=line, column=column))

    def warn(self, at: Path, message: str, fix: str, place: Place) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            line, column = place
            self.warnings.append(Problem(at, message, fix, "warning", line, column))

    def place(self, at: Path) -> Place | None:
        """Return where a path is written, or the nearest thing around it that is."""
        while at not in self.values:
            if not at:
                return None
            at = at[:-1]
        if at in self.keys and isinstance(self.value(at), dict | tuple):
            return self.keys[at]
        return self.values[at]

    def value(self, at: Path) -> Any:
        value = self.data
        for part in at:
            value = value[part]
        return value
