"""The front door, and a person's own page: what to go on with, and what they have played."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.rubric import Distance
from lfp_trainer.engine.script import Script
from lfp_trainer.services import exercise_sets, library, ratings, runs, shelf
from lfp_trainer.services.access import Seated
from lfp_trainer.services.next_steps import Plan, plans_of
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import calibrate_page, contrast_page
from lfp_trainer.web.asker import me, viewer_id
from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.next_steps import at_home
from lfp_trainer.web.run_stages import NAMES
from lfp_trainer.web.runs import start_key

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One run in a person's list."""

    run: Seated
    script: Script
    stage_name: str
    ending: str | None
    """The title of the ending, once there is one."""
    in_band: int
    rated: int
    plan: Plan | None

    @property
    def is_open(self) -> bool:
        return self.run.stage is not Stage.DONE


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
        **at_home(),
    )


@bp.get("/home")
@allow(Allowed.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show what to go on with and every run of the person who is asking."""
    rows = _rows(me().id)
    return render_template(
        "home/home.html",
        going_on=[row for row in rows if row.is_open],
        finished=[row for row in rows if not row.is_open],
        open_contrasts=contrast_page.still_open(),
        next_up=shelf.suggest(shelf.cards(db.session, me().id)),
        rated_sets=calibrate_page.my_sets(),
        set_size=exercise_sets.SET_SIZE,
        **at_home(),
    )


def _rows(person_id: int) -> list[Row]:
    """Return a person's runs, the latest first, in a fixed number of queries."""
    taken = runs.runs_of(db.session, person_id)
    kept = ratings.ratings_of_runs(db.session, taken)
    plans = plans_of(db.session, person_id)
    rows = []
    for run in taken:
        script = library.script_of(db.session, run.version_id, run.digest)
        # Before they are committed, how close they are would be a hint.
        committed = runs.has_reached(run, Stage.ROLE_PLAY)
        compared = ratings.compare_ratings(script, kept.get(run.run_id, {})) if committed else []
        endings = {each.ending.id: each.ending.title for each in script.endings}
        rows.append(
            Row(
                run=run,
                script=script,
                stage_name=NAMES.get(run.stage, "Finished"),
                ending=endings.get(run.ending_id or ""),
                in_band=sum(each.comparison.distance is Distance.IN_BAND for each in compared),
                rated=len(compared),
                plan=plans.get(run.run_id),
            )
        )
    return rows
