"""The page behind a code: a lobby for who is in the run, names and seats for others while there is
something for them to do with it.
"""

from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove, TooMany, TrainerError
from lfp_trainer.services import access, lobby, presence, readmission
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.ways import ways_of
from lfp_trainer.web import code_tried, errors, own_code, pair_page, run_page
from lfp_trainer.web.asker import me, now, viewer_id
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, render, wants_fragment
from lfp_trainer.web.guest_name import own_name

NO_SUCH_CODE = (
    "No run that can be joined has this code. It has six letters and numbers: check it with your"
    " partner and type it again. If it is right, that run may have begun without you: ask for an"
    " invitation to another one. If you were in it, sign in first."
)
NOT_LET_IN = (
    "You were not let in from this device: whoever is in the run has said no, or somebody else has"
    " asked for the same seat since. If it is you, tell them, and ask once more."
)
NOT_ANY_MORE = (
    "You were not let in from this device, and that run lets nobody in just now: it may be over, or"
    " who you asked for is there again on the device they began with."
)
REFUSED, AWAITED = "no", "awaited"
"""Where a page comes from on which somebody waited to be let in, as ``answer`` in its address."""


class NoSuchCode(NotFound):
    """A code that leads nowhere."""


def find_company(code: str) -> Company:
    """Return who is in the run behind a code that anybody may try.

    Who is in it finds it, however many codes others have tried from the same address.

    :raise NoSuchCode: if there is none, or none that it still opens to who is not in it
    :raise TooMany: if too many tried from here have led nowhere
    """
    try:
        company, _ = lobby.find_lobby(db.session, code)
        if not _may_see(company):
            raise NotFound
    except NotFound as error:
        code_tried.count_wrong()
        raise NoSuchCode from error
    if seat_of_asker(company) is None:
        code_tried.refuse_too_many()
    return company


def _may_see(company: Company) -> bool:
    """Tell whether the person who is asking may read who is in a run behind its code."""
    viewer = viewer_id()
    asks = viewer is not None and readmission.asked_for_by(company, viewer) is not None
    return (
        asks
        or seat_of_asker(company) is not None
        or readmission.is_told_to_others(db.session, company, now())
    )


def mine(code: str) -> tuple[Company, Seated]:
    """Return a run that the person who is asking is in.

    :raise NotFound: if there is none behind this code, or not theirs
    """
    company, _ = lobby.find_lobby(db.session, code)
    return company, access.seat_in(db.session, company.key, viewer_id=me().id)


def seat_of_asker(company: Company) -> Seated | None:
    """Return the seat of the person who is asking; None for who is not in the run."""
    viewer = viewer_id()
    if viewer is None:
        return None
    try:
        return access.seat_in(db.session, company.key, viewer_id=viewer)
    except NotFound:
        return None


def after(code: str) -> ResponseReturnValue:
    """Show the lobby after an act, or the run where it has begun."""
    company, seated = mine(code)
    if not wants_fragment():
        return go_to(url_for("lobby.show", code=company.code))
    if company.begun_at is None:
        return show_members(company, company.person(seated.user_id))
    if request.blueprint == "readmission":  # pressed on the page of the run
        return run_page.show(company.key)
    return go_to(run_page.place_of(company.key))


def answer(
    company: Company, *, status: int = 200, message: str = "", fields: dict[str, str] | None = None
) -> Response:
    """Show what a code leads to: the lobby, the run once it has begun, names to who is not in it.

    :param message: a sentence about what just happened
    :param fields: what to do about each field
    """
    seated = seat_of_asker(company)
    if seated is None:
        return show_others(company, status=status, message=message, fields=fields)
    if company.begun_at is not None:
        if message:
            flash(message, "warning")
        return make_response(go_to(run_page.place_of(company.key)))
    person = company.person(seated.user_id)
    pair_page.note_seen(company, person)
    return show_members(company, person, status=status, message=message)


def answer_refusals(blueprint: Blueprint) -> None:
    """Answer what a lobby refuses with the lobby as it is now and a sentence."""
    blueprint.register_error_handler(NoSuchCode, _unknown)
    blueprint.register_error_handler(TooMany, _slowed_down)
    for error in (Incomplete, StaleMove):
        blueprint.register_error_handler(error, _refused)


def _unknown(error: NoSuchCode) -> Response:
    typed = (request.view_args or {}).get("code") or request.args.get("code", "")
    # Said whatever the code, so that it tells nothing about one that somebody tries.
    has_asked = request.args.get("answer") in (REFUSED, AWAITED)
    message = NOT_ANY_MORE if has_asked else NO_SUCH_CODE
    return show_finder(typed[:20], status=404, message=message)


def _slowed_down(error: TooMany) -> Response:
    return show_finder(status=429, message=str(error))


def _refused(error: TrainerError) -> Response:
    code = (request.view_args or {}).get("code", "")
    fields = error.fields if isinstance(error, Incomplete) else {}
    status = errors.status_of(error)
    try:
        company, _ = lobby.find_lobby(db.session, code)
    except NotFound:
        return errors.answer(status, str(error))
    if not _may_see(company):
        return show_finder(code, status=status, message=str(error))
    if company.begun_at is not None and wants_fragment() and request.blueprint == "readmission":
        response = run_page.show(company.key, status=status, message=str(error))
        response.headers["HX-Retarget"] = "#stage"
        return response
    response = answer(company, status=status, message="" if fields else str(error), fields=fields)
    response.headers["HX-Retarget"] = "#lobby"
    return response


def show_members(
    company: Company, person: Companion, *, status: int = 200, message: str = ""
) -> Response:
    """Render the lobby for one of the people in the run, or the part of it that changes."""
    script = lobby.script_behind(db.session, company)
    then = now()
    link = url_for("lobby.show", code=company.code, _external=True)
    tag = presence.tag_of(company, person, then)
    response = render(
        "pairs/lobby.html",
        fragment="pairs/_lobby.html",
        status=status,
        mine=person,
        ways=ways_of(company, person, then),
        link=link,
        picture=picture_of(link),
        tag=tag,
        message=message,
        works_at=_works_at(company),
        own_code=own_code.shown_to_asker(company),
        **_seats(company, script),
    )
    response.headers["HX-PTag"] = tag
    return response


def show_others(
    company: Company,
    *,
    status: int = 200,
    message: str = "",
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Render what a code shows to somebody who is not in the run: names, and the seats left.

    Not where anybody works, nor who is there just now.
    """
    asking = asking_context(company, viewer_id())
    come_from = request.args.get("answer")
    if come_from == REFUSED or (come_from == AWAITED and asking["asks_for"] is None):
        message = message or NOT_LET_IN
    script = lobby.script_behind(db.session, company)
    open_now = lobby.is_joinable(company, now()) and not company.shares_a_device
    page = render_template(
        "pairs/join.html",
        may_be=readmission.seats_to_ask_for(db.session, company, now()),
        free=lobby.free_seats(company, script) if open_now else (),
        is_open=open_now,
        name=request.form.get("name", "") or own_name() if own_name() is not None else None,
        message=message,
        errors=fields or {},
        works_at={},
        **asking,
        **_seats(company, script),
    )
    return make_response(page, status)


def show_finder(code: str = "", *, status: int = 200, message: str = "") -> Response:
    """Render the page that asks for a code."""
    clean = lobby.clean_code(code)
    may_be_over = clean if len(clean) == lobby.LENGTH else ""
    page = render_template("pairs/find.html", code=code, message=message, may_be_over=may_be_over)
    return make_response(page, status)


def asking_context(company: Company, viewer: int | None) -> dict[str, Any]:
    """Return what the page of somebody who waits to be let in shows, and the tag of it."""
    script, then = lobby.script_behind(db.session, company), now()
    # Who is waited for may have lost their device just like who asks.
    is_anybody_there = any(
        not each.is_out and not company.is_away(each, then) for each in company.people
    )
    asks_for = None if viewer is None else readmission.asked_for_by(company, viewer)
    is_back = asks_for is not None and not company.is_away(asks_for, then)
    return {
        "asks_for": asks_for,
        "is_anybody_there": is_anybody_there,
        "is_back": is_back,
        "again": url_for("library.show", scenario_id=script.scenario.id),
        "tag": f"asked.{company.version}.{is_anybody_there:d}{is_back:d}",
    }


def picture_of(link: str) -> Markup:
    """Draw a link for a camera: dark on light whatever the page's colors, with its quiet margin."""
    drawn = segno.make(link, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawn)  # drawn from our own address, and holds no text of it


def _works_at(company: Company) -> dict[int, str]:
    positions = lobby.positions_of(db.session, company)
    return {user_id: POSITIONS[each] for user_id, each in positions.items()}


def _seats(company: Company, script: Script) -> dict[str, Any]:
    holders: dict[str, Companion | None] = {
        seat: company.holder_of(seat) for seat in (*script.scenario.seats, OBSERVER)
    }
    return {
        "company": company,
        "scenario": script.scenario,
        "holders": holders,
        "now": now(),
    }
