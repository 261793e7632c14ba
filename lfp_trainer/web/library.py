"""The shelf of scenarios, and the overview sheet of one."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lfp_trainer.services import library
from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import open_run
from lfp_trainer.web.runs import start_key

bp = Blueprint("library", __name__, url_prefix="/scenarios")


@bp.get("")
@allow(Allowed.EVERYONE)
def index() -> ResponseReturnValue:
    """List what can be played."""
    return render_template("library/index.html", offered=library.on_offer(db.session))


@bp.get("/<slug:scenario_id>")
@allow(Allowed.EVERYONE)
def show(scenario_id: str) -> ResponseReturnValue:
    """Show one scenario before it is played: what it is about, who is in it, which seat to take."""
    published = library.current(db.session, scenario_id)
    return render_template(
        "library/show.html",
        scenario=published.script.scenario,
        open_run=open_run(scenario_id),
        start_key=start_key(),
    )
