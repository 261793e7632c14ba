"""What people tell all of their cohort: the sentence they walk out with, where they say so."""

from typing import Any

import sqlalchemy as sa

from lfp_trainer.storage.models import (
    Membership,
    NextStep,
    Participant,
    Run,
    ScenarioVersion,
    Stage,
    Telling,
    User,
)


def sentences_told(viewer_id: int, cohort_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Select what people of a cohort of this viewer tell all of it that they walk out with: the
    scenario of the run and its title, whose it is (to be counted, never to be shown), the sentence,
    and the name only of who tells it too.

    Nothing else of a next step is ever told, and nothing of a run that is private again.
    """
    name = sa.case((NextStep.told == Telling.NAMED, User.name), else_=sa.literal(""))
    is_in = sa.exists().where(Membership.cohort_id == cohort_id, Membership.user_id == viewer_id)
    return (
        sa.select(
            ScenarioVersion.scenario_id,
            ScenarioVersion.title,
            NextStep.user_id,
            NextStep.sentence,
            name.label("name"),
        )
        .select_from(NextStep)
        .join(Run, Run.id == NextStep.run_id)
        .join(
            Participant,
            (Participant.run_id == NextStep.run_id) & (Participant.user_id == NextStep.user_id),
        )
        .join(User, User.id == NextStep.user_id)
        .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
        .where(
            is_in,
            Run.cohort_id == cohort_id,
            Participant.shared_at.is_not(None),
            Participant.stage == Stage.DONE,
            NextStep.told != Telling.NOBODY,
        )
    )
