"""The group ``scenario``: what a scenario file costs before anybody plays it, per 100 scenes.

*Load* is from the bytes to a script ready to play, YAML and types included. *Check* is every check
that types cannot make, the walk through all states and what it teaches included. *Restore* is what
a server does when it starts: the published JSON to a script.
"""

from collections.abc import Iterator

from lfp_trainer.engine import checks
from lfp_trainer.engine.scenario import Bundle, Scenario
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.scenario_files import Limits, reader
from tests import scenarios
from tests.benchmarks import generated
from tests.benchmarks.measures import Measure, milliseconds, one_core, say

LARGE = Limits(size=16 * 1024 * 1024, nodes=1_000_000)
"""An author's file must be smaller."""


def measures(*, tiny: bool = False) -> Iterator[Measure]:
    """Yield the measures of this group: for a file of 100 scenes, and for one of 1,000."""
    with one_core():
        yield from _of(100, suffix="", rounds=1 if tiny else 5)
        if not tiny:
            yield from _of(1000, suffix="_of_1000", rounds=3)


def _of(scenes: int, *, suffix: str, rounds: int) -> Iterator[Measure]:
    say(f"scenario: a file of {scenes} scenes")
    content = scenarios.to_yaml(generated.scenario(scenes)).encode()
    small = scenarios.bundle()

    def load() -> Script:
        document = reader.read(content, LARGE)
        assert not document.problems, document.problems[0]
        scenario = Scenario.model_validate(document.data)
        return prepare(small.model_copy(update={"scenario": scenario}))

    bundle = small.model_copy(update={"scenario": load().scenario})
    errors = [each for each in checks.find_problems(bundle) if each.is_error]
    assert not errors, errors[0]
    published = bundle.model_dump_json(exclude_defaults=True)
    acts = {
        "load": load,
        "check": lambda: checks.examine(bundle),
        "restore": lambda: prepare(Bundle.model_validate_json(published)),
    }
    for name, act in acts.items():
        per_100 = milliseconds(act, rounds=rounds) / (scenes / 100)
        yield Measure(f"scenario.{name}_ms_per_100_scenes{suffix}", per_100, "ms")
