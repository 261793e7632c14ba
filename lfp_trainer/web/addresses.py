"""What may stand in an address. Anything else is not found, and never reaches a database."""

from flask import Flask
from werkzeug.routing import BaseConverter

from lfp_trainer.services import cohorts, lobby


class RunKey(BaseConverter):
    """The key of a run, as ``secrets.token_urlsafe(12)`` makes it."""

    regex = "[A-Za-z0-9_-]{16}"


class Slug(BaseConverter):
    """The id of a scenario."""

    regex = "[a-z0-9][a-z0-9-]{0,63}"


class LobbyCode(BaseConverter):
    """The code of a lobby as somebody types it, in any case, with spaces or dashes."""

    regex = "[A-Za-z0-9 -]{1,20}"

    def to_python(self, value: str) -> str:
        return lobby.clean_code(value)


class CohortCode(BaseConverter):
    """The code of a cohort, or of an invitation to one, as somebody types it, in any case, with
    spaces or dashes.
    """

    regex = "[A-Za-z0-9 -]{1,30}"

    def to_python(self, value: str) -> str:
        return cohorts.clean_code(value)


def install(app: Flask) -> None:
    """Offer the converters to every route."""
    app.url_map.converters.update(run=RunKey, slug=Slug, code=LobbyCode, cohort_code=CohortCode)
