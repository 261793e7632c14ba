"""Two plays of one script held beside each other, to see what another response changed.

Nothing here judges a play: what each showed is told by :mod:`lfp_trainer.engine.debrief`.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from lfp_trainer.engine import debrief
from lfp_trainer.engine.debrief import Debrief, Decision
from lfp_trainer.engine.play import retell
from lfp_trainer.engine.script import Script


@dataclass(frozen=True, slots=True)
class Parting:
    """The decision at which two plays part: the same moment, answered in two ways."""

    first: Decision
    other: Decision


@dataclass(frozen=True, slots=True)
class GaugePair:
    """One gauge in both plays: before the first decision and after each one."""

    name: str
    first: tuple[int, ...]
    other: tuple[int, ...]

    @property
    def moved(self) -> int:
        """How much higher it stands at the end of the other play."""
        return self.other[-1] - self.first[-1]


@dataclass(frozen=True, slots=True)
class LevelPair:
    """How often each level of a strand was shown by the learner's responses after the parting.

    The first number of each is that of level 1.
    """

    strand: str
    first: tuple[int, ...]
    other: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PracticePair:
    """The partnership practices that the learner's responses touch in only one of the plays."""

    used_first: tuple[str, ...]
    used_other: tuple[str, ...]
    missed_first: tuple[str, ...]
    missed_other: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """What stands beside each other after the parting. Where only one play goes on, one is None."""

    first: Decision | None
    other: Decision | None

    @property
    def is_same_moment(self) -> bool:
        return _scene(self.first) == _scene(self.other)

    @property
    def is_same_response(self) -> bool:
        return self.is_same_moment and _choice(self.first) == _choice(self.other)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plays of one script beside each other."""

    shared: int
    """How many decisions they have in common before they part."""
    first: Debrief
    other: Debrief
    parting: Parting | None
    """None where one play is the other, or only its beginning."""
    gauges: tuple[GaugePair, ...]
    levels: tuple[LevelPair, ...]
    practices: PracticePair
    later: tuple[Later, ...]
    meets: str | None
    """The first scene after the parting that both plays come to; None where there is none."""

    @property
    def is_same_ending(self) -> bool:
        return self.first.ending == self.other.ending

    @property
    def moved_most(self) -> GaugePair | None:
        """The gauge that ends furthest from where it ended before; None where none does."""
        moved = [each for each in self.gauges if each.moved]
        return max(moved, key=lambda each: abs(each.moved), default=None)

    @property
    def answered_otherwise(self) -> int:
        """How many later moments of both plays the learner answered in two ways.

        What changed after them is not the work of one response alone.
        """
        return sum(
            each.first is not None
            and each.other is not None
            and each.first.own
            and each.other.own
            and each.is_same_moment
            and not each.is_same_response
            for each in self.later
        )


def compare(
    script: Script,
    first: Iterable[str],
    other: Iterable[str],
    *,
    own_seats: Collection[str],
    other_seats: Collection[str] | None = None,
    not_own: tuple[Collection[int], Collection[int]] = ((), ()),
) -> Comparison:
    """Hold two finished plays beside each other; ``own_seats`` are those the learner played.

    :param other_seats: those of the other play, where they were exchanged
    :param not_own: for each play, the numbers of steps in them that somebody else took
    :raise UnknownChoice: if a path is not one of this script
    """
    paths = tuple(first), tuple(other)
    seats = own_seats, own_seats if other_seats is None else other_seats
    told = [
        debrief.tell(script, path, own_seats=own, not_own=others)
        for path, own, others in zip(paths, seats, not_own, strict=True)
    ]
    one, two = told
    shared = _shared(*paths)
    after = one.decisions[shared:], two.decisions[shared:]
    return Comparison(
        shared=shared,
        first=one,
        other=two,
        parting=Parting(after[0][0], after[1][0]) if all(after) else None,
        gauges=tuple(GaugePair(name, one.gauges[name], two.gauges[name]) for name in one.gauges),
        levels=tuple(
            LevelPair(strand, *(_shown(script, strand, decisions) for decisions in after))
            for strand in script.rubric.strands
        ),
        practices=PracticePair(
            *_only_in_one(one.used, two.used), *_only_in_one(one.missed, two.missed)
        ),
        later=tuple(_beside(after[0][1:], after[1][1:])) if all(after) else (),
        meets=_meeting(script, *paths, shared=shared) if all(after) else None,
    )


def _shared(first: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many choices two paths begin with alike."""
    pairs = zip(first, other, strict=False)
    return next(
        (at for at, (one, two) in enumerate(pairs) if one != two), min(len(first), len(other))
    )


def _shown(script: Script, strand: str, decisions: Iterable[Decision]) -> tuple[int, ...]:
    counts = Counter(
        shown.level
        for each in decisions
        if each.own
        for shown in each.shown
        if shown.strand == strand
    )
    return tuple(counts[level] for level in range(1, script.rubric.highest(strand) + 1))


Counted = tuple[tuple[str, int], ...]


def _only_in_one(first: Counted, other: Counted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    one, two = dict(first), dict(other)
    return tuple(tag for tag in one if tag not in two), tuple(tag for tag in two if tag not in one)


def _beside(first: tuple[Decision, ...], other: tuple[Decision, ...]) -> Iterable[Later]:
    """Put decisions of the same scene into one row, and what is between them side by side."""
    one, two = ([_scene(each) for each in decisions] for decisions in (first, other))
    at_first = at_other = 0
    # Its last block is empty and stands at the end of both.
    for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        apart = zip_longest(first[at_first : block.a], other[at_other : block.b])
        yield from (Later(*pair) for pair in apart)
        at_first, at_other = block.a + block.size, block.b + block.size
        alike = zip(first[block.a : at_first], other[block.b : at_other], strict=True)
        yield from (Later(*pair) for pair in alike)


def _meeting(
    script: Script, first: tuple[str, ...], other: tuple[str, ...], *, shared: int
) -> str | None:
    """Return the first scene that both paths come to after the choices in which they part."""
    there = {moment.scene_id for moment in retell(script, first, since=shared)[1:]}
    way = retell(script, other, since=shared)[1:]
    return next((moment.scene_id for moment in way if moment.scene_id in there), None)


def _scene(decision: Decision | None) -> str:
    return decision.moment.scene_id if decision else ""


def _choice(decision: Decision | None) -> str | None:
    return decision.moment.choice_id if decision else None
