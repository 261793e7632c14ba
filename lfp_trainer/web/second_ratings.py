"""Ratings given a second time: one rating once more, and all of them after the play."""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotInWhatIf, NotYet, StaleMove, TrainerError
from lfp_trainer.services import after_play, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.after_play import Sheet
from lfp_trainer.services.ratings import Card
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Round, Stage
from lfp_trainer.web import errors, rated_page, run_page, second_ratings_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import is_draft, keeps_itself, kept
from lfp_trainer.web.rating_form import Sent, sent_rating
from lfp_trainer.web.run_page import find

bp = Blueprint("second_ratings", __name__, url_prefix="/runs/<run:key>")


def _refused(error: TrainerError) -> Response:
    """Answer with the page as it is now; where a run has no such page, with the run."""
    where = request.view_args or {}
    if isinstance(error, NotInWhatIf | NotYet):
        return rated_page.refuse(error, partial(run_page.show, where["key"]))
    if "card" in where:
        return rated_page.refuse(
            error, partial(second_ratings_page.show_again, where["key"], where["card"])
        )
    return rated_page.refuse(error, partial(second_ratings_page.show_after, where["key"]))


for _error in (Incomplete, NotInWhatIf, NotYet, StaleMove):
    bp.register_error_handler(_error, _refused)


@bp.get("/again/<int(max=99):card>")
@allow(Allowed.SIGNED_IN)
def again(key: str, card: int) -> ResponseReturnValue:
    """Show a committed rating, to be given once more."""
    return second_ratings_page.show_again(key, card)


@bp.post("/again/<int(max=99):card>")
@allow(Allowed.SIGNED_IN)
def rate_again(key: str, card: int) -> ResponseReturnValue:
    """Keep a second answer, and commit it unless it is only a draft."""
    with writing(db.session):
        seated, script = find(key)
        about = second_ratings_page.card_at(script, card)
        sent = sent_rating(script.rubric, about[1], script.scenario.sentences)
        refused = None
        if not sent.problems and second_ratings.save(
            db.session, seated, script, about, sent.kept, now=now()
        ):
            refused = _commit(partial(second_ratings.commit, card=about), seated, script)
    if sent.problems:
        if keeps_itself():
            return errors.answer(422, next(iter(sent.problems.values())))
        return second_ratings_page.show_again(
            key, card, status=422, problems=sent.problems, typed=sent.kept
        )
    if is_draft():
        return kept(run_page.url_of(key, stage=Stage.RATING.value))
    if refused is not None:
        return _refused(refused)
    if wants_fragment():
        return second_ratings_page.show_again(key, card)
    return go_to(url_for(".again", key=key, card=card))


@bp.get("/after")
@allow(Allowed.SIGNED_IN)
def after(key: str) -> ResponseReturnValue:
    """Show what is asked once a play is over, or what came of it."""
    return second_ratings_page.show_after(key)


@bp.post("/after")
@allow(Allowed.SIGNED_IN)
def rate_after(key: str) -> ResponseReturnValue:
    """Keep what is said after a play, and commit it unless it is only a draft."""
    with writing(db.session):
        seated, script = find(key)
        sheet = after_play.sheet_of(db.session, seated, script)
        leaders, own = _sent_leaders(script, sheet), _sent_own(script, sheet)
        problems = _problems(leaders, after_play.leader_field) | _problems(
            own, after_play.own_field
        )
        refused = None
        if not problems and after_play.save(
            db.session,
            seated,
            script,
            {card: each.kept for card, each in leaders.items()},
            {card: each.kept for card, each in own.items()},
            now=now(),
        ):
            refused = _commit(after_play.commit, seated, script)
    if problems and keeps_itself():
        return errors.answer(422, next(iter(problems.values())))
    if problems:
        typed = {
            Round.AFTER: {card: each.kept for card, each in leaders.items()},
            Round.OWN: {card: each.kept for card, each in own.items()},
        }
        return second_ratings_page.show_after(key, status=422, problems=problems, typed=typed)
    if is_draft():
        return kept(url_for("home.show"))
    if refused is not None:
        return _refused(refused)
    if wants_fragment():
        return second_ratings_page.show_after(key)
    return go_to(url_for(".after", key=key))


def _commit(commit: Callable[..., None], seated: Seated, script: Script) -> Incomplete | None:
    """Commit what was just kept, unless it is only a draft; return what keeps it from that.

    In the transaction that kept it, so that nothing of another window is committed unseen; and what
    was kept stays when it cannot be committed.
    """
    if is_draft():
        return None
    try:
        with db.session.begin_nested():
            commit(db.session, seated, script, now=now())
    except Incomplete as error:
        return error
    return None


def _sent_leaders(script: Script, sheet: Sheet) -> dict[Card, Sent]:
    return {
        card: sent_rating(
            script.rubric,
            card[1],
            script.scenario.sentences,
            before=after_play.leader_field(card),
        )
        for card in sheet.leaders
    }


def _sent_own(script: Script, sheet: Sheet) -> dict[Card, Sent]:
    return {
        card: sent_rating(
            script.rubric,
            card[1],
            [str(each.number) for each in sheet.responses[card[0]]],
            before=after_play.own_field(card),
        )
        for card in after_play.claims_of(script, sheet)
    }


def _problems(sent: Mapping[Card, Sent], field_of: Callable[[Card], str]) -> dict[str, str]:
    return {
        f"{field_of(card)}{field}": what
        for card, each in sent.items()
        for field, what in each.problems.items()
    }
