"""Choices: record one in a run, and let the stand-in answer.

The one act that a whole room does at once, so its statements are compiled once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.runs import Note, notes_of, own_seats, path_of
from lfp_trainer.storage.models import Run, Stage, Step, table
from lfp_trainer.storage.prepared import Prepared, Within

_run, _steps = table(Run), table(Step)
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


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run after a choice: where it stands, and the notes of the steps since that choice."""

    position: Position
    notes: dict[int, Note]


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
    runs.require(seated, Stage.ROLE_PLAY)
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
    runs.move_on(within, seated, Stage.ROLE_PLAY, now=now)
