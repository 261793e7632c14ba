"""A guest who comes back on another device: ask for the seat, wait, be let in by who is there."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import NotFound
from lfp_trainer.services import lobby, readmission
from lfp_trainer.services.company import Company
from lfp_trainer.storage.database import writing
from lfp_trainer.web import auth, code_tried, forms, lobby_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.lobby_page import after, answer_refusals, find_company, mine

bp = Blueprint("readmission", __name__, url_prefix="/pairs")

answer_refusals(bp)


@bp.post("/<code:code>/return")
@allow(Allowed.EVERYONE)
def ask(code: str) -> ResponseReturnValue:
    """Ask for one's seat from another device; whoever is in the run says whether it is them."""
    company = find_company(code)
    seat = request.form.get("seat", "")
    person = auth.ensure_person()
    with writing(db.session):
        readmission.ask(db.session, company, seat=seat, user_id=person.id, now=now())
    return go_to(url_for("lobby.show", code=company.code))


@bp.get("/<code:code>/asked")
@allow(Allowed.SIGNED_IN)
@polls
def asked(code: str) -> ResponseReturnValue:
    """Answer the page of somebody who waits to be let in, which asks by itself.

    Whoever has not asked learns nothing here, not even whether there is such a code; it is counted
    as a wrong one.
    """
    try:
        company, _ = lobby.find_lobby(db.session, code)
    except NotFound:
        return _not_asked(code)
    asking = lobby_page.asking_context(company, me().id)
    if asking["asks_for"] is not None:
        return _still_asking(company, asking)
    if lobby_page.seat_of_asker(company) is not None:
        return go_to(url_for("lobby.show", code=code))
    return _not_asked(code)


def _still_asking(company: Company, asking: dict[str, Any]) -> ResponseReturnValue:
    if not wants_fragment():
        return "", 204
    if request.headers.get("HX-PTag") == asking["tag"]:
        return "", 304
    response = make_response(render_template("pairs/_asking.html", company=company, **asking))
    response.headers["HX-PTag"] = asking["tag"]
    return response


def _not_asked(code: str) -> ResponseReturnValue:
    code_tried.count_wrong()
    return go_to(url_for("lobby.show", code=code, answer="no"))


@bp.post("/<code:code>/let-in")
@allow(Allowed.SIGNED_IN)
def let_in(code: str) -> ResponseReturnValue:
    """Say that it is them: they go on in their seat from the other device."""
    whom, asker = forms.number("person") or 0, forms.number("asker") or 0
    with writing(db.session):
        company, seated = mine(code)
        script = lobby.script_behind(db.session, company)
        readmission.let_in(db.session, seated, script, whom, asker, now=now())
    return after(code)


@bp.post("/<code:code>/not-them")
@allow(Allowed.SIGNED_IN)
def refuse(code: str) -> ResponseReturnValue:
    """Say that it is not them."""
    whom, asker = forms.number("person") or 0, forms.number("asker") or 0
    with writing(db.session):
        _, seated = mine(code)
        readmission.refuse(db.session, seated, whom, asker)
    return after(code)
