"""What a room sees: sums of enough different people, no later phase, and nothing taken back."""

import dataclasses
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import demo, projector, review, room_sums, showing
from lfp_trainer.services.access.shown import ROOM_MINIMUM
from lfp_trainer.services.library import Published
from lfp_trainer.services.showing import Decision, Diagnosed, Rated, Shown
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Cohort,
    Diagnosis,
    Membership,
    Phase,
    Place,
    Rating,
    Round,
    Step,
    User,
)
from tests.conftest import NOON
from tests.reviewed import Room
from tests.services.conftest import NewPerson

ITEMS = ("decision:log", "rating:partner/motivate", "diagnosis")


def taking(choice_id: str) -> demo.Habit:
    """Take one response at the first decision, and after it what the reference ranks first."""

    def habit(script: Script, position: Position, dice: Any) -> str:
        return demo.by_reference(script, position, dice) if position.path else choice_id

    return habit


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def room(session: Session, published: Published, dana_id: int) -> Room:
    """Dana's cohort, and in it two people who show what they played."""
    room = Room.open(session, dana_id, now=NOON)
    for name in ("Alice", "Bob"):
        room.play(room.let_in(name), habit=taking("email-the-counts"))
    return room


@pytest.fixture
def three(room: Room) -> Room:
    """The same, with a third who chose otherwise."""
    room.play(room.let_in("Charlie"), habit=taking("ask-for-an-hour"))
    return room


def see(
    room: Room, item: str, phase: Phase = Phase.SPLIT, *, ratings: Round = Round.BEFORE
) -> Shown:
    """Return what is shown of an item, opened by Dana."""
    with writing(room.session):
        stands = projector.find(room.session, room.cohort.id)
        version = review.reviewable(room.session, room.cohort, room.facilitator_id)
        if version:
            scope = review.scope_of(
                room.session, room.cohort, "glowing-observations", viewer_id=room.facilitator_id
            )
            found = Published(scope.version_id, scope.digest, scope.script)
            projector.begin(
                room.session, room.cohort.id, found, [item], ratings=ratings,
                version=stands.version if stands else 0, user_id=room.facilitator_id, now=NOON,
            )  # fmt: skip
    return again(room, phase)


def again(room: Room, phase: Phase = Phase.SPLIT) -> Shown:
    """Return what the open showing shows now."""
    now = projector.find(room.session, room.cohort.id)
    assert now is not None
    return showing.look(room.session, room.cohort, now.moved(now.at, phase))


def chosen(shown: Shown) -> list[int | None]:
    assert isinstance(shown.told, Decision)
    return [each.people for each in shown.told.responses]


def numbers_in(shown: Shown) -> list[Any]:
    """Return every number of people that is anywhere in what is shown."""
    told = shown.told
    found: list[Any] = [shown.people]
    if isinstance(told, Decision):
        found += [each.people for each in told.responses]
    elif isinstance(told, Rated):
        found += [told.counts, *(each.people for each in told.cited)]
    else:
        found += [each.people for part in told.parts for each in part.named]
    return [each for each in found if each is not None]


def test_the_split_of_three_people_is_shown(three: Room) -> None:
    shown = see(three, "decision:log")

    assert (shown.enough, shown.people) == (True, 3)
    assert chosen(shown) == [0, 2, 1, 0]


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("phase", list(Phase))
def test_of_two_people_no_number_is_shown_in_any_phase(room: Room, item: str, phase: Phase) -> None:
    shown = see(room, item, phase)

    assert ROOM_MINIMUM == 3
    assert (shown.enough, numbers_in(shown)) == (False, [])
    assert isinstance(shown.told, Diagnosed) is (item == "diagnosis")


@pytest.mark.parametrize("item", ITEMS)
def test_of_three_people_numbers_are_shown(three: Room, item: str) -> None:
    shown = see(three, item)

    assert shown.people == 3
    assert len(numbers_in(shown)) > 1


def test_three_runs_of_one_person_are_one_person(room: Room) -> None:
    for _ in range(2):
        room.play(room.people[0], habit=taking("ask-for-an-hour"))

    assert [numbers_in(see(room, item)) for item in ITEMS] == [[], [], []]


def test_who_keeps_a_run_private_is_in_no_number(room: Room) -> None:
    room.play(room.let_in("Charlie"), shares=False, habit=taking("ask-for-an-hour"))
    assert [numbers_in(see(room, item)) for item in ITEMS] == [[], [], []]

    for name in ("Eve", "Finn"):
        room.play(room.let_in(name), habit=taking("keep-the-agenda"))

    assert chosen(see(room, "decision:log")) == [0, 2, 0, 2]


def test_what_is_taken_back_is_gone_at_the_next_look(room: Room) -> None:
    seats = [
        room.play(room.let_in(name), habit=taking("ask-for-an-hour")) for name in ("Eve", "Finn")
    ]
    assert chosen(see(room, "decision:log")) == [0, 2, 2, 0]

    room.withdraw(seats[0])
    assert chosen(again(room)) == [0, 2, 1, 0]

    room.withdraw(seats[1])
    assert (again(room).enough, numbers_in(again(room))) == (False, [])


def test_nothing_at_all_is_left_once_everybody_has_taken_it_back(room: Room) -> None:
    seated = room.play(room.let_in("Charlie"))
    assert numbers_in(see(room, "diagnosis")) != []
    for each in (seated, *_seats(room)):
        room.withdraw(each)

    assert (again(room).enough, numbers_in(again(room))) == (False, [])


def _seats(room: Room) -> list[Any]:
    from lfp_trainer.services import access
    from lfp_trainer.storage.models import Participant, Run

    rows = room.session.execute(sa.select(Run.key, Participant.user_id).join(Participant)).all()
    return [access.seat_in(room.session, row.key, viewer_id=row.user_id) for row in rows]


def test_before_the_split_no_number_is_told_and_no_reference(three: Room) -> None:
    shown = see(three, "decision:log", Phase.HIDDEN)

    assert (shown.enough, numbers_in(shown)) == (True, [])
    assert isinstance(shown.told, Decision)
    assert {(each.rank, each.levels, each.why, each.now) for each in shown.told.responses} == {
        (None, (), "", "")
    }


def test_each_phase_of_a_decision_tells_its_own(three: Room) -> None:
    split, reference, led_to = (
        see(three, "decision:log", phase).told
        for phase in (Phase.SPLIT, Phase.REFERENCE, Phase.LED_TO)
    )
    assert isinstance(split, Decision)
    assert isinstance(reference, Decision)
    assert isinstance(led_to, Decision)

    assert [each.rank for each in split.responses] == [None] * 4
    assert [each.rank for each in reference.responses] == [2, 3, 1, 4]
    assert all(each.why and each.levels for each in reference.responses)
    assert [each.now for each in reference.responses] == [""] * 4
    assert led_to.responses[2].now == "Ana says yes, carefully."
    assert led_to.responses[2].leads_to == ("Who picks the rooms",)


def test_how_plays_ended_is_told_only_where_enough_people_took_that_way(three: Room) -> None:
    def endings() -> list[int]:
        told = see(three, "decision:log", Phase.LED_TO).told
        assert isinstance(told, Decision)
        return [len(each.endings) for each in told.responses]

    assert endings() == [0, 0, 0, 0]
    three.play(three.let_in("Eve"), habit=taking("email-the-counts"))
    assert endings() == [0, 1, 0, 0]


def test_lines_that_only_one_seat_knew_are_not_read_to_the_room(three: Room) -> None:
    shown = see(three, "decision:log", Phase.HIDDEN)
    assert isinstance(shown.told, Decision)

    assert len(shown.told.lines) == 2
    assert "Twelve visits" not in " ".join(shown.told.lines)


def test_a_rating_is_told_with_its_reference_and_then_its_sentences(three: Room) -> None:
    reference, cited = (
        see(three, "rating:partner/motivate", phase).told
        for phase in (Phase.REFERENCE, Phase.LED_TO)
    )
    assert isinstance(reference, Rated)
    assert isinstance(cited, Rated)

    assert reference.reference is not None
    assert sum((reference.counts or {}).values()) == 3
    assert reference.cited == ()
    assert 0 < len(cited.cited) <= showing.MOST_CITED
    assert all(each.people for each in cited.cited)


def test_ratings_from_after_the_conversation_are_counted_apart(three: Room) -> None:
    shown = see(three, "rating:partner/motivate", ratings=Round.AFTER)

    assert numbers_in(shown) == []


def test_the_diagnosis_is_told_without_what_followed(three: Room) -> None:
    told = see(three, "diagnosis", Phase.REFERENCE).told
    assert isinstance(told, Diagnosed)

    assert [part.question for part in told.parts][0] == "Which systems are not at scale?"
    assert any(each.verdict for part in told.parts for each in part.named)
    assert len(told.why) == 2


def test_a_facilitator_who_came_later_shows_nothing_of_before(three: Room, new: NewPerson) -> None:
    see(three, "decision:log")
    late = new("Eve")
    with writing(three.session):
        three.session.add(
            Membership(
                cohort_id=three.cohort.id, user_id=late, role=Place.FACILITATOR, joined_at=NOON,
                facilitates_since=NOON.replace(year=2027),
            )
        )  # fmt: skip
    now = projector.find(three.session, three.cohort.id)
    assert now is not None
    theirs = dataclasses.replace(now, opened_by=late, phase=Phase.SPLIT)

    assert numbers_in(showing.look(three.session, three.cohort, theirs)) == []


def test_what_nobody_stands_behind_any_more_shows_no_number(three: Room) -> None:
    see(three, "decision:log")
    now = projector.find(three.session, three.cohort.id)
    assert now is not None
    orphan = dataclasses.replace(now, opened_by=None, phase=Phase.SPLIT)

    assert numbers_in(showing.look(three.session, three.cohort, orphan)) == []


def test_no_name_and_no_words_of_anybody_are_in_what_is_shown(three: Room) -> None:
    session, people = three.session, three.people
    with writing(session):
        for number, user_id in enumerate(people):
            words = f"canary-{number}"
            session.execute(
                sa.update(User)
                .where(User.id == user_id)
                .values(name=f"{words}-name", email=f"{words}@district.example")
            )
            session.execute(
                sa.update(Step).where(Step.user_id == user_id).values(reason=f"{words}-why")
            )
            for owner in (Rating.rater_id, Diagnosis.user_id):
                session.execute(
                    sa.update(owner.class_).where(owner == user_id).values(reason=f"{words}-words")
                )
        session.execute(sa.update(Cohort).values(code="CANARY23"))
    assert session.scalar(sa.select(sa.func.count()).where(Step.reason.like("canary%"))) != 0

    for item in ITEMS:
        for phase in Phase:
            if (item, phase) != ("diagnosis", Phase.LED_TO):
                assert "canary" not in repr(see(three, item, phase)).lower()


def test_the_digest_changes_with_what_is_shown_and_with_nothing_else(three: Room) -> None:
    before = see(three, "decision:log").digest

    assert again(three).digest == before
    assert again(three, Phase.HIDDEN).digest != before
    three.play(three.let_in("Eve"), habit=taking("ask-for-an-hour"))
    assert again(three).digest != before


def test_while_nothing_is_told_the_digest_says_nothing_of_who_answered(three: Room) -> None:
    before = see(three, "decision:log", Phase.HIDDEN).digest
    three.play(three.let_in("Eve"), habit=taking("ask-for-an-hour"))

    assert again(three, Phase.HIDDEN).digest == before


def test_where_people_are_furthest_apart_is_proposed_first(three: Room) -> None:
    scope = review.scope_of(
        three.session, three.cohort, "glowing-observations", viewer_id=three.facilitator_id
    )
    listed = room_sums.suggest(three.session, scope, Round.BEFORE)
    apart = [each.otherwise / max(each.people, 1) for each in listed]

    assert apart == sorted(apart, reverse=True)
    assert all(
        each.is_proposed == (at < 6 and each.otherwise > 0) for at, each in enumerate(listed)
    )
    assert {each.item.word for each in listed} == {
        each.word for each in projector.items_of(scope.script)
    }


def test_of_too_few_people_nothing_is_proposed_and_no_number_told(room: Room) -> None:
    scope = review.scope_of(
        room.session, room.cohort, "glowing-observations", viewer_id=room.facilitator_id
    )

    found = {
        (each.people, each.otherwise, each.is_proposed)
        for each in room_sums.suggest(room.session, scope, Round.BEFORE)
    }
    assert found == {(0, 0, False)}
