"""Comments: a facilitator writes to one person about what that person shows; they answer.

Who reads what is in ``threads.py``. Who stops sharing keeps what they were told, and can delete it.
Nothing is read by being looked at: a press says so.
"""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import access, choices, threads
from lfp_trainer.services.access import Thing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.threads import Thread, is_unread_answer
from lfp_trainer.storage.models import Comment

LIMIT = 2000
"""Characters of one comment."""
NOT_OPEN = "Nobody would read an answer here: this run is not shared now, or its cohort is closed."
SAYS_NOTHING = "Write something first."


def write(
    session: Session,
    cohort: Joined,
    thing: Thing,
    text: str,
    *,
    author_id: int,
    start_key: str,
    now: datetime,
) -> None:
    """Write to somebody about what they show to a cohort's facilitators; a repeated ``start_key``
    writes nothing more.

    :raise NotFound: if it is not shown to this person at this moment, or the cohort is closed
    :raise Incomplete: if it says nothing
    """
    if not text:
        raise Incomplete({"text": SAYS_NOTHING})
    # Who takes it back at this moment waits, or has: nothing is written about what is private.
    choices.hold(session, thing.run_id)
    shown = session.scalar(access.is_shown_to(author_id, cohort.id, thing))
    if not shown or not cohort.is_mine_to_run or cohort.archived_at is not None:
        raise NotFound
    _add(
        session, start_key, author_id, cohort_id=cohort.id, run_id=thing.run_id,
        learner_id=thing.learner_id, about=thing.about, number=thing.number, leader=thing.leader,
        strand=thing.strand, round=thing.round, text=text, written_at=now,
    )  # fmt: skip


def _add(session: Session, start_key: str, author_id: int, **values: Any) -> None:
    comment = Comment(
        key=secrets.token_urlsafe(12), start_key=start_key, author_id=author_id, **values
    )
    try:
        with session.begin_nested():
            session.add(comment)
    except IntegrityError as error:  # the other half of a double click was faster
        written = sa.select(Comment.id).where(
            Comment.start_key == start_key, Comment.author_id == author_id
        )
        if session.scalar(written) is None:
            raise StaleMove("This form was already used. Open the page again.") from error


def answer(
    session: Session, key: str, text: str, *, viewer_id: int, start_key: str, now: datetime
) -> None:
    """Answer in a thread, which marks what stood in it as read.

    :raise NotFound: if it is not this person's to read
    :raise Incomplete: if it says nothing
    :raise StaleMove: if nobody would read it any more
    """
    choices.hold(session, threads.find(session, key, viewer_id=viewer_id).thing.run_id)
    thread = threads.find(session, key, viewer_id=viewer_id)
    if not text:
        raise Incomplete({"text": SAYS_NOTHING})
    if not thread.is_open:
        raise StaleMove(NOT_OPEN)
    mark_read(session, thread, viewer_id=viewer_id, now=now)
    of = thread.thing
    read = {"read_at": now} if thread.is_mine else {}
    cohort_id = session.scalar(sa.select(Comment.cohort_id).where(Comment.id == thread.id))
    _add(
        session, start_key, viewer_id, cohort_id=cohort_id, run_id=of.run_id,
        learner_id=of.learner_id, about=of.about, number=of.number, leader=of.leader,
        strand=of.strand, round=of.round, text=text, written_at=now, answers=thread.id, **read,
    )  # fmt: skip


def mark_read(session: Session, thread: Thread, *, viewer_id: int, now: datetime) -> None:
    """Mark what stands in a thread as read, by whom it was written to."""
    inside = sa.or_(Comment.id == thread.id, Comment.answers == thread.id)
    if thread.is_mine:
        marked = sa.update(Comment).where(inside, Comment.read_at.is_(None)).values(read_at=now)
    else:
        began = sa.select(Comment.id).where(Comment.author_id == viewer_id)
        marked = (
            sa.update(Comment)
            .where(Comment.answers == thread.id, Comment.answers.in_(began), is_unread_answer())
            .values(read_by_author_at=now)
        )
    session.execute(marked, execution_options={"synchronize_session": False})


def mark_all_read(session: Session, learner_id: int, *, now: datetime) -> None:
    """Mark everything that was written to somebody as read."""
    session.execute(
        sa.update(Comment)
        .where(Comment.learner_id == learner_id, Comment.read_at.is_(None))
        .values(read_at=now),
        execution_options={"synchronize_session": False},
    )


def delete(session: Session, thread: Thread) -> None:
    """Delete a thread with its answers: for whom it was written to alone.

    :raise NotFound: if somebody else asks
    """
    if not thread.is_mine:
        raise NotFound
    session.execute(sa.delete(Comment).where(Comment.id == thread.id))
    session.expire_all()
