"""What the pages of a showing are made of: one value, asked once, however many pages follow it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, make_response, render_template, request

from lfp_trainer.engine.script import Script
from lfp_trainer.services import projector, room_sums, showing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.projector import DECISION, DIAGNOSIS, RATING, Item, Now
from lfp_trainer.services.showing import Shown
from lfp_trainer.storage.models import Phase
from lfp_trainer.web import asker
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import render, wants_fragment

JUST_OVER = timedelta(hours=12)
"""How long a page says that it is over, and not that it has not begun."""
KINDS = {DIAGNOSIS: "Diagnosis", DECISION: "Decision", RATING: "Rating"}
_PHASES = {
    Phase.HIDDEN: "Question",
    Phase.SPLIT: "Split",
    Phase.REFERENCE: "Reference",
    Phase.LED_TO: "What followed",
}
_PHASES_OF = {
    DECISION: _PHASES,
    RATING: _PHASES | {Phase.SPLIT: "Ratings", Phase.LED_TO: "Sentences"},
    DIAGNOSIS: _PHASES | {Phase.SPLIT: "Named"},
}


def install(app: Flask) -> None:
    """Let every page of a cohort tell whether something is shown in it now."""
    app.jinja_env.globals.update(is_showing=is_showing, phase_words=phase_words)


def is_showing(cohort: Joined) -> bool:
    """Tell whether something is on the screen of a cohort."""
    stands = _stands(cohort)
    return stands is not None and stands.is_open


def phase_words(item: Item, phase: Phase) -> str:
    """Return what a phase of an item is called."""
    return _PHASES_OF[item.kind][phase]


def _stands(cohort: Joined) -> Now | None:
    """Return where the showing of a cohort stands; nothing is shown to one that is closed."""
    return None if cohort.archived_at else projector.find(db.session, cohort.id)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows now; nothing where nothing is shown."""

    cohort: Joined
    stands: Now | None
    shown: Shown | None
    script: Script | None

    @property
    def version(self) -> int:
        return self.stands.version if self.stands else 0

    @property
    def tag(self) -> str:
        """What tells this from anything the same page has shown or will show."""
        return f"{self.version}.{self.shown.digest if self.shown else self.is_just_over}"

    @property
    def is_just_over(self) -> bool:
        stands = self.stands
        return stands is not None and asker.now() - stands.changed_at < JUST_OVER

    @property
    def up_next(self) -> str:
        """What the next press brings; empty at the end."""
        if self.stands is None or self.script is None:
            return ""
        after = projector.following(self.stands)
        if after == self.stands:
            return ""
        if after.at == self.stands.at:
            return phase_words(after.item, after.phase)
        return showing.title_of(self.script, after.item)

    @property
    def titles(self) -> list[tuple[str, str]]:
        """Kind and title of each item of the agenda."""
        if self.stands is None or self.script is None:
            return []
        return [
            (KINDS[each.kind], showing.title_of(self.script, each)) for each in self.stands.items
        ]

    @property
    def reference(self) -> Shown | None:
        """What will be told of the item, without any number: for who drives alone."""
        if self.stands is None or self.script is None:
            return None
        ahead = self.stands.moved(self.stands.at, Phase.REFERENCE)
        return showing.tell(self.script, ahead, room_sums.NOTHING)


def look(cohort: Joined) -> Page:
    """Return what a page of a cohort shows now."""
    stands = _stands(cohort)
    if stands is None or not stands.is_open:
        return Page(cohort, stands, None, None)
    script = showing.script_of(db.session, stands)
    return Page(cohort, stands, showing.look(db.session, cohort, stands), script)


def answer(name: str, cohort: Joined, *, status: int = 200, said: str = "") -> Response:
    """Render one of the three pages, or its part; nothing where the asker has it already.

    :param name: screen, remote or room
    :param said: a sentence about what just happened
    """
    page = look(cohort)
    if not said and wants_fragment() and request.headers.get("HX-PTag") == page.tag:
        return make_response("", 304)
    context: dict[str, Any] = {
        "cohort": cohort,
        "page": page,
        "shown": page.shown,
        "said": said,
        "kinds": KINDS,
        "rubric": page.script.rubric if page.script else None,
    }
    response = render(
        f"projector/{name}.html", fragment=f"projector/_{name}.html", status=status, **context
    )
    response.headers["HX-PTag"] = page.tag
    if wants_fragment():
        response.headers["HX-Retarget"] = f"#{name}"
        response.headers["HX-Reswap"] = "outerMorph"
    return response


def set_up(cohort: Joined, *, status: int = 200, **context: Any) -> Response:
    """Render the page on which a showing is prepared."""
    html = render_template(
        "projector/set_up.html", cohort=cohort, page=look(cohort), kinds=KINDS, **context
    )
    return make_response(html, status)
