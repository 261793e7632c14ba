"""Everything the site knows of a person, gathered for that person and for nobody else.

Which rows and columns those are is written down in ``data_registry``; this module only reads them.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.data_registry import REGISTRY, Owner, Store
from lfp_trainer.services.data_words import WORDS, add_words
from lfp_trainer.services.safe_cells import safe_cell
from lfp_trainer.services.sign_in import account_of
from lfp_trainer.storage.models import Run, ScenarioVersion, table

Rows = list[dict[str, Any]]
Gathered = dict[str, Rows]
"""Table → its rows, each column → value, as JSON can hold them."""

BESIDE = {
    "scenario_id": "The id of the case. Added for reading; not a column of the table.",
    "scenario_title": "The title of the case. Added for reading; not a column of the table.",
}
"""What stands beside the number of a run or of a version, which nobody could read."""


def gather(
    session: Session, person: Person, exercises: Mapping[str, Exercise] = MappingProxyType({})
) -> Gathered:
    """Return every row that is this person's, without what the registry withholds.

    :param exercises: those of this site, by id: what was rated in them is told in words too
    """
    owner = Owner(person.id, account_of(person.email) if person.email else None)
    gathered = {
        store.name: _rows(session, store, store.rows, owner)
        for store in REGISTRY
        if store.rows is not None
    }
    add_words(session, gathered, exercises)
    return gathered


def _rows(
    session: Session,
    store: Store,
    rows: Callable[[Owner], sa.ColumnElement[bool]],
    owner: Owner,
) -> Rows:
    columns = table(store.model).c
    wanted = [_column(store, name, owner) for name in store.exported]
    query = sa.select(*wanted).where(rows(owner)).order_by(columns.id)
    version = table(ScenarioVersion)
    if "run_id" in columns:
        query = query.join(table(Run), table(Run).c.id == columns.run_id)
    if _has_case(store):
        query = query.join(version, version.c.id == table(Run).c.scenario_version_id)
        told_to = store.columns["run_id"].told_to if "run_id" in store.columns else None
        for name, column in zip(BESIDE, (version.c.scenario_id, version.c.title), strict=True):
            told = column if told_to is None else sa.case((told_to(owner), column))
            query = query.add_columns(told.label(name))
    found = session.execute(query)
    names = list(found.keys())
    return [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def _column(store: Store, name: str, owner: Owner) -> sa.ColumnElement[Any]:
    column, described = table(store.model).c[name], store.columns[name]
    told_to = described.told_to or (store.made_by if described.only_own else None)
    return column if told_to is None else sa.case((told_to(owner), column)).label(name)


def _has_case(store: Store) -> bool:
    return store.model is Run or "run_id" in store.columns


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def dictionary() -> list[dict[str, str]]:
    """Return the data dictionary: one entry for each column of each table."""
    entries = []
    for store in REGISTRY:
        for name, column in store.columns.items():
            entries.append(_entry(store, name, column.means, column.withheld))
        entries += [_entry(store, name, means, "") for name, means in _beside(store).items()]
    return entries


def _beside(store: Store) -> Mapping[str, str]:
    """Return what is added to each row of a table, and what it means."""
    return {**(BESIDE if _has_case(store) else {}), **WORDS.get(store.name, {})}


def _entry(store: Store, name: str, means: str, withheld: str) -> dict[str, str]:
    return {
        "table": store.name,
        "column": name,
        "means": means,
        "in_this_download": f"no: {withheld}" if withheld else "yes",
        "whose": store.whose,
        "when_you_delete_your_account": store.fate.value,
    }


def as_json(gathered: Mapping[str, Rows], *, now: datetime) -> bytes:
    """Return everything as one JSON document, its dictionary inside."""
    told = {
        "about": {
            "what": "Everything this site stores about you.",
            "made_at": _plain(now),
            "times": "UTC, as in ISO 8601",
        },
        "tables": gathered,
        "dictionary": dictionary(),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


READ_ME = """\
Your data

Made on {made_at} (UTC).

Each file that ends in .csv is one table, and opens in any spreadsheet. dictionary.csv says what
every column means, which ones are left out of this download and why, and what becomes of them when
you delete your account.

Times are UTC. A cell in square brackets is a list.

A spreadsheet takes a cell that begins with = + - or @ for a formula and would run it. Where text of
yours begins so, it has an apostrophe (') in front of it here, which you did not write. The download
as JSON has every text exactly as it is stored. Numbers are numbers in both.
"""


def as_zip(gathered: Mapping[str, Rows], *, now: datetime) -> bytes:
    """Return everything as tables for a spreadsheet, one file each, with a dictionary."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        read_me = READ_ME.format(made_at=f"{now.astimezone(UTC):%Y-%m-%d %H:%M}")
        files = {"read-me.txt": read_me.encode()}
        entries = dictionary()
        files["dictionary.csv"] = _csv(list(entries[0]), entries)
        for store in REGISTRY:
            if store.name in gathered:
                columns = [*store.exported, *_beside(store)]
                files[f"{store.name}.csv"] = _csv(columns, gathered[store.name])
        for name, content in files.items():
            stamp = now.astimezone(UTC).timetuple()[:6]
            info = zipfile.ZipInfo(name, date_time=stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    written = io.StringIO(newline="")
    # Numbers stay bare and texts stand in quotes, so that a line break stays inside its cell.
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(row[name]) for name in columns])
    # The mark tells spreadsheets that this is UTF-8.
    return b"\xef\xbb\xbf" + written.getvalue().encode()
