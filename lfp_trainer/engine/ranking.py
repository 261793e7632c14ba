"""All the responses of one decision put in an order, beside the order of the reference.

The reference ranks responses in the scenario file. Those it ranks alike share their places: of two
that are tied for second, each is right at 2 and at 3. What counts is how many places off each
response stands, so an order that is nearly the reference's earns nearly all of the credit.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete


@dataclass(frozen=True, slots=True)
class Placed:
    """One response: where somebody put it, and the places it has in the reference's order."""

    choice_id: str
    place: int
    first: int
    last: int
    """The same as ``first`` unless the reference ties it with others."""

    @property
    def off(self) -> int:
        """How many places it stands from the nearest one that is right."""
        return max(self.first - self.place, self.place - self.last, 0)

    @property
    def is_tied(self) -> bool:
        return self.first != self.last


@dataclass(frozen=True, slots=True)
class Ranked:
    """An order beside the reference's, best first as the reference sees it."""

    placed: tuple[Placed, ...]
    largest: int
    """How many places off in all an order can be at most."""

    @property
    def total(self) -> int:
        """How many places off the responses are in all."""
        return sum(each.off for each in self.placed)

    @property
    def points(self) -> int:
        return self.largest - self.total

    @property
    def credit(self) -> float:
        """From 0 for the order furthest from the reference's to 1 for its own."""
        return self.points / self.largest if self.largest else 1.0


def order_of(offered: Collection[str], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return the responses on offer in the order of the places given to them.

    :raise Incomplete: if a response has no place, or two have the same; says which
    """
    given = {id: places[id] for id in offered if places.get(id) in range(1, len(offered) + 1)}
    problem = _problem(len(offered), list(given.values()))
    if problem:
        raise Incomplete({"places": problem})
    return tuple(sorted(given, key=given.__getitem__))


def misplaced(places: Mapping[str, int | None]) -> frozenset[str]:
    """Return the responses that need another place: those without one, and those that share one."""
    times = Counter(places.values())
    return frozenset(id for id, place in places.items() if place is None or times[place] > 1)


def _problem(count: int, given: Sequence[int]) -> str:
    times = Counter(given)
    twice = [place for place in sorted(times) if times[place] > 1]
    free = [place for place in range(1, count + 1) if not times[place]]
    if not given:
        return f"Give each response a place, from 1 for what you would do first to {count}."
    if twice:
        return (
            f"Give each response a place of its own: {_listed(twice)} {_is(twice)} used more than"
            f" once, {_listed(free)} {_is(free)} still free."
        )
    if free:
        return f"Give every response a place: {_listed(free)} {_is(free)} still free."
    return ""


def _listed(places: Sequence[int]) -> str:
    *before, last = (f"{place}" for place in places)
    return f"{', '.join(before)} and {last}" if before else last


def _is(places: Sequence[int]) -> str:
    return "is" if len(places) == 1 else "are"


def compare_ranking(ranks: Mapping[str, int], order: Sequence[str]) -> Ranked:
    """Lay an order beside the reference's.

    :param ranks: the rank that the reference gives each response on offer
    :param order: the same responses, best first
    """
    shared = _shared_places(ranks)
    placed = [Placed(id, place, *shared[id]) for place, id in enumerate(order, start=1)]
    return Ranked(
        placed=tuple(sorted(placed, key=lambda each: each.first)),
        largest=_largest(shared.values()),
    )


def ranks_of(script: Script, offered: Iterable[str]) -> dict[str, int]:
    """Return the rank that the reference gives each of some responses."""
    return {id: script.choices[id][1].rank for id in offered}


def average_credit(ranked: Collection[Ranked]) -> float | None:
    """Return the credit of several decisions on average; None if none was ranked."""
    return fmean(each.credit for each in ranked) if ranked else None


def _shared_places(ranks: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return the places that are right for each response, from the first to the last of them."""
    in_order = sorted(ranks.values())
    return {
        id: (in_order.index(rank) + 1, in_order.index(rank) + in_order.count(rank))
        for id, rank in ranks.items()
    }


def _largest(shared: Iterable[tuple[int, int]]) -> int:
    """Return how far off the furthest order is: the reference's from back to front.

    Whatever stands before something it belongs behind is no nearer to its place than if the two
    changed places, so no other order is further off.
    """
    backwards = sorted(shared, reverse=True)
    return sum(
        Placed("", place, first, last).off for place, (first, last) in enumerate(backwards, start=1)
    )
