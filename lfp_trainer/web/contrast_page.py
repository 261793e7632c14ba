"""The pages of a contrast: which step shows, and what it needs to know.

Every view ends here, so a page and the fragment of it that htmx asks for are the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from flask import Flask, Response, current_app, url_for

from lfp_trainer.engine.exercise import Card, Exercise
from lfp_trainer.engine.exercise.contrast import Page, can_contrast, find_differences, pages_of
from lfp_trainer.engine.exercise.report import report, told_apart
from lfp_trainer.engine.rubric import Rating
from lfp_trainer.errors import NotFound
from lfp_trainer.services import contrast, exercise_sets, exercise_shelf, library
from lfp_trainer.services.contrast import is_committed
from lfp_trainer.services.exercise_sets import RatedSet
from lfp_trainer.services.ratings import Kept
from lfp_trainer.web import rated_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.extensions import db

STORIES, DIFFER = "stories", "differ"
"""The first step and the last one; between them, one for each rubric."""

BLANK = Kept(Rating(None), not_enough=False)
"""A row in which nothing has been answered."""


def install(app: Flask) -> None:
    """Tell templates which texts can be held against each other."""
    app.jinja_env.globals["contrasts_of"] = contrasts_of


def contrasts_of(scenario_id: str | None = None) -> list[Exercise]:
    """Return what holds texts against each other: all of it, or what has this scenario's case.

    A case is to be read only while its scenario is on offer.
    """
    found = [
        each
        for each in exercise_shelf.on_shelf(current_app.config["SCENARIOS"]).values()
        if can_contrast(each) and (scenario_id is None or scenario_id in each.scenarios)
    ]
    offered = _on_offer() if found else set()
    return [each for each in found if each.scenarios <= offered]


def _on_offer() -> set[str]:
    return {each.script.scenario.id for each in library.on_offer(db.session)}


def still_open() -> list[tuple[Exercise, RatedSet]]:
    """Return the contrasts that the person who asks has begun and not finished."""
    found = []
    for exercise in contrasts_of():
        sets = exercise_sets.sets_of(db.session, me().id, exercise)
        found += [(exercise, each) for each in sets if not each.is_finished][-1:]
    return found


def the_contrast(exercise_id: str) -> Exercise:
    """Return an exercise that holds texts against each other.

    :raise NotFound: if there is none of that name, its file is broken, or a scenario whose case
        it is about is not on offer
    """
    for each in contrasts_of():
        if each.id == exercise_id:
            return each
    raise NotFound


def page_at(exercise: Exercise, number: int) -> Page:
    """Return a page by its number.

    :raise NotFound: if there is none
    """
    pages = pages_of(exercise)
    if not 1 <= number <= len(pages):
        raise NotFound
    return pages[number - 1]


def pages_on(exercise: Exercise, rubric_id: str) -> list[Page]:
    """Return the pages on which one rubric is used."""
    return [page for page in pages_of(exercise) if page.rubric == rubric_id]


def page_before(exercise: Exercise, here: Page) -> Page:
    """Return the page before one on the same rubric; itself, where it is the first."""
    pages = pages_on(exercise, here.rubric)
    return pages[max(pages.index(here) - 1, 0)]


def render_step(
    step: str, address: str, *, status: int = 200, exercise: Exercise, **context: Any
) -> Response:
    """Render one step.

    :param address: where Back and a reload come to it again
    """
    told = {"at": step, "steps": _stepper(exercise, context.get("rated")), **context}
    return rated_page.render_step(
        "contrast", address, status=status, step=step, exercise=exercise, **told
    )


def _stepper(exercise: Exercise, rated: RatedSet | None) -> list[dict[str, Any]]:
    first = {
        "key": STORIES,
        "name": "The stories",
        "href": url_for("contrast.show", exercise_id=exercise.id),
    }
    rubrics = [
        {
            "key": id,
            "name": scale.title,
            "href": _url_of_beside(exercise, rated, id) if rated else None,
        }
        for id, scale in exercise.rubrics.items()
    ]
    last = _url_of_set(exercise, rated) if rated and rated.is_finished else None
    return [first, *rubrics, {"key": DIFFER, "name": "Where they differ", "href": last}]


def _url_of_beside(exercise: Exercise, rated: RatedSet, rubric_id: str) -> str:
    return url_for(
        "contrast.show_beside", exercise_id=exercise.id, number=rated.number, rubric_id=rubric_id
    )


def _url_of_set(exercise: Exercise, rated: RatedSet) -> str:
    return url_for("contrast.show_set", exercise_id=exercise.id, number=rated.number)


def show_set(exercise_id: str, number: int) -> Response:
    """Show the page that is open, or where the texts differ."""
    exercise = the_contrast(exercise_id)
    rated = exercise_sets.find_set(db.session, me().id, exercise, number)
    page = contrast.first_open_page(exercise, rated)
    if page is not None:
        return _rows(exercise, rated, page)
    return render_step(
        DIFFER,
        _url_of_set(exercise, rated),
        exercise=exercise,
        rated=rated,
        # Each by itself: a step on a ladder of four is not one on a ladder of three.
        reports={
            id: report(exercise, [each for each in rated.compared if each.card.rubric == id])
            for id in exercise.rubrics
        },
        differences=find_differences(exercise, rated.compared),
    )


def show_rubric(
    exercise_id: str,
    number: int,
    rubric_id: str,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
) -> Response:
    """Show the ratings on one rubric beside the reference, or the page of it that is open.

    :param problems: why it could not be committed, where the page itself finds nothing missing
    :raise NotFound: if nothing is rated on such a rubric
    """
    exercise = the_contrast(exercise_id)
    if rubric_id not in exercise.rubrics:
        raise NotFound
    rated = exercise_sets.find_set(db.session, me().id, exercise, number)
    page = contrast.first_open_page(exercise, rated, rubric_id)
    if page is not None:
        return _rows(exercise, rated, page, status=status, problems=problems)
    return _beside(exercise, rated, rubric_id, status=status)


def show_page(
    exercise_id: str,
    number: int,
    page: int,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    typed: Mapping[Card, Kept] | None = None,
    message: str = "",
) -> Response:
    """Show a page of rows, to rate or beside the reference.

    :param problems: what to do about each field, beside what is missing
    :param typed: rows that could not be stored, as they were sent
    """
    exercise = the_contrast(exercise_id)
    rated = exercise_sets.find_set(db.session, me().id, exercise, number)
    here = page_at(exercise, page)
    if is_committed(rated, here.rubric):
        return _beside(exercise, rated, here.rubric, status=status, message=message)
    return _rows(
        exercise, rated, here, status=status, problems=problems, typed=typed, message=message
    )


def _rows(
    exercise: Exercise,
    rated: RatedSet,
    page: Page,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    typed: Mapping[Card, Kept] | None = None,
    message: str = "",
) -> Response:
    answered = rated.about(page.text)
    answered = replace(answered, kept={**answered.kept, **(typed or {})})
    rows = contrast.rows_of(rated, page)
    told: dict[str, str] = {}
    if status == 422:
        told = contrast.as_fields(contrast.find_unfinished(exercise, answered, rows))
        told = told | dict(problems or {}) if typed or not told else told
    return render_step(
        "rows",
        url_for(
            "contrast.show_page", exercise_id=exercise.id, number=rated.number, page=page.number
        ),
        status=status,
        exercise=exercise,
        at=page.rubric,
        rated=rated,
        answered=answered,
        page=page,
        pages=pages_on(exercise, page.rubric),
        rows=rows,
        errors=told,
        typed=typed or {},
        blank=BLANK,
        message=message,
    )


def _beside(
    exercise: Exercise, rated: RatedSet, rubric_id: str, *, status: int = 200, message: str = ""
) -> Response:
    compared = [
        each
        for each in chain.from_iterable(rated.about(id).compared for id in _told(exercise, rated))
        if each.card.rubric == rubric_id
    ]
    strands = exercise.rubrics[rubric_id].strands
    return render_step(
        "beside",
        _url_of_beside(exercise, rated, rubric_id),
        status=status,
        exercise=exercise,
        at=rubric_id,
        rated=rated,
        rubric_id=rubric_id,
        compared=compared,
        outdated=any(
            card.rubric == rubric_id for answered in rated.texts for card in answered.outdated
        ),
        apart={
            (each.text_id, each.card): told_apart(strands[each.card.strand], each)
            for each in compared
        },
        differences=find_differences(exercise, compared),
        onward=_url_of_set(exercise, rated),
        message=message,
    )


def _told(exercise: Exercise, rated: RatedSet) -> list[str]:
    """Return the texts of a set in the order in which they are told."""
    there = {each.text.id for each in rated.texts}
    return [id for id in exercise.texts if id in there]
