"""What types alone cannot find: names that nothing defines, and stories that cannot be played.

A problem's ``at`` leads into the file that was checked; who reads files adds line and column.
"""

from itertools import chain, islice

from lfp_trainer.engine.checks.case import case_problems
from lfp_trainer.engine.checks.shelf import find_rubric_problems, find_vocabulary_problems
from lfp_trainer.engine.checks.story import story_problems
from lfp_trainer.engine.explorer import explore
from lfp_trainer.engine.scenario import Bundle
from lfp_trainer.engine.script import prepare
from lfp_trainer.errors import Problem

MAX_PROBLEMS = 100
"""A broken file has one cause more often than a hundred; nobody reads further."""

__all__ = ["find_problems", "find_rubric_problems", "find_vocabulary_problems"]


def find_problems(bundle: Bundle) -> list[Problem]:
    """Return every problem of a scenario, warnings included.

    A scenario is played through only when all its names are sound: before that, every finding of
    the explorer would be the echo of a mistake already listed.
    """
    found = chain(story_problems(bundle), case_problems(bundle))
    problems = list(islice(found, MAX_PROBLEMS))
    if any(problem.is_error for problem in problems):
        return problems
    return [*problems, *explore(prepare(bundle)).problems]
