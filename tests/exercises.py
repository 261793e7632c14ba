"""Small valid exercises as plain data, for tests to change and break; fresh data on every call."""

import json
from typing import Any

from lfp_trainer.engine.exercise import Exercise, TextFile, VignetteFile, assemble
from lfp_trainer.engine.reference import TOLD
from lfp_trainer.engine.rubric import NE, LevelOrNE, Rubric
from lfp_trainer.errors import Problem
from tests import scenarios
from tests.scenarios import Data

PEOPLE = [
    {"name": "Rosa Marin", "pronouns": "she"},
    {"name": "Tom Okafor", "pronouns": "he"},
    {"name": "Leila Haddad", "pronouns": "she"},
    {"name": "Victor Lindqvist", "pronouns": "he"},
]


def reference(level: LevelOrNE, **more: Any) -> Data:
    return {
        "level": level,
        "band": [level, level],
        "confidence": "high",
        "evidence": [] if level == NE else ["acts"],
        "why": "That is what {name} does.",
        **more,
    }


def vignette(motivate: LevelOrNE, results: LevelOrNE, **more: Any) -> Data:
    return {
        "role": "partner",
        "text": [
            {"id": "meets", "text": "{name} meets {other}, and {they} asks {other_them} in."},
            {"id": "acts", "text": "{They} does {their} part."},
        ],
        "reference": {"motivate": reference(motivate), "results": reference(results)},
        **more,
    }


def vignettes(levels: dict[str, tuple[LevelOrNE, LevelOrNE]] | None = None, **more: Any) -> Data:
    """A file of vignettes: id → the levels of its two strands."""
    levels = levels or {f"v{n}": (n, 6 - n) for n in range(1, 6)} | {"silent": (NE, NE)}
    return {
        "format": 1,
        "id": "small",
        "title": "A small exercise",
        "note": "Made for tests.",
        "rubric": "small",
        "people": [dict(each) for each in PEOPLE],
        "vignettes": {id: vignette(*each) for id, each in levels.items()},
        **more,
    }


def anchored() -> Data:
    """A file for the shipped rubric with an anchor of each level and three sets to rate alone.

    Whatever belongs to the reference says so in a word that stands nowhere else.
    """
    levels: dict[str, tuple[LevelOrNE, LevelOrNE]] = {
        f"m{m}-r{r}": (m, r) for m in range(1, 6) for r in range(1, 6)
    }
    data = vignettes(levels | {"silent": (NE, NE), "mute": (NE, NE)})
    data |= {"id": "anchor-vignettes", "rubric": "impact-and-influence"}
    for id, each in data["vignettes"].items():
        each["trap"] = f"Gimmick of {id}."
        for strand, on in each["reference"].items():
            on |= {part: f"{part} verdict {id} {strand}." for part in TOLD}
            if id[1] == id[-1]:
                each.setdefault("anchor", {})[strand] = on["level"]
    return data


def texts() -> Data:
    """Two texts on two rubrics of different shapes."""
    on_first = {"motivate": reference(1), "results": reference(2)}
    on_second = {name: reference(3) for name in ("vision", "routines", "plans")}
    text = {
        "title": "The first year",
        "text": [{"id": "acts", "text": "The two schools plan {apart}."}],
        "reference": {"small": on_first, "large": on_second},
    }
    return {
        "format": 1,
        "id": "contrast",
        "title": "Two texts",
        "note": "Made for tests.",
        "rubrics": ["small", "large"],
        "texts": {"before": text, "after": {**text, "title": "Two years later"}},
    }


def rubrics() -> dict[str, Rubric]:
    large = scenarios.rubric(("vision", "routines", "plans"), levels=3) | {"id": "large"}
    found = (scenarios.rubric(), large)
    return {each["id"]: Rubric.model_validate_json(json.dumps(each)) for each in found}


def read(data: Data) -> VignetteFile | TextFile:
    model: type[VignetteFile] | type[TextFile] = TextFile if "texts" in data else VignetteFile
    return model.model_validate_json(json.dumps(data))


def exercise(data: Data | None = None) -> Exercise:
    return assemble(read(data or vignettes()), rubrics())


def said(problems: list[Problem]) -> list[str]:
    return [f"{'.'.join(map(str, each.at))}: {each.message}" for each in problems]
