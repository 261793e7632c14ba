"""Every error a person can cause, in words that say what to do next.

An expected error is a :class:`TrainerError`; anything else is a bug and should be loud. Engine and
services know no status codes: ``web/errors.py`` maps each error to one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest
from os.path import commonprefix


class TrainerError(Exception):
    """Something a person did, or met, that the trainer cannot go on with."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a scenario, rubric or vocabulary.

    ``at`` is the path of keys and list positions that leads to the mistake; a file reader turns it
    into a line and a column, counted from 1. ``severity`` is ``error`` (cannot be played) or
    ``warning``. ``file`` is set when the mistake is in a file other than the one being read, such
    as the rubric of a scenario.
    """

    at: tuple[str | int, ...]
    message: str
    fix: str = ""
    severity: str = "error"
    line: int | None = None
    column: int | None = None
    file: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def text(self) -> str:
        """The whole sentence without its line: for lists that show the line in its own column."""
        place = ".".join(str(part) for part in self.at)
        parts = (f"{place}: {self.message}" if place else self.message, self.fix)
        return " ".join(part for part in parts if part)

    def __str__(self) -> str:
        line = f"line {self.line}, column {self.column}" if self.line else ""
        return ": ".join(part for part in (self.file, line, self.text) if part)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a fix for a misspelt word: the nearest known one, or the list of all of them."""
    near = get_close_matches(word, _likely(word, known), n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not known:
        return "None is defined."
    listed = ", ".join(list(known)[:12])
    return f"Known: {listed}{' …' if len(known) > 12 else ''}."


def _likely(word: str, known: Sequence[str]) -> Sequence[str]:
    """Keep of a very long list those that begin most alike: each comparison takes its time."""
    if len(known) <= 50:
        return known
    return nlargest(50, known, key=lambda each: len(commonprefix((word, each))))


class ScenarioError(TrainerError):
    """A scenario the engine cannot run, with every problem found in it."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n  - ".join([f"{source}: {count}", *map(str, self.problems)]))


class ConditionError(TrainerError):
    """A ``when`` that is not in the small condition language."""


class UnknownChoice(TrainerError):
    """A choice that the current scene does not offer."""

    def __init__(self, choice_id: str, *, scene_id: str | None, offered: Sequence[str]) -> None:
        self.choice_id = choice_id
        where = f"Scene '{scene_id}'" if scene_id else "This play has ended and"
        super().__init__(
            f"{where} has no choice '{choice_id}'."
            f" It offers: {', '.join(offered) or 'nothing, because it is over'}."
        )


class EndlessStandIn(TrainerError):
    """A stand-in that plays on for ever. The checker refuses one that a play can come to."""

    def __init__(self, scene_id: str | None) -> None:
        super().__init__(f"The stand-in goes round and round from scene '{scene_id}'.")


class NotFound(TrainerError):
    """Something that does not exist, or that this person may not see: the same to them."""

    def __init__(self) -> None:
        super().__init__("There is nothing here, or it is not yours to see.")


class Forgotten(TrainerError):
    """An act of somebody whose account or practice was deleted while they did it."""

    def __init__(self) -> None:
        super().__init__(
            "What you practiced here has just been deleted, from another window or device. This was"
            " not kept either."
        )


class StaleMove(TrainerError):
    """A move made from a page that was no longer true."""

    def __init__(self, said: str = "") -> None:
        super().__init__(
            said
            or "This page was no longer current: the run has moved on. Here is where it is now."
        )


class StaleDraft(StaleMove):
    """A draft that would wipe what was saved in another window."""

    def __init__(self) -> None:
        super().__init__(
            "Something else has been saved here in another window since this page was opened. What"
            " you have on this page is not saved yet. Send it with a button of this page: you then"
            " see both."
        )


class NotYet(TrainerError):
    """A later stage, asked for before an earlier one is finished."""

    def __init__(self, needed: str) -> None:
        super().__init__(f"First finish this part: {needed}.")


class NotOpenYet(NotYet):
    """A part that opens once everybody who plays together has finished the one before."""

    def __init__(self) -> None:
        TrainerError.__init__(
            self, "This opens once everybody who plays has finished the part before it."
        )


class NotInWhatIf(TrainerError):
    """A part of a run that a what-if does not have: it is only a conversation, told afterwards."""

    def __init__(self) -> None:
        super().__init__(
            "A what-if has only the conversation and its debrief. Here is where it is now."
        )


class NotForObservers(NotInWhatIf):
    """A part of a run in which players answer, asked for by somebody who watches it."""

    def __init__(self) -> None:
        TrainerError.__init__(
            self, "You watch this play, and those who play answer that. Here is where it is now."
        )


class RatedTogether(NotInWhatIf):
    """The page of somebody alone after a play, asked for in a run that several people play."""

    def __init__(self) -> None:
        TrainerError.__init__(
            self,
            "In a run together, what was played is rated right after it, and told in the debrief."
            " Here is where it is now.",
        )


class Incomplete(TrainerError):
    """An answer with something missing; ``fields`` maps each field to what to do about it."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(" ".join(fields.values()))


class Busy(TrainerError):
    """The server has enough to do for now; the sentence says with what."""


class TooMany(TrainerError):
    """Too many wrong tries in a row."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"Too many wrong tries. Wait {minutes} minutes, then try again.")
