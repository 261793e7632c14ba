"""Two people at one screen: whose turn it is to have it, and what becomes of who has no sign-in."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import (
    access,
    accounts,
    claiming,
    company,
    forgetting,
    guests,
    library,
    my_data,
    next_steps,
    one_screen,
    pairs,
    runs,
    sign_in,
    ways,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.library import Published
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.services.ways import Way
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role, Run, Stage, User, UserSession
from tests.canaries import everything
from tests.conftest import NOON
from tests.services.test_forgetting import mentions
from tests.together import ONE, OTHER, Together, named, words_of


@dataclass
class Shared(Together):
    """A run at the screen of one of its people; who acts is handed the screen first."""

    host_id: int = 0

    @property
    def holding(self) -> Seated:
        return access.seat_in(self.session, self.key, viewer_id=self.host_id)

    @property
    def people(self) -> Company:
        return company.company_in(self.session, self.holding.run_id)

    @property
    def as_written(self) -> Script:
        return library.script_of(self.session, self.holding.version_id, self.holding.digest)

    def due(self) -> str | None:
        """To which seat the screen should go; None while whoever has it has something to do."""
        found = one_screen.next_holder(self.session, self.people, self.holding, self.as_written)
        return found.seat if found else None

    def person(self, seat: str) -> Companion:
        found = self.people.holder_of(seat)
        assert found is not None
        return found

    def seat(self, user_id: int) -> Seated:
        self.take(self.people.person(user_id).seat)
        return self.holding

    def take(self, seat: str) -> None:
        if self.holding.seat != seat:
            with writing(self.session):
                one_screen.take_screen(
                    self.session, self.holding, self.as_written, seat, now=self.now
                )

    def go_on_without(self, seat: str) -> None:
        with writing(self.session):
            one_screen.go_on_without(
                self.session, self.holding, self.as_written, seat, now=self.now
            )

    def ways(self) -> set[Way]:
        on_turn = pairs.on_turn(self.session, self.people, self.as_written)
        me = self.people.person(self.holding.user_id)
        return ways.ways_of(self.people, me, self.now, on_turn=on_turn)

    def finish(self, seat: str) -> None:
        """Leave with a next step."""
        seated = self.seat(self.person(seat).user_id)
        plan = Plan(sentence=words_of(seated.user_id, "plan"), due_on=self.now.date())
        with writing(self.session):
            next_steps.save_plan(self.session, seated, plan, now=self.now)
            next_steps.finish_plan(self.session, seated, now=self.now)


def start(session: Session, published: Published, host_id: int, **more: str) -> str:
    asked = {
        "seat": ONE, "other_seat": OTHER, "other_name": "Bob", "start_key": f"here {host_id}",
    } | more  # fmt: skip
    with writing(session):
        return one_screen.start_here(session, published, host_id=host_id, now=NOON, **asked)


@pytest.fixture
def here(session: Session, published: Published, alice_id: int) -> Shared:
    named(session, alice_id, "Alice")
    return Shared(session, "", start(session, published, alice_id), NOON, host_id=alice_id)


def test_it_begins_at_once_with_the_host_at_the_screen(here: Shared, alice_id: int) -> None:
    people = here.people

    assert [(each.name, each.seat) for each in people.people] == [("Alice", ONE), ("Bob", OTHER)]
    assert (people.begun_at, people.device_of, people.screen) == (NOON, alice_id, ONE)
    assert here.holding.user_id == alice_id


def test_the_same_form_starts_one_run(
    here: Shared, session: Session, published: Published, alice_id: int
) -> None:
    assert start(session, published, alice_id) == here.key
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 2


def test_a_form_that_has_started_something_else_starts_nothing(
    session: Session, published: Published, alice_id: int
) -> None:
    with writing(session):
        runs.start_run(session, published, user_id=alice_id, seat=ONE, start_key="solo", now=NOON)

    with pytest.raises(StaleMove):
        start(session, published, alice_id, start_key="solo")


@pytest.mark.parametrize("seats", [(ONE, ONE), (ONE, "nobody"), ("both", OTHER)])
def test_two_people_take_two_seats(
    session: Session, published: Published, alice_id: int, seats: tuple[str, str]
) -> None:
    with pytest.raises(Incomplete):
        start(session, published, alice_id, seat=seats[0], other_seat=seats[1])


def test_whoever_has_the_screen_acts_and_nobody_else_finds_the_run(
    here: Shared, session: Session, alice_id: int
) -> None:
    bob_id = here.person(OTHER).user_id

    here.take(OTHER)

    assert access.seat_in(session, here.key, viewer_id=alice_id).user_id == bob_id
    with pytest.raises(NotFound):
        access.seat_in(session, here.key, viewer_id=bob_id)


def test_the_screen_goes_to_a_seat_of_a_person_only(here: Shared) -> None:
    with pytest.raises(NotFound):
        here.take("observer")
    assert here.holding.seat == ONE


def test_the_whole_run_passes_back_and_forth_to_both_next_steps(
    here: Shared, alice_id: int
) -> None:
    bob_id = here.person(OTHER).user_id
    assert here.due() is None

    here.commit(alice_id)
    assert (here.due(), here.holding.is_revealed) == (OTHER, False)
    here.commit(bob_id)
    assert here.holding.is_revealed
    while here.people.ending_id is None:
        here.choose(here.person(here.due() or here.holding.seat).user_id)
    first = here.holding.seat
    second = OTHER if first == ONE else ONE
    here.pass_over(here.person(first).user_id)
    assert here.due() == second
    here.pass_over(here.person(second).user_id)
    assert here.due() is None
    with writing(here.session):
        runs.move_on(here.session, here.holding, Stage.DEBRIEF, now=NOON)
        one_screen.all_move_on(here.session, here.holding, Stage.DEBRIEF, now=NOON)
    here.finish(second)
    assert here.due() == first
    here.finish(first)

    assert here.due() is None
    assert {each.stage for each in here.people.people} == {Stage.DONE}
    notes = runs.notes_of(here.session, here.holding.run_id).values()
    assert {note.user_id for note in notes} == {alice_id, bob_id}


def test_where_both_decide_each_picks_before_the_picks_are_shown(
    here: Shared, alice_id: int
) -> None:
    bob_id = here.person(OTHER).user_id
    here.commit(alice_id, bob_id)
    while len(here.on_turn(here.holding.user_id)) < 2:
        here.choose(here.person(here.due() or here.holding.seat).user_id)
    here.take(ONE)
    assert here.due() is None
    moves = here.people.moves

    here.choose(alice_id)

    assert (here.due(), here.people.moves) == (OTHER, moves)
    assert here.picks(bob_id) == {}
    here.choose(bob_id)
    assert here.people.moves > moves


def test_every_state_leaves_whoever_has_the_screen_something_to_do(
    here: Shared, alice_id: int
) -> None:
    bob_id = here.person(OTHER).user_id
    stuck = []

    def look(where: str) -> None:
        for seat in (ONE, OTHER):
            here.take(seat)
            if not here.ways():
                stuck.append(f"{where}: {seat}")
            if (Way.PASS_SCREEN in here.ways()) < (here.due() is not None):
                stuck.append(f"{where}: {seat} is to pass it on, and is not told so")

    look("begun")
    here.commit(alice_id)
    look("one has committed")
    here.commit(bob_id)
    while here.people.ending_id is None:
        look(f"after {here.people.moves} steps")
        here.choose(here.person(here.due() or here.holding.seat).user_id)
    look("ended")
    here.pass_over(alice_id)
    look("one has rated the play")
    here.pass_over(bob_id)
    look("told")
    here.take(ONE)
    with writing(here.session):
        one_screen.all_move_on(here.session, here.holding, Stage.DEBRIEF, now=NOON)
    look("next step")
    here.finish(ONE)
    look("one is done")
    here.finish(OTHER)
    look("done")

    assert stuck == []


def test_the_stand_in_plays_for_somebody_who_had_to_go_until_they_have_the_screen_again(
    here: Shared, alice_id: int
) -> None:
    here.commit(alice_id)
    here.go_on_without(OTHER)
    assert (here.people.opened_at, here.due()) == (NOON, None)
    while here.people.ending_id is None:
        here.choose(alice_id)

    here.take(OTHER)

    assert not here.person(OTHER).is_out
    assert here.ways() >= {Way.ANSWER}
    with pytest.raises(NotFound):
        here.go_on_without(OTHER)


def test_who_comes_back_after_the_end_still_says_what_was_played(
    here: Shared, alice_id: int
) -> None:
    bob_id = here.person(OTHER).user_id
    here.commit(alice_id, bob_id)
    here.take(ONE)
    here.go_on_without(OTHER)
    while here.people.ending_id is None:
        here.choose(alice_id)
    here.pass_over(alice_id)
    with writing(here.session):
        runs.move_on(here.session, here.holding, Stage.DEBRIEF, now=NOON)
        one_screen.all_move_on(here.session, here.holding, Stage.DEBRIEF, now=NOON)

    here.take(OTHER)

    assert here.holding.stage is Stage.DEBRIEF
    assert here.ways() >= {Way.RATE_PLAY}


def test_in_a_run_with_a_screen_each_there_is_none_to_pass(
    session: Session, published: Published, alice_id: int
) -> None:
    together = Together.open(session, alice_id, now=NOON)
    script = together.script(alice_id)

    with pytest.raises(StaleMove), writing(session):
        one_screen.take_screen(session, together.seat(alice_id), script, ONE, now=NOON)


# What becomes of who has no sign-in. Their words are looked for in every table.

HOSTS, OTHERS = "HOSTCANARY", "OTHERCANARY"


@pytest.fixture
def hosted(session: Session, published: Published) -> Shared:
    """A run at the screen of a guest with a browser, full of words of both."""
    with writing(session):
        host_id = accounts.make_guest(session, now=NOON)
        sign_in.start_session(session, host_id, device="", remembered=False, now=NOON)
    return _played_by(session, published, host_id)


def _played_by(session: Session, published: Published, host_id: int) -> Shared:
    named(session, host_id, HOSTS)
    key = start(session, published, host_id, other_name=OTHERS)
    here = Shared(session, "", key, NOON, host_id=host_id)
    here.commit(*[each.user_id for each in here.people.people])
    while here.people.ending_id is None:
        here.choose(here.person(here.due() or here.holding.seat).user_id)
    return here


def words_in(session: Session, *people: int) -> list[str]:
    rows = everything(session)
    return [row for each in people for row in mentions(rows, f"words of {each} ")]


def test_a_local_guest_lives_as_long_as_the_host_does(hosted: Shared, session: Session) -> None:
    with writing(session):
        guests.forget_stale_guests(session, now=NOON + timedelta(hours=1))

    assert [each.name for each in hosted.people.people] == [HOSTS, OTHERS]
    assert words_in(session, hosted.person(OTHER).user_id)


def test_a_host_whom_no_browser_stands_for_is_forgotten_with_their_guest(
    hosted: Shared, session: Session
) -> None:
    people = [each.user_id for each in hosted.people.people]

    with writing(session):
        guests.forget_stale_guests(session, now=NOON + timedelta(days=400))

    assert words_in(session, *people) == []
    assert mentions(everything(session), OTHERS) == mentions(everything(session), HOSTS) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def test_signing_out_a_guest_forgets_who_played_at_their_screen(
    hosted: Shared, session: Session
) -> None:
    people = [each.user_id for each in hosted.people.people]

    with writing(session):
        session.execute(sa.delete(UserSession).where(UserSession.user_id == hosted.host_id))
        guests.forget_guest(session, hosted.host_id, now=NOON)

    assert words_in(session, *people) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_deleting_an_account_forgets_who_played_at_its_screen_and_nobody_else(
    session: Session, published: Published, alice_id: int
) -> None:
    with writing(session):
        host_id = accounts.register(
            session, name=HOSTS, email="host@district.example", password_hash="", now=NOON
        )
    here = _played_by(session, published, host_id)
    people = [each.user_id for each in here.people.people]

    with writing(session):
        forgetting.delete_person(session, host_id, now=NOON)

    assert words_in(session, *people) == []
    assert session.scalars(sa.select(User.id)).all() == [alice_id]


def test_a_guest_who_has_just_made_an_account_keeps_their_guest_too(
    hosted: Shared, session: Session
) -> None:
    with writing(session):
        accounts.register(
            session, name=HOSTS, email="host@district.example", password_hash="",
            guest_id=hosted.host_id, now=NOON,
        )  # fmt: skip
        guests.forget_guest(session, hosted.host_id, now=NOON)
        guests.forget_stale_guests(session, now=NOON + timedelta(days=400))

    assert [each.name for each in hosted.people.people] == [HOSTS, OTHERS]


def test_an_account_that_claims_a_run_has_its_screen(hosted: Shared, session: Session) -> None:
    with writing(session):
        account = accounts.register(
            session, name="Ana", email="ana@district.example", password_hash="", now=NOON
        )
        claiming.claim(session, hosted.host_id, account, now=NOON)

    assert access.seat_in(session, hosted.key, viewer_id=account).key == hosted.key
    with writing(session):
        guests.forget_stale_guests(session, now=NOON + timedelta(days=400))
    assert words_in(session, hosted_other(session, account, hosted.key))


def hosted_other(session: Session, host_id: int, key: str) -> int:
    seated = access.seat_in(session, key, viewer_id=host_id)
    people = company.company_in(session, seated.run_id).people
    return next(each.user_id for each in people if each.user_id != host_id)


def test_what_a_host_downloads_has_no_word_of_the_other(hosted: Shared, session: Session) -> None:
    other_id = hosted.person(OTHER).user_id
    person = Person(hosted.host_id, HOSTS, None, Role.LEARNER, None, 0, NOON)

    told = json.dumps(my_data.gather(session, person))

    assert words_of(hosted.host_id, "rating") in told
    assert f"words of {other_id} " not in told
    assert OTHERS not in told
