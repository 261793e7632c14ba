"""Whether the server can do its work: for the machine that watches it, not for people."""

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from lfp_trainer.web.extensions import db
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("health", __name__)


@bp.get("/health")
@allow(Allowed.EVERYONE)
def show() -> ResponseReturnValue:
    """Say ok when the database answers and has its tables; say nothing of versions or paths."""
    try:
        db.session.execute(sa.text("SELECT version_num FROM alembic_version")).one()
    except sa.exc.SQLAlchemyError:
        return {"status": "no database"}, 503
    return {"status": "ok"}
