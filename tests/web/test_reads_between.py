"""No page fails where another acts between two of its reads: one that the act falls among."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.storage.prepared import Prepared
from lfp_trainer.web.extensions import db
from tests.conftest import NOON, Browser
from tests.pair_acts import Act, Play, make_guests

MOST = 80
"""More reads than any page makes."""


def opened(session: Session, alice: int, partner: int, now: datetime) -> Play:
    """A conversation in which both have chosen."""
    run = Play.open(session, "glowing-observations", alice, "partner", now)
    run.do(Act("join", partner, what="principal"))
    for kind in ("ready", "case", "diagnose", "rate"):
        for who in (alice, partner):
            run.do(Act(kind, who, what="yes"))
    choose(run)
    choose(run)
    return run


def choose(run: Play) -> None:
    step, choice = len(run.path()), run.offered()[0]
    for each in run.company().deciders(run.on_turn()):
        run.do(Act("choose", each.user_id, what=choice, step=step))


def end(run: Play) -> None:
    while run.company().ending_id is None:
        choose(run)


LEADS_ON = {"choose": choose, "end": end}


@pytest.mark.parametrize("act", ["choose", "end", "leave", "delete"])
@pytest.mark.parametrize("place", ["/live?at=role-play.1.0", "?stage=role-play"])
def test_no_page_fails_where_another_acts_between_two_of_its_reads(
    app: Flask,
    session: Session,
    alice: Browser,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    place: str,
) -> None:
    # Ahead of the clock, so that the page writes down nothing: nobody acts while another writes.
    ahead = datetime.now(UTC) + timedelta(days=1)
    left = 0
    run: Play
    partner = 0

    def between(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if act in LEADS_ON:
                LEADS_ON[act](run)
            else:
                run.do(Act(act, partner))

    at_once = Prepared._execute

    def execute(prepared: Prepared, *given: Any) -> Any:
        between()
        return at_once(prepared, *given)

    # These go to the driver itself, and no event tells of them.
    monkeypatch.setattr(Prepared, "_execute", execute)
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", between)
    for number in range(2, MOST):
        left = 0
        (partner,) = make_guests(session, 1, NOON)
        run = opened(session, alice.user_id, partner, ahead + timedelta(seconds=number))
        left = number
        answer = alice.get(f"/runs/{run.key}{place}", htmx=True)
        assert answer.status_code in (200, 303, 304), (number, answer.status)
        if left > 0:  # it has fewer reads
            assert number > 5
            return
    raise AssertionError("a page with so many reads")
