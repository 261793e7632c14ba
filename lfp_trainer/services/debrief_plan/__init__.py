"""A plan for talking with a cohort about what its own answers show, and what becomes of it."""

from lfp_trainer.services.debrief_plan.kept import MOST_BLOCKS as MOST_BLOCKS
from lfp_trainer.services.debrief_plan.kept import Plan as Plan
from lfp_trainer.services.debrief_plan.kept import forget as forget
from lfp_trainer.services.debrief_plan.kept import plan_of as plan_of
from lfp_trainer.services.debrief_plan.kept import save as save
from lfp_trainer.services.debrief_plan.suggest import MINUTES as MINUTES
from lfp_trainer.services.debrief_plan.suggest import Block as Block
from lfp_trainer.services.debrief_plan.suggest import Line as Line
from lfp_trainer.services.debrief_plan.suggest import suggest as suggest
