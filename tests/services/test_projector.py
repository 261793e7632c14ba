"""Moving what a room looks at: in order, one move at a time, by who saw where it stood."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import forgetting, projector
from lfp_trainer.services.library import Published
from lfp_trainer.services.projector import Item, Now
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Phase, Round
from tests.conftest import NOON
from tests.reviewed import Room
from tests.services.conftest import NewPerson

AGENDA = ("diagnosis", "rating:partner/motivate", "decision:log")
ALL = ["hidden", "split", "reference", "led-to"]


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def room(session: Session, published: Published, dana_id: int) -> Room:
    return Room.open(session, dana_id, now=NOON)


def begin(room: Room, published: Published, *agenda: str, version: int = 0) -> Now:
    with writing(room.session):
        projector.begin(
            room.session, room.cohort.id, published, agenda or AGENDA, version=version,
            user_id=room.facilitator_id, now=NOON,
        )  # fmt: skip
    return stands(room)


def stands(room: Room) -> Now:
    found = projector.find(room.session, room.cohort.id)
    assert found is not None
    return found


def move(room: Room, how: projector.Move, version: int | None = None) -> Now:
    with writing(room.session):
        projector.move(
            room.session, room.cohort.id, how,
            version=stands(room).version if version is None else version, now=NOON,
        )  # fmt: skip
    return stands(room)


def place(now: Now) -> tuple[str, str]:
    return now.item.word, now.phase.value


def test_nothing_is_shown_before_anybody_has_begun(room: Room) -> None:
    assert projector.find(room.session, room.cohort.id) is None


def test_it_begins_with_the_first_item_and_nothing_told(room: Room, published: Published) -> None:
    now = begin(room, published)

    assert place(now) == ("diagnosis", "hidden")
    assert (now.agenda, now.version, now.round) == (AGENDA, 1, Round.BEFORE)


def test_pressing_next_tells_each_item_phase_by_phase_and_stops_at_the_end(
    room: Room, published: Published
) -> None:
    begin(room, published)
    seen = [place(stands(room))] + [place(move(room, projector.following)) for _ in range(12)]

    assert seen == [
        *[("diagnosis", phase) for phase in ALL[:-1]],
        *[("rating:partner/motivate", phase) for phase in ALL],
        *[("decision:log", phase) for phase in ALL],
        ("decision:log", "led-to"),
        ("decision:log", "led-to"),
    ]


def test_pressing_back_goes_the_same_way_and_stops_at_the_beginning(
    room: Room, published: Published
) -> None:
    begin(room, published)
    there = [place(move(room, projector.following)) for _ in range(4)]
    back = [place(move(room, projector.preceding)) for _ in range(5)]

    assert back == [*there[-2::-1], ("diagnosis", "hidden"), ("diagnosis", "hidden")]


def test_an_item_can_be_gone_to_and_is_hidden_first(room: Room, published: Published) -> None:
    begin(room, published)
    move(room, projector.following)

    assert place(move(room, projector.at_item(2))) == ("decision:log", "hidden")
    assert place(move(room, projector.at_item(99))) == ("decision:log", "hidden")


def test_what_is_told_can_be_hidden_again(room: Room, published: Published) -> None:
    begin(room, published, "decision:log")
    move(room, projector.following)
    move(room, projector.following)

    assert place(move(room, projector.hidden)) == ("decision:log", "hidden")


def test_a_move_of_a_page_that_is_no_longer_true_is_refused(
    room: Room, published: Published
) -> None:
    began = begin(room, published)
    move(room, projector.following)

    with pytest.raises(StaleMove):
        move(room, projector.following, began.version)

    assert stands(room).phase is Phase.SPLIT


def test_a_page_that_is_no_longer_true_neither_closes_it_nor_begins_anew(
    room: Room, published: Published
) -> None:
    began = begin(room, published)
    move(room, projector.following)

    with pytest.raises(StaleMove), writing(room.session):
        projector.close(room.session, room.cohort.id, version=began.version, now=NOON)
    with pytest.raises(StaleMove):
        begin(room, published, "decision:log", version=began.version)
    with pytest.raises(StaleMove):
        begin(room, published, "decision:log")

    assert (stands(room).agenda, stands(room).phase) == (AGENDA, Phase.SPLIT)


def test_of_two_who_press_at_once_one_makes_the_move(room: Room, published: Published) -> None:
    began = begin(room, published)
    engine = room.session.get_bind()

    # Where the database lets both read before one has written, both have read.
    have_read = Barrier(2)

    def following(now: Now) -> Now:
        with suppress(BrokenBarrierError):
            have_read.wait(0.5)
        return projector.following(now)

    def press(_: int) -> str:
        assert isinstance(engine, sa.Engine)
        with Session(engine) as own:
            try:
                with writing(own):
                    projector.move(own, room.cohort.id, following, version=began.version, now=NOON)
            except StaleMove:
                return "told"
            return "moved"

    room.session.rollback()
    with ThreadPoolExecutor(2) as both:
        became = sorted(both.map(press, range(2)))

    assert became == ["moved", "told"]
    assert (stands(room).phase, stands(room).version) == (Phase.SPLIT, began.version + 1)


def test_of_two_who_begin_at_once_one_begins(room: Room, published: Published) -> None:
    engine = room.session.get_bind()

    def begin_there(word: str) -> str:
        assert isinstance(engine, sa.Engine)
        with Session(engine) as own:
            try:
                with writing(own):
                    projector.begin(
                        own, room.cohort.id, published, [word], version=0,
                        user_id=room.facilitator_id, now=NOON,
                    )  # fmt: skip
            except StaleMove:
                return "told"
            return "began"

    room.session.rollback()
    with ThreadPoolExecutor(2) as both:
        became = sorted(both.map(begin_there, ["diagnosis", "decision:log"]))

    assert became == ["began", "told"]
    assert stands(room).version == 1


def test_what_is_closed_shows_nothing_and_takes_no_move(room: Room, published: Published) -> None:
    began = begin(room, published)
    with writing(room.session):
        projector.close(room.session, room.cohort.id, version=began.version, now=NOON)
    closed = stands(room)

    assert (closed.is_open, closed.agenda, closed.scenario_version_id) == (False, (), None)
    with pytest.raises(StaleMove):
        move(room, projector.following)


def test_a_page_of_the_time_before_it_was_closed_moves_nothing_of_the_next(
    room: Room, published: Published
) -> None:
    began = begin(room, published)
    with writing(room.session):
        projector.close(room.session, room.cohort.id, version=began.version, now=NOON)
    again = begin(room, published, version=stands(room).version)

    assert again.version > began.version
    with pytest.raises(StaleMove):
        move(room, projector.following, began.version)


def test_only_what_is_in_the_scenario_can_be_shown(room: Room, published: Published) -> None:
    now = begin(room, published, "decision:log", "decision:nowhere", "decision:log", "rating:x/y")

    assert now.agenda == ("decision:log",)
    with pytest.raises(Incomplete, match="at least one question"):
        begin(room, published, "decision:nowhere", version=now.version)


def test_ratings_of_oneself_are_never_what_is_shown(room: Room, published: Published) -> None:
    with writing(room.session):
        projector.begin(
            room.session, room.cohort.id, published, AGENDA, ratings=Round.OWN, version=0,
            user_id=room.facilitator_id, now=NOON,
        )  # fmt: skip

    assert stands(room).round is Round.BEFORE


def test_what_somebody_opened_stays_without_them(
    room: Room, published: Published, dana_id: int, new: NewPerson
) -> None:
    room.let_in("Alice")
    begin(room, published)
    with writing(room.session):
        forgetting.forget(room.session, [dana_id], now=NOON)

    assert stands(room).opened_by is None


def test_items_are_stored_as_they_are_read() -> None:
    words = ("diagnosis", "decision:log", "rating:partner/motivate")

    assert tuple(Item.read(word).word for word in words) == words
    assert Item.read("rating:partner/motivate") == Item("rating", "partner", "motivate")
