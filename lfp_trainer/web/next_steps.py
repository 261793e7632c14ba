"""Next steps that return: asked about at home, listed, and carried into a calendar."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, NotYet, TrainerError
from lfp_trainer.services import access, calendar_file, next_steps
from lfp_trainer.services.next_steps import Returned
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Outcome
from lfp_trainer.web import errors, forms
from lfp_trainer.web.asker import me, now, viewer_id
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("next_steps", __name__)

WORDS = {
    Outcome.DONE: "Did it",
    Outcome.NOT_YET: "Not yet",
    Outcome.DROPPED: "Changed my mind",
}
"""What a button says, and what was said."""


def install(app: Flask) -> None:
    """Offer the words for what became of a next step to every template."""
    app.jinja_env.globals["OUTCOMES"] = WORDS


def at_home() -> dict[str, Any]:
    """Return what a page needs to ask after the latest next step of who is looking, if any."""
    viewer = viewer_id()
    found = next_steps.latest(db.session, viewer) if viewer is not None else None
    step, older = found or (None, 0)
    return {"returned": step, "older_open": older, **_said_with()}


def _said_with() -> dict[str, Any]:
    return {"now": now(), "today": next_steps.today(now())}


@bp.get("/next-steps")
@allow(Allowed.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List what this person walked out with, the latest first."""
    return _list(request.args.get("page", 1, type=int))


def _list(number: int, message: str = "", status: int = 200) -> Response:
    page = next_steps.page_of(db.session, me().id, number)
    shown = render_template("next_steps/index.html", page=page, message=message, **_said_with())
    return make_response(shown, status)


@bp.post("/next-steps/<run:key>")
@allow(Allowed.SIGNED_IN)
def answer(key: str) -> ResponseReturnValue:
    """Keep what became of a next step, and say so where it was asked."""
    with writing(db.session):
        seated = access.seat_in(db.session, key, viewer_id=me().id)
        picked = forms.word("answer", [outcome.value for outcome in Outcome])
        if picked is None:
            raise Incomplete({"answer": "Say what became of it: press one of the three."})
        next_steps.say(db.session, seated, Outcome(picked), now=now())
    at_home_page = forms.word("shown", ["home"]) is not None
    if wants_fragment():
        return _fragment(key, at_home_page)
    page = _sent_page()
    where: dict[str, Any] = {"page": page if page > 1 else None, "_anchor": f"step-{key}"}
    return go_to(url_for("home.show") if at_home_page else url_for(".index", **where))


def _sent_page() -> int:
    """Return which page of the list an answer was sent from."""
    return forms.number("page", most=9999) or 1


def _fragment(key: str, at_home_page: bool) -> Response:
    if at_home_page:
        shown = render_template("next_steps/_at_home.html", **at_home())
    else:
        step = next_steps.find(db.session, key, viewer_id=me().id)
        shown = render_template("next_steps/_row.html", step=step, focus=True, **_said_with())
    response = make_response(shown)
    response.vary.add("HX-Request-Type")
    return response


def _refused(error: TrainerError) -> Response:
    status = errors.status_of(error)
    if wants_fragment():
        return errors.answer(status, str(error))
    return _list(_sent_page(), str(error), status)


for refusal in (Incomplete, NotYet):
    bp.register_error_handler(refusal, _refused)


@bp.get("/next-steps/<run:key>.ics")
@allow(Allowed.SIGNED_IN)
def one_as_calendar(key: str) -> ResponseReturnValue:
    """Send one next step as a day for a calendar."""
    return _calendar([next_steps.find(db.session, key, viewer_id=me().id)])


@bp.get("/next-steps.ics")
@allow(Allowed.SIGNED_IN)
def open_as_calendar() -> ResponseReturnValue:
    """Send every next step that is open, as days for a calendar."""
    steps = next_steps.open_steps(db.session, me().id)
    if not steps:
        flash("No next step is open, so there is nothing to put into a calendar.", "info")
        return go_to(url_for(".index"))
    return _calendar(steps)


def _calendar(steps: list[Returned]) -> Response:
    back = [(step, url_for("runs.show", key=step.key, _external=True)) for step in steps]
    host = urlsplit(request.host_url).hostname or "localhost"
    response = make_response(calendar_file.write(back, host=host, now=now()))
    response.content_type = "text/calendar; charset=utf-8"
    name = "next-step.ics" if len(steps) == 1 else "next-steps.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
