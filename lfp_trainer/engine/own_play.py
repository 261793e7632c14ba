"""What somebody's own responses showed in a seat, beside what they claim.

The rule is the one for rating anybody: the highest level that at least one response clearly shows,
and one lower if contrary behavior repeats. Said of responses, exactly:

- a response *shows* the level its author gave it on that strand;
- it is *contrary* if it shows two or more levels less than the highest: one level less is the same
  person on another day;
- contrary behavior *repeats* if at least two responses are contrary.

Somebody whose responses show nothing on a strand has no level there: that is NE, not the lowest.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lfp_trainer.engine.debrief import Decision
from lfp_trainer.engine.rubric import Rating

CONTRARY = 2
"""Levels below the highest from which on a response is contrary."""

REPEATS = 2
"""Contrary responses from which on they are a habit."""

MOST_QUOTED = 2
"""Responses quoted against a claim: the rest stand in the drawing."""


@dataclass(frozen=True, slots=True)
class Response:
    """One of somebody's own responses, and the level it shows on each strand."""

    number: int
    """Of its step; as text it is what a claim cites."""
    title: str
    text: str
    levels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Showed:
    """What the responses of one seat showed on one strand."""

    seat: str
    strand: str
    steps: Mapping[int, tuple[int, ...]]
    """Level → the numbers of the responses that show it; every level of the ladder."""
    highest: int | None
    contrary: tuple[int, ...]
    """The numbers of the responses that are contrary to the highest, if that repeats."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The responses that show a level, in the order of the play."""
        return tuple(sorted(number for steps in self.steps.values() for number in steps))

    @property
    def level(self) -> int | None:
        """The level that follows from them by the rule; None for NE."""
        if self.highest is None:
            return None
        return self.highest - 1 if self.contrary else self.highest


class Verdict(StrEnum):
    """How a claim stands to what was shown."""

    SAME = "same"
    MORE = "more"
    """It claims more than the responses show."""
    LESS = "less"
    SAID_NOTHING = "said nothing"
    """NE, where the responses show a level."""
    NOTHING_SHOWN = "nothing shown"
    """A level, where the responses show none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody claims for a seat and strand, beside what their responses showed."""

    own: Rating
    showed: Showed
    verdict: Verdict
    otherwise: tuple[int, ...]
    """The numbers of a few responses that say otherwise."""


def responses_in(
    decisions: Iterable[Decision], seat: str, by_stand_in: Collection[int]
) -> tuple[Response, ...]:
    """Return what somebody chose in a seat; decided together, it is theirs in each of the seats.

    :param by_stand_in: the numbers of the steps that the stand-in took
    """
    return tuple(
        Response(
            each.moment.number, each.moment.title, each.moment.choice.text, each.moment.choice.shows
        )
        for each in decisions
        if each.own
        and each.moment.number is not None
        and each.moment.choice is not None
        and seat in each.moment.seats
        and each.moment.number not in by_stand_in
    )


def showed(responses: Iterable[Response], *, seat: str, strand: str, top: int) -> Showed:
    """Return what responses showed on a strand.

    :param top: the highest level there is
    """
    levels = {each.number: each.levels[strand] for each in responses if strand in each.levels}
    highest = max(levels.values(), default=None)
    contrary = tuple(
        number
        for number, level in levels.items()
        if highest is not None and level <= highest - CONTRARY
    )
    return Showed(
        seat=seat,
        strand=strand,
        steps={
            rung: tuple(number for number, level in levels.items() if level == rung)
            for rung in range(1, top + 1)
        },
        highest=highest,
        contrary=contrary if len(contrary) >= REPEATS else (),
    )


def hold_beside(own: Rating, showed: Showed) -> Claim:
    """Hold a claim beside what was shown."""
    verdict = _verdict(own.level, showed.level)
    return Claim(own, showed, verdict, _otherwise(own.level, showed, verdict)[:MOST_QUOTED])


def _verdict(claimed: int | None, shown: int | None) -> Verdict:
    if claimed == shown:
        return Verdict.SAME
    if claimed is None:
        return Verdict.SAID_NOTHING
    if shown is None:
        return Verdict.NOTHING_SHOWN
    return Verdict.MORE if claimed > shown else Verdict.LESS


def _otherwise(claimed: int | None, showed: Showed, verdict: Verdict) -> tuple[int, ...]:
    """Return the responses that speak against a claim."""
    top = () if showed.highest is None else showed.steps[showed.highest]
    if verdict in (Verdict.LESS, Verdict.SAID_NOTHING):
        return top
    if verdict is Verdict.MORE and claimed is not None and showed.highest is not None:
        # Reached once, and taken back by what repeats; or never reached at all.
        return showed.contrary if claimed <= showed.highest else top
    return ()
