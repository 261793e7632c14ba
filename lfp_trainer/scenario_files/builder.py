"""Builds plain values from the YAML parser's flat stream of events, with a stack of its own.

Only strings, whole numbers, true and false come out. Anchors, aliases, tags and merge keys are
complained about and never followed, so a file can grow no larger than it was written.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from lfp_trainer.scenario_files.document import (
    MAX_PROBLEMS,
    UNPRINTABLE,
    Document,
    Path,
    Place,
)
from lfp_trainer.scenario_files.syntax import CURLY, explain

MAX_DEPTH = 20
MAX_SCALAR = 20_000
MAX_DIGITS = 9

LINE_END = re.compile(r"\r\n|\r|\n")
NOTE = re.compile(r"[ \t]+#[# \t]*([^# \t].*)")
"""What follows a value on its line and is no part of it."""
COLON = re.compile(r"\s*:")
PROSE = {"text", "says", "now", "later", "why", "brief", "summary"}
PROSE_LISTS = {"case", "lines", "debrief", "snapshot", "trade_offs"}
"""Where even a single word may be the beginning of a sentence."""

WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NULLS = {"", "~", "null", "Null", "NULL"}


class _Stop(Exception):
    """Reading on would be useless or unsafe; the reason is among the problems."""


@dataclass(slots=True)
class _Open:
    """A mapping or a list whose end has not come yet."""

    path: Path
    entries: dict[str, Any] | list[Any]
    key: str | None = None
    """The key that waits for its value."""
    repeated: bool = False
    """Whether that key was there before, so that this value is dropped."""
    in_braces: bool = False
    bare: bool = False
    """Whether that key has no colon after it, as the second half of a text has none."""


class Builder:
    """Builds one document from events, with a stack of its own."""

    def __init__(self, document: Document, max_nodes: int) -> None:
        self.document = document
        self.max_nodes = max_nodes
        self.nodes = 0
        self.documents = 0
        self.stack: list[_Open] = []
        self.lines: list[str] = []

    def build(self, text: str) -> None:
        self.lines = LINE_END.split(text)
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self.take(event)
        except _Stop:
            return
        except yaml.YAMLError as error:
            self.unreadable(error)
            return
        if not self.documents:
            self.document.complain((), "is empty.", "Begin it with: format: 1")
            return
        self.document.complete = True

    def unreadable(self, error: yaml.YAMLError) -> None:
        message, fix, place = explain(error, self.lines)
        # What the builder has complained about already is what the parser stumbles over.
        if place is None or place[0] not in {each.line for each in self.document.problems}:
            self.document.complain(self.here(), message, fix, place)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.count(event)
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.count(event)
            self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop("begins a second document.", "Keep one scenario in a file.", event)

    def count(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self.stop(f"has more than {self.max_nodes:,} values.", "Split the scenario.", event)
        if event.anchor is not None:
            fix = "Remove it. A text cannot begin with &: put it in quotes."
            self.complain(f"uses an anchor (&{event.anchor}).", fix, event)
        if event.tag is not None:  # type: ignore[attr-defined]
            fix = "Remove it. A text cannot begin with !: put it in quotes."
            self.spoil("uses a tag (!).", fix, event)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        text, plain = event.value, not event.style
        if len(text) > MAX_SCALAR:
            self.complain(f"is longer than {MAX_SCALAR:,} characters.", "Shorten it.", event)
            text = text[:20]
        if UNPRINTABLE.search(text):
            self.complain("holds a character that cannot be printed.", "Delete it.", event)
            text = UNPRINTABLE.sub("?", text)
        if not self.stack:
            self.stop("is not made of keys and values.", "Begin it with: format: 1", event)
        top = self.stack[-1]
        if self.awaits_key():
            self.key(top, text, plain, event)
        else:
            self.put(self.plain_value(text, event) if plain else text, event)

    def plain_value(self, text: str, event: yaml.Event) -> str | int | bool:
        if text in NULLS:
            self.empty(event)
        elif WHOLE.fullmatch(text):
            if len(text.lstrip("-+")) > MAX_DIGITS:
                self.spoil(f"is a number of more than {MAX_DIGITS} digits.", "Shorten it.", event)
                return 0
            return int(text)
        elif text not in ("true", "false"):
            self.look_for_lost_text(text, event)
            return text
        return text == "true"

    def empty(self, event: yaml.Event) -> None:
        top = self.stack[-1]
        if top.in_braces and top.bare:
            # The parser's mark stands behind the key, and the comma before it is to blame.
            message = f"a comma ends the text inside {{ }}, so '{top.key}' stands alone."
            quotes = (
                "straight quotes" if CURLY.search(self.lines[_place(event)[0] - 1]) else "quotes"
            )
            self.spoil(message, f"Put the whole text in {quotes}.", event)
        elif self.behind(event, NOTE):
            fix = "Write a value. Put text that holds a # in quotes."
            self.spoil("is empty; everything after # on a line is a note.", fix, event)
        else:
            fix = "Write a value, or remove the key. A word can stand in quotes."
            self.spoil("is empty.", fix, event)

    def look_for_lost_text(self, text: str, event: yaml.Event) -> None:
        """Warn where a sentence goes on behind a ``#``, which nobody would be told."""
        lost, path = self.behind(event, NOTE), self.here()
        if lost is None or path[-1] == "when":
            return
        listed = path[-2] in PROSE_LISTS if isinstance(path[-1], int) else path[-1] in PROSE
        if listed or len(text.split()) > 1:
            message = f"ends before '# {_short(lost[1])}': everything after # on a line is a note."
            fix = "Put the text in quotes. A note can stand on a line of its own."
            self.document.warn(path, message, fix, _place(event))

    def behind(self, event: yaml.Event, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Look for a pattern right behind an event; lines may be long, so none is cut up."""
        mark = event.end_mark
        assert mark is not None, "the C parser marks every event"
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return pattern.match(line, mark.column)

    def key(self, top: _Open, text: str, plain: bool, event: yaml.Event) -> None:
        assert isinstance(top.entries, dict)
        path = (*top.path, text)
        if plain:
            self.plain_key(text, path, event)
        top.key, top.repeated = text, text in top.entries
        top.bare = self.behind(event, COLON) is None
        if top.repeated:
            first = self.document.keys[path][0]
            fix = "Rename one of them, or join them."
            self.complain(f"has the key '{text}' again; it is on line {first} too.", fix, event)
        else:
            self.document.keys[path] = _place(event)

    def plain_key(self, text: str, path: Path, event: yaml.Event) -> None:
        if text == "<<":
            message, fix = "uses a merge key (<<).", "Write the keys out."
        elif text in NULLS:
            message, fix = "has an empty key.", "Write a word before the colon."
        elif WHOLE.fullmatch(text) or text in ("true", "false"):
            message = f"has the key {text}, which is not a word."
            fix = f"Put it in quotes, or begin it with a letter: '{text}'."
        else:
            return
        self.complain(message, fix, event)
        self.document.spoiled.add(path)

    def put(self, value: Any, event: yaml.Event) -> None:
        self.document.values.setdefault(self.here(), _place(event))
        self.attach(value)

    def attach(self, value: Any) -> None:
        """Add a finished value to what is open."""
        if not self.stack:
            self.document.data = value
            return
        top = self.stack[-1]
        if isinstance(top.entries, list):
            top.entries.append(value)
            return
        assert top.key is not None
        if not top.repeated:
            top.entries[top.key] = value
        top.key, top.repeated = None, False

    def open(self, event: yaml.Event) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if not self.stack and not is_mapping:
            self.stop("is a list.", "Begin it with keys: format: 1", event)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(f"is nested more than {MAX_DEPTH} deep.", "Close the brackets.", event)
        if self.awaits_key():
            fix = "Put text that begins with { or [ in quotes."
            self.stop("has a list or mapping as a key.", fix, event)
        path = self.here()
        self.document.values.setdefault(path, _place(event))
        in_braces = isinstance(event, yaml.MappingStartEvent) and bool(event.flow_style)
        self.stack.append(_Open(path, {} if is_mapping else [], in_braces=in_braces))

    def close(self) -> None:
        """Finish a mapping, or a list, which becomes a tuple: what a file says never changes."""
        entries = self.stack.pop().entries
        self.attach(tuple(entries) if isinstance(entries, list) else entries)

    def alias(self, event: yaml.AliasEvent) -> None:
        fix = "Write it out. A text cannot begin with *: put it in quotes."
        self.spoil(f"uses an alias (*{event.anchor}).", fix, event)
        if self.awaits_key():
            raise _Stop
        self.put("", event)

    def here(self) -> Path:
        """The path of the value that comes next, or of the mapping whose key comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.entries, list):
            return (*top.path, len(top.entries))
        if top.key is None:
            return top.path
        # What is dropped must not be taken for what is kept, nor its lines for the other's.
        return (*top.path, f"{top.key} (again)" if top.repeated else top.key)

    def spoil(self, message: str, fix: str, event: yaml.Event) -> None:
        """Complain about a value so that nothing more is said of it."""
        self.complain(message, fix, event)
        if not self.awaits_key():
            self.document.spoiled.add(self.here())

    def awaits_key(self) -> bool:
        top = self.stack[-1] if self.stack else None
        return top is not None and isinstance(top.entries, dict) and top.key is None

    def complain(self, message: str, fix: str, event: yaml.Event) -> None:
        self.document.complain(self.here(), message, fix, _place(event))
        if len(self.document.problems) >= MAX_PROBLEMS:
            raise _Stop

    def stop(self, message: str, fix: str, event: yaml.Event) -> None:
        self.complain(message, fix, event)
        raise _Stop


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None, "the C parser marks every event"
    return mark.line + 1, mark.column + 1
