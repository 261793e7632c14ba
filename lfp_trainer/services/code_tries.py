"""Codes that somebody typed and that lead to no lobby: counted, so that nobody can guess one.

Only failures count, and many from one address: a whole training room shares one. Who has an account
is counted by it, in whatever browser, so no stranger's guesses shut them out. A code that still
opens a run leads to names and seats, and to nothing else; any other counts as one that no run has.
A wrong own code of a guest (``own_codes.py``) counts here too.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import TooMany
from lfp_trainer.services import sign_in
from lfp_trainer.services.accounts import Person
from lfp_trainer.storage.models import SignInFailure

PER_ADDRESS = 300
PER_ACCOUNT = 30
WINDOW = timedelta(hours=1)
_CODES = "codes of lobbies"
"""Stands where a wrong password has the account it was typed for."""
_ACCOUNT = "codes, account "


def place_of(person: Person | None, address: str) -> str:
    """Return where wrong codes are counted: for an account, else at the address."""
    if person is not None and not person.is_guest:
        return of_account(person.id)
    return f"codes, {address}"


def of_account(user_id: int) -> str:
    """Return where the wrong codes of an account are counted."""
    return f"{_ACCOUNT}{user_id}"


def note_wrong(session: Session, place: str, *, now: datetime) -> None:
    """Count a code that leads nowhere."""
    sign_in.note_try(session, account=_CODES, address=place, now=now)


def refuse_too_many(session: Session, place: str, *, now: datetime) -> None:
    """Stop a guesser before a code is looked up: not even a right one is told from a wrong one.

    :raise TooMany: if too many from there have led nowhere lately
    """
    found = sa.select(sa.func.count()).where(
        SignInFailure.address == place,
        SignInFailure.account == sign_in.account_of(_CODES),
        SignInFailure.at > now - WINDOW,
    )
    most = PER_ACCOUNT if place.startswith(_ACCOUNT) else PER_ADDRESS
    if (session.scalar(found) or 0) >= most:
        raise TooMany(minutes=int(WINDOW.total_seconds() // 60))
