"""Scenario files: YAML in, a checked bundle or a list of mistakes with their lines out."""

from lfp_trainer.scenario_files.document import Limits
from lfp_trainer.scenario_files.loader import (
    VOCABULARY,
    Sources,
    find_scenarios,
    inspect,
    load_bundle,
    load_bundle_from,
    read_rubric,
    read_sources,
    read_vocabulary,
    sources_for,
)

__all__ = [
    "VOCABULARY",
    "Limits",
    "Sources",
    "find_scenarios",
    "inspect",
    "load_bundle",
    "load_bundle_from",
    "read_rubric",
    "read_sources",
    "read_vocabulary",
    "sources_for",
]
