"""The table of what people rate outside a run, typed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lfp_trainer.storage.base import CODES, PEOPLE, Model


class ExerciseRating(Model):
    """A person's rating of one text of an exercise on one strand; nobody else ever sees it.

    The rows of a set are made when it is drawn, with all that was drawn, and answered later. A
    draft until committed; ``level`` and ``not_enough`` as in a run's rating.
    """

    __tablename__ = "exercise_rating"
    __table_args__ = (
        sa.UniqueConstraint(
            "user_id", "exercise_id", "set_number", "text_id", "rubric_id", "strand",
            name="uq_exercise_rating_natural_key",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    exercise_id: Mapped[str]
    # Sets are counted for each person, from 1; places within a set too.
    set_number: Mapped[int]
    place: Mapped[int]
    text_id: Mapped[str]
    rubric_id: Mapped[str]
    strand: Mapped[str]
    # Of the text and its references as they were when this was last saved.
    digest: Mapped[str]
    # Each person the text was told of, the leader first.
    shown: Mapped[PEOPLE]
    level: Mapped[int | None]
    not_enough: Mapped[bool]
    flag: Mapped[str | None]
    reason: Mapped[str]
    evidence: Mapped[CODES]
    saved_at: Mapped[datetime]
    # The open page that saved it last; empty before anybody did.
    saved_in: Mapped[str]
    committed_at: Mapped[datetime | None]
