"""Runs that people of a cohort show to who facilitates it: a list, one run, comments on it."""

import secrets
from typing import Any

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.services import cohorts, comments, shown_runs, threads
from lfp_trainer.services.access import Thing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.shown_runs import ShownRun
from lfp_trainer.services.threads import Thread, place_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import About, Round
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.comments import by_place
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("shown_runs", __name__, url_prefix="/cohorts/<run:key>/runs")

Places = dict[int, dict[str, list[Thread]]]
"""Whose it is → place on the page → threads."""


@bp.get("")
@allow(Allowed.SIGNED_IN)
def index(key: str) -> ResponseReturnValue:
    """List the runs that people of a cohort show to the person who is asking."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    return render_template(
        "shown_runs/index.html",
        cohort=cohort,
        runs=shown_runs.runs_of(db.session, cohort, viewer_id=me().id),
        positions=POSITIONS,
    )


@bp.get("/<run:run_key>")
@allow(Allowed.SIGNED_IN)
def show(key: str, run_key: str) -> ResponseReturnValue:
    """Show one run, as far as it is shown to the person who is asking."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    shown = shown_runs.find(db.session, cohort, run_key, viewer_id=me().id)
    return render_template("shown_runs/show.html", **_context(cohort, shown))


def _context(cohort: Joined, shown: ShownRun) -> dict[str, Any]:
    found = threads.threads_of_run(db.session, cohort, shown.run_id, viewer_id=me().id)
    places: Places = {
        each.user_id: by_place(one for one in found if one.thing.learner_id == each.user_id)
        for each in shown.people
    }
    return {
        "cohort": cohort,
        "shown": shown,
        "script": shown.script,
        "scenario": shown.script.scenario,
        "places": places,
        "positions": POSITIONS,
    }


@bp.post("/<run:run_key>/comments")
@allow(Allowed.SIGNED_IN)
def comment(key: str, run_key: str) -> ResponseReturnValue:
    """Write to somebody about what they show."""
    start_key = forms.text("start_key", 40) or secrets.token_urlsafe(12)
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        shown = shown_runs.find(db.session, cohort, run_key, viewer_id=me().id)
        thing = _sent_thing(shown.run_id)
        comments.write(
            db.session, cohort, thing, forms.text("text", comments.LIMIT),
            author_id=me().id, start_key=start_key, now=now(),
        )  # fmt: skip
    place = place_of(thing)
    if not wants_fragment():
        anchor = f"place-{thing.learner_id}-{place}"
        return go_to(url_for(".show", key=key, run_key=run_key, _anchor=anchor))
    page = render_template(
        "comments/_place.html", whose=thing.learner_id, place=place, thing=thing, swapped=True,
        **_context(cohort, shown),
    )  # fmt: skip
    response = make_response(page)
    response.vary.add("HX-Request-Type")
    return response


def _sent_thing(run_id: int) -> Thing:
    """Return what a comment is about, as the form says; nobody has the number 0."""
    learner_id = forms.number("learner") or 0
    about = forms.word("about", [each.value for each in About])
    if about == About.STEP:
        return Thing(run_id, learner_id, About.STEP, number=forms.number("number", most=9999))
    if about == About.RATING:
        round = forms.word("round", [each.value for each in Round])
        return Thing(
            run_id, learner_id, About.RATING, leader=forms.line("leader", 64),
            strand=forms.line("strand", 64), round=Round(round) if round else None,
        )  # fmt: skip
    return Thing(run_id, learner_id)
