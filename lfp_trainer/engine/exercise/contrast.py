"""Texts that are held against each other: in which pages they are rated, and where they differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from lfp_trainer.engine.exercise import Card, Exercise, Kind
from lfp_trainer.engine.exercise.report import Compared

Pair = tuple[int | None, int | None]
"""The levels of one strand in the earlier and the later text; None for NE."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rows that are rated together: one section of a rubric, on one text."""

    number: int
    rubric: str
    text: str
    section: str | None
    """A group of the rubric; None where its strands are in no group."""
    strands: tuple[str, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(Card(self.rubric, strand) for strand in self.strands)


def pages_of(exercise: Exercise) -> tuple[Page, ...]:
    """Return the pages of an exercise: rubric by rubric, within it text by text."""
    parts = [
        (rubric, text.id, section, strands)
        for rubric, scale in exercise.rubrics.items()
        for text in exercise.texts.values()
        if rubric in text.reference
        for section, strands in scale.sections.items()
    ]
    return tuple(Page(number, *part) for number, part in enumerate(parts, start=1))


def can_contrast(exercise: Exercise) -> bool:
    """Tell whether an exercise holds texts against each other: vignettes stand by themselves."""
    return exercise.kind is Kind.TEXTS and len(exercise.texts) > 1


@dataclass(frozen=True, slots=True)
class Difference:
    """One strand in an earlier and a later text."""

    card: Card
    texts: tuple[str, str]
    """The ids of the earlier and the later text."""
    own: Pair
    reference: Pair

    @property
    def own_gap(self) -> int | None:
        return _gap(self.own)

    @property
    def reference_gap(self) -> int | None:
        return _gap(self.reference)


def find_differences(exercise: Exercise, compared: Iterable[Compared]) -> list[Difference]:
    """Return the strands rated in more than one text, those that differ most first.

    Of more than two texts, the first that is rated on a strand is held against the last. Where the
    reference gives no level to one of them nothing can be said of the distance: those come last.
    """
    found: dict[Card, list[Compared]] = {}
    order = list(exercise.texts)
    for each in sorted(compared, key=lambda each: order.index(each.text_id)):
        found.setdefault(each.card, []).append(each)
    several = [_difference(card, found[card]) for card in exercise.cards if card in found]
    return sorted(
        (each for each in several if each is not None),
        key=lambda each: -1 if each.reference_gap is None else abs(each.reference_gap),
        reverse=True,
    )


def _difference(card: Card, compared: list[Compared]) -> Difference | None:
    if len(compared) < 2:
        return None
    ends = (compared[0], compared[-1])
    return Difference(
        card=card,
        texts=(ends[0].text_id, ends[1].text_id),
        own=(ends[0].own.level, ends[1].own.level),
        reference=(ends[0].reference.number, ends[1].reference.number),
    )


def _gap(pair: Pair) -> int | None:
    earlier, later = pair
    return None if earlier is None or later is None else later - earlier
