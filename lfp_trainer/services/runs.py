"""A run: start it, record a choice, go on to the next stage, find it again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotYet, StaleMove
from lfp_trainer.services import access
from lfp_trainer.services.access import Seated
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Participant, Run, Stage, Step, table
from lfp_trainer.storage.prepared import Prepared, Within

STAGES = tuple(Stage)

# Compiled once: these run for every choice that anybody makes.
_run, _steps, _parts = table(Run), table(Step), table(Participant)
_PATH = Prepared(
    sa.select(_steps.c.choice_id)
    .where(_steps.c.run_id == sa.bindparam("run"))
    .order_by(_steps.c.number)
)
_NOTES = sa.select(_steps.c.number, _steps.c.reason, _steps.c.stand_in, _steps.c.seat).where(
    _steps.c.run_id == sa.bindparam("run"), _steps.c.number > sa.bindparam("since")
)
_COUNT_MOVES = Prepared(
    sa.update(_run)
    .where(_run.c.id == sa.bindparam("run"), _run.c.moves == sa.bindparam("seen"))
    .values(moves=sa.bindparam("now_at"))
)
_ADD_STEP = Prepared(
    sa.insert(_steps)
    .values({each.key: sa.bindparam(each.key) for each in _steps.c if each is not _steps.c.id})
    .inline()
)
_END = Prepared(
    sa.update(_run)
    .where(_run.c.id == sa.bindparam("run"))
    .values(ending_id=sa.bindparam("ending"), ended_at=sa.bindparam("now"))
)
_MOVE_ON = Prepared(
    sa.update(_parts)
    .where(
        _parts.c.run_id == sa.bindparam("run"),
        _parts.c.user_id == sa.bindparam("user"),
        _parts.c.stage == sa.bindparam("done"),
    )
    .values(stage=sa.bindparam("following"), changed_at=sa.bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a step beside the choice itself."""

    reason: str
    stand_in: bool
    seat: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run after a choice: where it stands, and the notes of the steps since that choice."""

    position: Position
    notes: dict[int, Note]


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
    scenario = published.script.scenario
    if seat != BOTH and seat not in scenario.seats:
        raise Incomplete({"seat": "Choose the seat you want to play."})
    repeated = _run_started_by(session, start_key, user_id)
    if repeated is not None:
        return repeated
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
        repeated = _run_started_by(session, start_key, user_id)
        if repeated is not None:
            return repeated
        raise StaleMove("This form was already used. Open the scenario again.") from error
    session.add(
        Participant(run_id=run.id, user_id=user_id, seat=seat, stage=Stage.CASE, changed_at=now)
    )
    session.flush()
    return run.key


def _run_started_by(session: Session, start_key: str, user_id: int) -> str | None:
    return session.scalar(
        sa.select(Run.key)
        .join(Participant)
        .where(Run.start_key == start_key, Participant.user_id == user_id)
    )


def own_seats(script: Script, seat: str) -> tuple[str, ...]:
    """Return the seats a participant decides for."""
    return script.scenario.seats if seat == BOTH else (seat,)


def path_of(within: Within, run_id: int) -> tuple[str, ...]:
    """Return the recorded choices of a run, in order."""
    return tuple(choice_id for (choice_id,) in _PATH.rows(within, run=run_id))


def notes_of(within: Within, run_id: int, *, since: int = 0) -> dict[int, Note]:
    """Return what is known of each step after the first ``since``: step number → note."""
    rows = within.execute(_NOTES, {"run": run_id, "since": since})
    return {row.number: Note(row.reason, row.stand_in, row.seat) for row in rows}


def record_choice(
    within: Within,
    seated: Seated,
    script: Script,
    choice_id: str,
    *,
    at_step: int,
    reason: str,
    now: datetime,
) -> Recorded:
    """Take one choice in a run and let the stand-in answer.

    A choice sent twice is taken once: the second time returns the run as it is.

    :param at_step: how many steps the page had that the choice was made on
    :raise StaleMove: if the run has moved on otherwise since then
    :raise UnknownChoice: if the current scene does not offer that choice
    :raise NotYet: if the run has not come to the role-play
    :raise Incomplete: if the scene asks for a reason and none is given
    """
    path = path_of(within, seated.run_id)
    if at_step != len(path):
        return _already(within, seated, script, path, at_step, choice_id)
    require(seated, Stage.ROLE_PLAY)
    before = play.replay(script, path)
    position = play.choose(script, before, choice_id)
    assert before.scene is not None
    if script.scenes[before.scene].scene.reason == "required" and not reason:
        raise Incomplete({"reason": "Say in a few words why you choose this."})
    step = _step(script, seated, before, choice_id) | {
        "user_id": seated.user_id, "stand_in": False, "reason": reason,
    }  # fmt: skip
    try:
        return _record(within, seated, script, position, [step], seen=len(path), now=now)
    except StaleMove:  # somebody was faster by less than this transaction
        path = path_of(within, seated.run_id)
        return _already(within, seated, script, path, at_step, choice_id)


def _already(
    within: Within,
    seated: Seated,
    script: Script,
    path: tuple[str, ...],
    at_step: int,
    choice_id: str,
) -> Recorded:
    """Return the run when it has this choice at this step: a form sent twice is no conflict.

    :raise StaleMove: if it has another
    """
    if path[at_step : at_step + 1] == (choice_id,):
        position = play.replay(script, path)
        return Recorded(position, notes_of(within, seated.run_id, since=at_step))
    raise StaleMove


def open_role_play(within: Within, seated: Seated, script: Script, *, now: datetime) -> None:
    """Let the stand-in play what comes before the participant's first decision."""
    path = path_of(within, seated.run_id)
    position = play.replay(script, path)
    _record(within, seated, script, position, [], seen=len(path), now=now)


def _record(
    within: Within,
    seated: Seated,
    script: Script,
    position: Position,
    steps: list[dict[str, Any]],
    *,
    seen: int,
    now: datetime,
) -> Recorded:
    """Store steps together with what the stand-in answers, if nobody else moved meanwhile."""
    mine = own_seats(script, seated.seat)
    for before, choice_id, after in play.stand_in_moves(script, position, mine):
        steps.append(
            _step(script, seated, before, choice_id)
            | {"user_id": None, "stand_in": True, "reason": ""}
        )
        position = after
    if not steps:
        return Recorded(position, {})
    if not _COUNT_MOVES.count(within, run=seated.run_id, seen=seen, now_at=seen + len(steps)):
        raise StaleMove
    rows = [
        step | {"number": number, "chosen_at": now}
        for number, step in enumerate(steps, start=seen + 1)
    ]
    for row in rows:
        _ADD_STEP.count(within, **row)
    if position.scene is None:
        _end(within, seated, script, position, now=now)
    notes = {row["number"]: Note(row["reason"], row["stand_in"], row["seat"]) for row in rows}
    return Recorded(position, notes)


def _step(script: Script, seated: Seated, position: Position, choice_id: str) -> dict[str, Any]:
    on_turn = play.seats_on_turn(script, position)
    mine = [seat for seat in on_turn if seat in own_seats(script, seated.seat)]
    return {
        "run_id": seated.run_id,
        "seat": (mine or on_turn)[0],
        "scene_id": position.scene,
        "choice_id": choice_id,
    }


def _end(
    within: Within, seated: Seated, script: Script, position: Position, *, now: datetime
) -> None:
    ending = play.ending_of(script, position)
    assert ending is not None
    _END.count(within, run=seated.run_id, ending=ending.id, now=now)
    move_on(within, seated, Stage.ROLE_PLAY, now=now)


def has_reached(seated: Seated, stage: Stage) -> bool:
    """Tell whether a run has come to a stage, or past it."""
    return STAGES.index(seated.stage) >= STAGES.index(stage)


def require(seated: Seated, stage: Stage) -> None:
    """Make sure a run stands at a stage.

    :raise NotYet: if it has not come so far
    :raise StaleMove: if it is past it
    """
    if seated.stage is stage:
        return
    if not has_reached(seated, stage):
        raise NotYet(seated.stage.value)
    raise StaleMove("You had already finished this part. Here is where the run is now.")


def move_on(within: Within, seated: Seated, done: Stage, *, now: datetime) -> Stage:
    """Go from a finished stage to the next one, once, whoever asks how often.

    :raise StaleMove: if the participant is no longer at that stage
    """
    following = STAGES[STAGES.index(done) + 1]
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
    return following


def runs_of(session: Session, user_id: int) -> Sequence[Seated]:
    """Return every run this person takes part in, the latest first."""
    rows = session.execute(access.runs_visible_to(user_id).order_by(Run.started_at.desc()))
    return [Seated(*row) for row in rows]
