"""What browsers send, made safe to store: nothing invisible, one spelling, bounded lengths."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from flask import request

from lfp_trainer.errors import Incomplete

# Characters without width, or that turn the direction of the text around them, could make one name
# look like another. Joiners stay: scripts and emoji are written with them.
_DISGUISING = "\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_DISGUISING}]")


def clean(typed: str) -> str:
    """Return text without control characters and lone surrogates, composed, with plain line ends.

    PostgreSQL refuses a NUL and both databases a surrogate.
    """
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", lines)).strip()


def text(name: str, limit: int) -> str:
    """Return a field of several lines; empty when it was not sent.

    :raise Incomplete: if it is longer than the limit: cut off in silence, its end would be lost
    """
    value = clean(request.form.get(name, ""))
    problem = too_long(value, limit)
    if problem:
        raise Incomplete({name: problem})
    return value


def too_long(value: str, limit: int) -> str:
    """Return what to do about a text that is too long; empty where it is not."""
    if len(value) <= limit:
        return ""
    return f"Shorten this to {limit} characters. It has {len(value)}."


def line(name: str, limit: int) -> str:
    """Return a field of one line, such as a name."""
    return " ".join(text(name, limit).split())


def words(name: str, allowed: Iterable[str]) -> list[str]:
    """Return which of the words offered were picked, in the order they were offered."""
    sent = set(request.form.getlist(name))
    return [word for word in allowed if word in sent]


def word(name: str, allowed: Iterable[str]) -> str | None:
    """Return the one word picked; None when none of those offered was."""
    return next(iter(words(name, allowed)), None)


def number(name: str, most: int = 2**31 - 1) -> int | None:
    """Return a whole number from 0; None when it is anything else."""
    sent = request.form.get(name, "")
    if not re.fullmatch("[0-9]{1,10}", sent) or int(sent) > most:
        return None
    return int(sent)


def moment(name: str) -> datetime | None:
    """Return a day and a time, which are taken in UTC; None when the field is empty.

    :raise Incomplete: if it is anything else
    """
    sent = clean(request.form.get(name, ""))
    if not sent:
        return None
    try:
        at = datetime.fromisoformat(sent).replace(tzinfo=UTC)
    except ValueError:
        raise Incomplete({name: "Write a day and a time, such as 2026-03-05T17:00."}) from None
    if not 2000 <= at.year < 2100:
        raise Incomplete({name: "Choose a day of this century."})
    return at


def ticked(name: str) -> bool:
    """Tell whether a box was ticked."""
    return name in request.form
