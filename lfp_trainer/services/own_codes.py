"""The code with which a guest comes back to a run from any device, without anybody to let them in.

A guest is a browser with a token and nothing else: once that is lost, only their partner knows
them, and where both have lost it, nobody does. So each guest is shown a code of their own for each
run they are in, and whoever types it *is* that guest, with all they wrote. It is not stored: it
follows from the secret of the site, the run and the person, and opens nothing any more once
somebody else has the seat, or the guest has made an account. A new secret makes new codes.
"""

import hmac
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import NotFound
from lfp_trainer.services import choices, codes, runs
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.models import Participant, User, table

LENGTH = 8
"""Of 31 letters: one in 850,000,000,000. Wrong ones are counted (``services/code_tries.py``)."""

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

    :raise NotFound: if it is nobody's there, or they have an account by now
    """
    code = codes.clean(typed, LENGTH)
    for each in company.people:
        if hmac.compare_digest(own_code(secret, company.run_id, each.user_id), code):
            guest = sa.select(User.id).where(User.id == each.user_id, User.email.is_(None))
            if session.scalar(guest) is not None:
                return each.user_id
    raise NotFound


def come_back(session: Session, company: Company, guest_id: int) -> None:
    """Take somebody back into a run as the guest they have shown to be: nobody is asked any more.

    :raise NotFound: if the seat is not theirs any more
    """
    choices.hold(session, company.run_id)
    if guest_id not in [each.user_id for each in company_in(session, company.run_id).people]:
        raise NotFound
    session.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == company.run_id, _parts.c.user_id == guest_id)
        .values(asked_by=None)
    )
    runs.changed(session, company.run_id)
