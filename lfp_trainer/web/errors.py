"""Errors into answers: one table from what went wrong to a status, one page, one notice."""

import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from lfp_trainer.errors import (
    Busy,
    Forgotten,
    Incomplete,
    NotFound,
    NotInWhatIf,
    NotYet,
    RatedTogether,
    StaleDraft,
    StaleMove,
    TooMany,
    TrainerError,
    UnknownChoice,
)
from lfp_trainer.services import forgetting
from lfp_trainer.web import form_tokens
from lfp_trainer.web.extensions import db, login_manager
from lfp_trainer.web.form_tokens import Writer
from lfp_trainer.web.fragments import wants_fragment
from lfp_trainer.web.gate import Allowed, policy_of

log = logging.getLogger(__name__)

STATUS: dict[type[TrainerError], int] = {
    NotFound: 404,
    Forgotten: 410,
    StaleMove: 409,
    StaleDraft: 409,
    NotYet: 409,
    NotInWhatIf: 409,
    RatedTogether: 409,
    UnknownChoice: 409,
    Incomplete: 422,
    TooMany: 429,
    Busy: 429,
}

SENTENCES = {
    403: "This was sent by a page of another site, so nothing was done. Open the page here first.",
    404: "There is nothing here, or it is not yours to see.",
    405: "This address does not take that kind of request.",
    413: "That was more than this page takes. Shorten it and send it again.",
    500: "Something broke on our side. What you had already answered is kept.",
}


def install(app: Flask) -> None:
    """Answer every error with a sentence a person can act on."""
    app.register_error_handler(TrainerError, _expected)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(IntegrityError, _unfit)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that could not be taken, to be shown and sent once more."""

    action: str
    fields: tuple[tuple[str, str | None], ...]
    """Name and value. What opens something has none: it is asked for again, never sent back."""
    token: str | None = None
    """The token it came with, where only who wrote it may send it on; else it gets a new one."""
    is_held: bool = False
    """Whether it is only to be read and copied: whoever is signed in did not write it."""

    @property
    def words(self) -> list[tuple[str, str]]:
        """What somebody wrote, as far as it can be told from what they picked."""
        return [(name, value) for name, value in self.fields if value and _is_prose(value)]

    @property
    def rest(self) -> list[tuple[str, str]]:
        """What they picked, and what the page sent along."""
        return [(name, value) for name, value in self.fields if value and not _is_prose(value)]

    @property
    def empty(self) -> list[str]:
        return [name for name, value in self.fields if value == ""]

    @property
    def secrets(self) -> list[str]:
        return [name for name, value in self.fields if value is None]


def _is_prose(value: str) -> bool:
    return len(value) > 60 or any(each.isspace() for each in value.strip())


def _is_secret(name: str) -> bool:
    return "password" in name.lower() or name == "own_code"


def what_was_sent(*, token: str | None = None, is_held: bool = False) -> Sent:
    """Return the form of this request, without its token, or with the one that is to stay."""
    return Sent(
        action=url_for(request.endpoint or "", **(request.view_args or {})),
        fields=tuple(
            (name, None if _is_secret(name) else value)
            for name, value in request.form.items(multi=True)
            if name != form_tokens.FIELD
        ),
        token=token,
        is_held=is_held,
    )


def answer(
    status: int,
    message: str,
    *,
    sign_in_url: str | None = None,
    sent: Sent | None = None,
    new_token: bool = False,
    other_url: str | None = None,
) -> Response:
    """Return an error as a page, or for htmx as the notice of the page that is showing.

    :param sign_in_url: where to sign in, to somebody who is signed out
    :param sent: what was sent and not taken
    :param new_token: whether the forms of the page that is showing get a new token
    :param other_url: a page to open beside this one, where somebody else can sign in
    """
    told = {
        "message": message,
        "sign_in_url": sign_in_url,
        "sent": sent,
        "new_token": new_token,
        "other_url": other_url,
    }
    if wants_fragment():
        response = make_response(render_template("_notice.html", **told), status)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "outerHTML"
    else:
        response = make_response(render_template("error.html", status=status, **told), status)
    response.vary.add("HX-Request-Type")
    return response


def status_of(error: TrainerError) -> int:
    """Return the status that says what kind of error it was."""
    return STATUS.get(type(error), 400)


def _expected(error: TrainerError) -> Response:
    return answer(status_of(error), str(error))


EXPIRED = (
    "This page had been open too long, or its cookies were refused. Go back, copy what you"
    " wrote, load the page again and send it once more."
)
EXPIRED_HERE = (
    "This page had been open too long, or you have signed in again since. Nothing is lost:"
    " what you sent is below."
)

RENEWED = "This page had been open too long. It is renewed: what you write next is saved again."

OTHER = "Somebody else is signed in here now, so nothing was saved."
UNKNOWN = "This page had been open too long to tell whose it is, so nothing was saved."
STILL_HERE = "What you wrote is still on this page."
COPY = "Copy what you wrote, then load the page again."


def _expired_form(error: CSRFError) -> Response:
    # Only what a page of ours sent goes into a form that one press sends again: with a good token,
    # somebody else's words would be the person's own.
    if not _is_from_own_page():
        return answer(400, EXPIRED)
    if _needs_to_sign_in():
        # To renew the page would promise what the next answer takes back.
        return make_response(login_manager.unauthorized())
    if current_user.is_authenticated:
        # The same of what another person wrote here, before this one signed in.
        writer = form_tokens.writer()
        if writer is Writer.OTHER:
            return _held_back()
        if writer is Writer.UNKNOWN and not _is_open_to_everyone():
            return _nobodys()
    if wants_fragment() and request.form.get("act") == "keep":
        # A draft, sent while somebody goes on writing: to send this again would lose the rest.
        return answer(400, RENEWED, new_token=True)
    return answer(400, EXPIRED_HERE, sent=what_was_sent())


def _held_back() -> Response:
    """Keep what somebody wrote from being sent as whoever is signed in by now, and from being lost.

    It is shown to be read and copied: it stood in this browser a moment ago.
    """
    # Its token stays: it opens nothing for anybody else, and tells the writer once they are back.
    sent = what_was_sent(token=form_tokens.sent(), is_held=True)
    elsewhere = url_for("home.welcome")
    if not sent.fields:
        return answer(400, OTHER, other_url=elsewhere)
    if wants_fragment():
        return answer(400, f"{OTHER} {STILL_HERE}", other_url=elsewhere)
    return answer(400, OTHER, sent=sent, other_url=elsewhere)


def _nobodys() -> Response:
    if wants_fragment():
        return answer(400, f"{UNKNOWN} {COPY}")
    return answer(400, UNKNOWN, sent=what_was_sent(is_held=True))


def _is_open_to_everyone() -> bool:
    return policy_of(current_app, request.endpoint or "") is Allowed.EVERYONE


def _needs_to_sign_in() -> bool:
    return not current_user.is_authenticated and not _is_open_to_everyone()


def _is_from_own_page() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.origin
    if site is None and origin is not None:  # an older browser
        return urlsplit(origin).netloc == request.host
    return site in (None, "same-origin")


def _refused(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    if isinstance(error, RequestEntityTooLarge):
        status = 413
    response = answer(status, SENTENCES.get(status, "This request could not be read."))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _unfit(error: IntegrityError) -> Response:
    """Answer a row that the database did not take: mostly a bug, but not if its person is gone."""
    if not current_user.is_authenticated or forgetting.is_here(db.session, current_user.person.id):
        return _broken(error)
    g._login_user = login_manager.anonymous_user()
    return _expected(Forgotten())


def _broken(error: Exception) -> Response:
    log.exception("unexpected error in %s %s", request.method, request.endpoint, exc_info=error)
    # The page asks who is here; what broke may be the very database that would answer.
    g._login_user = login_manager.anonymous_user()
    return answer(500, SENTENCES[500])
