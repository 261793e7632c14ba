"""What the page of a run together asks for by itself, and what people do about one another there.

The question is asked by everybody every two seconds: while nothing has changed it costs one query
and no page, and now and then a small write that says who is there.
"""

from collections.abc import Callable
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import deciding, presence, timing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company
from lfp_trainer.storage.database import writing, writing_on
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import errors, forms, live_page, pair_page, run_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import keeps_itself
from lfp_trainer.web.run_page import find
from lfp_trainer.web.runs import after

bp = Blueprint("live", __name__, url_prefix="/runs/<run:key>")

run_page.answer_refusals(bp)

LONGEST_AT = 400
KEPT_LATE = "Your note is kept with the decision you wrote it at. You find it in the debrief."
NO_LONGER_KEPT = "This has been decided meanwhile: what you write here is no longer kept."


@bp.get("/live")
@polls
@allow(Allowed.SIGNED_IN)
def look(key: str) -> ResponseReturnValue:
    """Show who is there and what is new; nothing where the page that asks knows it already."""
    then = now()
    company, mine = presence.look(db.engine, key, viewer_id=me().id)
    if presence.is_due(mine, then):
        with writing_on(db.engine) as within:
            presence.note_seen(within, company, mine, now=then)
    if not wants_fragment():
        return redirect(_shown_at(key, _at()), code=303)
    if company.begun_at is None:
        return go_to(pair_page.lobby_of(company.code))
    tag = live_page.tag_of(company, mine, _at(), request.args.get("due", ""), then)
    if request.headers.get("HX-PTag") == tag:
        return make_response("", 304)
    return _panel(key, together=company)


def _shown_at(key: str, at: str) -> str:
    """Return where somebody without scripts, who looks again, is shown what is new: the decision,
    or the end, where they come from the conversation; else where the run is.
    """
    if at.partition(".")[0] == Stage.ROLE_PLAY:
        return run_page.url_of(key, stage=Stage.ROLE_PLAY.value, _anchor="now")
    return run_page.url_of(key)


def _at() -> str:
    return request.values.get("at", "")[:LONGEST_AT]


def _panel(
    key: str, *, said: str = "", status: int = 200, together: Company | None = None
) -> Response:
    seated, script = find(key)
    context = pair_page.company_context(seated, script, at=_at(), together=together)
    response = make_response(
        render_template(
            "pairs/_live.html",
            run=seated,
            script=script,
            scenario=script.scenario,
            said=said,
            **context,
        ),
        status,
    )
    response.headers["HX-PTag"] = context["live"].tag
    response.headers["HX-Retarget"] = "#live"
    response.headers["HX-Reswap"] = "outerMorph"
    response.vary.add("HX-Request-Type")
    return response


Act = Callable[[Session, Seated, Script, datetime], object]


def _act(key: str, act: Act) -> ResponseReturnValue:
    """Do something about the others; only the panel changes, so that nothing typed is lost."""
    try:
        with writing(db.session):
            seated, script = find(key)
            if not seated.is_pair:
                raise NotFound
            act(db.session, seated, script, now())
    except StaleMove as refused:
        if not wants_fragment():
            raise
        return _panel(key, said=str(refused), status=errors.status_of(refused))
    if wants_fragment():
        return _panel(key)
    at_decision = seated.stage is Stage.ROLE_PLAY and seated.opened_at is not None
    return go_to(run_page.place_of(key) + ("#now" if at_decision else ""))


def _whom() -> int:
    whom = forms.number("whom")
    if whom is None:
        raise NotFound
    return whom


def _step() -> int:
    at_step = forms.number("step", most=9999)
    if at_step is None:
        raise StaleMove
    return at_step


@bp.post("/nudge")
@allow(Allowed.SIGNED_IN)
def nudge(key: str) -> ResponseReturnValue:
    """Leave somebody a sign that they are waited for."""
    return _act(key, lambda session, seated, script, then: presence.nudge(
        session, seated, _whom(), now=then
    ))  # fmt: skip


@bp.post("/stand-in")
@allow(Allowed.SIGNED_IN)
def let_stand_in(key: str) -> ResponseReturnValue:
    """Let the stand-in take the seat of somebody who is away."""
    return _act(key, lambda session, seated, script, then: presence.let_stand_in(
        session, seated, script, _whom(), now=then
    ))  # fmt: skip


@bp.post("/more-time")
@allow(Allowed.SIGNED_IN)
def take_more_time(key: str) -> ResponseReturnValue:
    """Let the time of the open decision begin again."""
    return _act(key, lambda session, seated, script, then: timing.take_more_time(
        session, seated, script, at_step=_step(), now=then
    ))  # fmt: skip


@bp.post("/stand-in-answer")
@allow(Allowed.SIGNED_IN)
def let_stand_in_answer(key: str) -> ResponseReturnValue:
    """Let the stand-in take the one decision whose time is over."""
    return _act(key, lambda session, seated, script, then: timing.let_stand_in_answer(
        session, seated, script, at_step=_step(), now=then
    ))  # fmt: skip


@bp.post("/leave")
@allow(Allowed.SIGNED_IN)
def leave(key: str) -> ResponseReturnValue:
    """Leave the run to the stand-in, keeping one's own record of it."""
    with writing(db.session):
        seated, script = _together(key)
        may_come_back = presence.leave(db.session, seated, script, now=now())
    if not may_come_back:  # who leaves before it begins has not been in it
        return go_to(url_for("home.show"))
    return after(key)


@bp.post("/come-back")
@allow(Allowed.SIGNED_IN)
def come_back(key: str) -> ResponseReturnValue:
    """Take one's seat again."""
    with writing(db.session):
        seated, script = _together(key)
        presence.come_back(db.session, seated, script, now=now())
    return after(key)


@bp.post("/catch-up")
@allow(Allowed.SIGNED_IN)
def catch_up(key: str) -> ResponseReturnValue:
    """Go to the conversation that is open, past what one has not answered yet."""
    with writing(db.session):
        seated, script = _together(key)
        presence.catch_up(db.session, seated, script, now=now())
    if wants_fragment():
        return run_page.show(key, looking_at=Stage.ROLE_PLAY)
    return go_to(run_page.url_of(key, stage=Stage.ROLE_PLAY.value) + "#now")


def _together(key: str) -> tuple[Seated, Script]:
    seated, script = find(key)
    if not seated.is_pair:
        raise NotFound
    return seated, script


@bp.post("/private-note")
@allow(Allowed.SIGNED_IN)
def note(key: str) -> ResponseReturnValue:
    """Keep what somebody would choose where another seat decides, for themselves alone."""
    choice_id, reason = request.form.get("choice") or None, forms.text("reason", 1000)
    try:
        with writing(db.session):
            seated, script = _together(key)
            is_late = deciding.note(
                db.session, seated, script, choice_id, at_step=_step(), reason=reason, now=now()
            )
    except Incomplete as nothing:
        if keeps_itself():  # emptied again while it is written: no mistake to be told of
            return "", 204
        return run_page.show(key, status=422, problems=nothing.fields)
    except StaleMove as late:
        if not keeps_itself():
            raise
        # The page goes on showing what is written in it.
        return _panel(key, said=NO_LONGER_KEPT, status=errors.status_of(late))
    if keeps_itself():
        return "", 204
    if wants_fragment():
        message = KEPT_LATE if is_late else ""
        return run_page.show(key, looking_at=Stage.ROLE_PLAY, message=message)
    if is_late:
        flash(KEPT_LATE, "success")
    return go_to(run_page.url_of(key, stage=Stage.ROLE_PLAY.value) + "#now")
