"""The projector: prepare it, drive it from a phone or with keys, follow it in the room.

Who drives facilitates the cohort, and everybody in it may follow. No page here has a name on it.
"""

from collections.abc import Callable

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import cohorts, projector, review, room_sums, showing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.services.projector import Move
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Round
from lfp_trainer.web import errors, forms, projector_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.lobby_page import picture_of

bp = Blueprint("projector", __name__, url_prefix="/cohorts/<run:key>")

MOST_LISTED = 100
LAST = 999
"""The place of what was ticked without a number."""
SCREEN, REMOTE, ROOM = "screen", "remote", "room"
MOVES: dict[str, Move] = {
    "next": projector.following,
    "back": projector.preceding,
    "hide": projector.hidden,
}


def _driven(key: str) -> Joined:
    """Find a cohort that the person who is asking facilitates."""
    return cohorts.find_to_run(db.session, key, viewer_id=me().id)


# Preparing


@bp.get("/projector")
@allow(Allowed.SIGNED_IN)
def set_up(key: str) -> ResponseReturnValue:
    """Ask what is to be shown; where something is, lead to it."""
    return _set_up(_driven(key), request.args.get("scenario", ""))


def _set_up(
    cohort: Joined, wanted: str, *, problems: dict[str, str] | None = None
) -> ResponseReturnValue:
    offered = review.reviewable(db.session, cohort, me().id)
    ids = [each.scenario_id for each in offered]
    scenario_id = wanted if wanted in ids else next(iter(ids), "")
    scope = _scope(cohort, scenario_id) if scenario_id else None
    sent = request.form
    ratings = Round.AFTER if request.values.get("round") == Round.AFTER else Round.BEFORE
    listed = room_sums.suggest(db.session, scope, ratings)[:MOST_LISTED] if scope else []
    remote, room = (url_for(f".{name}", key=cohort.key, _external=True) for name in (REMOTE, ROOM))
    return projector_page.set_up(
        cohort,
        status=422 if problems else 200,
        problems=problems or {},
        scenarios={each.scenario_id: each.title for each in offered},
        scenario=scenario_id,
        round=ratings,
        rows=[(each, showing.title_of(scope.script, each.item)) for each in listed]
        if scope
        else [],
        ticked=sent.getlist("item") if problems else None,
        remote=remote,
        remote_picture=picture_of(remote),
        room=room,
        room_picture=picture_of(room),
    )


def _scope(cohort: Joined, scenario_id: str) -> Scope:
    return review.scope_of(db.session, cohort, scenario_id, viewer_id=me().id)


@bp.post("/projector")
@allow(Allowed.SIGNED_IN)
def begin(key: str) -> ResponseReturnValue:
    """Begin to show what was ticked, in the order of its numbers."""
    cohort = _driven(key)
    scenario_id = request.form.get("scenario", "")
    try:
        with writing(db.session):
            scope = _scope(cohort, scenario_id)
            projector.begin(
                db.session,
                cohort.id,
                Published(scope.version_id, scope.digest, scope.script),
                _in_order(request.form.getlist("item")),
                ratings=Round.AFTER if request.form.get("round") == Round.AFTER else Round.BEFORE,
                version=forms.number("version") or 0,
                user_id=me().id,
                now=now(),
            )
    except Incomplete as nothing:
        return _set_up(cohort, scenario_id, problems=nothing.fields)
    except StaleMove as late:
        flash(str(late), "warning")
    return go_to(url_for(".set_up", key=key))


def _in_order(words: list[str]) -> list[str]:
    def place(word: str) -> int:
        number = forms.number(f"place {word}", most=LAST)
        return LAST if number is None else number

    return sorted(words[:MOST_LISTED], key=place)


# Driving


@bp.post("/remote")
@allow(Allowed.SIGNED_IN)
def drive(key: str) -> ResponseReturnValue:
    """Make one move; where another was made first, show what that one led to."""
    cohort = _driven(key)
    on = SCREEN if request.form.get("on") == SCREEN else REMOTE
    said = ""
    try:
        with writing(db.session):
            _act(cohort)
    except StaleMove as late:
        if wants_fragment():
            status = errors.status_of(late)
            return projector_page.answer(on, cohort, status=status, said=str(late))
        flash(str(late), "warning")
    if wants_fragment():
        return projector_page.answer(on, cohort, said=said)
    at_set_up = request.form.get("on") == "set_up"
    return go_to(url_for(".set_up" if at_set_up else f".{on}", key=key))


def _act(cohort: Joined) -> None:
    version = forms.number("version") or 0
    act = request.form.get("act", "")
    if act == "close":
        projector.close(db.session, cohort.id, version=version, now=now())
        return
    item = forms.number("item", most=LAST)
    how = MOVES.get(act) if item is None else projector.at_item(item)
    if how is None:
        raise NotFound
    projector.move(db.session, cohort.id, how, version=version, now=now())


# Following


@bp.get("/screen")
@allow(Allowed.SIGNED_IN)
def screen(key: str) -> ResponseReturnValue:
    """Show the big screen."""
    return projector_page.answer(SCREEN, _driven(key))


@bp.get("/screen/live")
@polls
@allow(Allowed.SIGNED_IN)
def screen_live(key: str) -> ResponseReturnValue:
    """Answer the big screen, which asks by itself."""
    return _live(SCREEN, _driven, key)


@bp.get("/remote")
@allow(Allowed.SIGNED_IN)
def remote(key: str) -> ResponseReturnValue:
    """Show what is up, what comes next, and the buttons."""
    return projector_page.answer(REMOTE, _driven(key))


@bp.get("/remote/live")
@polls
@allow(Allowed.SIGNED_IN)
def remote_live(key: str) -> ResponseReturnValue:
    """Answer the remote, which asks by itself."""
    return _live(REMOTE, _driven, key)


@bp.get("/room")
@allow(Allowed.SIGNED_IN)
def room(key: str) -> ResponseReturnValue:
    """Show to everybody of a cohort what is on the screen."""
    return projector_page.answer(ROOM, _followed(key))


@bp.get("/room/live")
@polls
@allow(Allowed.SIGNED_IN)
def room_live(key: str) -> ResponseReturnValue:
    """Answer the phones in the room, which ask by themselves."""
    return _live(ROOM, _followed, key)


def _followed(key: str) -> Joined:
    return cohorts.find(db.session, key, viewer_id=me().id)


def _live(name: str, find: Callable[[str], Joined], key: str) -> ResponseReturnValue:
    cohort = find(key)
    if not wants_fragment():
        return go_to(url_for(f".{name}", key=key))
    return projector_page.answer(name, cohort)
