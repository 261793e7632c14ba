"""Rate both plays of a run together: kept while it is written, committed once, or passed over."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete
from lfp_trainer.services import play_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.play_ratings import Sheet
from lfp_trainer.services.ratings import Card
from lfp_trainer.storage.database import writing
from lfp_trainer.web import errors, run_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import is_draft, keeps_itself, kept
from lfp_trainer.web.rating_form import Sent, sent_rating
from lfp_trainer.web.run_page import find
from lfp_trainer.web.runs import after

bp = Blueprint("play_ratings", __name__, url_prefix="/runs/<run:key>")

run_page.answer_refusals(bp)


@bp.post("/play")
@allow(Allowed.SIGNED_IN)
def rate(key: str) -> ResponseReturnValue:
    """Keep what is said of the play, and commit it unless it is only a draft, or passed over."""
    if request.form.get("act") == "pass":
        return _pass_over(key)
    refused: Incomplete | None = None
    with writing(db.session):
        seated, script = find(key)
        sent = _sent(script, play_ratings.sheet_of(db.session, seated, script))
        problems = {
            f"{play_ratings.field_of(card)}{field}": what
            for card, each in sent.items()
            for field, what in each.problems.items()
        }
        if not problems:
            typed = {card: each.kept for card, each in sent.items()}
            play_ratings.save(db.session, seated, script, typed, now=now())
            refused = None if is_draft() else _commit(seated, script)
    if problems and keeps_itself():
        return errors.answer(422, next(iter(problems.values())))
    if problems:
        unstored = {card: each.kept for card, each in sent.items()}
        return run_page.show(key, status=422, problems=problems, typed=unstored)
    if is_draft():
        return kept(url_for("home.show"))
    if refused is not None:
        return run_page.show(key, status=422, problems=refused.fields)
    return after(key)


def _pass_over(key: str) -> ResponseReturnValue:
    with writing(db.session):
        seated, script = find(key)
        play_ratings.pass_over(db.session, seated, script, now=now())
    return after(key)


def _commit(seated: Seated, script: Script) -> Incomplete | None:
    """Commit what was just kept; return what keeps it from that, and leave it kept."""
    try:
        with db.session.begin_nested():
            play_ratings.commit(db.session, seated, script, now=now())
    except Incomplete as error:
        return error
    return None


def _sent(script: Script, sheet: Sheet) -> dict[Card, Sent]:
    steps = {play.seat: [f"{each.number}" for each in play.responses] for play in sheet.plays}
    return {
        card: sent_rating(
            script.rubric, card[1], steps[card[0]], before=play_ratings.field_of(card)
        )
        for card in play_ratings.cards_of(script, sheet)
    }
