"""The shelf of scenarios, and the overview sheet of one."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.services import shelf
from lfp_trainer.services.shelf import Card, Practice, Wanted
from lfp_trainer.web import forms, guest_name
from lfp_trainer.web.asker import viewer_id
from lfp_trainer.web.extensions import db
from lfp_trainer.web.filters import SCHOOLS
from lfp_trainer.web.fragments import render
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.runs import start_key

bp = Blueprint("library", __name__, url_prefix="/scenarios")

PRACTICE = {"new": "New to me", "open": "Begun", "finished": "Finished"}
TIMES = (25, 30, 35, 40, 60)
"""What "at most so many minutes" offers, as far as it narrows anything."""


@bp.get("")
@allow(Allowed.EVERYONE)
def index() -> Response:
    """List what can be played, or what of it is looked for."""
    cards = shelf.cards(db.session, viewer_id())
    offers = _offers(cards)
    asked = {
        name: word for name, words in offers.items() if (word := request.args.get(name)) in words
    }
    wanted = _wanted(asked)
    response = render(
        "library/index.html",
        fragment="library/_shelf.html",
        cards=shelf.sift(cards, wanted),
        all_cards=cards,
        wanted=wanted,
        offers=offers,
    )
    # The address of what is found, to be kept or sent on: without the fields that ask for nothing.
    found: dict[str, Any] = {"words": wanted.words or None, **asked}
    response.headers["HX-Replace-Url"] = url_for(".index", **found)
    return response


def _wanted(asked: Mapping[str, str]) -> Wanted:
    """Return what is looked for: the words in the address, and those filters that are offered."""
    return Wanted(
        words=forms.clean(request.args.get("words", ""))[:100],
        school=asked.get("school", ""),
        seat=asked.get("seat", ""),
        system=asked.get("system", ""),
        minutes=int(asked["minutes"]) if "minutes" in asked else None,
        practice=Practice(asked["practice"]) if "practice" in asked else None,
    )


def _offers(cards: list[Card]) -> dict[str, dict[str, str]]:
    """Return what each filter offers: the word in the address → what a person reads."""
    seats = dict.fromkeys(seat for card in cards for seat in card.scenario.seats)
    schools = {card.scenario.school for card in cards}
    systems = {
        code: card.published.script.vocabulary.systems[code].name
        for card in cards
        for code in card.systems
    }
    times = {card.scenario.minutes for card in cards}
    return {
        "school": {key: name for key, name in SCHOOLS.items() if key in schools},
        "seat": {seat: seat.replace("-", " ").capitalize() for seat in seats},
        "minutes": {
            str(most): f"At most {most} minutes"
            for most in TIMES
            if min(times, default=0) <= most < max(times, default=0)
        },
        "system": dict(sorted(systems.items(), key=lambda item: item[1])),
        # Nobody else's practice is known, and somebody who has just arrived has none.
        "practice": dict(PRACTICE) if current_user.is_authenticated else {},
    }


@bp.get("/<slug:scenario_id>")
@allow(Allowed.EVERYONE)
def show(scenario_id: str) -> ResponseReturnValue:
    """Show one scenario before it is played: what it is about, who is in it, which seat to take."""
    return sheet(scenario_id)


def sheet(
    scenario_id: str, *, status: int = 200, errors: Mapping[str, str] | None = None
) -> Response:
    """Render the sheet of a scenario.

    :param errors: what to do about each field that keeps a run with a partner from starting
    :raise NotFound: if there is no such scenario
    """
    card = shelf.card_of(db.session, scenario_id, viewer_id())
    chart, way = shelf.map_of(db.session, card)
    page = render_template(
        "library/show.html",
        card=card,
        scenario=card.scenario,
        words=card.published.script.vocabulary,
        chart=chart,
        taken=way,
        before=shelf.before(db.session, card),
        start_key=start_key(),
        errors=errors or {},
        name=guest_name.own_name(),
    )
    return make_response(page, status)
