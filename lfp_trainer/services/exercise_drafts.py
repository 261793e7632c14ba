"""Drafts of ratings that come from several windows: what one wrote, no other wipes unseen.

A window knows its own drafts by its id, even where the answer to one was lost or not waited for.
Whatever else it would replace it must have shown.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

from lfp_trainer.errors import StaleDraft
from lfp_trainer.services.ratings import Kept

SENT = " sent"
"""After the id of a window whose button was pressed: a draft of it that comes later was overtaken
on the way, and is older than what is stored."""


@dataclass(frozen=True, slots=True)
class Window:
    """The page that a draft comes from."""

    id: str
    shown: str
    """The fingerprint of what it showed when it was opened."""
    is_sent: bool = False
    """Sent by a button, not by the page itself while somebody writes."""

    @property
    def mark(self) -> str:
        """What is stored with a rating that was saved here."""
        return f"{self.id}{SENT}" if self.is_sent else self.id


def fingerprint(kept: Kept) -> str:
    """Return a short text that is another one for another rating."""
    return sha256(json.dumps(asdict(kept), sort_keys=True).encode()).hexdigest()[:16]


def may_replace(stored: Kept, saved_in: str, sent: Kept, window: Window | None) -> bool:
    """Tell whether a draft takes the place of what is stored; not where it says nothing new.

    :param saved_in: the mark of the window that saved last
    :raise StaleDraft: if it would wipe what the window has not shown
    """
    if sent == stored:
        return False
    if window is None:
        return True
    if window.id == saved_in.removesuffix(SENT):
        if saved_in.endswith(SENT) and not window.is_sent:
            raise StaleDraft
        return True
    if window.shown == fingerprint(sent):
        return False
    if window.shown == fingerprint(stored):
        return True
    raise StaleDraft
