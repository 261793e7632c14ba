"""Go back to a decision of a finished play, answer otherwise, and look at both plays together."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lfp_trainer.engine import debrief, play
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotYet, StaleMove, TrainerError, UnknownChoice
from lfp_trainer.services import runs, what_if
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import errors, forms, what_if_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import find, url_of
from lfp_trainer.web.runs import start_key

HOSTS_ONLY = (
    "A what-if is one person's own, and is kept with this sign-in. Pass the screen to whose it is,"
    " or play it the other way round together."
)

bp = Blueprint("what_if", __name__, url_prefix="/runs/<run:key>")


@bp.get("/what-if")
@allow(Allowed.SIGNED_IN)
def choose_decision(key: str) -> ResponseReturnValue:
    """List the decisions of one's own that a finished play can be taken back to."""
    return _decisions(key)


@bp.get("/what-if/<int(max=9999):step>")
@allow(Allowed.SIGNED_IN)
def show(key: str, step: int) -> ResponseReturnValue:
    """Show a decision as it was met, and what else could have been answered."""
    return _decision(key, step)


@bp.post("/what-if/<int(max=9999):step>")
@allow(Allowed.SIGNED_IN)
def start(key: str, step: int) -> ResponseReturnValue:
    """Take another response at a decision, and go on from there in a play of its own."""
    try:
        with writing(db.session):
            seated, script = find(key)
            if seated.shares_a_device and seated.user_id != me().id:
                raise StaleMove(HOSTS_ONLY)
            pressed = forms.text("start_key", 40) or start_key()
            started = what_if.start_what_if(
                db.session,
                seated,
                script,
                request.form.get("choice", ""),
                at=step,
                reason=forms.text("reason", 1000),
                start_key=pressed,
                now=now(),
            )
            went_on = runs.run_started_by(db.session, pressed, seated.user_id) != started
    except (Incomplete, StaleMove, UnknownChoice) as error:
        return _decision(key, step, refused=error)
    if went_on:
        flash("You have begun this what-if already. Here is where it stands.", "info")
    return go_to(url_of(started, stage=Stage.ROLE_PLAY.value, _anchor="now"))


@bp.get("/compare")
@allow(Allowed.SIGNED_IN)
def compare(key: str) -> ResponseReturnValue:
    """Show a what-if and the play it rewinds beside each other."""
    seated, script = find(key)
    origin = what_if.origin_of(db.session, seated) if seated.is_what_if else None
    if origin is None or origin.run is None or not runs.has_reached(seated, Stage.DEBRIEF):
        status = 409 if origin and origin.run else 200
        made = what_if.made_of(db.session, seated)
        return _page("what_if/nothing.html", seated, script, status, origin=origin, made=made)
    told = what_if_page.context_of(seated, origin.run, script)
    return _page("what_if/compare.html", seated, script, **told)


@bp.errorhandler(NotYet)
@bp.errorhandler(StaleMove)
def _refused(error: TrainerError) -> Response:
    # Not a place to go back to: show those that are, whatever was asked of it.
    return _decisions((request.view_args or {})["key"], refused=error)


def _page(
    template: str, seated: Seated, script: Script, status: int = 200, **context: Any
) -> Response:
    page = render_template(
        template,
        run=seated,
        script=script,
        scenario=script.scenario,
        own=runs.own_seats(script, seated.seat),
        **context,
    )
    return make_response(page, status)


def _decisions(key: str, *, refused: TrainerError | None = None) -> Response:
    seated, script = find(key)
    ended = runs.has_reached(seated, Stage.DEBRIEF)
    status = 200 if ended and refused is None else 409
    return _page(
        "what_if/decisions.html",
        seated,
        script,
        status,
        decisions=_own_decisions(seated, script) if ended else [],
        made=what_if.made_of(db.session, seated),
        message=str(refused) if refused and ended else "",
    )


def _own_decisions(seated: Seated, script: Script) -> list[play.Moment]:
    mine = what_if.own_decisions(db.session, seated)
    path = runs.path_of(db.session, seated.run_id)
    return [moment for moment in play.retell(script, path) if moment.number in mine]


def _decision(key: str, step: int, *, refused: TrainerError | None = None) -> Response:
    """Show one decision, with the reason that was typed where it is shown again.

    :raise NotYet: if the play has not come to its end
    :raise StaleMove: if the step is not one of the asker's own decisions
    """
    seated, script = find(key)
    taken = what_if.own_decision(what_if.own_decisions(db.session, seated), step)
    own = runs.own_seats(script, seated.seat)
    path = runs.path_of(db.session, seated.run_id)
    told = play.retell(script, path[:step], to=own)
    here = next(at for at, moment in enumerate(told) if moment.number == step)
    moment = told[here]
    return _page(
        "what_if/decision.html",
        seated,
        script,
        200 if refused is None else errors.status_of(refused),
        before=[each for each in told[:here] if each.choice],
        leading_in=_leading_in(told[:here]),
        decision=debrief.decision(script, moment, own_seats=own),
        taken=taken,
        may=[
            id
            for id in play.shuffled(moment.may, f"{seated.key} {moment.scene_id}")
            if id != moment.choice_id
        ],
        made=[each for each in what_if.made_of(db.session, seated) if each.run.what_if_at == step],
        start_key=start_key(),
        typed=forms.clean(request.form.get("reason", "")),
        message="" if refused is None else _said(refused),
        problems=_problems(refused),
    )


def _leading_in(earlier: list[play.Moment]) -> list[play.Moment]:
    """Return the passages between the decision before and this one: they belong to the moment."""
    passages: list[play.Moment] = []
    for moment in reversed(earlier):
        if moment.choice is not None:
            break
        passages.insert(0, moment)
    return passages


def _said(refused: TrainerError) -> str:
    if isinstance(refused, UnknownChoice):  # what a page of another kind offered says nothing here
        return "This response was not on offer here. Choose one of those below."
    return str(refused)


def _problems(refused: TrainerError | None) -> Mapping[str, str]:
    return refused.fields if isinstance(refused, Incomplete) else {}
