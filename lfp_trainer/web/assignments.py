"""What a cohort is asked to play, for who facilitates it: see it, set it, close it.

Who has begun is on no page here. What of a run is shown is for who shares it to say.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import assignments, cohorts, library
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Mode, Required
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.runs import start_key

bp = Blueprint("assignments", __name__)

NOTE_LIMIT = 600
MODES = {
    Mode.ALONE: "Each alone, with the stand-in",
    Mode.PAIR: "In pairs, each on their own device",
}
PARTS = {
    Required.DIAGNOSIS: "The diagnosis",
    Required.RATINGS: "The ratings before the conversation",
    Required.REASONS: "Why, with each response",
    Required.AFTERWARDS: "The ratings after it (alone only)",
}
"""What can belong to an assignment, in the words of its form."""
NO_SCENARIO = "Choose a scenario."


@bp.get("/cohorts/<run:key>/assignments")
@allow(Allowed.SIGNED_IN)
def index(key: str) -> ResponseReturnValue:
    """List what is set for a cohort, and ask for more."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    return _index_page(cohort, {})


def _index_page(cohort: Joined, problems: Mapping[str, str]) -> ResponseReturnValue:
    sent = request.form
    page = render_template(
        "assignments/index.html",
        cohort=cohort,
        assigned=assignments.assignments_of(db.session, cohort, viewer_id=me().id),
        now=now(),
        offered={each.script.scenario.id: each.script for each in library.on_offer(db.session)},
        modes=MODES,
        parts=PARTS,
        seats=_seats(),
        picked={
            "scenario": sent.get("scenario") or request.args.get("scenario"),
            "mode": sent.get("mode", Mode.ALONE),
            "seat": sent.get("seat", ""),
            "required": sent.getlist("required")
            if problems
            else [Required.DIAGNOSIS, Required.RATINGS],
            "opens_at": forms.clean(sent.get("opens_at", ""))[:40],
            "due_at": forms.clean(sent.get("due_at", ""))[:40],
            "note": forms.clean(sent.get("note", ""))[: 2 * NOTE_LIMIT],
        },
        start_key=forms.clean(sent.get("start_key", ""))[:40] or start_key(),
        problems=problems,
    )
    return page, 422 if problems else 200


def _seats() -> list[tuple[str, dict[str, str]]]:
    """Return the seats to choose from: each scenario's title, with what is sent and said for each.

    A seat is sent with its scenario, so that one list serves them all.
    """
    found = []
    for each in library.on_offer(db.session):
        scenario = each.script.scenario
        if len(scenario.seats) < 2:
            continue
        seats = {
            f"{scenario.id} {seat}": f"{scenario.cast[seat].name}, {scenario.cast[seat].position}"
            for seat in scenario.seats
        }
        found.append((scenario.title, {**seats, f"{scenario.id} {BOTH}": "Every seat, in turn"}))
    return found


@bp.post("/cohorts/<run:key>/assignments")
@allow(Allowed.SIGNED_IN)
def make(key: str) -> ResponseReturnValue:
    """Set a scenario for a cohort, once, however often the button is pressed."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    try:
        published, sent = _sent()
        one_time_key = forms.text("start_key", 40) or start_key()
        with writing(db.session):
            cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
            made = assignments.assign(
                db.session, cohort, published, start_key=one_time_key, now=now(), **sent
            )
    except Incomplete as error:
        return _index_page(cohort, error.fields)
    flash("It is set. Everybody in the cohort finds it on their home page.", "success")
    return go_to(url_for(".index", key=key, _anchor=made))


def _sent() -> tuple[Published, dict[str, Any]]:
    """Return what the form asks for.

    :raise Incomplete: if something of it cannot be read, all of it at once
    """
    problems: dict[str, str] = {}
    read: dict[str, Any] = {}
    for name, field in (
        ("opens_at", forms.moment),
        ("due_at", forms.moment),
        ("note", lambda name: forms.text(name, NOTE_LIMIT)),
    ):
        try:
            read[name] = field(name)
        except Incomplete as error:
            problems |= error.fields
    published = None
    try:
        published = library.current(db.session, forms.clean(request.form.get("scenario", ""))[:64])
    except NotFound:
        problems["scenario"] = NO_SCENARIO
    mode = forms.word("mode", Mode) or Mode.ALONE
    whose, _, seat = forms.clean(request.form.get("seat", ""))[:130].partition(" ")
    if published is not None and whose and whose != published.script.scenario.id:
        problems["seat"] = "That is a seat of another scenario. Choose one of this scenario's."
    if problems or published is None:
        raise Incomplete(problems)
    required = [Required(each) for each in forms.words("required", Required)]
    return published, {"mode": Mode(mode), "seat": seat, "required": required, **read}


@bp.post("/assigned/<run:key>/close")
@allow(Allowed.SIGNED_IN)
def close(key: str) -> ResponseReturnValue:
    """Let nobody begin an assignment any more."""
    with writing(db.session):
        assigned, cohort = assignments.find(db.session, key, viewer_id=me().id)
        cohort = cohorts.find_to_run(db.session, cohort.key, viewer_id=me().id)
        assignments.close(db.session, assigned, now=now())
    flash("It is closed. What people have begun goes on.", "success")
    return go_to(url_for(".index", key=cohort.key))
