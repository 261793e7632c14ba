"""How players who do not read the story fare: at random, always the first, always the longest.

A case is worth practising only when such a player does no better than chance, and somebody who
picks the best ranked response wins. There are two ways to find out: :func:`weigh` computes it
exactly, by sending the weight of all plays from state to state, and :func:`play_many` plays.

A player takes every seat, or some of them, and then the stand-in plays the others: that is what
somebody meets who practises alone.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from lfp_trainer.engine.play import Position, choose, offered, stand_in_moves, start
from lfp_trainer.engine.scenario import Choice
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.engine.walk import Essence
from lfp_trainer.errors import EndlessStandIn

MOST_DECISIONS = 2_500
"""A play that is longer than this goes round and round; no file may have more scenes than 2,000."""

NOTHING = 1e-9
"""A weight that no figure shows: what is left of the plays of a story that can go round."""

Picks = Callable[[Mapping[str, Choice]], tuple[str, ...]]
"""From the responses on offer, in the author's order, those a player takes with equal chance."""


def consults(choice: Choice, vocabulary: Vocabulary) -> bool:
    """Tell whether a response asks somebody or works together with them."""
    tactic = vocabulary.tactics.get(choice.tactic) if choice.tactic is not None else None
    return tactic is not None and tactic.consults


def words_in(text: str) -> int:
    return len(text.split())


def _most(score: Callable[[Choice], int], offers: Mapping[str, Choice]) -> tuple[str, ...]:
    most = max(score(choice) for choice in offers.values())
    return tuple(id for id, choice in offers.items() if score(choice) == most)


def _consulting(vocabulary: Vocabulary, offers: Mapping[str, Choice]) -> tuple[str, ...]:
    asking = tuple(id for id, choice in offers.items() if consults(choice, vocabulary))
    return asking or tuple(offers)


REFERENCE = "reference"
RANDOM = "random"


def players(vocabulary: Vocabulary) -> dict[str, Picks]:
    """Return every player by name. Who finds equals takes one of them by chance."""
    return {
        RANDOM: tuple,
        "first": lambda offers: tuple(offers)[:1],
        "last": lambda offers: tuple(offers)[-1:],
        # Words are what an author counts; what a reader sees at a glance is how far a text goes.
        "longest": partial(_most, lambda choice: len(choice.text)),
        "shortest": partial(_most, lambda choice: -len(choice.text)),
        "highest level": partial(_most, lambda choice: sum(choice.shows.values())),
        "consulting": partial(_consulting, vocabulary),
        REFERENCE: partial(_most, lambda choice: -choice.rank),
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one player fares: shares between 0 and 1, and the mean number of decisions of a play."""

    endings: Mapping[str, float]
    """Ending → the share of plays that come to it, in the file's order; 0 included."""
    levels: Mapping[str, Mapping[int, float]]
    """Strand → level → the share of the responses taken that show it."""
    decisions: float
    best: float
    """The share of decisions in which one of the best ranked responses was taken."""

    @property
    def never_ends(self) -> float:
        """The share of plays that go round and round, or stick."""
        return max(0.0, 1 - sum(self.endings.values()))


class _Tally:
    """Counts, with weights, what the plays of one player came to."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.endings: dict[str, float] = defaultdict(float)
        self.taken: dict[str, float] = defaultdict(float)
        self.best = 0.0

    def take(self, choice_id: str, weight: float, *, is_best: bool) -> None:
        self.taken[choice_id] += weight
        self.best += weight if is_best else 0

    def end(self, position: Position, weight: float) -> None:
        if position.ending is not None:
            self.endings[self.script.endings[position.ending].ending.id] += weight

    def outcome(self, plays: float) -> Outcome:
        decisions = sum(self.taken.values())
        levels: dict[str, dict[int, float]] = {
            name: dict.fromkeys(range(1, self.script.rubric.highest(name) + 1), 0.0)
            for name in self.script.rubric.strands
        }
        for choice_id, weight in self.taken.items():
            for strand, level in self.script.choices[choice_id][1].shows.items():
                levels[strand][level] += weight
        return Outcome(
            endings={
                each.id: self.endings[each.id] / plays for each in self.script.scenario.endings
            },
            levels={
                strand: {
                    level: weight / max(sum(weights.values()), NOTHING)
                    for level, weight in weights.items()
                }
                for strand, weights in levels.items()
            },
            decisions=decisions / plays,
            best=self.best / decisions if decisions else 0.0,
        )


class _Table:
    """What a player takes in each scene, and which of that is best, looked up once."""

    def __init__(self, script: Script, picks: Picks) -> None:
        self.script = script
        self.picks = picks
        self.known: dict[tuple[str, ...], tuple[tuple[str, ...], frozenset[str]]] = {}

    def at(self, position: Position) -> tuple[tuple[str, ...], frozenset[str]]:
        may = offered(self.script, position)
        if not may:
            return (), frozenset()
        if may not in self.known:
            offers = {id: self.script.choices[id][1] for id in may}
            best = min(choice.rank for choice in offers.values())
            self.known[may] = (
                self.picks(offers),
                frozenset(id for id, choice in offers.items() if choice.rank == best),
            )
        return self.known[may]


def _until_on_turn(
    script: Script, position: Position, seats: Collection[str] | None
) -> tuple[Position | None, int]:
    """Let the stand-in play until one of the seats is on turn or it is over, and count its moves.

    The position is None where that never comes.
    """
    if seats is None:
        return position, 0
    moves = 0
    try:
        for _, _, after in stand_in_moves(script, position, seats):
            position, moves = after._replace(path=()), moves + 1
    except EndlessStandIn:
        return None, moves
    return position, moves


def _settled(
    script: Script, arrived: Mapping[Position, float], seats: Collection[str] | None
) -> Iterator[tuple[Position, float, int]]:
    """Yield where the stand-in leaves off, with the weight and the moves it took to come there."""
    for reached, weight in arrived.items():
        position, moves = _until_on_turn(script, reached, seats)
        if position is not None:
            yield position, weight, moves


def weigh(
    script: Script, picks: Picks, *, max_moves: int, seats: Collection[str] | None = None
) -> Outcome | None:
    """Return exactly how a player fares, or None if that takes more moves than allowed.

    The weight of all plays begins as 1 at the start and is divided, decision by decision, among
    the responses the player may take; paths that can never differ again are one state.

    :param seats: those of the player, where the stand-in plays the others; all by default
    """
    table, tally, essence = _Table(script, picks), _Tally(script), Essence(script)
    arrived: dict[Position, float] = {start(script): 1.0}
    for _ in range(MOST_DECISIONS):
        weights: dict[Position, float] = defaultdict(float)
        for position, weight, moves in _settled(script, arrived, seats):
            max_moves -= moves
            if position.scene is None:
                tally.end(position, weight)
            else:
                weights[essence(position)] += weight
        if sum(weights.values()) < NOTHING:
            break
        arrived = defaultdict(float)
        for position, weight in weights.items():
            taken, best = table.at(position)
            max_moves -= len(taken)
            if max_moves < 0:
                return None
            for choice_id in taken:
                share = weight / len(taken)
                tally.take(choice_id, share, is_best=choice_id in best)
                arrived[essence(choose(script, position, choice_id))] += share
    return tally.outcome(1.0)


def play_many(
    script: Script,
    picks: Picks,
    *,
    runs: int,
    seed: int,
    seats: Collection[str] | None = None,
) -> Outcome:
    """Return how a player fares in so many plays; the same for the same seed.

    :param seats: those of the player, where the stand-in plays the others; all by default
    """
    rng, table, tally = Random(seed), _Table(script, picks), _Tally(script)
    for _ in range(runs):
        for position in _play(script, table, tally, rng, seats):
            tally.end(position, 1.0)
    return tally.outcome(runs)


def _play(
    script: Script, table: _Table, tally: _Tally, rng: Random, seats: Collection[str] | None
) -> Iterator[Position]:
    """Play once; yield the position at the end, or nothing if it does not come to one."""
    position, _ = _until_on_turn(script, start(script), seats)
    for _ in range(MOST_DECISIONS):
        if position is None:
            return
        taken, best = table.at(position)
        if not taken:
            break
        choice_id = taken[int(rng.random() * len(taken))]
        tally.take(choice_id, 1.0, is_best=choice_id in best)
        after = choose(script, position, choice_id)._replace(path=())
        position, _ = _until_on_turn(script, after, seats)
    if position is not None and position.scene is None:
        yield position
