"""A decision played by ranking all of its responses."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import StaleMove
from lfp_trainer.services import rankings
from lfp_trainer.storage.database import writing_on
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import forms, ranking_form, run_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import find
from lfp_trainer.web.run_stages import turn_context
from lfp_trainer.web.runs import answer_turn

bp = Blueprint("rankings", __name__, url_prefix="/runs/<run:key>/rankings")

run_page.answer_refusals(bp)


@bp.post("")
@allow(Allowed.SIGNED_IN)
def rank(key: str) -> ResponseReturnValue:
    """Take the first of an order as the response, and show the order beside the reference's."""
    at_step = forms.number("step", most=9999)
    reason = forms.text("reason", 1000)
    with writing_on(db.engine) as within:
        seated, script = find(key, within)
        if at_step is None:
            raise StaleMove
        if seated.is_pair:
            raise StaleMove("Together you pick one response. Alone you can rank them all.")
        recorded = rankings.rank_responses(
            within,
            seated,
            script,
            ranking_form.sent_places(),
            reason=reason,
            at_step=at_step,
            now=now(),
        )
        orders = rankings.rankings_of(within, seated.run_id, seated.user_id)
    here = run_page.url_of(key, stage=Stage.ROLE_PLAY.value, way=ranking_form.RANK)
    if not wants_fragment():
        # To what it led to: the order of the reference stands below it, the next moment after both.
        return go_to(f"{here}#step-{at_step + 1}")
    context = turn_context(
        seated,
        script,
        recorded.position,
        since=at_step,
        notes=recorded.notes,
        orders=orders,
        way=ranking_form.RANK,
    )
    return answer_turn(context, here)
