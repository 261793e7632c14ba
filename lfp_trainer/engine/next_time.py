"""The one thing to do differently next time: the decision it rests on, and what was said before it.

Where every own decision took what is ranked first there is nothing to change; then it is the
decision that carried the play furthest.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lfp_trainer.engine import play, reference
from lfp_trainer.engine.debrief import Debrief, Decision
from lfp_trainer.engine.play import Moment
from lfp_trainer.engine.rubric import Neighbours
from lfp_trainer.engine.scenario import SpokenLine
from lfp_trainer.engine.script import Script


@dataclass(frozen=True, slots=True)
class NextTime:
    """A decision to look back at first of all."""

    decision: Decision
    differently: bool
    """Another response is ranked first; else this is what carried the play."""
    line: SpokenLine | None
    """What the decision answered: the last thing that somebody else said, or that was told."""
    strand: str | None
    """The strand that it turns on; None where the response shows no level."""
    level: int | None
    """What the response showed there."""
    ask: Neighbours | None
    """The question between that level and the next."""

    @property
    def seats(self) -> tuple[str, ...]:
        return self.decision.moment.seats


def next_time(
    script: Script, told: Debrief, path: Iterable[str], *, own_seats: Collection[str]
) -> NextTime | None:
    """Return what to look back at; None for who decided nothing.

    :param told: the debrief of that path
    """
    turn = told.turning_point
    decision = turn or _carried(told)
    if decision is None:
        return None
    number = decision.moment.number
    heard = play.retell(script, path, to=own_seats)
    strand, level, ask = _turns_on(script, decision)
    return NextTime(
        decision=decision,
        differently=turn is not None,
        line=_answered(heard, number, decision.moment.seats),
        strand=strand,
        level=level,
        ask=ask,
    )


def _carried(told: Debrief) -> Decision | None:
    """Return the own decision that showed most, seen from the top of each ladder; the later of two.

    Nearer to the ending, as with a turning point.
    """
    mine = [each for each in told.decisions if each.own]
    return max(
        reversed(mine),
        key=lambda each: sum(shown.level / shown.highest for shown in each.shown),
        default=None,
    )


def _turns_on(
    script: Script, decision: Decision
) -> tuple[str, int, Neighbours | None] | tuple[None, None, None]:
    """Return the strand on which the response is furthest below the first in rank, its level, and
    the question to the next.

    Where it is below on none, the strand with most room above it; none where it shows no level.
    """
    if not decision.shown:
        return None, None, None
    first = script.choices[decision.first][1].shows
    widest = max(
        decision.shown,
        key=lambda each: (first.get(each.strand, 0) - each.level, each.highest - each.level),
    )
    ladder = script.rubric.strands[widest.strand]
    return widest.strand, widest.level, reference.neighbours(ladder, widest.level)


def _answered(
    heard: Iterable[Moment], number: int | None, deciding: Collection[str]
) -> SpokenLine | None:
    """Return the last line that somebody else spoke since the decision before, or the last told."""
    lines: list[SpokenLine] = []
    for moment in heard:
        lines += moment.lines
        if moment.number == number:
            break
        if moment.number is not None:
            lines = []
    spoken = [each for each in lines if each.says is not None]
    others = [each for each in spoken if each.who not in deciding]
    # Who decides for every seat is answered by one of them.
    together = spoken if len(deciding) > 1 else []
    best = others or together or [each for each in lines if each.says is None]
    return best[-1] if best else None
