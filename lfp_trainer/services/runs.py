"""A run: start it, go on to the next stage, find it again, with what was chosen in it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import BOTH, OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotInWhatIf, NotOpenYet, NotYet, StaleMove
from lfp_trainer.services import access
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Pair, Participant, Run, Stage, Step, table
from lfp_trainer.storage.prepared import Prepared, Within

STAGES = tuple(Stage)

# Compiled once: these run for every choice that anybody makes.
_steps, _parts, _pair = table(Step), table(Participant), table(Pair)
_PATH = Prepared(
    sa.select(_steps.c.choice_id)
    .where(_steps.c.run_id == sa.bindparam("run"))
    .order_by(_steps.c.number)
)
_NOTES = sa.select(
    _steps.c.number, _steps.c.reason, _steps.c.stand_in, _steps.c.seat, _steps.c.user_id
).where(_steps.c.run_id == sa.bindparam("run"), _steps.c.number > sa.bindparam("since"))
_MOVE_ON = Prepared(
    sa.update(_parts)
    .where(
        _parts.c.run_id == sa.bindparam("run"),
        _parts.c.user_id == sa.bindparam("user"),
        _parts.c.stage == sa.bindparam("done"),
    )
    .values(stage=sa.bindparam("following"), changed_at=sa.bindparam("now"), nudged_at=sa.null())
)
_CHANGED = Prepared(
    sa.update(_pair)
    .where(_pair.c.run_id == sa.bindparam("run"))
    .values(version=_pair.c.version + sa.literal_column("1"))
)


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a step beside the choice itself."""

    reason: str
    stand_in: bool
    seat: str
    user_id: int | None
    """Who chose; None for the stand-in, and for somebody who is gone."""


def start_run(
    session: Session,
    published: Published,
    *,
    user_id: int,
    seat: str,
    start_key: str,
    now: datetime,
) -> str:
    """Start a run and return its key; a repeated ``start_key`` returns the run it started.

    :raise Incomplete: if the scenario has no such seat
    :raise StaleMove: if the start key is somebody else's
    """
    key, _ = start_or_find(
        session, published, user_id=user_id, seat=seat, start_key=start_key, now=now
    )
    return key


def start_or_find(
    session: Session,
    published: Published,
    *,
    user_id: int,
    seat: str,
    start_key: str,
    now: datetime,
) -> tuple[str, bool]:
    """Start a run as :func:`start_run` does, and tell whether it was now: not by the other half of
    a double click, which may have started something else.

    :raise Incomplete: if the scenario has no such seat
    :raise StaleMove: if the start key is somebody else's
    """
    scenario = published.script.scenario
    if seat != BOTH and seat not in scenario.seats:
        raise Incomplete({"seat": "Choose the seat you want to play."})
    repeated = run_started_by(session, start_key, user_id)
    if repeated is not None:
        return repeated, False
    run = Run(
        key=secrets.token_urlsafe(12),
        start_key=start_key,
        scenario_version_id=published.version_id,
        moves=0,
        started_at=now,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:  # the other half of a double click was faster
        repeated = run_started_by(session, start_key, user_id)
        if repeated is not None:
            return repeated, False
        raise StaleMove("This form was already used. Open the scenario again.") from error
    session.add(
        Participant(run_id=run.id, user_id=user_id, seat=seat, stage=Stage.CASE, changed_at=now)
    )
    session.flush()
    return run.key, True


def run_started_by(session: Session, start_key: str, user_id: int) -> str | None:
    """Return the key of the run that a one-time key of this person has started, if one was."""
    return session.scalar(
        sa.select(Run.key)
        .join(Participant)
        .where(Run.start_key == start_key, Participant.user_id == user_id)
    )


def own_seats(script: Script, seat: str) -> tuple[str, ...]:
    """Return the seats a participant decides for; an observer for none."""
    if seat == OBSERVER:
        return ()
    return script.scenario.seats if seat == BOTH else (seat,)


def path_of(within: Within, run_id: int) -> tuple[str, ...]:
    """Return the recorded choices of a run, in order."""
    return tuple(choice_id for (choice_id,) in _PATH.rows(within, run=run_id))


def notes_of(within: Within, run_id: int, *, since: int = 0) -> dict[int, Note]:
    """Return what is known of each step after the first ``since``: step number → note."""
    rows = within.execute(_NOTES, {"run": run_id, "since": since})
    return {row.number: Note(row.reason, row.stand_in, row.seat, row.user_id) for row in rows}


def change_participant(within: Within, run_id: int, user_id: int, **values: object) -> None:
    """Set columns of one participant in one run; whether they may change is the caller's to say."""
    within.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == run_id, _parts.c.user_id == user_id)
        .values(**values)
    )


def notes_for(within: Within, seated: Seated) -> dict[int, Note]:
    """Return what a participant may read of each step; an observer reads nobody's reasons."""
    notes = notes_of(within, seated.run_id)
    return without_reasons(notes) if seated.is_observer else notes


def without_reasons(notes: Mapping[int, Note]) -> dict[int, Note]:
    """Return notes as everybody may read them."""
    return {number: replace(each, reason="") for number, each in notes.items()}


def has_reached(seated: Seated, stage: Stage) -> bool:
    """Tell whether a run has come to a stage, or past it, and others are not waited for there."""
    return STAGES.index(seated.reached) >= STAGES.index(stage)


def require(seated: Seated, stage: Stage) -> None:
    """Make sure a run stands at a stage.

    :raise NotYet: if it has not come so far, or waits there for others
    :raise StaleMove: if it is past it
    :raise NotInWhatIf: if it is a what-if, which is only played
    """
    if seated.is_what_if and stage is not Stage.ROLE_PLAY:
        raise NotInWhatIf
    if seated.reached is stage is seated.stage and (seated.begun_at or not seated.is_pair):
        return
    if not has_reached(seated, stage):
        if STAGES.index(seated.stage) >= STAGES.index(stage):
            raise NotOpenYet
        raise NotYet(seated.stage.value)
    if seated.is_pair and seated.begun_at is None:
        raise NotOpenYet
    raise StaleMove("You had already finished this part. Here is where the run is now.")


def played_by_stand_in(
    within: Within, run_id: int, seat: str, *, since: datetime
) -> tuple[str, ...]:
    """Return what the stand-in has chosen in a seat from some time on, in order."""
    rows = within.execute(
        sa.select(_steps.c.choice_id)
        .where(
            _steps.c.run_id == run_id, _steps.c.seat == seat, _steps.c.stand_in,
            _steps.c.chosen_at >= since,
        )
        .order_by(_steps.c.number)
    )  # fmt: skip
    return tuple(row.choice_id for row in rows)


def move_on(within: Within, seated: Seated, done: Stage, *, now: datetime) -> Stage:
    """Go from a finished stage to the next one, once, whoever asks how often.

    A what-if is done once it is played. An observer answers nothing before the conversation.

    :raise StaleMove: if the participant is no longer at that stage
    """
    following = following_stage(seated, done)
    moved = _MOVE_ON.count(
        within,
        run=seated.run_id,
        user=seated.user_id,
        done=done,
        following=following,
        now=now,
    )
    if not moved:
        raise StaleMove
    if seated.is_pair:
        changed(within, seated.run_id)
    return following


def changed(within: Within, run_id: int) -> None:
    """Note that the others in a run must be shown something new that is no step."""
    _CHANGED.count(within, run=run_id)


def following_stage(seated: Seated, done: Stage) -> Stage:
    """Return the stage after a finished one."""
    if seated.is_what_if:
        return Stage.DONE
    if seated.is_observer and done is Stage.CASE:
        return Stage.ROLE_PLAY
    return STAGES[STAGES.index(done) + 1]


def runs_of(session: Session, user_id: int) -> Sequence[Seated]:
    """Return every run this person takes part in, the latest first."""
    rows = session.execute(access.runs_visible_to(user_id).order_by(Run.started_at.desc()))
    return [Seated(*row) for row in rows]
