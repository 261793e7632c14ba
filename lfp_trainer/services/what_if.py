"""What-ifs: rewind a finished play to a decision of one's own, answer otherwise, and play on.

A what-if is a run like any other, begun with a copy of the steps before that decision. The play it
rewinds is only read.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotYet, StaleMove
from lfp_trainer.services import access, choices, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Participant, Run, Stage, Step, table

SAME = "You took this response the first time. Choose another one to see where it leads."
NOT_OWN = "There is no decision of yours at that place. Here are the ones you can go back to."
USED = "This page has already started another what-if. To start one more, choose again."

_steps = table(Step).c
# Whose it was and whether it is shown are not: a play that rewinds another is private.
_ITS_OWN = ("id", "run_id", "user_id", "reason", *choices.SHOWN)
_COPIED = [each for each in _steps if each.key not in _ITS_OWN]


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision that the learner made in a play."""

    scene_id: str
    choice_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a what-if comes from."""

    run: Seated | None
    """The play it rewinds; None where that is gone."""
    scene_id: str
    """The decision at which it takes another response."""


@dataclass(frozen=True, slots=True)
class Made:
    """A what-if that was made of a play."""

    run: Seated
    choice_id: str
    """The response it took instead; the rest follows from it."""


def own_decisions(session: Session, seated: Seated) -> dict[int, Taken]:
    """Return what a learner decided in a finished play, not anybody else: step → decision.

    :raise NotYet: if the play has not come to its end
    """
    if not runs.has_reached(seated, Stage.DEBRIEF):
        raise NotYet("the role-play")
    rows = session.execute(
        sa.select(_steps.number, _steps.scene_id, _steps.choice_id, _steps.reason)
        .where(_steps.run_id == seated.run_id, _steps.user_id == seated.user_id)
        .order_by(_steps.number)
    )
    return {number: Taken(*taken) for number, *taken in rows}


def own_decision(decisions: Mapping[int, Taken], at: int) -> Taken:
    """Return the decision at a step.

    :raise StaleMove: if it is not one of the learner's own
    """
    taken = decisions.get(at)
    if taken is None:
        raise StaleMove(NOT_OWN)
    return taken


def start_what_if(
    session: Session,
    original: Seated,
    script: Script,
    choice_id: str,
    *,
    at: int,
    reason: str,
    start_key: str,
    now: datetime,
) -> str:
    """Take another response at a step of a finished play; return the key of the run that goes on.

    A repeated ``start_key`` returns the run it started; where the same response has been taken
    already and that what-if is not finished, that one goes on, and keeps a reason given now. The
    caller rolls back when it raises.

    :raise NotYet: if the play has not come to its end
    :raise StaleMove: if the step is not the learner's own, or the key has started something else
    :raise UnknownChoice: if that response was not on offer then
    :raise Incomplete: if it is the response taken before, or a reason is asked for and not given
    """
    if own_decision(own_decisions(session, original), at).choice_id == choice_id:
        raise Incomplete({"choice": SAME})
    path = runs.path_of(session, original.run_id)[: at - 1]
    play.choose(script, play.replay(script, path), choice_id)
    # Two windows may press at the same moment: the second waits here, and finds the first's.
    session.execute(sa.select(Run.id).where(Run.id == original.run_id).with_for_update())
    repeated = _started_by(session, original, choice_id, at=at, start_key=start_key)
    if repeated is not None:
        return repeated
    begun = _open_one(session, original, (*path, choice_id))
    if begun is not None:
        _add_reason(session, begun, reason, at=at)
        return begun.key
    run = Run(
        key=secrets.token_urlsafe(12),
        start_key=start_key,
        scenario_version_id=original.version_id,
        moves=at - 1,
        started_at=now,
        what_if_of=original.run_id,
        what_if_at=at,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:  # the other half of a double click was faster
        repeated = _started_by(session, original, choice_id, at=at, start_key=start_key)
        if repeated is not None:
            return repeated
        raise StaleMove(USED) from error
    session.add(
        Participant(
            run_id=run.id, user_id=original.user_id, seat=original.seat,
            stage=Stage.ROLE_PLAY, changed_at=now,
        )
    )  # fmt: skip
    session.flush()
    copy_steps(session, original, run.id, before=at)
    seated = access.seat_in(session, run.key, viewer_id=original.user_id)
    choices.record_choice(
        session, seated, script, choice_id, at_step=at - 1, reason=reason, now=now
    )
    return run.key


def _started_by(
    session: Session, original: Seated, choice_id: str, *, at: int, start_key: str
) -> str | None:
    """Return the run that a one-time key has started, where it is this what-if.

    :raise StaleMove: if the key has started something else of this person's
    """
    key = runs.run_started_by(session, start_key, original.user_id)
    if key is None:
        return None
    started = access.seat_in(session, key, viewer_id=original.user_id)
    path = runs.path_of(session, started.run_id)
    same = (started.what_if_of, started.what_if_at) == (original.run_id, at)
    if same and path[at - 1 : at] == (choice_id,):
        return key
    raise StaleMove(USED)


def _open_one(session: Session, original: Seated, path: tuple[str, ...]) -> Seated | None:
    """Return the what-if of a play that is not finished and was taken on by this path, if any."""
    for each in _what_ifs_of(session, original):
        is_open = each.stage is Stage.ROLE_PLAY and each.what_if_at == len(path)
        if is_open and runs.path_of(session, each.run_id)[: len(path)] == path:
            return each
    return None


def _add_reason(session: Session, begun: Seated, reason: str, *, at: int) -> None:
    """Keep a reason with the one given before: neither is to be lost."""
    here = _steps.run_id == begun.run_id, _steps.number == at
    given = session.scalar(sa.select(_steps.reason).where(*here)) or ""
    if reason and reason not in given:
        both = f"{given}\n{reason}" if given else reason
        session.execute(sa.update(table(Step)).where(*here).values(reason=both))


def copy_steps(
    session: Session, original: Seated, run_id: int, *, before: int, together: bool = False
) -> None:
    """Copy what was chosen; whose it was and why only of the learner's own, not of a partner.

    How the learner ranked what was on offer is not copied: it belongs to the play it was done in.

    :param together: the same people go on: whose it was is kept, and no reason of anybody
    """
    own = _steps.user_id == original.user_id
    earlier = (
        sa.select(
            sa.literal(run_id),
            _steps.user_id if together else sa.case((own, _steps.user_id), else_=sa.null()),
            sa.literal("") if together else sa.case((own, _steps.reason), else_=""),
            *_COPIED,
        )
        .where(_steps.run_id == original.run_id, _steps.number < before)
        .order_by(_steps.number)
    )
    names = ["run_id", "user_id", "reason", *(each.key for each in _COPIED)]
    session.execute(sa.insert(table(Step)).from_select(names, earlier))


def origin_of(session: Session, seated: Seated) -> Origin:
    """Return where a what-if comes from."""
    here = sa.select(_steps.scene_id).where(
        _steps.run_id == seated.run_id, _steps.number == seated.what_if_at
    )
    return Origin(access.rewound_by(session, seated), session.scalar(here) or "")


def made_of(session: Session, seated: Seated) -> list[Made]:
    """Return the what-ifs that the learner has made of a play, the latest first."""
    seats = _what_ifs_of(session, seated)
    taken = session.execute(
        sa.select(_steps.run_id, _steps.choice_id)
        .join_from(table(Step), table(Run), _steps.run_id == table(Run).c.id)
        .where(
            _steps.run_id.in_([each.run_id for each in seats]),
            _steps.number == table(Run).c.what_if_at,
        )
    )
    choice_of = {row.run_id: row.choice_id for row in taken}
    return [Made(each, choice_of[each.run_id]) for each in seats]


def _what_ifs_of(session: Session, seated: Seated) -> list[Seated]:
    return [Seated(*row) for row in session.execute(access.what_ifs_of(seated))]
