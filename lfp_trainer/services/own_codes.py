"""The code with which a guest comes back to a run from any device, without anybody to let them in.

A guest is a browser with a token and nothing else: once that is lost, only their partner knows
them, and where both have lost it, nobody does. So each guest is shown a code of their own for each
run they are in, and whoever types it *is* that guest, with all they wrote. It is not stored: it
follows from the secret of the site, the run and the person, and opens nothing any more once
somebody else has the seat, or the guest has made an account. A new secret makes new codes.
"""

import hmac
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import claiming, codes, runs
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.models import Participant, User, table

LENGTH = 8
"""Of 31 letters: one in 850,000,000,000. Wrong ones are counted (``services/code_tries.py``)."""

IN_IT = "You are in this run yourself, with this account. Open another browser to come back to it."

_parts = table(Participant)


def own_code(secret: str, run_id: int, user_id: int) -> str:
    """Return the code of somebody in a run."""
    said = f"own code, {run_id}, {user_id}".encode()
    number = int.from_bytes(hmac.digest(secret.encode(), said, sha256))
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(codes.LETTERS))
        letters.append(codes.LETTERS[place])
    return "".join(letters)


def guest_with(session: Session, company: Company, secret: str, typed: str) -> int:
    """Return the guest of a run whose own code somebody has typed.

    They may have become an account, or lost the seat, by the time it is used: whatever is done
    with it looks again.

    :raise NotFound: if it is nobody's there, or they have an account by now
    """
    code = codes.clean(typed, LENGTH)
    for each in company.people:
        if hmac.compare_digest(own_code(secret, company.run_id, each.user_id), code):
            guest = sa.select(User.id).where(User.id == each.user_id, User.email.is_(None))
            if session.scalar(guest) is not None:
                return each.user_id
    raise NotFound


def come_back(
    session: Session, company: Company, guest_id: int, *, bringing: int | None, now: datetime
) -> None:
    """Take somebody back into a run as the guest they have shown to be: nobody is asked any more.

    :param bringing: the guest of the browser that the code was typed in, whose practice comes
        along; None for nobody
    :raise NotFound: if the seat is not theirs any more, or one of them is no guest any more
    """
    own = [] if bringing is None else [bringing]
    _hold_guest(session, company, guest_id, *own)
    session.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == company.run_id, _parts.c.user_id == guest_id)
        .values(asked_by=None)
    )
    runs.changed(session, company.run_id)
    if bringing is not None:
        claiming.bring_along(session, bringing, guest_id, now=now)


def take_in(
    session: Session, company: Company, guest_id: int, account_id: int, *, now: datetime
) -> None:
    """Give an account all that a guest practiced, whose code its holder has typed.

    :raise NotFound: if the seat is not the guest's any more, or they are no guest any more
    :raise StaleMove: if the account is in the run itself
    """
    people = _hold_guest(session, company, guest_id, account_id)
    if account_id in people:
        raise StaleMove(IN_IT)
    claiming.claim(session, guest_id, account_id, now=now)


def _hold_guest(session: Session, company: Company, guest_id: int, *others: int) -> list[int]:
    """Make sure, for as long as the transaction lasts, that somebody is the guest of a seat, and
    return who is in the run."""
    claiming.hold_runs_of(session, guest_id, *others)
    guest = sa.select(User.id).where(User.id == guest_id, User.email.is_(None))
    people = [each.user_id for each in company_in(session, company.run_id).people]
    if guest_id not in people or session.scalar(guest.with_for_update()) is None:
        raise NotFound
    return people
