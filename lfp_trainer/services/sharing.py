"""Share a run with a cohort's facilitators, and take that back: for each participant themselves.

Nothing is shared by itself. A run is shown once all who play it have agreed: each of them can be
read out of its conversation, and what one shows would tell that the other was there. Who withdraws,
leaves the cohort or is deleted takes all of it back at once: the steps themselves say whether they
are shown, and no review looks at any others.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import choices, exports, library, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import (
    Cohort,
    Membership,
    Participant,
    Run,
    ScenarioVersion,
    Step,
    table,
)

ONE_DEVICE = (
    "You all play at one screen, so nobody could agree for themselves. This run stays private."
)
NOTHING_TO_SHARE = "There is nothing of yours in this run that a facilitator could see."

_run, _part, _step = table(Run).c, table(Participant).c, table(Step).c
_SHARES = _part.shared_at.is_not(None)


def refusal(seated: Seated) -> str:
    """Return why a run can be shared with nobody; empty where it can."""
    if seated.is_what_if or seated.is_observer:
        return NOTHING_TO_SHARE
    return ONE_DEVICE if seated.shares_a_device else ""


def agree(session: Session, seated: Seated, cohort_id: int, *, now: datetime) -> None:
    """Show what one participant answers in a run to those who facilitate a cohort now.

    Whether anybody else in the run has agreed is told to nobody. Of two who agree to different
    cohorts the later word counts, and the run is shown to neither until both have named the same.

    :raise StaleMove: if this run can be shared with nobody
    :raise NotFound: if they are not in that cohort, or it is closed
    """
    if refusal(seated):
        raise StaleMove(refusal(seated))
    # Shown to another cohort so far, it is taken back from that one.
    exports.drop(session, (Run.id == seated.run_id) & (Run.cohort_id != cohort_id))
    # Who leaves it at this moment waits for this, and takes it back, or has left before.
    held = sa.select(Cohort.id).where(Cohort.id == cohort_id, Cohort.archived_at.is_(None))
    is_in = sa.select(Membership.id).where(
        Membership.cohort_id == cohort_id, Membership.user_id == seated.user_id
    )
    if session.scalar(held.with_for_update(read=True)) is None or session.scalar(is_in) is None:
        raise NotFound
    choices.hold(session, seated.run_id)
    elsewhere = sa.exists().where(_run.id == seated.run_id, _run.cohort_id != cohort_id)
    session.execute(
        sa.update(table(Participant))
        .where(_part.run_id == seated.run_id, elsewhere)
        .values(shared_at=None)
    )
    session.execute(
        sa.update(table(Run))
        .where(_run.id == seated.run_id)
        .values(
            cohort_id=cohort_id,
            assignment_id=sa.case((_run.cohort_id == cohort_id, _run.assignment_id)),
        )
    )
    runs.change_participant(session, seated.run_id, seated.user_id, shared_at=now)
    settle(session, [seated.run_id])


def withdraw(session: Session, seated: Seated) -> None:
    """Take back what one participant shares of a run."""
    exports.drop(session, Run.id == seated.run_id)
    choices.hold(session, seated.run_id)
    runs.change_participant(session, seated.run_id, seated.user_id, shared_at=None)
    settle(session, [seated.run_id])


def withdraw_all(session: Session, cohort_id: int, user_id: int) -> None:
    """Take back all that somebody shares with a cohort, which they leave.

    The caller holds the cohort.
    """
    theirs = sa.select(_part.run_id).where(_part.user_id == user_id, _part.shared_at.is_not(None))
    exports.drop(session, (Run.cohort_id == cohort_id) & Run.id.in_(theirs))
    run_ids = session.scalars(
        sa.select(_run.id)
        .where(_run.cohort_id == cohort_id, _run.id.in_(theirs))
        .order_by(_run.id)
        .with_for_update(key_share=True)
    ).all()
    session.execute(
        sa.update(table(Participant))
        .where(_part.user_id == user_id, _part.run_id.in_(run_ids))
        .values(shared_at=None)
    )
    settle(session, run_ids)


def shares_anything(session: Session, user_id: int) -> bool:
    """Tell whether somebody shares any run."""
    return bool(session.scalar(sa.select(sa.exists().where(_SHARES, _part.user_id == user_id))))


def withdraw_everything(session: Session, user_id: int) -> None:
    """Take back all that somebody shares, who is about to be out of reach of it."""
    with_whom = sa.select(_run.cohort_id).join(table(Participant), _part.run_id == _run.id)
    theirs = with_whom.where(_SHARES, _part.user_id == user_id, _run.cohort_id.is_not(None))
    for cohort_id in session.scalars(theirs.distinct().order_by(_run.cohort_id)).all():
        withdraw_all(session, cohort_id, user_id)


def company_changed(session: Session, run_id: int) -> None:
    """Ask anew whether all who play a run have agreed, once others do. An observer shares nothing.

    The caller holds the run.
    """
    is_any = sa.select(_run.id).where(_run.id == run_id, _run.cohort_id.is_not(None))
    if session.scalar(is_any) is None:
        return
    session.execute(
        sa.update(table(Participant))
        .where(_part.run_id == run_id, _part.seat == OBSERVER)
        .values(shared_at=None)
    )
    settle(session, [run_id])


def settle(session: Session, run_ids: Collection[int]) -> None:
    """Let conversations be shown, or not, as those who play them have agreed by now.

    The caller holds the runs.
    """
    if not run_ids:
        return
    plays = (_part.run_id == _run.id) & (_part.seat != OBSERVER)
    all_agreed = (
        sa.select(
            sa.case(
                (sa.func.count() == sa.func.count(_part.shared_at), sa.func.min(_part.shared_at))
            )
        )
        .where(plays)
        .correlate(table(Run))
        .scalar_subquery()
    )
    # Somebody who is gone cannot be asked, and could not take it back.
    somebody_is_gone = sa.exists().where(
        _step.run_id == _run.id, _step.user_id.is_(None), sa.not_(_step.stand_in)
    )
    is_private = sa.or_(_run.cohort_id.is_(None), _run.what_if_at.is_not(None), somebody_is_gone)
    session.execute(
        sa.update(table(Run))
        .where(_run.id.in_(run_ids))
        .values(shown_at=sa.case((is_private, None), else_=all_agreed))
    )
    for name in choices.SHOWN:
        its = sa.select(_run[name]).where(_run.id == _step.run_id, _run.shown_at.is_not(None))
        session.execute(
            sa.update(table(Step))
            .where(_step.run_id.in_(run_ids))
            .values({name: its.scalar_subquery()})
        )
    _note_where_steps_led(session, run_ids)
    session.expire_all()


def _note_where_steps_led(session: Session, run_ids: Collection[int]) -> None:
    """Note of steps that are older than this note where they led, once they are shown."""
    older = session.execute(
        sa.select(_run.id, ScenarioVersion.id, ScenarioVersion.digest)
        .join_from(table(Run), ScenarioVersion, ScenarioVersion.id == _run.scenario_version_id)
        .where(
            _run.id.in_(run_ids),
            sa.exists().where(
                _step.run_id == _run.id, _step.led_to.is_(None), _step.cohort_id.is_not(None)
            ),
        )
    )
    for run_id, version_id, digest in older.all():
        script = library.script_of(session, version_id, digest)
        for number, led_to in enumerate(_ways(script, runs.path_of(session, run_id)), start=1):
            session.execute(
                sa.update(table(Step))
                .where(_step.run_id == run_id, _step.number == number)
                .values(led_to=led_to)
            )


def _ways(script: Script, path: tuple[str, ...]) -> list[str]:
    position, found = play.start(script), []
    for choice_id in path:
        found.append(choices.led_to(script, position, choice_id))
        position = play.choose(script, position, choice_id)
    return found
