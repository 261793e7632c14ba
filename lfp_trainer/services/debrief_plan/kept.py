"""A debrief plan as it stands: suggested from the answers, until a facilitator makes it theirs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import review
from lfp_trainer.services.debrief_plan.suggest import (
    Answers,
    Block,
    cards_to_talk_about,
    suggest,
)
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.models import DebriefPlan, Round

MOST_BLOCKS = 12
TITLE_LIMIT, TEXT_LIMIT = 90, 1200
USUAL = 45
"""Minutes."""
CHANGED = "Somebody has changed this plan meanwhile. Yours is below; save it again to keep it."


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, and the count to name when it is saved."""

    blocks: tuple[Block, ...]
    version: int
    """0 while nobody has saved it: then it follows the answers."""
    saved_at: datetime | None

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
        blocks = tuple(
            Block(int(each["minutes"]), str(each["title"]), str(each["text"]))
            for each in row.blocks
        )
        return Plan(blocks, row.version, row.saved_at)
    return Plan(suggest(_answers(session, scope), minutes=minutes), 0, None)


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
    stored = [asdict(each) for each in blocks]
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


def forget(session: Session, scope: Scope) -> None:
    """Let a plan follow the answers again."""
    session.execute(sa.delete(DebriefPlan).where(*_of(scope)))


def _of(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        DebriefPlan.cohort_id == scope.cohort_id,
        DebriefPlan.scenario_id == scope.scenario_id,
    )


def _answers(session: Session, scope: Scope) -> Answers:
    rated = review.rated(session, scope, Round.BEFORE)
    cards = [(each.leader, each.strand) for each in cards_to_talk_about(rated)]
    return Answers(
        script=scope.script,
        played=review.played(session, scope),
        rated=rated,
        named=review.diagnoses(session, scope),
        evidence={card: review.evidence(session, scope, Round.BEFORE, card) for card in cards},
    )
