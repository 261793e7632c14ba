"""Every kind of mistake has a file in ``broken/`` that begins with what should be said of it.

Times are those of the processor, here and wherever a second is allowed: a busy machine is no reason
to fail.
"""

import re
import time
from pathlib import Path

import pytest

from lfp_trainer.errors import ScenarioError
from lfp_trainer.scenario_files import find_scenarios, load_bundle

BROKEN = Path(__file__).parent / "broken"
EXPECTED = re.compile(r"# expect: (\d+): (.+)")


def expectations(path: Path) -> list[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [EXPECTED.match(line) for line in lines]
    return [(int(match[1]), match[2]) for match in found if match]


@pytest.mark.parametrize("path", find_scenarios(BROKEN), ids=lambda path: path.stem)
def test_a_broken_file_gets_exactly_the_complaints_it_expects(path: Path) -> None:
    expected = expectations(path)
    begin = time.process_time()

    with pytest.raises(ScenarioError) as caught:
        load_bundle(path)

    assert time.process_time() - begin < 1
    problems = caught.value.problems
    assert [problem.line for problem in problems] == [line for line, _ in expected]
    for problem, (_, piece) in zip(problems, expected, strict=True):
        assert piece in problem.text


def test_there_are_enough_broken_files_to_learn_from() -> None:
    assert len(find_scenarios(BROKEN)) >= 45
