"""What an observer sees of a run: the wait, the play to mark, and a debrief that their marks open.

Never what only a seat knows, and nothing of what the players answered by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from lfp_trainer import scenario_map
from lfp_trainer.engine import debrief, play
from lfp_trainer.engine.debrief import Debrief, Decision
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.vocabulary import Term
from lfp_trainer.services import library, next_steps, observing, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.observing import Marked, Watched
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.extensions import db
from lfp_trainer.web.who_chose import who_decided

BEFORE = "pairs/_before_watching.html"
GO_OVER = "pairs/_go_over_marks.html"
DEBRIEF = "pairs/_observed.html"


@dataclass(frozen=True, slots=True)
class ToMark:
    """A response that an observer can mark, or what came before the first."""

    number: int
    """Of its step; 0 for what came before the first."""
    title: str
    seat: str | None
    text: str
    marked: Marked


@dataclass(frozen=True, slots=True)
class Watching:
    """What there is to mark, the latest first, and what to mark it with."""

    rows: tuple[ToMark, ...]
    before: Mapping[str, Term]
    """The practices that this observer has marked anywhere in the run, first at hand."""
    groups: Mapping[str, Mapping[str, Term]]
    """All others, group by group."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an observer marked, beside the response that they marked."""

    number: int
    marked: Marked
    decision: Decision | None
    """None for what came before the first response."""


def install(app: Flask) -> None:
    """Let templates show marks wherever a live page or a debrief includes them."""
    app.jinja_env.globals["watching"] = watching
    app.jinja_env.globals["marks_told"] = told


def part_of(seated: Seated, at: Stage) -> str | None:
    """Return the template that an observer sees in place of a stage; None for the stage's own."""
    if at is Stage.ROLE_PLAY and seated.opened_at is None:
        return BEFORE
    if at is Stage.DEBRIEF:
        return GO_OVER if seated.told_at is None else DEBRIEF
    return None


def watching(seated: Seated, script: Script) -> Watching:
    """Return what an observer can mark by now."""
    marks = observing.marks_of(db.session, seated)
    taken = _taken(seated, script)
    opening = ToMark(0, "Before the first response", None, "", marks.get(0, Marked()))
    rows = [opening] + [
        ToMark(
            each.number or 0,
            each.title,
            each.seats[0],
            each.choice.text if each.choice else "",
            marks.get(each.number or 0, Marked()),
        )
        for each in taken
    ]
    known = script.vocabulary.practices
    used = {code for each in marks.values() for code in each.practices}
    groups: dict[str, dict[str, Term]] = {}
    for code, term in known.items():
        if code not in used:
            groups.setdefault(term.group or "Practices", {})[code] = term
    before = {code: term for code, term in known.items() if code in used}
    return Watching(tuple(reversed(rows)), before, groups)


def _taken(seated: Seated, script: Script) -> list[play.Moment]:
    moments = play.retell(script, runs.path_of(db.session, seated.run_id), to=())
    return [each for each in moments if each.choice is not None]


def told(seated: Seated, script: Script) -> list[tuple[Watched, list[Spoken]]]:
    """Return what was marked in a run, by the play, once the debrief is open: who and what."""
    found = observing.marks_told(db.session, seated)
    decisions = {
        each.number: debrief.decision(script, each, own_seats=())
        for each in (_taken(seated, script) if found else ())
    }
    return [
        (
            each,
            [Spoken(at, marked, decisions.get(at)) for at, marked in sorted(each.marks.items())],
        )
        for each in found
    ]


def _before(seated: Seated, script: Script) -> dict[str, Any]:
    return {}


def _go_over(seated: Seated, script: Script) -> dict[str, Any]:
    path = runs.path_of(db.session, seated.run_id)
    position = play.replay(script, path)
    return {"ending": play.ending_of(script, position)}


def _debrief(seated: Seated, script: Script) -> dict[str, Any]:
    path = runs.path_of(db.session, seated.run_id)
    # As a whole, with no seat for one's own: what was decided is what all of them heard.
    found: Debrief = debrief.tell(script, path, own_seats=())
    return {
        "told": found,
        "chart": library.chart_of(seated.digest, script),
        "taken": scenario_map.taken(script, path),
        "notes": runs.notes_for(db.session, seated),
        "named": who_decided(seated, script),
        "plan": next_steps.plan_of(db.session, seated),
        "became": next_steps.answer_of(db.session, seated),
    }


CONTEXTS = {BEFORE: _before, GO_OVER: _go_over, DEBRIEF: _debrief}
