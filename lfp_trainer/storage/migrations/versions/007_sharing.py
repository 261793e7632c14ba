"""Cohorts at work: agreements, invitations by name, assignments, and what of a run is shared."""

import sqlalchemy as sa
from alembic import op

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_IS_SHOWN = sa.text("cohort_id IS NOT NULL")
_COUNTED = (
    "cohort_id", "scenario_version_id", "scene_id", "choice_id", "led_to", "stand_in", "seat",
    "user_id", "run_id", "shown_at", "ending_id",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(sa.Column("agreements", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("agreements_at", _WHEN, nullable=True))
    with op.batch_alter_table("cohort") as batch:
        batch.alter_column("agreements", server_default=None)
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("agreed_at", _WHEN, nullable=True))
        batch.add_column(sa.Column("facilitates_since", _WHEN, nullable=True))
    op.execute("UPDATE membership SET facilitates_since = joined_at WHERE role = 'facilitator'")
    _create_in_cohort(
        "expected",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.String(length=20), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_expected_user_id_user"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("code", name=op.f("uq_expected_code")),
    )
    op.create_index(op.f("ix_expected_user_id"), "expected", ["user_id"])
    _create_in_cohort(
        "assignment",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("start_key", sa.Text(), nullable=False),
        sa.Column("scenario_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("required", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opens_at", _WHEN, nullable=True),
        sa.Column("due_at", _WHEN, nullable=True),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("closed_at", _WHEN, nullable=True),
        sa.UniqueConstraint("key", name=op.f("uq_assignment_key")),
        sa.UniqueConstraint("start_key", name=op.f("uq_assignment_start_key")),
    )
    with op.batch_alter_table("run") as batch:
        batch.add_column(sa.Column("cohort_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("assignment_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("shown_at", _WHEN, nullable=True))
        for name in ("cohort", "assignment"):
            batch.create_foreign_key(
                op.f(f"fk_run_{name}_id_{name}"), name, [f"{name}_id"], ["id"], ondelete="SET NULL"
            )
            batch.create_index(op.f(f"ix_run_{name}_id"), [f"{name}_id"])
    with op.batch_alter_table("participant") as batch:
        batch.add_column(sa.Column("shared_at", _WHEN, nullable=True))
    with op.batch_alter_table("step") as batch:
        batch.add_column(sa.Column("cohort_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("scenario_version_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("shown_at", _WHEN, nullable=True))
        batch.add_column(sa.Column("ending_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("led_to", sa.Text(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_step_cohort_id_cohort"), "cohort", ["cohort_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_foreign_key(
            op.f("fk_step_scenario_version_id_scenario_version"), "scenario_version",
            ["scenario_version_id"], ["id"],
        )  # fmt: skip
    op.create_index(
        "ix_step_shown", "step", list(_COUNTED), sqlite_where=_IS_SHOWN, postgresql_where=_IS_SHOWN
    )


def _create_in_cohort(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f(f"fk_{name}_cohort_id_cohort"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{name}_cohort_id"), name, ["cohort_id"])


def downgrade() -> None:
    op.drop_index("ix_step_shown", "step")
    with op.batch_alter_table("step") as batch:
        batch.drop_constraint(
            op.f("fk_step_scenario_version_id_scenario_version"), type_="foreignkey"
        )
        batch.drop_constraint(op.f("fk_step_cohort_id_cohort"), type_="foreignkey")
        for name in ("led_to", "ending_id", "shown_at", "scenario_version_id", "cohort_id"):
            batch.drop_column(name)
    with op.batch_alter_table("participant") as batch:
        batch.drop_column("shared_at")
    with op.batch_alter_table("run") as batch:
        for name in ("cohort", "assignment"):
            batch.drop_index(op.f(f"ix_run_{name}_id"))
            batch.drop_constraint(op.f(f"fk_run_{name}_id_{name}"), type_="foreignkey")
        for name in ("shown_at", "assignment_id", "cohort_id"):
            batch.drop_column(name)
    op.drop_table("assignment")
    op.drop_table("expected")
    with op.batch_alter_table("membership") as batch:
        batch.drop_column("facilitates_since")
        batch.drop_column("agreed_at")
    with op.batch_alter_table("cohort") as batch:
        batch.drop_column("agreements_at")
        batch.drop_column("agreements")
