"""What types alone cannot find: names that nothing defines, and stories that cannot be played.

A problem's ``at`` leads into the file that was checked; who reads files adds line and column.
"""

from dataclasses import dataclass
from itertools import chain, islice

from lfp_trainer.engine.checks.case import case_problems
from lfp_trainer.engine.checks.sentences import sentence_problems
from lfp_trainer.engine.checks.shelf import (
    find_rubric_problems,
    find_vocabulary_problems,
    levels_not_shown,
)
from lfp_trainer.engine.checks.story import story_problems
from lfp_trainer.engine.explorer import Exploration, explore
from lfp_trainer.engine.scenario import Bundle
from lfp_trainer.engine.script import prepare
from lfp_trainer.engine.teaching import Report, report
from lfp_trainer.errors import Problem

MAX_PROBLEMS = 100
"""A broken file has one cause more often than a hundred; nobody reads further."""

__all__ = [
    "Examined",
    "examine",
    "find_problems",
    "find_rubric_problems",
    "find_vocabulary_problems",
    "levels_not_shown",
]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about a scenario; where it cannot be played, only what is wrong."""

    problems: tuple[Problem, ...]
    exploration: Exploration | None = None
    report: Report | None = None


def find_problems(bundle: Bundle) -> list[Problem]:
    """Return whatever keeps a scenario from being played, and what the explorer warns of."""
    return list(examine(bundle, teaching=False).problems)


def examine(bundle: Bundle, *, teaching: bool = True) -> Examined:
    """Find every problem of a scenario, warnings included.

    A scenario is played through only when all its names are sound: before that, every finding of
    the explorer would be the echo of a mistake already listed. And only what can be played is
    looked at for what it teaches.

    :param teaching: False for who only wants to play, and needs no figures
    """
    found = chain(story_problems(bundle), case_problems(bundle), sentence_problems(bundle.scenario))
    problems = tuple(islice(found, MAX_PROBLEMS))
    if any(problem.is_error for problem in problems):
        return Examined(problems)
    script = prepare(bundle)
    exploration = explore(script)
    problems += exploration.problems
    if not teaching or any(problem.is_error for problem in problems):
        return Examined(problems, exploration)
    figures = report(bundle, script, exploration)
    return Examined((*problems, *figures.problems), exploration, figures)
