"""Put people into pairs: at random, or so that positions mix. Values and rules, nothing stored.

Where their number is odd, the last pair has an observer. Whoever calls brings the dice, so the same
dice deal the same pairs.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from lfp_trainer.errors import Incomplete
from lfp_trainer.storage.models import WorkPosition

TOO_FEW = "Tick at least two people."
SCHOOLS = (WorkPosition.ELEMENTARY, WorkPosition.MIDDLE, WorkPosition.HIGH)

Person = int
Positions = Mapping[Person, WorkPosition | None]
"""Person → where they work; None where they have not said."""
Pools = dict[WorkPosition | None, list[Person]]


@dataclass(frozen=True, slots=True)
class Group:
    """Two people who play, and perhaps one who watches them."""

    players: tuple[Person, Person]
    observer: Person | None = None


def at_random(people: Iterable[Person], dice: Random) -> list[Group]:
    """Pair people by chance alone.

    :raise Incomplete: if there are not two
    """
    order = _in_order(people)
    dice.shuffle(order)
    observer = order.pop() if len(order) % 2 else None
    return _grouped(order, observer)


def in_order(people: Iterable[Person]) -> list[Group]:
    """Pair people as they come, for somebody who pairs them by hand.

    :raise Incomplete: if there are not two
    """
    order = list(dict.fromkeys(people))
    if len(order) < 2:
        raise Incomplete({"people": TOO_FEW})
    observer = order.pop() if len(order) % 2 else None
    return _grouped(order, observer)


def by_mix(positions: Positions, dice: Random) -> list[Group]:
    """Pair people so that as many as can be work in different places.

    First as many pairs as possible of somebody from central office with somebody from a school,
    then as many as possible of any two positions. Everything else is left to the dice: who observes
    too, among those whose place in a pair costs the fewest mixed ones.

    :raise Incomplete: if there are not two
    """
    order = _in_order(positions)
    dice.shuffle(order)
    observer = None
    if len(order) % 2:
        best = max(_score_without(each, positions) for each in order)
        observer = next(each for each in order if _score_without(each, positions) == best)
        order.remove(observer)
    pools: Pools = {}
    for each in order:
        pools.setdefault(positions[each], []).append(each)
    dealt = [*_office_with_school(pools, dice), *_different(pools, dice)]
    rest = [each for pool in pools.values() for each in pool]
    dealt += [(rest[at], rest[at + 1]) for at in range(0, len(rest), 2)]
    dice.shuffle(dealt)
    return _grouped([each for pair in dealt for each in pair], observer)


def _score_without(person: Person, positions: Positions) -> tuple[int, int]:
    """Return how many pairs would mix if somebody observed: office with school, and others."""
    counts: dict[WorkPosition | None, int] = {}
    for each, position in positions.items():
        if each != person:
            counts[position] = counts.get(position, 0) + 1
    pools: Pools = {position: [0] * count for position, count in counts.items()}
    dice = Random(0)
    return len(_office_with_school(pools, dice)), len(_different(pools, dice))


def _office_with_school(pools: Pools, dice: Random) -> list[tuple[Person, Person]]:
    """Take out of the pools as many pairs of central office and school as there are."""
    pairs: list[tuple[Person, Person]] = []
    while pools.get(WorkPosition.CENTRAL_OFFICE) and (school := _largest(pools, SCHOOLS, dice)):
        pairs.append((pools[WorkPosition.CENTRAL_OFFICE].pop(), pools[school].pop()))
    return pairs


def _different(pools: Pools, dice: Random) -> list[tuple[Person, Person]]:
    """Take out of the pools as many pairs of different positions as there are."""
    pairs: list[tuple[Person, Person]] = []
    while True:
        # Always of the two largest, so that no position is left over alone before it must be.
        one = _largest(pools, tuple(WorkPosition), dice)
        other = _largest(pools, tuple(each for each in WorkPosition if each != one), dice)
        if one is None or other is None:
            return pairs
        pairs.append((pools[one].pop(), pools[other].pop()))


def _largest(pools: Pools, among: Sequence[WorkPosition], dice: Random) -> WorkPosition | None:
    most = max((len(pools.get(each, ())) for each in among), default=0)
    if not most:
        return None
    return dice.choice([each for each in among if len(pools.get(each, ())) == most])


def _in_order(people: Iterable[Person]) -> list[Person]:
    """Return people in an order of their own: however they came, the dice deal the same."""
    order = sorted(set(people))
    if len(order) < 2:
        raise Incomplete({"people": TOO_FEW})
    return order


def _grouped(order: Sequence[Person], observer: Person | None) -> list[Group]:
    groups = [Group((order[at], order[at + 1])) for at in range(0, len(order), 2)]
    if observer is not None:
        groups[-1] = Group(groups[-1].players, observer)
    return groups


def seat_group(
    group: Group, positions: Positions, seats: Sequence[str], office: Sequence[str]
) -> dict[str, Person]:
    """Give the players of a group their seats: central office its own where that fits.

    :param seats: the seats of the scenario, in its order
    :param office: those of them that are of central office
    """
    one, other = group.players
    in_school = [seat for seat in seats if seat not in office]
    if office and in_school:
        first, second = office[0], in_school[0]
    else:
        first, second = seats[0], seats[1]
    # Whoever is nearer to central office takes its seat; of two alike, the first.
    if _nearness(positions[other]) > _nearness(positions[one]):
        one, other = other, one
    seated = {first: one, second: other}
    return {seat: seated[seat] for seat in seats if seat in seated}


def _nearness(position: WorkPosition | None) -> int:
    if position is WorkPosition.CENTRAL_OFFICE:
        return 2
    return 0 if position in SCHOOLS else 1


Table = Mapping[str, Person | None]
"""Seat → who has it, the observer's too; None where the stand-in plays it or nobody watches."""


def check_by_hand(
    tables: Sequence[Table], people: Mapping[Person, str], *, observer: Hashable
) -> list[Table]:
    """Return the tables somebody has put together, without the empty ones.

    :param people: everybody who is there, with their name
    :param observer: the seat of those who watch
    :raise Incomplete: if somebody has no place or two, or somebody would play alone
    """
    seated = [each for table in tables for each in table.values() if each is not None]
    twice = [name for each, name in people.items() if seated.count(each) > 1]
    missing = [name for each, name in people.items() if each not in seated]
    problems = {}
    if twice:
        problems["twice"] = f"In more than one place: {', '.join(twice)}."
    if missing:
        problems["missing"] = f"Without a place: {', '.join(missing)}."
    for number, table in enumerate(tables, start=1):
        playing = [each for seat, each in table.items() if seat != observer and each is not None]
        if len(playing) == 1 or (not playing and any(table.values())):
            problems[f"pair {number}"] = f"Pair {number} needs two people who play."
    if problems or any(each not in people for each in seated):
        raise Incomplete(problems or {"people": TOO_FEW})
    return [table for table in tables if any(each is not None for each in table.values())]
