"""A run's page, its stages and the role-play."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import StaleMove
from lfp_trainer.services import choices, deciding, library, one_screen, pairs, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.choices import Recorded
from lfp_trainer.storage.database import writing, writing_on
from lfp_trainer.storage.models import Stage
from lfp_trainer.storage.prepared import Within
from lfp_trainer.web import auth, forms, ranking_form, run_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import kept
from lfp_trainer.web.run_page import find
from lfp_trainer.web.run_stages import NAMES, turn_context

bp = Blueprint("runs", __name__, url_prefix="/runs")

run_page.answer_refusals(bp)

CROSSED = (
    "You went with the other’s, and in the same moment the other went with yours. Yours is taken."
)


def start_key() -> str:
    """Return a one-time key for a form that starts a run."""
    return secrets.token_urlsafe(12)


@bp.post("")
@allow(Allowed.EVERYONE)
def start() -> ResponseReturnValue:
    """Start a run of a scenario; somebody who is not signed in becomes a guest."""
    published = library.current(db.session, forms.line("scenario", 64))
    seat = request.form.get("seat", BOTH)
    one_time_key = forms.text("start_key", 40) or start_key()
    person = auth.ensure_person()
    with writing(db.session):
        key = runs.start_run(
            db.session,
            published,
            user_id=person.id,
            seat=seat,
            start_key=one_time_key,
            now=now(),
        )
    return go_to(url_for(".show", key=key))


@bp.get("/<run:key>")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Show where the run is, or an earlier stage of it."""
    asked = request.args.get("stage", "")
    looking_at = Stage(asked) if asked in NAMES else None
    return run_page.show(key, looking_at=looking_at, card=request.args.get("card", type=int))


@bp.post("/<run:key>/case")
@allow(Allowed.SIGNED_IN)
def finish_case(key: str) -> ResponseReturnValue:
    """Go on from the case to the diagnosis."""
    return _finish(key, Stage.CASE)


@bp.post("/<run:key>/debrief")
@allow(Allowed.SIGNED_IN)
def finish_debrief(key: str) -> ResponseReturnValue:
    """Go on from the debrief to the next step."""
    return _finish(key, Stage.DEBRIEF)


def _finish(key: str, stage: Stage) -> ResponseReturnValue:
    with suppress(StaleMove), writing(db.session):  # pressed twice: the second finds it done
        seated, script = find(key)
        if seated.is_pair and stage is Stage.CASE:
            pairs.finish_case(db.session, seated, script, now=now())
        else:
            runs.require(seated, stage)
            if seated.is_pair:
                choices.hold(db.session, seated.run_id)
            runs.move_on(db.session, seated, stage, now=now())
            if seated.shares_a_device and stage is Stage.DEBRIEF:
                one_screen.all_move_on(db.session, seated, stage, now=now())
    return after(key)


def after(key: str) -> ResponseReturnValue:
    """Show a run after an act: the stage itself for htmx, by a redirect for everyone else."""
    if wants_fragment():
        return run_page.show(key)
    return go_to(run_page.place_of(key))


@bp.post("/<run:key>/choices")
@allow(Allowed.SIGNED_IN)
def choose(key: str) -> ResponseReturnValue:
    """Take a choice, then show what it led to."""
    at_step = forms.number("step", most=9999)
    with writing_on(db.engine) as within:
        seated, script = find(key, within)
        if at_step is None:
            raise StaleMove
        recorded = _record(within, seated, script, at_step)
    # With its stage: the last response leads to the debrief, but its ending is not read yet.
    way = ranking_form.asked_way()
    here = run_page.url_of(key, stage=Stage.ROLE_PLAY.value, way=way or None)
    if not wants_fragment():
        if recorded.crossed:
            flash(CROSSED, "info")
        return go_to(f"{here}#now")
    if seated.shares_a_device:  # all of it: the next decision may be for the other to see
        response = run_page.show(key, looking_at=Stage.ROLE_PLAY)
        response.headers["HX-Retarget"] = "#stage"
        return response
    context = turn_context(
        seated, script, recorded.position, since=at_step, notes=recorded.notes, way=way
    )
    if recorded.crossed:
        context |= {"crossed_at": at_step + 1, "crossed": CROSSED}
    return answer_turn(context, here)


def _record(within: Within, seated: Seated, script: Script, at_step: int) -> Recorded:
    choice_id, reason = request.form.get("choice", ""), forms.text("reason", 1000)
    if not seated.is_pair:
        return choices.record_choice(
            within, seated, script, choice_id, at_step=at_step, reason=reason, now=now()
        )
    goes_with = "goes_with" in request.form
    return deciding.decide(
        within, seated, script, choice_id,
        at_step=at_step, reason=reason, now=now(), goes_with=goes_with,
    )  # fmt: skip


@bp.post("/<run:key>/reason")
@allow(Allowed.SIGNED_IN)
def keep_reason(key: str) -> ResponseReturnValue:
    """Keep why somebody decides while they write it, for themselves alone."""
    at_step, reason = forms.number("step", most=9999), forms.text("reason", 1000)
    seat = request.form.get("seat", "")
    with writing(db.session):
        seated, script = find(key)
        if at_step is None:
            raise StaleMove
        deciding.keep_reason(
            db.session, seated, script, reason, at_step=at_step, seat=seat, now=now()
        )
    way = ranking_form.asked_way() or None
    return kept(run_page.url_of(key, stage=Stage.ROLE_PLAY.value, way=way) + "#now")


def answer_turn(context: Mapping[str, Any], here: str) -> Response:
    """Answer a step over htmx with what came of it, at the address where it is found again."""
    response = make_response(render_template("runs/_turn.html", **context))
    response.headers["HX-Replace-Url"] = here
    response.vary.add("HX-Request-Type")
    return response


@bp.get("/<run:key>/debrief")
@allow(Allowed.SIGNED_IN)
def print_debrief(key: str) -> ResponseReturnValue:
    """Show the debrief of a finished role-play alone, made for paper."""
    return run_page.printed(key)
