"""Names and pronouns in a text, so that the same act can be told of anybody.

``{name}``, ``{they}``, ``{them}``, ``{their}``, ``{theirs}`` and ``{themself}`` stand for the
leader, ``{other}``, ``{other_they}`` and so on for a second person. A capital letter, as in
``{They}`` or ``{other_They}``, begins a sentence. Replaced from a fixed list: an author's text is
never a program.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Pronouns = Literal["she", "he"]

_WORDS: dict[str, dict[str, str]] = {
    "she": {"they": "she", "them": "her", "their": "her", "theirs": "hers", "themself": "herself"},
    "he": {"they": "he", "them": "him", "their": "his", "theirs": "his", "themself": "himself"},
}
_ROLES = ("", "other")
_BRACED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a text is told of."""

    name: str
    pronouns: str


def _places(prefix: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each placeholder of one person, the word it stands for, and whether it is a capital."""
    for word in _WORDS["she"]:
        for capital in (False, True):
            spelt = word.capitalize() if capital else word
            yield f"{prefix}_{spelt}" if prefix else spelt, word, capital


PLACEHOLDERS: tuple[str, ...] = (
    "name",
    "other",
    *(place for prefix in _ROLES for place, _, _ in _places(prefix)),
)
"""All there are, the most used first."""


def unknown_placeholders(text: str) -> list[str]:
    """Return what stands in braces and is no placeholder; a lone brace is one of them."""
    found = [each for each in _BRACED.findall(text) if each not in PLACEHOLDERS]
    alone = re.search(r"[{}]", _BRACED.sub("", text))
    return [*found, *([alone[0]] if alone else [])]


def speaks_of_other(text: str) -> bool:
    """Tell whether a text needs a second person."""
    return any(each.startswith("other") for each in _BRACED.findall(text))


def fill(text: str, shown: Sequence[Named]) -> str:
    """Return a text about these people: the leader first, then the other."""
    if not shown or "{" not in text:
        return text
    words: dict[str, str] = {}
    for prefix, person in zip(_ROLES, shown, strict=False):
        words[prefix or "name"] = person.name
        for place, word, capital in _places(prefix):
            said = _WORDS[person.pronouns][word]
            words[place] = said.capitalize() if capital else said
    return _BRACED.sub(lambda found: words.get(found[1], found[0]), text)
