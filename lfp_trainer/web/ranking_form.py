"""What the form that ranks responses sends, and which way of playing a page asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import request

from lfp_trainer.engine import ranking
from lfp_trainer.web import forms

RANK = "rank"
"""The way in which all responses are ranked; without a way, one of them is picked."""

_PLACE = "place-"


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent, where it comes back with what is missing."""

    places: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""

    def misplaced(self, offered: Collection[str]) -> frozenset[str]:
        """Return the responses that need another place."""
        return ranking.misplaced({id: self.places.get(id) for id in offered})


def asked_way() -> str:
    """Return how the open decision is to be played, by the address or the form."""
    return RANK if request.values.get("way") == RANK else ""


def sent_places() -> dict[str, int]:
    """Return the places given to responses, those alone that are numbers."""
    sent = {
        name.removeprefix(_PLACE): forms.number(name, most=99)
        for name in request.form
        if name.startswith(_PLACE)
    }
    return {id: place for id, place in sent.items() if place is not None}


def typed_order(steps_taken: int) -> Typed:
    """Return what was written in the form of the decision that follows so many steps."""
    if request.form.get("step") != f"{steps_taken}":
        return Typed()
    return Typed(sent_places(), forms.clean(request.form.get("reason", "")))
