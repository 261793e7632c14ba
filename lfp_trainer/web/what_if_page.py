"""Two plays beside each other, as a page shows them: what to draw, and what changed, in words."""

from typing import Any

from lfp_trainer import scenario_map
from lfp_trainer.engine import what_if
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.what_if import Comparison, GaugePair, Parting
from lfp_trainer.services import library, runs, turns
from lfp_trainer.services.access import Seated
from lfp_trainer.web import who_chose
from lfp_trainer.web.extensions import db
from lfp_trainer.web.filters import listed


def context_of(seated: Seated, first: Seated, script: Script) -> dict[str, Any]:
    """Return what the page needs of a finished what-if and of the play it rewinds."""
    paths = [runs.path_of(db.session, run.run_id) for run in (first, seated)]
    both = what_if.compare(
        script,
        *paths,
        own_seats=runs.own_seats(script, first.seat),
        other_seats=runs.own_seats(script, seated.seat),
        not_own=(
            turns.not_own(db.session, first, script),
            turns.not_own(db.session, seated, script),
        ),
    )
    one, two = (scenario_map.taken(script, path) for path in paths)
    return {
        "first": first,
        "both": both,
        "changed": what_changed(
            both, script, other="The play with seats swapped" if seated.is_swap else "The what-if"
        ),
        "names": names_of(seated, first),
        "seats": [seat_of(run, script) for run in (first, seated)] if seated.is_swap else [],
        "named": [who_chose.who_decided(run, script) for run in (first, seated)],
        "levels": [_levels(pair, script) for pair in both.levels],
        "notes": [runs.notes_for(db.session, run) for run in (first, seated)],
        "meets": script.scenes[both.meets].scene.title if both.meets else None,
        "chart": library.chart_of(seated.digest, script),
        "taken": one,
        "taken_too": two,
    }


def names_of(seated: Seated, first: Seated) -> tuple[str, str]:
    """Return what to call a play and the one it goes back to, that one first."""
    earlier = "Earlier play" if seated.is_swap else "Earlier what-if"
    other = "Seats swapped" if seated.is_swap else "What if"
    return (earlier if first.is_what_if else "First play"), other


def seat_of(run: Seated, script: Script) -> str:
    """Return which seat somebody had in a play, in words."""
    if run.is_observer:
        return "You watched"
    member = script.scenario.cast.get(run.seat)
    return f"You, as {member.name}" if member else "You"


def what_changed(both: Comparison, script: Script, *, other: str = "The what-if") -> str:
    """Say in one sentence what differs between two plays: ending, gauge, levels at the parting.

    :param other: what to call the one that goes back to the other, at the head of a sentence
    """
    parts = [_ending(both, other)]
    if both.gauges:
        parts.append(_gauge(both.moved_most, script))
    if both.parting:
        parts.append(_shown(both.parting, script))
    return "; ".join(parts) + "."


def _ending(both: Comparison, other: str) -> str:
    if both.is_same_ending:
        return "Both plays come to the same ending"
    if both.other.ending is None or both.first.ending is None:
        return f"{other} comes to another ending"
    return (
        f"{other} comes to another ending, “{both.other.ending.title}”"
        f" instead of “{both.first.ending.title}”"
    )


def _gauge(moved: GaugePair | None, script: Script) -> str:
    if moved is None:
        return "no gauge ends elsewhere"
    name = script.vocabulary.gauges[moved.name].name
    return (
        f"“{name}” moves most, to {_signed(moved.other[-1])} instead of {_signed(moved.first[-1])}"
    )


def _shown(parting: Parting, script: Script) -> str:
    def named(strand: str, level: int) -> str:
        return f"“{level} {script.rubric.strands[strand].levels[level - 1].name}”"

    before = {each.strand: each.level for each in parting.first.shown}
    differs = [
        f"{named(each.strand, each.level)} instead of {named(each.strand, before[each.strand])}"
        for each in parting.other.shown
        if before.get(each.strand, each.level) != each.level
    ]
    if not differs:
        return "at the parting, both responses show the same levels"
    return f"at the parting, the other response shows {listed(differs)}"


def _signed(value: int) -> str:
    return f"−{-value}" if value < 0 else f"+{value}" if value else "0"


def _levels(pair: what_if.LevelPair, script: Script) -> dict[str, Any]:
    """Return one strand as rows from the highest level down, with how often each was shown."""
    strand = script.rubric.strands[pair.strand]
    counted = list(zip(strand.levels, pair.first, pair.other, strict=True))
    return {
        "label": strand.name,
        "most": max(1, *pair.first, *pair.other),
        "rows": [
            {"number": number, "name": level.name, "counts": (first, other)}
            for number, (level, first, other) in reversed(list(enumerate(counted, start=1)))
        ],
    }
