"""Why somebody decides, while they write it: a draft that nobody else reads.

It is of one person, one run and one decision. Once they choose, their reason stands with the
choice and the draft is gone. Where the stand-in or the others decide first, it stays, for its
writer alone, who may finish it. Whether somebody may keep one is ``deciding``'s to say.
"""

from datetime import datetime

import sqlalchemy as sa

from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Pick, table
from lfp_trainer.storage.prepared import Prepared, Within

_picks = table(Pick)
_THEIRS = (
    _picks.c.run_id == sa.bindparam("run"),
    _picks.c.user_id == sa.bindparam("user"),
)
_THIS_ONE = (*_THEIRS, _picks.c.number == sa.bindparam("at"))
IS_PICK = sa.or_(_picks.c.choice_id.is_not(None), _picks.c.reason != sa.literal_column("''"))
"""What a row holds beside a draft, in a query."""

# Compiled once: every page and every choice asks.
_OF_RUN = Prepared(
    sa.select(_picks.c.number, _picks.c.draft).where(*_THEIRS, _picks.c.draft.is_not(None))
)
_CHANGE = Prepared(sa.update(_picks).where(*_THIS_ONE).values(draft=sa.bindparam("draft")))
_ADD = Prepared(
    sa.insert(_picks)
    .values(
        run_id=sa.bindparam("run"),
        user_id=sa.bindparam("user"),
        number=sa.bindparam("at"),
        first_choice_id=sa.null(),
        choice_id=sa.null(),
        reason=sa.literal_column("''"),
        picked_at=sa.bindparam("now"),
        draft=sa.bindparam("draft"),
    )
    .inline()
)
_FORGET_ALONE = Prepared(sa.delete(_picks).where(*_THIS_ONE, sa.not_(IS_PICK)))


def keep(within: Within, seated: Seated, number: int, reason: str, now: datetime) -> None:
    """Store what somebody has written so far, beside what they have picked, if they have.

    The caller holds the run: two windows may save at the same moment.
    """
    this_one = {"run": seated.run_id, "user": seated.user_id, "at": number, "draft": reason}
    if not _CHANGE.count(within, **this_one):
        _ADD.count(within, **this_one, now=now)


def reasons_of(within: Within, seated: Seated) -> dict[int, str]:
    """Return what this participant was writing, and has not sent: step number → words."""
    return dict(_OF_RUN.rows(within, run=seated.run_id, user=seated.user_id))


def forget(within: Within, seated: Seated, number: int) -> None:
    """Let a draft go, once what it became stands in its place."""
    this_one = {"run": seated.run_id, "user": seated.user_id, "at": number}
    if not _FORGET_ALONE.count(within, **this_one) and seated.is_pair:
        _CHANGE.count(within, **this_one, draft=None)
