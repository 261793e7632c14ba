"""Who sees what of a run, for one who takes part in it: share it, and take that back at once."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import shared, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.database import writing
from lfp_trainer.web import run_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.sharing_page import note_kept_private

bp = Blueprint("sharing", __name__)

IS_PRIVATE = "It is private: only who plays it sees it."


@bp.get("/home/shared")
@allow(Allowed.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List all that the person who is asking shares."""
    return render_template("sharing/index.html", shares=shared.shared_by(db.session, me().id))


@bp.get("/runs/<run:key>/sharing")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Say who sees what of a run now, and offer to change it."""
    seated, script = run_page.find(key)
    people = shared.facilitators_of(db.session, seated.user_id, seated)
    return render_template(
        "sharing/show.html",
        run=seated,
        scenario=script.scenario,
        share=shared.share_of(db.session, seated),
        refusal=sharing.refusal(seated),
        cohorts=[
            (each, [one.name for one in people.get(each.id, [])])
            for each in shared.cohorts_for(db.session, seated)
        ],
    )


@bp.post("/runs/<run:key>/sharing")
@allow(Allowed.SIGNED_IN)
def share(key: str) -> ResponseReturnValue:
    """Show what one answers in a run to who facilitates a cohort now."""
    try:
        with writing(db.session):
            seated, _ = run_page.find(key)
            cohort = _chosen(seated)
            sharing.agree(db.session, seated, cohort.id, now=now())
    except StaleMove as error:
        flash(str(error), "error")
    else:
        flash(f"Your part of it is shared with “{cohort.name}” from now on.", "success")
    return _back(key)


def _chosen(seated: Seated) -> Joined:
    """Return the cohort that was chosen.

    :raise NotFound: if it is none that this run can be shared with
    :raise StaleMove: if none was, or the run can be shared with none
    """
    if sharing.refusal(seated):
        raise StaleMove(sharing.refusal(seated))
    if "cohort" not in request.form:
        raise StaleMove("Choose the cohort you share it with.")
    for each in shared.cohorts_for(db.session, seated):
        if each.key == request.form.get("cohort"):
            return each
    raise NotFound


@bp.post("/runs/<run:key>/sharing/withdraw")
@allow(Allowed.SIGNED_IN)
def withdraw(key: str) -> ResponseReturnValue:
    """Take back what one shares of a run, or say that it stays private."""
    with writing(db.session):
        seated, _ = run_page.find(key)
        sharing.withdraw(db.session, seated)
    note_kept_private(key)
    flash(IS_PRIVATE, "success")
    return _back(key)


def _back(key: str) -> ResponseReturnValue:
    """Lead back to where it was pressed."""
    came_from = request.form.get("back")
    if came_from == "run":
        return go_to(run_page.place_of(key))
    return go_to(url_for(".index") if came_from == "list" else url_for(".show", key=key))
