"""A person's own page: how others see them, their password, where they are signed in."""

from datetime import UTC, datetime

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import Incomplete, TooMany
from lfp_trainer.services import accounts, passwords, sign_in
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms
from lfp_trainer.web.auth import NAME_LIMIT, POSITIONS, check_person, is_remembered, sent_position
from lfp_trainer.web.browser_session import prove, start_over
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("account", __name__)


@bp.get("/account")
@allow(Allowed.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show the account; to a guest, how to keep what they played."""
    return _page({})


@bp.post("/account/profile")
@allow(Allowed.ACCOUNTS)
def change_profile() -> ResponseReturnValue:
    """Change the name and the position that others see."""
    try:
        name = forms.line("name", NAME_LIMIT)
        if problems := check_person(name):
            raise Incomplete(problems)
    except Incomplete as error:
        return _page(error.fields, status=422)
    with writing(db.session):
        accounts.change_profile(
            db.session, current_user.person.id, name=name, position=sent_position()
        )
    flash("Saved.", "success")
    return go_to(url_for(".show"))


@bp.post("/account/password")
@allow(Allowed.ACCOUNTS)
def change_password() -> ResponseReturnValue:
    """Change the password, and sign out every browser but this one."""
    now = datetime.now(UTC)
    person = current_user.person
    new = passwords.clean_password(request.form.get("new_password", ""))
    weak = passwords.weakness(new, role=person.role, own=(person.name, person.email))
    if weak:
        return _page({"new_password": weak}, status=422)
    try:
        found = prove(person.email, request.form.get("password", ""), now=now)
    except TooMany as error:
        return _page({"password": str(error)}, status=429)
    if found is None:
        return _page({"password": "That is not your password."}, status=422)
    new_hash, remembered = passwords.hash_password(new), is_remembered()
    with writing(db.session):
        accounts.change_password(
            db.session, person.id, old_hash=found.password_hash, new_hash=new_hash
        )
        sign_in.end_sessions(db.session, person.id)
    start_over(person.id, remembered=remembered, now=now)
    flash("Your password is changed. Every other browser is signed out.", "success")
    return go_to(url_for(".show"))


@bp.post("/account/sign-out-others")
@allow(Allowed.ACCOUNTS)
def sign_out_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    person = current_user.person
    with writing(db.session):
        sign_in.end_sessions(db.session, person.id, keep=person.session_id)
    flash("Every other browser is signed out.", "success")
    return go_to(url_for(".show"))


def _page(problems: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    person = current_user.person
    page = render_template(
        "account/account.html",
        problems=problems,
        person=person,
        name=forms.clean(request.form.get("name", person.name))[:NAME_LIMIT],
        position=request.form.get("position", person.position),
        positions=POSITIONS,
        minimum=passwords.MINIMUM[person.role],
        devices=sign_in.list_devices(db.session, person.id, now=datetime.now(UTC)),
        has_practice=accounts.has_practice(db.session, person.id),
    )
    return page, status
