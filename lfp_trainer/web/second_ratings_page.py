"""The pages on which ratings are given a second time: one once more, or all after the play."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import after_play, ratings, runs, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Round, Stage
from lfp_trainer.web import rated_page
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import render
from lfp_trainer.web.looking_back import BLANK
from lfp_trainer.web.run_page import find


def card_at(script: Script, place: int) -> Card:
    """Return what the rating at a place is about.

    :raise NotFound: if there are not so many
    """
    cards = ratings.cards_of(script)
    if place >= len(cards):
        raise NotFound
    return cards[place]


def show_again(
    key: str,
    card: int,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    message: str = "",
    typed: Kept | None = None,
) -> Response:
    """Show a rating to be given once more, or both answers once it is.

    :param card: its place, counted from 0
    :param typed: an answer that could not be stored, as it was sent
    """
    seated, script = find(key)
    about = card_at(script, card)
    first = second_ratings.first_of(db.session, seated, script, about)
    stored = ratings.ratings_of(db.session, seated, Round.AGAIN).get(about, BLANK)
    answered = second_ratings.again_of(db.session, seated, script).get(about)
    return _render(
        "again",
        url_for("second_ratings.again", key=key, card=card),
        seated,
        script,
        status=status,
        errors=problems or {},
        message=message,
        card=card,
        first=first,
        own_again=typed or stored,
        again=answered,
        name="Rated twice" if answered else "Rate it once more",
    )


def show_after(
    key: str,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    message: str = "",
    typed: Mapping[Round, Mapping[Card, Kept]] | None = None,
) -> Response:
    """Show what is answered after a play, or what came of it once it is committed.

    :param typed: answers that could not be stored, as they were sent
    """
    seated, script = find(key)
    sheet = after_play.sheet_of(db.session, seated, script)
    looked_back = after_play.look_back(db.session, seated, script)
    shown = typed or {Round.AFTER: sheet.leaders, Round.OWN: sheet.own}
    return _render(
        "after",
        url_for("second_ratings.after", key=key),
        seated,
        script,
        status=status,
        errors=problems or {},
        message=message,
        sheet=sheet,
        claims=after_play.claims_of(script, sheet),
        shown={round.value: answers for round, answers in shown.items()},
        blank=BLANK,
        field_of_leader=after_play.leader_field,
        field_of_own=after_play.own_field,
        knows_the_debrief=runs.has_reached(seated, Stage.NEXT_STEP),
        looked_back=looked_back,
        name="Before and after" if looked_back else "Now that you have played it",
    )


def _render(page: str, address: str, seated: Seated, script: Script, **context: Any) -> Response:
    response = render(
        "runs/second.html",
        fragment="runs/_second.html",
        page=page,
        address=address,
        run=seated,
        script=script,
        scenario=script.scenario,
        **context,
    )
    return rated_page.with_address(response, address)
