"""What the page of a run shows where several people play it: waiting, the reveal, rating the play.

A part stands in place of a stage's own page; everything else is the page of anybody alone.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, url_for

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import company, diagnosis, pairs, ratings, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.conversation import conversation_of
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import live_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to

WAITING = "pairs/_waiting.html"
REVEAL = "pairs/_reveal.html"
RATE_PLAY = "pairs/_rate_play.html"


def lobby_of(code: str) -> str:
    """Return the address of a lobby."""
    return url_for("lobby.show", code=code)


def to_lobby(code: str) -> Response:
    """Lead to the lobby of a run that has not begun."""
    return make_response(go_to(lobby_of(code)))


def part_of(seated: Seated, at: Stage) -> str | None:
    """Return the template that stands in place of a stage; None for the stage's own."""
    if not seated.is_pair or seated.is_what_if:
        return None
    if at is Stage.RATING and seated.stage is not Stage.RATING:
        return REVEAL if seated.is_revealed else WAITING
    if at is Stage.ROLE_PLAY and seated.opened_at is None:
        return WAITING
    if at is Stage.DEBRIEF and seated.rated_play_at is None and not seated.is_observer:
        return RATE_PLAY
    if at is Stage.DEBRIEF and seated.told_at is None:
        return WAITING
    return None


def company_context(seated: Seated, script: Script, *, at: Stage | str) -> dict[str, Any]:
    """Return who is there, and what this participant can do about it.

    :param at: the stage that the page shows, or what the live panel was told that it shows
    """
    then = now()
    together = company.company_in(db.session, seated.run_id)
    me = together.person(seated.user_id)
    position = play.replay(script, runs.path_of(db.session, seated.run_id))
    on_turn = pairs.on_turn(db.session, together, script)
    talk = conversation_of(db.session, seated, script, together, position)
    shown = live_page.shown(at, seated, together, talk) if isinstance(at, Stage) else at
    return {
        "live": live_page.panel_of(seated, script, together, position=position, at=shown, now=then),
        "company": together,
        "mine": me,
        "on_turn": on_turn,
        "awaited": company.awaited(together, me, on_turn),
        "ways": company.ways(together, me, then, on_turn=on_turn),
        "now": then,
    }


def _waiting(seated: Seated, script: Script) -> dict[str, Any]:
    """Return what this participant has answered, to be read while others are at it."""
    return {
        "answer": diagnosis.diagnosis_of(db.session, seated).answer,
        "cards": ratings.cards_of(script),
        "kept": ratings.ratings_of(db.session, seated),
    }


def _reveal(seated: Seated, script: Script) -> dict[str, Any]:
    return {}


def _rate_play(seated: Seated, script: Script) -> dict[str, Any]:
    return {}


CONTEXTS: dict[str, Callable[[Seated, Script], dict[str, Any]]] = {
    WAITING: _waiting,
    REVEAL: _reveal,
    RATE_PLAY: _rate_play,
}
