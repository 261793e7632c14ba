"""Invite somebody of one's cohort into a run; free the seat of who has not come."""

from dataclasses import dataclass

from flask import Blueprint, Flask, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import cohorts, invitations, library
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms, run_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.pair_page import lobby_of
from lfp_trainer.web.runs import start_key

bp = Blueprint("invitations", __name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom the person who is looking could invite."""

    cohorts: list[tuple[Joined, list[Member]]]
    start_key: str
    positions: dict[str, str]


def install(app: Flask) -> None:
    """Offer to templates whom somebody could invite, and whose seat they may free."""
    app.jinja_env.globals["fellows_to_invite"] = fellows_to_invite
    app.jinja_env.globals["seats_to_free"] = seats_to_free
    app.jinja_env.globals["is_left_alone"] = is_left_alone


def fellows_to_invite() -> Offer | None:
    """Return whom the person who is looking could invite; None where there is nobody."""
    if not current_user.is_authenticated:
        return None
    fellows = cohorts.fellows_of(db.session, me().id)
    if not fellows:
        return None
    words = {position.value: words for position, words in POSITIONS.items()}
    return Offer(fellows, start_key(), words)


def seats_to_free(company: Company, mine: Companion) -> list[Companion]:
    """Return whose seat in a lobby this participant may free."""
    return invitations.seats_to_free(db.session, company, mine, now())


def is_left_alone(company: Company, mine: Companion) -> bool:
    """Tell whether nobody comes any more of those this participant was brought together with."""
    return invitations.is_left_alone(db.session, company, mine)


@bp.post("/invitations")
@allow(Allowed.SIGNED_IN)
def invite() -> ResponseReturnValue:
    """Open a lobby with a seat for somebody of one's cohort."""
    scenario_id = forms.line("scenario", 64)
    published = library.current(db.session, scenario_id)
    fellow = forms.number("fellow")
    one_time_key = forms.text("start_key", 40) or start_key()
    try:
        if fellow is None:
            raise Incomplete({"fellow": "Choose whom you want to train with."})
        with writing(db.session):
            code = invitations.invite(
                db.session,
                published,
                user_id=me().id,
                seat=request.form.get("seat", ""),
                fellow=fellow,
                start_key=one_time_key,
                now=now(),
            )
    except (Incomplete, StaleMove) as error:
        flash(str(error), "error")
        return go_to(url_for("library.show", scenario_id=scenario_id))
    return go_to(lobby_of(code))


@bp.post("/runs/<run:key>/free")
@allow(Allowed.SIGNED_IN)
def free_seat(key: str) -> ResponseReturnValue:
    """Free the seat of somebody who was invited and has not come to the lobby."""
    whom = forms.number("person")
    try:
        with writing(db.session):
            seated, script = run_page.find(key)
            if seated.code is None or whom is None:
                raise NotFound
            invitations.free_seat(db.session, seated, script, whom, now=now())
    except StaleMove as error:
        flash(str(error), "info")
        seated, _ = run_page.find(key)
    else:
        flash("The seat is free. Whoever has the code can take it.", "success")
    return go_to(lobby_of(seated.code or ""))
