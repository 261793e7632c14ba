"""The secret of this site: what is signed, and the own codes of guests, follow from it."""

from flask import current_app


def site_secret() -> str:
    """Return it as text; the settings see to it that there is one."""
    secret: str = current_app.config["SECRET_KEY"]
    return secret
