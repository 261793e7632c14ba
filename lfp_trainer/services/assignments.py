"""What a cohort is asked to play: set it, find it, begin it.

Beginning is everybody's own act, and so is agreeing that those who facilitate the cohort see what
comes of it (``services/sharing.py``): without that a run is begun all the same, and is private.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import BOTH, Scenario
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import access, choices, cohorts, runs, sharing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Assignment, Mode, Required, Run

NOT_OPEN = "This is not open yet. You can begin it from the time that stands here."
CLOSED = "This has been closed, so nobody begins it any more. What was begun goes on."
ALONE_ONLY = (
    "Only who plays alone rates the leaders once more. A pair rates both plays after the"
    " conversation anyway."
)
PAST = "That time is past: everybody would be late. Choose one that is still to come."
AFTER_WHAT = "What is rated once more has to be rated before: ask for those ratings too."


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment, as somebody in its cohort sees it."""

    id: int
    key: str
    cohort_id: int
    scenario_id: str
    mode: Mode
    seat: str
    """The one to take, alone; empty where each chooses."""
    required: Sequence[str]
    """Words of ``Required``."""
    note: str
    opens_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it can be begun now; what is late can be."""
        return self.closed_at is None and (self.opens_at is None or self.opens_at <= now)

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now

    def require_open(self, now: datetime) -> None:
        """Make sure that it can be begun now.

        :raise StaleMove: if it has not opened, or is closed
        """
        if not self.is_open(now):
            raise StaleMove(CLOSED if self.closed_at is not None else NOT_OPEN)

    def asks_for(self, part: Required) -> bool:
        return part in self.required


def assign(
    session: Session,
    cohort: Joined,
    published: Published,
    *,
    mode: Mode,
    seat: str = "",
    required: Collection[Required] = (Required.DIAGNOSIS, Required.RATINGS),
    note: str = "",
    opens_at: datetime | None = None,
    due_at: datetime | None = None,
    start_key: str,
    now: datetime,
) -> str:
    """Set a scenario for a cohort and return the key of the assignment.

    A repeated ``start_key`` returns the one it made.

    :raise Incomplete: if the scenario has no such seat, or only one for a pair, or it is due before
        it opens or in the past, or asks for what nobody could answer
    :raise StaleMove: if the start key is another cohort's
    """
    scenario = published.script.scenario
    problems = _find_problems(scenario, mode, seat, required)
    if opens_at is not None and due_at is not None and due_at <= opens_at:
        problems["due_at"] = "Let it be due after it opens."
    elif due_at is not None and due_at <= now:
        problems["due_at"] = PAST
    if problems:
        raise Incomplete(problems)
    assignment = Assignment(
        key=secrets.token_urlsafe(12), start_key=start_key, cohort_id=cohort.id,
        scenario_id=scenario.id, mode=mode, seat=seat,
        required=[each.value for each in Required if each in required],
        note=note, opens_at=opens_at, due_at=due_at, made_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(assignment)
    except IntegrityError as error:  # the other half of a double click was faster
        made = session.scalar(
            sa.select(Assignment.key).where(
                Assignment.start_key == start_key, Assignment.cohort_id == cohort.id
            )
        )
        if made is None:
            raise StaleMove from error
        return made
    return assignment.key


def _find_problems(
    scenario: Scenario, mode: Mode, seat: str, required: Collection[Required]
) -> dict[str, str]:
    found = {}
    if mode is Mode.PAIR and len(scenario.seats) < 2:
        found["mode"] = "This scenario is for one person alone."
    if seat and (mode is Mode.PAIR or seat not in (*scenario.seats, BOTH)):
        found["seat"] = "Choose a seat of this scenario."
    if Required.AFTERWARDS in required and mode is Mode.PAIR:
        found["required"] = ALONE_ONLY
    elif Required.AFTERWARDS in required and Required.RATINGS not in required:
        found["required"] = AFTER_WHAT
    return found


def find(session: Session, key: str, *, viewer_id: int) -> tuple[Assigned, Joined]:
    """Find an assignment of a cohort that this person is in, with the cohort.

    :raise NotFound: if there is none
    """
    row = session.execute(
        access.assignments_visible_to(viewer_id).where(Assignment.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound
    cohort_key, *columns = row
    return Assigned(*columns), cohorts.find(session, cohort_key, viewer_id=viewer_id)


def assignments_of(session: Session, cohort: Joined, *, viewer_id: int) -> list[Assigned]:
    """Return what is set for a cohort, the latest first."""
    rows = session.execute(
        access.assignments_visible_to(viewer_id)
        .where(Assignment.cohort_id == cohort.id)
        .order_by(Assignment.made_at.desc(), Assignment.id.desc())
    )
    return [Assigned(*columns) for _, *columns in rows]


def begin_alone(
    session: Session,
    assigned: Assigned,
    published: Published,
    *,
    user_id: int,
    seat: str,
    shares: bool,
    start_key: str,
    now: datetime,
) -> str:
    """Begin a run for an assignment and return its key; a repeated ``start_key`` returns its run.

    :param shares: whether they agree that those who facilitate the cohort see it
    :raise StaleMove: if it has not opened, or is closed
    :raise Incomplete: if the scenario has no such seat
    """
    assigned.require_open(now)
    key, is_new = runs.start_or_find(
        session, published, user_id=user_id, seat=assigned.seat or seat,
        start_key=start_key, now=now,
    )  # fmt: skip
    if is_new:
        belongs_to(session, key, assigned)
        if shares:
            seated = access.seat_in(session, key, viewer_id=user_id)
            sharing.agree(session, seated, assigned.cohort_id, now=now)
    return key


def belongs_to(session: Session, key: str, assigned: Assigned) -> None:
    """Note of a run, that has just been started, which assignment it was started for."""
    run_id = session.scalar(sa.select(Run.id).where(Run.key == key))
    assert run_id is not None
    choices.hold(session, run_id)
    session.execute(
        sa.update(Run)
        .where(Run.id == run_id)
        .values(cohort_id=assigned.cohort_id, assignment_id=assigned.id)
    )


def close(session: Session, assigned: Assigned, *, now: datetime) -> None:
    """Let nobody begin an assignment any more. What was begun goes on."""
    session.execute(
        sa.update(Assignment)
        .where(Assignment.id == assigned.id, Assignment.closed_at.is_(None))
        .values(closed_at=now)
    )
