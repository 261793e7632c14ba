"""What a participant answers around the role-play: diagnosis, ratings, next step.

Each is kept as a draft while it is written, so that a run can be left and taken up anywhere.
"""

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.errors import NotFound
from lfp_trainer.services import diagnosis, next_steps, passing_over, ratings, runs
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import errors, forms, run_page
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.rated_page import is_draft, keeps_itself, kept
from lfp_trainer.web.rating_form import sent_rating
from lfp_trainer.web.run_page import find
from lfp_trainer.web.runs import after

bp = Blueprint("answers", __name__, url_prefix="/runs/<run:key>")

run_page.answer_refusals(bp)


@bp.post("/diagnosis")
@allow(Allowed.SIGNED_IN)
def diagnose(key: str) -> ResponseReturnValue:
    """Keep a diagnosis, and commit it unless it is only a draft."""
    with writing(db.session):
        seated, script = find(key)
        offered = script.vocabulary
        answer = Answer(
            systems=tuple(forms.words("systems", offered.systems)),
            failed_tests=tuple(forms.words("failed_tests", offered.tests)),
            who=tuple(forms.words("who", offered.who)),
            what=tuple(forms.words("what", offered.barriers)),
            reason=forms.text("reason", 1000),
        )
        diagnosis.save_diagnosis(db.session, seated, answer, now=now())
    if is_draft():
        return kept(url_for("home.show"))
    with writing(db.session):
        seated, script = find(key)
        diagnosis.commit_diagnosis(db.session, seated, script, now=now())
    return after(key)


@bp.post("/ratings/<int(max=99):card>")
@allow(Allowed.SIGNED_IN)
def rate(key: str, card: int) -> ResponseReturnValue:
    """Keep one rating and go on to the next card."""
    with writing(db.session):
        seated, script = find(key)
        cards = ratings.cards_of(script)
        if card >= len(cards):
            raise NotFound
        sent = sent_rating(script.rubric, cards[card][1], script.scenario.sentences)
        if sent.problems:
            runs.require(seated, Stage.RATING)
        else:
            ratings.save_rating(db.session, seated, script, cards[card], sent.kept, now=now())
    if sent.problems and keeps_itself():
        return errors.answer(422, next(iter(sent.problems.values())))
    if sent.problems:
        typed = {cards[card]: sent.kept}
        return run_page.show(key, status=422, problems=sent.problems, card=card, typed=typed)
    if is_draft():
        return kept(url_for("home.show"))
    missing = ratings.find_missing(script.rubric, sent.kept)
    if missing:
        return run_page.show(key, status=422, problems=missing, card=card)
    if wants_fragment():
        return run_page.show(key, card=card + 1)
    return go_to(run_page.url_of(key, stage=Stage.RATING.value, card=card + 1))


@bp.post("/ratings")
@allow(Allowed.SIGNED_IN)
def commit_ratings(key: str) -> ResponseReturnValue:
    """Commit all ratings, and show the reference beside them."""
    with writing(db.session):
        seated, script = find(key)
        ratings.commit_ratings(db.session, seated, script, now=now())
    if wants_fragment():
        return run_page.show(key, looking_at=Stage.RATING)
    return go_to(run_page.url_of(key, stage=Stage.RATING.value))


@bp.post("/without")
@allow(Allowed.SIGNED_IN)
def go_on_without(key: str) -> ResponseReturnValue:
    """Go on without a part that the assignment of the run does not ask for."""
    part = request.form.get("part", "")
    with writing(db.session):
        seated, script = find(key)
        stage = Stage(part) if part in passing_over.PARTS else seated.stage
        passing_over.pass_over(db.session, seated, script, stage, now=now())
    return after(key)


@bp.post("/next-step")
@allow(Allowed.SIGNED_IN)
def plan(key: str) -> ResponseReturnValue:
    """Keep a next step, and close the run unless it is only a draft."""
    written = Plan(
        current_state=forms.text("current_state", 2000),
        goal=forms.text("goal", 2000),
        steps=forms.text("steps", 2000),
        sentence=forms.text("sentence", 500),
        due_on=_day(request.form.get("due_on", "")),
    )
    with writing(db.session):
        seated, _ = find(key)
        next_steps.save_plan(db.session, seated, written, now=now())
    if is_draft():
        return kept(url_for("home.show"))
    with writing(db.session):
        seated, _ = find(key)
        next_steps.finish_plan(db.session, seated, now=now())
    return after(key)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
