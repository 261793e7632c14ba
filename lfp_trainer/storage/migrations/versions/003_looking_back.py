"""What comes after a first play: what-if runs, ranked responses, answers to next steps."""

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ranking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ranked", sa.JSON(), nullable=False),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_ranking_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_ranking_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
        sa.UniqueConstraint(
            "run_id", "user_id", "number", name=op.f("uq_ranking_run_id_user_id_number")
        ),
    )
    op.create_index(op.f("ix_ranking_user_id"), "ranking", ["user_id"])
    with op.batch_alter_table("run") as batch:
        batch.add_column(sa.Column("what_if_of", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("what_if_at", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_run_what_if_of_run"), "run", ["what_if_of"], ["id"], ondelete="SET NULL"
        )
        batch.create_index(op.f("ix_run_what_if_of"), ["what_if_of"])
    with op.batch_alter_table("next_step") as batch:
        batch.add_column(sa.Column("answer", sa.String(length=20), nullable=True))
        batch.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("next_step") as batch:
        batch.drop_column("answered_at")
        batch.drop_column("answer")
    with op.batch_alter_table("run") as batch:
        batch.drop_index(op.f("ix_run_what_if_of"))
        batch.drop_constraint(op.f("fk_run_what_if_of_run"), type_="foreignkey")
        batch.drop_column("what_if_at")
        batch.drop_column("what_if_of")
    op.drop_table("ranking")
