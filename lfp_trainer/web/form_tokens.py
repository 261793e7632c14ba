"""Whose page a form was sent from: the form token of a sign-in is marked with its person.

A token is refused once its sign-in is over. Only who wrote what came with it may be offered to send
it again; the mark tells that, without naming anybody: it can be compared, and not be read.
"""

import secrets
from enum import Enum, auto
from typing import Any

from flask import Flask, g, request, session
from flask_login import current_user, user_loaded_from_cookie
from itsdangerous import BadData, Signer, URLSafeTimedSerializer

from lfp_trainer.web.site_secret import site_secret

FIELD = "csrf_token"
TAKEN_OVER = "taken_over"
"""Where the session keeps the mark of the guest whose practice its person has taken over last."""


class Writer(Enum):
    """Who wrote what came with a token, seen from whoever is signed in now."""

    SAME = auto()
    OTHER = auto()
    UNKNOWN = auto()
    """Nobody was signed in, or it is no token of ours."""


def install(app: Flask) -> None:
    """Mark the token also of who is known again by a cookie, in a browser started anew."""
    user_loaded_from_cookie.connect(_recognised, app)


def mark(user_id: int, *, took_over: int | None = None) -> None:
    """Give the session of somebody who has just signed in a token of theirs.

    :param took_over: a guest whose practice has become theirs
    """
    session[FIELD] = f"{secrets.token_hex(20)}.{_mark_of(user_id)}"
    g.pop(FIELD, None)
    if took_over is not None:
        session[TAKEN_OVER] = _mark_of(took_over)


def sent() -> str | None:
    """Return the token that a form was sent with, if it is somebody's."""
    token = request.form.get(FIELD, "")
    return token if _mark_in(token) else None


def writer() -> Writer:
    """Tell whether who is signed in is who was when the page of a form was made."""
    wrote = _mark_in(request.form.get(FIELD, ""))
    if wrote is None:
        return Writer.UNKNOWN
    own = {_mark_of(current_user.person.id)} if current_user.is_authenticated else set()
    return Writer.SAME if wrote in own | {session.get(TAKEN_OVER)} else Writer.OTHER


def _recognised(app: Flask, user: Any) -> None:
    if _mark_after_dot(session.get(FIELD)) != _mark_of(user.person.id):
        mark(user.person.id)


def _mark_of(user_id: int) -> str:
    return Signer(site_secret(), salt="whose-form").get_signature(f"{user_id}").decode()


def _mark_in(token: str) -> str | None:
    # As Flask-WTF signs them.
    try:
        raw = URLSafeTimedSerializer(site_secret(), salt="wtf-csrf-token").loads(token)
    except BadData:
        return None
    return _mark_after_dot(raw)


def _mark_after_dot(raw: object) -> str | None:
    return raw.partition(".")[2] or None if isinstance(raw, str) else None
