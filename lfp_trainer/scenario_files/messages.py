"""Turns what the models say of a file into sentences with a line and a likely fix."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lfp_trainer.engine.value import Value
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem, did_you_mean
from lfp_trainer.scenario_files.document import MAX_PROBLEMS, Document, Path
from lfp_trainer.scenario_files.schema import keys_at

PATTERNS = {
    r"^[a-z0-9][a-z0-9-]*$": "Use lower-case letters, digits and hyphens, such as first-visit.",
    r"^[a-z][a-z0-9_]*$": "Use lower-case letters, digits and underscores, such as trust.",
    r"^[A-Za-z0-9][A-Za-z0-9-]*$": "Use letters, digits and hyphens, such as ILR or LFP7m.",
}
EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
}
BOUNDS = {
    "string_too_long": ("at most {max_length} characters", "Shorten it."),
    "string_too_short": ("some text", "Write it, or remove the key."),
    "greater_than_equal": ("a number of at least {ge}", ""),
    "less_than_equal": ("a number of at most {le}", ""),
    "too_short": ("at least {min_length}", "Add one."),
    "too_long": ("at most {max_length}", "Remove some."),
}


def explain_all(
    error: ValidationError,
    model: type[Value],
    document: Document,
    vocabulary: Vocabulary | None = None,
) -> list[Problem]:
    """Return one problem for each value that does not fit the model, in the file's order."""
    by_place: dict[tuple[Path, str], list[ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        path = _path(each["loc"], document.data)
        if not any(path[:end] in document.spoiled for end in range(len(path) + 1)):
            kind = "missing" if each["type"] == "missing" else "value"
            by_place.setdefault((path, kind), []).append(each)
    listed = list(islice(by_place.items(), MAX_PROBLEMS))
    problems = [_explain(path, errors, model, document) for (path, _), errors in listed]
    if len(by_place) > len(listed):
        problems.append(
            Problem((), f"{len(by_place) - len(listed):,} more problems are not listed.")
        )
    return problems


def _path(loc: tuple[int | str, ...], data: Any) -> Path:
    """Drop from a model's location what is not in the file: names of union members, ``[key]``."""
    path: list[int | str] = []
    for number, part in enumerate(loc):
        in_list = isinstance(data, tuple) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, Mapping) and part in data):
            data = data[part]
        elif not (isinstance(data, Mapping) and number == len(loc) - 1 and part != "[key]"):
            continue
        path.append(part)
    return tuple(path)


def _explain(
    path: Path, errors: list[ErrorDetails], model: type[Value], document: Document
) -> Problem:
    error, at = errors[0], path
    match error["type"]:
        case "missing":
            at = path[:-1]
            message, fix = f"the key '{path[-1]}' is missing.", "Add it."
        case "extra_forbidden":
            at = path[:-1]
            message, fix = f"unknown key '{path[-1]}'.", _fix_for_key(path, model)
        case "value_error" | "assertion_error":
            message, fix = f"{error['ctx']['error']}.", ""
        case _ if error["loc"][-1] == "[key]":
            message = f"the name '{path[-1]}' cannot be used."
            fix = _say(error)[1]
        case _:
            message, fix = _merge(errors)
    place = document.keys.get(path) if error["type"] == "extra_forbidden" else document.place(path)
    line, column = place or (None, None)
    return Problem(at, message, fix, line=line, column=column)


def _merge(errors: list[ErrorDetails]) -> tuple[str, str]:
    """Say what a value should be; a value that may be of two kinds has an error for each."""
    expected = list(dict.fromkeys(_say(each)[0] for each in errors))
    fixes = list(dict.fromkeys(fix for each in errors if (fix := _say(each)[1])))
    found = _found(errors[0]["input"])
    return f"expected {' or '.join(expected)}, found {found}.", " ".join(fixes[:1])


def _say(error: ErrorDetails) -> tuple[str, str]:
    """Return what an error expected, and a likely fix."""
    kind, ctx, found = error["type"], error.get("ctx", {}), error["input"]
    if kind in EXPECTED:
        return EXPECTED[kind], _fix_for_type(kind, found)
    if kind == "literal_error":
        known = [word.strip("' ") for word in ctx["expected"].replace(" or ", ",").split(",")]
        fix = did_you_mean(found, known) if isinstance(found, str) and len(known) > 1 else ""
        return ctx["expected"], fix
    if kind == "string_pattern_mismatch":
        return "a name", PATTERNS.get(ctx["pattern"], "")
    if kind in BOUNDS:
        expected, fix = BOUNDS[kind]
        return expected.format(**ctx), fix
    return error["msg"][:1].lower() + error["msg"][1:], ""


def _fix_for_type(kind: str, found: Any) -> str:
    if kind == "string_type" and isinstance(found, bool | int):
        return f'Put it in quotes: "{str(found).lower()}".'
    if kind == "string_type" and isinstance(found, Mapping):
        return "Put text that holds a colon in quotes."
    if kind == "tuple_type" and isinstance(found, str):
        return f"Write a list: [{found[:20]}]."
    if kind == "bool_type" and found in ("yes", "on", "True"):
        return "Write true."
    return "Write false." if kind == "bool_type" else ""


def _found(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"the number {value}"
        case str():
            return f"'{value if len(value) <= 40 else value[:40] + '…'}'"
        case tuple():
            return f"a list of {len(value)}"
    return f"{len(value)} keys"


def _fix_for_key(path: Path, model: type[Value]) -> str:
    key = str(path[-1])
    if " " in key:
        return "If this is a sentence, put it in quotes: a colon and a space make a key of it."
    known = sorted(keys_at(path[:-1], model))
    return did_you_mean(key, known)
