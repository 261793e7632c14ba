"""Scenario files: YAML in, a checked bundle or a list of mistakes with their lines out."""

from lfp_trainer.scenario_files.document import Limits
from lfp_trainer.scenario_files.exercises import (
    EXERCISES,
    find_exercises,
    inspect_exercise,
    load_exercise,
    same_id,
)
from lfp_trainer.scenario_files.loader import (
    VOCABULARY,
    Examination,
    Sources,
    examine,
    find_scenarios,
    inspect,
    load_bundle,
    load_bundle_from,
    locate,
    read_rubric,
    read_sources,
    read_vocabulary,
    sources_for,
)

__all__ = [
    "EXERCISES",
    "VOCABULARY",
    "Examination",
    "Limits",
    "Sources",
    "examine",
    "find_exercises",
    "find_scenarios",
    "inspect",
    "inspect_exercise",
    "load_bundle",
    "load_bundle_from",
    "load_exercise",
    "locate",
    "read_rubric",
    "read_sources",
    "read_vocabulary",
    "same_id",
    "sources_for",
]
