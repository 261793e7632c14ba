"""Two people at one screen: start there, and pass it from one to the other."""

import unicodedata

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.services import guests, library, one_screen, runs
from lfp_trainer.services.accounts import GUEST_NAME
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import auth, forms, guest_name, one_screen_page, run_page
from lfp_trainer.web import library as library_pages
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import find
from lfp_trainer.web.runs import start_key

bp = Blueprint("one_screen", __name__)

run_page.answer_refusals(bp)


@bp.post("/one-screen")
@allow(Allowed.EVERYONE)
def start() -> ResponseReturnValue:
    """Start a run of two people at this screen; who is not signed in becomes a guest."""
    scenario_id = forms.line("scenario", 64)
    published = library.current(db.session, scenario_id)
    seats = published.script.scenario.seats
    host, other = forms.line("my_name", auth.NAME_LIMIT), forms.line("other_name", auth.NAME_LIMIT)
    if problems := _check_names(host, other):
        return library_pages.sheet(scenario_id, status=422, errors=problems)
    seat = forms.word("my_seat", seats) or ""
    left = [each for each in seats if each != seat]
    other_seat = forms.word("other_seat", left) or (left[0] if len(left) == 1 else "")
    one_time_key = forms.text("start_key", 40) or start_key()
    person = auth.ensure_person()
    with writing(db.session):
        if not auth.check_person(host):
            guests.name_guest(db.session, person.id, host)
        key = one_screen.start_here(
            db.session,
            published,
            host_id=person.id,
            seat=seat,
            other_seat=other_seat,
            other_name=other,
            start_key=one_time_key,
            now=now(),
        )
    return go_to(url_for("runs.show", key=key))


def _check_names(host: str, other: str) -> dict[str, str]:
    """Return what is wrong with the names of two people: the screen is passed by them alone."""
    if auth.check_person(other):
        return {"other_name": "Type the other person's name, then start again."}
    if (own := guest_name.own_name()) is None:
        host = current_user.name
    elif auth.check_person(host):
        host = own or GUEST_NAME
    if _spelled(host) != _spelled(other):
        return {}
    return {
        "other_name": f"Two people called {host} could not tell whose turn it is."
        " Add the first letter of a surname, then start again."
    }


def _spelled(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


@bp.get("/runs/<run:key>/screen")
@allow(Allowed.SIGNED_IN)
def hand_over(key: str) -> ResponseReturnValue:
    """Show to whom the screen is passed, and nothing of whoever had it."""
    seated, script = find(key)
    seat = request.args.get("to", "")
    others = [each for each in script.scenario.seats if each != seated.seat]
    if not seated.shares_a_device or seat not in others:
        return go_to(run_page.place_of(key))
    context = one_screen_page.pass_context(seated, script, seat)
    if context["pass_to"].seat != seat:
        return go_to(run_page.place_of(key))
    return render_template(
        "pairs/pass.html", run=seated, script=script, scenario=script.scenario, **context
    )


@bp.post("/runs/<run:key>/screen")
@allow(Allowed.SIGNED_IN)
def take(key: str) -> ResponseReturnValue:
    """Give the screen to somebody, or let the stand-in play for somebody who had to go."""
    with writing(db.session):
        seated, script = find(key)
        seat = forms.line("seat", 64)
        act = one_screen.go_on_without if forms.word("act", ["without"]) else one_screen.take_screen
        act(db.session, seated, script, seat, now=now())
    return go_to(_theirs(key))


def _theirs(key: str) -> str:
    """Return where whoever has taken the screen goes on: past what was looked at together, and at
    their first turn to the top, where they read what only they know.
    """
    seated, _ = find(key)
    if seated.opened_at is None or seated.stage is not Stage.ROLE_PLAY:
        return run_page.url_of(key)
    notes = runs.notes_of(db.session, seated.run_id).values()
    spoke = any(each.user_id == seated.user_id for each in notes)
    return run_page.url_of(key, stage=seated.stage.value, _anchor="now" if spoke else None)
