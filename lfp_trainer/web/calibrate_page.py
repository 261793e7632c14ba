"""The pages of calibration: which step shows, and what it needs to know.

Every view ends here, so a page and the fragment of it that htmx asks for are the same.
"""

from collections.abc import Mapping, Sequence, Sized
from typing import Any, TypeVar

from flask import Flask, Response, current_app, session, url_for

from lfp_trainer.engine.exercise import Card, Exercise, Kind
from lfp_trainer.engine.exercise.report import report, told_apart
from lfp_trainer.engine.rubric import Strand
from lfp_trainer.errors import NotFound
from lfp_trainer.services import calibrate, exercise_sets, exercise_shelf
from lfp_trainer.services.exercise_drafts import Window
from lfp_trainer.services.exercise_sets import Answered, RatedSet
from lfp_trainer.services.ratings import Kept
from lfp_trainer.web import rated_page
from lfp_trainer.web.asker import me
from lfp_trainer.web.extensions import db
from lfp_trainer.web.rating_form import new_window

STEPS = {
    "strands": "The strands",
    "anchors": "The anchors",
    "rate": "Rate alone",
    "outcome": "How it went",
}

LESSON = ("strands", "anchors")
"""The steps that one may pass over; the browser's session keeps which of them it has opened."""

Item = TypeVar("Item")

SHORT, PARAGRAPH = 7, 4
"""Sentences of a text that is one paragraph, and of each paragraph of a longer one."""


def install(app: Flask) -> None:
    """Read the exercises before anybody waits for them, and tell templates whether there is one."""
    app.jinja_env.globals["can_calibrate"] = can_calibrate
    app.jinja_env.filters["together"] = together
    with app.app_context():
        can_calibrate()


def together(sentences: Sized) -> int:
    """Return how many sentences make a paragraph.

    A short text is one: a last sentence that stood alone would draw the eye.
    """
    return len(sentences) if len(sentences) <= SHORT else PARAGRAPH


def can_calibrate() -> bool:
    """Tell whether there are vignettes to rate."""
    return vignettes() is not None


def vignettes() -> Exercise | None:
    """Return the first exercise of vignettes, whatever a district calls it."""
    found = exercise_shelf.on_shelf(current_app.config["SCENARIOS"]).values()
    return next((each for each in found if each.kind is Kind.VIGNETTES), None)


def the_exercise() -> Exercise:
    """Return the vignettes that are rated here.

    :raise NotFound: if there are none on this site, or their file is broken
    """
    found = vignettes()
    if found is None:
        raise NotFound
    return found


def my_sets() -> list[RatedSet]:
    """Return the sets of the person who is asking; none where there are no vignettes."""
    if not can_calibrate():
        return []
    return exercise_sets.sets_of(db.session, me().id, the_exercise())


def invites(rubric_id: str) -> bool:
    """Tell whether the person who is asking is about to use the levels of a rubric that has
    anchors, and never rated a vignette."""
    if not can_calibrate() or rubric_id not in the_exercise().rubrics:
        return False
    return not calibrate.has_begun(db.session, me().id, the_exercise())


def render_step(
    step: str, address: str, *, status: int = 200, exercise: Exercise, **context: Any
) -> Response:
    """Render one step.

    :param address: where Back and a reload come to it again
    """
    if step in LESSON:
        note_opened({step})
    steps = _stepper(context.get("rated"))
    return rated_page.render_step(
        "calibrate", address, status=status, step=step, steps=steps, exercise=exercise, **context
    )


def opened() -> set[str]:
    """Return which steps of the lesson this browser has opened since somebody signed in."""
    return {*session.get("lesson", ())}


def note_opened(steps: set[str]) -> None:
    session["lesson"] = sorted(opened() | steps)


def _stepper(rated: RatedSet | None) -> list[dict[str, Any]]:
    hrefs = {"strands": url_for("calibrate.strands"), "anchors": url_for("calibrate.anchors")}
    if rated is not None and rated.texts:
        hrefs["rate"] = url_of_text(rated.number, rated.texts[0].place)
    skipped = {*LESSON} - opened()
    return [
        {"key": key, "name": name, "href": hrefs.get(key), "skipped": key in skipped}
        for key, name in STEPS.items()
    ]


def url_of_text(number: int, place: int, strand: str | None = None) -> str:
    """Return the address of a vignette, or of one strand of it."""
    return url_for("calibrate.show_text", number=number, place=place, strand=strand)


def address_of(rated: RatedSet, answered: Answered) -> str:
    """Return the address of a vignette as it is now.

    One that is being rated has its strand in it: Back comes to the very card that was left.
    """
    strand = None if answered.committed else _card(the_exercise(), answered, None).strand
    return url_of_text(rated.number, answered.place, strand)


def my_set(number: int) -> RatedSet:
    """Find a set of the person who is asking.

    :raise NotFound: if they have none of that number
    """
    return exercise_sets.find_set(db.session, me().id, the_exercise(), number)


def show_set(rated: RatedSet) -> Response:
    """Show how a set went, or its first vignette that is open."""
    exercise = the_exercise()
    if rated.first_open is not None:
        return _text(exercise, rated, rated.first_open, None)
    return render_step(
        "outcome",
        url_for("calibrate.show_set", number=rated.number),
        exercise=exercise,
        rated=rated,
        report=report(exercise, rated.compared),
        sets=exercise_sets.sets_of(db.session, me().id, exercise),
    )


def show_text(
    rated: RatedSet,
    place: int,
    *,
    strand: str | None = None,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    typed: Mapping[Card, Kept] | None = None,
    window: Window | None = None,
    message: str = "",
) -> Response:
    """Show one vignette.

    :param strand: the one to rate; by default the first that is not finished
    :param problems: what to do about each field that keeps it from being committed
    :param typed: a rating that could not be stored, as it was sent
    :param window: the page that goes on showing, where no other one has written meanwhile
    """
    answered = rated.at(place)
    return _text(
        the_exercise(),
        rated,
        answered,
        strand,
        typed=typed or {},
        window=window,
        status=status,
        errors=problems or {},
        message=message,
    )


def _text(
    exercise: Exercise,
    rated: RatedSet,
    answered: Answered,
    strand: str | None,
    *,
    status: int = 200,
    typed: Mapping[Card, Kept] | None = None,
    window: Window | None = None,
    **context: Any,
) -> Response:
    told = {"exercise": exercise, "rated": rated, "answered": answered, **context}
    if answered.committed:
        return render_step(
            "beside",
            url_of_text(rated.number, answered.place),
            status=status,
            apart={
                each.card: told_apart(_strand(exercise, each.card), each)
                for each in answered.compared
            },
            onward=_onward(rated, answered),
            **told,
        )
    cards, card = [*answered.kept], _card(exercise, answered, strand)
    own, codes = (typed or {}).get(card, answered.kept[card]), answered.text.codes
    return render_step(
        "rate",
        url_of_text(rated.number, answered.place, card.strand),
        status=status,
        card=card,
        own=own,
        sentences={code: answered.text.sentences[id] for code, id in codes.items()},
        cited=[code for code, id in codes.items() if id in own.rating.evidence],
        window=window or new_window(answered.kept[card]),
        # Sent from a page that did not show it: seen now, it may be replaced.
        elsewhere=answered.kept[card] if typed and not window else None,
        before=after_in(cards[::-1], card),
        is_last=card == cards[-1],
        **told,
    )


def _card(exercise: Exercise, answered: Answered, strand: str | None) -> Card:
    """Return what is to be rated: the strand asked for, else the first that is not finished."""
    cards = [*answered.kept]
    unfinished = calibrate.first_unfinished(exercise, answered) or cards[-1]
    return next((each for each in cards if each.strand == strand), unfinished)


def _strand(exercise: Exercise, card: Card) -> Strand:
    return exercise.rubric_of(card).strands[card.strand]


def _onward(rated: RatedSet, answered: Answered) -> str:
    """Return where to go from a committed vignette: the next open one, or how the set went."""
    left = [each for each in rated.texts if not each.committed]
    following = next((each for each in left if each.place > answered.place), None) or next(
        iter(left), None
    )
    if following is None:
        return url_for("calibrate.show_set", number=rated.number)
    return address_of(rated, following)


def card_of(answered: Answered, strand: str) -> Card:
    """Return what a vignette is rated on under this name.

    :raise NotFound: if it is not rated on such a strand
    """
    for card in answered.kept:
        if card.strand == strand:
            return card
    raise NotFound


def after_in(items: Sequence[Item], item: Item) -> Item | None:
    """Return the item that follows; None after the last."""
    at = items.index(item) + 1
    return items[at] if at < len(items) else None
