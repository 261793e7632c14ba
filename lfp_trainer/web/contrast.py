"""Contrast: read two stories side by side, rate their rows with evidence, then see the reference.

Whoever starts without being signed in becomes a guest, as with a run.
"""

import secrets
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.contrast import Page
from lfp_trainer.errors import Incomplete, StaleMove, TrainerError
from lfp_trainer.services import contrast, exercise_sets, exercises
from lfp_trainer.services.exercise_sets import Answered, RatedSet
from lfp_trainer.storage.database import writing
from lfp_trainer.web import auth, contrast_page, errors, forms, rated_page
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.calibrate_page import after_in
from lfp_trainer.web.contrast_page import page_at, the_contrast
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import goes_back, is_draft, keeps_itself, kept
from lfp_trainer.web.rating_form import Sent, sent_rating

bp = Blueprint("contrast", __name__, url_prefix="/contrast")


@bp.get("/<slug:exercise_id>")
@allow(Allowed.EVERYONE)
def show(exercise_id: str) -> ResponseReturnValue:
    """Show the texts side by side, and where one left off."""
    exercise = the_contrast(exercise_id)
    taken = []
    if current_user.is_authenticated:
        taken = exercise_sets.sets_of(db.session, me().id, exercise)
    return contrast_page.render_step(
        "stories", url_for(".show", exercise_id=exercise_id), exercise=exercise, sets=taken
    )


@bp.post("/<slug:exercise_id>/sets")
@allow(Allowed.EVERYONE)
def start(exercise_id: str) -> ResponseReturnValue:
    """Begin to rate, or go on where one left off."""
    exercise = the_contrast(exercise_id)
    person = auth.ensure_person()
    with writing(db.session):
        number = exercise_sets.start_set(
            db.session,
            person.id,
            exercise,
            seed=secrets.token_hex(8),
            now=now(),
            size=len(exercise.texts),
        )
    return go_to(url_for(".show_set", exercise_id=exercise_id, number=number))


@bp.get("/<slug:exercise_id>/<int(max=9999):number>")
@allow(Allowed.SIGNED_IN)
def show_set(exercise_id: str, number: int) -> ResponseReturnValue:
    """Show the page that is open, or, once everything is committed, where the texts differ."""
    return contrast_page.show_set(exercise_id, number)


@bp.get("/<slug:exercise_id>/<int(max=9999):number>/beside/<slug:rubric_id>")
@allow(Allowed.SIGNED_IN)
def show_beside(exercise_id: str, number: int, rubric_id: str) -> ResponseReturnValue:
    """Show the ratings on one rubric beside the reference, or what is still to be rated on it."""
    return contrast_page.show_rubric(exercise_id, number, rubric_id)


@bp.get("/<slug:exercise_id>/<int(max=9999):number>/<int(max=999):page>")
@allow(Allowed.SIGNED_IN)
def show_page(exercise_id: str, number: int, page: int) -> ResponseReturnValue:
    """Show a page of rows: to rate or, once committed, beside the reference."""
    return contrast_page.show_page(exercise_id, number, page)


@bp.post("/<slug:exercise_id>/<int(max=9999):number>/<int(max=999):page>")
@allow(Allowed.SIGNED_IN)
def rate(exercise_id: str, number: int, page: int) -> ResponseReturnValue:
    """Keep the rows of a page; go on to the next, or after the last one commit the rubric."""
    exercise = the_contrast(exercise_id)
    here = page_at(exercise, page)
    with writing(db.session):
        rated = exercise_sets.find_set(db.session, me().id, exercise, number)
        sent = _sent_rows(exercise, rated, here)
        contrast.save_rows(
            db.session,
            me().id,
            exercise,
            rated.about(here.text),
            {card: each.kept for card, each in sent.items() if not each.problems},
            number=number,
            now=now(),
            shown={card for card in sent if forms.ticked(f"{card.strand}-shown")},
        )
    refused = {card: each for card, each in sent.items() if each.problems}
    if refused:
        return _keep_on_the_page(exercise, rated, here, refused)
    if goes_back():
        before = contrast_page.page_before(exercise, here)
        return go_to(
            url_for(".show_page", exercise_id=exercise_id, number=number, page=before.number)
        )
    if is_draft():
        return kept(url_for(".show", exercise_id=exercise_id))
    if not contrast.is_committed(rated, here.rubric):
        unfinished = _go_on(exercise, here, number)
        if unfinished is not None:
            return unfinished
    following = after_in(contrast_page.pages_on(exercise, here.rubric), here)
    ahead = page if following is None else following.number
    if wants_fragment():
        return contrast_page.show_page(exercise_id, number, ahead)
    return go_to(url_for(".show_page", exercise_id=exercise_id, number=number, page=ahead))


def _keep_on_the_page(
    exercise: Exercise, rated: RatedSet, here: Page, refused: Mapping[Card, Sent]
) -> Response:
    """Show rows that cannot be stored as they were typed; the others of the page are stored."""
    if contrast.is_committed(rated, here.rubric):
        raise StaleMove(exercises.COMMITTED)
    problems = contrast.as_fields({card: each.problems for card, each in refused.items()})
    if keeps_itself():
        return errors.answer(422, next(iter(problems.values())))
    return contrast_page.show_page(
        exercise.id,
        rated.number,
        here.number,
        status=422,
        problems=problems,
        typed={card: each.kept for card, each in refused.items()},
    )


def _sent_rows(exercise: Exercise, rated: RatedSet, page: Page) -> dict[Card, Sent]:
    answered: Answered = rated.about(page.text)
    return {
        card: sent_rating(
            exercise.rubric_of(card),
            card.strand,
            answered.text.sentences,
            before=f"{card.strand}-",
        )
        for card in contrast.rows_of(rated, page)
    }


def _go_on(exercise: Exercise, here: Page, number: int) -> Response | None:
    """Leave a page that has been kept; return a page to show where something is missing."""
    rated = exercise_sets.find_set(db.session, me().id, exercise, number)
    rows = contrast.rows_of(rated, here)
    if contrast.find_unfinished(exercise, rated.about(here.text), rows):
        return contrast_page.show_page(exercise.id, number, here.number, status=422)
    if after_in(contrast_page.pages_on(exercise, here.rubric), here) is not None:
        return None
    try:
        with writing(db.session):
            contrast.commit_rubric(
                db.session, me().id, exercise, here.rubric, number=number, now=now()
            )
    except Incomplete as error:  # on an earlier page, which is shown
        return contrast_page.show_rubric(
            exercise.id, number, here.rubric, status=422, problems=error.fields
        )
    return None


def _refused(error: TrainerError) -> Response:
    """Answer with the page as it is now and a sentence, never with an error page."""
    where = request.view_args or {}
    show = partial(contrast_page.show_page, **where) if "page" in where else None
    return rated_page.refuse(error, show)


for _error in (Incomplete, StaleMove):
    bp.register_error_handler(_error, _refused)
