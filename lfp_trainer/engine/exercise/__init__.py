"""Texts rated outside a run: what an author writes, and the exercise that people rate.

A text is sentences that can be cited, with a reference on every strand of one or more rubrics.
Nothing here knows how many strands or levels a rubric has. There are two kinds of file, which come
to the same :class:`Exercise`: vignettes, short scenes about a person whose name is drawn anew each
time, and texts, which are told as they stand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lfp_trainer.engine.persons import Named, Pronouns, fill
from lfp_trainer.engine.reference import TOLD, Reference
from lfp_trainer.engine.rubric import LevelOrNE, Rubric
from lfp_trainer.engine.scenario import NamedSentence, Scenario
from lfp_trainer.engine.value import Id, Text, Value, Word

Sentences = Annotated[tuple[NamedSentence, ...], Field(min_length=1, max_length=60)]


class Listed(Value):
    """Somebody a vignette may be about."""

    name: Text
    pronouns: Pronouns


class Vignette(Value):
    """A short scene about one person, perhaps with a second one in it."""

    role: Word
    """The rubric's role whose indicators fit."""
    anchor: Mapping[Word, LevelOrNE] = Field(default_factory=dict)
    """Strand → the level of which this is the worked example; it is then not rated alone."""
    trap: Text | None = None
    """What it is easy to fall for here, in a few words."""
    text: Sentences
    reference: Mapping[Word, Reference]


class VignetteFile(Value):
    """A file of vignettes, all rated on one rubric."""

    format: Literal[1]
    id: Id
    title: Text
    note: Text
    """Whose ratings these are and how sure they are."""
    rubric: Id
    people: Annotated[tuple[Listed, ...], Field(min_length=2, max_length=100)]
    vignettes: Annotated[Mapping[Id, Vignette], Field(min_length=1, max_length=200)]


class ToldText(Value):
    """A text that is told as it stands: its own, or the case of a scenario."""

    title: Text
    role: Word | None = None
    """The role whose indicators fit, in a rubric that has several."""
    trap: Text | None = None
    scenario: Id | None = None
    """Whose case is the text: its sentences are rated here under the same ids."""
    text: Sentences | None = None
    reference: Annotated[Mapping[Id, Mapping[Word, Reference]], Field(min_length=1)]
    """Rubric → strand → our rating. Not every text needs to be rated on every rubric."""

    @model_validator(mode="after")
    def _is_told_once(self) -> "ToldText":
        if (self.scenario is None) == (self.text is None):
            raise ValueError("needs either 'text' or 'scenario', and not both")
        return self


class TextFile(Value):
    """A file of texts, each rated on one or more rubrics."""

    format: Literal[1]
    id: Id
    title: Text
    note: Text
    rubrics: Annotated[tuple[Id, ...], Field(min_length=1, max_length=5)]
    texts: Annotated[Mapping[Id, ToldText], Field(min_length=1, max_length=20)]
    debrief: tuple[Text, ...] = ()
    """Questions to talk about once everything is rated."""


ExerciseFile = VignetteFile | TextFile


@dataclass(frozen=True, slots=True)
class RatedText:
    """A text to rate, its placeholders filled in or not."""

    id: str
    title: str
    """Empty where a title would give something away."""
    role: str | None
    sentences: Mapping[str, str]
    reference: Mapping[str, Mapping[str, Reference]]
    """Rubric → strand → our rating."""
    trap: str | None
    anchor: Mapping[str, LevelOrNE]
    digest: str
    """Changes whenever the text, its references or their rubrics do: a rating of what was there
    before must not be held against what is there now."""
    scenario: str | None = None
    """The scenario whose case this is."""
    source: str = ""
    """Where a text comes from that is a reconstruction."""
    is_draft: bool = False
    """True where its scenario is one: nobody but its author should read it yet."""

    def reference_on(self, card: "Card") -> Reference:
        return self.reference[card.rubric][card.strand]

    @property
    def codes(self) -> dict[str, str]:
        """What stands for each sentence in a page: code → id. An id may say what it is for."""
        return {sha256(f"{self.id} {id}".encode()).hexdigest()[:8]: id for id in self.sentences}

    def told_of(self, shown: tuple[Named, ...]) -> "RatedText":
        """Return the text about these people."""
        return replace(
            self,
            sentences={id: fill(text, shown) for id, text in self.sentences.items()},
            reference={
                rubric: {strand: _filled(each, shown) for strand, each in on.items()}
                for rubric, on in self.reference.items()
            },
            trap=None if self.trap is None else fill(self.trap, shown),
        )


@dataclass(frozen=True, slots=True)
class Card:
    """What one rating of a text is about."""

    rubric: str
    strand: str


class Kind(StrEnum):
    """What an exercise is made of."""

    VIGNETTES = "vignettes"
    """Short scenes, each by itself, told of people who are drawn anew."""
    TEXTS = "texts"
    """Told as they stand, and held against each other."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """Several texts to rate, with the rubrics they are rated on."""

    id: str
    kind: Kind
    title: str
    note: str
    rubrics: Mapping[str, Rubric]
    people: tuple[Named, ...]
    """Empty where the texts are told as they stand."""
    texts: Mapping[str, RatedText]
    debrief: tuple[str, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """What is asked, in this order."""
        return tuple(
            Card(rubric, strand) for rubric, each in self.rubrics.items() for strand in each.strands
        )

    def cards_of(self, text: RatedText) -> tuple[Card, ...]:
        """Return what is asked of one text: not every text is rated on every rubric."""
        return tuple(card for card in self.cards if card.rubric in text.reference)

    @property
    def scenarios(self) -> frozenset[str]:
        """The scenarios whose cases are rated."""
        return frozenset(each.scenario for each in self.texts.values() if each.scenario)

    @property
    def drafts(self) -> tuple[str, ...]:
        """Those of them that are not ready for anybody to read."""
        return tuple(each.scenario or "" for each in self.texts.values() if each.is_draft)

    def rubric_of(self, card: Card) -> Rubric:
        return self.rubrics[card.rubric]

    def anchors_of(self, card: Card) -> dict[LevelOrNE, RatedText]:
        """Return the worked examples of a strand: level → text."""
        levels: list[LevelOrNE] = [*range(1, self.rubric_of(card).highest(card.strand) + 1), "NE"]
        found = {
            text.anchor[card.strand]: text
            for text in self.texts.values()
            if card.strand in text.anchor and card.rubric in text.reference
        }
        return {level: found[level] for level in levels if level in found}


def assemble(
    file: ExerciseFile, rubrics: Mapping[str, Rubric], cases: Mapping[str, Scenario] | None = None
) -> Exercise:
    """Make an exercise of a checked file and the rubrics and scenarios it names."""
    if isinstance(file, VignetteFile):
        mine = {file.rubric: rubrics[file.rubric]}
        texts = {id: _vignette(id, each, mine) for id, each in file.vignettes.items()}
        people = tuple(Named(each.name, each.pronouns) for each in file.people)
        return Exercise(file.id, Kind.VIGNETTES, file.title, file.note, mine, people, texts)
    mine = {id: rubrics[id] for id in file.rubrics}
    texts = {id: _told(id, each, mine, cases or {}) for id, each in file.texts.items()}
    return Exercise(file.id, Kind.TEXTS, file.title, file.note, mine, (), texts, file.debrief)


def _vignette(id: str, vignette: Vignette, rubrics: Mapping[str, Rubric]) -> RatedText:
    (rubric,) = rubrics
    return RatedText(
        id=id,
        title="",
        role=vignette.role,
        sentences={each.id: each.text for each in vignette.text},
        reference={rubric: vignette.reference},
        trap=vignette.trap,
        anchor=vignette.anchor,
        digest=_digest(vignette, rubrics),
    )


def sentences_of(text: ToldText, cases: Mapping[str, Scenario]) -> dict[str, str]:
    """Return a text's sentences: id → text. None of a scenario that could not be read."""
    if text.scenario is not None:
        return cases[text.scenario].sentences if text.scenario in cases else {}
    return {each.id: each.text for each in text.text or ()}


def _told(
    id: str, text: ToldText, rubrics: Mapping[str, Rubric], cases: Mapping[str, Scenario]
) -> RatedText:
    case = None if text.scenario is None else cases[text.scenario]
    sentences = sentences_of(text, cases)
    mine = {name: rubrics[name] for name in rubrics if name in text.reference}
    return RatedText(
        id=id,
        title=text.title,
        role=text.role,
        sentences=sentences,
        reference=text.reference,
        trap=text.trap,
        anchor={},
        # What a scenario tells is not written in this file.
        digest=_digest(text, mine, {} if case is None else sentences),
        scenario=text.scenario,
        source=case.source if case is not None and case.reconstruction else "",
        is_draft=case is not None and case.draft,
    )


def _digest(
    text: Value, rubrics: Mapping[str, Rubric], elsewhere: Mapping[str, str] | None = None
) -> str:
    # Without defaults: a release that adds a key changes nothing that was written before. Nor does
    # explaining silence, of which nobody reads until they have rated.
    told_later = {"not_enough": {"silence"}}
    said: list[object] = [
        text.model_dump(mode="json", exclude_defaults=True),
        *(
            each.model_dump(mode="json", exclude_defaults=True, exclude=told_later)
            for each in rubrics.values()
        ),
    ]
    if elsewhere:
        said.append(list(elsewhere.items()))
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _filled(reference: Reference, shown: tuple[Named, ...]) -> Reference:
    told = {
        name: fill(text, shown) for name in TOLD if (text := getattr(reference, name)) is not None
    }
    return reference.model_copy(update=told)
