"""Who is asking, and when: what a view tells the services, which know neither."""

from datetime import UTC, datetime

from flask_login import current_user

from lfp_trainer.services.accounts import Person


def me() -> Person:
    """Return the person who is asking; only for views that let nobody else in."""
    person: Person = current_user.person
    return person


def viewer_id() -> int | None:
    """Return who is looking, if that is known, at a page that is open to everyone."""
    return me().id if current_user.is_authenticated else None


def now() -> datetime:
    """Return the time, for services, which read no clock."""
    return datetime.now(UTC)
