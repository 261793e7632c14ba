"""What an author writes, as frozen values: format 1 of a scenario file.

These models validate a file and generate the JSON Schema that an editor completes from. They hold
text and structure only; :mod:`lfp_trainer.engine.script` makes them ready to play and
:mod:`lfp_trainer.engine.checks` finds what types alone cannot (unknown names, dead ends).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from lfp_trainer.engine import conditions
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import LevelNumber, Rubric
from lfp_trainer.engine.value import Code, Id, Text, Value, Word
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import ConditionError

END = "end"
"""The ``goto`` that closes the last decision; the endings are tried then."""

BOTH = "both"
"""The ``turn`` of a scene in which every seat decides together."""

OBSERVER = "observer"
"""The seat of somebody who watches a pair play: no seat of any scenario."""

MOST_NAMED = 3
"""How much of one kind a diagnosis may name: ticking everything is not a diagnosis."""

Mood = Literal[
    "neutral", "warm", "guarded", "worried", "pleased", "upset", "thoughtful", "surprised"
]

SchoolLevel = Literal["elementary", "middle", "high", "district"]


Hair = Literal["short", "bob", "curls", "glasses", "quiff", "long"]
"""How a portrait is drawn, in this order."""


def _condition_text(text: str) -> str:
    try:
        conditions.parse(text)
    except ConditionError as error:
        raise ValueError(str(error)) from error
    return text


When = Annotated[str, AfterValidator(_condition_text)]
"""A condition such as ``trust >= 1 and not visited("log")``."""


def _shape(value: Any) -> str:
    return "plain" if isinstance(value, str) else "full"


class NamedSentence(Value):
    """A sentence with an id of its own, so that it can be moved without losing its evidence."""

    id: Id
    text: Text


Sentence = Annotated[
    Annotated[Text, Tag("plain")] | Annotated[NamedSentence, Tag("full")], Discriminator(_shape)
]


class CastMember(Value):
    """A person in the case; one with a ``seat`` can be played by somebody."""

    name: Text
    position: Text
    role: Word | None = None
    """The rubric's role whose indicators fit; the cast id itself when that is a role."""
    seat: bool = False
    brief: Text | None = None
    """What only the person in this seat knows."""
    hair: Hair | None = None
    """What the drawn portrait wears on its head; left out, whatever is next."""
    stands_for: tuple[Id, ...] = ()
    """The cast members who are rated as one under this name, where the case treats them alike."""


class SpokenLine(Value):
    """A line of dialogue (``who`` and ``says``) or of narration (``text``)."""

    who: Id | None = None
    says: Text | None = None
    text: Text | None = None
    mood: Mood = "neutral"
    only: Id | None = None
    """The seat it is told to, where nobody else could know it: a thought, a scene spent alone."""
    when: When | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "SpokenLine":
        if (self.says is None) == (self.text is None):
            raise ValueError("needs either 'says' (with 'who') or 'text'")
        if (self.says is None) != (self.who is None):
            raise ValueError("needs 'who' and 'says' together")
        return self


Line = Annotated[
    Annotated[Text, Tag("plain")] | Annotated[SpokenLine, Tag("full")], Discriminator(_shape)
]


class Branch(Value):
    """Where to go while a condition holds."""

    when: When | None = None
    to: Id


Route = Annotated[
    Annotated[Id, Tag("plain")] | Annotated[tuple[Branch, ...], Tag("full"), Field(min_length=1)],
    Discriminator(_shape),
]
"""A scene, ``end``, or branches tried in order of which the last has no ``when``."""


class Choice(Value):
    """One response: what it says, what it leads to, and what it shows."""

    text: Text
    now: Text
    later: Text
    shows: Mapping[Word, LevelNumber]
    """Strand → the level this response (not the person) shows."""
    flag: Word | None = None
    uses: tuple[Code, ...] = ()
    misses: tuple[Code, ...] = ()
    tactic: Code | None = None
    effects: Mapping[Word, Annotated[int, Field(ge=-9, le=9)]] = Field(default_factory=dict)
    rank: Annotated[int, Field(ge=1, le=9)]
    why: Text
    minority: Text | None = None
    """What a reader who ranks it otherwise would say."""
    when: When | None = None
    goto: Route


class StandInLine(Value):
    """How an empty seat plays: the first line that holds."""

    when: When | None = None
    choose: Id


class Scene(Value):
    """One moment: lines, then a decision; or, with ``goto`` alone, a passage to the next scene."""

    title: Text
    lines: tuple[Line, ...] = ()
    turn: Id | None = None
    seconds: Annotated[int, Field(ge=30, le=3600)] | None = None
    """How long the decision is meant to take, where several people play. Nothing is lost after."""
    reason: Literal["optional", "required"] = "optional"
    choices: Annotated[Mapping[Id, Choice], Field(max_length=9)] = Field(default_factory=dict)
    stand_in: tuple[StandInLine, ...] = ()
    goto: Route | None = None

    @model_validator(mode="after")
    def _decides_or_passes(self) -> "Scene":
        if bool(self.choices) == (self.goto is not None):
            raise ValueError("needs either 'choices' or a 'goto' of its own")
        if self.choices and self.turn is None:
            raise ValueError("has choices and so needs 'turn': the seat that decides")
        if self.choices and not self.stand_in:
            raise ValueError("has choices and so needs 'stand_in': how an empty seat plays it")
        if self.goto is not None and (self.turn or self.stand_in):
            raise ValueError("is a passage (no choices) and so has no 'turn' and no 'stand_in'")
        if self.goto is not None and self.seconds is not None:
            raise ValueError("is a passage (no choices) and so has no 'seconds'")
        return self


class Epilogue(Value):
    """A closing paragraph, told when its condition holds."""

    when: When | None = None
    text: Text


class Ending(Value):
    """How a play can end. Endings are tried in order; the last has no ``when``."""

    id: Id
    when: When | None = None
    title: Text
    text: Text
    epilogues: tuple[Epilogue, ...] = ()
    """The first that holds is added."""


Named = Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_NAMED)]
"""What a learner would have to name, and therefore no more than they may."""


class SystemsAnswer(Value):
    """Which district systems are not at scale, and why not the others."""

    primary: Named
    secondary: tuple[Code, ...] = ()
    why: Text
    why_not: Mapping[Code, Text] = Field(default_factory=dict)


class BarrierAnswer(Value):
    """Who or what stands in the way."""

    who: Named
    what: Named
    also: tuple[Code, ...] = ()
    why: Text


class Diagnosis(Value):
    """The reference diagnosis."""

    systems: SystemsAnswer
    failed_tests: Named
    tests_why: Text
    barrier: BarrierAnswer


class Overview(Value):
    """What the overview sheet says before anybody plays."""

    snapshot: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)]
    """Where and when this is, one fact at a time, and nothing that a rating rests on."""
    trade_offs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6)]
    """What is weighed against what; none of them gives a response away."""
    standards: Annotated[tuple[Code, ...], Field(max_length=6)] = ()
    """Published standards for school leaders that the case touches."""


class Scenario(Value):
    """A whole scenario file."""

    format: Literal[1]
    draft: bool = False
    """True while the author leaves things out. A draft can be played, and is never published."""
    id: Id
    title: Text
    summary: Text
    source: Text
    """Where the case comes from, in words a learner may read."""
    reconstruction: bool = False
    """True where the text of the case is ours because the original is lost."""
    minutes: Annotated[int, Field(ge=1, le=240)]
    school: SchoolLevel | None = None
    """The kind of school in which it plays."""
    overview: Overview | None = None
    follows: Id | None = None
    """The scenario whose people this one meets again, better played before it."""
    rubric: Id
    cast: Annotated[Mapping[Id, CastMember], Field(min_length=1, max_length=8)]
    case: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=60)]
    diagnosis: Diagnosis
    gauges: Annotated[Mapping[Word, Annotated[int, Field(ge=-99, le=99)]], Field(max_length=12)] = (
        Field(default_factory=dict)
    )
    start: Id
    scenes: Annotated[Mapping[Id, Scene], Field(min_length=1, max_length=2000)]
    endings: Annotated[tuple[Ending, ...], Field(min_length=1, max_length=20)]
    leaders: Annotated[Mapping[Id, Mapping[Word, Reference]], Field(min_length=1, max_length=6)]
    debrief: tuple[Text, ...] = ()

    @property
    def sentences(self) -> dict[str, str]:
        """The case: sentence id → text. A plain sentence is named by its place: ``s1``, ``s2``."""
        return dict(
            (f"s{number}", sentence) if isinstance(sentence, str) else (sentence.id, sentence.text)
            for number, sentence in enumerate(self.case, start=1)
        )

    @property
    def seats(self) -> tuple[str, ...]:
        """The cast members somebody can play, in the author's order."""
        return tuple(id for id, member in self.cast.items() if member.seat)


class Bundle(Value):
    """A scenario with the rubric and the vocabulary it was written against.

    They are published and stored together, so that editing a rubric never changes the meaning of a
    run that was played before the edit.
    """

    scenario: Scenario
    rubric: Rubric
    vocabulary: Vocabulary
