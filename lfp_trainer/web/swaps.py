"""Play the other way round: the same people with their seats exchanged, at once."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.services import runs, swaps
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import forms, run_page, who_chose
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_page import find, url_of
from lfp_trainer.web.runs import start_key

bp = Blueprint("swaps", __name__, url_prefix="/runs/<run:key>")

run_page.answer_refusals(bp)

EVERYBODY = "all"
"""The value of the field ``turn`` where who watched plays too."""


@bp.get("/swap")
@allow(Allowed.SIGNED_IN)
def choose(key: str) -> ResponseReturnValue:
    """List where the other way round can begin."""
    return _choose(key)


@bp.post("/swap/<int(max=9999):step>")
@allow(Allowed.SIGNED_IN)
def start(key: str, step: int) -> ResponseReturnValue:
    """Begin it for everybody, or lead to what another has begun."""
    with writing(db.session):
        seated, script = find(key)
        started = swaps.start_swap(
            db.session,
            seated,
            script,
            at=step,
            with_observer=request.form.get("turn") == EVERYBODY,
            start_key=forms.text("start_key", 40) or start_key(),
            now=now(),
        )
    return go_to(url_of(started, stage=Stage.ROLE_PLAY.value, _anchor="now"))


def _choose(key: str) -> Response:
    seated, script = find(key)
    swaps.require(seated)
    company = company_in(db.session, seated.run_id)
    path = runs.path_of(db.session, seated.run_id)
    page = render_template(
        "pairs/swap.html",
        run=seated,
        script=script,
        scenario=script.scenario,
        company=company,
        decisions=[each for each in play.retell(script, path) if each.choice is not None],
        named=who_chose.who_decided(seated, script),
        swaps=swaps.swaps_of(db.session, seated),
        start_key=start_key(),
        message="",
        OBSERVER=OBSERVER,
        **_seats(company, script),
    )
    return make_response(page)


def _seats(company: Company, script: Script) -> Mapping[str, Any]:
    """Return who would have which seat, in both ways of going round."""

    def rows(*, with_observer: bool) -> list[tuple[str, str]]:
        seats = swaps.exchanged(company, script.scenario.seats, with_observer=with_observer)
        return [(each.name, seats[each.user_id]) for each in company.people]

    watched = company.observer is not None
    return {
        "seats": rows(with_observer=False),
        "seats_with_observer": rows(with_observer=True) if watched else [],
    }
