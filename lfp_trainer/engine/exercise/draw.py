"""Which texts somebody rates next, in which order, and whom they are told of.

Everything follows from the seed, so the same draw can be tried again in a test. What was drawn is
stored, so that a reload shows the same even after the file has changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lfp_trainer.engine.exercise import Card, Exercise, RatedText
from lfp_trainer.engine.persons import Named
from lfp_trainer.engine.play import shuffled
from lfp_trainer.engine.rubric import NE, LevelOrNE

Cell = tuple[Card, LevelOrNE]
"""A level of a strand, or NE."""

OFTEN = 2
"""How many texts of one set a level that was missed may draw in: more would give it away."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text of a set, and the people it is told of."""

    text_id: str
    shown: tuple[Named, ...]


def cells_of(text: RatedText) -> list[Cell]:
    """Return the levels that a text shows."""
    return [
        (Card(rubric, strand), reference.level)
        for rubric, on in text.reference.items()
        for strand, reference in on.items()
    ]


def draw(
    exercise: Exercise,
    *,
    size: int,
    seed: str,
    seen: Mapping[str, int],
    weak: Iterable[Cell] = (),
) -> tuple[Drawn, ...]:
    """Return a set of texts: fresh ones first, of as many levels as can be, the weak ones twice.

    A worked example is not drawn, since its answer has been shown; nor, where there is any choice,
    is a set without a text that shows too little.

    :param seen: text → the set in which it was last shown
    :param weak: the levels that were missed before
    """
    pool = [id for id, text in exercise.texts.items() if not text.anchor] or [*exercise.texts]
    left = list(shuffled(pool, seed))
    wanted, had, picked = set(weak), Counter[Cell](), list[str]()
    while left and len(picked) < size:
        best = min(seen.get(id, 0) for id in left)
        fresh = [id for id in left if seen.get(id, 0) == best]
        if len(picked) == size - 1 and not any(level == NE for _, level in had):
            fresh = [id for id in fresh if _shows_too_little(exercise.texts[id])] or fresh
        chosen = max(fresh, key=lambda id: _gain(exercise.texts[id], wanted, had))
        picked.append(chosen)
        left.remove(chosen)
        had.update(cells_of(exercise.texts[chosen]))
    people = _people(exercise, seed)
    return tuple(
        Drawn(id, _two_of(people, at)) for at, id in enumerate(shuffled(picked, f"{seed} order"))
    )


def as_examples(
    exercise: Exercise, texts: Mapping[LevelOrNE, RatedText]
) -> dict[LevelOrNE, RatedText]:
    """Return texts that are shown together, each told of people of its own as far as there are any.

    They are the same ones whenever these texts are shown.
    """
    people = _people(exercise, " ".join(text.id for text in texts.values()))
    return {
        level: text.told_of(_two_of(people, at)) for at, (level, text) in enumerate(texts.items())
    }


def _shows_too_little(text: RatedText) -> bool:
    return any(level == NE for _, level in cells_of(text))


def _gain(text: RatedText, wanted: set[Cell], had: Counter[Cell]) -> int:
    cells = cells_of(text)
    new = sum(not had[cell] for cell in cells)
    again = sum(cell in wanted and had[cell] < OFTEN for cell in cells)
    return new + 2 * again


def _two_of(people: Sequence[Named], at: int) -> tuple[Named, ...]:
    """Return the next two people in turn; nobody where nobody is named."""
    return tuple(people[(2 * at + n) % len(people)] for n in range(2)) if people else ()


def _people(exercise: Exercise, seed: str) -> list[Named]:
    known = {each.name: each for each in exercise.people}
    return [known[name] for name in shuffled(known, f"{seed} people")]
