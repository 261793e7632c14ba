"""Who may ask for what kind of page. Every view says so, and one that does not cannot be served.

The gate decides by role only. Whether a person may see a particular run is a query in
``services/access``.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import NotFound
from lfp_trainer.storage.models import Role
from lfp_trainer.web.extensions import login_manager

View = TypeVar("View", bound=Callable[..., Any])


class Allowed(StrEnum):
    """Who may call a view."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in, guests too"
    ACCOUNTS = "with an account"
    FACILITATORS = "facilitators and admins"
    ADMINS = "admins"


def allow(who: Allowed) -> Callable[[View], View]:
    """Say who may call a view."""

    def mark(view: View) -> View:
        view.__dict__["allowed"] = who
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> Allowed:
    """Return who may call an endpoint.

    :raise RuntimeError: if its view does not say
    """
    allowed = getattr(app.view_functions[endpoint], "allowed", None)
    if not isinstance(allowed, Allowed):
        raise RuntimeError(f"The view '{endpoint}' does not say who may call it.")
    return allowed


def guard(app: Flask) -> None:
    """Refuse, before any view runs, whoever its policy does not name."""
    for endpoint in app.view_functions:
        policy_of(app, endpoint)
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None:  # no such page: the 404 needs no policy
        return None
    allowed = policy_of(current_app, endpoint)
    if allowed is Allowed.EVERYONE:
        return None
    if not current_user.is_authenticated:
        unauthorized: ResponseReturnValue = login_manager.unauthorized()
        return unauthorized
    person = current_user.person
    permitted = {
        Allowed.SIGNED_IN: True,
        Allowed.ACCOUNTS: not person.is_guest,
        Allowed.FACILITATORS: person.role in (Role.FACILITATOR, Role.ADMIN),
        Allowed.ADMINS: person.role is Role.ADMIN,
    }
    if not permitted[allowed]:
        raise NotFound
    return None
