"""The plan for a debrief: suggested, changed, printed on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import cohorts, debrief_plan, review
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.debrief_plan import MINUTES, MOST_BLOCKS, Block, Line
from lfp_trainer.services.debrief_plan.kept import TEXT_LIMIT, TITLE_LIMIT, USUAL
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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan as its form has it."""

    block: Block
    is_gone: bool = False
    """Whether it is to be left out."""


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
    return _form(cohort, scope, plan.version, [Part(each) for each in plan.blocks], {})


def _form(
    cohort: Joined,
    scope: Scope,
    version: int,
    parts: Sequence[Part],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    spare = max(min(SPARE, MOST_BLOCKS - len(parts)), 0)
    page = render_template(
        "debrief_plan/edit.html",
        cohort=cohort,
        scope=scope,
        version=version,
        parts=[*parts, *([Part(Block(0, "", ()))] * spare)],
        problems=problems,
        limits={"title": TITLE_LIMIT, "text": TEXT_LIMIT},
    )
    return page, status


@bp.post("/<slug:scenario_id>")
@allow(Allowed.ACCOUNTS)
def save(key: str, scenario_id: str) -> ResponseReturnValue:
    """Keep the plan as it was changed, or let it follow the answers again."""
    if request.form.get("act") == "anew":
        return _start_again(key, scenario_id)
    parts, seen = _sent_parts(), forms.number("version") or 0
    kept = [each.block for each in parts if not each.is_gone]
    try:
        _require_fitting(parts)
        with writing(db.session):
            _, scope = _scope(key, scenario_id)
            debrief_plan.save(db.session, scope, kept, seen=seen, now=now())
    except Incomplete as error:
        # What somebody else has saved meanwhile is told of once nothing else is wrong.
        return _form(*_scope(key, scenario_id), seen, parts, error.fields, status=422)
    except StaleMove as error:
        cohort, scope = _scope(key, scenario_id)
        version = debrief_plan.plan_of(db.session, scope).version
        return _form(cohort, scope, version, parts, {"blocks": str(error)}, status=409)
    flash("The plan is kept as you made it.", "success")
    return go_to(url_for(".show", key=key, scenario_id=scenario_id))


def _start_again(key: str, scenario_id: str) -> ResponseReturnValue:
    try:
        with writing(db.session):
            _, scope = _scope(key, scenario_id)
            debrief_plan.forget(db.session, scope, seen=forms.number("version") or 0)
        flash("The plan follows the answers again.", "success")
    except StaleMove as error:
        flash(str(error), "warning")
    return go_to(url_for(".show", key=key, scenario_id=scenario_id))


def _sent_parts() -> list[Part]:
    """Return the parts that were sent, in the order of their places."""
    sent: list[tuple[int, Part]] = []
    follows = _lines_in_form()
    for number in range(1, MOST_BLOCKS + SPARE + 1):
        title, text = (
            forms.clean(request.form.get(f"{name}-{number}", "")) for name in ("title", "text")
        )
        title = " ".join(title.split())
        if not title and not text:
            continue
        minutes = forms.number(f"minutes-{number}", 600) or 0
        place = forms.number(f"place-{number}", 999)
        part = Part(
            Block(minutes, title, _sent_lines(text, follows)), forms.ticked(f"gone-{number}")
        )
        sent.append((number if place is None else place, part))
    return [part for _, part in sorted(sent, key=lambda each: each[0])]


def _require_fitting(parts: Sequence[Part]) -> None:
    """Refuse what is longer than a plan takes.

    :raise Incomplete: with the fields of the form that shows these parts again
    """
    found = {}
    for number, each in enumerate(parts, start=1):
        for name, label, value, limit in (
            ("title", "title", each.block.title, TITLE_LIMIT),
            ("text", "what to say and ask", each.block.text, TEXT_LIMIT),
        ):
            if not each.is_gone and (wrong := forms.too_long(value, limit)):
                found[f"{name}-{number}"] = f"Part {number}, {label}: {wrong}"
    if found:
        raise Incomplete(found)


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
