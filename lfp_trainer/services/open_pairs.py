"""What of the runs they play with others somebody finds at home: invitations, and who is awaited.

However many there are, it takes the same few queries.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, library, ways
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company, company_of
from lfp_trainer.storage.models import Pair, Participant, Run, Step, User

SHOWN = 6
"""How many invitations stand at home, the latest."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A run that somebody else has brought this person into, and whose lobby they have not seen."""

    run: Seated
    script: Script
    inviter: str
    inviter_plays: bool
    others: tuple[str, ...]
    """The names of the others in it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run with others stands, for one of them."""

    me: Companion
    is_played_for: bool
    """Whether the stand-in has their seat, in a play that goes on."""
    others: tuple[str, ...]
    awaited: tuple[str, ...]
    """The names of those who are waited for; none where there is something to do oneself."""


def is_invitation(viewer_id: int) -> sa.ColumnElement[bool]:
    """Say, of what ``access.runs_visible_to`` selects, what is an invitation not yet looked at."""
    return sa.and_(
        Pair.begun_at.is_(None),
        Pair.invited_by.is_not(None),
        Pair.invited_by != viewer_id,
        Participant.seen_at.is_(None),
    )


def invitations_of(session: Session, viewer_id: int) -> list[Invitation]:
    """Return the invitations that somebody has not looked at yet, the latest first."""
    rows = session.execute(
        access.runs_visible_to(viewer_id)
        .add_columns(Pair.invited_by, User.name)
        .join(User, User.id == Pair.invited_by)
        .where(is_invitation(viewer_id))
        .order_by(Run.started_at.desc(), Run.id.desc())
        .limit(SHOWN)
    ).all()
    found = [(Seated(*row[:-2]), row[-2], row[-1]) for row in rows]
    companies = _companies(session, [run.run_id for run, _, _ in found])
    return [
        Invitation(
            run,
            library.script_of(session, run.version_id, run.digest),
            name,
            inviter in [each.user_id for each in companies[run.run_id].people],
            _others(companies[run.run_id], viewer_id),
        )
        for run, inviter, name in found
    ]


def standings_of(
    session: Session, viewer_id: int, found: Collection[tuple[Seated, Script]]
) -> dict[int, Standing]:
    """Return where runs of this person stand, of those they play with others: run → standing."""
    pairs = [(run, script) for run, script in found if run.is_pair]
    companies = _companies(session, [run.run_id for run, _ in pairs])
    paths = _paths(session, [id for id, each in companies.items() if _is_talking(each)])
    standings = {}
    for run, script in pairs:
        together = companies[run.run_id]
        on_turn: tuple[str, ...] = ()
        if _is_talking(together):
            on_turn = play.seats_on_turn(script, play.replay(script, paths[run.run_id]))
        me = together.person(viewer_id)
        awaited = ways.awaited(together, me, on_turn)
        standings[run.run_id] = Standing(
            me,
            together.is_played_for(me),
            _others(together, viewer_id),
            tuple(each.name for each in awaited),
        )
    return standings


def _is_talking(together: Company) -> bool:
    return together.opened_at is not None and together.ending_id is None


def _others(together: Company, viewer_id: int) -> tuple[str, ...]:
    return tuple(each.name for each in together.people if each.user_id != viewer_id)


def _companies(session: Session, run_ids: Collection[int]) -> dict[int, Company]:
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    if run_ids:
        for row in access.together_in_each(session, run_ids):
            rows[row[0]].append(row)
    return {run_id: company_of(each) for run_id, each in rows.items()}


def _paths(session: Session, run_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if run_ids:
        steps = sa.select(Step.run_id, Step.choice_id).where(Step.run_id.in_(run_ids))
        for run_id, choice_id in session.execute(steps.order_by(Step.run_id, Step.number)):
            found[run_id].append(choice_id)
    return found
