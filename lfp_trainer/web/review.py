"""How a cohort chose, named and rated, for who facilitates it: the whole of a scenario, and what
stands behind each number.

Names are on no page unless they are asked for, since a page may be on a projector.
"""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.rubric import NE, level_name
from lfp_trainer.errors import NotFound
from lfp_trainer.services import cohorts, review
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.review import Page
from lfp_trainer.web import review_answers, review_page, review_wanted
from lfp_trainer.web.asker import me
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import render
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.review_wanted import Wanted

bp = Blueprint("review", __name__, url_prefix="/cohorts/<run:key>/review")

MOST_PAGES = 10_000
MOST_REASONS = 10
"""Of one level, as many as stand on the page of a card; the answers behind it have them all."""


@bp.get("")
@allow(Allowed.SIGNED_IN)
def index(key: str) -> ResponseReturnValue:
    """List the scenarios of which a cohort shows something."""
    cohort = _cohort(key)
    found = review.reviewable(db.session, cohort, me().id)
    return render_template("review/index.html", cohort=cohort, found=found)


@bp.get("/<slug:scenario_id>")
@allow(Allowed.SIGNED_IN)
def show(key: str, scenario_id: str) -> Response:
    """Show how a cohort chose, named and rated in one scenario, or some of its people."""
    cohort, wanted = _asked(key, scenario_id)
    found = review_page.conversations(db.session, wanted)
    named, rated = review_answers.answers_of(db.session, wanted)
    response = render(
        "review/scenario.html",
        fragment="review/_overview.html",
        **_about(cohort, wanted),
        it=found,
        diagnosed=named.people,
        named=review_answers.named(named, wanted),
        why=named.reasons,
        rated=rated,
        leaders=review_answers.leaders(rated, wanted),
        agreed=review_answers.agreed(rated, wanted),
    )
    # The address of what is looked at, to be kept: without the fields that ask for nothing.
    response.headers["HX-Replace-Url"] = url_for(".show", **wanted.address())
    return response


@bp.get("/<slug:scenario_id>/responses/<slug:scene_id>/<slug:choice_id>")
@allow(Allowed.SIGNED_IN)
def show_response(key: str, scenario_id: str, scene_id: str, choice_id: str) -> ResponseReturnValue:
    """Show who took a response, and why."""
    cohort, wanted = _asked(key, scenario_id)
    page = review.choices_behind(db.session, wanted.scope, scene_id, choice_id, page=_number())
    scene = wanted.scope.script.scenario.scenes[scene_id]
    return _behind(
        cohort,
        wanted,
        page,
        place={"scene_id": scene_id, "choice_id": choice_id},
        heading=scene.title,
        what=scene.choices[choice_id].text,
        nothing="Nobody who is shown here took this response.",
    )


@bp.get("/<slug:scenario_id>/diagnosis/<string(maxlength=32):part>/<string(maxlength=32):code>")
@allow(Allowed.SIGNED_IN)
def show_named(key: str, scenario_id: str, part: str, code: str) -> ResponseReturnValue:
    """Show who named something in the diagnosis, and why."""
    cohort, wanted = _asked(key, scenario_id)
    page = review.diagnoses_behind(db.session, wanted.scope, part, code, page=_number())
    return _behind(
        cohort,
        wanted,
        page,
        place={"part": part, "code": code},
        heading=review_answers.PARTS[part],
        what=review_answers.words_of(wanted.scope.script, part)[code].name,
        nothing="Nobody who is shown here named this.",
    )


@bp.get("/<slug:scenario_id>/ratings/<slug:leader>/<string(maxlength=32):strand>")
@allow(Allowed.SIGNED_IN)
def show_card(key: str, scenario_id: str, leader: str, strand: str) -> ResponseReturnValue:
    """Show what the ratings of one leader on one strand rest on."""
    cohort, wanted = _asked(key, scenario_id)
    found = review.evidence(db.session, wanted.scope, wanted.round, (leader, strand))
    rated = review.rated(db.session, wanted.scope, wanted.round).card(leader, strand)
    if rated is None:
        raise NotFound
    return render_template(
        "review/card.html",
        **_about(cohort, wanted),
        heading=_card_name(wanted, leader, strand),
        card=review_answers.card_of(rated, wanted),
        cited=found.cited,
        reasons=review_answers.reasons_by_level(found.reasons),
        most_reasons=MOST_REASONS,
    )


@bp.get(
    "/<slug:scenario_id>/ratings/<slug:leader>/<string(maxlength=32):strand>"
    "/<string(maxlength=2):level>"
)
@allow(Allowed.SIGNED_IN)
def show_level(
    key: str, scenario_id: str, leader: str, strand: str, level: str
) -> ResponseReturnValue:
    """Show who gave a level, and why."""
    cohort, wanted = _asked(key, scenario_id)
    number = _level(wanted, strand, level)
    page = review.ratings_behind(
        db.session, wanted.scope, wanted.round, (leader, strand), number, page=_number()
    )
    return _behind(
        cohort,
        wanted,
        page,
        place={"leader": leader, "strand": strand, "level": level},
        heading=_card_name(wanted, leader, strand),
        what=level_name(wanted.scope.script.rubric, strand, number),
        nothing="Nobody who is shown here gave this.",
    )


def _asked(key: str, scenario_id: str) -> tuple[Joined, Wanted]:
    cohort = _cohort(key)
    wanted = review_wanted.wanted(db.session, cohort, scenario_id, request.args, viewer_id=me().id)
    return cohort, wanted


def _cohort(key: str) -> Joined:
    return cohorts.find_to_review(db.session, key, viewer_id=me().id)


def _number() -> int:
    number: int = request.args.get("page", 1, type=int)
    return number if 1 <= number <= MOST_PAGES else 1


def _level(wanted: Wanted, strand: str, level: str) -> int | None:
    """Return the level an address names; None for NE.

    :raise NotFound: if the strand has no such level
    """
    strands = wanted.scope.script.rubric.strands
    if strand not in strands:
        raise NotFound
    if level == NE:
        return None
    for number in range(1, len(strands[strand].levels) + 1):
        if level == str(number):
            return number
    raise NotFound


def _card_name(wanted: Wanted, leader: str, strand: str) -> str:
    script = wanted.scope.script
    return f"{script.scenario.cast[leader].name}: {script.rubric.strands[strand].name.lower()}"


def _about(cohort: Joined, wanted: Wanted) -> dict[str, Any]:
    """Return what every page about one scenario needs."""
    script = wanted.scope.script
    return {
        "cohort": cohort,
        "wanted": wanted,
        "title": script.scenario.title,
        "scenario_id": script.scenario.id,
        "rubric": script.rubric,
        "least": review_answers.LEAST_FOR_PERCENT,
    }


def _behind(
    cohort: Joined,
    wanted: Wanted,
    page: Page[Any],
    *,
    place: dict[str, str],
    heading: str,
    what: str,
    nothing: str,
) -> ResponseReturnValue:
    scenario = wanted.scope.script.scenario
    endpoint = request.endpoint or ""

    def at(**more: Any) -> str:
        return url_for(endpoint, **wanted.address(**{**place, **more}))

    return render_template(
        "review/behind.html",
        **_about(cohort, wanted),
        page=page,
        pages=-(-page.of // review.AT_ONCE),
        names_href=at(page=page.number, names=None if wanted.with_names else 1),
        page_at=at,
        heading=heading,
        what=what,
        nothing=nothing,
        positions=POSITIONS,
        seats={id: member.name for id, member in scenario.cast.items()},
        sentences=scenario.sentences,
    )
