"""Working agreements of a cohort: two sets to begin from, one's own, and who accepts them.

Whoever joins accepts those that stand. When they become others, each member is asked once more and
nobody is locked out meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.storage.models import Cohort, Membership

MOST = 12
LONGEST = 160
CHANGED = "The working agreements have just changed. Read them again, then accept them."


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of agreements to begin from."""

    name: str
    sentences: tuple[str, ...]


PRESETS = {
    "workshop": Preset(
        "Working agreements (eight)",
        (
            "Be here with your whole attention. Screens are for the work.",
            "Begin on time, end on time.",
            "Listen until you could say it in the other’s words, then answer.",
            "Make room: everybody speaks, nobody speaks all the time.",
            "Ask when something is unclear. Others wonder too.",
            "Disagree openly and kindly, here and not in the hallway.",
            "What people tell stays in this room. What you learned may leave it.",
            "Not everything gets finished. Leave with one step you will take.",
        ),
    ),
    "short": Preset(
        "Collective commitments (five)",
        (
            "Be present and prepared.",
            "Let everybody have a turn.",
            "Respond to ideas, not to people.",
            "Take good intentions for granted, and ask what was meant.",
            "Keep what students learn in view.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Agreements:
    """What the members of a cohort keep to."""

    sentences: tuple[str, ...] = ()
    changed_at: datetime | None = None

    @property
    def version(self) -> str:
        """What a form sends along with a yes: a yes to others than those that stand is none."""
        return f"{self.changed_at:%Y%m%d%H%M%S%f}" if self.sentences and self.changed_at else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The agreements, and where one member stands with them."""

    agreements: Agreements
    agreed_at: datetime | None

    @property
    def asks(self) -> bool:
        """Whether this member has still to accept those that stand now."""
        changed_at = self.agreements.changed_at
        if not self.agreements.sentences or changed_at is None:
            return False
        return self.agreed_at is None or self.agreed_at < changed_at

    @property
    def have_changed(self) -> bool:
        """Whether this member has accepted others before."""
        return self.asks and self.agreed_at is not None


def of_cohort(session: Session, cohort_id: int) -> Agreements:
    """Return the agreements of a cohort, for whoever may know that it is there."""
    row = session.execute(
        sa.select(Cohort.agreements, Cohort.agreements_at).where(Cohort.id == cohort_id)
    ).one()
    return Agreements(tuple(row.agreements), row.agreements_at)


def kept_by(session: Session, cohort_id: int, user_id: int) -> Kept:
    """Return the agreements of a cohort, as one of its members stands with them.

    :raise NotFound: if they are not in it
    """
    row = session.execute(
        sa.select(Cohort.agreements, Cohort.agreements_at, Membership.agreed_at)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(Cohort.id == cohort_id, Membership.user_id == user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Kept(Agreements(tuple(row.agreements), row.agreements_at), row.agreed_at)


def read(typed: str) -> list[str]:
    """Return the agreements that somebody typed, one to a line.

    :raise Incomplete: if they are too many, or one is too long
    """
    lines = [" ".join(line.split()).lstrip("-•*– ") for line in typed.splitlines()]
    sentences = [*dict.fromkeys(filter(None, lines))]
    if len(sentences) > MOST:
        problem = f"Keep to {MOST} sentences. These are {len(sentences)}."
        raise Incomplete({"agreements": problem})
    for sentence in sentences:
        if len(sentence) > LONGEST:
            shown = f"{sentence[:40]}…"
            problem = f"Shorten “{shown}” to {LONGEST} characters. It has {len(sentence)}."
            raise Incomplete({"agreements": problem})
    return sentences


def change(
    session: Session, cohort_id: int, sentences: Sequence[str], *, by: int, now: datetime
) -> bool:
    """Let other agreements stand, and tell whether they are others; who sets them accepts them."""
    session.execute(sa.select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    if of_cohort(session, cohort_id).sentences == tuple(sentences):
        return False
    session.execute(
        sa.update(Cohort)
        .where(Cohort.id == cohort_id)
        .values(agreements=[*sentences], agreements_at=now)
    )
    _note(session, cohort_id, by, now)
    return True


def accept(session: Session, cohort_id: int, user_id: int, *, version: str, now: datetime) -> None:
    """Note that a member accepts the agreements that stand.

    :raise NotFound: if they are not in the cohort
    :raise StaleMove: if other agreements stand by now
    """
    kept = kept_by(session, cohort_id, user_id)
    if kept.agreements.version != version:
        raise StaleMove(CHANGED)
    if kept.asks:
        _note(session, cohort_id, user_id, now)


def _note(session: Session, cohort_id: int, user_id: int, now: datetime) -> None:
    session.execute(
        sa.update(Membership)
        .where(Membership.cohort_id == cohort_id, Membership.user_id == user_id)
        .values(agreed_at=now)
    )
