"""The files on the shelf: a rubric and the vocabulary by themselves, and all scenarios together."""

from collections.abc import Collection, Iterator

from lfp_trainer.engine.rubric import Flag, Rubric, Strand
from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem, did_you_mean


def find_rubric_problems(rubric: Rubric) -> list[Problem]:
    """Return every problem of a rubric by itself."""
    problems: list[Problem] = []
    for name, strand in rubric.strands.items():
        problems += _strand_problems(name, strand, rubric)
    for name, flag in rubric.flags.items():
        problems += _flag_problems(name, flag, rubric)
    return problems


def _strand_problems(name: str, strand: Strand, rubric: Rubric) -> Iterator[Problem]:
    at = ("strands", name)
    for number, level in enumerate(strand.levels):
        for role in level.indicators:
            if role not in rubric.roles:
                yield Problem(
                    (*at, "levels", number, "indicators", role),
                    f"there is no role '{role}'.",
                    did_you_mean(role, list(rubric.roles)),
                )
    for number, pair in enumerate(strand.neighbours):
        low, high = pair.between
        if high != low + 1 or high > len(strand.levels):
            yield Problem(
                (*at, "neighbours", number, "between"),
                f"{low} and {high} are not neighbouring levels of '{name}'.",
                f"Its levels are 1 to {len(strand.levels)}.",
            )


def _flag_problems(name: str, flag: Flag, rubric: Rubric) -> Iterator[Problem]:
    for strand, cap in flag.caps.items():
        if cap > rubric.highest(strand):
            yield Problem(
                ("flags", name, "caps", strand),
                f"there is no level {cap} in '{strand}'.",
                f"Its levels are 1 to {rubric.highest(strand)}.",
            )


def find_vocabulary_problems(vocabulary: Vocabulary) -> list[Problem]:
    """Return every problem of a vocabulary by itself."""
    problems: list[Problem] = []
    for code, system in vocabulary.systems.items():
        if system.group not in vocabulary.system_groups:
            fix = did_you_mean(system.group, list(vocabulary.system_groups))
            message = f"there is no group '{system.group}'."
            problems.append(Problem(("systems", code, "group"), message, fix))
        other = system.confused_with
        known = [*vocabulary.systems, *vocabulary.practices]
        if other is not None and other not in known:
            fix = did_you_mean(other, known)
            message = f"there is no system or practice '{other}'."
            problems.append(Problem(("systems", code, "confused_with"), message, fix))
    return problems


def levels_not_shown(rubric: Rubric, scenarios: Collection[Scenario]) -> list[Problem]:
    """Return a warning for each level that no response of these scenarios shows, in the rubric."""
    shown = {
        item
        for scenario in scenarios
        for scene in scenario.scenes.values()
        for choice in scene.choices.values()
        for item in choice.shows.items()
    }
    fix = "Let one show it."
    problems: list[Problem] = []
    for name, strand in rubric.strands.items():
        levels = range(1, len(strand.levels) + 1)
        missing = [level for level in levels if (name, level) not in shown]
        if missing:
            listed = ", ".join(map(str, missing))
            asked = f"in the {len(scenarios)} scenarios checked"
            message = f"no response {asked} shows '{name}' at level {listed}."
            at = ("strands", name, "levels", missing[0] - 1)
            problems.append(Problem(at, message, fix, "warning"))
    return problems
