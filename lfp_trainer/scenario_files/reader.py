"""Reads YAML that strangers wrote.

PyYAML's loaders recurse (a small file of brackets crashes the process), expand merge keys without
end, and turn ``no`` into False and ``12:30`` into 750. So size and characters are checked before
the parser sees a file, and :mod:`~lfp_trainer.scenario_files.builder` takes only its events.
"""

import re

from lfp_trainer.scenario_files.builder import Builder
from lfp_trainer.scenario_files.document import MAX_PROBLEMS, UNPRINTABLE, Document, Limits, Place

TABBED = re.compile(r"^ *(\t)[ \t]*\S", re.MULTILINE)


def read(content: bytes, limits: Limits | None = None) -> Document:
    """Read a file. Never raises: what is wrong with it is in the document's problems."""
    document = Document()
    text = _decode(content, limits or Limits(), document)
    if not document.problems:
        _look_for_strange_characters(text, document)
    if not document.problems:
        Builder(document, (limits or Limits()).nodes).build(text)
    return document


def _decode(content: bytes, limits: Limits, document: Document) -> str:
    if len(content) > limits.size:
        document.complain((), f"is larger than {limits.size // 1024} KiB.", "Split the scenario.")
        return ""
    if b"\0" in content:
        document.complain((), "is not a text file.", "Save it as plain text, encoded as UTF-8.")
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        document.complain((), "is not UTF-8 text.", "Save it again, encoded as UTF-8.", place)
        return ""


def _look_for_strange_characters(text: str, document: Document) -> None:
    for found in UNPRINTABLE.finditer(text):
        message = f"holds the invisible character U+{ord(found[0]):04X}."
        document.complain((), message, "Delete it.", _place_in(text, found.start()))
        if len(document.problems) == MAX_PROBLEMS:
            return
    for found in TABBED.finditer(text):
        fix = "Indent with spaces, two for each step."
        document.complain((), "is indented with a tab.", fix, _place_in(text, found.start(1)))
        if len(document.problems) == MAX_PROBLEMS:
            return


def _place_in(text: str, at: int) -> Place:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
