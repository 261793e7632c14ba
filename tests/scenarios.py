"""Small valid scenarios as plain data, for tests to change and break.

The functions return what a YAML file would hold; every call returns fresh data.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import Bundle, Scenario
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.engine.vocabulary import Vocabulary

Data = dict[str, Any]


def vocabulary() -> Data:
    term = {"name": "A name"}
    system = {"name": "A system", "group": "learning", "means": "…", "suspect_when": "…"}
    return {
        "format": 1,
        "system_groups": {"learning": term},
        "systems": {"ILR": dict(system), "INS": dict(system), "COM": dict(system)},
        "tests": {"understood": dict(term), "used": dict(term)},
        "who": {"principal": dict(term), "partner": dict(term)},
        "barriers": {"SK": dict(term), "PB": dict(term)},
        "practices": {"LFP1": dict(term), "LFP7m": dict(term), "DIF": dict(term)},
        "tactics": {"pressure": dict(term), "consultation": {**term, "consults": True}},
        "gauges": {"trust": dict(term), "spread": dict(term)},
    }


def rubric(strands: tuple[str, ...] = ("motivate", "results"), levels: int = 5) -> Data:
    """A rubric of any shape; its only flag caps the first strand at level 2."""
    return {
        "format": 1,
        "id": "small",
        "title": "A small rubric",
        "note": "Made for tests.",
        "roles": {"principal": "Principal", "partner": "Central-office partner"},
        "strands": {
            name: {
                "name": name.title(),
                "short": name[:1].upper(),
                "question": f"How does the leader {name}?",
                "levels": [{"name": f"Rung {number}"} for number in range(1, levels + 1)],
            }
            for name in strands
        },
        "not_enough": {"name": "Not enough evidence", "means": "The text is silent."},
        "flags": {
            "against": {
                "mark": "–",
                "name": "Against the goal",
                "means": "Skill used against the shared goal.",
                "strand": strands[0],
                "caps": {strands[0]: 2},
            }
        },
    }


def choice(goto: Any = "end", *, rank: int = 1, **more: Any) -> Data:
    return {
        "text": "Ask what they saw.",
        "now": "They say.",
        "later": "They say more.",
        "shows": {"motivate": 3, "results": 2},
        "rank": rank,
        "why": "It asks.",
        "goto": goto,
        **more,
    }


def decision(turn: str, choices: Data, **more: Any) -> Data:
    """A scene with choices, whose stand-in takes the first."""
    return {
        "title": "A decision",
        "turn": turn,
        "lines": ["Something happens."],
        "choices": choices,
        "stand_in": [{"choose": next(iter(choices))}],
        **more,
    }


def reference(**more: Any) -> Data:
    return {
        "level": 2,
        "band": [1, 2],
        "confidence": "medium",
        "evidence": ["s1"],
        "why": "It is in the text.",
        **more,
    }


def scenario() -> Data:
    """Two decisions and a passage; asking raises trust, telling spreads; two endings."""
    return {
        "format": 1,
        "id": "small-case",
        "title": "A small case",
        "summary": "Two people and a log.",
        "source": "Made for tests.",
        "minutes": 10,
        "rubric": "small",
        "cast": {
            "partner": {
                "name": "Marcus Bell",
                "position": "central-office partner",
                "seat": True,
                "brief": "You know the counts.",
            },
            "principal": {
                "name": "Ana Ruiz",
                "position": "principal",
                "seat": True,
                "brief": "You know the rooms.",
            },
        },
        "case": ["The log is on the desk.", {"id": "visits", "text": "There were four visits."}],
        "diagnosis": {
            "systems": {
                "primary": ["ILR"],
                "secondary": ["INS"],
                "why": "Nobody looks.",
                "why_not": {"COM": "It was said."},
            },
            "failed_tests": ["used"],
            "tests_why": "Nobody uses it.",
            "barrier": {"who": ["principal"], "what": ["SK"], "also": ["PB"], "why": "No reading."},
        },
        "gauges": {"trust": 0, "spread": 0},
        "start": "log",
        "scenes": {
            "log": decision(
                "partner",
                {
                    "ask": choice("walk", rank=1, effects={"trust": 1}, uses=["LFP7m"]),
                    "tell": choice("walk", rank=2, effects={"trust": -1, "spread": 1}),
                },
            ),
            "walk": {"title": "A walk", "lines": ["You walk over."], "goto": "visit"},
            "visit": decision(
                "principal",
                {
                    "show": choice(rank=1, effects={"trust": 1}, tactic="consultation"),
                    "defend": choice(rank=2, shows={"motivate": 1, "results": 1}),
                    "thank": choice(rank=3, when="trust >= 1"),
                },
                lines=[
                    {"who": "principal", "says": "We had a good quarter.", "mood": "guarded"},
                    {"text": "She smiles.", "when": "trust >= 1"},
                ],
                stand_in=[{"when": "trust >= 1", "choose": "show"}, {"choose": "defend"}],
            ),
        },
        "endings": [
            {"id": "together", "when": "trust >= 1", "title": "Together", "text": "You go on."},
            {"id": "alone", "title": "Alone", "text": "You go home."},
        ],
        "leaders": {
            "partner": {"motivate": reference(), "results": reference(evidence=["visits"])},
            "principal": {
                "motivate": reference(),
                "results": reference(level="NE", band=["NE", "NE"], evidence=[]),
            },
        },
        "debrief": ["Where did somebody know and do nothing?"],
    }


def bundle(data: Data | None = None, scale: Data | None = None) -> Bundle:
    """Validate data as the models do, without the checks that come after them."""
    return Bundle(
        scenario=Scenario.model_validate_json(json.dumps(data or scenario())),
        rubric=Rubric.model_validate_json(json.dumps(scale or rubric())),
        vocabulary=Vocabulary.model_validate_json(json.dumps(vocabulary())),
    )


def script(data: Data | None = None, scale: Data | None = None) -> Script:
    return prepare(bundle(data, scale))


def to_yaml(data: Data) -> str:
    return yaml.dump(data, sort_keys=False, allow_unicode=True, Dumper=_PlainDumper)


class _PlainDumper(yaml.SafeDumper):
    """Writes repeated values out: aliases are not allowed in a scenario file."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def shelve(folder: Path, data: Data | None = None, scale: Data | None = None) -> Path:
    """Write a scenario with its rubric and vocabulary to a folder; return the scenario's path."""
    (folder / "rubrics").mkdir(exist_ok=True)
    (folder / "rubrics" / "small.yaml").write_text(to_yaml(scale or rubric()), encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(to_yaml(vocabulary()), encoding="utf-8")
    path = folder / "small-case.yaml"
    path.write_text(to_yaml(data or scenario()), encoding="utf-8")
    return path
