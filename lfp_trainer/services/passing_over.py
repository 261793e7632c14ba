"""Go on without a part that an assignment does not ask for. Nothing of it is committed then.

What was written of it stays a draft, read by its writer alone. Whoever plays along is told that
there is nothing of it, and never why.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import StaleMove
from lfp_trainer.services import choices, pairs, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.storage.models import Required, Stage

PARTS = {Stage.DIAGNOSIS: Required.DIAGNOSIS, Stage.RATING: Required.RATINGS}
"""What can be passed over, by the stage at which it is answered."""
ASKED_FOR = "This part belongs to the run, so it goes on once you have committed it."


def may_pass_over(seated: Seated, stage: Stage) -> bool:
    """Tell whether a part is one that the assignment of this run does not ask for."""
    part = PARTS.get(stage)
    return part is not None and seated.required is not None and not seated.requires(part)


def pass_over(
    session: Session, seated: Seated, script: Script, stage: Stage, *, now: datetime
) -> None:
    """Go on without a part, and let the conversation open if it was the last before it.

    :raise NotYet: if the run has not come to it
    :raise StaleMove: if it belongs to the run, or the run is past it
    """
    if not may_pass_over(seated, stage):
        raise StaleMove(ASKED_FOR)
    runs.require(seated, stage)
    if seated.is_pair:
        choices.hold(session, seated.run_id)
    runs.move_on(session, seated, stage, now=now)
    if stage is not Stage.RATING:
        return
    if seated.is_pair:
        pairs.settle(session, seated, script, now=now)
    else:
        choices.open_role_play(session, seated, script, now=now)
