"""A facilitator writes about what is shown to them; one person reads it, and answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import claiming, cohorts, comments, forgetting, shown_runs, threads
from lfp_trainer.services.access import Seated, Thing
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.library import Published
from lfp_trainer.services.my_data import gather
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    About,
    Cohort,
    Comment,
    Membership,
    Rating,
    Role,
    Round,
    Run,
    Stage,
    Step,
    User,
)
from tests.conftest import NOON
from tests.services.commenting import Spring, only_thread, read_by
from tests.services.conftest import NewPerson, StandAt
from tests.statements import all_sent
from tests.together import Together


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, dana_id: int, alice_id: int, bob_id: int) -> Spring:
    return Spring.make(session, dana_id, alice_id, bob_id)


@pytest.fixture
def hers(stand_at: StandAt) -> Seated:
    """What Alice has played alone, privately."""
    return stand_at(Stage.DEBRIEF)


@pytest.fixture
def shared(spring: Spring, hers: Seated) -> Seated:
    spring.share(hers)
    return hers


@pytest.fixture
def pair(published: Published, session: Session, alice_id: int, bob_id: int) -> Together:
    """What Alice and Bob have played together, privately."""
    played = Together.open(session, alice_id, now=NOON)
    played.join(bob_id)
    played.ready(alice_id, bob_id)
    played.commit(alice_id, bob_id)
    played.play_to_the_end(alice_id, bob_id)
    return played


def whole(seated: Seated) -> Thing:
    return Thing(seated.run_id, seated.user_id)


def response(session: Session, seated: Seated) -> Thing:
    """Return the first response that somebody themselves gave."""
    number = session.scalar(
        sa.select(sa.func.min(Step.number)).where(
            Step.run_id == seated.run_id, Step.user_id == seated.user_id
        )
    )
    return Thing(seated.run_id, seated.user_id, About.STEP, number=number)


def rating(session: Session, seated: Seated, round: Round = Round.BEFORE) -> Thing:
    leader, strand = session.execute(
        sa.select(Rating.leader, Rating.strand).where(Rating.run_id == seated.run_id)
    ).first() or ("", "")
    return Thing(
        seated.run_id, seated.user_id, About.RATING, leader=leader, strand=strand, round=round
    )


def stored(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Comment)) or 0


def test_a_facilitator_writes_about_a_run_a_response_and_a_rating_that_are_shown(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    for thing in (whole(shared), response(session, shared), rating(session, shared)):
        spring.write(thing, f"About the {thing.about}")

    found = threads.threads_for_learner(session, alice_id)
    assert [each.place.split("-")[0] for each in found] == ["before", "step", "run"]
    assert spring.seen_by(dana_id, shared.run_id) == [
        "About the run", "About the step", "About the rating",
    ]  # fmt: skip
    assert threads.unread_count(session, alice_id) == 3


def test_nothing_can_be_written_about_a_private_run(
    session: Session, spring: Spring, hers: Seated
) -> None:
    for thing in (whole(hers), response(session, hers), rating(session, hers)):
        with pytest.raises(NotFound):
            spring.write(thing)

    assert stored(session) == 0


def test_nothing_can_be_written_about_a_run_that_one_of_two_shares(
    session: Session, spring: Spring, pair: Together, alice_id: int, bob_id: int
) -> None:
    hers, his = pair.seat(alice_id), pair.seat(bob_id)
    spring.share(hers)

    for thing in (whole(hers), rating(session, hers), response(session, hers), whole(his)):
        with pytest.raises(NotFound):
            spring.write(thing)

    spring.share(his)
    spring.write(rating(session, hers))
    assert read_by(session, alice_id) == ["Why here?"]


def test_a_comment_on_a_response_goes_to_who_gave_it_and_to_nobody_else(
    session: Session, spring: Spring, pair: Together, alice_id: int, bob_id: int
) -> None:
    hers, his = pair.seat(alice_id), pair.seat(bob_id)
    spring.share(hers, his)
    of_his = response(session, his)

    with pytest.raises(NotFound):
        spring.write(Thing(of_his.run_id, alice_id, About.STEP, number=of_his.number))
    spring.write(of_his, "To Bob")

    assert read_by(session, bob_id) == ["To Bob"]
    assert read_by(session, alice_id) == []
    assert threads.unread_count(session, alice_id) == 0
    with pytest.raises(NotFound):
        threads.find(session, only_thread(session, bob_id).key, viewer_id=alice_id)


def test_a_draft_of_a_rating_and_one_of_real_people_are_not_to_be_written_about(
    session: Session, spring: Spring, stand_at: StandAt, pair: Together, alice_id: int, bob_id: int
) -> None:
    drafting = stand_at(Stage.RATING)
    with writing(session):
        session.add(
            Rating(
                run_id=drafting.run_id, rater_id=alice_id, round=Round.BEFORE, leader="partner",
                strand="motivate", level=2, not_enough=False, flag=None, reason="", evidence=[],
                saved_at=NOON,
            )
        )  # fmt: skip
    pair.rate_play(alice_id)
    hers = pair.seat(alice_id)
    spring.share(drafting, hers, pair.seat(bob_id))
    own = session.execute(
        sa.select(Rating.leader, Rating.strand, Rating.round).where(
            Rating.run_id == hers.run_id, Rating.round.in_((Round.OWN, Round.OTHER))
        )
    ).all()
    assert {each.round for each in own} == {Round.OWN, Round.OTHER}

    with pytest.raises(NotFound):
        spring.write(rating(session, drafting))
    for leader, strand, round in own:
        with pytest.raises(NotFound):
            spring.write(Thing(hers.run_id, alice_id, About.RATING, None, leader, strand, round))
    assert stored(session) == 0


def test_a_step_of_the_stand_in_is_nobodys_to_be_written_to_about(
    session: Session, spring: Spring, stand_at: StandAt, alice_id: int
) -> None:
    alone = stand_at(Stage.DEBRIEF, seat="partner")
    spring.share(alone)
    number = session.scalar(
        sa.select(Step.number).where(Step.run_id == alone.run_id, Step.stand_in)
    )
    assert number

    with pytest.raises(NotFound):
        spring.write(Thing(alone.run_id, alice_id, About.STEP, number=number))


def test_only_who_facilitated_that_cohort_when_it_was_shared_writes_and_reads(
    session: Session, spring: Spring, shared: Seated, new: NewPerson, alice_id: int, bob_id: int
) -> None:
    spring.write(whole(shared), "From Dana")
    erin_id, frank_id, ada_id = new("Erin"), new("Frank"), new("Ada")
    with writing(session):
        session.execute(sa.update(User).where(User.id == ada_id).values(role=Role.ADMIN))
    spring.let_facilitate(erin_id, since=NOON)
    spring.let_facilitate(frank_id, since=NOON + timedelta(hours=1))
    other = Spring.make(session, ada_id, alice_id)
    thread = only_thread(session, alice_id)

    assert spring.seen_by(erin_id, shared.run_id) == ["From Dana"]
    assert spring.seen_by(frank_id, shared.run_id) == []
    assert spring.seen_by(bob_id, shared.run_id) == []
    assert other.seen_by(ada_id, shared.run_id) == []
    for each in (frank_id, bob_id, ada_id):
        with pytest.raises(NotFound):
            threads.find(session, thread.key, viewer_id=each)
    for each in (frank_id, bob_id):
        with pytest.raises(NotFound):
            spring.write(whole(shared), by=each)
    with pytest.raises(NotFound):
        other.write(whole(shared), by=ada_id)
    assert stored(session) == 1


def test_what_was_said_before_somebody_facilitates_stays_from_them_when_the_run_is_shared_again(
    session: Session, spring: Spring, shared: Seated, new: NewPerson, alice_id: int, dana_id: int
) -> None:
    noah_id = new("Noah")
    spring.write(whole(shared), "Before Noah")
    spring.answer(only_thread(session, alice_id), "Between us.", by=alice_id)
    then = NOON + timedelta(hours=1)
    spring.let_facilitate(noah_id, since=then)
    before = only_thread(session, alice_id).key

    spring.withdraw(shared)
    spring.share(shared, now=then)
    spring.write(whole(shared), "Since Noah", now=then)
    spring.answer(threads.find(session, before, viewer_id=alice_id), "More.", by=alice_id, now=then)

    assert spring.seen_by(noah_id, shared.run_id) == ["Since Noah"]
    assert spring.seen_by(dana_id, shared.run_id) == [
        "Before Noah", "Between us.", "More.", "Since Noah",
    ]  # fmt: skip
    with pytest.raises(NotFound):
        threads.find(session, before, viewer_id=noah_id)


def test_who_facilitates_anew_is_not_told_of_answers_in_what_they_wrote_the_first_time(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    then = NOON + timedelta(hours=1)
    spring.write(whole(shared))
    thread = only_thread(session, alice_id)
    spring.withdraw(shared)
    spring.let_facilitate(dana_id, since=then)
    spring.share(shared, now=then)
    spring.answer(thread, "Still there?", by=alice_id, now=then)

    assert threads.runs_with_answers(session, spring.cohort, viewer_id=dana_id) == set()


def test_who_facilitates_and_plays_in_a_run_sees_no_more_of_it_for_that(
    session: Session, published: Published, alice_id: int, dana_id: int
) -> None:
    spring = Spring.make(session, dana_id, alice_id)
    both = Together.open(session, alice_id, now=NOON)
    both.join(dana_id)
    both.ready(alice_id, dana_id)
    both.commit(alice_id)
    spring.share(both.seat(alice_id))

    with pytest.raises(NotFound):
        spring.write(rating(session, both.seat(alice_id)))


def test_who_takes_back_what_they_share_keeps_what_they_were_told_and_the_facilitator_does_not(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared), "Why here?")
    thread = only_thread(session, alice_id)
    spring.answer(thread, "Because of her.", by=alice_id)
    assert spring.seen_by(dana_id, shared.run_id) == ["Why here?", "Because of her."]

    spring.withdraw(shared)

    assert spring.seen_by(dana_id, shared.run_id) == []
    with pytest.raises(NotFound):
        threads.find(session, thread.key, viewer_id=dana_id)
    assert read_by(session, alice_id) == ["Why here?", "Because of her."]
    with pytest.raises(StaleMove, match="Nobody would read an answer"):
        spring.answer(thread, "Still there?", by=alice_id)


def test_what_one_of_two_takes_back_takes_all_that_was_written_on_the_run_with_it(
    session: Session, spring: Spring, pair: Together, alice_id: int, bob_id: int, dana_id: int
) -> None:
    hers, his = pair.seat(alice_id), pair.seat(bob_id)
    spring.share(hers, his)
    spring.write(response(session, hers), "On her response")
    spring.write(whole(hers), "On her run")

    spring.withdraw(his)

    assert spring.seen_by(dana_id, hers.run_id) == []
    assert sorted(read_by(session, alice_id)) == ["On her response", "On her run"]


def test_who_leaves_the_cohort_keeps_what_they_were_told_also_when_the_cohort_is_gone(
    session: Session, spring: Spring, shared: Seated, alice_id: int, bob_id: int, dana_id: int
) -> None:
    spring.write(whole(shared), "Why here?")

    with writing(session):
        cohorts.leave(session, spring.as_seen_by(alice_id), alice_id)
    assert spring.seen_by(dana_id, shared.run_id) == []
    assert not only_thread(session, alice_id).is_open
    with writing(session):
        cohorts.leave(session, spring.as_seen_by(bob_id), bob_id)
        cohorts.leave(session, spring.cohort, dana_id)

    assert session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == 0
    assert read_by(session, alice_id) == ["Why here?"]


def test_in_a_closed_cohort_comments_are_read_and_none_is_written(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared), "Why here?")
    with writing(session):
        session.execute(sa.update(Cohort).values(archived_at=NOON))

    assert spring.seen_by(dana_id, shared.run_id) == ["Why here?"]
    with pytest.raises(NotFound):
        spring.write(whole(shared), "One more")
    for each in (alice_id, dana_id):
        with pytest.raises(StaleMove):
            spring.answer(only_thread(session, alice_id), "One more", by=each)
    assert stored(session) == 1


def test_a_press_marks_as_read_and_so_does_an_answer(
    session: Session, spring: Spring, shared: Seated, alice_id: int
) -> None:
    spring.write(whole(shared), "One")
    spring.write(response(session, shared), "Two")
    spring.write(rating(session, shared), "Three")
    three, two, one = threads.threads_for_learner(session, alice_id)
    assert threads.unread_count(session, alice_id) == 3

    spring.read(one, by=alice_id)
    assert threads.unread_count(session, alice_id) == 2
    spring.answer(two, "I see.", by=alice_id)
    assert threads.unread_count(session, alice_id) == 1
    assert [each.key for each in threads.threads_for_learner(session, alice_id)] == [
        three.key, two.key, one.key,
    ]  # fmt: skip

    with writing(session):
        comments.mark_all_read(session, alice_id, now=NOON)
    assert threads.unread_count(session, alice_id) == 0


def test_what_is_new_stands_before_what_is_later(
    session: Session, spring: Spring, shared: Seated, alice_id: int
) -> None:
    spring.write(whole(shared), "Earlier")
    spring.write(rating(session, shared), "Later")
    spring.read(threads.threads_for_learner(session, alice_id)[0], by=alice_id)

    assert read_by(session, alice_id) == ["Earlier", "Later"]


def test_who_began_a_thread_sees_where_they_were_answered_until_they_say_they_read_it(
    session: Session, spring: Spring, shared: Seated, new: NewPerson, alice_id: int, dana_id: int
) -> None:
    erin_id = new("Erin")
    spring.let_facilitate(erin_id, since=NOON)
    spring.write(whole(shared))

    def answered(viewer_id: int) -> set[tuple[int, int]]:
        cohort = spring.as_seen_by(viewer_id)
        return threads.runs_with_answers(session, cohort, viewer_id=viewer_id)

    assert answered(dana_id) == set()
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)
    assert answered(dana_id) == {(shared.run_id, alice_id)}
    assert answered(erin_id) == set()
    theirs = threads.find(session, only_thread(session, alice_id).key, viewer_id=erin_id)
    spring.read(theirs, by=erin_id)
    assert answered(dana_id) == {(shared.run_id, alice_id)}

    spring.withdraw(shared)
    assert answered(dana_id) == set()
    spring.share(shared)
    mine = threads.find(session, theirs.key, viewer_id=dana_id)
    assert [each.is_new for each in mine.said] == [False, True]
    spring.read(mine, by=dana_id)
    assert answered(dana_id) == set()
    assert threads.unread_count(session, alice_id) == 0


def test_the_badge_counts_answers_to_who_began_the_thread_while_they_may_read_them(
    session: Session, spring: Spring, shared: Seated, new: NewPerson, alice_id: int, dana_id: int
) -> None:
    erin_id = new("Erin")
    spring.let_facilitate(erin_id, since=NOON)
    spring.write(whole(shared))
    thread = only_thread(session, alice_id)

    def counted() -> tuple[int, int, int]:
        dana, erin, alice = (
            threads.unread_count(session, each) for each in (dana_id, erin_id, alice_id)
        )
        return dana, erin, alice

    assert counted() == (0, 0, 1)
    spring.answer(thread, "Because of her.", by=alice_id)
    spring.answer(thread, "And of him.", by=alice_id)
    assert counted() == (2, 0, 0)
    assert [each.key for each in threads.threads_answered(session, dana_id)] == [thread.key]
    assert threads.threads_answered(session, erin_id) == []

    spring.withdraw(shared)
    assert counted() == (0, 0, 0)
    assert threads.threads_answered(session, dana_id) == []
    spring.share(shared)
    assert counted() == (2, 0, 0)
    spring.read(threads.find(session, thread.key, viewer_id=dana_id), by=dana_id)
    assert counted() == (0, 0, 0)


def test_what_is_answered_in_another_cohort_is_no_way_round_what_is_private(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared))
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)
    other = Spring.make(session, dana_id, alice_id)
    with writing(session):
        session.execute(sa.update(Comment).values(cohort_id=other.cohort.id))

    assert threads.unread_count(session, dana_id) == 0


def test_a_facilitator_answers_in_a_thread_and_the_learner_has_something_new(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared))
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)
    assert threads.unread_count(session, alice_id) == 0

    spring.answer(only_thread(session, alice_id), "And then?", by=dana_id)

    thread = only_thread(session, alice_id)
    assert [(each.author, each.by_learner, each.is_new) for each in thread.said] == [
        ("Dana", False, False), ("Guest", True, False), ("Dana", False, True),
    ]  # fmt: skip


def test_a_double_click_writes_one_comment(
    engine: sa.Engine, spring: Spring, shared: Seated, alice_id: int, session: Session
) -> None:
    def click(_: int) -> None:
        with Session(engine) as own:
            Spring(own, spring.key, spring.dana_id).write(whole(shared), start_key="one")

    with ThreadPoolExecutor(2) as pool:
        [*pool.map(click, range(2))]

    assert read_by(session, alice_id) == ["Why here?"]


def test_the_one_time_key_of_another_person_writes_nothing(
    session: Session, spring: Spring, shared: Seated, new: NewPerson, alice_id: int
) -> None:
    erin_id = new("Erin")
    spring.let_facilitate(erin_id, since=NOON)
    spring.write(whole(shared), start_key="one")

    with pytest.raises(StaleMove, match="already used"):
        spring.write(whole(shared), "From Erin", by=erin_id, start_key="one")
    session.rollback()

    assert read_by(session, alice_id) == ["Why here?"]


def test_a_comment_that_says_nothing_is_not_written(
    session: Session, spring: Spring, shared: Seated
) -> None:
    with pytest.raises(Incomplete, match="Write something first"):
        spring.write(whole(shared), "")

    assert stored(session) == 0


def test_only_who_it_was_written_to_deletes_a_thread_and_all_of_it(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared))
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)
    key = only_thread(session, alice_id).key

    with pytest.raises(NotFound), writing(session):
        comments.delete(session, threads.find(session, key, viewer_id=dana_id))
    assert stored(session) == 2
    with writing(session):
        comments.delete(session, threads.find(session, key, viewer_id=alice_id))

    assert stored(session) == 0


def test_what_somebody_wrote_who_is_gone_stays_without_their_name(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    spring.write(whole(shared))

    with writing(session):
        forgetting.delete_person(session, dana_id, now=NOON)

    (said,) = only_thread(session, alice_id).said
    assert (said.text, said.author, said.by_learner) == ("Why here?", None, False)


def test_with_the_learner_goes_all_that_was_written_to_them(
    session: Session, spring: Spring, pair: Together, alice_id: int, bob_id: int
) -> None:
    spring.share(pair.seat(alice_id), pair.seat(bob_id))
    spring.write(whole(pair.seat(alice_id)), "To Alice")
    spring.answer(only_thread(session, alice_id), "From Alice", by=alice_id)
    spring.write(whole(pair.seat(bob_id)), "To Bob")

    with writing(session):
        forgetting.delete_person(session, alice_id, now=NOON)

    assert session.scalars(sa.select(Comment.text)).all() == ["To Bob"]


def test_a_guest_who_gets_an_account_has_their_comments_there(
    session: Session, spring: Spring, shared: Seated, alice_id: int, new: NewPerson
) -> None:
    spring.write(whole(shared))
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)
    account_id = new("Alice")
    with writing(session):
        session.execute(sa.update(User).where(User.id == account_id).values(email="a@x.example"))
        claiming.claim(session, alice_id, account_id, now=NOON)

    (thread,) = threads.threads_for_learner(session, account_id)
    assert [(each.text, each.by_learner) for each in thread.said] == [
        ("Why here?", False), ("Because of her.", True),
    ]  # fmt: skip


def test_a_download_holds_what_one_wrote_and_what_one_was_told_and_nothing_else(
    session: Session, spring: Spring, shared: Seated, alice_id: int, bob_id: int, dana_id: int
) -> None:
    spring.write(whole(shared))
    spring.answer(only_thread(session, alice_id), "Because of her.", by=alice_id)

    def told(user_id: int) -> list[tuple[str, int | None, bool]]:
        person = Person(user_id, "", None, Role.LEARNER, None, 0, NOON)
        rows = gather(session, person)["comment"]
        return [(row["text"], row["author_id"], row["read_at"] is not None) for row in rows]

    assert told(alice_id) == [("Why here?", None, True), ("Because of her.", alice_id, True)]
    assert told(dana_id) == [("Why here?", dana_id, False)]
    assert told(bob_id) == []


def test_the_badge_is_one_statement_for_who_waits_for_no_answer(
    session: Session, engine: sa.Engine, spring: Spring, shared: Seated, alice_id: int, dana_id: int
) -> None:
    with writing(session):
        session.execute(
            sa.insert(Comment),
            [
                {
                    "key": f"k{n}", "start_key": f"s{n}", "cohort_id": spring.cohort.id,
                    "run_id": shared.run_id, "learner_id": alice_id if n < 300 else dana_id,
                    "author_id": dana_id, "about": About.RUN, "leader": "", "strand": "",
                    "text": "x", "written_at": NOON, "read_at": NOON if n % 3 else None,
                }
                for n in range(600)
            ],
        )  # fmt: skip

    with all_sent(engine) as statements:
        assert threads.unread_count(session, alice_id) == 100
    assert len(statements) == 1


def test_a_membership_that_is_no_facilitators_reads_nothing(
    session: Session, spring: Spring, shared: Seated, alice_id: int, dana_id: int, new: NewPerson
) -> None:
    spring.write(whole(shared))
    key = only_thread(session, alice_id).key
    with writing(session):
        session.execute(
            sa.update(Membership)
            .where(Membership.user_id == dana_id)
            .values(role="learner", facilitates_since=None)
        )

    with pytest.raises(NotFound):
        threads.find(session, key, viewer_id=dana_id)


def test_who_facilitates_and_plays_in_a_run_finds_it_only_among_their_own(
    session: Session, published: Published, alice_id: int, bob_id: int, dana_id: int
) -> None:
    spring = Spring.make(session, dana_id, alice_id, bob_id)
    for other in (dana_id, bob_id):
        both = Together.open(session, alice_id, now=NOON + timedelta(minutes=other))
        both.join(other)
        both.ready(alice_id, other)
        both.commit(alice_id)
        spring.share(both.seat(alice_id), both.seat(other))
        key = both.key

    found = shown_runs.runs_of(session, spring.cohort, viewer_id=dana_id)

    assert {each.run_key for each in found} == {key}
    hers = session.scalars(sa.select(Run.key).where(Run.key != key)).one()
    with pytest.raises(NotFound):
        shown_runs.find(session, spring.cohort, hers, viewer_id=dana_id)


def test_a_rating_that_one_of_two_has_not_committed_is_not_the_others_to_stand_for(
    session: Session, published: Published, spring: Spring, alice_id: int, bob_id: int
) -> None:
    both = Together.open(session, alice_id, now=NOON)
    both.join(bob_id)
    both.ready(alice_id, bob_id)
    both.commit(bob_id)
    hers, his = both.seat(alice_id), both.seat(bob_id)
    spring.share(hers, his)

    spring.write(rating(session, his))

    with pytest.raises(NotFound):
        spring.write(rating(session, hers))
