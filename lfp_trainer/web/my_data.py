"""A person's own data: what is stored, to take along, and to delete."""

from datetime import timedelta

from flask import Blueprint, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, TooMany
from lfp_trainer.services import data_registry, exercise_shelf, forgetting, my_data, sign_in
from lfp_trainer.storage import database
from lfp_trainer.storage.database import writing
from lfp_trainer.web import auth, forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import prove
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("my_data", __name__, url_prefix="/account")


@bp.get("/data")
@allow(Allowed.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Say what is stored about a person, and offer it for download."""
    return render_template(
        "account/data.html",
        registry=data_registry.REGISTRY,
        minutes=sign_in.FRESH // timedelta(minutes=1),
    )


@bp.get("/data.json")
@allow(Allowed.SIGNED_IN)
def as_json() -> ResponseReturnValue:
    """Send everything that is stored about a person as one document."""
    return _download("json", "application/json")


@bp.get("/data.zip")
@allow(Allowed.SIGNED_IN)
def as_zip() -> ResponseReturnValue:
    """Send everything that is stored about a person as tables for a spreadsheet."""
    return _download("zip", "application/zip")


def _download(kind: str, mimetype: str) -> ResponseReturnValue:
    person, then = me(), now()
    if not person.is_guest and not auth.is_fresh():
        return go_to(url_for("auth.confirm", next=url_for(".show")))
    exercises = exercise_shelf.on_shelf(current_app.config["SCENARIOS"])
    gathered = my_data.gather(db.session, person, exercises)
    write = my_data.as_json if kind == "json" else my_data.as_zip
    response = make_response(write(gathered, now=then))
    response.mimetype = mimetype
    name = f"lfp-trainer-my-data-{then:%Y-%m-%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/delete")
@allow(Allowed.SIGNED_IN)
def ask_to_delete() -> ResponseReturnValue:
    """Say what a deletion removes and what it keeps, before it is done."""
    return _delete_page({})


@bp.post("/delete")
@allow(Allowed.SIGNED_IN)
def delete() -> ResponseReturnValue:
    """Delete the person who asks, and all that is theirs. There is no way back."""
    try:
        _prove_and_delete()
    except Incomplete as error:
        return _delete_page(error.fields, status=422)
    except TooMany as error:
        return _delete_page({"password": str(error)}, status=429)
    # The log of the database still holds the pages as they were.
    database.empty_log(db.engine)
    return auth.leave("Your account is deleted, with everything that was yours alone.")


def _prove_and_delete() -> None:
    person = me()
    if not forms.ticked("sure"):
        raise Incomplete({"sure": "Tick that you want this."})
    if person.email is not None:
        found = prove(person.email, request.form.get("password", ""), now=now())
        if found is None or found.user_id != person.id:
            raise Incomplete({"password": "That is not your password."})
    with writing(db.session):
        forgetting.delete_person(db.session, person.id, now=now())


def _delete_page(problems: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "account/delete.html",
        problems=problems,
        registry=data_registry.REGISTRY,
        is_last_admin=forgetting.is_last_admin(db.session, me().id),
        last_admin=forgetting.LAST_ADMIN,
        closing=forgetting.cohorts_to_close(db.session, me().id),
        sure=forms.ticked("sure"),
    )
    return page, status
