"""What the YAML parser's complaints mean to somebody who writes cases and not programs."""

import re
from collections.abc import Sequence

import yaml

from lfp_trainer.scenario_files.document import Place

SIGNS = "Put the whole text in quotes: it cannot begin with * & ! | > % @ ? or `."
HYPHEN = "Begin every entry of a list with a hyphen and a space."
STRAIGHT = "Curly quotation marks quote nothing here: use straight quotes around the whole text."

EXPLANATIONS = (
    (
        "mapping values are not allowed",
        "has a colon where none is expected.",
        "Check the indentation, and put text that holds a colon in quotes.",
    ),
    (
        "unexpected end of stream",
        "opens a quotation mark that is never closed.",
        "Close it; inside '…' write an apostrophe twice.",
    ),
    (
        "expected ',' or",
        "opens a bracket that is never closed.",
        "Close it, put commas between the parts, close every quotation mark, and put text that"
        " holds a colon, a comma or a bracket in quotes.",
    ),
    (
        "expected key",
        "cannot be read here.",
        "Check the indentation, and that text with quotation marks is quoted as a whole.",
    ),
    (
        "block sequence entries are not allowed",
        "begins a list on the line of its key.",
        "Begin it on the next line; put text that begins with a hyphen in quotes.",
    ),
    (
        "expected '-' indicator",
        "mixes a list with keys.",
        "Begin every entry of a list with '- ', all indented alike.",
    ),
    (
        "could not find expected ':'",
        "has a key without a colon.",
        "Write key: value; indent text that goes on over several lines.",
    ),
    (
        "unknown escape character",
        'has a \\ inside "…" that means nothing.',
        "Write \\\\ for it, or use '…'.",
    ),
    (
        "Unicode character escape",
        "has a \\u inside \"…\" that is not a character.",
        "Write the character itself.",
    ),
)  # fmt: skip

BAD_STARTS = (
    "cannot start any token",
    "expected alphabetic or numeric character",
    "expected comment or line break",
    "mapping keys are not allowed",
    "scanning a tag",
)
"""What the parser says of a text that begins with one of its signs."""

CURLY = re.compile("[“”„‟]")
COLON = re.compile(r":(?=\s|$)")
DASHED = re.compile(r"\s*(?:-(?=[^\s\d-])|[–—•])")
"""A line that its author takes for an entry of a list."""

Explanation = tuple[str, str, Place | None]


def explain(error: yaml.YAMLError, lines: Sequence[str]) -> Explanation:
    """Return what is wrong, what to do, and where, for an error of the YAML parser.

    :param lines: of the text that was parsed
    """
    said = str(getattr(error, "problem", None) or error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    noticed = (mark.line + 1, mark.column + 1) if mark else None
    mark = getattr(error, "context_mark", None)
    opened = (mark.line + 1, mark.column + 1) if mark else noticed
    if any(part in f"{said} {getattr(error, 'context', '')}" for part in BAD_STARTS):
        return _bad_start(lines, opened)
    if "could not find expected ':'" in said and DASHED.match(_line(lines, opened)):
        return "has no space after its hyphen, or has a dash for one.", HYPHEN, opened
    message, fix = f"cannot be read: {said}.", "Check the indentation and quotes."
    for part, meaning, help in EXPLANATIONS:
        if part in said:
            message, fix = meaning, help
    # The end of the file is where the parser noticed; the opening is where the author looks.
    place = opened if "never closed" in message else noticed
    if CURLY.search(_line(lines, noticed)):
        fix = STRAIGHT
    elif "where none is expected" in message or "expected key" in said:
        fix = _indentation(lines, noticed, fix)
    return message, fix, place


def _bad_start(lines: Sequence[str], place: Place | None) -> Explanation:
    sign = _line(lines, place)[place[1] - 1 :][:1] if place else ""
    message = f"begins with {sign or 'a sign'}, which means something to YAML."
    return message, SIGNS, place


def _indentation(lines: Sequence[str], place: Place | None, fix: str) -> str:
    """Put the indentation first where it is off by a space, and no text holds a colon."""
    if place is None or len(COLON.findall(_line(lines, place))) > 1:
        return fix
    above = [line for line in lines[: place[0] - 1] if line.strip() and line.strip()[0] != "#"]
    here, before = _indent(_line(lines, place)), _indent(above[-1]) if above else 0
    if abs(here - before) % 2 == 0:
        return fix
    return (
        f"This line begins after {_spaces(here)}, the one before it after {before}: keys that"
        f" belong together begin alike. {fix}"
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _spaces(number: int) -> str:
    return "1 space" if number == 1 else f"{number} spaces"


def _line(lines: Sequence[str], place: Place | None) -> str:
    return lines[place[0] - 1] if place and place[0] <= len(lines) else ""
