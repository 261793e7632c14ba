"""The front door, and a person's own page: what to go on with, and what they have played."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lfp_trainer.services import exercise_sets, open_pairs, past_runs, shelf
from lfp_trainer.web import calibrate_page, calibration, contrast_page, next_steps
from lfp_trainer.web.asker import me, viewer_id
from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_stages import NAMES
from lfp_trainer.web.runs import start_key

bp = Blueprint("home", __name__)

AT_HOME, ON_A_PAGE = 10, 20
"""How many finished runs stand on a person's own page, and on each page of all of them."""
OPEN_AT_HOME = 6
"""How many of those to go on with stand there; the others are on pages of their own."""


@bp.get("/")
@allow(Allowed.EVERYONE)
def welcome() -> ResponseReturnValue:
    """Say what this is, and let anybody try it at once."""
    cards = shelf.cards(db.session, viewer_id())
    return render_template(
        "home/welcome.html",
        first=shelf.suggest(cards),
        open_run=shelf.latest_open(cards),
        count=len(cards),
        start_key=start_key(),
        **next_steps.at_home(),
    )


@bp.get("/home")
@allow(Allowed.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show what to go on with and the latest runs of the person who is asking."""
    cards = shelf.cards(db.session, me().id)
    return render_template(
        "home/home.html",
        invitations=open_pairs.invitations_of(db.session, me().id),
        **_going_on(number=1, size=OPEN_AT_HOME),
        stage_names=NAMES,
        finished=past_runs.finished_runs(db.session, me().id, number=1, size=AT_HOME),
        open_contrasts=contrast_page.still_open(),
        next_up=shelf.suggest(cards),
        rated_sets=calibrate_page.my_sets(),
        set_size=exercise_sets.SET_SIZE,
        **calibration.at_home(cards),
        **next_steps.at_home(),
    )


@bp.get("/home/runs")
@allow(Allowed.SIGNED_IN)
def past() -> ResponseReturnValue:
    """Show every run that the person who is asking has finished, or has not, page by page."""
    number = request.args.get("page", 1, type=int)
    if "open" in request.args:
        going_on = _going_on(number=number, size=ON_A_PAGE)
        return render_template("home/open_runs.html", stage_names=NAMES, **going_on)
    found = past_runs.finished_runs(db.session, me().id, number=number, size=ON_A_PAGE)
    return render_template("home/past_runs.html", finished=found)


def _going_on(*, number: int, size: int) -> dict[str, object]:
    """Return a page of the runs to go on with, and where those with others stand."""
    found = past_runs.open_runs(db.session, me().id, number=number, size=size)
    runs = [(each.run, each.script) for each in found.rows]
    return {
        "going_on": found,
        "standings": open_pairs.standings_of(db.session, me().id, runs),
    }
