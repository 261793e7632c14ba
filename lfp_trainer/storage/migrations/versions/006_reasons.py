"""Why somebody decides, kept while they write it."""

import sqlalchemy as sa
from alembic import op

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pick") as batch:
        batch.add_column(sa.Column("draft", sa.Text(), nullable=True))


def downgrade() -> None:
    # A row of a draft alone is no pick, and nothing else would tell it from one.
    op.execute("DELETE FROM pick WHERE choice_id IS NULL AND reason = ''")
    with op.batch_alter_table("pick") as batch:
        batch.drop_column("draft")
