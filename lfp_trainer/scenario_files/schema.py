"""What a model allows at a place in a file, read from its JSON Schema."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from lfp_trainer.engine.value import Value
from lfp_trainer.scenario_files.document import Path

Schema = dict[str, Any]


def keys_at(path: Path, model: type[Value]) -> set[str]:
    """Return the keys that a model knows at a place in a file."""
    return {key for each in _at(path, model) for key in each.get("properties", {})}


def entries_at(path: Path, model: type[Value]) -> list[Schema]:
    """Return what an entry of the list at a place may be; nothing where no such list stands."""
    schema = _schema(model)
    items = [each["items"] for each in _at(path, model) if isinstance(each.get("items"), dict)]
    return list(_options(items, schema))


def is_pair(path: Path, model: type[Value]) -> bool:
    """Tell whether a list of just two belongs at a place."""
    return any(len(each.get("prefixItems", ())) == 2 for each in _at(path, model))


def _at(path: Path, model: type[Value]) -> list[Schema]:
    schema = _schema(model)
    here = [schema]
    for part in path:
        here = [inner for each in _options(here, schema) for inner in _inner(each, part)]
    return list(_options(here, schema))


@cache
def _schema(model: type[Value]) -> Schema:
    return model.model_json_schema()


def _options(here: list[Schema], schema: Schema) -> Iterator[Schema]:
    """Yield the schemas that a place may follow, references and alternatives looked up."""
    for each in here:
        if "$ref" in each:
            yield from _options([schema["$defs"][each["$ref"].rpartition("/")[2]]], schema)
        for group in ("anyOf", "oneOf"):
            yield from _options(each.get(group, []), schema)
        yield each


def _inner(each: Schema, part: int | str) -> Iterator[Schema]:
    if isinstance(part, int):
        yield from [each["items"]] if isinstance(each.get("items"), dict) else []
    elif part in each.get("properties", {}):
        yield each["properties"][part]
    else:
        for inner in (
            each.get("additionalProperties"),
            *each.get("patternProperties", {}).values(),
        ):
            if isinstance(inner, dict):
                yield inner
