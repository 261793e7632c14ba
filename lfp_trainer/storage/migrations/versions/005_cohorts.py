"""Cohorts: who is in one, how they were paired, and who brought the people of a run together."""

import sqlalchemy as sa
from alembic import op

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("key", name=op.f("uq_cohort_key")),
        sa.UniqueConstraint("code", name=op.f("uq_cohort_code")),
    )
    _create_of_a_member(
        "membership",
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        once=("cohort_id", "user_id"),
    )
    _create_of_a_member(
        "paired",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("scenario_id", sa.Text(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        once=("cohort_id", "key", "user_id"),
    )
    with op.batch_alter_table("pair") as batch:
        batch.add_column(sa.Column("invited_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_pair_invited_by_user"), "user", ["invited_by"], ["id"], ondelete="SET NULL"
        )
        batch.create_index(op.f("ix_pair_invited_by"), ["invited_by"])


def _create_of_a_member(name: str, *columns: sa.Column[object], once: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f(f"fk_{name}_cohort_id_cohort"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f(f"fk_{name}_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*once, name=op.f(f"uq_{name}_{'_'.join(once)}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{name}_user_id"), name, ["user_id"])


def downgrade() -> None:
    with op.batch_alter_table("pair") as batch:
        batch.drop_index(op.f("ix_pair_invited_by"))
        batch.drop_constraint(op.f("fk_pair_invited_by_user"), type_="foreignkey")
        batch.drop_column("invited_by")
    op.drop_table("paired")
    op.drop_table("membership")
    op.drop_table("cohort")
