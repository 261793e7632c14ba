"""What the page of a run shows where several people play it: waiting, the reveal, rating the play.

A part stands in place of a stage's own page; everything else is the page of anybody alone. The
debrief is that page too, with what everybody said of both plays before it
(``web/pair_debrief.py``).
"""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, url_for

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    begun,
    company,
    diagnosis,
    play_ratings,
    presence,
    ratings,
    reveal,
    runs,
    swaps,
    ways,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.conversation import Conversation, conversation_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import live_page, looking_back, observing_page, one_screen_page, own_code
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
    if seated.shares_a_device and (here := one_screen_page.part_of(seated, at)):
        return here
    if not seated.is_pair:
        return None
    # Also the other way round: nobody who watches has a debrief of their own play.
    if seated.is_observer:
        return observing_page.part_of(seated, at)
    return None if seated.is_what_if else _part_of_player(seated, at)


def _part_of_player(seated: Seated, at: Stage) -> str | None:
    if at is Stage.RATING and seated.stage is not Stage.RATING:
        return REVEAL if seated.is_revealed else WAITING
    if at is Stage.ROLE_PLAY and seated.opened_at is None:
        return WAITING
    if at is Stage.DEBRIEF and seated.rated_play_at is None:
        return RATE_PLAY
    if at is Stage.DEBRIEF and seated.told_at is None:
        return WAITING
    return None


def arrives_at_reveal(seated: Seated) -> bool:
    """Tell whether a player who asks for no place of a run is shown what everybody said, or that it
    is not open yet."""
    plays = seated.is_pair and not seated.is_what_if and not seated.is_observer
    return plays and seated.stage is Stage.ROLE_PLAY and not seated.moves


def company_context(
    seated: Seated,
    script: Script,
    *,
    at: Stage | str,
    together: Company | None = None,
    talk: Conversation | None = None,
) -> dict[str, Any]:
    """Return who is there, and what this participant can do about it.

    :param at: the stage that the page shows, or what the live panel was told that it shows
    :param together: who is in the run, where that has been read already
    :param talk: where the conversation stands, likewise
    """
    then = now()
    together = together or company.company_in(db.session, seated.run_id)
    me = together.person(seated.user_id)
    if talk is None:
        position = play.replay(script, runs.path_of(db.session, seated.run_id))
        talk = conversation_of(db.session, seated, script, together, position)
    on_turn = talk.on_turn
    shown = live_page.shown(at, seated, together, talk) if isinstance(at, Stage) else at
    return {
        "live": live_page.panel_of(seated, script, together, talk=talk, at=shown, now=then),
        "company": together,
        "own_code": own_code.shown_to_asker(together),
        "mine": me,
        "awaited": ways.awaited(together, me, on_turn),
        "absent": ways.absent(together, me, then),
        "missing": ways.missing(together, me, then, on_turn=on_turn),
        "ways": ways.ways_of(together, me, then, on_turn=on_turn),
        "now": then,
        "swap": swaps.latest_open(db.session, seated),
    }


def note_seen(company: Company, person: Companion) -> None:
    """Write down that somebody has opened a page, when that is due: without scripts there is no
    other sign of them."""
    if not company.shares_a_device and presence.is_due(person, now()):
        with writing(db.session):
            presence.note_seen(db.session, company, person, now=now())


def _waiting(seated: Seated, script: Script) -> dict[str, Any]:
    """Return what this participant has answered, to be read while others are at it."""
    diagnosed = diagnosis.diagnosis_of(db.session, seated)
    kept = ratings.committed_of(db.session, seated)
    return {
        "answer": diagnosed.counts,
        "cards": ratings.cards_of(script),
        "kept": kept,
        "has_answered": diagnosed.committed or bool(kept),
        "begun": begun.begun_by(db.session, seated),
        "has_rated_play": play_ratings.has_rated(db.session, seated),
    }


def _reveal(seated: Seated, script: Script) -> dict[str, Any]:
    together = company.company_in(db.session, seated.run_id)
    return {
        "revealed": reveal.reveal_to(db.session, seated, script, together),
        "parts": {
            "systems": ("Not at scale", script.vocabulary.systems),
            "failed_tests": ("Failed tests", script.vocabulary.tests),
            "who": ("Who is in the way", script.vocabulary.who),
            "what": ("What is in the way", script.vocabulary.barriers),
        },
        "begun": begun.begun_by(db.session, seated),
        **looking_back.beside_context(seated, script),
    }


def _rate_play(seated: Seated, script: Script) -> dict[str, Any]:
    sheet = play_ratings.sheet_of(db.session, seated, script)
    return {
        "sheet": sheet,
        "kept": sheet.kept,
        "blank": looking_back.BLANK,
        "field_of": play_ratings.field_of,
    }


CONTEXTS: dict[str, Callable[[Seated, Script], dict[str, Any]]] = {
    WAITING: _waiting,
    REVEAL: _reveal,
    RATE_PLAY: _rate_play,
    **observing_page.CONTEXTS,
    **one_screen_page.CONTEXTS,
}
