"""Next steps that return: asked about at home, listed, and carried into a calendar."""

from collections.abc import Collection
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

from lfp_trainer.errors import Incomplete, NotYet, StaleMove, TrainerError
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
    shown = render_template(
        "next_steps/index.html", page=page, message=message, to_come=_to_come(), **_said_with()
    )
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
        next_steps.say(db.session, seated, Outcome(picked), now=now(), instead_of=_shown())
    return _answered(key)


def _shown() -> Collection[Outcome | None]:
    """Return what the page showed as said so far; anything, where it does not tell."""
    if "was" not in request.form:
        return (None, *Outcome)
    was = forms.word("was", [outcome.value for outcome in Outcome])
    return (Outcome(was) if was else None,)


def _answered(key: str, refused: StaleMove | None = None) -> ResponseReturnValue:
    """Show where it was asked what stands there now, with a sentence if that is another answer."""
    at_home_page = forms.word("shown", ["home"]) is not None
    if wants_fragment():
        return _fragment(key, at_home_page, refused)
    if refused is not None:
        flash(str(refused), "warning")
    page = _sent_page()
    where: dict[str, Any] = {"page": page if page > 1 else None, "_anchor": f"step-{key}"}
    return go_to(url_for("home.show") if at_home_page else url_for(".index", **where))


def _sent_page() -> int:
    """Return which page of the list an answer was sent from."""
    return forms.number("page", most=9999) or 1


def _fragment(key: str, at_home_page: bool, refused: StaleMove | None) -> Response:
    said = "" if refused is None else str(refused)
    if at_home_page:
        shown = render_template("next_steps/_at_home.html", said_since=said, **at_home())
    else:
        step = next_steps.find(db.session, key, viewer_id=me().id)
        shown = render_template(
            "next_steps/_row.html", step=step, focus=True, said_since=said, **_said_with()
        )
        shown += render_template(
            "next_steps/_all_to_calendar.html", to_come=_to_come(), swapped=True
        )
    response = make_response(shown, 200 if refused is None else errors.status_of(refused))
    response.vary.add("HX-Request-Type")
    return response


def _refused(error: TrainerError) -> Response:
    status = errors.status_of(error)
    if wants_fragment():
        return errors.answer(status, str(error))
    return _list(_sent_page(), str(error), status)


@bp.errorhandler(StaleMove)
def _said_since(refused: StaleMove) -> ResponseReturnValue:
    return _answered((request.view_args or {})["key"], refused)


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
    """Send every next step that is open and still to come, as days for a calendar."""
    steps = _to_come()
    if not steps:
        flash("No open next step is still to come, so there is nothing for a calendar.", "info")
        return go_to(url_for(".index"))
    return _calendar(steps)


def _to_come() -> list[Returned]:
    """Return the open next steps of who is looking whose day is not over."""
    then = now()
    return [step for step in next_steps.open_steps(db.session, me().id) if not step.is_past(then)]


def _calendar(steps: list[Returned]) -> Response:
    back = [(step, url_for("runs.show", key=step.key, _external=True)) for step in steps]
    host = urlsplit(request.host_url).hostname or "localhost"
    response = make_response(calendar_file.write(back, host=host, now=now()))
    response.content_type = "text/calendar; charset=utf-8"
    name = "next-step.ics" if len(steps) == 1 else "next-steps.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
