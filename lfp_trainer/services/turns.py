"""Whose response each step of a run was, where several people play: one person's, or several'.

A step keeps one person, the last to agree where several decided; what the others picked says that
they did too. What the stand-in played for somebody is not theirs, and nor is what a play with the
seats exchanged took over from the play before it.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.storage.models import Pick, Step, table
from lfp_trainer.storage.prepared import Within

_steps, _picks = table(Step).c, table(Pick).c


def chosen_by(
    within: Within, seated: Seated, script: Script, company: Company
) -> dict[int, frozenset[int]]:
    """Return who chose each response: step number → people; nobody for the stand-in."""
    players = {each.user_id for each in company.players}
    rows = within.execute(
        sa.select(
            _steps.number, _steps.scene_id, _steps.choice_id, _steps.user_id, _steps.stand_in
        ).where(_steps.run_id == seated.run_id)
    )
    steps = {row.number: row for row in rows}
    found = {
        number: {row.user_id} if row.user_id is not None and not row.stand_in else set()
        for number, row in steps.items()
    }
    for row in within.execute(
        sa.select(_picks.number, _picks.user_id, _picks.choice_id).where(
            _picks.run_id == seated.run_id
        )
    ):
        step = steps.get(row.number)
        if step is None or step.stand_in or step.choice_id != row.choice_id:
            continue
        if row.user_id in players and script.scenes[step.scene_id].scene.turn == BOTH:
            found[row.number].add(row.user_id)
    taken_over = (seated.what_if_at or 1) if seated.is_swap else 1
    return {
        number: frozenset(() if number < taken_over else people) for number, people in found.items()
    }


def not_own(within: Within, seated: Seated, script: Script) -> frozenset[int]:
    """Return the steps that somebody did not choose, in a run together; nothing in any other."""
    if not seated.is_pair:
        return frozenset()
    company = company_in(within, seated.run_id)
    return not_of(chosen_by(within, seated, script, company), seated.user_id)


def not_of(chosen: Mapping[int, frozenset[int]], user_id: int) -> frozenset[int]:
    """Return the steps that somebody did not choose, alone or with others."""
    return frozenset(number for number, people in chosen.items() if user_id not in people)
