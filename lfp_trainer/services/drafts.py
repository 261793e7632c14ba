"""Keep an answer while it is being written: one row a key, changed until it is committed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove
from lfp_trainer.storage.models import Diagnosis, Mark, NextStep, Rating

Draft = type[Diagnosis] | type[Rating] | type[NextStep] | type[Mark]


def keep(
    session: Session, table: Draft, key: Mapping[str, Any], values: Mapping[str, Any], now: datetime
) -> None:
    """Store an answer under its key, in one statement: two windows may save at the same moment.

    :raise StaleMove: if it has been committed
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    columns = table.__table__.c
    values = {**values, "saved_at": now}
    is_open = columns["committed_at"].is_(None) if "committed_at" in columns else sa.true()
    kept = session.execute(
        insert(table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values, where=is_open)
        .returning(columns["id"])
    ).first()
    if kept is None:
        raise StaleMove("This is committed already, and stays as it is.")
