"""Who of a cohort stands where, for who facilitates it; the page asks for it anew by itself.

No answers are shown here. While nothing has changed the answer is empty.
"""

from hashlib import sha256
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.services import assigned, cohorts, library, progress
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.progress import Followed
from lfp_trainer.storage.models import Required, Stage
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import wants_fragment
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.run_stages import NAMES

bp = Blueprint("progress", __name__, url_prefix="/cohorts/<run:key>/progress")

WORDS: dict[Stage | None, str] = {
    None: "Not begun",
    **{stage: NAMES.get(stage, "Finished") for stage in Stage},
}
"""Stage → how it is called here."""

MISSING = {
    Required.DIAGNOSIS: "commit the diagnosis",
    Required.RATINGS: "commit the ratings",
    assigned.CONVERSATION: "end the conversation",
    Required.AFTERWARDS: "rate once more",
}
"""What is missing after everything else → how it is called here."""


@bp.get("")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Show where everybody stands."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    choices = progress.followed_in(db.session, cohort, viewer_id=me().id)
    of = request.args.get("of", "")
    followed = _picked(choices, of) if of or choices else None
    return render_template(
        "progress/show.html",
        cohort=cohort,
        choices=choices,
        titles={
            each.script.scenario.id: each.script.scenario.title
            for each in library.on_offer(db.session)
        },
        followed=followed,
        **(_standing(cohort, followed) if followed else {}),
    )


@bp.get("/live")
@polls
@allow(Allowed.SIGNED_IN)
def look(key: str) -> ResponseReturnValue:
    """Show the same to a page that asks by itself; nothing where it knows it already."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    of = request.args.get("of", "")
    if not wants_fragment():
        return redirect(url_for(".show", key=key, of=of), code=303)
    followed = _picked(progress.followed_in(db.session, cohort, viewer_id=me().id), of)
    context = _standing(cohort, followed)
    if request.headers.get("HX-PTag") == context["tag"]:
        return make_response("", 304)
    response = make_response(
        render_template("progress/_standing.html", cohort=cohort, followed=followed, **context)
    )
    response.headers["HX-PTag"] = context["tag"]
    response.vary.add("HX-Request-Type")
    return response


def _picked(choices: list[Followed], of: str) -> Followed:
    """Return what is to be followed, by default the first.

    A scenario of which somebody has just taken everything back is still one: nothing is shown.

    :raise NotFound: if there is no such thing
    """
    if not of and choices:
        return choices[0]
    found = next((each for each in choices if each.key == of), None)
    return found or Followed(library.current(db.session, of).script.scenario.id)


def _standing(cohort: Joined, followed: Followed) -> dict[str, Any]:
    found = progress.look(db.session, cohort, followed, viewer_id=me().id, now=now())
    return {
        "progress": found,
        "words": WORDS,
        "missing": MISSING,
        "positions": POSITIONS,
        "quiet_minutes": int(progress.QUIET.total_seconds()) // 60,
        "tag": sha256(repr((followed.key, found)).encode()).hexdigest()[:24],
    }
