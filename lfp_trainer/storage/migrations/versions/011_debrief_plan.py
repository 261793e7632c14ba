"""What is said after a play: a debrief plan, and sentences that are told to a cohort."""

import sqlalchemy as sa
from alembic import op

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debrief_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Text(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_debrief_plan_cohort_id_cohort"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debrief_plan")),
        sa.UniqueConstraint(
            "cohort_id", "scenario_id", name=op.f("uq_debrief_plan_cohort_id_scenario_id")
        ),
    )  # fmt: skip
    with op.batch_alter_table("next_step") as batch:
        batch.add_column(
            sa.Column("told", sa.String(length=20), nullable=False, server_default="nobody")
        )
    with op.batch_alter_table("next_step") as batch:
        batch.alter_column("told", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("next_step") as batch:
        batch.drop_column("told")
    op.drop_table("debrief_plan")
