"""The shelf as one person sees it: what is on offer, what they made of it, what to try next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import NotFound
from lfp_trainer.scenario_map import Chart, taken, veil
from lfp_trainer.services import library, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Stage


@dataclass(frozen=True, slots=True)
class Played:
    """What one person has made of one scenario, whichever of its versions they played."""

    open: Seated | None = None
    """The latest run that is not finished."""
    latest: Seated | None = None
    """The latest run that came to an ending, which one may look back at without a spoiler."""
    ended: int = 0
    """How many runs came to an ending."""
    diagnosed: bool = False
    """True once a diagnosis was committed: the reference diagnosis gives nothing away any more."""
    best: str = ""
    """The title of the best ending; an author lists the best first."""
    best_on: datetime | None = None
    """When that was first reached."""


@dataclass(frozen=True, slots=True)
class Card:
    """One scenario on the shelf."""

    published: Published
    played: Played

    @property
    def scenario(self) -> Scenario:
        return self.published.script.scenario

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that are not at scale, in the order of the vocabulary."""
        answer = self.scenario.diagnosis.systems
        named = {*answer.primary, *answer.secondary}
        return tuple(code for code in self.published.script.vocabulary.systems if code in named)


class Practice(StrEnum):
    """How far one has come with a scenario."""

    NEW = "new"
    OPEN = "open"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Whatever is empty does not narrow the search."""

    words: str = ""
    school: str = ""
    seat: str = ""
    system: str = ""
    minutes: int | None = None
    """At most so many."""
    practice: Practice | None = None

    @property
    def narrows(self) -> bool:
        """True where more than words is asked for."""
        return self != Wanted(words=self.words)

    def takes(self, card: Card) -> bool:
        """Tell whether a card is among what is looked for."""
        scenario, played = card.scenario, card.played
        stands = {
            None: True,
            Practice.NEW: not played.ended and played.open is None,
            Practice.OPEN: played.open is not None,
            Practice.FINISHED: bool(played.ended),
        }
        said = _said(scenario)
        return (
            all(word in said for word in self.words.casefold().split())
            and self.school in ("", scenario.school)
            and (not self.seat or self.seat in scenario.seats)
            and (not self.system or self.system in card.systems)
            and (self.minutes is None or scenario.minutes <= self.minutes)
            and stands[self.practice]
        )


def _said(scenario: Scenario) -> str:
    """Return what the outside of a scenario says, for a search. Its story stays unread."""
    overview = scenario.overview
    parts = [scenario.title, scenario.summary, *scenario.sentences.values()]
    parts += [f"{member.name} {member.position}" for member in scenario.cast.values()]
    if overview is not None:
        parts += [*overview.snapshot, *overview.trade_offs]
    return " ".join(parts).casefold()


def cards(session: Session, viewer_id: int | None) -> list[Card]:
    """Return every scenario on offer by title, with what the viewer has played of it."""
    played = {} if viewer_id is None else played_by(session, viewer_id)
    return [
        Card(each, played.get(each.script.scenario.id, Played()))
        for each in library.on_offer(session)
    ]


def card_of(session: Session, scenario_id: str, viewer_id: int | None) -> Card:
    """Return one scenario on offer, with what the viewer has played of it.

    :raise NotFound: if no such scenario is on offer
    """
    published = library.current(session, scenario_id)
    played = {} if viewer_id is None else played_by(session, viewer_id)
    return Card(published, played.get(scenario_id, Played()))


def played_by(session: Session, viewer_id: int) -> Mapping[str, Played]:
    """Return what a person has played: scenario id → what they made of it."""
    taken: dict[str, list[Seated]] = {}
    for seated in runs.runs_of(session, viewer_id):
        taken.setdefault(seated.scenario_id, []).append(seated)
    return {id: _played(session, mine) for id, mine in taken.items()}


def _played(session: Session, mine: Sequence[Seated]) -> Played:
    """Sum up the runs of one scenario, the latest first."""
    ended = [each for each in mine if each.ending_id is not None]
    found = [(*_ending_of(session, each), each.ended_at) for each in ended]
    # Not by title: an author may have given the same ending another one since.
    best = min(found, key=lambda each: (each[0], each[2]), default=None)
    return Played(
        open=next((each for each in mine if each.stage is not Stage.DONE), None),
        latest=next(iter(ended), None),
        ended=len(ended),
        diagnosed=any(runs.has_reached(each, Stage.RATING) for each in mine),
        best=best[1] if best else "",
        best_on=best[2] if best else None,
    )


def _ending_of(session: Session, seated: Seated) -> tuple[int, str]:
    """Return the place of a run's ending among its version's endings, and its title."""
    script = library.script_of(session, seated.version_id, seated.digest)
    for place, compiled in enumerate(script.endings):
        if compiled.ending.id == seated.ending_id:
            return place, compiled.ending.title
    raise AssertionError("a run ends in one of its version's endings")


def map_of(session: Session, card: Card) -> tuple[Chart, frozenset[object]]:
    """Return a scenario's map as far as the viewer may see it, and the way of their latest run.

    Before a first ending it names only the scenes they have been to.
    """
    script, played = card.published.script, card.played
    chart = library.chart_of(card.published.digest, script)
    seen = played.latest or played.open
    way: frozenset[object] = frozenset()
    # A run of an earlier version went another way, and one that has not come to play went none.
    if seen and seen.digest == card.published.digest and runs.has_reached(seen, Stage.ROLE_PLAY):
        way = taken(script, runs.path_of(session, seen.run_id))
    return (chart if played.ended else veil(chart, way)), way


def before(session: Session, card: Card) -> Scenario | None:
    """Return the scenario that is better played before this one, if it is on offer."""
    if card.scenario.follows is None:
        return None
    try:
        return library.current(session, card.scenario.follows).script.scenario
    except NotFound:
        return None


def sift(shelf: Iterable[Card], wanted: Wanted) -> list[Card]:
    """Return the cards that are looked for."""
    return [card for card in shelf if wanted.takes(card)]


def suggest(shelf: Iterable[Card]) -> Card | None:
    """Return what to try next: the shortest that was not finished yet, or else the shortest.

    Somebody who has twenty minutes between two meetings should not begin with the longest, nor
    with the second half of a story.
    """
    cards = list(shelf)
    unfinished = {card.scenario.id for card in cards if not card.played.ended}
    return min(
        cards,
        key=lambda card: (
            bool(card.played.ended),
            card.scenario.follows in unfinished,
            card.scenario.minutes,
            card.scenario.title,
        ),
        default=None,
    )
