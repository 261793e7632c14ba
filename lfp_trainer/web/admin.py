"""People and what they may do. Nothing here shows what anybody played or answered."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import Incomplete
from lfp_trainer.services import accounts, passwords
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role
from lfp_trainer.web import forms
from lfp_trainer.web.auth import POSITIONS, is_fresh
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("admin", __name__)

SHOWN = 100
ROLES = {
    Role.LEARNER: "Learner",
    Role.FACILITATOR: "Facilitator",
    Role.ADMIN: "Admin",
}


@bp.get("/admin/people")
@allow(Allowed.ADMINS)
def people() -> ResponseReturnValue:
    """List the people with an account, or those a search finds."""
    search = forms.clean(request.args.get("search", ""))[:100]
    found = accounts.list_people(db.session, search=search, limit=SHOWN + 1)
    return render_template(
        "admin/people.html",
        people=found[:SHOWN],
        more=len(found) > SHOWN,
        search=search,
        roles=ROLES,
        positions=POSITIONS,
    )


@bp.post("/admin/people/<int(max=2147483647):user_id>/role")
@allow(Allowed.ADMINS)
def set_role(user_id: int) -> ResponseReturnValue:
    """Let a person do more or less."""
    picked = forms.word("role", ROLES)
    if picked is None:
        raise Incomplete({"role": "Pick one of the roles."})
    role = Role(picked)
    done = f"The role is now: {ROLES[role]}."
    if passwords.MINIMUM[role] > passwords.MINIMUM[Role.LEARNER]:
        # Nobody can tell how long a stored password is.
        done += (
            " A shorter password goes on working until it is changed: this person must choose one"
            f" of {passwords.MINIMUM[role]} characters or more on their account page. Tell them."
        )
    return _act(
        lambda: accounts.set_role(db.session, user_id, role, by=current_user.person.id), done
    )


@bp.post("/admin/people/<int(max=2147483647):user_id>/disable")
@allow(Allowed.ADMINS)
def disable(user_id: int) -> ResponseReturnValue:
    """Shut a person out."""
    return _act(
        lambda: accounts.disable(
            db.session, user_id, by=current_user.person.id, now=datetime.now(UTC)
        ),
        "This person is signed out everywhere and cannot sign in. What they played is kept.",
    )


@bp.post("/admin/people/<int(max=2147483647):user_id>/enable")
@allow(Allowed.ADMINS)
def enable(user_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    return _act(
        lambda: accounts.enable(db.session, user_id, by=current_user.person.id),
        "This person can sign in again.",
    )


def _act(act: Callable[[], None], done: str) -> ResponseReturnValue:
    if not is_fresh():
        flash("Type your password once more, then do it again.", "info")
        return go_to(url_for("auth.confirm", next=url_for(".people")))
    try:
        with writing(db.session):
            act()
    except Incomplete as error:
        flash(str(error), "error")
    else:
        flash(done, "success")
    return go_to(url_for(".people"))
