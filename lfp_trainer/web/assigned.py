"""What somebody is asked to play: what belongs to it, who will see what, and begin it.

Each says before the first answer whether those who facilitate the cohort see what comes of it.
Whoever begins privately is nowhere told from who has not begun.
"""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import assigned, assignments, cohorts, invitations, library, shared
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Mode
from lfp_trainer.web import forms, run_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.pair_page import lobby_of
from lfp_trainer.web.runs import start_key

bp = Blueprint("assigned", __name__, url_prefix="/assigned/<run:key>")

SAY_WHICH = "Say whether the facilitators see it, by one of the two buttons."


@bp.get("")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Explain an assignment, and lead to what was begun of it or ask to begin."""
    own = assigned.find(db.session, key, viewer_id=me().id)
    it, cohort = own.assigned, cohorts.find(db.session, own.cohort_key, viewer_id=me().id)
    people = shared.facilitators_of(db.session, me().id).get(cohort.id, [])
    return render_template(
        "assignments/show.html",
        own=own,
        it=it,
        cohort=cohort,
        is_open=it.is_open(now()) and cohort.archived_at is None,
        now=now(),
        facilitators=[each.name for each in people],
        fellows=_fellows(cohort) if it.mode is Mode.PAIR else [],
        positions=POSITIONS,
        start_key=start_key(),
    )


def _fellows(cohort: Joined) -> list[Member]:
    everybody = cohorts.members_of(db.session, cohort, viewer_id=me().id)
    return [each for each in everybody if each.user_id != me().id]


@bp.post("/begin")
@allow(Allowed.SIGNED_IN)
def begin(key: str) -> ResponseReturnValue:
    """Begin alone: with the agreement to show it, or privately."""
    shares = request.form.get("shares")
    one_time_key = forms.text("start_key", 40) or start_key()
    try:
        with writing(db.session):
            own = assigned.find(db.session, key, viewer_id=me().id)
            if shares not in ("yes", "no"):
                raise Incomplete({"shares": SAY_WHICH})
            if own.assigned.mode is not Mode.ALONE:
                raise Incomplete({"mode": "This is played in pairs: invite somebody below."})
            run = assignments.begin_alone(
                db.session,
                own.assigned,
                library.current(db.session, own.assigned.scenario_id),
                user_id=me().id,
                seat=request.form.get("seat", BOTH),
                shares=shares == "yes",
                start_key=one_time_key,
                now=now(),
            )
    except (Incomplete, StaleMove) as error:
        flash(str(error), "error")
        return go_to(url_for(".show", key=key))
    return go_to(run_page.url_of(run))


@bp.post("/invite")
@allow(Allowed.SIGNED_IN)
def invite(key: str) -> ResponseReturnValue:
    """Open a lobby with a seat for somebody of the same cohort. Each agrees there, or does not."""
    fellow = forms.number("fellow")
    one_time_key = forms.text("start_key", 40) or start_key()
    try:
        with writing(db.session):
            own = assigned.find(db.session, key, viewer_id=me().id)
            if own.assigned.mode is not Mode.PAIR:
                raise Incomplete({"mode": "This is played alone."})
            if fellow is None:
                raise Incomplete({"fellow": "Choose whom you want to play it with."})
            code = invitations.invite(
                db.session,
                library.current(db.session, own.assigned.scenario_id),
                user_id=me().id,
                seat=request.form.get("seat", ""),
                fellow=fellow,
                start_key=one_time_key,
                now=now(),
                assigned=own.assigned,
            )
    except (Incomplete, StaleMove) as error:
        flash(str(error), "error")
        return go_to(url_for(".show", key=key))
    return go_to(lobby_of(code))
