"""One person, one answer: who answered in several runs of a scenario counts with the latest.

So that nobody weighs more than another because they practiced more.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.services.access.shown import Column
from lfp_trainer.services.review.scope import Query, Scope
from lfp_trainer.storage.models import Diagnosis, Rating, Round


def latest_ratings(scope: Scope, round: Round, *columns: Column) -> Query:
    """Select columns of the ratings of each person's latest run in which they rated so."""
    return _latest(scope, Rating.rater_id, Rating.run_id, *columns, only=Rating.round == round)


def latest_diagnoses(scope: Scope, *columns: Column) -> Query:
    """Select columns of each person's latest diagnosis."""
    return _latest(scope, Diagnosis.user_id, Diagnosis.run_id, *columns, only=sa.true())


def _latest(
    scope: Scope,
    owner: InstrumentedAttribute[int],
    run_id: InstrumentedAttribute[int],
    *columns: Column,
    only: sa.ColumnElement[bool],
) -> Query:
    latest = (
        scope.answers(owner, owner.label("owner"), sa.func.max(run_id).label("run"))
        .where(only)
        .group_by(owner)
        .subquery("latest")
    )
    return (
        scope.answers(owner, *columns)
        .join(latest, (latest.c.owner == owner) & (latest.c.run == run_id))
        .where(only)
    )


def elements(session: Session, codes: sa.ColumnElement[Any]) -> sa.TableValuedAlias:
    """Return the codes in a column as rows, their column named ``value``."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.json_each(codes).table_valued("value")
    return sa.func.json_array_elements_text(codes).table_valued("value").render_derived()


def count_elements(
    session: Session, answers: sa.CTE, codes: sa.ColumnElement[Any], *columns: sa.ColumnElement[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """Select for each code in a column of answers how many of them hold it."""
    each = elements(session, codes)
    return (
        sa.select(*columns, each.c.value, sa.func.count())
        .select_from(answers)
        .join(each, sa.true())
        .group_by(each.c.value)
    )
