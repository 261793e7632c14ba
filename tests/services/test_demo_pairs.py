"""The cohort of the demonstration has something to show on every page, and is made once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import cohorts, demo, invitations, open_pairs
from lfp_trainer.services.runs import runs_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Pick, Rating, Round, Stage, User
from tests.conftest import NOON


@pytest.fixture
def stocked() -> bool:
    return True


@pytest.fixture
def people(session: Session) -> Sequence[int]:
    """The principal, the partner and the facilitator of the demonstration."""
    with writing(session):
        assert demo.fill(session, now=NOON)
    return [
        session.scalars(sa.select(User.id).where(User.email == each.email)).one()
        for each in demo.PLAYERS
    ]


def test_principal_and_partner_have_played_one_run_together_to_its_end(
    session: Session, people: Sequence[int]
) -> None:
    principal, partner, _ = people
    hers, his = (
        {run.key: run for run in runs_of(session, each) if run.is_pair and run.begun_at}
        for each in (principal, partner)
    )

    (key,) = hers.keys() & his.keys()
    assert {hers[key].stage, his[key].stage} == {Stage.DONE}
    assert hers[key].told_at is not None
    both = session.execute(
        sa.select(Pick.user_id, Pick.first_choice_id).where(Pick.run_id == hers[key].run_id)
    ).all()
    assert {row.user_id for row in both} == {principal, partner}
    given = set(
        session.scalars(
            sa.select(Rating.round).where(
                Rating.run_id == hers[key].run_id, Rating.committed_at.is_not(None)
            )
        )
    )
    assert given == {Round.BEFORE, Round.OWN, Round.OTHER}


def test_one_lobby_waits_and_others_are_paired(session: Session, people: Sequence[int]) -> None:
    principal, partner, facilitator = people

    (invited,) = open_pairs.invitations_of(session, principal)
    assert (invited.inviter, invited.inviter_plays) == ("Tom Ellery", True)
    assert open_pairs.invitations_of(session, partner) == []
    (cohort,) = cohorts.cohorts_of(session, facilitator)
    (paired,) = invitations.pairings_of(session, cohort, since=NOON - timedelta(days=1))
    assert sorted(len(group) for group in paired[2]) == [2, 3]
    assert [run for run in runs_of(session, facilitator) if run.is_pair] == []


def test_a_second_time_adds_nothing(session: Session, people: Sequence[int]) -> None:
    with writing(session):
        assert not demo.fill(session, now=NOON)

    assert len(cohorts.cohorts_of(session, people[2])) == 1
