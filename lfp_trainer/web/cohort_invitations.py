"""Invite people to a cohort by name: paste a list, look at what was understood, hand out the codes.

Nothing is made before whoever pasted has seen what was read from it.
"""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lfp_trainer.services import cohorts, expected, pasted_names
from lfp_trainer.services.pasted_names import Pasted
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.cohorts import link_of
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.lobby_page import picture_of

bp = Blueprint("cohort_invitations", __name__, url_prefix="/cohorts/<run:key>/invitations")

LIMIT = 20_000
"""Characters of a list: as many as 200 long names with a position."""
NOBODY = "Paste or type at least one name."
TOO_MANY = f"Invite at most {pasted_names.MOST} people at once."


@bp.get("")
@allow(Allowed.ACCOUNTS)
def index(key: str) -> ResponseReturnValue:
    """List who is invited by name, who has come, and ask for more names."""
    cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
    return render_template(
        "cohorts/invitations.html",
        cohort=cohort,
        invitations=expected.invitations_of(db.session, cohort),
        positions=POSITIONS,
        link_of=link_of,
    )


@bp.post("/names")
@allow(Allowed.ACCOUNTS)
def preview(key: str) -> ResponseReturnValue:
    """Show what was understood of a list of names, before anything is made."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    typed = request.form.get("names", "")
    pasted, problem = _read(typed)
    before = set(expected.invited_before(db.session, cohort))
    page = render_template(
        "cohorts/names.html",
        cohort=cohort,
        typed=typed[:LIMIT],
        pasted=pasted,
        new=[each for each in pasted.people if each.same_as not in before],
        before=[each for each in pasted.people if each.same_as in before],
        problem=problem,
        positions=POSITIONS,
    )
    return page, 422 if problem else 200


def _read(typed: str) -> tuple[Pasted, str]:
    """Return what a list says, and what is wrong with it as a whole."""
    if too_long := forms.too_long(typed, LIMIT):
        return Pasted(), too_long
    # Each cell by itself: tabs tell the columns of a spreadsheet apart.
    lines = ["\t".join(map(forms.clean, line.split("\t"))) for line in typed.splitlines()]
    pasted = pasted_names.read("\n".join(lines))
    if len(pasted.people) > pasted_names.MOST:
        return pasted, f"{TOO_MANY} These are {len(pasted.people)}."
    return pasted, "" if pasted.people or pasted.unclear else NOBODY


@bp.post("")
@allow(Allowed.ACCOUNTS)
def make(key: str) -> ResponseReturnValue:
    """Make the invitations that were looked at."""
    pasted, problem = _read(request.form.get("names", ""))
    if problem or pasted.unclear:
        return preview(key)
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        count = expected.invite(db.session, cohort, pasted.people, now=now())
    if count:
        made = "One invitation is made." if count == 1 else f"{count} invitations are made."
        flash(f"{made} Print the slips, or send each person their link.", "success")
    else:
        flash("All of them were invited before. Nothing is made twice.", "info")
    return go_to(url_for(".index", key=key))


@bp.post("/<int:invitation_id>/revoke")
@allow(Allowed.ACCOUNTS)
def revoke(key: str, invitation_id: int) -> ResponseReturnValue:
    """Take back an invitation that nobody has used."""
    with writing(db.session):
        cohort = cohorts.find_to_review(db.session, key, viewer_id=me().id)
        name = expected.revoke(db.session, cohort, invitation_id)
    flash(f"The invitation of {name} is taken back. Its link leads nowhere now.", "success")
    return go_to(url_for(".index", key=key))


@bp.get("/slips")
@allow(Allowed.ACCOUNTS)
def slips(key: str) -> ResponseReturnValue:
    """Show a slip to cut out for each person who has not come yet."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    waiting = [each for each in expected.invitations_of(db.session, cohort) if each.came_as is None]
    pictures: dict[int, Markup] = {each.id: picture_of(link_of(each.code)) for each in waiting}
    return render_template(
        "cohorts/slips.html",
        cohort=cohort,
        waiting=waiting,
        pictures=pictures,
    )
