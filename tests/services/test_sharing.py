"""What is shared with those who facilitate a cohort: by agreement alone, and taken back at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import (
    access,
    accounts,
    assignments,
    choices,
    claiming,
    cohorts,
    forgetting,
    runs,
    shared,
    sharing,
    what_if,
)
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Membership,
    Mode,
    Participant,
    Place,
    Rating,
    Required,
    Round,
    Run,
    Step,
    table,
)
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.together import ONE, Together

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, dana_id: int, alice_id: int, bob_id: int) -> Joined:
    """A cohort that Dana facilitates and Alice and Bob are in."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        for each in (alice_id, bob_id):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
    return cohort


@pytest.fixture
def begun(published: Published, session: Session, alice_id: int, bob_id: int) -> Together:
    """What Alice and Bob have begun, privately."""
    lobby = Together.open(session, alice_id, now=NOON)
    lobby.join(bob_id)
    lobby.ready(alice_id, bob_id)
    return lobby


@pytest.fixture
def played(begun: Together, alice_id: int, bob_id: int) -> Together:
    """The same, played to its end."""
    begun.commit(alice_id, bob_id)
    begun.play_to_the_end(alice_id, bob_id)
    return begun


def agree(played: Together, cohort: Joined, *people: int, now: datetime = NOON) -> None:
    for each in people:
        with writing(played.session):
            sharing.agree(played.session, played.seat(each), cohort.id, now=now)


def steps_shown(session: Session, cohort: Joined, viewer_id: int) -> list[Any]:
    query = access.shown_steps(viewer_id, cohort.id, Step.run_id, Step.number)
    return [tuple(row) for row in session.execute(query.order_by(Step.run_id, Step.number))]


def answers_shown(session: Session, cohort: Joined, viewer_id: int) -> set[tuple[str, int]]:
    """Return whose answers somebody sees, of each kind."""
    found = set()
    for owner in (Diagnosis.user_id, Rating.rater_id):
        rows = session.scalars(access.shown_answers(viewer_id, cohort.id, owner, owner))
        found |= {(owner.class_.__tablename__, each) for each in rows}
    return found


def test_nothing_is_shown_before_anybody_has_agreed(
    session: Session, played: Together, spring: Joined, dana_id: int
) -> None:
    assert steps_shown(session, spring, dana_id) == []
    assert answers_shown(session, spring, dana_id) == set()


def test_nothing_is_shown_of_a_run_that_only_one_of_two_has_agreed_to(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int
) -> None:
    agree(played, spring, alice_id)

    assert answers_shown(session, spring, dana_id) == set()
    assert steps_shown(session, spring, dana_id) == []
    seats = access.shown_seats(dana_id, spring.id, Participant.user_id)
    assert session.scalars(seats).all() == []


def test_a_run_is_shown_once_all_who_play_it_have_agreed(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    agree(played, spring, alice_id)
    agree(played, spring, bob_id)

    assert answers_shown(session, spring, dana_id) == {
        (kind, who) for kind in ("diagnosis", "rating") for who in (alice_id, bob_id)
    }

    path = runs.path_of(session, played.seat(alice_id).run_id)
    assert len(steps_shown(session, spring, dana_id)) == len(path) > 0


def test_who_withdraws_takes_all_of_the_run_back_at_once(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    agree(played, spring, alice_id, bob_id)

    with writing(session):
        sharing.withdraw(session, played.seat(alice_id))

    assert steps_shown(session, spring, dana_id) == []
    assert answers_shown(session, spring, dana_id) == set()
    assert set(session.scalars(sa.select(Step.cohort_id))) == {None}


def carried(session: Session) -> set[tuple[Any, ...]]:
    """Return what steps have of their run, for the review to count them without it."""
    columns = [table(Step).c[name] for name in choices.SHOWN]
    return {tuple(row) for row in session.execute(sa.select(*columns))}


@pytest.mark.parametrize("agreed_first", [True, False])
def test_steps_carry_what_a_count_asks_of_their_run_whenever_it_was_agreed(
    session: Session, begun: Together, spring: Joined, alice_id: int, bob_id: int,
    agreed_first: bool,
) -> None:  # fmt: skip
    begun.commit(alice_id, bob_id)
    if agreed_first:
        agree(begun, spring, alice_id, bob_id)
    begun.play_to_the_end(alice_id, bob_id)
    if not agreed_first:
        agree(begun, spring, alice_id, bob_id)

    run = session.get_one(Run, begun.seat(alice_id).run_id, populate_existing=True)
    assert run.ending_id is not None
    assert carried(session) == {(spring.id, run.scenario_version_id, NOON, run.ending_id)}


def test_private_steps_carry_nothing_of_their_run(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int
) -> None:
    nothing = {(None,) * len(choices.SHOWN)}
    before = carried(session)
    agree(played, spring, alice_id, bob_id)
    shown = carried(session)
    with writing(session):
        sharing.withdraw(session, played.seat(bob_id))

    assert before == nothing
    assert shown != nothing
    assert carried(session) == nothing


def test_only_who_facilitates_that_cohort_sees_what_is_shared(
    session: Session,
    played: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
) -> None:
    charlie = new("Charlie")
    with writing(session):
        cohorts.make(session, name="Another", user_id=charlie, now=NOON)
    agree(played, spring, alice_id, bob_id)

    for viewer in (charlie, alice_id, bob_id):
        assert steps_shown(session, spring, viewer) == []
        assert answers_shown(session, spring, viewer) == set()


def test_who_becomes_a_facilitator_later_sees_only_what_is_shared_from_then_on(
    session: Session,
    played: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
) -> None:
    agree(played, spring, alice_id, bob_id)
    noah = new("Noah")
    with writing(session):
        session.add(
            Membership(
                cohort_id=spring.id, user_id=noah, role=Place.FACILITATOR, joined_at=LATER,
                facilitates_since=LATER,
            )
        )  # fmt: skip

    assert answers_shown(session, spring, noah) == set()
    agree(played, spring, alice_id, now=LATER)
    assert answers_shown(session, spring, noah) == set()
    assert steps_shown(session, spring, noah) == []
    agree(played, spring, bob_id, now=LATER)
    assert {who for _, who in answers_shown(session, spring, noah)} == {alice_id, bob_id}
    assert steps_shown(session, spring, noah) != []


def test_who_facilitates_and_plays_sees_of_that_run_only_what_a_player_does(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int, dana_id: int
) -> None:
    agree(played, spring, alice_id, bob_id)
    assert answers_shown(session, spring, dana_id) != set()
    with writing(session):
        session.execute(
            sa.update(Membership)
            .where(Membership.user_id == alice_id)
            .values(role=Place.FACILITATOR, facilitates_since=NOON)
        )

    assert steps_shown(session, spring, alice_id) == []
    assert answers_shown(session, spring, alice_id) == set()
    # Bob is told so wherever he asks who sees it.
    (listed,) = shared.shared_by(session, bob_id)
    assert listed.sees == ("Dana",)
    assert shared.share_of(session, played.seat(bob_id)) == listed


def test_drafts_and_what_is_said_of_a_play_are_shown_to_nobody(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    played.rate_play(alice_id)
    agree(played, spring, alice_id, bob_id)
    seen = access.shown_answers(dana_id, spring.id, Rating.rater_id, Rating.round)
    rounds = set(session.scalars(seen))
    stored = set(session.scalars(sa.select(Rating.round)))

    assert (rounds, Round.OWN in stored, Round.OTHER in stored) == ({Round.BEFORE}, True, True)
    with writing(session):
        session.execute(sa.update(Rating).values(committed_at=None))
        session.execute(sa.update(Diagnosis).values(committed_at=None))
    assert answers_shown(session, spring, dana_id) == set()


@pytest.mark.parametrize("way", ["leaves", "deletes the account"])
def test_who_goes_takes_back_all_they_shared(
    session: Session,
    played: Together,
    spring: Joined,
    dana_id: int,
    alice_id: int,
    bob_id: int,
    way: str,
) -> None:
    agree(played, spring, alice_id, bob_id)

    with writing(session):
        if way == "leaves":
            mine = cohorts.find(session, spring.key, viewer_id=alice_id)
            cohorts.leave(session, mine, alice_id)
        else:
            forgetting.forget(session, [alice_id], now=NOON)

    assert steps_shown(session, spring, dana_id) == []
    assert answers_shown(session, spring, dana_id) == set()


def test_a_guest_who_gets_an_account_shares_what_they_shared(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    agree(played, spring, alice_id, bob_id)
    shown = steps_shown(session, spring, dana_id)
    with writing(session):
        account = accounts.register(
            session, name="Alice", email="alice@x.example", password_hash="x", now=NOON
        )
        claiming.claim(session, alice_id, account, now=NOON)

    assert steps_shown(session, spring, dana_id) == shown != []
    assert ("rating", account) in answers_shown(session, spring, dana_id)


def test_what_is_chosen_in_a_run_that_is_shared_is_shown_as_it_is_chosen(
    session: Session, begun: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    agree(begun, spring, alice_id, bob_id)
    begun.commit(alice_id, bob_id)

    begun.play_to_the_end(alice_id, bob_id)

    (run_id,) = {run_id for run_id, _ in steps_shown(session, spring, dana_id)}
    assert len(steps_shown(session, spring, dana_id)) == len(runs.path_of(session, run_id))


def test_each_step_notes_where_it_led_also_one_older_than_that_note(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int
) -> None:
    script, run_id = played.script(alice_id), played.seat(alice_id).run_id
    path = runs.path_of(session, run_id)
    met = [each.scene_id for each in play.retell(script, path)]
    ways = sa.select(Step.led_to).where(Step.run_id == run_id).order_by(Step.number)
    noted = session.scalars(ways).all()

    assert [script.scenario.start, *" ".join(each or "" for each in noted).split()] == met
    with writing(session):
        session.execute(sa.update(Step).values(led_to=None))
    agree(played, spring, alice_id, bob_id)
    assert session.scalars(ways).all() == noted


def test_a_play_of_what_if_is_never_shown(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    played.pass_over(alice_id, bob_id)
    agree(played, spring, alice_id, bob_id)
    shown = steps_shown(session, spring, dana_id)
    seated, script = played.seat(alice_id), played.script(alice_id)
    at, mine = [*what_if.own_decisions(session, seated).items()][-1]
    before = play.replay(script, runs.path_of(session, seated.run_id)[: at - 1])
    other = next(each for each in play.offered(script, before) if each != mine.choice_id)
    with writing(session):
        key = what_if.start_what_if(
            session, seated, script, other, at=at, reason="r", start_key="w", now=NOON
        )
        rewound = access.seat_in(session, key, viewer_id=alice_id)

    with pytest.raises(StaleMove), writing(session):
        sharing.agree(session, rewound, spring.id, now=NOON)
    assert steps_shown(session, spring, dana_id) == shown
    private = sa.select(Step.cohort_id).where(Step.run_id == rewound.run_id)
    assert set(session.scalars(private)) == {None}


def test_nobody_shares_with_a_cohort_they_are_not_in_or_that_is_closed(
    session: Session,
    played: Together,
    spring: Joined,
    alice_id: int,
    new: NewPerson,
) -> None:
    charlie = new("Charlie")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
        another = cohorts.find(session, key, viewer_id=charlie)

    with pytest.raises(NotFound):
        agree(played, another, alice_id)
    with writing(session):
        session.execute(sa.text("UPDATE cohort SET archived_at = created_at"))
    with pytest.raises(NotFound):
        agree(played, spring, alice_id)


def test_of_two_who_name_different_cohorts_the_run_is_shown_to_neither(
    session: Session,
    played: Together,
    spring: Joined,
    dana_id: int,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
) -> None:
    charlie = new("Charlie")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
        another = cohorts.find(session, key, viewer_id=charlie)
        cohorts.join(session, another.code, user_id=bob_id, now=NOON)

    agree(played, spring, alice_id)
    agree(played, another, bob_id)

    assert steps_shown(session, spring, dana_id) == []
    assert steps_shown(session, another, charlie) == []
    agree(played, spring, bob_id)
    assert steps_shown(session, spring, dana_id) == []
    agree(played, spring, alice_id)
    assert steps_shown(session, spring, dana_id) != []


def test_an_assigned_run_is_private_unless_its_player_agrees(
    session: Session,
    published: Published,
    spring: Joined,
    dana_id: int,
    alice_id: int,
    bob_id: int,
) -> None:
    with writing(session):
        key = assignments.assign(
            session, spring, published, mode=Mode.ALONE, required=[Required.REASONS],
            start_key="a", now=NOON,
        )  # fmt: skip
        assigned, _ = assignments.find(session, key, viewer_id=alice_id)
        mine, his = (
            assignments.begin_alone(
                session, assigned, published, user_id=each, seat=ONE, shares=each == alice_id,
                start_key=f"{each}", now=NOON,
            )
            for each in (alice_id, bob_id)
        )  # fmt: skip

    seen = session.scalars(access.shown_seats(dana_id, spring.id, Participant.user_id)).all()
    assert seen == [alice_id]
    seated = access.seat_in(session, mine, viewer_id=alice_id)
    assert seated.requires(Required.REASONS)
    assert not seated.requires(Required.DIAGNOSIS)
    assert access.seat_in(session, his, viewer_id=bob_id).shared_at is None


def test_a_withdrawal_and_a_choice_at_the_same_moment_leave_nothing_shown(
    engine: sa.Engine,
    session: Session,
    begun: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
) -> None:
    agree(begun, spring, alice_id, bob_id)
    begun.commit(alice_id, bob_id)

    def choose() -> None:
        with Session(engine) as own:
            at_once = Together(own, begun.code, begun.key, NOON)
            decider = next(
                each.user_id
                for each in at_once.company(alice_id).deciders(at_once.on_turn(alice_id))
            )
            at_once.choose(decider)

    with ThreadPoolExecutor(1) as pool:
        with writing(session):
            sharing.withdraw(session, begun.seat(alice_id))
            chosen = pool.submit(choose)
        chosen.result(timeout=20)
    session.rollback()

    assert session.scalar(sa.select(sa.func.count()).select_from(Step)) > 0  # type: ignore[operator]
    assert set(session.scalars(sa.select(Step.cohort_id))) == {None}


def test_who_goes_out_of_reach_of_what_they_share_takes_all_of_it_back(
    session: Session, played: Together, spring: Joined, dana_id: int, alice_id: int, bob_id: int
) -> None:
    agree(played, spring, alice_id, bob_id)
    assert sharing.shares_anything(session, alice_id)

    with writing(session):
        sharing.withdraw_everything(session, alice_id)

    assert steps_shown(session, spring, dana_id) == []
    assert not sharing.shares_anything(session, alice_id)
    assert sharing.shares_anything(session, bob_id)
