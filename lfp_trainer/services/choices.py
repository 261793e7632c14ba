"""Choices: record one in a run, and let the stand-in answer.

The one act that a whole room does at once, so its statements are compiled once. Where several
people play a run, only the seat on turn decides, and the stand-in plays the seats that no person
holds; a scene that asks them all goes through ``services/deciding.py``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import reasons, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.services.runs import Note, notes_of, own_seats, path_of
from lfp_trainer.storage.models import Participant, Pick, Required, Run, Stage, Step, table
from lfp_trainer.storage.prepared import Prepared, Within

_run, _steps, _picks = table(Run), table(Step), table(Pick)
_COUNT_MOVES = Prepared(
    sa.update(_run)
    .where(_run.c.id == sa.bindparam("run"), _run.c.moves == sa.bindparam("seen"))
    .values(moves=sa.bindparam("now_at"))
)
SHOWN = ("cohort_id", "scenario_version_id", "shown_at", "ending_id")
"""What a step has from its run while that is shown, and nothing of otherwise."""
_SENT = [each for each in _steps.c if each.key not in ("id", *SHOWN)]


def _where_shown(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    shown = (_run.c.id == sa.bindparam("run_id")) & _run.c.shown_at.is_not(None)
    return sa.select(column).where(shown).scalar_subquery()


_ADD_STEP = Prepared(
    sa.insert(_steps)
    .values(
        {each.key: sa.bindparam(each.key) for each in _SENT}
        # Asked as it is stored: somebody may have withdrawn since this run was found.
        | {name: _where_shown(_run.c[name]) for name in SHOWN}
    )
    .inline()
)
_END = Prepared(
    sa.update(_run)
    .where(_run.c.id == sa.bindparam("run"))
    .values(ending_id=sa.bindparam("ending"), ended_at=sa.bindparam("now"))
)
_END_STEPS = Prepared(
    sa.update(_steps)
    .where(_steps.c.run_id == sa.bindparam("run"), _steps.c.shown_at.is_not(None))
    .values(ending_id=sa.bindparam("ending"))
)
_END_FOR_ALL = Prepared(
    sa.update(table(Participant))
    .where(
        table(Participant).c.run_id == sa.bindparam("run"),
        table(Participant).c.stage == sa.bindparam("done"),
    )
    .values(stage=sa.bindparam("following"), changed_at=sa.bindparam("now"), nudged_at=sa.null())
)
# Weaker than what deletes a run: whoever has just stored something in it has its key already, and
# two of them would wait for each other for ever.
_HOLD = Prepared(
    sa.select(_run.c.id).where(_run.c.id == sa.bindparam("run")).with_for_update(key_share=True)
)

NOT_YOUR_TURN = "Somebody else decides now. Here is where the conversation is."
STAND_IN_HAS_IT = "The stand-in plays your seat just now. Take it back first, then you decide."


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run after a choice: where it stands, and the notes of the steps since that choice."""

    position: Position
    notes: dict[int, Note]
    crossed: bool = False
    """Whether somebody went with what another had picked just when that one went with theirs."""


def hold(within: Within, run_id: int) -> None:
    """Make whoever acts in a run together wait for each other, until the transaction ends."""
    _HOLD.rows(within, run=run_id)


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
    :raise StaleMove: if the run has moved on otherwise since then, or somebody else decides
    :raise UnknownChoice: if the current scene does not offer that choice
    :raise NotYet: if the run has not come to the role-play
    :raise Incomplete: if the scene asks for a reason and none is given
    """
    company = None
    if seated.is_pair:
        hold(within, seated.run_id)
        company = company_in(within, seated.run_id)
    path = path_of(within, seated.run_id)
    if at_step != len(path):
        return _already(within, seated, script, path, at_step, choice_id)
    runs.require(seated, Stage.ROLE_PLAY)
    before = play.replay(script, path)
    if company is not None:
        refuse_others(company, seated, script, before)
    step = step_of(script, seated, before, choice_id, reason)
    position = play.choose(script, before, choice_id)
    held = own_seats(script, seated.seat) if company is None else company.held
    try:
        taken = play_on(within, seated, script, position, held, [step], seen=len(path), now=now)
    except StaleMove:  # somebody was faster by less than this transaction
        path = path_of(within, seated.run_id)
        return _already(within, seated, script, path, at_step, choice_id)
    reasons.forget(within, seated, len(path) + 1)
    return taken


def refuse_others(company: Company, seated: Seated, script: Script, position: Position) -> None:
    """Make sure that this person decides now, alone or with others.

    :raise StaleMove: if they do not
    """
    if company.person(seated.user_id).is_out:
        raise StaleMove(STAND_IN_HAS_IT)
    deciders = company.deciders(play.seats_on_turn(script, position))
    if seated.user_id not in [each.user_id for each in deciders]:
        raise StaleMove(NOT_YOUR_TURN)


def step_of(
    script: Script, seated: Seated, position: Position, choice_id: str, reason: str
) -> dict[str, Any]:
    """Return the step by which somebody takes a choice.

    :raise UnknownChoice: if the scene does not offer that choice
    :raise Incomplete: if it asks for a reason and none is given
    """
    play.choose(script, position, choice_id)
    assert position.scene is not None
    asks_why = script.scenes[position.scene].scene.reason == "required"
    if not reason and (asks_why or seated.requires(Required.REASONS)):
        raise Incomplete({"reason": "Say in a few words why you choose this."})
    on_turn = play.seats_on_turn(script, position)
    mine = [seat for seat in on_turn if seat in own_seats(script, seated.seat)]
    return _step(script, seated, (mine or on_turn)[0], position, choice_id) | {
        "user_id": seated.user_id, "stand_in": False, "reason": reason,
    }  # fmt: skip


def step_of_all(
    script: Script,
    seated: Seated,
    position: Position,
    choice_id: str,
    *,
    by: Companion,
    reason: str,
) -> dict[str, Any]:
    """Return the step by which several people take the choice they agree on, the last of them."""
    play.choose(script, position, choice_id)
    return _step(script, seated, by.seat, position, choice_id) | {
        "user_id": by.user_id, "stand_in": False, "reason": reason,
    }  # fmt: skip


def step_of_stand_in(
    script: Script, seated: Seated, position: Position, choice_id: str
) -> dict[str, Any]:
    """Return the step by which the stand-in takes a choice."""
    seat = play.seats_on_turn(script, position)[0]
    return _step(script, seated, seat, position, choice_id) | {
        "user_id": None, "stand_in": True, "reason": "",
    }  # fmt: skip


def _already(
    within: Within,
    seated: Seated,
    script: Script,
    path: tuple[str, ...],
    at_step: int,
    choice_id: str,
) -> Recorded:
    """Return the run when it has this choice at this step: a form sent twice is no conflict.

    :raise StaleMove: if it has another, or others have chosen the same without this person
    """
    if path[at_step : at_step + 1] == (choice_id,):
        position = play.replay(script, path)
        notes = notes_of(within, seated.run_id, since=at_step)
        if (
            not seated.is_pair
            or notes[at_step + 1].user_id == seated.user_id
            or _has_agreed(within, seated, script, path[:at_step], choice_id)
        ):
            return Recorded(position, notes)
    raise StaleMove


def crossed(
    within: Within, seated: Seated, script: Script, path: tuple[str, ...], at_step: int
) -> Recorded | None:
    """Return the run for somebody who goes with another's pick, where that other has gone with
    theirs in the same moment: what is decided is what they had picked, so it is theirs too.
    """
    taken = path[at_step : at_step + 1]
    if not taken or not _has_agreed(within, seated, script, path[:at_step], taken[0]):
        return None
    notes = notes_of(within, seated.run_id, since=at_step)
    return Recorded(play.replay(script, path), notes, crossed=True)


def _has_agreed(
    within: Within, seated: Seated, script: Script, before: tuple[str, ...], choice_id: str
) -> bool:
    """Tell whether somebody's own pick was part of what several took together."""
    if len(play.seats_on_turn(script, play.replay(script, before))) < 2:
        return False  # a private note
    mine = within.scalar(
        sa.select(_picks.c.choice_id).where(
            _picks.c.run_id == seated.run_id,
            _picks.c.user_id == seated.user_id,
            _picks.c.number == len(before) + 1,
        )
    )
    return mine == choice_id


def open_role_play(within: Within, seated: Seated, script: Script, *, now: datetime) -> None:
    """Let the stand-in play what comes before the participant's first decision."""
    let_stand_in_play(within, seated, script, own_seats(script, seated.seat), now=now)


def let_stand_in_play(
    within: Within, seated: Seated, script: Script, held: Collection[str], *, now: datetime
) -> None:
    """Let the stand-in play until a seat is on turn that a person holds."""
    path = path_of(within, seated.run_id)
    position = play.replay(script, path)
    play_on(within, seated, script, position, held, [], seen=len(path), now=now)


def play_on(
    within: Within,
    seated: Seated,
    script: Script,
    position: Position,
    held: Collection[str],
    steps: list[dict[str, Any]],
    *,
    seen: int,
    now: datetime,
) -> Recorded:
    """Store steps together with what the stand-in answers, if nobody else moved meanwhile.

    :param held: the seats that people decide for
    :raise StaleMove: if somebody did
    """
    for before, choice_id, after in play.stand_in_moves(script, position, held):
        steps.append(step_of_stand_in(script, seated, before, choice_id))
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
    notes = {
        row["number"]: Note(row["reason"], row["stand_in"], row["seat"], row["user_id"])
        for row in rows
    }
    return Recorded(position, notes)


def led_to(script: Script, position: Position, choice_id: str) -> str:
    """Return the scenes that a choice leads to, passages too, with a space between; the last is
    where the next decision is. The end is no scene.
    """
    scenes = play.scenes_after(script, position, choice_id)
    return " ".join(compiled.id for compiled, _, _ in scenes)


def _step(
    script: Script, seated: Seated, seat: str, position: Position, choice_id: str
) -> dict[str, Any]:
    return {
        "run_id": seated.run_id,
        "seat": seat,
        "scene_id": position.scene,
        "choice_id": choice_id,
        "led_to": led_to(script, position, choice_id),
    }


def _end(
    within: Within, seated: Seated, script: Script, position: Position, *, now: datetime
) -> None:
    ending = play.ending_of(script, position)
    assert ending is not None
    _END.count(within, run=seated.run_id, ending=ending.id, now=now)
    _END_STEPS.count(within, run=seated.run_id, ending=ending.id)
    if seated.is_pair:
        following = runs.following_stage(seated, Stage.ROLE_PLAY)
        _END_FOR_ALL.count(
            within, run=seated.run_id, done=Stage.ROLE_PLAY, following=following, now=now
        )
    else:
        runs.move_on(within, seated, Stage.ROLE_PLAY, now=now)
