"""What facilitators wrote to somebody: listed, answered, marked as read; and the quiet badge.

Where a thread stands beside what it is about is the run's page, or that of a shown run
(``web/shown_runs.py``); who answers from there comes back there.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.services import comments, library, threads
from lfp_trainer.services.access import Seated
from lfp_trainer.services.threads import Thread
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import About, Round
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("comments", __name__, url_prefix="/comments")

WHEN = {Round.BEFORE: "before the conversation", Round.AFTER: "after the conversation"}


def install(app: Flask) -> None:
    """Offer what every page needs to show the badge, and every comment box its one-time key."""
    app.jinja_env.globals.update(
        unread_comments=_unread,
        comment_key=lambda: secrets.token_urlsafe(12),
        COMMENT_LIMIT=comments.LIMIT,
    )


def _unread() -> int:
    if not current_user.is_authenticated:
        return 0
    return threads.unread_count(db.session, me().id)


def of_run(seated: Seated) -> dict[str, list[Thread]]:
    """Return what was written about a run to the person who is asking: place on its page → threads.

    At one screen another may have it before them: then nothing.
    """
    if seated.user_id != me().id:
        return {}
    return by_place(threads.threads_for_learner(db.session, me().id, run_id=seated.run_id))


def by_place(found: Iterable[Thread]) -> dict[str, list[Thread]]:
    """Return threads by where on the page of a run they stand."""
    places: dict[str, list[Thread]] = {}
    for each in found:
        places.setdefault(each.place, []).append(each)
    return places


def about(thread: Thread) -> dict[str, str]:
    """Return in words what a thread is about, to the person it is addressed to."""
    of = thread.thing
    script = library.script_of(db.session, thread.version_id, thread.digest)
    if of.about is About.STEP and thread.choice_id:
        scene = script.scenario.scenes[thread.scene_id].title
        text = script.choices[thread.choice_id][1].text
        return {"what": f"Your response at “{scene}”", "quote": text}
    if of.about is About.RATING and of.round is not None:
        name = script.scenario.cast[of.leader].name
        strand = script.rubric.strands[of.strand].name.lower()
        return {"what": f"Your rating of {name}, {strand}, {WHEN[of.round]}", "quote": ""}
    return {"what": "Your run as a whole", "quote": ""}


@bp.get("")
@allow(Allowed.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List what was written to the person who is asking, what is new first; and where they were
    answered."""
    found = threads.threads_for_learner(db.session, me().id)
    return render_template(
        "comments/index.html",
        threads=[(each, about(each)) for each in found],
        answered=threads.threads_answered(db.session, me().id),
    )


@bp.post("/<run:key>/answers")
@allow(Allowed.SIGNED_IN)
def answer(key: str) -> ResponseReturnValue:
    """Answer in a thread."""
    start_key = forms.text("start_key", 40) or secrets.token_urlsafe(12)
    with writing(db.session):
        comments.answer(
            db.session, key, forms.text("text", comments.LIMIT),
            viewer_id=me().id, start_key=start_key, now=now(),
        )  # fmt: skip
    return _after(key)


@bp.post("/<run:key>/read")
@allow(Allowed.SIGNED_IN)
def mark_read(key: str) -> ResponseReturnValue:
    """Mark what stands in a thread as read."""
    with writing(db.session):
        thread = threads.find(db.session, key, viewer_id=me().id)
        comments.mark_read(db.session, thread, viewer_id=me().id, now=now())
    return _after(key)


@bp.post("/read")
@allow(Allowed.SIGNED_IN)
def mark_all_read() -> ResponseReturnValue:
    """Mark everything that was written to the person who is asking as read."""
    with writing(db.session):
        comments.mark_all_read(db.session, me().id, now=now())
    flash("All comments are marked as read.", "success")
    return go_to(url_for(".index"))


@bp.post("/<run:key>/delete")
@allow(Allowed.SIGNED_IN)
def delete(key: str) -> ResponseReturnValue:
    """Delete a thread that was written to the person who is asking."""
    with writing(db.session):
        thread = threads.find(db.session, key, viewer_id=me().id)
        comments.delete(db.session, thread)
    flash("The comment is deleted, with its answers.", "success")
    return go_to(url_for(".index"))


def _after(key: str) -> ResponseReturnValue:
    """Show a thread after an act: by itself for htmx, where it was acted on for everyone else."""
    thread = threads.find(db.session, key, viewer_id=me().id)
    in_list = forms.word("shown", ["list"]) is not None
    if wants_fragment():
        return _fragment(thread, in_list)
    anchor = f"thread-{key}"
    if not thread.is_mine:
        return go_to(url_for("shown_runs.show", key=thread.cohort_key, run_key=thread.run_key,
                             _anchor=anchor))  # fmt: skip
    if in_list:
        return go_to(url_for(".index", _anchor=anchor))
    return go_to(url_for("runs.show", key=thread.run_key, stage="debrief", _anchor=anchor))


def _fragment(thread: Thread, in_list: bool) -> ResponseReturnValue:
    told: dict[str, Any] = {"swapped": True, "shown": "list" if in_list else ""}
    if in_list and thread.is_mine:
        told |= about(thread)
    page = render_template("comments/_thread.html", thread=thread, **told)
    page += render_template("comments/_badge.html", swapped=True)
    response = make_response(page)
    response.vary.add("HX-Request-Type")
    return response
