"""What a cohort walks out with: the sentences people tell, and telling one's own."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.services import cohorts, walking_out
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Telling
from lfp_trainer.web import forms, run_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_stages import TELLINGS

bp = Blueprint("walking_out", __name__)
run_page.answer_refusals(bp)


@bp.get("/cohorts/<run:key>/walking-out")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Show the sentences that people of a cohort tell it."""
    cohort = cohorts.find(db.session, key, viewer_id=me().id)
    told = walking_out.walking_out(db.session, cohort, viewer_id=me().id)
    return render_template("walking_out/show.html", cohort=cohort, walking_out=told)


@bp.post("/runs/<run:key>/next-step/told")
@allow(Allowed.SIGNED_IN)
def tell(key: str) -> ResponseReturnValue:
    """Choose whom the sentence of a finished run is told."""
    told = Telling(forms.word("told", TELLINGS) or Telling.NOBODY)
    with writing(db.session):
        seated, _ = run_page.find(key)
        walking_out.tell(db.session, seated, told)
    flash(
        "Your sentence is told to nobody."
        if told is Telling.NOBODY
        else "Your sentence is told to your cohort.",
        "success",
    )
    return go_to(url_for("runs.show", key=key))
