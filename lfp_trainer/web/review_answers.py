"""What a page shows of a cohort's answers: what it named, how it rated, how closely it agrees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from lfp_trainer.engine.rubric import NE, Band
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.vocabulary import System, Term
from lfp_trainer.services import review
from lfp_trainer.services.review import Agreement, Diagnoses, Named, Rated, RatedCard, Why
from lfp_trainer.web.review_page import Row
from lfp_trainer.web.review_wanted import Wanted

LEAST_FOR_PERCENT = 10
"""From how many on a share is said in percent: of fewer, the count says more."""

PARTS = {
    "systems": "Not at scale",
    "failed_tests": "Failed tests",
    "who": "Who",
    "what": "What",
}
"""The parts of a diagnosis, as its form calls them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a diagnosis: what was named, the most often named first."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CardView:
    """The ratings of one leader on one strand, as they are drawn and said."""

    leader: str
    strand: str
    band: Band
    counts: Mapping[int | None, int]
    hrefs: Mapping[int | None, str]
    href: str
    people: int
    levels: str
    not_enough: int
    inside: str
    on_reference: str
    near_reference: str
    """At most one level from it."""
    exact: str
    adjacent: str


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who is rated, on one strand after another."""

    name: str
    position: str
    cards: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How closely raters agree, and what to say of it."""

    title: str
    raters: int
    alpha: float | None
    interval: tuple[float, float] | None
    why_not: str
    """Why there is no figure; empty where there is one."""
    why_no_interval: str


def words_of(script: Script, part: str) -> Mapping[str, Term | System]:
    """Return the words that a part of a diagnosis names: code → term."""
    words = script.vocabulary
    found: dict[str, Mapping[str, Term | System]] = {
        "systems": words.systems,
        "failed_tests": words.tests,
        "who": words.who,
        "what": words.barriers,
    }
    return found[part]


def named(found: Diagnoses, wanted: Wanted) -> tuple[Part, ...]:
    """Return what was named, part by part, beside what the reference names."""
    if not found.people:
        return ()
    return tuple(
        Part(PARTS[part], tuple(_row_of(part, each, wanted) for each in rows))
        for part, rows in found.parts.items()
    )


def _row_of(part: str, each: Named, wanted: Wanted) -> Row:
    terms = words_of(wanted.scope.script, part)
    return Row(
        text=terms[each.code].name if each.code in terms else each.code,
        count=each.people,
        href=url_for("review.show_named", **wanted.address(part=part, code=each.code)),
        note="reference" if each.in_reference else "also in the reference" if each.also else "",
    )


def leaders(found: Rated, wanted: Wanted) -> tuple[Leader, ...]:
    """Return how each leader was rated, on one strand after another."""
    if not found.people:
        return ()
    scenario = wanted.scope.script.scenario
    return tuple(
        Leader(
            scenario.cast[leader].name,
            scenario.cast[leader].position,
            tuple(card_of(each, wanted) for each in found.cards if each.leader == leader),
        )
        for leader in scenario.leaders
    )


def card_of(card: RatedCard, wanted: Wanted) -> CardView:
    """Return the ratings of one card as they are drawn and said."""
    place = {"leader": card.leader, "strand": card.strand}
    given = sum(card.levels.values())
    return CardView(
        leader=card.leader,
        strand=card.strand,
        band=card.reference.band,
        counts=dict([*card.levels.items(), (None, card.not_enough)]),
        hrefs={
            level: url_for("review.show_level", **wanted.address(**place, level=level or NE))
            for level in (*card.levels, None)
        },
        href=url_for("review.show_card", **wanted.address(**place)),
        people=card.people,
        levels=f"{given}",
        not_enough=card.not_enough,
        inside=_of(card.in_band, card.people),
        on_reference=_share(card.exact_with_reference, given),
        near_reference=_share(card.adjacent_with_reference, given),
        exact=_pairs(card.exact, given),
        adjacent=_pairs(card.adjacent, given),
    )


def _of(count: int, of: int) -> str:
    """Say a share: of few as counts, of many in percent too."""
    if not of:
        return "–"
    said = f"{count} of {of}"
    return said if of < LEAST_FOR_PERCENT else f"{said}, {round(100 * count / of)}%"


def _share(share: float | None, of: int) -> str:
    return "–" if share is None else _of(round(share * of), of)


def _pairs(share: float | None, raters: int) -> str:
    """Say a share of the pairs among raters."""
    if share is None:
        return "– needs two levels"
    pairs = raters * (raters - 1) // 2
    if raters < LEAST_FOR_PERCENT:
        return f"{round(share * pairs)} of {pairs} pairs"
    return f"{round(100 * share)}% of pairs"


def agreed(found: Rated, wanted: Wanted) -> tuple[Agreed, ...]:
    """Return how closely raters agree: over all, then strand by strand."""
    strands = wanted.scope.script.rubric.strands
    rows = [_agreed("All ratings together", found.overall, found.cards)]
    if len(found.strands) > 1:
        rows += [
            _agreed(
                strands[strand].name, each, [card for card in found.cards if card.strand == strand]
            )
            for strand, each in found.strands.items()
        ]
    return tuple(rows)


def _agreed(title: str, found: Agreement, cards: Sequence[RatedCard]) -> Agreed:
    why_not = "" if found.alpha is not None else _why_not(found, cards)
    why_no_interval = ""
    if found.alpha is not None and found.interval is None:
        why_no_interval = (
            "No interval yet: that takes three people."
            if found.raters < 3
            else "No interval: it all hangs on what one of them gave."
        )
    return Agreed(title, found.raters, found.alpha, found.interval, why_not, why_no_interval)


def _why_not(found: Agreement, cards: Sequence[RatedCard]) -> str:
    if found.raters < 2:
        return "Agreement takes two people who give a level."
    if all(sum(card.levels.values()) < 2 for card in cards):
        return "No leader was given a level by two people yet."
    return "All gave one and the same level, so chance has nothing to be compared with."


def answers_of(session: Session, wanted: Wanted) -> tuple[Diagnoses, Rated]:
    """Return all that was answered."""
    return (
        review.diagnoses(session, wanted.scope),
        review.rated(session, wanted.scope, wanted.round),
    )


def reasons_by_level(reasons: Iterable[Why]) -> list[tuple[int | None, list[str]]]:
    """Return the reasons of each level that was given, the highest first and NE last."""
    found: dict[int | None, list[str]] = {}
    for each in reasons:
        found.setdefault(each.level, []).append(each.text)
    return sorted(found.items(), key=lambda item: -(item[0] or 0))
