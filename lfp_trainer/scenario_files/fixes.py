"""What to write instead: likely fixes for names, codes, lists and keys, made from the file itself.

Whatever is proposed here is accepted by the models, so that following a fix is never a new mistake.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lfp_trainer.engine.checks.names import called
from lfp_trainer.engine.value import Value
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import did_you_mean
from lfp_trainer.scenario_files.document import Path
from lfp_trainer.scenario_files.schema import Schema, entries_at, is_pair, keys_at
from lfp_trainer.scenario_files.syntax import CURLY, DASHED, HYPHEN, STRAIGHT

ID = r"^[a-z0-9][a-z0-9-]*$"
WORD = r"^[a-z][a-z0-9_]*$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9-]*$"
PATTERNS = {
    ID: "Use lower-case letters, digits and hyphens, such as {}.",
    WORD: "Use lower-case letters, digits and underscores, such as {}.",
    CODE: "Use letters, digits and hyphens, such as ILR or LFP7m.",
}
EXAMPLES = {ID: ("first-visit", "-"), WORD: ("trust", "_")}

PEOPLE = {"turn", "who", "only", "stands_for", "leaders"}
"""Keys that speak of somebody in the cast."""

PARTS_OF_VOCABULARY = {
    "primary": "systems",
    "secondary": "systems",
    "why_not": "systems",
    "failed_tests": "tests",
    "who": "who",
    "what": "barriers",
    "also": "barriers",
    "uses": "practices",
    "misses": "practices",
    "tactic": "tactics",
    "standards": "standards",
}

PARTS_OF_FILE = (
    ("choice", "choices", {"now", "later", "shows", "rank", "effects"}),
    ("scene", "scenes", {"lines", "choices", "turn", "goto", "stand_in"}),
    ("person", "cast", {"name", "position", "seat", "brief"}),
)
"""What stands under which key, and by which keys of its own it is known."""

APART = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*")
SENTENCES = re.compile(r"s(\d{1,2})\s*(?:-|–|to)\s*s?(\d{1,2})")


def key_of(path: Path) -> str:
    """Return the last key on the way to a place: of a list, not the number in it."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def for_name(
    pattern: str, found: str, path: Path, data: Any, vocabulary: Vocabulary | None
) -> tuple[str, str]:
    """Return what was expected where a name of the wrong form stands, and what to write.

    :param path: of the value, or of the mapping where the name is a key
    """
    key = key_of(path)
    cast = data.get("cast") if isinstance(data, Mapping) else None
    if pattern == ID and key in PEOPLE and isinstance(cast, Mapping) and cast:
        return "a word from 'cast'", _for_person(found, cast)
    if pattern == CODE:
        terms = _terms(key, vocabulary)
        return "a code", _for_code(found, terms) if terms else PATTERNS[CODE]
    if pattern not in EXAMPLES:
        return "a name", PATTERNS.get(pattern, "")
    example, joint = EXAMPLES[pattern]
    likely = re.sub(r"[^a-z0-9]+", joint, found.lower()).strip(joint)
    fits = re.match(pattern, likely) and len(likely) <= 32
    return "a name", PATTERNS[pattern].format(likely if fits else example)


def _for_person(found: str, cast: Mapping[str, Any]) -> str:
    names = {
        id: str(member["name"])
        for id, member in cast.items()
        if isinstance(member, Mapping) and "name" in member
    }
    if found.lower() in cast:
        return f"Write {found.lower()}."
    near = called(found, names)
    if len(near) == 1:
        return f"Write {near[0]}, the key that stands before {names[near[0]]}."
    return f"Write the key that stands before the person there, such as {next(iter(cast))}."


def _terms(key: str, vocabulary: Vocabulary | None) -> dict[str, str]:
    """Return the codes that may stand under a key, each with its name."""
    part = PARTS_OF_VOCABULARY.get(key)
    if part is None or vocabulary is None:
        return {}
    return {code: term.name for code, term in getattr(vocabulary, part).items()}


def _for_code(found: str, terms: Mapping[str, str]) -> str:
    near = called(found, terms)
    return f"Did you mean {near[0]}?" if len(near) == 1 else did_you_mean(found, list(terms))


def for_list(found: Any, path: Path, model: type[Value], vocabulary: Vocabulary | None) -> str:
    """Return what to write where a list belongs and something else stands."""
    if isinstance(found, Mapping) or (isinstance(found, str) and DASHED.match(found)):
        return HYPHEN
    if is_pair(path, model):
        return f"Write a list: {pair(found)}."
    options = entries_at(path, model)
    texts = [each for each in options if each.get("type") == "string"]
    if not texts:
        return _for_parts(found, options)
    pattern = texts[0].get("pattern", "")
    if not pattern:
        return "Write each text on a line of its own, after a hyphen and a space."
    words = _words(found, pattern, key_of(path), vocabulary)
    return f"Write a list: [{', '.join(words)}]." if words else HYPHEN


def pair(found: Any) -> str:
    """Return two levels as they are written, from whatever somebody wrote for them."""
    said = found if isinstance(found, tuple) else (found,)
    ends = re.findall(r"NE|\d", " ".join(map(str, said))) or ["1", "2"]
    return f"[{ends[0]}, {ends[-1]}]"


def _for_parts(found: Any, options: Sequence[Schema]) -> str:
    required: list[str] = next((each["required"] for each in options if "required" in each), [])
    if isinstance(found, str) and len(required) == 1 and re.fullmatch(r"[\w-]{1,64}", found):
        return f"Write it on a line of its own: - {required[0]}: {found}"
    return f"{HYPHEN[:-1]}: - {required[0]}: …" if required else HYPHEN


def _words(found: Any, pattern: str, key: str, vocabulary: Vocabulary | None) -> list[str]:
    """Return the words of a list that somebody wrote as one text; none where that is a guess."""
    said, terms = str(found).strip("()[]"), _terms(key, vocabulary)
    if key == "evidence" and said.isdigit():
        return [f"s{said}"]
    if key == "evidence" and (span := SENTENCES.fullmatch(said)):
        return [f"s{number}" for number in range(int(span[1]), int(span[2]) + 1)]
    if near := called(said, terms):
        return near[:1]
    words: list[str] = []
    for part in filter(None, APART.split(said)):
        near = called(part, terms)
        apart = part.split()
        if len(near) == 1:
            words += near
        elif all(re.match(pattern, each) and (not terms or each in terms) for each in apart):
            words += apart
        else:
            return list(terms)[:1]
    return words


def for_key(path: Path, value: Any, model: type[Value]) -> str:
    """Return what to do about a key that is not known where it stands."""
    key = str(path[-1])
    if DASHED.match(key):
        return HYPHEN
    if CURLY.search(key):
        return STRAIGHT
    moved = _for_indentation(path, value)
    if moved:
        return moved
    if " " in key:
        return "If this is a sentence, put it in quotes: a colon and a space make a key of it."
    return did_you_mean(key, sorted(keys_at(path[:-1], model)))


def _for_indentation(path: Path, value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    for what, home, known in PARTS_OF_FILE:
        if len(known & value.keys()) < 2 and not (what == "scene" and known & value.keys()):
            continue
        if path[:1] == (home,) and len(path) == 3:
            return f"If this is a {what}, indent it by two spaces less, under '{home}'."
        if len(path) == (3 if home == "choices" else 1):
            return f"If this is a {what}, indent it by two more spaces, under '{home}'."
    return ""
