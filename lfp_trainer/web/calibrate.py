"""Calibrate: learn the strands, see an anchor of each level, rate vignettes alone, compare at once.

Whoever starts a set without being signed in becomes a guest, as with a run.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.draw import as_examples
from lfp_trainer.errors import Incomplete, StaleDraft, StaleMove, TrainerError
from lfp_trainer.services import calibrate, exercise_sets, exercises, ratings
from lfp_trainer.services.exercise_sets import Answered
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from lfp_trainer.web import auth, calibrate_page, errors, rated_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.calibrate_page import address_of, card_of, my_set, the_exercise
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import goes_back, is_draft, keeps_itself, kept
from lfp_trainer.web.rating_form import Sent, decoded, sent_rating, sent_window

bp = Blueprint("calibrate", __name__, url_prefix="/calibrate")


@bp.get("")
@allow(Allowed.EVERYONE)
def show() -> ResponseReturnValue:
    """Say what this is for, and where one left off."""
    exercise = the_exercise()
    return calibrate_page.render_step(
        "start",
        url_for(".show"),
        exercise=exercise,
        sets=calibrate_page.my_sets() if current_user.is_authenticated else [],
        size=exercise_sets.SET_SIZE,
    )


@bp.get("/strands")
@allow(Allowed.EVERYONE)
def strands() -> ResponseReturnValue:
    """Show what is rated: the strands, their levels, and how to tell neighbors apart."""
    return calibrate_page.render_step("strands", url_for(".strands"), exercise=the_exercise())


@bp.get("/anchors")
@allow(Allowed.EVERYONE)
def anchors() -> ResponseReturnValue:
    """Show one worked example of each level of a strand."""
    exercise = the_exercise()
    asked = request.args.get("strand", "")
    card = next((each for each in exercise.cards if each.strand == asked), exercise.cards[0])
    return calibrate_page.render_step(
        "anchors",
        url_for(".anchors", strand=card.strand),
        exercise=exercise,
        card=card,
        anchors=as_examples(exercise, exercise.anchors_of(card)),
        following=calibrate_page.after_in(exercise.cards, card),
    )


@bp.post("/sets")
@allow(Allowed.EVERYONE)
def start() -> ResponseReturnValue:
    """Draw a set, or go on with the one that is open."""
    exercise = the_exercise()
    learned = calibrate_page.opened()
    person = auth.ensure_person()
    calibrate_page.note_opened(learned)  # the visitor who is a guest now is the same person
    with writing(db.session):
        number = exercise_sets.start_set(
            db.session, person.id, exercise, seed=secrets.token_hex(8), now=now()
        )
    return go_to(url_for(".show_set", number=number))


@bp.get("/sets/<int(max=9999):number>")
@allow(Allowed.SIGNED_IN)
def show_set(number: int) -> ResponseReturnValue:
    """Show the first vignette of a set that is open, or how a finished set went."""
    rated = my_set(number)
    if rated.first_open and not wants_fragment():
        return go_to(address_of(rated, rated.first_open))
    return calibrate_page.show_set(rated)


@bp.get("/sets/<int(max=9999):number>/<int(max=99):place>")
@allow(Allowed.SIGNED_IN)
def show_text(number: int, place: int) -> ResponseReturnValue:
    """Show one vignette: to rate on one strand, or, once committed, beside the reference."""
    strand = request.args.get("strand")
    rated = my_set(number)
    answered = rated.at(place)
    if strand is None and not answered.committed and not wants_fragment():
        return go_to(address_of(rated, answered))
    return calibrate_page.show_text(rated, place, strand=strand)


@bp.post("/sets/<int(max=9999):number>/<int(max=99):place>/<string(maxlength=32):strand>")
@allow(Allowed.SIGNED_IN)
def rate(number: int, place: int, strand: str) -> ResponseReturnValue:
    """Keep one rating; go on to the next strand, or after the last one commit the vignette."""
    exercise = the_exercise()
    with writing(db.session):
        # Whoever comes at the same moment waits, and then finds what was done here.
        exercise_sets.hold_set(db.session, me().id, exercise, number)
        answered = exercise_sets.find_set(db.session, me().id, exercise, number).at(place)
        card = card_of(answered, strand)
        sent = _sent(exercise, answered, card)
        # Pressed twice: what is sent again is what is committed.
        repeated = answered.committed and answered.kept[card] == sent.kept
        cards = [*answered.kept]
        following = calibrate_page.after_in(cards, card)
        refused = None
        if not repeated and not sent.problems:
            refused = _keep(exercise, answered, card, sent.kept, number, is_last=following is None)
    if sent.problems:
        return _keep_on_the_page(number, answered, card, sent)
    if is_draft():
        return kept(url_for(".show"))
    if goes_back():
        following, refused = calibrate_page.after_in(cards[::-1], card), None
    if refused is not None:
        problems, at = refused
        return calibrate_page.show_text(
            my_set(number), place, strand=at, status=422, problems=problems
        )
    ahead = following.strand if following and not repeated else None
    if wants_fragment():
        return calibrate_page.show_text(my_set(number), place, strand=ahead)
    return go_to(calibrate_page.url_of_text(number, place, ahead))


def _keep(
    exercise: Exercise, answered: Answered, card: Card, own: Kept, number: int, *, is_last: bool
) -> tuple[Mapping[str, str], str | None] | None:
    """Keep a rating; after the last strand commit the vignette too.

    Return what keeps it from going on, and the strand to show for it; None where nothing does.
    """
    standing = exercises.save_rating(
        db.session,
        me().id,
        exercise,
        answered.text,
        card,
        own,
        number=number,
        now=now(),
        window=sent_window(),
    )
    if is_draft() or goes_back():
        return None
    missing = ratings.find_missing(exercise.rubric_of(card), standing)
    if missing:
        return missing, card.strand
    if is_last:
        try:
            calibrate.commit_text(
                db.session, me().id, exercise, number=number, place=answered.place, now=now()
            )
        except Incomplete as error:  # of any strand: the first that needs something is shown
            return error.fields, None
    return None


def _keep_on_the_page(number: int, answered: Answered, card: Card, sent: Sent) -> Response:
    """Show a rating that cannot be stored as it was typed."""
    if answered.committed:
        raise StaleMove(exercises.COMMITTED)
    if keeps_itself():
        return errors.answer(422, next(iter(sent.problems.values())))
    return calibrate_page.show_text(
        my_set(number),
        answered.place,
        strand=card.strand,
        status=422,
        problems=sent.problems,
        typed={card: sent.kept},
        window=sent_window(),
    )


def _refused(error: TrainerError) -> Response:
    """Answer with the vignette as it is now and a sentence, never with an error page."""
    where = request.view_args or {}
    if "strand" not in where:
        return rated_page.refuse(error, None)
    is_stale = isinstance(error, StaleDraft)

    def show(**how: Any) -> Response:
        return calibrate_page.show_text(
            my_set(where["number"]),
            where["place"],
            strand=where["strand"],
            typed=_typed(**where) if is_stale else None,
            **how,
        )

    return rated_page.refuse(error, show, said="" if is_stale else None)


def _typed(number: int, place: int, strand: str) -> dict[Card, Kept]:
    answered = my_set(number).at(place)
    card = card_of(answered, strand)
    return {card: _sent(the_exercise(), answered, card).kept}


def _sent(exercise: Exercise, answered: Answered, card: Card) -> Sent:
    codes = answered.text.codes
    return decoded(sent_rating(exercise.rubric_of(card), card.strand, codes), codes)


for _error in (Incomplete, StaleMove):
    bp.register_error_handler(_error, _refused)
