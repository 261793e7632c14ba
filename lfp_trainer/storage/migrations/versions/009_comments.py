"""Comments of facilitators on what is shown to them, and what is answered."""

import sqlalchemy as sa
from alembic import op

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_REFERS = (
    ("cohort_id", "cohort", "SET NULL"),
    ("run_id", "run", "CASCADE"),
    ("learner_id", "user", "CASCADE"),
    ("author_id", "user", "SET NULL"),
    ("answers", "comment", "CASCADE"),
)


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("start_key", sa.Text(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("strand", sa.Text(), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", _WHEN, nullable=False),
        sa.Column("read_at", _WHEN, nullable=True),
        sa.Column("read_by_author_at", _WHEN, nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{other}.id"], name=op.f(f"fk_comment_{column}_{other}"), ondelete=then
            )
            for column, other, then in _REFERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("key", name=op.f("uq_comment_key")),
        sa.UniqueConstraint("start_key", name=op.f("uq_comment_start_key")),
    )
    for column, _, _ in _REFERS:
        op.create_index(op.f(f"ix_comment_{column}"), "comment", [column])


def downgrade() -> None:
    op.drop_table("comment")
