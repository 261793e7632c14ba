"""A file that says ``draft: true`` may leave out what its author has not come to yet.

What is missing is filled with stand-ins, so that the rest can be drawn and played from the first
ten lines on, and is listed as still to write. A draft is never published.
"""

from collections.abc import Callable
from typing import Any

from lfp_trainer.engine.rubric import NE, Rubric
from lfp_trainer.engine.scenario import END
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem

LATER = "Still to write."
"""What stands where a text is missing."""

RUBRIC = "impact-and-influence"
"""The rubric of a draft that names none."""

MAY_WAIT = {
    "Scenario": (
        "summary", "source", "minutes", "rubric", "diagnosis", "start", "endings", "leaders",
    ),
    "CastMember": ("position",),
    "Scene": ("title",),
    "Choice": ("now", "later", "shows", "rank", "why", "goto"),
}  # fmt: skip
"""Part of a file → what a draft of it may leave out, though the finished file may not."""

Data = dict[str, Any]
At = tuple[str | int, ...]
Missing = dict[At, list[str]]


def is_draft(data: object) -> bool:
    """Tell whether a file says that it is not finished."""
    return isinstance(data, dict) and data.get("draft") is True


def fill(data: Data, rubric: Rubric, vocabulary: Vocabulary) -> tuple[Data, list[Problem]]:
    """Return a draft with every gap filled, and one warning for each part that has gaps.

    Parts of the wrong kind are left as they are: the models say what is wrong with them.
    """
    missing: Missing = {}
    filled = _top(data, rubric, vocabulary, missing)
    return filled, [_to_write(at, keys) for at, keys in missing.items()]


def _to_write(at: At, keys: list[str]) -> Problem:
    return Problem(at or ("draft",), f"still to write: {', '.join(keys)}.", "", "warning")


def _complete(part: Data, at: At, missing: Missing, **gaps: Callable[[], object]) -> Data:
    """Return a part with its gaps filled.

    Lists are tuples here, as the reader makes them.
    """
    absent = {key: make for key, make in gaps.items() if key not in part}
    if absent:
        missing.setdefault(at, []).extend(absent)
    return {**part, **{key: make() for key, make in absent.items()}}


def _top(data: Data, rubric: Rubric, vocabulary: Vocabulary, missing: Missing) -> Data:
    cast, scenes = _parts(data.get("cast")), _parts(data.get("scenes"))
    seats = [id for id, member in cast.items() if member.get("seat") is True]
    filled = _complete(
        data, (), missing,
        summary=lambda: LATER,
        source=lambda: LATER,
        minutes=lambda: 10,
        rubric=lambda: RUBRIC,
        start=lambda: next(iter(scenes), ""),
        diagnosis=lambda: _diagnosis(vocabulary),
        endings=lambda: ({"id": "the-end", "title": "The end", "text": LATER},),
        leaders=lambda: {id: _references(rubric) for id in list(cast)[:1]},
    )  # fmt: skip
    if isinstance(data.get("cast"), dict):
        filled["cast"] = {
            id: _complete(
                member,
                ("cast", id),
                missing,
                position=lambda: LATER,
                **({"brief": lambda: LATER} if member.get("seat") is True else {}),
            )
            if isinstance(member, dict)
            else member
            for id, member in data["cast"].items()
        }
    if isinstance(data.get("scenes"), dict):
        following = dict(zip(scenes, [*list(scenes)[1:], END], strict=False))
        filled["scenes"] = {
            id: _scene(id, scene, seats, following[id], rubric, missing)
            if isinstance(scene, dict)
            else scene
            for id, scene in data["scenes"].items()
        }
    return filled


def _parts(value: object) -> dict[str, Data]:
    if not isinstance(value, dict):
        return {}
    return {id: part for id, part in value.items() if isinstance(part, dict)}


def _scene(
    id: str, scene: Data, seats: list[str], then: str, rubric: Rubric, missing: Missing
) -> Data:
    at = ("scenes", id)
    choices = scene.get("choices")
    title = str(id).replace("-", " ").capitalize()
    if not isinstance(choices, dict) or not choices:
        return _complete(scene, at, missing, title=lambda: title, goto=lambda: then)
    filled = _complete(
        scene, at, missing,
        title=lambda: title,
        **({"turn": lambda: seats[0]} if seats else {}),
        stand_in=lambda: ({"choose": next(iter(choices))},),
    )  # fmt: skip
    filled["choices"] = {
        name: _choice(choice, (*at, "choices", name), number, then, rubric, missing)
        if isinstance(choice, dict)
        else choice
        for number, (name, choice) in enumerate(choices.items(), start=1)
    }
    return filled


def _choice(choice: Data, at: At, number: int, then: str, rubric: Rubric, missing: Missing) -> Data:
    return _complete(
        choice, at, missing,
        now=lambda: LATER,
        later=lambda: LATER,
        shows=lambda: dict.fromkeys(rubric.strands, 1),
        rank=lambda: min(number, 9),
        why=lambda: LATER,
        goto=lambda: then,
    )  # fmt: skip


def _diagnosis(vocabulary: Vocabulary) -> Data:
    first, *others = vocabulary.systems
    return {
        "systems": {"primary": (first,), "why": LATER, "why_not": dict.fromkeys(others, LATER)},
        "failed_tests": (next(iter(vocabulary.tests)),),
        "tests_why": LATER,
        "barrier": {
            "who": (next(iter(vocabulary.who)),),
            "what": (next(iter(vocabulary.barriers)),),
            "why": LATER,
        },
    }


def _references(rubric: Rubric) -> Data:
    return {
        strand: {"level": NE, "band": (NE, NE), "confidence": "low", "why": LATER}
        for strand in rubric.strands
    }
