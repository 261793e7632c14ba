"""Threads: what was written to somebody about a run of theirs, with the answers, for its readers.

A comment is addressed to whose response, rating or run it is about: they alone read it, and who
facilitates the cohort while it is shown to them (``access/commented.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lfp_trainer.errors import NotFound
from lfp_trainer.services import access
from lfp_trainer.services.access import Thing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.models import (
    About,
    Cohort,
    Comment,
    Membership,
    Participant,
    Run,
    ScenarioVersion,
    Stage,
    Step,
    User,
    table,
)
from lfp_trainer.storage.prepared import Prepared

_TOLD = (Stage.DEBRIEF, Stage.NEXT_STEP, Stage.DONE)


def is_unread_answer(reply: type[Comment] = Comment) -> sa.ColumnElement[bool]:
    """Return what is true of an answer that who began its thread has not marked as read."""
    return sa.and_(reply.read_by_author_at.is_(None), reply.author_id == reply.learner_id)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment or answer."""

    key: str
    author_id: int | None
    author: str | None
    """None once they are gone."""
    by_learner: bool
    text: str
    written_at: datetime
    is_new: bool
    """Whether whoever looks has not marked it as read."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers, for one who may read it."""

    id: int
    key: str
    thing: Thing
    run_key: str
    cohort_key: str
    """Empty for the learner: their way is to their run."""
    version_id: int
    digest: str
    title: str
    said: tuple[Said, ...]
    is_mine: bool
    """Whether it is addressed to whoever looks; else they facilitate."""
    is_open: bool
    """Whether somebody would read an answer."""
    is_told: bool = False
    """Whether the learner has come to the debrief, where it stands beside what it is about."""
    learner: str = ""
    scene_id: str = ""
    choice_id: str = ""
    """Of a response: where it was given, and which it was."""

    @property
    def is_new(self) -> bool:
        return any(each.is_new for each in self.said)

    @property
    def place(self) -> str:
        """Where on the page of a run it stands."""
        return place_of(self.thing)

    @property
    def latest_at(self) -> datetime:
        return self.said[-1].written_at


def place_of(thing: Thing) -> str:
    """Return where on the page of a run stands what a comment is about."""
    if thing.about is About.STEP:
        return f"step-{thing.number}"
    if thing.about is About.RATING and thing.round is not None:
        return f"{thing.round.value}-{thing.leader}-{thing.strand}"
    return "run"


_viewer = sa.bindparam("viewer", type_=sa.Integer())
_comment, _began, _reply = (table(Comment).alias(each) for each in ("told", "began", "reply"))
_UNREAD = Prepared(
    sa.select(
        sa.select(sa.func.count())
        .select_from(_comment)
        .where(_comment.c.learner_id == _viewer, _comment.c.read_at.is_(None))
        .scalar_subquery()
        .label("told"),
        sa.select(sa.func.count())
        .select_from(_began)
        .join(_reply, _reply.c.answers == _began.c.id)
        .where(
            _began.c.author_id == _viewer,
            _reply.c.read_by_author_at.is_(None),
            _reply.c.author_id == _reply.c.learner_id,
        )
        .scalar_subquery()
        .label("answered"),
    )
)


def unread_count(session: Session, user_id: int) -> int:
    """Count what was written to somebody, and answered to what they began, that they have not
    marked as read. Whether they may read an answer still is asked only of who was answered.
    """
    ((told, answered),) = _UNREAD.rows(session, viewer=user_id)
    return int(told) + (_answers_to(session, user_id) if answered else 0)


def _answers_to(session: Session, viewer_id: int) -> int:
    reply = aliased(Comment)
    count = (
        sa.select(sa.func.count(reply.id))
        .select_from(Comment)
        .join(reply, reply.answers == Comment.id)
        .where(
            Comment.author_id == viewer_id,
            is_unread_answer(reply),
            access.comments_shown_to(viewer_id),
        )
    )
    return session.scalar(count) or 0


def threads_answered(session: Session, viewer_id: int) -> list[Thread]:
    """Return the threads that somebody began as a facilitator, about what is shown to them still,
    with an answer that they have not marked as read: the latest first.
    """
    shown = access.comments_shown_to(viewer_id)
    found = _threads(session, viewer_id, *_answered(viewer_id), shown, facilitates=True)
    return sorted(found, key=lambda each: (each.latest_at, each.id), reverse=True)


def threads_for_learner(
    session: Session, learner_id: int, *, run_id: int | None = None
) -> list[Thread]:
    """Return what was written to somebody, in all their runs or in one: what is new first, then the
    latest."""
    of_run = sa.true() if run_id is None else Comment.run_id == run_id
    found = _threads(session, learner_id, Comment.learner_id == learner_id, of_run)
    return sorted(found, key=lambda each: (each.is_new, each.latest_at, each.id), reverse=True)


def threads_of_run(
    session: Session, cohort: Joined, run_id: int, *, viewer_id: int
) -> list[Thread]:
    """Return the threads about what of a run is shown to somebody who facilitates a cohort."""
    shown = access.comments_shown_to(viewer_id, cohort.id)
    return _threads(session, viewer_id, shown, Comment.run_id == run_id, facilitates=True)


def find(session: Session, key: str, *, viewer_id: int) -> Thread:
    """Find a thread that was written to this person, or about what is shown to them.

    :raise NotFound: if there is none
    """
    row = session.execute(
        sa.select(Comment.id, Comment.learner_id, Comment.cohort_id).where(
            Comment.key == key, Comment.answers.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    is_mine = row.learner_id == viewer_id
    if not is_mine and row.cohort_id is None:
        raise NotFound
    shown = sa.true() if is_mine else access.comments_shown_to(viewer_id, row.cohort_id)
    found = _threads(session, viewer_id, shown, Comment.id == row.id, facilitates=not is_mine)
    if not found:
        raise NotFound
    return found[0]


def runs_with_answers(session: Session, cohort: Joined, *, viewer_id: int) -> set[tuple[int, int]]:
    """Return in which runs, and by whom, somebody was answered and has not marked that as read."""
    rows = session.execute(
        sa.select(Comment.run_id, Comment.learner_id)
        .where(*_answered(viewer_id), access.comments_shown_to(viewer_id, cohort.id))
        .distinct()
    )
    return {(row.run_id, row.learner_id) for row in rows}


def _answered(viewer_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of what somebody wrote, where they have not read an answer to it."""
    reply = aliased(Comment)
    unread = sa.exists().where(reply.answers == Comment.id, is_unread_answer(reply))
    return Comment.author_id == viewer_id, Comment.answers.is_(None), unread


def _threads(
    session: Session,
    viewer_id: int,
    *conditions: sa.ColumnElement[bool],
    facilitates: bool = False,
) -> list[Thread]:
    """Return threads, in the order they were begun; who may read them is in the conditions."""
    learner = aliased(User)
    shares = sa.and_(
        Participant.shared_at.is_not(None), Run.cohort_id == Comment.cohort_id,
        Cohort.archived_at.is_(None),
        sa.exists().where(
            Membership.cohort_id == Comment.cohort_id, Membership.user_id == Comment.learner_id
        ),
    )  # fmt: skip
    rows = session.execute(
        sa.select(
            Comment.id, Comment.key, Comment.run_id, Comment.learner_id, Comment.about,
            Comment.number, Comment.leader, Comment.strand, Comment.round, Run.key.label("run_key"),
            Cohort.key.label("cohort_key"), ScenarioVersion.id.label("version_id"),
            ScenarioVersion.digest, ScenarioVersion.title, Participant.stage,
            sa.func.coalesce(shares, sa.false()).label("is_open"), learner.name.label("learner"),
            Step.scene_id, Step.choice_id,
        )
        .join(Run, Run.id == Comment.run_id)
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .join(learner, learner.id == Comment.learner_id)
        .outerjoin(Step, (Step.run_id == Comment.run_id) & (Step.number == Comment.number))
        .outerjoin(Cohort, Cohort.id == Comment.cohort_id)
        .outerjoin(
            Participant,
            (Participant.run_id == Comment.run_id) & (Participant.user_id == Comment.learner_id),
        )
        .where(Comment.answers.is_(None), *conditions)
        .order_by(Comment.id)
    ).all()  # fmt: skip
    said = _said(session, [row.id for row in rows], viewer_id, facilitates=facilitates)
    return [
        Thread(
            id=row.id, key=row.key,
            thing=Thing(row.run_id, row.learner_id, row.about, row.number, row.leader, row.strand,
                        row.round),
            run_key=row.run_key, cohort_key=row.cohort_key or "" if facilitates else "",
            version_id=row.version_id, digest=row.digest, title=row.title,
            said=tuple(said[row.id]), is_mine=not facilitates, is_open=bool(row.is_open),
            is_told=row.stage in _TOLD, learner=row.learner,
            scene_id=row.scene_id or "", choice_id=row.choice_id or "",
        )
        for row in rows
    ]  # fmt: skip


def _said(
    session: Session, threads: Sequence[int], viewer_id: int, *, facilitates: bool
) -> dict[int, list[Said]]:
    began = aliased(Comment)
    of = sa.func.coalesce(Comment.answers, Comment.id)
    new = (
        sa.and_(is_unread_answer(), Comment.answers.is_not(None), began.author_id == viewer_id)
        if facilitates
        else Comment.read_at.is_(None)
    )
    rows = session.execute(
        sa.select(
            of.label("thread"), Comment.key, Comment.author_id, User.name,
            sa.func.coalesce(Comment.author_id == Comment.learner_id, sa.false()).label(
                "by_learner"
            ),
            Comment.text, Comment.written_at, sa.func.coalesce(new, sa.false()).label("is_new"),
        )
        .join(began, began.id == of)
        .outerjoin(User, User.id == Comment.author_id)
        .where(of.in_(threads))
        .order_by(Comment.id)
    )  # fmt: skip
    found: dict[int, list[Said]] = {each: [] for each in threads}
    for row in rows:
        said = Said(
            row.key, row.author_id, row.name, bool(row.by_learner), row.text, row.written_at,
            bool(row.is_new),
        )  # fmt: skip
        found[row.thread].append(said)
    return found
