"""Which person a browser stands for.

The cookie carries a random token and the database decides what it opens (``services/sign_in.py``).
Whenever that changes, all that the browser's session held before is dropped, its form token too.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import (
    Flask,
    Response,
    after_this_request,
    current_app,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, encode_cookie, login_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from lfp_trainer.errors import TooMany
from lfp_trainer.services import accounts, guests, passwords, retention, sign_in
from lfp_trainer.services.accounts import Person
from lfp_trainer.storage import database
from lfp_trainer.storage.database import writing
from lfp_trainer.web import errors, form_tokens
from lfp_trainer.web.extensions import db, login_manager
from lfp_trainer.web.fragments import wants_fragment

View = TypeVar("View", bound=Callable[..., Any])

# What an address of ours looks like. Stricter than the standard: no percent signs, no dots, no
# backslashes, nothing that a browser or a proxy might read as the start of another host.
_OURS = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_/-]*)?(?:\?[A-Za-z0-9_=&-]*)?")


class SignedIn:
    """The person behind a request, in the shape that Flask-Login asks for."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, visit: sign_in.Visit, token: str) -> None:
        self.person = visit.person
        self.seen_at = visit.seen_at
        self._token = token

    def get_id(self) -> str:
        return self._token

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def is_guest(self) -> bool:
        return self.person.is_guest

    @property
    def is_admin(self) -> bool:
        return self.person.is_admin


class Nobody:
    """A request without a sign-in."""

    is_authenticated = False
    is_active = False
    is_anonymous = True
    is_guest = False
    is_admin = False
    name = ""

    def get_id(self) -> None:
        return None


def install(app: Flask) -> None:
    """Teach Flask-Login who is who."""
    login_manager.anonymous_user = Nobody
    # Tying a session to an address or a browser string signs phones out as they move.
    login_manager.session_protection = None
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_unauthorized)
    app.before_request(_note_seen)
    form_tokens.install(app)


def polls(view: View) -> View:
    """Mark a view that pages ask by themselves: it keeps nobody signed in."""
    view.__dict__["polls"] = True
    return view


def _load(token: str) -> SignedIn | None:
    # Not the session: this one query of every request would cost it a transaction.
    visit = sign_in.find_visit(db.engine, token, now=datetime.now(UTC))
    return SignedIn(visit, token) if visit else None


SIGNED_OUT = "You are signed out, perhaps because nothing was sent from here for a while."


def _unauthorized() -> ResponseReturnValue:
    """Send somebody who is not signed in to do so, and then to where they were going.

    Who is sending something is told so where they are: to lead them away would lose their words.
    """
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        return errors.answer(
            401,
            SIGNED_OUT,
            sign_in_url=url_for("auth.sign_in", next=_page_above()),
            sent=None if wants_fragment() else errors.what_was_sent(token=form_tokens.sent()),
        )
    if wants_fragment():
        shown = re.sub(r"^https?://[^/]+", "", request.headers.get("HX-Current-URL", ""))
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("auth.sign_in", next=safe_next(shown))
        return response
    wanted = safe_next(request.full_path.rstrip("?"))
    return redirect(url_for("auth.sign_in", next=wanted), code=303)


def _page_above() -> str:
    """Return the page from which this was sent: that of the run or set that its address names."""
    pages = current_app.create_url_adapter(request)
    path = request.path
    while pages is not None and path:
        path = path.rpartition("/")[0]
        with suppress(HTTPException, RequestRedirect):
            _, named = pages.match(path, method="GET")
            if named:
                return path
    return url_for("home.show")


def _note_seen() -> None:
    """Keep a browser that is used from idling out; a row every few minutes, not every request."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.blueprint == "assets" or getattr(view, "polls", False):
        return
    now, user = datetime.now(UTC), current_user._get_current_object()
    if user.is_authenticated and now - user.seen_at >= sign_in.SEEN_EVERY:
        with writing(db.session):
            sign_in.note_seen(db.session, user.person.session_id, now=now)


def safe_next(target: str | None) -> str | None:
    """Return where to go after signing in, if it is a page of ours; None otherwise."""
    if not target or not _OURS.fullmatch(target):
        return None
    try:
        current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return target


def ensure_person() -> Person:
    """Return the person asking; somebody unknown becomes a guest, remembered by this browser.

    It writes, so call it before opening a transaction of your own.
    """
    if not current_user.is_authenticated:
        now = datetime.now(UTC)
        # By itself: it takes hold of runs, and what follows of cohorts before runs.
        with writing(db.session):
            forgotten = retention.forget_some_old(db.session, now=now)
        with writing(db.session):
            forgotten += guests.forget_some_stale_guests(db.session, now=now)
            guest_id = accounts.make_guest(db.session, now=now)
            token = _start(guest_id, remembered=True, now=now)
        _recognise(token, remembered=True)
        if forgotten:
            database.empty_log(db.engine)
    person: Person = current_user.person
    return person


def _start(user_id: int, *, remembered: bool, now: datetime) -> str:
    device = sign_in.describe_device(request.user_agent.string)
    return sign_in.start_session(db.session, user_id, device=device, remembered=remembered, now=now)


def _recognise(token: str, *, remembered: bool, took_over: int | None = None) -> None:
    """Make this browser the holder of a token, and forget what it held before."""
    session.clear()
    visit = _load(token)
    assert visit is not None
    login_user(visit)
    form_tokens.mark(visit.person.id, took_over=took_over)

    @after_this_request
    def remember(response: Response) -> Response:
        # Set here rather than by Flask-Login, which clears it without the attributes that a
        # "__Host-" cookie must carry, so that browsers would keep it.
        if remembered:
            response.set_cookie(
                current_app.config["REMEMBER_COOKIE_NAME"],
                encode_cookie(token),
                max_age=sign_in.REMEMBERED,
                **_cookie_options(),
            )
        else:
            forget(response)
        return response


def forget(response: Response) -> None:
    """Take the remembered token out of the browser."""
    name = current_app.config["REMEMBER_COOKIE_NAME"]
    if name in request.cookies:
        response.delete_cookie(name, **_cookie_options())


def _cookie_options() -> dict[str, Any]:
    return {
        "secure": current_app.config["REMEMBER_COOKIE_SECURE"],
        "httponly": True,
        "samesite": current_app.config["REMEMBER_COOKIE_SAMESITE"],
    }


def start_over(
    user_id: int,
    *,
    remembered: bool,
    now: datetime,
    took_over: int | None = None,
    first: Callable[[], None] | None = None,
) -> None:
    """Replace this browser's session by a new one. Commits.

    :param took_over: the guest it stood for, whose practice has become this person's
    :param first: what is done in the same transaction, and may refuse it by raising
    """
    with writing(db.session):
        if first is not None:
            first()
        if current_user.is_authenticated:
            sign_in.end_session(db.session, current_user.person.session_id)
        token = _start(user_id, remembered=remembered, now=now)
    _recognise(token, remembered=remembered, took_over=took_over)


def count_try(email: str, *, now: datetime) -> int:
    """Count a try as failed before it is made, and return its number. Commits.

    :raise TooMany: if somebody has been guessing; that try is not counted
    """
    is_own = current_user.is_authenticated and current_user.person.email == email
    address = sign_in.place_of(current_user.person) if is_own else request.remote_addr or ""
    with writing(db.session):
        number = sign_in.note_try(db.session, account=email, address=address, now=now)
    try:
        sign_in.refuse_too_many(db.session, account=email, address=address, now=now)
    except TooMany:
        with writing(db.session):
            sign_in.take_back_try(db.session, number)
        raise
    return number


def prove(email: str, password: str, *, now: datetime) -> sign_in.Credentials | None:
    """Return whose password this is; None when it is wrong, or nobody's.

    Takes as long for an address without an account, and says no more. Commits.

    :raise TooMany: if somebody has been guessing
    """
    count_try(email, now=now)
    found = sign_in.find_credentials(db.session, email)
    db.session.rollback()
    if not passwords.is_right(found.password_hash if found else None, password) or not found:
        return None
    renewed = (
        passwords.hash_password(password) if passwords.is_outdated(found.password_hash) else None
    )
    with writing(db.session):
        sign_in.forgive(db.session, account=email)
        if renewed:
            accounts.change_password(
                db.session, found.user_id, old_hash=found.password_hash, new_hash=renewed
            )
    return found
