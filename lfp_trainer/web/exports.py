"""Exports of what a cohort shows: ask for one, see how far it is, take the file.

For those who facilitate the cohort, and for each only what they are shown themselves. With names
only for who has typed their password a short while ago.
"""

import threading
from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lfp_trainer.errors import Busy, Incomplete
from lfp_trainer.services import assignments, cohorts, exports
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.exports import files, jobs, kept
from lfp_trainer.services.exports.kept import Made
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import ExportFormat
from lfp_trainer.web import auth, errors, forms, runs
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.browser_session import polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to, wants_fragment
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("exports", __name__, url_prefix="/cohorts/<run:key>/export")

FORMATS = {
    ExportFormat.XLSX.value: "A workbook for a spreadsheet (XLSX)",
    ExportFormat.CSV.value: "Tables, one file each (CSV in a zip)",
    ExportFormat.JSON.value: "One document for a program (JSON)",
}
EVERYTHING = "all"


def _find(key: str) -> Joined:
    return cohorts.find_to_review(db.session, key, viewer_id=me().id)


@bp.get("")
@allow(Allowed.ACCOUNTS)
def show(key: str) -> ResponseReturnValue:
    """Offer to make an export, and list those that were made of this cohort."""
    cohort = _find(key)
    if kept.is_due(db.session, now()):
        with writing(db.session):
            exports.expire(db.session, now=now())
    return _page(cohort)


def _page(
    cohort: Joined, *, problems: dict[str, str] | None = None, said: str = "", status: int = 200
) -> Response:
    made = exports.made_for(db.session, cohort.id)
    page = render_template(
        "exports/export.html",
        cohort=cohort,
        made=made,
        tag=_tag(made),
        parts=_parts(cohort),
        formats=FORMATS,
        picked={
            "format": request.values.get("format", ExportFormat.XLSX.value),
            "of": request.values.get("of", EVERYTHING),
            "names": "names" in request.values,
        },
        problems=problems or {},
        said=said,
        start_key=runs.start_key(),
        kept_for=kept.KEPT,
        recorded=kept.RECORDED,
    )
    return make_response(page, status)


def _parts(cohort: Joined) -> dict[str, str]:
    """Return what an export can be of: all that is shown, or what belongs to one of these."""
    shown = exports.scenarios_shown(db.session, me().id, cohort.id)
    if not shown:
        return {}
    found = {EVERYTHING: "Everything that is shared with you"}
    found |= {f"scenario-{id}": title for id, title in shown.items()}
    for each in assignments.assignments_of(db.session, cohort, viewer_id=me().id):
        if each.scenario_id in shown:
            due = f", due {each.due_at:%B} {each.due_at.day}" if each.due_at else ""
            found[f"assignment-{each.key}"] = f"Assignment: {shown[each.scenario_id]}{due}"
    return found


@bp.post("")
@allow(Allowed.ACCOUNTS)
def make(key: str) -> ResponseReturnValue:
    """Make an export, in a thread of its own."""
    cohort = _find(key)
    try:
        format, of = _sent(cohort)
    except Incomplete as error:
        return _page(cohort, problems=error.fields, status=422)
    with_names = forms.ticked("names")
    if with_names and not auth.is_fresh():
        again = urlencode({"format": format.value, "of": of, "names": "yes"})
        return go_to(url_for("auth.confirm", next=f"{url_for('.show', key=key)}?{again}"))
    kind, _, which = of.partition("-")
    try:
        with writing(db.session):
            export_id, is_new = jobs.ask(
                db.session,
                _find(key).id,
                user_id=me().id,
                format=format,
                with_names=with_names,
                scenario_id=which if kind == "scenario" else None,
                assignment_key=which if kind == "assignment" else None,
                start_key=forms.text("start_key", 40) or runs.start_key(),
                now=now(),
            )
    except Busy as error:
        return _page(cohort, said=str(error), status=errors.status_of(error))
    if is_new:
        _begin(db.engine, export_id)
    return go_to(url_for(".show", key=key, _anchor="made"))


def _sent(cohort: Joined) -> tuple[ExportFormat, str]:
    format = forms.word("format", FORMATS)
    if format is None:
        raise Incomplete({"format": "Choose what kind of file you want."})
    of = forms.word("of", _parts(cohort))
    if of is None:
        raise Incomplete({"of": "Choose what it should be of, among what is shared with you now."})
    return ExportFormat(format), of


def _begin(engine: Engine, export_id: int) -> None:
    # It ends with its process; the page tells so, and lets it be made again.
    threading.Thread(
        target=jobs.write,
        args=(engine, export_id),
        kwargs={"clock": now},
        name=f"export-{export_id}",
        daemon=True,
    ).start()


@bp.get("/live")
@allow(Allowed.ACCOUNTS)
@polls
def live(key: str) -> ResponseReturnValue:
    """Answer the page that waits for a file, which asks by itself."""
    cohort = _find(key)
    if not wants_fragment():
        return go_to(url_for(".show", key=key, _anchor="made"))
    if kept.is_due(db.session, now()):
        with writing(db.session):
            exports.expire(db.session, now=now())
    made = exports.made_for(db.session, cohort.id)
    tag = _tag(made)
    if request.headers.get("HX-PTag") == tag:
        return make_response("", 304)
    page = render_template(
        "exports/_made.html", cohort=cohort, made=made, tag=tag, parts=_parts(cohort)
    )
    response = make_response(page)
    response.headers["HX-PTag"] = tag
    return response


def _tag(made: list[Made]) -> str:
    """Return what changes whenever the list does."""
    newest = made[0].key if made else ""
    states = "".join(each.state.value[0] for each in made)
    return f"{newest}.{states}.{'.'.join(f'{each.percent}' for each in made if each.is_running)}"


@bp.get("/<run:export_key>")
@allow(Allowed.ACCOUNTS)
def take(key: str, export_key: str) -> ResponseReturnValue:
    """Send the file, a part at a time."""
    cohort = _find(key)
    file = kept.find_file(db.session, cohort.id, export_key, viewer_id=me().id)
    if file.with_names and not auth.is_fresh():
        return go_to(url_for("auth.confirm", next=url_for(".show", key=key)))
    response = Response(_parts_of(db.engine, file.id, file.parts))
    response.mimetype = files.MIME[file.format]
    response.content_length = file.size
    # Of no person and no cohort: a name on a shared screen or in a list of downloads tells nothing.
    name = f"lfp-trainer-export-{file.made_at:%Y-%m-%d}.{files.ENDS[file.format]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _parts_of(engine: Engine, export_id: int, parts: int) -> Iterator[bytes]:
    for number in range(1, parts + 1):
        # Each by itself: a slow download keeps no transaction open.
        with Session(engine) as session:
            content = kept.part_of(session, export_id, number)
        if content is None:  # somebody takes something back: what was sent is no whole file
            return
        yield content
