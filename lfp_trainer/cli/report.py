"""What ``check`` found, as a table to read and as JSON for other programs.

The JSON is one object. Its keys stay; new ones may join them.

``format``    1
``files``     a list with one entry a file, in the order in which they were checked, of objects with
``  file``      the path as it was given
``  kind``      ``scenario``, ``rubric``, ``vocabulary`` or ``exercise``
``  ok``        false where something must be mended before the file can be used
``  figures``   null, or for a scenario that can be played, an object: key → object with
``    title``     the name of the figure in words
``    value``     the figure: a number, a text, a list, an object, or null if not found out
``    shown``     the figure in words, with the rule it was held against
``    ok``        true, false, or null where there is nothing to judge
``  problems``  a list of objects with ``severity`` (``error`` or ``warning``), ``line`` and
               ``column`` (from 1, or null), ``at`` (the keys and list positions that lead there),
               ``message``, ``fix``, and ``file`` (empty, or the file beside this one that it is in)
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lfp_trainer.engine.scenario import Bundle
from lfp_trainer.engine.teaching import Figure, Report
from lfp_trainer.errors import Problem

Kind = Literal["scenario", "rubric", "vocabulary", "exercise"]

WORDS = {True: "ok", False: "look", None: ""}


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, what it holds in few words, and what is wrong with it."""

    file: Path
    kind: Kind
    summary: str
    problems: tuple[Problem, ...]
    bundle: Bundle | None = None
    id: str = ""
    """Empty where nothing else could have the same."""
    report: Report | None = None

    @property
    def is_broken(self) -> bool:
        return any(problem.is_error for problem in self.problems)


def table(report: Report) -> str:
    """Return every figure on a line of its own: ok or look, what it is, and how much."""
    width = max(len(figure.title) for figure in report.figures)
    rows = (
        f"  {WORDS[figure.ok]:<4}  {figure.title:<{width}}  {figure.shown}"
        for figure in report.figures
    )
    return "\n".join(rows)


def as_json(checked: Sequence[Checked]) -> str:
    """Return everything that was found; the keys are those of the module's first lines."""
    content = {"format": 1, "files": [_file(each) for each in checked]}
    return json.dumps(content, indent=2, ensure_ascii=False)


def _file(checked: Checked) -> dict[str, object]:
    report = checked.report
    return {
        "file": str(checked.file),
        "kind": checked.kind,
        "ok": not checked.is_broken,
        "figures": None if report is None else {each.key: _figure(each) for each in report.figures},
        "problems": [_problem(each) for each in checked.problems],
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "title": figure.title,
        "value": figure.value,
        "shown": figure.shown,
        "ok": figure.ok,
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "severity": problem.severity,
        "line": problem.line,
        "column": problem.column,
        "at": list(problem.at),
        "message": problem.message,
        "fix": problem.fix,
        "file": problem.file,
    }
