"""Text as a cell of a spreadsheet that is never run as a formula and never cut in silence.

Whoever opens a file of somebody else's words trusts it. A spreadsheet takes a cell that begins with
``= + - @`` for a formula; some skip spaces before it, some begin a new cell at a line break inside
one, some read the wide forms as the plain ones. An apostrophe in front stops all of them. One that
stood there already gets another, so that a program can take the added ones off again.
"""

import json
import re
from typing import Any

MOST = 32_767
"""What a cell holds, in the units that spreadsheets count in: two for some signs."""
_CUT = "\n[Cut here: the whole text has {} characters. A download as JSON has all of it.]"

# Space that does not stop a spreadsheet, with or without width; line ends stand apart.
_SPACE = "[^\\S\\n\\r\x85\u2028\u2029]|[\u00ad\u200b-\u200f\u2060\ufeff]"
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_LINE_ENDS = "\\n\\r\x85\u2028\u2029"
GUARDED = re.compile(
    f"\\A(?='*[\\t{_LINE_ENDS}])|(?:\\A|(?<=[{_LINE_ENDS}]))(?='*(?:{_SPACE})*{_SIGN})"
)
"""The places in a text that get an apostrophe."""
# XML-based spreadsheets have no such characters, and one of them would spoil a whole file.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def safe_cell(value: Any) -> str | int | float:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # First what nobody sees: behind it a sign would stand at the beginning.
    return _cut(GUARDED.sub("'", _UNPRINTABLE.sub("", text)))


def _cut(text: str) -> str:
    if len(text) <= MOST // 2 or _size(text) <= MOST:
        return text
    flag = _CUT.format(f"{len(text):,}")
    kept = text.encode("utf-16-le")[: 2 * (MOST - len(flag))]
    # Half of a sign that takes two units is none.
    return kept.decode("utf-16-le", errors="ignore") + flag


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
