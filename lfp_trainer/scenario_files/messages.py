"""Turns what the models say of a file into sentences with a line and a likely fix."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lfp_trainer.engine.value import Value
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem, did_you_mean
from lfp_trainer.scenario_files import fixes
from lfp_trainer.scenario_files.document import MAX_PROBLEMS, Document, Path

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
    explainer = _Explainer(model, document, vocabulary)
    by_place: dict[tuple[Path, str], list[ErrorDetails]] = {}
    for path, each in _without_echoes(error, document):
        kind = "missing" if each["type"] == "missing" else "value"
        by_place.setdefault((path, kind), []).append(each)
    listed = list(islice(by_place.items(), MAX_PROBLEMS))
    problems = [explainer.explain(path, errors) for (path, _), errors in listed]
    if len(by_place) > len(listed):
        problems.append(
            Problem((), f"{len(by_place) - len(listed):,} more problems are not listed.")
        )
    return problems


def _without_echoes(
    error: ValidationError, document: Document
) -> Iterator[tuple[Path, ErrorDetails]]:
    """Yield each error with its place, but for those that only repeat another one."""
    errors = [(_path(each["loc"], document.data), each) for each in error.errors(include_url=False)]
    too_short = {path for path, each in errors if _is_short_pair(each)}
    for path, each in errors:
        if any(path[:end] in document.spoiled for end in range(len(path) + 1)):
            continue
        # Of a pair with one end nothing is said but that; and a list is long enough, whose
        # entries only were not counted because each is wrong itself.
        long_enough = each["type"] == "too_short" and len(each["input"]) >= _least(each)
        if path[:-1] not in too_short and not long_enough:
            yield path, each


def _is_short_pair(error: ErrorDetails) -> bool:
    return error["type"] == "missing" and isinstance(error["loc"][-1], int)


def _least(error: ErrorDetails) -> int:
    least: int = error["ctx"]["min_length"]
    return least


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


@dataclass(frozen=True, slots=True)
class _Explainer:
    """Says what is wrong with the values of one file."""

    model: type[Value]
    document: Document
    vocabulary: Vocabulary | None

    def explain(self, path: Path, errors: list[ErrorDetails]) -> Problem:
        error, at = errors[0], path
        match error["type"]:
            case "missing" if _is_short_pair(error):
                message = f"expected two values, found {_found(error['input'])}."
                fix = f"Write a list: {fixes.pair(error['input'])}."
            case "missing":
                at = path[:-1]
                message, fix = f"the key '{path[-1]}' is missing.", "Add it."
            case "extra_forbidden":
                at = path[:-1]
                message = f"unknown key '{path[-1]}'."
                fix = fixes.for_key(path, error["input"], self.model)
            case "value_error" | "assertion_error":
                message, fix = f"{error['ctx']['error']}.", ""
            case _ if error["loc"][-1] == "[key]":
                expected, fix = self.say(error, path[:-1])
                kind = "code" if expected == "a code" else "name"
                message = f"the {kind} '{path[-1]}' cannot be used."
            case _:
                message, fix = self.merge(errors, path)
        is_key = error["type"] == "extra_forbidden"
        place = self.document.keys.get(path) if is_key else self.document.place(path)
        line, column = place or (None, None)
        return Problem(at, message, fix, line=line, column=column)

    def merge(self, errors: list[ErrorDetails], path: Path) -> tuple[str, str]:
        """Say what a value should be; a value that may be of two kinds has an error for each."""
        said = [self.say(each, path) for each in errors]
        expected = list(dict.fromkeys(each for each, _ in said))
        fix = next((fix for _, fix in said if fix), "")
        return f"expected {' or '.join(expected)}, found {_found(errors[0]['input'])}.", fix

    def say(self, error: ErrorDetails, path: Path) -> tuple[str, str]:
        """Return what an error expected, and a likely fix."""
        kind, ctx, found = error["type"], error.get("ctx", {}), error["input"]
        if kind == "tuple_type":
            return EXPECTED[kind], fixes.for_list(found, path, self.model, self.vocabulary)
        if kind in EXPECTED:
            return EXPECTED[kind], _fix_for_type(kind, found)
        if kind == "literal_error":
            known = [word.strip("' ") for word in ctx["expected"].replace(" or ", ",").split(",")]
            fix = did_you_mean(found, known) if isinstance(found, str) and len(known) > 1 else ""
            return ctx["expected"], fix
        if kind == "string_pattern_mismatch":
            data = self.document.data
            return fixes.for_name(ctx["pattern"], found, path, data, self.vocabulary)
        if kind in BOUNDS:
            expected, fix = BOUNDS[kind]
            return expected.format(**ctx), fix
        return error["msg"][:1].lower() + error["msg"][1:], ""


def _fix_for_type(kind: str, found: Any) -> str:
    if kind == "string_type" and isinstance(found, bool | int):
        return f'Put it in quotes: "{str(found).lower()}".'
    if kind == "string_type" and isinstance(found, Mapping):
        return "Put text that holds a colon in quotes."
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
