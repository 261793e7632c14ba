"""Keep an answer while it is being written: one row a key, changed until it is committed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove
from lfp_trainer.storage.models import Diagnosis, NextStep, Rating

Draft = type[Diagnosis] | type[Rating] | type[NextStep]


def keep(
    session: Session, table: Draft, key: Mapping[str, Any], values: Mapping[str, Any], now: datetime
) -> None:
    """Store an answer under its key.

    :raise StaleMove: if it has been committed, or another browser stored it at the same moment
    """
    columns = table.__table__.c
    values = {**values, "saved_at": now}
    open_rows = [columns[name] == value for name, value in key.items()]
    if "committed_at" in columns:
        open_rows.append(columns["committed_at"].is_(None))
    changed = session.execute(sa.update(table).where(*open_rows).values(values))
    if changed.rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.execute(sa.insert(table).values(**key, **values))
    except IntegrityError as error:
        raise StaleMove("This was already committed, or saved from another window.") from error
