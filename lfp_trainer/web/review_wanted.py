"""Whose answers of a review somebody asks for, as the address of a page says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.services import review
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.models import Round, WorkPosition
from lfp_trainer.web.auth import POSITIONS

ROUNDS = {"before": "First, before the conversation", "after": "Second, after the conversation"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at, and what else the page offers to look at."""

    scope: Scope
    round: Round
    with_names: bool
    asked: Mapping[str, str]
    """Filter → word, of those that narrow anything."""
    offers: Mapping[str, Mapping[str, str]]
    """Filter → word → what a person reads."""

    def address(self, **more: Any) -> dict[str, Any]:
        """Return what an address needs to ask for the same again, of this or another page."""
        names = {"names": 1} if self.with_names else {}
        place = {"key": self.scope.cohort_key, "scenario_id": self.scope.scenario_id}
        return {**place, **self.asked, **names, **more}


def wanted(
    session: Session,
    cohort: Joined,
    scenario_id: str,
    sent: Mapping[str, str],
    *,
    viewer_id: int,
) -> Wanted:
    """Return what the fields of an address ask for; a word that is not offered asks for nothing.

    :raise NotFound: if the cohort shows this person nothing of the scenario
    """
    scope = review.scope_of(session, cohort, scenario_id, viewer_id=viewer_id)
    offers = _offers(scope)
    asked = {name: word for name, words in offers.items() if (word := sent.get(name)) in words}
    if "version" in asked:
        scope = review.scope_of(
            session, cohort, scenario_id, viewer_id=viewer_id, version_id=int(asked["version"])
        )
        offers = _offers(scope)
        asked = {name: word for name, word in asked.items() if word in offers[name]}
    if asked.get("round") == Round.BEFORE:
        del asked["round"]
    narrowed = replace(
        scope,
        position=WorkPosition(asked["position"]) if "position" in asked else None,
        seat=asked.get("seat"),
    )
    return Wanted(
        scope=narrowed,
        round=Round(asked.get("round", Round.BEFORE)),
        with_names=sent.get("names") == "1",
        asked=asked,
        offers=offers,
    )


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _offers(scope: Scope) -> dict[str, dict[str, str]]:
    scenario = scope.script.scenario
    seats = {id: scenario.cast[id].name for id in scenario.seats}
    versions = {
        str(each.id): f"{each.published_at:%Y-%m-%d}, {_people(each.people)}"
        for each in scope.versions
    }
    return {
        "position": {key.value: words for key, words in POSITIONS.items()},
        "seat": {**seats, BOTH: "All of them, alone"} if len(seats) > 1 else {},
        "round": ROUNDS,
        "version": versions if len(versions) > 1 else {},
    }
