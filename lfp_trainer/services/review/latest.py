"""Answers to be counted: each person's latest, and the codes that are in them.

Who practiced more often weighs no more than others (``Scope.answers``).
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services.access.shown import Column
from lfp_trainer.services.review.scope import Query, Scope
from lfp_trainer.storage.models import Diagnosis, Rating, Round


def latest_ratings(scope: Scope, round: Round, *columns: Column) -> Query:
    """Select columns of the ratings of each person's latest run in which they rated so."""
    return scope.answers(Rating.rater_id, *columns, only=Rating.round == round)


def latest_diagnoses(scope: Scope, *columns: Column) -> Query:
    """Select columns of each person's latest diagnosis."""
    return scope.answers(Diagnosis.user_id, *columns)


def looked_up_once(query: Query, name: str = "each") -> sa.CTE:
    """Return what a query finds, for a statement that reads it several times."""
    # SQLite would otherwise look it up each time.
    return query.cte(name).prefix_with("MATERIALIZED")


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
