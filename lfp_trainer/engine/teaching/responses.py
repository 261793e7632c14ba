"""Figures about the responses of a scenario: none may be guessed from its place, length or kind."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from lfp_trainer.engine.scenario import BOTH, Bundle, Choice, Scene
from lfp_trainer.engine.simulate import consults, words_in
from lfp_trainer.engine.teaching.figure import At, Figure, judged

FEW = 6
"""Decisions below which a balance is not judged: one of two is half, and that says nothing."""

PLACES = "abcd"
MOST_APART = 2
"""How many more best responses one place may hold than another; with 13 to 16 decisions, each place
has about four, and a learner who always takes one place finds a quarter to a third."""

LONGEST_SHARE = 1 / 3
"""The share of decisions in which the best response may be the longest: with four responses chance
gives a quarter, and careful wording adds a little."""

WORD_SPREAD = 9
"""Words between the shortest and the longest response: about one printed line."""

CONSULTING_SHARE = 1 / 3
"""The share of decisions in which the response that consults may be the best; cases about
partnership lean that way, and learners notice."""

ALIKE = 0.6
"""The share of words, in order, that two responses may have in common: in our cases no two have
more than 0.45, and a response with every third word changed has more than this."""

ALIKE_IN_ANY_ORDER = 0.7
"""The share of words in any order: higher, because small words and the names of a case return. In
our cases two acts of one kind come to 0.62; one that is only turned around has nearly all."""

_WORD = re.compile(r"[\w'’]+")

MAX_PAIRS = 250_000
"""Pairs of responses that are compared: all of some 700 responses."""

ALONE = 2
"""Decisions that each seat takes alone, so that both people in a pair have something to do."""

Decisions = dict[str, Scene]


def decisions_of(bundle: Bundle) -> Decisions:
    return {id: scene for id, scene in bundle.scenario.scenes.items() if scene.choices}


def best_of(scene: Scene) -> list[str]:
    """Return the best ranked choices: one, or several equals."""
    rank = min(choice.rank for choice in scene.choices.values())
    return [id for id, choice in scene.choices.items() if choice.rank == rank]


def response_figures(bundle: Bundle) -> Iterator[Figure]:
    """Yield every figure that the responses alone tell."""
    decisions = decisions_of(bundle)
    yield Figure("decisions", "Decisions", len(decisions), f"{len(decisions)}")
    yield _seats(bundle, decisions)
    yield _places(decisions)
    yield _longest(decisions)
    yield _spread(decisions)
    yield from _consulting(bundle, decisions)
    yield _tactics(bundle, decisions)
    yield _alike(decisions)


def _seats(bundle: Bundle, decisions: Decisions) -> Figure:
    turns = Counter(scene.turn for scene in decisions.values())
    seats = bundle.scenario.seats
    value = {seat: turns[seat] for seat in (*seats, BOTH) if seat != BOTH or turns[BOTH]}
    return judged(
        "decisions_per_seat",
        "Decisions per seat",
        dict(value),
        f"{_listed(value)} (each alone at least {ALONE})",
        found=[
            (("cast", seat), f"'{seat}' decides alone in {turns[seat]}.")
            for seat in seats
            if turns[seat] < ALONE
        ],
        fix=f"Give each seat at least {ALONE} decisions of its own.",
        counts=len(decisions) >= FEW,
    )


def _places(decisions: Decisions) -> Figure:
    """Equals share their decision: each place counts for a part of it."""
    most = max((len(scene.choices) for scene in decisions.values()), default=0)
    places = dict.fromkeys(PLACES[:most], 0.0)
    for scene in decisions.values():
        best = best_of(scene)
        for place, id in zip(PLACES, scene.choices, strict=False):
            places[place] += 1 / len(best) if id in best else 0
    counts = list(places.values())
    even = not counts or (min(counts) > 0 and max(counts) - min(counts) <= MOST_APART)
    value = {place: round(count, 2) for place, count in places.items()}
    shown = f"{_listed(value)} (each used, at most {MOST_APART} apart)"
    return judged(
        "best_by_place",
        "Best response by place",
        dict(value),
        shown,
        found=[] if even else [(("scenes",), f"the best response stands at {_listed(value)}.")],
        fix="Change the order of responses, so that no place says anything.",
        counts=len(decisions) >= FEW,
    )


def _longest(decisions: Decisions) -> Figure:
    """By characters: what a reader sees is how far a text goes, not how many words it has."""
    longest = []
    for id, scene in decisions.items():
        lengths = {name: len(choice.text) for name, choice in scene.choices.items()}
        if any(lengths[best] == max(lengths.values()) for best in best_of(scene)):
            longest.append(id)
    too_many = len(longest) > LONGEST_SHARE * len(decisions)
    message = f"the best response is the longest in {len(longest)} of {len(decisions)} decisions"
    return judged(
        "best_is_longest",
        "Best response is the longest (in characters)",
        len(longest),
        f"{len(longest)} of {len(decisions)} (at most a third)",
        found=[(("scenes",), f"{message}: {_some(longest)}.")] if too_many else [],
        fix="Shorten it there, or say more in another response.",
        counts=len(decisions) >= FEW,
    )


def _spread(decisions: Decisions) -> Figure:
    spreads = {
        id: max(lengths) - min(lengths)
        for id, scene in decisions.items()
        for lengths in [[words_in(choice.text) for choice in scene.choices.values()]]
    }
    widest = max(spreads.values(), default=0)
    return judged(
        "word_spread",
        "Widest word spread",
        widest,
        f"{widest} (at most {WORD_SPREAD})",
        found=[
            (("scenes", id, "choices"), f"these responses differ by {spread} words.")
            for id, spread in spreads.items()
            if spread > WORD_SPREAD
        ],
        fix=f"Let the shortest and the longest differ by at most {WORD_SPREAD}.",
    )


def _consulting(bundle: Bundle, decisions: Decisions) -> Iterator[Figure]:
    """What somebody finds who always takes a response that consults, one by chance if several."""
    expected, asked, best_there = 0.0, 0, []
    for id, scene in decisions.items():
        best = best_of(scene)
        asking = [
            name for name, choice in scene.choices.items() if consults(choice, bundle.vocabulary)
        ]
        found = sum(name in best for name in asking)
        expected += found / len(asking) if asking else 0
        asked += bool(asking)
        best_there += [id] if found else []
    too_many = expected > CONSULTING_SHARE * len(decisions) + 1e-9
    many = f"{round(expected, 2):g} of {len(decisions)}"
    message = f"the response that consults is the best in {many} decisions"
    yield judged(
        "best_is_consulting",
        "Best response consults, of all decisions",
        round(expected, 2),
        f"{many} (at most a third)",
        found=[(("scenes",), f"{message}: {_some(best_there)}.")] if too_many else [],
        fix="Let a firm act be right in some of these, and a consultation hollow in others.",
        counts=len(decisions) >= FEW,
    )
    yield Figure(
        "best_where_consulting",
        "Best response consults, where one can",
        {"best": round(expected, 2), "decisions": asked},
        f"{round(expected, 2):g} of {asked}" + (f", {expected / asked:.0%}" if asked else ""),
    )


def _tactics(bundle: Bundle, decisions: Decisions) -> Figure:
    """Who consults is told by the tactic alone: without it nothing is left to weigh."""
    found: list[tuple[At, str]] = [
        (("scenes", id, "choices", name), "this response has no tactic.")
        for id, scene in decisions.items()
        for name, choice in scene.choices.items()
        if choice.tactic is None
    ]
    return judged(
        "without_tactic",
        "Responses without a tactic",
        len(found),
        f"{len(found)}",
        found=found,
        fix="Write tactic: with one of the vocabulary's, so that it is seen who always consults.",
        counts=bool(bundle.vocabulary.tactics),
    )


def _alike(decisions: Decisions) -> Figure:
    places: dict[tuple[str, ...], list[tuple[At, str]]] = defaultdict(list)
    for id, scene in decisions.items():
        for name, choice in scene.choices.items():
            places[_words(choice)].append((("scenes", id, "choices", name, "text"), name))
    found = [
        (at, f"'{name}' says the same as '{same[0][1]}'.")
        for same in places.values()
        for at, name in same[1:]
    ]
    pairs = 0
    # Numbered, so that a word said twice counts twice.
    bags = {words: frozenset(_numbered(words)) for words in places}
    for one, other in combinations(places, 2):
        pairs += 1
        if pairs > MAX_PAIRS:
            break
        in_any_order = 2 * len(bags[one] & bags[other]) / max(len(one) + len(other), 1)
        if in_any_order <= ALIKE:
            continue
        in_order = SequenceMatcher(None, one, other).ratio() > ALIKE
        if in_order or in_any_order > ALIKE_IN_ANY_ORDER:
            at, name = places[other][0]
            how = "" if in_order else " in another order"
            found.append((at, f"'{name}' says nearly the same as '{places[one][0][1]}'{how}."))
    return judged(
        "near_duplicates",
        "Responses nearly alike",
        len(found),
        f"{len(found)}" + (f" in the first {MAX_PAIRS:,} pairs" if pairs > MAX_PAIRS else ""),
        found=found,
        fix="Let each response be an act of its own.",
    )


def _words(choice: Choice) -> tuple[str, ...]:
    return tuple(_WORD.findall(choice.text.lower())) or (choice.text,)


def _numbered(words: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    met = Counter[str]()
    for word in words:
        met[word] += 1
        yield word, met[word]


def _listed(counts: dict[str, int] | dict[str, float]) -> str:
    return ", ".join(f"{name} {count:g}" for name, count in counts.items())


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:8]) + (" …" if len(ids) > 8 else "")
