"""Who is in one run together: names, seats and where they stand, never what they answered."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from lfp_trainer.services.access.seats import Seated
from lfp_trainer.storage.models import Pair, Participant, Run, User, table
from lfp_trainer.storage.prepared import Prepared, Within

_run, _part = table(Run).c, table(Participant).c
_pair, _user = table(Pair).c, table(User).c
_TOGETHER: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        _run.id,
        _run.key,
        _run.started_at,
        _run.moves,
        _run.ending_id,
        _pair.code,
        _pair.version,
        _pair.device_of,
        _pair.screen,
        _pair.begun_at,
        _pair.opened_at,
        _pair.told_at,
        _pair.turn_from,
        _pair.swap_of,
        _part.user_id,
        _user.name,
        _part.seat,
        _part.stage,
        _part.ready_at,
        _part.seen_at,
        _part.left_at,
        _part.stand_in_from,
        _part.nudged_at,
        _part.rated_play_at,
        _part.asked_by,
    )
    .join_from(table(Run), table(Pair), _pair.run_id == _run.id)
    .outerjoin(table(Participant), _part.run_id == _run.id)
    .outerjoin(table(User), _user.id == _part.user_id)
    .order_by(_part.id)
)
_TOGETHER_IN = Prepared(_TOGETHER.where(_run.id == sa.bindparam("run")))
_TOGETHER_BEHIND = Prepared(_TOGETHER.where(_pair.code == sa.bindparam("code")))
_is_mine = (
    sa.select(_part.id)
    .where(_part.run_id == _run.id, _part.user_id == sa.bindparam("viewer", type_=sa.Integer()))
    .correlate(table(Run))
    .exists()
)
_TOGETHER_WITH = Prepared(_TOGETHER.where(_run.key == sa.bindparam("key"), _is_mine))


def together_in(within: Within, run_id: int) -> list[tuple[Any, ...]]:
    """Return who is in a run that the caller has found for one of them."""
    return _TOGETHER_IN.rows(within, run=run_id)


def together_in_each(within: Within, run_ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Return who is in runs that the caller has found for one of them, all in one query."""
    rows = within.execute(_TOGETHER.where(_run.id.in_(run_ids)))
    return [tuple(row) for row in rows]


def together_behind(within: Within | sa.Engine, code: str) -> list[tuple[Any, ...]]:
    """Return who is in the run behind a code: names and seats, for whoever holds the code."""
    return _TOGETHER_BEHIND.rows(within, code=code)


def together_with(within: Within | sa.Engine, key: str, *, viewer_id: int) -> list[tuple[Any, ...]]:
    """Return who is in a run with this participant; nothing where they are not in it."""
    return _TOGETHER_WITH.rows(within, key=key, viewer=viewer_id)


def companions_in(seats: Iterable[Seated]) -> sa.Select[*tuple[Any, ...]]:
    """Select who else is in runs that the caller has found for one of them: run and name."""
    return (
        sa.select(_part.run_id, _user.name)
        .join_from(table(Participant), table(User), _user.id == _part.user_id)
        .where(
            sa.or_(
                *((_part.run_id == each.run_id) & (_part.user_id != each.user_id) for each in seats)
            )
        )
        .order_by(_part.id)
    )
