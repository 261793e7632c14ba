"""A participant's diagnosis: kept as a draft while it is written, fixed once committed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.diagnosis import Answer, find_missing
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete
from lfp_trainer.services import choices, drafts, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Diagnosis, Stage


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored diagnosis."""

    answer: Answer
    committed: bool

    @property
    def counts(self) -> Answer:
        """What is fixed of it: nothing, where it was passed over."""
        return self.answer if self.committed else Answer()


def diagnosis_of(session: Session, seated: Seated) -> Kept:
    """Return what this participant has answered so far; empty when nothing."""
    row = session.execute(
        sa.select(
            Diagnosis.systems, Diagnosis.failed_tests, Diagnosis.who, Diagnosis.what,
            Diagnosis.reason, Diagnosis.committed_at,
        ).where(Diagnosis.run_id == seated.run_id, Diagnosis.user_id == seated.user_id)
    ).first()  # fmt: skip
    if row is None:
        return Kept(Answer(), committed=False)
    answer = Answer(
        tuple(row.systems), tuple(row.failed_tests), tuple(row.who), tuple(row.what), row.reason
    )
    return Kept(answer, committed=row.committed_at is not None)


def save_diagnosis(session: Session, seated: Seated, answer: Answer, *, now: datetime) -> None:
    """Keep a draft.

    :raise StaleMove: if it is already committed
    """
    runs.require(seated, Stage.DIAGNOSIS)
    drafts.keep(
        session,
        Diagnosis,
        {"run_id": seated.run_id, "user_id": seated.user_id},
        {
            "systems": list(answer.systems),
            "failed_tests": list(answer.failed_tests),
            "who": list(answer.who),
            "what": list(answer.what),
            "reason": answer.reason,
        },
        now,
    )


def commit_diagnosis(session: Session, seated: Seated, script: Script, *, now: datetime) -> None:
    """Fix the diagnosis kept so far and go on to rating.

    The caller rolls back when it raises.

    :raise Incomplete: if a part is missing or names too much
    :raise StaleMove: if it is already committed
    """
    runs.require(seated, Stage.DIAGNOSIS)
    if seated.is_pair:
        choices.hold(session, seated.run_id)
    # Stamped before it is read: no draft can slip in between what is checked and what is fixed.
    session.execute(
        sa.update(Diagnosis)
        .where(Diagnosis.run_id == seated.run_id, Diagnosis.user_id == seated.user_id)
        .values(committed_at=now)
    )
    missing = find_missing(script, diagnosis_of(session, seated).answer)
    if missing:
        raise Incomplete(missing)
    runs.move_on(session, seated, Stage.DIAGNOSIS, now=now)
