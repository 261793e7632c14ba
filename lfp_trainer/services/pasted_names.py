"""A list of names as people paste it, read generously: what was understood, and what was not.

One name to a line, with where they work before or after it: "Ana Ruiz", "Ana Ruiz, EL",
"EL Ana Ruiz". Bullets, numbers, blank lines and the columns of a spreadsheet do no harm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lfp_trainer.storage.models import WorkPosition

MOST = 200
LONGEST = 80
CODES = tuple(each.value for each in WorkPosition)
_WORDS: Mapping[str, WorkPosition] = {
    "CO": WorkPosition.CENTRAL_OFFICE,
    "EL": WorkPosition.ELEMENTARY,
    "MS": WorkPosition.MIDDLE,
    "HS": WorkPosition.HIGH,
    "MDE": WorkPosition.STATE_OR_ISD,
    "ISD": WorkPosition.STATE_OR_ISD,
    "MDEISD": WorkPosition.STATE_OR_ISD,
    "CENTRALOFFICE": WorkPosition.CENTRAL_OFFICE,
    "ES": WorkPosition.ELEMENTARY,
    "ELEMENTARY": WorkPosition.ELEMENTARY,
    "ELEMENTARYSCHOOL": WorkPosition.ELEMENTARY,
    "MIDDLE": WorkPosition.MIDDLE,
    "MIDDLESCHOOL": WorkPosition.MIDDLE,
    "HIGH": WorkPosition.HIGH,
    "HIGHSCHOOL": WorkPosition.HIGH,
}
_HEADINGS = ("name", "names", "first name", "given name", "last name", "family name")
_BULLET = re.compile(r"^(?:[-–—*•·‣◦▪▫●○]+|\(?\d{1,3}[.)])\s*")
_LETTERS = re.compile(r"[^A-Z]")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody on the list."""

    name: str
    position: WorkPosition | None = None

    @property
    def same_as(self) -> tuple[str, WorkPosition | None]:
        """Two of one name who work at different places are two people."""
        return self.name.casefold(), self.position

    @property
    def line(self) -> str:
        """How the list writes them; it reads back as the same."""
        return f"{self.name}, {self.position}" if self.position else self.name


@dataclass(frozen=True, slots=True)
class Unclear:
    """A line that was not understood, and what would likely mend it."""

    number: int
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a list says."""

    people: tuple[Named, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    repeated: tuple[str, ...] = ()
    """Who stands in it more than once, and is taken once."""

    @property
    def lines(self) -> str:
        return "\n".join(each.line for each in self.people)


class _Unclear(ValueError):
    """What is wrong with a line, said by what would mend it."""


def read(typed: str) -> Pasted:
    """Read a list: who is on it, in its order, and which lines say nobody."""
    people: dict[tuple[str, WorkPosition | None], Named] = {}
    unclear, repeated = [], dict[str, None]()
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip(" \t,;\"'"):
            continue
        try:
            named = _read_line(line)
        except _Unclear as error:
            unclear.append(Unclear(number, " ".join(line.split()), str(error)))
            continue
        if named.same_as in people:
            repeated[named.name] = None
        people.setdefault(named.same_as, named)
    return Pasted(tuple(people.values()), tuple(unclear), tuple(repeated))


def _read_line(line: str) -> Named:
    by_tab = "\t" in line
    bare = _BULLET.sub("", line.strip())
    cells = [" ".join(each.strip(" \"'").split()) for each in re.split("[\t,;]", bare)]
    cells = [each for each in cells if each]
    places = [each for each in cells if _position(each)]
    names = [each for each in cells if not _position(each)]
    if not names:
        raise _Unclear(f"Put the name before it: “Ana Ruiz, {_position(cells[0]) or 'EL'}”.")
    if len(places) > 1:
        raise _Unclear(f"Keep one of {' and '.join(places)}.")
    if names[0].casefold() in _HEADINGS:
        raise _Unclear("This looks like a heading. Leave the line out.")
    position = _position(places[0]) if places else None
    if len(names) == 1 and position is None:
        return _checked(*_split(names[0]))
    if len(names) == 2 and by_tab and _is_name_part(names[1]):
        names = [" ".join(names)]  # the given name in one column, the family's in the next
    if len(names) > 1:
        raise _Unclear(_fix(names, position))
    return _checked(names[0], position)


def _split(text: str) -> tuple[str, WorkPosition | None]:
    """Return a name and the position that stands before or after it without a comma.

    In small and capital letters mixed it is a name or a title: "El Hadji Diop", "Ms Rivera".
    """
    parts = re.split(r"[\s:()|]+|\s[-–—]\s", text)
    words = [each for each in parts if each and each not in "-–—"]
    for at in (0, -1):
        word = words[at] if words else ""
        if len(words) > 1 and not word.istitle() and (position := _position(word)):
            return " ".join(words[1:] if at == 0 else words[:-1]), position
    return text, None


def _checked(name: str, position: WorkPosition | None) -> Named:
    if "@" in name:
        raise _Unclear("An email address is not needed. Write the name instead.")
    if not any(letter.isalpha() for letter in name):
        raise _Unclear("Write a name here, or leave the line out.")
    if len(name) > LONGEST:
        raise _Unclear(f"Shorten the name to {LONGEST} characters. It has {len(name)}.")
    return Named(name, position)


def _position(text: str) -> WorkPosition | None:
    letters = _LETTERS.sub("", text.upper())
    if len(letters) < len(re.sub(r"[\s/.&-]", "", text)):
        return None
    return _WORDS.get(letters)


def _is_name_part(text: str) -> bool:
    return text[:1].isupper() and not any(letter in "@0123456789" for letter in text)


def _fix(names: Sequence[str], position: WorkPosition | None) -> str:
    name, other, *more = names
    after = f", {position}" if position else ""
    if "@" in "".join(names):
        return f"An email address is not needed. Write “{name}{after}”."
    near = get_close_matches(other.upper(), CODES, n=1, cutoff=0.5)
    if not position and not more and near and len(other) <= 7:
        return f"“{other}” is none of {', '.join(CODES)}. Did you mean “{name}, {near[0]}”?"
    if not more and " " not in name and _is_name_part(other):
        return f"Put the name in one piece: “{other} {name}{after}”."
    return (
        f"Leave out what is not the name or one of {', '.join(CODES)}: “{name}{after or ', EL'}”."
    )
