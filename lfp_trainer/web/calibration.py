"""A person's own calibration profile: every figure drawn, in words, and with what to try next.

Nobody else is ever shown it, and nothing on it is a grade.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.calibration import Missing, Parts, Wanted
from lfp_trainer.engine.calibration.parts import by_levels, by_share
from lfp_trainer.engine.calibration.profile import WINDOW
from lfp_trainer.engine.calibration.trend import IN_A_SITTING, SITTINGS
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.engine.exercise.report import LEANS
from lfp_trainer.services import calibration, exercise_sets, shelf
from lfp_trainer.services.calibration import Reading, key_of
from lfp_trainer.storage.models import WorkPosition
from lfp_trainer.web import calibrate_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.calibration_advice import Advisor
from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("calibration", __name__)

FIGURES = {
    "in_band": "In the band",
    "trend": "Sitting by sitting",
    "leaning": "Which way you lean",
    "strands": "Strand by strand",
    "agreement": "How far apart",
    "roles": "Role by role",
    "halo": "One level for everything",
    "silence": "Where the text says too little",
    "spread": "How much of the ladder you use",
    "kappa": "Agreement beyond chance",
}
"""Each figure of a profile and what it is called, in the order of the page."""


@bp.get("/calibration")
@allow(Allowed.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show how the person who is asking rates, on one rubric."""
    readings = _mine()
    asked = request.args.get("rubric")
    reading = next((each for each in readings if each.key == asked), next(iter(readings), None))
    told: dict[str, Any] = {"reading": None}
    if reading is not None:
        told = told_of(reading, shelf.cards(db.session, me().id), me().position)
    return render_template(
        "calibration/calibration.html",
        readings=readings,
        set_ratings=_ratings_of_a_set(),
        most=WINDOW,
        most_sittings=SITTINGS,
        **told,
    )


def at_home(cards: Sequence[shelf.Card]) -> dict[str, Any]:
    """Return what the short form of it on a person's own page needs.

    :param cards: the shelf as this person sees it
    """
    reading = next(iter(_mine()), None)
    return {"reading": None} if reading is None else told_of(reading, cards, me().position)


def _mine() -> list[Reading]:
    exercise = calibrate_page.vignettes()
    return calibration.readings_of(db.session, me().id, exercise)


def told_of(
    reading: Reading, cards: Sequence[shelf.Card], position: WorkPosition | None
) -> dict[str, Any]:
    """Return the figures of a reading that can be told, and what the others need."""
    cases = calibration.cases_for(cards, reading.rubric)
    advice = Advisor(reading.rubric, _trained_on(reading), cases).on(reading)
    figures = {name: getattr(reading.profile, name) for name in FIGURES}
    own_role = calibration.own_role(position, reading.rubric)
    return {
        "reading": reading,
        "titles": FIGURES,
        "leans": LEANS,
        "in_a_sitting": IN_A_SITTING,
        "figures": {name: each for name, each in figures.items() if name in advice},
        "needs": {
            name: needs(each, reading)
            for name, each in figures.items()
            if isinstance(each, Missing)
        },
        "advice": advice,
        "own_role": own_role,
        "role_names": {
            name: f"the role “{role}”" + (" (your own)" if name == own_role else "")
            for name, role in reading.rubric.roles.items()
        },
        "strand_names": {
            name: f"“{strand.name}”" for name, strand in reading.rubric.strands.items()
        },
        "roles_apart": _roles_apart(reading.profile.roles, own_role),
    }


def _roles_apart(roles: Parts | Missing | None, own: str | None) -> dict[str, Any]:
    """Return by what two roles differ, the own one first where it is one of them."""
    if not isinstance(roles, Parts):
        return {}
    return {"share": by_share(roles.parts, own), "levels": by_levels(roles.parts, own)}


def _trained_on(reading: Reading) -> Exercise | None:
    """Return the vignettes, where they are rated on the same ladders."""
    exercise = calibrate_page.vignettes()
    rubric = exercise.rubrics.get(reading.rubric.id) if exercise else None
    return exercise if rubric is not None and key_of(rubric) == reading.key else None


def _ratings_of_a_set() -> int | None:
    """Return about how many ratings a set of vignettes is; None where there are no vignettes."""
    exercise = calibrate_page.vignettes()
    return None if exercise is None else exercise_sets.SET_SIZE * len(exercise.cards)


_WHERE = {
    Wanted.RATINGS: "",
    Wanted.LEVELS: " with a level on both sides",
    Wanted.SILENT: " where the reference finds too little in the text",
    Wanted.LEADERS: " whose strands the reference tells apart",
    Wanted.SITTINGS: f" of {IN_A_SITTING} ratings or more; a case or a set of vignettes is one",
}


def needs(missing: Missing, reading: Reading) -> str:
    """Say how much more a figure needs before it can be told."""
    one, many = {
        Wanted.LEADERS: ("person", "people"),
        Wanted.SITTINGS: ("sitting", "sittings"),
    }.get(missing.of, ("rating", "ratings"))
    role = reading.rubric.roles.get(missing.about or "")
    strand = reading.rubric.strands.get(missing.about or "")
    about = f" of a {role[:1].lower()}{role[1:]}" if role else ""
    about += f" on “{strand.name}”" if strand else ""
    return f"{missing.more} more {one if missing.more == 1 else many}{about}{_WHERE[missing.of]}."
