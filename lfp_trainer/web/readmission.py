"""A guest who comes back on another device: with their own code, or let in by who is there.

Who has noted the code needs nobody. Who has not asks for the seat, waits, and is let in.
"""

from functools import partial
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import accounts, lobby, own_codes, readmission
from lfp_trainer.services.company import Company
from lfp_trainer.storage.database import writing
from lfp_trainer.web import auth, code_tried, forms, lobby_page
from lfp_trainer.web.asker import me, now, viewer_id
from lfp_trainer.web.browser_session import polls, start_over
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.lobby_page import after, answer_refusals, find_company, mine
from lfp_trainer.web.site_secret import site_secret

bp = Blueprint("readmission", __name__, url_prefix="/pairs")

answer_refusals(bp)

NOT_YOURS = "No guest in this run has that code. Check it, and the link you came by."


@bp.post("/<code:code>/return")
@allow(Allowed.EVERYONE)
def ask(code: str) -> ResponseReturnValue:
    """Ask for one's seat from another device; whoever is in the run says whether it is them."""
    company = find_company(code)
    seat = request.form.get("seat", "")
    person = auth.ensure_person()
    with writing(db.session):
        readmission.ask(db.session, company, seat=seat, user_id=person.id, now=now())
    # Loaded again once they have been answered, it says so.
    return go_to(url_for("lobby.show", code=company.code, answer=lobby_page.AWAITED))


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
    return go_to(url_for("lobby.show", code=code, answer=lobby_page.REFUSED))


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


@bp.get("/<code:code>/own-code")
@allow(Allowed.EVERYONE)
def show_come_back(code: str) -> ResponseReturnValue:
    """Ask for somebody's own code; whether there is such a run is not said."""
    return _own_code_page(code, {})


@bp.post("/<code:code>/own-code")
@allow(Allowed.EVERYONE)
def come_back(code: str) -> ResponseReturnValue:
    """Make this browser that of the guest whose own code is typed; an account takes them in."""
    code_tried.refuse_too_many()
    try:
        company, _ = lobby.find_lobby(db.session, code)
        typed = forms.line("own_code", 40)
        guest_id = own_codes.guest_with(db.session, company, site_secret(), typed)
    except NotFound:
        code_tried.count_wrong()
        return _own_code_page(code, {"own_code": NOT_YOURS}, status=422)
    try:
        _enter(company, guest_id)
    except NotFound:  # they have made an account, or lost the seat, this very moment
        return _own_code_page(code, {"own_code": NOT_YOURS}, status=422)
    except StaleMove as refused:
        return _own_code_page(code, {"own_code": str(refused)}, status=409)
    return go_to(url_for("lobby.show", code=company.code))


def _enter(company: Company, guest_id: int) -> None:
    own = viewer_id()
    if own == guest_id:
        return
    if own is not None and not current_user.is_guest:
        with writing(db.session):
            own_codes.take_in(db.session, company, guest_id, own, now=now())
        flash("What you practiced as a guest is in your account now.", "success")
        return
    brought = own if forms.ticked("bring") else None
    come_back = partial(
        own_codes.come_back, db.session, company, guest_id, bringing=brought, now=now()
    )
    start_over(guest_id, remembered=True, now=now(), took_over=brought, first=come_back)


def _own_code_page(
    code: str, problems: dict[str, str], *, status: int = 200
) -> ResponseReturnValue:
    guest_id = me().id if current_user.is_guest else None
    is_known = current_user.is_authenticated and guest_id is None
    # As at the sign-in: what others are in must not be left behind by a default.
    playing = guest_id is not None and accounts.is_playing(db.session, guest_id, now=now())
    page = render_template(
        "pairs/own_code.html",
        code=code,
        problems=problems,
        typed=forms.clean(request.form.get("own_code", ""))[:40],
        can_bring=guest_id is not None and accounts.has_practice(db.session, guest_id),
        bring=forms.ticked("bring") if request.method == "POST" else playing,
        account=current_user.name if is_known else None,
    )
    return page, status
