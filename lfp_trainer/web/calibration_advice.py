"""What to try next for each figure of a profile: one sentence, and a link to what trains it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from lfp_trainer.engine.calibration import (
    Agreement,
    Cell,
    Halo,
    InBand,
    Kappa,
    Leaning,
    Miss,
    Missing,
    Parts,
    Silence,
    Spread,
    Trend,
)
from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.report import Lean
from lfp_trainer.engine.reference import neighbours
from lfp_trainer.engine.rubric import NE, Rubric, level_name
from lfp_trainer.services.calibration import Case, Reading


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence on what to try next, and where."""

    text: str
    href: str | None
    label: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a level of a strand is shown: its worked example, or what it means."""

    words: str
    short: str
    """The same where the level has been named already."""
    href: str | None
    label: str


_MEANS = "what it means"


@dataclass(frozen=True, slots=True)
class Advisor:
    """What there is to train with on this site, for one rubric and one person."""

    rubric: Rubric
    exercise: Exercise | None
    """The vignettes, where they are rated on this rubric."""
    cases: Sequence[Case]
    """Scenarios that are not finished, the one to take first first."""

    def on(self, reading: Reading) -> dict[str, Advice]:
        """Return what to try next: the figure's name → advice."""
        told = reading.profile
        figures = {
            "in_band": self._in_band(told.in_band),
            "trend": self._trend(told.trend),
            "leaning": self._leaning(told.leaning),
            "strands": self._strands(told.strands),
            "agreement": self._agreement(told.agreement),
            "roles": self._roles(told.roles),
            "halo": self._halo(told.halo),
            "silence": self._silence(told.silence),
            "spread": self._spread(told.spread),
            "kappa": self._kappa(told.kappa),
        }
        return {name: advice for name, advice in figures.items() if advice is not None}

    def _in_band(self, told: InBand | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on("Nothing lies outside the band")
        shown = self._shown(told.miss.cell)
        return _to(
            shown, f"Begin with {shown.words}: you were outside the band {_times(told.miss)} there."
        )

    def _trend(self, told: Trend | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on("Nothing was outside the band in the latest of these")
        shown = self._shown(told.miss.cell)
        return _to(
            shown,
            f"Before the next one, go back to {shown.words}, which you missed {_times(told.miss)}"
            " in the latest of these.",
        )

    def _leaning(self, told: Leaning | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            differs = told.above or told.below
            return self._go_on(
                "There is no lean to mend" if differs else "Every level is the reference’s own"
            )
        shown = self._shown(told.miss.cell)
        if told.lean is Lean.LENIENT:
            where, do = "above", "before you go higher, find the sentence that shows the higher one"
        else:
            where, do = "below", "before you go lower, look again for a sentence that carries it"
        return _to(
            shown, f"You went {where} {self._cell(told.miss.cell)} {_times(told.miss)}: {do}."
        )

    def _strands(self, told: Parts | Missing | None) -> Advice | None:
        if told is None or isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on("Between the strands there is no difference worth naming")
        return self._begin(told, told.miss)

    def _begin(self, told: Parts, miss: Miss, where: str = "") -> Advice:
        """Lead to what was missed most in the part to begin with."""
        shown = self._shown(miss.cell)
        what = "were outside the band" if told.share else "gave another level"
        return _to(shown, f"Begin with {shown.words}: you {what} {_times(miss)} there{where}.")

    def _agreement(self, told: Agreement | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.mixed_up is None:
            return self._go_on("No two levels are mixed up beyond what the reference accepts")
        strand, low = told.mixed_up
        shown = self._shown((strand, low))
        between = f"{self._level(strand, low)} and {self._level(strand, low + 1)}"
        found = neighbours(self.rubric.strands[strand], low)
        if found is None:
            return _to(shown, f"Look at what tells {between} apart, and begin with {shown.words}.")
        return _to(shown, f"When you waver between {between}, ask: {found.ask}")

    def _roles(self, told: Parts | Missing | None) -> Advice | None:
        if told is None or isinstance(told, Missing):
            return None
        if told.focus is None or told.miss is None:
            return self._go_on("Between the roles there is no difference worth naming")
        focus, role = told.focus, self.rubric.roles[told.focus]
        case = max(self.cases, key=lambda each: each.roles.get(focus, 0), default=None)
        count = case.roles.get(focus, 0) if case else 0
        if case is None or not count:
            return self._begin(told, told.miss, f" with the role “{role}”")
        people = "one person" if count == 1 else f"{count} people"
        return _sheet(case, f"Take “{case.title}”: it has {people} to rate in the role “{role}”.")

    def _halo(self, told: Halo | Missing | None) -> Advice | None:
        if told is None or isinstance(told, Missing):
            return None
        if not told.covered:
            return self._go_on("Nobody was given one level for everything")
        case = max(self.cases, key=lambda each: each.apart, default=None)
        how = "and write each reason before you look back at the strand before"
        if case is not None and case.apart:
            return _sheet(case, f"Rate “{case.title}” one strand at a time, {how}.")
        return self._fresh_set(f"Rate a fresh set one strand at a time, {how}.")

    def _silence(self, told: Silence | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on("Of this nothing lies outside the band")
        shown = self._shown(told.miss.cell)
        if told.missed:
            called = self.rubric.not_enough.called
            return _to(
                shown,
                f"Before you pick a level, look for one sentence that shows it; where there is"
                f" none, it is {called}, as in {shown.words}.",
            )
        return _to(
            shown, f"How little can be enough shows in {shown.words}, where you saw too little."
        )

    def _spread(self, told: Spread | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on(
                "No level is used much more often or more rarely than by the reference"
            )
        shown = self._shown(told.miss.cell)
        if told.rarely:
            text = f"Keep {shown.words} in mind: you gave another level {_times(told.miss)}."
        else:
            given = max(
                told.often, key=lambda level: told.own[level - 1] - told.reference[level - 1]
            )
            level = self._level(told.miss.cell[0], given)
            text = f"Look at {shown.words}: you gave {level} {_times(told.miss)} there."
        return _to(shown, text)

    def _kappa(self, told: Kappa | Missing) -> Advice | None:
        if isinstance(told, Missing):
            return None
        if told.miss is None:
            return self._go_on("There is no distance left")
        shown = self._shown(told.miss.cell)
        cell = self._cell(told.miss.cell)
        return _to(
            shown, f"Nowhere is more of it lost than at {cell}: look at {shown.short} first."
        )

    def _cell(self, cell: Cell) -> str:
        strand, level = cell
        return f"{self._level(strand, level)} on “{self.rubric.strands[strand].name}”"

    def _level(self, strand: str, level: int | None) -> str:
        return level_name(self.rubric, strand, level)

    def _shown(self, cell: Cell) -> _Shown:
        """Return where a level is shown: by its example where there is one."""
        strand, level = cell
        named, mark = self._cell(cell), NE if level is None else level
        if self.exercise is None:
            case = next(iter(self.cases), None)
            words = f"what {named} means"
            if case is None:
                return _Shown(words, _MEANS, url_for("library.index"), "All scenarios")
            return _Shown(words, _MEANS, _address_of(case), f"Rate “{case.title}”")
        card = Card(self.rubric.id, strand)
        if mark in self.exercise.anchors_of(card):
            href = url_for("calibrate.anchors", strand=strand, _anchor=f"anchor-{mark}")
            words = f"the example of {named}"
            return _Shown(words, "its example", self._if_there(card, href), "See the example")
        href = url_for("calibrate.strands", _anchor=f"strand-{strand}")
        words = f"what {named} means"
        return _Shown(words, _MEANS, self._if_there(card, href), "Read the levels")

    def _if_there(self, card: Card, href: str) -> str | None:
        """Return an address of Calibrate; None where it would show another rubric's strand.

        Its pages go by the strand alone, and show the first rubric that has it.
        """
        cards = self.exercise.cards if self.exercise else ()
        first = next((each for each in cards if each.strand == card.strand), None)
        return href if first == card else None

    def _go_on(self, because: str) -> Advice:
        """Nothing to mend: return where to see whether it holds."""
        case = next(iter(self.cases), None)
        if case is not None:
            return _sheet(case, f"{because}: see whether it holds in “{case.title}”.")
        return self._fresh_set(f"{because}: see whether it holds in a fresh set.")

    def _fresh_set(self, text: str) -> Advice:
        if self.exercise is None:
            return Advice(
                text.replace("fresh set", "case once more"),
                url_for("library.index"),
                "All scenarios",
            )
        return Advice(text, url_for("calibrate.show"), "Rate a set")


def _address_of(case: Case) -> str:
    return url_for("library.show", scenario_id=case.scenario_id)


def _sheet(case: Case, text: str) -> Advice:
    return Advice(text, _address_of(case), f"Open “{case.title}”")


def _to(shown: _Shown, text: str) -> Advice:
    return Advice(text, shown.href, shown.label)


def _times(miss: Miss) -> str:
    if miss.of == 1:
        return "the one time it came up"
    return f"{miss.times} of {miss.of} times"
