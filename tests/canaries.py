"""A word of somebody's own in every place where the site can store one.

Rows are made from the tables as they are, so a new table or column has its word too.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import accounts
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.sign_in import account_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Model, Role, Run, ScenarioVersion, Step
from tests.conftest import NOON

TABLES = Model.metadata.sorted_tables
SHARED_PLAY = {
    ("step", "scene_id"), ("step", "choice_id"), ("step", "seat"), ("step", "led_to"),
    ("pair", "code"), ("pair", "screen"),
}  # fmt: skip
"""What everybody in a run has seen: it is nobody's own word."""


def word_of(canary: str, column: sa.Column[Any]) -> str:
    return f"{canary}.{column.table.name}.{column.name}"


def add_version(session: Session) -> int:
    with writing(session):
        version = ScenarioVersion(
            scenario_id="late-report", digest="d", title="Late report", source="", parsed="",
            is_current=True, published_at=NOON,
        )  # fmt: skip
        session.add(version)
        session.flush()
        return version.id


def add_person(session: Session, canary: str, role: Role = Role.LEARNER) -> Person:
    """Make an account with a word of its own in every column."""
    email = f"{canary}.user.email@district.example".lower()
    with writing(session):
        user_id = accounts.register(
            session, name=f"{canary}.user.name", email=email, role=role,
            password_hash=f"{canary}.user.password_hash", now=NOON,
        )  # fmt: skip
    return Person(user_id, f"{canary}.user.name", email, role, None, 0, NOON)


def add_run(session: Session, version: int, canary: str, **more: Any) -> int:
    with writing(session):
        run = Run(
            key=f"{canary}.run.key", start_key=f"{canary}.run.start_key",
            scenario_version_id=version, ending_id=f"{canary}.run.ending_id", started_at=NOON,
            **more,
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id


def leave_in_run(session: Session, run: int, person: Person, canary: str, number: int = 1) -> None:
    """Leave a row in every table of a run, with a word in every column of text.

    What there is one of to a run, the first who is in it leaves.
    """
    for table in TABLES:
        if "run_id" not in table.c:
            continue
        if table.c.run_id.unique and _is_there(session, table, run):
            continue
        _add(
            session, table, person, canary,
            run_id=run, number=number, code=f"code-{run}", swap_of=None, cohort_id=None,
            scenario_version_id=None, answers=None,
            **{each: f"{canary}.{table.name}.{each} {run}" for each in ("key", "start_key")},
        )  # fmt: skip


def _is_there(session: Session, table: sa.Table, run: int) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(table.c.run_id == run))))


def leave_outside(session: Session, person: Person, canary: str) -> None:
    """Leave a row in every table that belongs to a person and to no run."""
    cohorts = Model.metadata.tables["cohort"]
    _add(session, cohorts, person, canary)
    hers = cohorts.c.key == word_of(canary, cohorts.c.key)
    with writing(session):
        cohort_id = session.scalar(sa.select(cohorts.c.id).where(hers))
    for table in TABLES:
        owned = any(key.column.table.name in ("user", "cohort") for key in table.foreign_keys)
        if owned and "run_id" not in table.c and table.name != "run":
            _add(
                session, table, person, canary, cohort_id=cohort_id, scenario_version_id=None
            )  # fmt: skip
    made, parts = Model.metadata.tables["export"], Model.metadata.tables["export_part"]
    hers = made.c.key == word_of(canary, made.c.key)
    with writing(session):
        export_id = session.scalar(sa.select(made.c.id).where(hers))
    _add(session, parts, person, canary, export_id=export_id)
    failures = Model.metadata.tables["sign_in_failure"]
    _add(session, failures, person, canary, account=account_of(person.email or ""))


def _add(session: Session, table: sa.Table, person: Person, canary: str, **known: Any) -> None:
    values = {
        column.name: (
            known[column.name] if column.name in known else _value(column, person, canary)
        )
        for column in table.c
        if not column.primary_key
    }
    with writing(session):
        session.execute(sa.insert(table).values(values))


def _value(column: sa.Column[Any], person: Person, canary: str) -> Any:
    for key in column.foreign_keys:
        assert key.column.table.name == "user", f"say what {column} stands for"
        return person.id
    if (column.table.name, column.name) in SHARED_PLAY:
        return f"{column.name}-{person.id}"
    if isinstance(column.type, sa.Enum) and column.type.enum_class is not None:
        return next(iter(column.type.enum_class))
    kinds: list[tuple[type[sa.types.TypeEngine[Any]], Any]] = [
        (sa.JSON, [word_of(canary, column)]),
        (sa.Text, word_of(canary, column)),
        (sa.LargeBinary, word_of(canary, column).encode()),
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.Date, date(2026, 3, 9)),
    ]
    for kind, value in kinds:
        if isinstance(column.type, kind):
            return value
    return NOON


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    session.rollback()
    return {
        table.name: [tuple(row) for row in session.execute(sa.select(table).order_by(table.c.id))]
        for table in TABLES
    }


def shared_steps(session: Session, run: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        sa.select(Step.user_id, Step.reason, Step.choice_id)
        .where(Step.run_id == run)
        .order_by(Step.number)
    )
    return [tuple(row) for row in rows]
