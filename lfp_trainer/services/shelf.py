"""The shelf as one person sees it: what is on offer, what they made of it, what to try next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import Scenario
from lfp_trainer.errors import NotFound
from lfp_trainer.scenario_map import Chart, taken, veil
from lfp_trainer.services import library, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.services.played import Best as Best
from lfp_trainer.services.played import Played as Played
from lfp_trainer.services.played import played_by
from lfp_trainer.storage.models import Stage


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
        said = _said(card)
        return (
            all(word in said for word in folded(self.words).split())
            and self.school in ("", scenario.school)
            and (not self.seat or self.seat in scenario.seats)
            and (not self.system or self.system in card.systems)
            and (self.minutes is None or scenario.minutes <= self.minutes)
            and stands[self.practice]
        )


_TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def folded(text: str) -> str:
    """Return text as a search compares it: a phone types other quotes than a case may hold."""
    return text.translate(_TYPED).casefold()


def _said(card: Card) -> str:
    """Return what the outside of a scenario says, for a search. Its story stays unread."""
    scenario, overview = card.scenario, card.scenario.overview
    parts = [scenario.title, scenario.summary, *scenario.sentences.values()]
    parts += [f"{member.name} {member.position}" for member in scenario.cast.values()]
    parts += [f"{scenario.minutes} minutes", f"{scenario.school} school" if scenario.school else ""]
    parts += ["a reconstruction"] if scenario.reconstruction else []
    if overview is not None:
        standards = card.published.script.vocabulary.standards
        parts += [*overview.snapshot, *overview.trade_offs]
        parts += [standards[code].name for code in overview.standards]
    return folded(" ".join(parts))


def cards(session: Session, viewer_id: int | None) -> list[Card]:
    """Return every scenario on offer by title, with what the viewer has played of it."""
    return _cards(session, library.on_offer(session), viewer_id)


def card_of(session: Session, scenario_id: str, viewer_id: int | None) -> Card:
    """Return one scenario on offer, with what the viewer has played of it.

    :raise NotFound: if no such scenario is on offer
    """
    (card,) = _cards(session, [library.current(session, scenario_id)], viewer_id)
    return card


def _cards(session: Session, offered: Sequence[Published], viewer_id: int | None) -> list[Card]:
    played = played_by(session, viewer_id, offered)
    return [Card(*each) for each in zip(offered, played, strict=True)]


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


def latest_open(shelf: Iterable[Card]) -> Seated | None:
    """Return the run to go on with: of those not finished, the one that was begun last."""
    runs = [card.played.open for card in shelf if card.played.open is not None]
    return max(runs, key=lambda run: run.started_at, default=None)


def suggest(shelf: Iterable[Card]) -> Card | None:
    """Return what to try next: the shortest that was not begun yet, or else the shortest.

    Somebody who has twenty minutes between two meetings should not begin with the longest, nor
    with the second half of a story.
    """
    cards = list(shelf)
    unfinished = {card.scenario.id for card in cards if not card.played.ended}
    return min(
        cards,
        key=lambda card: (
            bool(card.played.ended or card.played.open),
            card.scenario.follows in unfinished,
            card.scenario.minutes,
            card.scenario.title,
        ),
        default=None,
    )
