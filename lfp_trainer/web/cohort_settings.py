"""What a cohort is called, what is agreed on in it, its code, and whether it is open."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete
from lfp_trainer.services import agreements, cohorts, facilitating
from lfp_trainer.services.agreements import PRESETS
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.cohorts import link_of, sent_cohort_name
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.lobby_page import picture_of

bp = Blueprint("cohort_settings", __name__, url_prefix="/cohorts/<run:key>")


@bp.get("/settings")
@allow(Allowed.ACCOUNTS)
def show(key: str) -> ResponseReturnValue:
    """Show what can be changed; with a preset's name in the address, its sentences to edit."""
    return _page(key, {})


def _page(key: str, problems: dict[str, str]) -> ResponseReturnValue:
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    stand = agreements.of_cohort(db.session, cohort.id).sentences
    preset = PRESETS.get(request.args.get("agreements", ""))
    page = render_template(
        "cohorts/settings.html",
        cohort=cohort,
        problems=problems,
        name=forms.clean(request.form.get("name", cohort.name))[:200],
        stand=stand,
        presets=PRESETS,
        preset=preset,
        typed=request.form.get("agreements", "\n".join(preset.sentences if preset else stand)),
    )
    return page, 422 if problems else 200


@bp.post("/settings/name")
@allow(Allowed.ACCOUNTS)
def rename(key: str) -> ResponseReturnValue:
    """Call the cohort by another name."""
    try:
        name = sent_cohort_name()
    except Incomplete as error:
        return _page(key, error.fields)
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        facilitating.rename(db.session, cohort, name)
    return _done(key, f"The cohort is called “{name}” now.")


@bp.post("/settings/agreements")
@allow(Allowed.ACCOUNTS)
def change_agreements(key: str) -> ResponseReturnValue:
    """Let other working agreements stand, or none."""
    try:
        sentences = agreements.read(forms.text("agreements", 4000))
    except Incomplete as error:
        return _page(key, error.fields)
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        is_new = agreements.change(db.session, cohort.id, sentences, by=me().id, now=now())
    if not is_new:
        return _done(key, "The working agreements are as they were.")
    if not sentences:
        return _done(key, "There are no working agreements now.")
    return _done(key, "These agreements stand now. Members are asked to accept them.")


@bp.post("/settings/code")
@allow(Allowed.ACCOUNTS)
def renew_code(key: str) -> ResponseReturnValue:
    """Give the cohort another code; the old one leads nowhere from then on."""
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        facilitating.renew_code(db.session, cohort)
    flash("The cohort has a new code. The old one and its link lead nowhere now.", "success")
    return go_to(url_for("cohorts.show", key=key))


@bp.post("/settings/archive")
@allow(Allowed.ACCOUNTS)
def archive(key: str) -> ResponseReturnValue:
    """Close the cohort."""
    with writing(db.session):
        cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
        facilitating.archive(db.session, cohort, now=now())
    return _done(key, "The cohort is closed. You can still look at it, and open it again.")


@bp.post("/settings/reopen")
@allow(Allowed.ACCOUNTS)
def reopen(key: str) -> ResponseReturnValue:
    """Open the cohort again."""
    with writing(db.session):
        cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
        facilitating.reopen(db.session, cohort)
    return _done(key, "The cohort is open again, with the code it had.")


def _done(key: str, told: str) -> ResponseReturnValue:
    flash(told, "success")
    return go_to(url_for(".show", key=key))


@bp.get("/code")
@allow(Allowed.ACCOUNTS)
def show_code(key: str) -> ResponseReturnValue:
    """Show the code and its picture as large as the wall allows."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    return render_template(
        "cohorts/wall.html", cohort=cohort, picture=picture_of(link_of(cohort.code))
    )
