"""Codes that people read out and type: what they are made of, and one that nobody has yet."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Nothing that is read out or written down as something else."""


def draw(session: Session, column: InstrumentedAttribute[str], length: int) -> str:
    """Return a code that no row has in this column."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(length))
        if session.scalar(sa.select(column).where(column == code)) is None:
            return code


def clean(typed: str, length: int) -> str:
    """Return a code as it is stored, from what was typed; one too long stays too long."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)[: length + 1]
