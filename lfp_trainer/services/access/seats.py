"""A participant in a run: which runs are theirs, how far they may look, what of others they see."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import NotFound
from lfp_trainer.storage.models import (
    Assignment,
    Pair,
    Participant,
    Rating,
    Required,
    Round,
    Run,
    ScenarioVersion,
    Stage,
    table,
)
from lfp_trainer.storage.prepared import Prepared, Within


@dataclass(frozen=True, slots=True)
class Seated:
    """One participant in one run: what a page or an act needs to know about it."""

    run_id: int
    key: str
    user_id: int
    seat: str
    stage: Stage
    moves: int
    ending_id: str | None
    started_at: datetime
    ended_at: datetime | None
    version_id: int
    digest: str
    scenario_id: str
    what_if_of: int | None
    """The run (by id) that this one rewinds; None for a play from the start."""
    what_if_at: int | None
    """The number of the step at which it takes another response."""
    code: str | None = None
    """Leads to the lobby of a run that several people play together; None for anybody alone."""
    begun_at: datetime | None = None
    opened_at: datetime | None = None
    """When everybody had committed what they answer before the conversation."""
    told_at: datetime | None = None
    """When everybody had rated what was played, or passed it over."""
    rated_play_at: datetime | None = None
    swap_of: int | None = None
    """The run (by id) of which this is the other way round, with the seats exchanged."""
    device_of: int | None = None
    """On whose device all of them play it; None where everybody has their own."""
    cohort_id: int | None = None
    """For which cohort it was begun, or with which somebody in it shares it."""
    assignment_id: int | None = None
    shared_at: datetime | None = None
    """When this participant agreed to show what they answer; None while it is private."""
    required: list[str] | None = field(default=None, hash=False)
    """What its assignment asks for, words of ``Required``; None where it is none."""

    def requires(self, part: Required) -> bool:
        """Tell whether its assignment asks for a part."""
        return part in (self.required or ())

    @property
    def is_what_if(self) -> bool:
        """Tell whether it rewinds another play, also one that is gone by now."""
        return self.what_if_at is not None

    @property
    def is_swap(self) -> bool:
        """Tell whether it is another play with the seats exchanged, also of one that is gone."""
        return self.is_pair and self.is_what_if

    @property
    def is_pair(self) -> bool:
        """Tell whether several people play it together."""
        return self.code is not None

    @property
    def is_observer(self) -> bool:
        return self.seat == OBSERVER

    @property
    def shares_a_device(self) -> bool:
        return self.device_of is not None

    @property
    def reached(self) -> Stage:
        """How far this participant may look: their stage, or less while others are waited for."""
        if not self.is_pair:
            return self.stage
        if self.begun_at is None:
            limit = Stage.CASE
        elif self.opened_at is None:
            limit = Stage.RATING
        elif self.told_at is None or not self._has_said_what_was_played:
            limit = Stage.ROLE_PLAY
        else:
            limit = Stage.DONE
        return min(self.stage, limit, key=_ORDER.index)

    @property
    def _has_said_what_was_played(self) -> bool:
        return self.rated_play_at is not None or self.is_observer or self.is_what_if

    @property
    def is_revealed(self) -> bool:
        """Tell whether they may see the reference, and what others answered before the play."""
        return _ORDER.index(self.reached) >= _ORDER.index(Stage.ROLE_PLAY) or (
            not self.is_pair and self.stage is not Stage.RATING
        )


_ORDER = tuple(Stage)

IS_PLAY = Run.what_if_at.is_(None)
"""What makes a run a play from the start, in a query: also where what it rewound is gone."""

_run, _part, _version = table(Run).c, table(Participant).c, table(ScenarioVersion).c
_pair, _assignment = table(Pair).c, table(Assignment).c
_SEATED: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        _run.id,
        _run.key,
        _part.user_id,
        _part.seat,
        _part.stage,
        _run.moves,
        _run.ending_id,
        _run.started_at,
        _run.ended_at,
        _version.id,
        _version.digest,
        _version.scenario_id,
        _run.what_if_of,
        _run.what_if_at,
        _pair.code,
        _pair.begun_at,
        _pair.opened_at,
        _pair.told_at,
        _part.rated_play_at,
        _pair.swap_of,
        _pair.device_of,
        _run.cohort_id,
        _run.assignment_id,
        _part.shared_at,
        _assignment.required,
    )
    .join_from(table(Run), table(Participant), _part.run_id == _run.id)
    .join(table(ScenarioVersion), _version.id == _run.scenario_version_id)
    .outerjoin(table(Pair), _pair.run_id == _run.id)
    .outerjoin(table(Assignment), _assignment.id == _run.assignment_id)
)


def runs_visible_to(viewer_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the runs this person took part in, as the columns of :class:`Seated`."""
    return _SEATED.where(_part.user_id == viewer_id)


def seats_in(within: Within, run_ids: Collection[int]) -> list[Seated]:
    """Return who takes part in runs, to go on in them without somebody: never for showing."""
    return [Seated(*row) for row in within.execute(_SEATED.where(_run.id.in_(run_ids)))]


# On a device that all of them share, who signed in there acts for whoever has the screen.
_ACTS = sa.or_(
    _pair.device_of.is_(None) & (_part.user_id == sa.bindparam("viewer", type_=sa.Integer())),
    (_pair.device_of == sa.bindparam("viewer", type_=sa.Integer())) & (_part.seat == _pair.screen),
)
_ONE_RUN = Prepared(_SEATED.where(_ACTS, _run.key == sa.bindparam("key")))


def seat_in(within: Within, key: str, *, viewer_id: int) -> Seated:
    """Find a run by its key, seen by a participant: by whoever has the screen, where they share it.

    :raise NotFound: if there is no such run, or this person takes no part in it
    """
    for row in _ONE_RUN.rows(within, viewer=viewer_id, key=key):
        return Seated(*row)
    raise NotFound


def answers_beside(
    seated: Seated, owner: InstrumentedAttribute[int], *columns: InstrumentedAttribute[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """Select columns of what the other players of a run have committed; nothing before the reveal.

    Only a player sees them, and only once nothing of their own can be changed any more; of ratings,
    those from before the conversation, and those of the play from the debrief on.

    :param owner: the column of the table that says whose a row is
    """
    answers = owner.class_
    revealed = seated.is_pair and seated.is_revealed and not seated.is_observer
    return sa.select(owner, *columns).where(
        sa.true() if revealed else sa.false(),
        answers.run_id == seated.run_id,
        owner != seated.user_id,
        answers.committed_at.is_not(None),
        Rating.round.in_(_rounds_told(seated)) if answers is Rating else sa.true(),
    )


def _rounds_told(seated: Seated) -> tuple[Round, ...]:
    is_told = _ORDER.index(seated.reached) >= _ORDER.index(Stage.DEBRIEF)
    return (Round.BEFORE, Round.OWN, Round.OTHER) if is_told else (Round.BEFORE,)


def rewound_by(within: Within, seated: Seated) -> Seated | None:
    """Find the play that a what-if rewinds; None where it is gone, or not this participant's."""
    if seated.what_if_of is None:
        return None
    its_play = runs_visible_to(seated.user_id).where(_run.id == seated.what_if_of)
    row = within.execute(its_play).first()
    return None if row is None else Seated(*row)


def what_ifs_of(seated: Seated) -> sa.Select[*tuple[Any, ...]]:
    """Select the what-ifs that this participant has made of a play, the latest first."""
    theirs = runs_visible_to(seated.user_id).where(
        _run.what_if_of == seated.run_id, _pair.code.is_(None)
    )
    return theirs.order_by(_run.started_at.desc(), _run.id.desc())


def swaps_of(seated: Seated) -> sa.Select[*tuple[Any, ...]]:
    """Select the plays of a run with the seats exchanged that this participant is in, the latest
    first."""
    theirs = runs_visible_to(seated.user_id).where(_pair.swap_of == seated.run_id)
    return theirs.order_by(_run.started_at.desc(), _run.id.desc())
