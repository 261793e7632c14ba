"""Strands, levels, ratings, and how far a rating stands from a reference.

A rubric is data. Nothing here knows how many strands or levels there are, so a district can load
its own four-level rubric.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, model_validator

from lfp_trainer.engine.value import Id, Text, Value, Word

NE: Literal["NE"] = "NE"
"""Not enough evidence: missing, never zero."""

LevelNumber = Annotated[int, Field(ge=1, le=9)]
LevelOrNE = LevelNumber | Literal["NE"]


class Level(Value):
    """One rung of a strand. Its number is its place in the list, from 1."""

    name: Text
    indicators: Mapping[Word, tuple[Text, ...]] = Field(default_factory=dict)
    """Role in the rubric → what one would see or hear a leader in that role do."""


class Neighbours(Value):
    """The question that tells two neighbouring levels apart."""

    between: tuple[LevelNumber, LevelNumber]
    ask: Text


class Strand(Value):
    """One thing that is rated, on its own ladder of levels."""

    name: Text
    short: Annotated[str, Field(min_length=1, max_length=8)]
    question: Text
    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=9)]
    neighbours: tuple[Neighbours, ...] = ()
    group: Word | None = None


class Group(Value):
    """Strands that stand together, under one heading."""

    name: Text
    within: Word | None = None
    """The larger group that this one is part of."""


class Flag(Value):
    """A mark beside a level: skill used against the shared goal."""

    mark: Annotated[str, Field(min_length=1, max_length=3)]
    name: Text
    means: Text
    strand: Word
    caps: Mapping[Word, LevelNumber] = Field(default_factory=dict)
    """Strand → the highest level that strand can have while the flag is set."""


class NotEnough(Value):
    """What NE is called and when to choose it."""

    name: Text
    means: Text
    short: Annotated[str, Field(min_length=1, max_length=3)] = "NE"
    """How it is marked in a drawing."""
    silence: Text | None = None
    """When silence counts and when it does not, told where one of two ratings is NE."""

    @property
    def called(self) -> str:
        """What a sentence calls it: NE, unless the rubric has a mark of its own."""
        return NE if self.short == NE else f"“{self.name}”"


class Rubric(Value):
    """A whole rubric file."""

    format: Literal[1]
    id: Id
    title: Text
    note: Text
    """Whose rubric it is and how sure it is."""
    roles: Mapping[Word, Text]
    strands: Annotated[Mapping[Word, Strand], Field(min_length=1)]
    not_enough: NotEnough
    flags: Mapping[Word, Flag] = Field(default_factory=dict)
    groups: Mapping[Word, Group] = Field(default_factory=dict)
    rules: tuple[Text, ...] = ()
    read_from: Literal["lowest", "highest"] = "lowest"
    """The level that one reads first; a reading rule may begin with the highest."""
    reason: Literal["required", "optional"] = "required"
    """Whether a rating needs a line of reason. No rubric does without evidence."""

    @model_validator(mode="after")
    def _names_its_own_strands(self) -> "Rubric":
        for name, flag in self.flags.items():
            for strand in (flag.strand, *flag.caps):
                if strand not in self.strands:
                    raise ValueError(
                        f"flag '{name}' speaks of a strand '{strand}' that is not here"
                    )
        return self

    @model_validator(mode="after")
    def _names_its_own_groups(self) -> "Rubric":
        for name, strand in self.strands.items():
            if strand.group is not None and strand.group not in self.groups:
                raise ValueError(f"strand '{name}' is in a group '{strand.group}' that is not here")
        for name, group in self.groups.items():
            outer = None if group.within is None else self.groups.get(group.within)
            if group.within is not None and (outer is None or outer.within is not None):
                raise ValueError(
                    f"group '{name}' is within '{group.within}', which is no outer group"
                )
        return self

    def highest(self, strand: str) -> int:
        """Return the number of the top level of a strand."""
        return len(self.strands[strand].levels)

    def in_reading_order(self, strand: str) -> tuple[tuple[int, Level], ...]:
        """Return the levels of a strand with their numbers, the one to read first first."""
        levels = tuple(enumerate(self.strands[strand].levels, start=1))
        return levels[::-1] if self.read_from == "highest" else levels

    @property
    def sections(self) -> dict[str | None, tuple[str, ...]]:
        """The strands of each outer group; under None those that are in none."""
        found: dict[str | None, tuple[str, ...]] = {}
        for name, strand in self.strands.items():
            inner = None if strand.group is None else self.groups[strand.group]
            outer = strand.group if inner is None else inner.within or strand.group
            found[outer] = (*found.get(outer, ()), name)
        return found


class Band(RootModel[tuple[LevelOrNE, LevelOrNE]]):
    """The levels a reference accepts, from the lower to the higher, such as ``[1, 2]``.

    ``[NE, 2]`` accepts NE and every level up to 2, ``[NE, NE]`` only NE.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    @property
    def low(self) -> LevelOrNE:
        return self.root[0]

    @property
    def high(self) -> LevelOrNE:
        return self.root[1]

    @property
    def takes_ne(self) -> bool:
        return NE in (self.low, self.high)

    @property
    def levels(self) -> range:
        """The accepted levels; empty when only NE is accepted."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return range(self.low, self.high + 1)
        if isinstance(self.high, int):  # NE to a level: that level and all below it
            return range(1, self.high + 1)
        if isinstance(self.low, int):
            return range(self.low, self.low + 1)
        return range(0)


@dataclass(frozen=True, slots=True)
class Rating:
    """One person's rating of one leader on one strand. ``level`` is None for NE."""

    level: int | None
    flag: str | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()


class Distance(StrEnum):
    """How a rating stands to a reference."""

    IN_BAND = "in band"
    ONE_OFF = "one off"
    FURTHER = "further"
    TEXT_IS_SILENT = "text is silent"
    """A level was given where the reference says NE."""
    EVIDENCE_THERE = "evidence is there"
    """NE was chosen where the reference gives a level."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rating beside a reference.

    ``signed`` is rating minus reference level, in levels: above zero is lenient, below is severe,
    None where either is NE.
    """

    distance: Distance
    signed: int | None
    shared: tuple[str, ...]
    """Evidence that both cite."""
    missed: tuple[str, ...]
    """Evidence that only the reference cites."""
    flag_agrees: bool

    @property
    def in_band(self) -> bool:
        return self.distance is Distance.IN_BAND


def compare(
    rating: Rating, *, level: LevelOrNE, band: Band, evidence: tuple[str, ...], flag: str | None
) -> Comparison:
    """Return how a rating stands to a reference rating with that level, band and evidence."""
    signed = rating.level - level if rating.level is not None and isinstance(level, int) else None
    return Comparison(
        distance=_distance(rating.level, level, band),
        signed=signed,
        shared=tuple(each for each in evidence if each in rating.evidence),
        missed=tuple(each for each in evidence if each not in rating.evidence),
        flag_agrees=rating.flag == flag,
    )


def _distance(own: int | None, level: LevelOrNE, band: Band) -> Distance:
    if own is None:
        accepted = band.takes_ne or level == NE
        return Distance.IN_BAND if accepted else Distance.EVIDENCE_THERE
    if own in band.levels:
        return Distance.IN_BAND
    if not band.levels:
        return Distance.TEXT_IS_SILENT
    off = min(abs(own - accepted) for accepted in band.levels)
    return Distance.ONE_OFF if off == 1 else Distance.FURTHER


def find_unknown(
    rubric: Rubric, strand: str, rating: Rating, sentences: Collection[str]
) -> dict[str, str]:
    """Return what a rating on a strand names that is not there: field → what to do."""
    if strand not in rubric.strands:
        return {"level": "This is not rated on that strand."}
    found: dict[str, str] = {}
    if rating.level is not None and not 1 <= rating.level <= rubric.highest(strand):
        found["level"] = "Choose a level from the list."
    flag = None if rating.flag is None else rubric.flags.get(rating.flag)
    if rating.flag is not None and (flag is None or flag.strand != strand):
        found["flag"] = "Choose a mark from the list."
    if any(sentence not in sentences for sentence in rating.evidence):
        found["evidence"] = "Choose sentences of this text."
    return found


def find_above_caps(rubric: Rubric, ratings: Mapping[str, Rating]) -> dict[str, str]:
    """Return which levels of one leader or text a mark does not allow: strand → what to do."""
    found: dict[str, str] = {}
    for marked, rating in ratings.items():
        flag = rubric.flags.get(rating.flag or "")
        for strand, cap in flag.caps.items() if flag else ():
            level = ratings[strand].level if strand in ratings else None
            if flag and level is not None and level > cap:
                found[strand] = (
                    f"{rubric.strands[strand].name}: with the mark {flag.name} the level can be"
                    f" {cap} at most. Change that level, or take the mark off"
                    f" {rubric.strands[marked].name}."
                )
    return found


def level_name(rubric: Rubric, strand: str, level: int | None) -> str:
    """Return a level in words, such as ``2 Tells``; NE for None."""
    if level is None:
        return rubric.not_enough.name
    return f"{level} {rubric.strands[strand].levels[level - 1].name}"
