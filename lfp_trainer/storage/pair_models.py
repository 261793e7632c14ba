"""The tables of runs that several people are in, typed: what their run row does not say."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import CODES, LEVELS, Model


class Pair(Model):
    """What people who play one run together share beside its steps. One to a run."""

    __tablename__ = "pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"), unique=True)
    # Six characters to read out or to scan: they lead to the lobby.
    code: Mapped[str] = mapped_column(unique=True)
    # Counts every change that others must be shown and that is no step: steps count themselves.
    version: Mapped[int] = mapped_column(default=0)
    # On whose device all of them play, passing the screen; empty where everybody has their own.
    device_of: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    # Then, the seat whose turn it is to look at that screen.
    screen: Mapped[str | None]
    begun_at: Mapped[datetime | None]
    # Everybody had committed: answers are revealed and the conversation is open. Never taken back.
    opened_at: Mapped[datetime | None]
    # Everybody had rated both plays: these are revealed and the debrief is open. Never taken back.
    told_at: Mapped[datetime | None]
    # From when the time of the open decision counts, where somebody took more of it.
    turn_from: Mapped[datetime | None]
    # The run of which this is the other way round, with the seats exchanged.
    swap_of: Mapped[int | None] = mapped_column(
        sa.ForeignKey("run.id", ondelete="SET NULL"), index=True
    )
    # Who brought these people together: one of them, or a facilitator, who takes no part in it.
    invited_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )


class Pick(Model):
    """What somebody would choose at a decision that is not theirs alone to take.

    Where the scene asks all seats, it counts once all who play have picked the same; where another
    seat decides, it is a private note until the debrief. Without a choice and words, it is a draft
    alone, and no pick.
    """

    __tablename__ = "pick"
    __table_args__ = (sa.UniqueConstraint("run_id", "user_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # Of the step that the decision becomes.
    number: Mapped[int]
    # Before they talked; ``choice_id`` is where they stand now. Both are empty for words alone.
    first_choice_id: Mapped[str | None]
    choice_id: Mapped[str | None]
    reason: Mapped[str]
    picked_at: Mapped[datetime]
    # Why, while it is written by who decides, also alone in a run: nobody else ever reads it.
    draft: Mapped[str | None]


class Mark(Model):
    """What an observer marks at a step: practices seen, levels shown, a note. Step 0 is the start.

    Nobody else sees it before the debrief, which it opens.
    """

    __tablename__ = "mark"
    __table_args__ = (sa.UniqueConstraint("run_id", "user_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    practices: Mapped[CODES]
    levels: Mapped[LEVELS]
    note: Mapped[str]
    saved_at: Mapped[datetime]
