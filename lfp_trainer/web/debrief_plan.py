"""The plan for a debrief: suggested, changed, printed on one page."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import cohorts, debrief_plan, review
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.debrief_plan import MINUTES, MOST_BLOCKS, Block, Line
from lfp_trainer.services.debrief_plan.kept import TEXT_LIMIT, TITLE_LIMIT, USUAL, Plan
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.database import writing
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("debrief_plan", __name__, url_prefix="/cohorts/<run:key>/plan")

SPARE = 2
"""Empty parts that the form offers beside those there are."""
NOTHING = "-"
"""Stands in a form for a line that follows no answers."""
LETTERS_OF_A_PAGE = 5200
"""About as many as one sheet takes."""
Sent = tuple[int, Block]
"""A part as it was sent: where it stands, and what it is."""


def _find(key: str) -> Joined:
    return cohorts.find_to_review(db.session, key, viewer_id=me().id)


def _scope(key: str, scenario_id: str) -> tuple[Joined, Scope]:
    cohort = _find(key)
    return cohort, review.scope_of(db.session, cohort, scenario_id, viewer_id=me().id)


def _asked_minutes() -> int:
    asked = request.args.get("minutes", type=int)
    return asked if asked in MINUTES else USUAL


@bp.get("")
@allow(Allowed.ACCOUNTS)
def index(key: str) -> ResponseReturnValue:
    """List the scenarios that there is something to talk about of."""
    cohort = _find(key)
    found = review.reviewable(db.session, cohort, me().id)
    return render_template("debrief_plan/index.html", cohort=cohort, reviewable=found)


@bp.get("/<slug:scenario_id>")
@allow(Allowed.ACCOUNTS)
def show(key: str, scenario_id: str) -> ResponseReturnValue:
    """Show the plan, made for paper."""
    cohort, scope = _scope(key, scenario_id)
    minutes = _asked_minutes()
    plan = debrief_plan.plan_of(db.session, scope, minutes=minutes)
    return render_template(
        "debrief_plan/show.html",
        cohort=cohort,
        scope=scope,
        plan=plan,
        minutes=minutes,
        offered=MINUTES,
        is_long=sum(len(each.text) + len(each.title) for each in plan.blocks) > LETTERS_OF_A_PAGE,
    )


@bp.get("/<slug:scenario_id>/edit")
@allow(Allowed.ACCOUNTS)
def edit(key: str, scenario_id: str) -> ResponseReturnValue:
    """Offer the plan to be changed."""
    cohort, scope = _scope(key, scenario_id)
    minutes = _asked_minutes()
    plan = debrief_plan.plan_of(db.session, scope, minutes=minutes)
    return _form(cohort, scope, plan, plan.blocks, {})


def _form(
    cohort: Joined,
    scope: Scope,
    plan: Plan,
    blocks: tuple[Block, ...],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    spare = min(SPARE, MOST_BLOCKS - len(blocks))
    page = render_template(
        "debrief_plan/edit.html",
        cohort=cohort,
        scope=scope,
        plan=plan,
        blocks=[*blocks, *([Block(0, "", ())] * spare)],
        problems=problems,
        limits={"title": TITLE_LIMIT, "text": TEXT_LIMIT},
    )
    return page, status


@bp.post("/<slug:scenario_id>")
@allow(Allowed.ACCOUNTS)
def save(key: str, scenario_id: str) -> ResponseReturnValue:
    """Keep the plan as it was changed, or let it follow the answers again."""
    if request.form.get("act") == "anew":
        with writing(db.session):
            debrief_plan.forget(db.session, _scope(key, scenario_id)[1])
        flash("The plan follows the answers again.", "success")
        return go_to(url_for(".show", key=key, scenario_id=scenario_id))
    blocks: tuple[Block, ...] = ()
    try:
        blocks = _sent_blocks()
        with writing(db.session):
            _, scope = _scope(key, scenario_id)
            debrief_plan.save(
                db.session, scope, blocks, seen=forms.number("version") or 0, now=now()
            )
    except (Incomplete, StaleMove) as error:
        cohort, scope = _scope(key, scenario_id)
        plan = debrief_plan.plan_of(db.session, scope)
        told: dict[str, Any] = error.fields if isinstance(error, Incomplete) else {}
        problems = told or {"blocks": str(error)}
        status = 422 if told else 409
        return _form(cohort, scope, plan, blocks or _sent_blocks(cut=True), problems, status=status)
    flash("The plan is kept as you made it.", "success")
    return go_to(url_for(".show", key=key, scenario_id=scenario_id))


def _sent_blocks(*, cut: bool = False) -> tuple[Block, ...]:
    """Return the parts that were sent, in the order of their places.

    :param cut: keep what is too long, up to its limit, rather than refuse it
    :raise Incomplete: if something is too long
    """
    sent: list[Sent] = []
    follows = _lines_in_form()
    for number in range(1, MOST_BLOCKS + SPARE + 1):
        if forms.ticked(f"gone-{number}"):
            continue
        title, text = (
            forms.clean(request.form.get(f"{name}-{number}", "")) for name in ("title", "text")
        )
        title = " ".join(title.split())
        if not title and not text:
            continue
        for name, value, limit in (("title", title, TITLE_LIMIT), ("text", text, TEXT_LIMIT)):
            if not cut and forms.too_long(value, limit):
                raise Incomplete({f"{name}-{number}": forms.too_long(value, limit)})
        minutes = forms.number(f"minutes-{number}", 600) or 0
        place = forms.number(f"place-{number}", 999)
        block = Block(minutes, title[:TITLE_LIMIT], _sent_lines(text[:TEXT_LIMIT], follows))
        sent.append((number if place is None else place, block))
    return tuple(block for _, block in sorted(sent, key=lambda each: each[0]))


def _sent_lines(text: str, follows: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the lines of a part; one that stands as it did in the form still follows."""
    return tuple(Line(each, follows.get(each, "")) for each in text.splitlines() if each)


def _lines_in_form() -> dict[str, str]:
    """Return what each line of the form followed that told of answers, in whichever part."""
    found = dict[str, str]()
    for number in range(1, MOST_BLOCKS + SPARE + 1):
        was = forms.clean(request.form.get(f"was-{number}", "")).splitlines()
        names = request.form.get(f"follows-{number}", "").split()
        known = zip(was, names, strict=False)
        found |= {line: name for line, name in known if name != NOTHING}
    return found
