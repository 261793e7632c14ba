"""Runs that several people are in: the lobby, who is there, picks, an observer's marks."""

import sqlalchemy as sa
from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None

TIMES = ("ready_at", "seen_at", "left_at", "stand_in_from", "nudged_at", "rated_play_at")


def upgrade() -> None:
    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("device_of", sa.Integer(), nullable=True),
        sa.Column("screen", sa.Text(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swap_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_pair_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["device_of"], ["user.id"], name=op.f("fk_pair_device_of_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["swap_of"], ["run.id"], name=op.f("fk_pair_swap_of_run"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint("run_id", name=op.f("uq_pair_run_id")),
        sa.UniqueConstraint("code", name=op.f("uq_pair_code")),
    )
    op.create_index(op.f("ix_pair_device_of"), "pair", ["device_of"])
    op.create_index(op.f("ix_pair_swap_of"), "pair", ["swap_of"])
    _create_of_a_decision(
        "pick",
        sa.Column("first_choice_id", sa.Text(), nullable=True),
        sa.Column("choice_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=False),
    )
    _create_of_a_decision(
        "mark",
        sa.Column("practices", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    with op.batch_alter_table("participant") as batch:
        for name in TIMES:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("asked_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_participant_asked_by_user"), "user", ["asked_by"], ["id"], ondelete="SET NULL"
        )
        batch.create_index(op.f("ix_participant_asked_by"), ["asked_by"])


def _create_of_a_decision(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f(f"fk_{name}_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f(f"fk_{name}_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "run_id", "user_id", "number", name=op.f(f"uq_{name}_run_id_user_id_number")
        ),
    )
    op.create_index(op.f(f"ix_{name}_user_id"), name, ["user_id"])


def downgrade() -> None:
    with op.batch_alter_table("participant") as batch:
        batch.drop_index(op.f("ix_participant_asked_by"))
        batch.drop_constraint(op.f("fk_participant_asked_by_user"), type_="foreignkey")
        for name in ("asked_by", *reversed(TIMES)):
            batch.drop_column(name)
    op.drop_table("mark")
    op.drop_table("pick")
    op.drop_table("pair")
