"""A debrief plan as it stands: suggested from the answers, until a facilitator makes it theirs.

A line that a facilitator leaves as it was suggested goes on following the answers, so what somebody
takes back is on no plan any more; only what they have worded themselves is kept as words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import review
from lfp_trainer.services.debrief_plan.suggest import (
    Answers,
    Block,
    Line,
    cards_to_talk_about,
    lines_that_follow,
    suggest,
)
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.models import DebriefPlan, Round

MOST_BLOCKS = 12
TITLE_LIMIT, TEXT_LIMIT = 90, 1200
USUAL = 45
"""Minutes."""
CHANGED = "Somebody has changed this plan meanwhile. Yours is below; save it again to keep it."
CHANGED_MEANWHILE = "Somebody has changed this plan meanwhile. Here is what it says now."


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, and the count to name when it is saved."""

    blocks: tuple[Block, ...]
    version: int
    """0 while nobody has saved it: then it follows the answers."""
    saved_at: datetime | None
    left_out: int = 0
    """Lines of a saved plan that told of answers which are no longer shared."""

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.blocks)

    @property
    def is_own(self) -> bool:
        return self.version > 0


def plan_of(session: Session, scope: Scope, *, minutes: int = USUAL) -> Plan:
    """Return the plan as it was saved; else what the answers suggest now for so many minutes."""
    row = session.execute(
        sa.select(DebriefPlan.blocks, DebriefPlan.version, DebriefPlan.saved_at).where(*_of(scope))
    ).one_or_none()
    if row is not None:
        return _as_it_reads(session, scope, row.blocks, row.version, row.saved_at)
    return Plan(suggest(_answers(session, scope), minutes=minutes), 0, None)


def _as_it_reads(
    session: Session,
    scope: Scope,
    stored: Sequence[dict[str, Any]],
    version: int,
    saved_at: datetime,
) -> Plan:
    followed = {name for each in stored for name, _ in each["lines"] if name}
    now = lines_that_follow(_answers(session, scope, followed)) if followed else {}
    blocks = tuple(
        Block(
            each["minutes"],
            each["title"],
            tuple(
                Line(now[name] if name else says, name)
                for name, says in each["lines"]
                if not name or name in now
            ),
        )
        for each in stored
    )
    left_out = sum(name not in now for each in stored for name, _ in each["lines"] if name)
    told = tuple(
        each for each, was in zip(blocks, stored, strict=True) if each.lines or not was["lines"]
    )
    return Plan(told, version, saved_at, left_out)


def _stored(block: Block) -> dict[str, Any]:
    """Return a part as it is stored: of a line that follows the answers its name alone."""
    lines = [(each.follows, "" if each.follows else each.text) for each in block.lines]
    return {"minutes": block.minutes, "title": block.title, "lines": lines}


def save(
    session: Session, scope: Scope, blocks: Sequence[Block], *, seen: int, now: datetime
) -> None:
    """Keep a plan as a facilitator has made it.

    :param seen: the count of the plan that was changed
    :raise StaleMove: if somebody else has saved it since
    :raise Incomplete: if nothing is left of it, or it holds too much
    """
    if not blocks:
        raise Incomplete({"blocks": "Leave at least one part in the plan."})
    if len(blocks) > MOST_BLOCKS:
        raise Incomplete({"blocks": f"A plan has at most {MOST_BLOCKS} parts."})
    stored = [_stored(each) for each in blocks]
    if seen == 0:
        plan = DebriefPlan(
            cohort_id=scope.cohort_id, scenario_id=scope.scenario_id, blocks=stored, version=1,
            saved_at=now,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(plan)
        except IntegrityError as error:
            raise StaleMove(CHANGED) from error
        return
    changed = session.execute(
        sa.update(DebriefPlan)
        .where(*_of(scope), DebriefPlan.version == seen)
        .values(blocks=stored, version=seen + 1, saved_at=now)
        .returning(DebriefPlan.id)
    ).one_or_none()
    if changed is None:
        raise StaleMove(CHANGED)


def forget(session: Session, scope: Scope, *, seen: int) -> None:
    """Let a plan follow the answers again.

    :param seen: the count of the plan that is given up
    :raise StaleMove: if somebody else has saved it since
    """
    session.execute(sa.delete(DebriefPlan).where(*_of(scope), DebriefPlan.version == seen))
    if session.scalar(sa.select(sa.exists().where(*_of(scope)))):
        raise StaleMove(CHANGED_MEANWHILE)


def _of(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        DebriefPlan.cohort_id == scope.cohort_id,
        DebriefPlan.scenario_id == scope.scenario_id,
    )


def _answers(session: Session, scope: Scope, followed: Collection[str] = ()) -> Answers:
    """Return what a plan is made from.

    :param followed: names of lines that are wanted, also of cards that are not talked about
    """
    rated = review.rated(session, scope, Round.BEFORE)
    talked = {(each.leader, each.strand) for each in cards_to_talk_about(rated)}
    cards = talked | {
        (each.leader, each.strand)
        for each in rated.cards
        if f"cited:{each.leader}/{each.strand}" in followed
    }
    return Answers(
        script=scope.script,
        played=review.played(session, scope),
        rated=rated,
        named=review.diagnoses(session, scope),
        evidence={card: review.evidence(session, scope, Round.BEFORE, card) for card in cards},
    )
