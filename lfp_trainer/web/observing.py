"""Mark what is seen while others play: kept as it is written, one mark to a response."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.script import Script
from lfp_trainer.services import observing
from lfp_trainer.services.observing import Marked
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms, run_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import find

bp = Blueprint("observing", __name__, url_prefix="/runs/<run:key>")

run_page.answer_refusals(bp)

NOTE_LIMIT = 1000


@bp.post("/marks/<int(max=9999):step>")
@allow(Allowed.SIGNED_IN)
def mark(key: str, step: int) -> ResponseReturnValue:
    """Keep what an observer saw in one response; 0 for what came before the first."""
    with writing(db.session):
        seated, script = find(key)
        observing.save_mark(db.session, seated, script, step, _sent(script), now=now())
    if wants_fragment():
        return "", 204
    return go_to(f"{run_page.place_of(key)}#mark-{step}")


def _sent(script: Script) -> Marked:
    levels = {
        strand: int(picked)
        for strand in script.rubric.strands
        if (picked := forms.word(f"level-{strand}", _levels(script, strand)))
    }
    practices = tuple(forms.words("practices", script.vocabulary.practices))
    return Marked(practices, levels, forms.text("note", NOTE_LIMIT))


def _levels(script: Script, strand: str) -> list[str]:
    return [f"{level}" for level in range(1, script.rubric.highest(strand) + 1)]
