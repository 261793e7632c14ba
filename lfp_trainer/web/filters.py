"""Words and numbers for templates: codes into terms, values into what the drawn parts take."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

from flask import Flask

from lfp_trainer.engine.debrief import Decision
from lfp_trainer.engine.scenario import BOTH, Hair
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.vocabulary import Term, Vocabulary

SCHOOLS = {
    "elementary": "Elementary school",
    "middle": "Middle school",
    "high": "High school",
    "district": "Whole district",
}
"""The kinds of school a scenario may play in, as a person reads them."""

NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip


def install(app: Flask) -> None:
    """Offer the filters, and the word for every seat, to every template."""
    app.jinja_env.globals.update(BOTH=BOTH, SCHOOLS=SCHOOLS, HAIR=get_args(Hair))
    app.jinja_env.filters.update(
        ordinal=ordinal,
        day=day,
        moment=moment,
        weekday=weekday,
        in_words=in_words,
        ladders=ladders,
        terms=terms,
        counted=counted,
        listed=listed,
        gauge_series=gauge_series,
    )


def day(moment: date | datetime) -> str:
    """Return a day as people write it: ``November 21, 2026``."""
    return f"{moment:%B} {moment.day}, {moment.year}"


def moment(at: datetime) -> str:
    """Return a time as everybody can read it, wherever they are: ``March 5, 2026, 17:00 UTC``."""
    return f"{day(at)}, {at:%H:%M} UTC"


def weekday(day: date, today: date) -> str:
    """Return a day near at hand as people write it: ``Thursday, December 3``."""
    year = "" if day.year == today.year else f", {day.year}"
    return f"{day:%A, %B} {day.day}{year}"


def ordinal(number: int) -> str:
    """Write a place as it is spoken: 1st, 2nd, 3rd, 4th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def in_words(number: int) -> str:
    """Return a small number as a word, such as ``six``; a large one in figures."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number}"


def listed(words: Sequence[str]) -> str:
    """Join words as people write them: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def ladders(decision: Decision, script: Script) -> list[dict[str, Any]]:
    """Return what ``level_ladder`` draws: one ladder a strand."""
    strands = script.rubric.strands
    return [
        {
            "label": strands[shown.strand].name,
            "names": [level.name for level in strands[shown.strand].levels],
            "shown": shown.level,
            "best": shown.best,
        }
        for shown in decision.shown
    ]


def terms(codes: Iterable[str], vocabulary: Mapping[str, Term]) -> list[Term]:
    """Return the terms behind codes."""
    return [vocabulary[code] for code in codes]


def counted(counts: Iterable[tuple[str, int]], vocabulary: Mapping[str, Term]) -> list[str]:
    """Return names of terms with how often they came up, where that is more than once."""
    return [vocabulary[code].name + (f" × {count}" if count > 1 else "") for code, count in counts]


def gauge_series(gauges: Mapping[str, tuple[int, ...]], words: Vocabulary) -> list[dict[str, Any]]:
    """Return what ``gauge_lines`` draws: each gauge's name, values and meaning."""
    return [
        {"name": words.gauges[name].name, "values": values, "means": words.gauges[name].means}
        for name, values in gauges.items()
    ]
