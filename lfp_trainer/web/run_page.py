"""The one page of a run: which stage it shows, and what that stage needs to know.

Every view of a run ends here, so a page and the fragment of it that htmx asks for are the same.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from lfp_trainer import scenario_map
from lfp_trainer.engine import debrief, play
from lfp_trainer.engine.diagnosis import compare_diagnosis
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.scenario import MOST_NAMED
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotYet, StaleMove, TrainerError, UnknownChoice
from lfp_trainer.services import access, diagnosis, library, next_steps, ratings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Kept
from lfp_trainer.services.runs import Note
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within
from lfp_trainer.web import calibrate_page, rated_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import render

NAMES = {
    Stage.CASE: "Case",
    Stage.DIAGNOSIS: "Diagnosis",
    Stage.RATING: "Rating",
    Stage.ROLE_PLAY: "Role-play",
    Stage.DEBRIEF: "Debrief",
    Stage.NEXT_STEP: "Next step",
}


def find(key: str, within: Within | None = None) -> tuple[Seated, Script]:
    """Find a run of the person who is asking.

    :param within: the transaction to look in, if not the session's
    :raise NotFound: if there is none
    """
    within = within or db.session
    seated = access.seat_in(within, key, viewer_id=me().id)
    return seated, library.script_of(within, seated.version_id, seated.digest)


def answer_refusals(blueprint: Blueprint) -> None:
    """Answer what a run refuses with the run as it is now and a sentence, never an error page."""
    for error in (Incomplete, NotYet, StaleMove, UnknownChoice):
        blueprint.register_error_handler(error, _refused)


def _refused(error: TrainerError) -> Response:
    where = request.view_args or {}
    if "key" not in where:
        return rated_page.refuse(error, None)
    # What somebody else's page still offered says nothing to the person who pressed it.
    said = str(StaleMove()) if isinstance(error, UnknownChoice) else None
    return rated_page.refuse(error, partial(show, where["key"], card=where.get("card")), said=said)


def show(
    key: str,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    card: int | None = None,
    message: str = "",
    looking_at: Stage | None = None,
    typed: Mapping[ratings.Card, Kept] | None = None,
) -> Response:
    """Render a run at its stage, or at an earlier one that is looked back at.

    :param problems: what to do about each field that keeps an answer from being committed
    :param card: which rating to show, counted from 0
    :param message: a sentence about what just happened
    :param typed: a rating that could not be stored, as it was sent
    """
    seated, script = find(key)
    at = _shown_stage(seated, looking_at)
    if looking_at not in (None, at) and not message:
        name = NAMES[looking_at]
        message = f"This run has not come to this part yet: {name}. Here is where it is."
    context = _context(seated, script, at, card) | {"errors": problems or {}, "message": message}
    if typed:
        context["kept"] = {**context["kept"], **typed}
    response = render("runs/run.html", fragment="runs/_stage.html", status=status, **context)
    return rated_page.with_address(response, context["address"])


def place_of(key: str) -> str:
    """Return the address of where a run is now, which stays the same when the run goes on."""
    seated, script = find(key)
    at = _shown_stage(seated, None)
    return _address(seated, at, _CONTEXTS[at](seated, script, None))


def _address(seated: Seated, at: Stage, context: Mapping[str, Any]) -> str:
    rating = at is Stage.RATING and not context["committed"]
    return url_of(seated.key, stage=at.value, card=context["card"] if rating else None)


def printed(key: str) -> Response:
    """Render the debrief of a run alone, made for paper.

    :raise NotYet: if the role-play is not finished
    """
    seated, script = find(key)
    if not runs.has_reached(seated, Stage.DEBRIEF):
        raise NotYet("the role-play")
    context = _context(seated, script, Stage.DEBRIEF, None)
    return make_response(render_template("runs/debrief.html", **context))


def url_of(key: str, **where: Any) -> str:
    """Return the address of a run, or of one stage or card of it."""
    return url_for("runs.show", key=key, **where)


def _context(seated: Seated, script: Script, at: Stage, card: int | None) -> dict[str, Any]:
    told = _CONTEXTS[at](seated, script, card)
    return {
        "run": seated,
        "script": script,
        "scenario": script.scenario,
        "stage": at,
        "address": _address(seated, at, told),
        "is_current": at is _shown_stage(seated, None),
        "stages": _stepper(seated),
        "own": runs.own_seats(script, seated.seat),
        "errors": {},
        **told,
    }


def _shown_stage(seated: Seated, asked: Stage | None) -> Stage:
    if asked is not None and runs.has_reached(seated, asked):
        return asked
    return Stage.NEXT_STEP if seated.stage is Stage.DONE else seated.stage


def _stepper(seated: Seated) -> list[dict[str, Any]]:
    return [
        {
            "key": stage,
            "name": name,
            "href": url_for("runs.show", key=seated.key, stage=stage.value)
            if runs.has_reached(seated, stage)
            else None,
        }
        for stage, name in NAMES.items()
    ]


def _case(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    return {"reading": script.rubric.rules}


def _diagnosis(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    kept = diagnosis.diagnosis_of(db.session, seated)
    return {
        "answer": kept.answer,
        "committed": kept.committed,
        "feedback": compare_diagnosis(script.scenario, kept.answer) if kept.committed else None,
        "most": MOST_NAMED,
    }


def _rating(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    kept = ratings.ratings_of(db.session, seated)
    cards = ratings.cards_of(script)
    committed = seated.stage is not Stage.RATING
    unfinished = ratings.first_unfinished(script, kept)
    at = card if card is not None and 0 <= card <= len(cards) else unfinished
    return {
        "cards": cards,
        "kept": kept,
        "committed": committed,
        "compared": ratings.compare_ratings(script, kept) if committed else [],
        "unfinished": unfinished,
        # One past the last card is the overview from which all of them are committed.
        "card": len(cards) if at is None else at,
        "is_new_to_levels": not committed and calibrate_page.invites(script.rubric.id),
    }


def _role_play(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    position = play.replay(script, runs.path_of(db.session, seated.run_id))
    return turn_context(seated, script, position, notes=runs.notes_of(db.session, seated.run_id))


def turn_context(
    seated: Seated,
    script: Script,
    position: Position,
    *,
    notes: Mapping[int, Note],
    since: int | None = None,
) -> dict[str, Any]:
    """Return what the conversation needs: all of it, or what came after ``since`` steps.

    A page with that many steps already shows the passages before its scene; the scene is replaced.
    """
    own = runs.own_seats(script, seated.seat)
    moments = play.retell(script, position.path, since=since, to=own)
    here = None if position.scene is None else moments.pop()
    return {
        "run": seated,
        "script": script,
        "scenario": script.scenario,
        "past": moments,
        "decide": partial(debrief.decision, script, own_seats=own),
        "here": here,
        "may": () if here is None else play.shuffled(here.may, f"{seated.key} {here.scene_id}"),
        "steps_taken": len(position.path),
        "ending": play.ending_of(script, position),
        "epilogue": play.epilogue_of(script, position),
        "notes": notes,
        "latest": max((n for n, note in notes.items() if not note.stand_in), default=0),
        "own": own,
        "errors": {},
    }


def _debrief(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    path = runs.path_of(db.session, seated.run_id)
    kept = diagnosis.diagnosis_of(db.session, seated)
    told = debrief.tell(script, path, own_seats=runs.own_seats(script, seated.seat))
    return {
        "told": told,
        "chart": library.chart_of(seated.digest, script),
        "taken": scenario_map.taken(script, path),
        "labels": ["Start", *(f"{n}" for n in range(1, len(path) + 1))],
        "answer": kept.answer,
        "feedback": compare_diagnosis(script.scenario, kept.answer),
        "compared": ratings.compare_ratings(script, ratings.ratings_of(db.session, seated)),
        "notes": runs.notes_of(db.session, seated.run_id),
        "plan": next_steps.plan_of(db.session, seated),
    }


def _next_step(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    return {"plan": next_steps.plan_of(db.session, seated)}


_CONTEXTS = {
    Stage.CASE: _case,
    Stage.DIAGNOSIS: _diagnosis,
    Stage.RATING: _rating,
    Stage.ROLE_PLAY: _role_play,
    Stage.DEBRIEF: _debrief,
    Stage.NEXT_STEP: _next_step,
}
