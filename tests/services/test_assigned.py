"""What a cohort is asked to play, how far somebody is with it, and what of it they may go past."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import (
    access,
    after_play,
    assigned,
    assignments,
    begun,
    cohorts,
    demo,
    diagnosis,
    invitations,
    lobby,
    passing_over,
    ratings,
    runs,
    shared,
    sharing,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.assigned import CONVERSATION, Own, Standing
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Assignment,
    Membership,
    Mode,
    Place,
    Rating,
    Required,
    Round,
    Run,
    Stage,
)
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.together import ONE, OTHER, Together

LATER = NOON + timedelta(hours=1)
SetUp = Callable[..., Assigned]


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(
    session: Session, published: Published, dana_id: int, alice_id: int, bob_id: int
) -> Joined:
    """A cohort that Dana facilitates and Alice and Bob are in."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        for each in (alice_id, bob_id):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
    return cohort


@pytest.fixture
def ask(session: Session, published: Published, spring: Joined, dana_id: int) -> SetUp:
    """Set the first scenario for the cohort."""

    def ask(
        *required: Required, mode: Mode = Mode.ALONE, start_key: str = "a", **more: object
    ) -> Assigned:
        with writing(session):
            key = assignments.assign(
                session, spring, published, mode=mode, required=required, start_key=start_key,
                now=NOON, **more,  # type: ignore[arg-type]
            )  # fmt: skip
        return assignments.find(session, key, viewer_id=dana_id)[0]

    return ask


def begin(
    session: Session, it: Assigned, published: Published, user_id: int, *, shares: bool = False
) -> Seated:
    with writing(session):
        key = assignments.begin_alone(
            session, it, published, user_id=user_id, seat=ONE, shares=shares,
            start_key=f"{it.key} {user_id}", now=NOON,
        )  # fmt: skip
    return access.seat_in(session, key, viewer_id=user_id)


def again(session: Session, seated: Seated) -> Seated:
    return access.seat_in(session, seated.key, viewer_id=seated.user_id)


def play(session: Session, seated: Seated, published: Published, stop: Stage) -> Seated:
    """Bring a run to a stage, answering all on the way."""
    with writing(session):
        key = session.scalar(sa.select(Run.start_key).where(Run.id == seated.run_id))
        demo.play_run(
            session, published, user_id=seated.user_id, seat=ONE, habit=demo.by_reference,
            stop=stop, dice=Random(1), now=NOON, start_key=key or "",
        )  # fmt: skip
    return again(session, seated)


def pass_over(session: Session, seated: Seated, published: Published, stage: Stage) -> Seated:
    with writing(session):
        passing_over.pass_over(session, seated, published.script, stage, now=NOON)
    return again(session, seated)


def own(session: Session, user_id: int) -> Own:
    """Return the one thing that somebody finds at home."""
    (found,) = assigned.assigned_to(session, user_id, now=NOON)
    return found


def test_a_double_click_sets_it_once(session: Session, ask: SetUp) -> None:
    assert ask(start_key="one").key == ask(start_key="one").key
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"seat": "nobody"}, "seat"),
        ({"seat": ONE, "mode": Mode.PAIR}, "seat"),
        ({"opens_at": LATER, "due_at": NOON}, "due_at"),
        ({"due_at": NOON}, "due_at"),
        ({"required": [Required.AFTERWARDS]}, "required"),
        (
            {"required": [Required.RATINGS, Required.AFTERWARDS], "mode": Mode.PAIR},
            "required",
        ),
    ],
)
def test_what_nobody_could_do_is_not_set(
    session: Session,
    published: Published,
    spring: Joined,
    wrong: dict[str, object],
    field: str,
) -> None:
    usual: dict[str, Any] = {"mode": Mode.ALONE, "start_key": "a", "now": NOON}
    with pytest.raises(Incomplete) as refused, writing(session):
        assignments.assign(session, spring, published, **usual | wrong)

    assert [*refused.value.fields] == [field]


def test_it_is_begun_from_when_it_opens_also_late_and_not_once_it_is_closed(
    session: Session, ask: SetUp, published: Published, alice_id: int, bob_id: int
) -> None:
    early = ask(opens_at=LATER)
    with pytest.raises(StaleMove, match="not open yet"):
        begin(session, early, published, alice_id)
    late = ask(due_at=LATER, start_key="b")
    with writing(session):
        past = sa.update(Assignment).where(Assignment.id == late.id)
        session.execute(past.values(due_at=NOON - timedelta(days=1)))
        late, _ = assignments.find(session, late.key, viewer_id=alice_id)
    assert late.is_late(NOON)
    assert begin(session, late, published, alice_id).assignment_id == late.id

    with writing(session):
        assignments.close(session, late, now=NOON)
        closed, _ = assignments.find(session, late.key, viewer_id=bob_id)
    with pytest.raises(StaleMove, match="closed"):
        begin(session, closed, published, bob_id)


def test_it_is_done_once_all_it_asks_for_is_committed_and_not_before(
    session: Session, ask: SetUp, published: Published, alice_id: int
) -> None:
    it = ask(Required.DIAGNOSIS, Required.RATINGS, Required.AFTERWARDS)
    assert own(session, alice_id).standing is Standing.NOT_BEGUN
    seated = begin(session, it, published, alice_id)

    assert own(session, alice_id).missing == (
        Required.DIAGNOSIS, Required.RATINGS, CONVERSATION, Required.AFTERWARDS,
    )  # fmt: skip
    assert own(session, alice_id).standing is Standing.BEGUN
    seated = play(session, seated, published, Stage.DEBRIEF)
    assert own(session, alice_id).missing == (Required.AFTERWARDS,)
    assert not assigned.is_done(session, seated)
    sheet = after_play.sheet_of(session, seated, published.script)
    with writing(session):
        for card, kept in sheet.leaders.items():
            ratings.keep(session, seated, Round.AFTER, card, kept, now=NOON)
        session.execute(
            sa.update(Rating).where(Rating.round == Round.AFTER).values(committed_at=NOON)
        )
    assert assigned.is_done(session, seated)
    assert own(session, alice_id).standing is Standing.DONE


def test_how_far_one_is_says_nothing_of_anybody_else(
    session: Session, ask: SetUp, published: Published, alice_id: int, bob_id: int, dana_id: int
) -> None:
    it = ask()
    begin(session, it, published, alice_id, shares=True)

    assert own(session, bob_id).standing is Standing.NOT_BEGUN
    (for_dana,) = assigned.assigned_in(session, dana_id, it.cohort_id)
    assert for_dana.standing is Standing.NOT_BEGUN
    assert assigned.assigned_to(session, dana_id, now=NOON) == []
    with pytest.raises(NotFound):
        assigned.find(session, it.key, viewer_id=bob_id + 99)


def test_what_is_not_asked_for_can_be_gone_past_and_commits_nothing(
    session: Session, ask: SetUp, published: Published, alice_id: int
) -> None:
    seated = begin(session, ask(), published, alice_id)
    seated = play(session, seated, published, Stage.DIAGNOSIS)
    card = ratings.cards_of(published.script)[0]
    sentence = next(iter(published.script.scenario.sentences))

    seated = pass_over(session, seated, published, Stage.DIAGNOSIS)
    with writing(session):
        given = Kept(rubric.Rating(2, None, "Begun.", (sentence,)), not_enough=False)
        ratings.save_rating(session, seated, published.script, card, given, now=NOON)
    seated = pass_over(session, seated, published, Stage.RATING)

    assert seated.stage is Stage.ROLE_PLAY
    assert not diagnosis.diagnosis_of(session, seated).committed
    assert ratings.committed_of(session, seated) == {}
    assert begun.begun_by(session, seated).ratings == {card: given}
    seated = play(session, seated, published, Stage.DEBRIEF)
    assert assigned.is_done(session, seated)


def test_what_is_asked_for_is_not_gone_past_and_nor_is_anything_of_another_run(
    session: Session, ask: SetUp, published: Published, alice_id: int
) -> None:
    it = ask(Required.DIAGNOSIS)
    asked = play(session, begin(session, it, published, alice_id), published, Stage.DIAGNOSIS)
    with writing(session):
        key = demo.play_run(
            session, published, user_id=alice_id, seat=ONE, habit=demo.by_reference,
            stop=Stage.DIAGNOSIS, dice=Random(2), now=NOON,
        )  # fmt: skip
    free = access.seat_in(session, key, viewer_id=alice_id)

    for seated in (asked, free):
        with pytest.raises(StaleMove):
            pass_over(session, seated, published, Stage.DIAGNOSIS)
        assert again(session, seated).stage is Stage.DIAGNOSIS


def test_what_is_past_is_not_gone_past_twice(
    session: Session, ask: SetUp, published: Published, alice_id: int
) -> None:
    seated = play(session, begin(session, ask(), published, alice_id), published, Stage.DIAGNOSIS)
    pass_over(session, seated, published, Stage.DIAGNOSIS)

    with pytest.raises(StaleMove):
        pass_over(session, seated, published, Stage.DIAGNOSIS)
    assert again(session, seated).stage is Stage.RATING


def pair(
    session: Session, it: Assigned, published: Published, alice_id: int, bob_id: int
) -> Together:
    """Alice invites Bob to play an assignment, and both are ready."""
    with writing(session):
        code = invitations.invite(
            session, published, user_id=alice_id, seat=ONE, fellow=bob_id, start_key="p",
            now=NOON, assigned=it,
        )  # fmt: skip
        key = lobby.find_lobby(session, code)[0].key
    together = Together(session, code, key, NOON)
    together.ready(alice_id, bob_id)
    return together


def test_a_pair_plays_for_an_assignment_and_each_may_go_past_what_it_does_not_ask_for(
    session: Session, ask: SetUp, published: Published, alice_id: int, bob_id: int
) -> None:
    it = ask(mode=Mode.PAIR)
    together = pair(session, it, published, alice_id, bob_id)
    together.commit(alice_id)
    together.finish_case(bob_id)

    for stage in (Stage.DIAGNOSIS, Stage.RATING):
        assert together.seat(bob_id).opened_at is None
        pass_over(session, together.seat(bob_id), published, stage)

    assert together.seat(bob_id).opened_at is not None
    assert {each.assignment_id for each in map(together.seat, (alice_id, bob_id))} == {it.id}
    assert own(session, bob_id).missing == (CONVERSATION,)
    together.play_to_the_end(alice_id, bob_id)
    assert own(session, alice_id).standing is own(session, bob_id).standing is Standing.DONE


def test_who_is_invited_and_has_not_looked_has_not_begun(
    session: Session, ask: SetUp, published: Published, alice_id: int, bob_id: int
) -> None:
    it = ask(mode=Mode.PAIR)
    with writing(session):
        invitations.invite(
            session, published, user_id=alice_id, seat=ONE, fellow=bob_id, start_key="p",
            now=NOON, assigned=it,
        )  # fmt: skip

    assert own(session, alice_id).standing is Standing.BEGUN
    assert own(session, bob_id).standing is Standing.NOT_BEGUN
    assert own(session, bob_id).invitation is not None


def test_nobody_of_another_cohort_is_invited_to_an_assignment(
    session: Session, ask: SetUp, published: Published, alice_id: int, new: NewPerson
) -> None:
    it, charlie = ask(mode=Mode.PAIR), new("Charlie")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
        code = cohorts.find(session, key, viewer_id=charlie).code
        cohorts.join(session, code, user_id=alice_id, now=NOON)

    with pytest.raises(NotFound), writing(session):
        invitations.invite(
            session, published, user_id=alice_id, seat=ONE, fellow=charlie, start_key="p",
            now=NOON, assigned=it,
        )  # fmt: skip


@pytest.mark.parametrize("when", ["opens", "closes"])
def test_a_pair_is_brought_together_only_while_it_is_open(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    dana_id: int,
    when: str,
) -> None:
    it = ask(mode=Mode.PAIR, opens_at=LATER if when == "opens" else None)
    if when == "closes":
        with writing(session):
            assignments.close(session, it, now=NOON)
        it, _ = assignments.find(session, it.key, viewer_id=dana_id)

    with pytest.raises(StaleMove):
        pair(session, it, published, alice_id, bob_id)
    with pytest.raises(StaleMove), writing(session):
        invitations.pair_up(
            session, spring, published, [{ONE: alice_id, OTHER: bob_id}], by=dana_id, key="k",
            now=NOON, assigned=it,
        )  # fmt: skip
    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def test_pairs_that_a_facilitator_makes_can_play_for_an_assignment(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    dana_id: int,
) -> None:
    it = ask(mode=Mode.PAIR)
    with writing(session):
        invitations.pair_up(
            session, spring, published, [{ONE: alice_id, OTHER: bob_id}], by=dana_id, key="k",
            now=NOON, assigned=it,
        )  # fmt: skip

    (seated,) = runs.runs_of(session, bob_id)
    assert (seated.assignment_id, seated.cohort_id, seated.shared_at) == (it.id, spring.id, None)
    assert [each.id for each in shared.cohorts_for(session, seated)] == [spring.id]


def test_what_several_play_can_be_shared_with_one_cohort_whatever_the_other_has_said(
    session: Session,
    published: Published,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
) -> None:
    charlie = new("Charlie")
    with writing(session):
        for name, people in (("Hers", [alice_id]), ("Both", [alice_id, bob_id])):
            key = cohorts.make(session, name=name, user_id=charlie, now=NOON)
            code = cohorts.find(session, key, viewer_id=charlie).code
            for each in people:
                cohorts.join(session, code, user_id=each, now=NOON)
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)

    before = shared.cohorts_for(session, together.seat(alice_id))
    with writing(session):
        sharing.agree(session, together.seat(bob_id), spring.id, now=NOON)

    assert [each.name for each in before] == ["Spring"]
    assert shared.cohorts_for(session, together.seat(alice_id)) == before


def test_alone_it_can_be_shared_with_any_open_cohort_of_ones_own(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    new: NewPerson,
) -> None:
    charlie = new("Charlie")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
        code = cohorts.find(session, key, viewer_id=charlie).code
        cohorts.join(session, code, user_id=alice_id, now=NOON)
    seated = begin(session, ask(), published, alice_id)

    names = [each.name for each in shared.cohorts_for(session, seated)]
    with writing(session):
        session.execute(sa.text("UPDATE cohort SET archived_at = created_at WHERE name = 'Spring'"))

    assert names == ["Another", "Spring"]
    assert [each.name for each in shared.cohorts_for(session, seated)] == ["Another"]


def test_who_shares_is_told_by_name_who_sees_it_and_who_came_too_late(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    new: NewPerson,
) -> None:
    seated, noah = begin(session, ask(), published, alice_id, shares=True), new("Noah")
    with writing(session):
        session.add(
            Membership(
                cohort_id=spring.id, user_id=noah, role=Place.FACILITATOR,
                joined_at=LATER, facilitates_since=LATER,
            )
        )  # fmt: skip

    (share,) = shared.shared_by(session, alice_id)
    assert (share.run.key, share.sees, share.later) == (seated.key, ("Dana",), ("Noah",))
    with writing(session):
        sharing.agree(session, seated, spring.id, now=LATER)
    (share,) = shared.shared_by(session, alice_id)
    assert (share.sees, share.later) == (("Dana", "Noah"), ())
    with writing(session):
        sharing.withdraw(session, seated)
    assert shared.shared_by(session, alice_id) == []
    assert shared.share_of(session, again(session, seated)) is None


def agree(session: Session, together: Together, cohort: Joined, user_id: int) -> None:
    with writing(session):
        sharing.agree(session, together.seat(user_id), cohort.id, now=NOON)


def is_shown(session: Session, together: Together) -> bool:
    run = sa.select(Run.shown_at).where(Run.key == together.key)
    return session.scalar(run) is not None


def test_who_comes_to_a_run_that_is_shared_is_not_shown_before_they_agree(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
) -> None:
    it, charlie = ask(mode=Mode.PAIR), new("Charlie")
    with writing(session):
        code = invitations.invite(
            session, published, user_id=alice_id, seat=ONE, fellow=bob_id, start_key="p",
            now=NOON, assigned=it,
        )  # fmt: skip
        key = lobby.find_lobby(session, code)[0].key
    together = Together(session, code, key, NOON)
    together.leave(bob_id)
    agree(session, together, spring, alice_id)
    assert is_shown(session, together)

    together.join(charlie)

    assert not is_shown(session, together)
    together.leave(charlie)
    assert is_shown(session, together)


def test_who_changes_to_watching_shares_nothing_any_more(
    session: Session,
    ask: SetUp,
    published: Published,
    spring: Joined,
    alice_id: int,
    bob_id: int,
) -> None:
    it = ask(mode=Mode.PAIR)
    with writing(session):
        code = invitations.invite(
            session, published, user_id=alice_id, seat=ONE, fellow=bob_id, start_key="p",
            now=NOON, assigned=it,
        )  # fmt: skip
        key = lobby.find_lobby(session, code)[0].key
    together = Together(session, code, key, NOON)
    agree(session, together, spring, alice_id)

    with writing(session):
        seated = together.seat(alice_id)
        lobby.take_seat(session, seated, published.script, OBSERVER, now=NOON)

    assert together.seat(alice_id).shared_at is None
    assert not is_shown(session, together)
