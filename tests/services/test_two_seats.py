"""One person in two seats of a run, as a guest and by their account, who signs in: one is left."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Diagnosis, Stage
from tests.conftest import NOON
from tests.pair_acts import Act, Play, answer_for, make_account, make_guests
from tests.services.test_swap_walks import FIRST

BEFORE = ("ready", "case", "diagnose", "rate")


@pytest.fixture
def people(session: Session, published: Published) -> tuple[int, int]:
    account, guest = make_guests(session, 2, NOON)
    make_account(session, account, NOON)
    return account, guest


@pytest.mark.parametrize("done", range(5), ids=["lobby", *BEFORE])
@pytest.mark.parametrize("ahead", [0, 1], ids=["account ahead", "guest ahead"])
def test_who_claims_their_other_seat_goes_on_from_their_own_and_waits_for_nobody(
    session: Session, people: tuple[int, int], done: int, ahead: int
) -> None:
    account, guest = people
    run = Play.open(session, "glowing-observations", account, "partner", NOON)
    run.do(Act("join", guest, what="principal"))
    for kind in BEFORE[:done]:
        for who in people if kind != BEFORE[done - 1] or kind == "ready" else (people[ahead],):
            run.do(Act(kind, who, what="yes"))
    stage = run.seat(account).stage

    run.do(Act("claim", account, whom=guest))

    (mine,) = run.company().people
    assert (mine.user_id, mine.seat, mine.stage) == (account, "partner", stage)
    owners = session.scalars(sa.select(Diagnosis.user_id).where(Diagnosis.run_id == run.run_id))
    assert list(owners) == [account] * (stage in (Stage.RATING, Stage.ROLE_PLAY))
    for _ in range(60):
        ways, waits = run.ways(account)
        assert not waits
        first = next((way for way in (*FIRST, *sorted(ways)) if way in ways), None)
        act = answer_for(first, run, account, waits) if first else None
        if act is None:
            break
        run.do(act)
    assert run.seat(account).stage is Stage.DONE
