"""The one page of a run: which stage it shows, and where it is found again.

Every view of a run ends here, so a page and the fragment of it that htmx asks for are the same.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import (
    Incomplete,
    NotForObservers,
    NotFound,
    NotInWhatIf,
    NotYet,
    StaleMove,
    TrainerError,
    UnknownChoice,
)
from lfp_trainer.services import access, library, ratings, runs, what_if
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within
from lfp_trainer.web import forms, one_screen_page, pair_debrief, pair_page, rated_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import render, wants_fragment
from lfp_trainer.web.run_stages import NAMES, context_of

WHAT_IF_STAGES = (Stage.ROLE_PLAY, Stage.DEBRIEF)
"""A what-if is played and told, and answers nothing of its own around it."""
FROM_THE_CONVERSATION = ("runs.choose", "runs.keep_reason", "live.note", "live.catch_up")
WRITTEN = ("reason", "current_state", "goal", "steps", "sentence")
"""Fields of one's own words in what is answered in a run."""


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
    for error in (Incomplete, NotInWhatIf, NotYet, StaleMove, UnknownChoice):
        blueprint.register_error_handler(error, _refused)


def _refused(error: TrainerError) -> Response:
    where = request.view_args or {}
    if "key" not in where:
        return rated_page.refuse(error, None)
    # What is sent from the conversation, or leads to it, also where one arrives at the reveal.
    there = Stage.ROLE_PLAY if request.endpoint in FROM_THE_CONVERSATION else None
    # What somebody else's page still offered says nothing to the person who pressed it.
    said = str(StaleMove()) if isinstance(error, UnknownChoice) else str(error)
    # The form they were typed into is gone: here alone they are still to be had.
    words = _written(where["key"]) if isinstance(error, StaleMove | UnknownChoice) else ""
    if words:
        said = f"{said} You had written: {words}"
    return rated_page.refuse(
        error, partial(show, where["key"], card=where.get("card"), looking_at=there), said=said
    )


def _written(key: str) -> str:
    """Return one's own words in the form that was sent, in quotes: what nobody else may read."""
    # What agreeing with somebody sends along is the page's.
    if "agrees" in request.form or not _reads_alone(key):
        return ""
    typed = [
        forms.clean(value)
        for name, value in request.form.items()
        if name in WRITTEN or name.endswith("-reason")
    ]
    return " ".join(f"“{each}”" for each in typed if each)


def _reads_alone(key: str) -> bool:
    """Tell whether whoever sent a form reads the answer: at one screen the other may have it."""
    try:
        return not access.seat_in(db.session, key, viewer_id=me().id).shares_a_device
    except NotFound:
        return False


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
    if seated.code is not None and seated.begun_at is None:
        return pair_page.to_lobby(seated.code)
    at = _shown_stage(seated, looking_at)
    if looking_at not in (None, at) and not message:
        message = _not_here(seated, looking_at)
    context = _context(seated, script, at, card) | {"errors": problems or {}, "message": message}
    if typed:
        context["kept"] = {**context["kept"], **typed}
    response = render("runs/run.html", fragment="runs/_stage.html", status=status, **context)
    # Who has scripts is heard of by what their page asks: a part of it need not say so too.
    if seated.is_pair and not wants_fragment():
        pair_page.note_seen(context["company"], context["mine"])
    return rated_page.with_address(response, context["address"])


def _not_here(seated: Seated, asked: Stage) -> str:
    if seated.is_observer and asked not in stages_of(seated):
        return str(NotForObservers())
    if seated.is_what_if and asked not in stages_of(seated):
        return str(NotInWhatIf())
    return f"This run has not come to this part yet: {NAMES[asked]}. Here is where it is."


def place_of(key: str) -> str:
    """Return the address of where a run is now, which stays the same when the run goes on."""
    seated, script = find(key)
    if seated.code is not None and seated.begun_at is None:
        return pair_page.lobby_of(seated.code)
    at = _shown_stage(seated, None)
    return _address(seated, at, _told(seated, script, at, None))


def _address(seated: Seated, at: Stage, context: Mapping[str, Any]) -> str:
    rating = at is Stage.RATING and not context.get("committed", True)
    card = context["card"] if rating else None
    return url_of(seated.key, stage=at.value, card=card, way=context.get("way") or None)


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
    told = _told(seated, script, at, card)
    return {
        "run": seated,
        "part": None,
        "script": script,
        "scenario": script.scenario,
        "stage": at,
        "address": _address(seated, at, told),
        "is_current": at is _shown_stage(seated, None),
        "stages": _stepper(seated),
        "own": runs.own_seats(script, seated.seat),
        "origin": what_if.origin_of(db.session, seated) if seated.is_what_if else None,
        "errors": {},
        **told,
    }


def _told(seated: Seated, script: Script, at: Stage, card: int | None) -> dict[str, Any]:
    """Return what the part of a run that is showing needs beside what every part is given."""
    if not seated.is_pair:
        return context_of(seated, script, at, card)
    part = pair_page.part_of(seated, at)
    told = (
        pair_page.CONTEXTS[part](seated, script) if part else context_of(seated, script, at, card)
    )
    if at is Stage.DEBRIEF and part is None:
        told |= pair_debrief.context_of(seated, script)
    for_both = told.get("is_for_both") or (
        seated.shares_a_device and one_screen_page.looks_at_together(seated, at, part)
    )
    company = pair_page.company_context(
        seated, script, at=at, together=told.get("company"), talk=told.get("talk")
    )
    return told | company | {"part": part, "is_for_both": for_both}


def stages_of(seated: Seated) -> tuple[Stage, ...]:
    """Return the stages that a run shows. An observer has nothing to answer before the play."""
    if seated.is_what_if:
        return WHAT_IF_STAGES
    unasked = (Stage.DIAGNOSIS, Stage.RATING) if seated.is_observer else ()
    return tuple(stage for stage in NAMES if stage not in unasked)


def _shown_stage(seated: Seated, asked: Stage | None) -> Stage:
    if asked is not None and asked in stages_of(seated) and runs.has_reached(seated, asked):
        return asked
    # Who comes to an open conversation that has not begun comes to the reveal first.
    if pair_page.arrives_at_reveal(seated):
        return Stage.RATING
    return stages_of(seated)[-1] if seated.stage is Stage.DONE else seated.stage


def _stepper(seated: Seated) -> list[dict[str, Any]]:
    return [
        {
            "key": stage,
            "name": NAMES[stage],
            "href": url_for("runs.show", key=seated.key, stage=stage.value)
            if runs.has_reached(seated, stage)
            else None,
        }
        for stage in stages_of(seated)
    ]
