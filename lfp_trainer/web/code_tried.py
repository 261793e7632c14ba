"""A code that somebody types or scans: wrong ones are counted where they come from.

The codes of lobbies and of cohorts and the own codes of guests count together
(``services/code_tries.py``).
"""

from flask import request
from flask_login import current_user

from lfp_trainer.services import code_tries
from lfp_trainer.storage.database import writing
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db


def refuse_too_many() -> None:
    """Stop whoever has been guessing.

    :raise TooMany: if too many tried from here have led nowhere
    """
    code_tries.refuse_too_many(db.session, _place(), now=now())


def count_wrong() -> None:
    """Count a code that leads nowhere. Commits.

    :raise TooMany: if too many tried from here have
    """
    refuse_too_many()
    with writing(db.session):
        code_tries.note_wrong(db.session, _place(), now=now())


def _place() -> str:
    person = me() if current_user.is_authenticated else None
    return code_tries.place_of(person, request.remote_addr or "")
