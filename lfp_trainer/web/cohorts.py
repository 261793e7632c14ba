"""Cohorts: one's own, who is in one, make, join by code, accept what is agreed on, leave.

What anybody practices is on no page here; invitations to pairs are (``web/pairing.py``).
"""

from dataclasses import dataclass

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import Incomplete, NotFound, StaleMove, TooMany
from lfp_trainer.services import agreements, cohorts, expected, invitations, library
from lfp_trainer.services.cohorts import PERSONAL_LENGTH, Behind, Joined
from lfp_trainer.services.expected import Invited
from lfp_trainer.services.lobby import OPEN_FOR
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role, WorkPosition
from lfp_trainer.web import auth, code_tried, forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.guest_name import own_name, sent_name
from lfp_trainer.web.lobby_page import picture_of

bp = Blueprint("cohorts", __name__)

NAME_LIMIT = 80
NO_SUCH_CODE = (
    "No cohort has this code. Read it again, letter by letter, or ask who gave it to you."
)


@bp.get("/cohorts")
@allow(Allowed.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List the cohorts of the person who is asking."""
    return _index_page({})


def _index_page(problems: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "cohorts/index.html",
        cohorts=cohorts.cohorts_of(db.session, me().id),
        may_make=me().role in (Role.FACILITATOR, Role.ADMIN),
        problems=problems,
        typed=forms.clean(request.form.get("name", ""))[: 2 * NAME_LIMIT],
    )
    return page, status


@bp.post("/cohorts")
@allow(Allowed.FACILITATORS)
def make() -> ResponseReturnValue:
    """Make a cohort that the person who is asking facilitates."""
    try:
        name = sent_cohort_name()
    except Incomplete as error:
        return _index_page(error.fields, status=422)
    with writing(db.session):
        key = cohorts.make(db.session, name=name, user_id=me().id, now=now())
    flash("The cohort is made. Read its code out, or send the link.", "success")
    return go_to(url_for(".show", key=key))


def sent_cohort_name() -> str:
    """Return what a cohort should be called.

    :raise Incomplete: if nobody could read it
    """
    name = forms.line("name", NAME_LIMIT)
    if not any(character.isalnum() for character in name):
        raise Incomplete({"name": "Give the cohort a name that its members recognize."})
    return name


def link_of(code: str) -> str:
    """Return the whole address under which a code lets people in."""
    return url_for("cohorts.ask_to_join", code=code, _external=True)


@bp.get("/cohorts/<run:key>")
@allow(Allowed.SIGNED_IN)
def show(key: str) -> ResponseReturnValue:
    """Show who is in a cohort; to who facilitates it, its code and how it was paired."""
    cohort = cohorts.find(db.session, key, viewer_id=me().id)
    opens = cohort.is_mine_to_run and cohort.archived_at is None
    return render_template(
        "cohorts/show.html",
        cohort=cohort,
        members=cohorts.members_of(db.session, cohort, viewer_id=me().id),
        positions=POSITIONS,
        kept=agreements.kept_by(db.session, cohort.id, me().id),
        link=link_of(cohort.code) if opens else "",
        picture=picture_of(link_of(cohort.code)) if opens else "",
        pairings=_pairings(cohort) if cohort.is_mine_to_run else [],
        titles={
            each.script.scenario.id: each.script.scenario.title
            for each in library.on_offer(db.session)
        }
        if cohort.is_mine_to_run
        else {},
    )


def _pairings(cohort: Joined) -> list[object]:
    return [*invitations.pairings_of(db.session, cohort, since=now() - 30 * OPEN_FOR)]


@bp.post("/cohorts/<run:key>/agree")
@allow(Allowed.SIGNED_IN)
def agree(key: str) -> ResponseReturnValue:
    """Accept the working agreements as they stand now."""
    try:
        with writing(db.session):
            cohort = cohorts.find(db.session, key, viewer_id=me().id)
            version = request.form.get("agree", "")
            agreements.accept(db.session, cohort.id, me().id, version=version, now=now())
    except StaleMove as error:
        flash(str(error), "warning")
    return go_to(url_for(".show", key=key, _anchor="agreements"))


@bp.post("/cohorts/<run:key>/leave")
@allow(Allowed.SIGNED_IN)
def leave(key: str) -> ResponseReturnValue:
    """Leave a cohort."""
    try:
        with writing(db.session):
            cohort = cohorts.find(db.session, key, viewer_id=me().id)
            cohorts.leave(db.session, cohort, me().id)
    except Incomplete as error:
        flash(str(error), "error")
        return go_to(url_for(".show", key=key))
    flash(f"You have left “{cohort.name}”. What you practiced stays yours.", "success")
    return go_to(url_for(".index"))


@bp.get("/join")
@allow(Allowed.EVERYONE)
def ask_code() -> ResponseReturnValue:
    """Ask for the code of a cohort, and lead to what it opens."""
    typed = cohorts.clean_code(forms.clean(request.args.get("code", ""))[:40])
    if "code" not in request.args:
        return _code_page("")
    if not typed:
        return _code_page(NO_SUCH_CODE, status=404)
    return go_to(url_for(".ask_to_join", code=typed))


def _code_page(problem: str, *, status: int = 200) -> ResponseReturnValue:
    return render_template("cohorts/code.html", problem=problem), status


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code opens: a cohort, and whom it invites if it invites one person by name."""

    cohort: Behind
    invited: Invited | None = None

    @property
    def is_used(self) -> bool:
        """Whether it has let somebody else in."""
        used_by = self.invited.used_by if self.invited else None
        is_mine = current_user.is_authenticated and used_by == me().id
        return used_by is not None and not is_mine


@bp.get("/join/<cohort_code:code>")
@allow(Allowed.EVERYONE)
def ask_to_join(code: str) -> ResponseReturnValue:
    """Show which cohort a code opens, and what joining it means."""
    try:
        opened = _behind(code)
    except NotFound:
        return _code_page(NO_SUCH_CODE, status=404)
    except TooMany as error:
        return _code_page(str(error), status=429)
    if current_user.is_authenticated:
        for each in cohorts.cohorts_of(db.session, me().id):
            if each.id == opened.cohort.id:
                return go_to(url_for(".show", key=each.key))
    if opened.is_used:
        return _code_page(expected.USED, status=404)
    return _join_page(opened, code, {})


def _behind(code: str) -> Opened:
    """Return what is behind a code; a code that leads nowhere is counted. Commits.

    :raise NotFound: if there is nothing
    :raise TooMany: if somebody has been guessing
    """
    code_tried.refuse_too_many()
    try:
        if len(code) < PERSONAL_LENGTH:
            return Opened(cohorts.find_behind(db.session, code))
        invited = expected.find_behind(db.session, code)
        return Opened(invited.cohort, invited)
    except NotFound:
        code_tried.count_wrong()
        raise


def _join_page(
    opened: Opened, code: str, problems: dict[str, str], *, status: int = 200
) -> ResponseReturnValue:
    person = me() if current_user.is_authenticated else None
    invited = opened.invited
    known = person.position if person else None
    page = render_template(
        "cohorts/join.html",
        cohort=opened.cohort,
        invited=invited,
        code=code,
        problems=problems,
        asks_name=person is None or person.is_guest,
        name=request.form.get("name", own_name() or (invited.name if invited else "")),
        position=request.form.get("position", known or (invited.position if invited else None)),
        positions=POSITIONS,
    )
    return make_response(page, status)


@bp.post("/join/<cohort_code:code>")
@allow(Allowed.EVERYONE)
def join(code: str) -> ResponseReturnValue:
    """Join a cohort; somebody unknown becomes a guest with the name they give."""
    try:
        opened = _behind(code)
    except NotFound:
        return _code_page(NO_SUCH_CODE, status=404)
    except TooMany as error:
        return _code_page(str(error), status=429)
    if opened.is_used:
        return _code_page(expected.USED, status=404)
    try:
        name, position = _sent_person(opened.cohort)
    except Incomplete as error:
        return _join_page(opened, code, error.fields, status=422)
    person = auth.ensure_person()
    agreed = bool(opened.cohort.agreements.sentences)
    enter = expected.join if opened.invited else cohorts.join
    try:
        with writing(db.session):
            cohorts.introduce(db.session, person.id, name=name, position=position)
            key = enter(db.session, code, user_id=person.id, agreed=agreed, now=now())
    except StaleMove as error:
        return _code_page(str(error), status=404)
    flash(f"You are in “{opened.cohort.name}”.", "success")
    return go_to(url_for(".show", key=key))


def _sent_person(cohort: Behind) -> tuple[str, WorkPosition]:
    """Return the name and the position of who joins, and that they accept what is agreed on.

    :raise Incomplete: if something of it is missing
    """
    problems = dict[str, str]()
    name, position = "", auth.sent_position()
    try:
        name = sent_name()
    except Incomplete as error:
        problems |= error.fields
    if position is None:
        problems["position"] = "Say where you work. It stands before your name."
    version = cohort.agreements.version
    if version and request.form.get("agree") != version:
        is_other = "agree" in request.form
        problems["agree"] = agreements.CHANGED if is_other else "Read them, then tick this."
    if problems or position is None:
        raise Incomplete(problems)
    return name, position
