"""Who facilitates a cohort decides, of each person in it, whether they do too, or go."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import cohorts, facilitating
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.storage.database import writing
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("cohort_people", __name__, url_prefix="/cohorts/<run:key>/people/<int:user_id>")


@bp.post("/facilitator")
@allow(Allowed.ACCOUNTS)
def make_facilitator(key: str, user_id: int) -> ResponseReturnValue:
    """Let a member facilitate the cohort too."""
    try:
        with writing(db.session):
            cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
            name = facilitating.make_facilitator(db.session, cohort, user_id, now=now())
    except Incomplete as error:
        flash(str(error), "error")
    else:
        told = f"{name} facilitates too. What was shared before is not shown to them."
        flash(told, "success")
    return _to_people(key)


@bp.post("/member")
@allow(Allowed.ACCOUNTS)
def make_member(key: str, user_id: int) -> ResponseReturnValue:
    """Let somebody facilitate the cohort no longer."""
    try:
        with writing(db.session):
            cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
            name = facilitating.make_member(db.session, cohort, user_id)
    except Incomplete as error:
        flash(str(error), "error")
    else:
        flash(f"{name} is a member now and facilitates no longer.", "success")
    return _to_people(key)


@bp.get("/remove")
@allow(Allowed.ACCOUNTS)
def ask_to_remove(key: str, user_id: int) -> ResponseReturnValue:
    """Ask whether somebody should really go, and say what that does."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    return render_template(
        "cohorts/remove.html",
        cohort=cohort,
        person=_find(cohort, user_id),
        positions=POSITIONS,
    )


def _find(cohort: Joined, user_id: int) -> Member:
    for each in cohorts.members_of(db.session, cohort, viewer_id=me().id):
        if each.user_id == user_id:
            return each
    raise NotFound


@bp.post("/remove")
@allow(Allowed.ACCOUNTS)
def remove(key: str, user_id: int) -> ResponseReturnValue:
    """Take somebody out of the cohort."""
    try:
        with writing(db.session):
            cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
            name = facilitating.remove(db.session, cohort, user_id)
    except Incomplete as error:
        flash(str(error), "error")
        return _to_people(key)
    flash(f"{name} is not in “{cohort.name}” any more.", "success")
    if user_id == me().id:
        return go_to(url_for("cohorts.index"))
    return _to_people(key)


def _to_people(key: str) -> ResponseReturnValue:
    return go_to(url_for("cohorts.show", key=key, _anchor="people"))
