"""Start a run with a partner, come to one by its code, take a seat, get ready, begin.

A code that leads nowhere is counted (``services/code_tries.py``) and answered with the field to try
again. What is refused in a lobby is answered with the lobby as it is now and a sentence.
"""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import guests, library, lobby, presence
from lfp_trainer.storage.database import writing, writing_on
from lfp_trainer.web import auth, forms, lobby_page, run_page, runs
from lfp_trainer.web import library as library_pages
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.guest_name import sent_name
from lfp_trainer.web.lobby_page import (
    after,
    answer,
    answer_refusals,
    find_company,
    mine,
)

bp = Blueprint("lobby", __name__, url_prefix="/pairs")

answer_refusals(bp)

NO_NAME = "Type the name your partner should see."


@bp.get("")
@allow(Allowed.EVERYONE)
def find() -> ResponseReturnValue:
    """Ask for a code, and lead to its lobby."""
    typed = forms.clean(request.args.get("code", ""))[:40]
    if not typed:
        return lobby_page.show_finder()
    return go_to(url_for(".show", code=find_company(typed).code))


@bp.post("")
@allow(Allowed.EVERYONE)
def start() -> ResponseReturnValue:
    """Start a run to play with a partner; somebody who is not signed in becomes a guest."""
    scenario_id = forms.line("scenario", 64)
    published = library.current(db.session, scenario_id)
    try:
        name, seat = sent_name(NO_NAME), request.form.get("own_seat", "")
        lobby.require_seat(published.script, seat)
    except Incomplete as error:
        return library_pages.sheet(scenario_id, status=422, errors=error.fields)
    one_time_key = forms.text("start_key", 40) or runs.start_key()
    person = auth.ensure_person()
    with writing(db.session):
        guests.name_guest(db.session, person.id, name)
        code = lobby.open_lobby(
            db.session,
            published,
            user_id=person.id,
            seat=seat,
            start_key=one_time_key,
            now=now(),
        )
    return go_to(url_for(".show", code=code))


@bp.get("/<code:code>")
@allow(Allowed.EVERYONE)
def show(code: str) -> ResponseReturnValue:
    """Show the lobby to who is in the run, and lead them on once it has begun; names to others."""
    return answer(find_company(code))


@bp.get("/<code:code>/live")
@allow(Allowed.SIGNED_IN)
@polls
def live(code: str) -> ResponseReturnValue:
    """Answer the page of somebody in the lobby, which asks by itself."""
    then = now()
    clean = lobby.clean_code(code)
    company, person = presence.look_behind(db.engine, clean, viewer_id=me().id)
    if presence.is_due(person, then):
        with writing_on(db.engine) as within:
            presence.note_seen(within, company, person, now=then)
    if company.begun_at is not None:
        return go_to(run_page.place_of(company.key))
    tag = presence.tag_of(company, person, then)
    if wants_fragment() and request.headers.get("HX-PTag") == tag:
        return "", 304
    return lobby_page.show_members(company, person)


@bp.post("/<code:code>/join")
@allow(Allowed.EVERYONE)
def join(code: str) -> ResponseReturnValue:
    """Take a free seat; somebody unknown becomes a guest."""
    company = find_company(code)
    script = lobby.script_behind(db.session, company)
    name, seat = sent_name(NO_NAME), request.form.get("seat", "")
    lobby.require_seat(script, seat, or_observer=True)
    person = auth.ensure_person()
    with writing(db.session):
        lobby.join(db.session, code, script, user_id=person.id, seat=seat, now=now())
        # After the run is held: who lets somebody in holds it before the person, too.
        guests.name_guest(db.session, person.id, name)
    return go_to(url_for(".show", code=company.code))


@bp.post("/<code:code>/seat")
@allow(Allowed.SIGNED_IN)
def take_seat(code: str) -> ResponseReturnValue:
    """Change to a free seat."""
    with writing(db.session):
        company, seated = mine(code)
        script = lobby.script_behind(db.session, company)
        seat = request.form.get("seat", "")
        lobby.take_seat(db.session, seated, script, seat, now=now())
    return after(code)


@bp.post("/<code:code>/ready")
@allow(Allowed.SIGNED_IN)
def say_ready(code: str) -> ResponseReturnValue:
    """Say that one is ready, or not yet."""
    with writing(db.session):
        company, seated = mine(code)
        script = lobby.script_behind(db.session, company)
        ready = request.form.get("ready") != "no"
        lobby.say_ready(db.session, seated, script, ready=ready, now=now())
    return after(code)


@bp.post("/<code:code>/begin")
@allow(Allowed.SIGNED_IN)
def begin(code: str) -> ResponseReturnValue:
    """Begin with the stand-in for whoever is not there."""
    with writing(db.session):
        company, seated = mine(code)
        script = lobby.script_behind(db.session, company)
        lobby.begin(db.session, seated, script, now=now())
    return after(code)


@bp.post("/<code:code>/leave")
@allow(Allowed.SIGNED_IN)
def leave(code: str) -> ResponseReturnValue:
    """Leave a run that has not begun, or decline to come: as if one had never been in it."""
    with writing(db.session):
        company, seated = mine(code)
        if company.begun_at is not None:
            raise StaleMove(lobby.BEGUN)
        script = lobby.script_behind(db.session, company)
        has_come = company.person(seated.user_id).seen_at is not None
        if presence.leave(db.session, seated, script, now=now()):  # it has just begun
            raise StaleMove(lobby.BEGUN)
    if not has_come:
        flash("You have declined the invitation. It is gone from here.", "success")
        return go_to(url_for("home.show"))
    flash("You have left. Nothing of yours stays in that run.", "success")
    return go_to(url_for("library.show", scenario_id=seated.scenario_id))
