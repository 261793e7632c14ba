"""What of a cohort's answers is on the big screen."""

import sqlalchemy as sa
from alembic import op

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "showing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("scenario_version_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_showing_cohort_id_cohort"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scenario_version_id"], ["scenario_version.id"],
            name=op.f("fk_showing_scenario_version_id_scenario_version"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user.id"], name=op.f("fk_showing_opened_by_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showing")),
        sa.UniqueConstraint("cohort_id", name=op.f("uq_showing_cohort_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_showing_opened_by"), "showing", ["opened_by"])
    op.create_index(op.f("ix_showing_scenario_version_id"), "showing", ["scenario_version_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_showing_scenario_version_id"), "showing")
    op.drop_index(op.f("ix_showing_opened_by"), "showing")
    op.drop_table("showing")
