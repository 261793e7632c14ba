"""What a play showed, told from its path: nothing here is stored."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Moment
from lfp_trainer.engine.scenario import Choice, Ending
from lfp_trainer.engine.script import Script


@dataclass(frozen=True, slots=True)
class Shown:
    """The level one response showed on one strand, and the highest that was on offer."""

    strand: str
    level: int
    best: int
    highest: int
    """The top of the strand's ladder."""


@dataclass(frozen=True, slots=True)
class Higher:
    """A response that shows more on one strand than the one ranked first."""

    strand: str
    level: int
    choice_id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice of a play, with what it showed."""

    moment: Moment
    own: bool
    """Made by the learner, not by somebody else or a stand-in."""
    shown: tuple[Shown, ...]
    first: str
    """The choice ranked first among those on offer; of equals, the one taken if it is of them."""
    higher: tuple[Higher, ...]
    """What shows the highest level of a strand, where the first in rank does not."""
    gap: int
    """How far the taken choice stands from the first: the places it ranks below it, and the levels
    that the first shows above it, strand by strand."""

    @property
    def took_first(self) -> bool:
        return self.moment.choice_id == self.first


@dataclass(frozen=True, slots=True)
class Debrief:
    """A finished play: how it ended, what was decided, what moved, what was used and missed."""

    ending: Ending | None
    epilogue: str | None
    decisions: tuple[Decision, ...]
    gauges: dict[str, tuple[int, ...]]
    """Gauge → its value before the first decision and after each one."""
    used: tuple[tuple[str, int], ...]
    """Partnership practices in the learner's own responses, with how often; most used first."""
    missed: tuple[tuple[str, int], ...]
    untouched: tuple[str, ...]
    """Practices of the vocabulary that none of the learner's responses used or missed."""

    @property
    def turning_point(self) -> Decision | None:
        """The learner's own choice with the widest gap to the one ranked first; the later of two.

        Rank says what fits the moment and level says how much of the skill is in it, so both count.
        Of two that are equally far off, the later one is nearer to the ending it led to.
        """
        mine = [each for each in self.decisions if each.own and not each.took_first]
        return max(reversed(mine), key=lambda each: each.gap, default=None)


def tell(
    script: Script,
    path: Iterable[str],
    *,
    own_seats: Collection[str],
    not_own: Collection[int] = (),
) -> Debrief:
    """Return the debrief of a path; ``own_seats`` are the seats the learner played.

    :param not_own: the numbers of steps in those seats that somebody else took for them

    :raise UnknownChoice: if the path is not one of this script
    """
    path = tuple(path)
    position = play.start(script)
    states = [position.gauges]
    for choice_id in path:
        position = play.choose(script, position, choice_id)
        states.append(position.gauges)
    decisions = tuple(
        decision(script, moment, own_seats=() if moment.number in not_own else own_seats)
        for moment in play.retell(script, path)
        if moment.choice is not None
    )
    mine = [each.moment.choice for each in decisions if each.own and each.moment.choice]
    used = Counter(tag for choice in mine for tag in choice.uses)
    missed = Counter(tag for choice in mine for tag in choice.misses)
    return Debrief(
        ending=play.ending_of(script, position),
        epilogue=play.epilogue_of(script, position),
        decisions=decisions,
        gauges={
            name: tuple(state[at] for state in states) for at, name in enumerate(script.gauges)
        },
        used=tuple(used.most_common()),
        missed=tuple(missed.most_common()),
        untouched=tuple(
            tag for tag in script.vocabulary.practices if tag not in used and tag not in missed
        ),
    )


def decision(script: Script, moment: Moment, *, own_seats: Collection[str]) -> Decision:
    """Return one taken choice with the levels it showed and what else was on offer."""
    taken = moment.choice
    assert taken is not None
    moves = script.scenes[moment.scene_id].moves
    offers = {
        id: moves[id].choice for id in sorted(moment.may, key=lambda id: moves[id].choice.rank)
    }
    first = next(iter(offers))
    if moment.choice_id is not None and taken.rank == offers[first].rank:
        first = moment.choice_id  # of equals, the one that was taken
    best = {
        strand: max(offers, key=lambda id: offers[id].shows.get(strand, 0))
        for strand in script.rubric.strands
    }
    return Decision(
        moment=moment,
        own=any(seat in own_seats for seat in moment.seats),
        shown=tuple(
            Shown(
                strand=strand,
                level=level,
                best=offers[best[strand]].shows[strand],
                highest=script.rubric.highest(strand),
            )
            for strand, level in taken.shows.items()
        ),
        first=first,
        higher=tuple(
            Higher(strand, offers[id].shows[strand], id)
            for strand, id in best.items()
            if offers[id].shows.get(strand, 0) > offers[first].shows.get(strand, 0)
        ),
        gap=taken.rank - offers[first].rank + _levels_above(offers[first], taken),
    )


def _levels_above(first: Choice, taken: Choice) -> int:
    return sum(max(0, level - taken.shows.get(strand, 0)) for strand, level in first.shows.items())
