"""Exports on their way: one to a person, gone when somebody takes something back, never half."""

import logging
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import IO, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Busy, NotFound
from lfp_trainer.services import (
    accounts,
    claiming,
    cohorts,
    exports,
    forgetting,
    ratings,
    retention,
    sharing,
)
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.exports import files, jobs, kept
from lfp_trainer.services.exports.columns import Sheet
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Export,
    ExportFormat,
    ExportPart,
    ExportState,
    Membership,
    Participant,
    Place,
    Rating,
    Round,
    Run,
    Stage,
    Step,
    User,
    table,
)
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.services.test_exports import LATER, agree, ask, content_of
from tests.services.test_exports import dana_id as dana_id
from tests.services.test_exports import played as played
from tests.services.test_exports import spring as spring
from tests.together import Together

SECOND = timedelta(seconds=1)


def state_of(session: Session, export_id: int) -> tuple[ExportState, str, int, int]:
    """Return what has become of an export, why, how large it is and in how many parts."""
    session.rollback()
    made = session.get_one(Export, export_id, populate_existing=True)
    parts = sa.select(sa.func.count()).where(ExportPart.export_id == export_id)
    return made.state, made.error, made.size, session.scalar(parts) or 0


def write(engine: sa.Engine, export_id: int, now: datetime = LATER) -> None:
    jobs.write(engine, export_id, clock=lambda: now)


@pytest.fixture
def shared(played: Together, spring: Joined, alice_id: int, bob_id: int) -> Together:
    agree(played, spring, alice_id, bob_id)
    return played


@pytest.fixture
def done(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int
) -> int:
    """A finished export of what Alice and Bob share."""
    export_id = ask(session, spring, dana_id)
    write(engine, export_id)
    assert state_of(session, export_id)[0] is ExportState.DONE
    return export_id


def test_a_double_click_makes_one(
    session: Session, spring: Joined, dana_id: int, alice_id: int
) -> None:
    asked: dict[str, Any] = {
        "format": ExportFormat.CSV, "with_names": False, "start_key": "once", "now": LATER,
    }  # fmt: skip
    with writing(session):
        first = jobs.ask(session, spring.id, user_id=dana_id, **asked)
    with writing(session):
        second = jobs.ask(session, spring.id, user_id=dana_id, **asked)

    assert (first[1], second) == (True, (first[0], False))
    with pytest.raises(NotFound), writing(session):
        jobs.ask(session, spring.id, user_id=alice_id, **asked)


def test_one_person_has_one_at_a_time_and_the_server_two(
    session: Session, engine: sa.Engine, spring: Joined, dana_id: int, new: NewPerson
) -> None:
    others = [new("Noah"), new("Mia")]
    first = ask(session, spring, dana_id, start_key="a")
    with pytest.raises(Busy, match="on the way"):
        ask(session, spring, dana_id, start_key="b")
    ask(session, spring, others[0], start_key="c")
    with pytest.raises(Busy, match="Two exports"):
        ask(session, spring, others[1], start_key="d")

    write(engine, first)

    assert ask(session, spring, others[1], start_key="d") > first


def test_two_who_ask_at_once_are_counted_one_by_one(
    session: Session, engine: sa.Engine, spring: Joined, new: NewPerson
) -> None:
    people = [new(f"Person {number}") for number in range(6)]
    barrier, outcomes = threading.Barrier(6), list[str]()

    def go(user_id: int) -> None:
        with Session(engine) as mine:
            barrier.wait()
            try:
                ask(mine, spring, user_id, start_key=f"mine-{user_id}")
                outcomes.append("made")
            except Busy:
                outcomes.append("busy")

    threads = [threading.Thread(target=go, args=(each,)) for each in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(outcomes) == ["busy"] * 4 + ["made"] * 2


def test_two_written_at_once_are_both_whole(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int,
    new: NewPerson,
) -> None:  # fmt: skip
    noah = new("Noah")
    with writing(session):
        session.add(
            Membership(
                cohort_id=spring.id, user_id=noah, role=Place.FACILITATOR, joined_at=NOON,
                facilitates_since=NOON,
            )
        )  # fmt: skip
    asked = [ask(session, spring, each, start_key=f"{each}") for each in (dana_id, noah)]
    threads = [threading.Thread(target=write, args=(engine, each)) for each in asked]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    states = [state_of(session, each) for each in asked]
    assert [state for state, *_ in states] == [ExportState.DONE] * 2
    assert [len(content_of(session, each)) for each in asked] == [size for _, _, size, _ in states]


WAYS = (
    "withdraws", "leaves", "deletes the account", "is claimed", "shares it with another cohort",
)  # fmt: skip


def take_back(way: str, played: Together, cohort: Joined, user_id: int) -> None:
    session = played.session
    session.rollback()
    account = 0
    if way == "is claimed":
        with writing(session):
            session.execute(sa.update(User).where(User.id == user_id).values(email=None))
            account = accounts.register(
                session, name="Alice", email="alice@home.example", password_hash="h", now=NOON
            )
    with writing(session):
        if way == "withdraws":
            sharing.withdraw(session, played.seat(user_id))
        elif way == "leaves":
            hers = cohorts.find(session, cohort.key, viewer_id=user_id)
            cohorts.leave(session, hers, user_id)
        elif way == "shares it with another cohort":
            key = cohorts.make(session, name="Another", user_id=user_id, now=LATER)
            other = cohorts.find(session, key, viewer_id=user_id)
            sharing.agree(session, played.seat(user_id), other.id, now=LATER)
        elif way == "is claimed":
            claiming.claim(session, user_id, account, now=LATER)
        else:
            forgetting.delete_person(session, user_id, now=LATER)


@pytest.mark.parametrize("way", WAYS)
def test_a_finished_file_is_gone_at_once_when_somebody(
    session: Session, shared: Together, spring: Joined, done: int, alice_id: int, dana_id: int,
    way: str,
) -> None:  # fmt: skip
    key = session.scalars(sa.select(Export.key)).one()
    assert kept.find_file(session, spring.id, key, viewer_id=dana_id).parts > 0

    take_back(way, shared, spring, alice_id)

    assert state_of(session, done) == (ExportState.DROPPED, "", 0, 0)
    with pytest.raises(NotFound):
        kept.find_file(session, spring.id, key, viewer_id=dana_id)
    assert kept.part_of(session, done, 1) is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("moment", ["before it is written", "while rows are read", "at the end"])
def test_a_file_is_not_kept_when_during_its_writing_somebody(
    session: Session,
    engine: sa.Engine,
    shared: Together,
    spring: Joined,
    dana_id: int,
    alice_id: int,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    moment: str,
) -> None:
    export_id = ask(session, spring, dana_id)
    whole = files.WRITE[ExportFormat.JSON]

    def meanwhile(to: IO[bytes], sheets: files.Sheets, *more: Any) -> None:
        def interrupted() -> Iterator[tuple[Sheet, Any]]:
            for sheet, rows in sheets:
                if sheet.name == "steps" and moment == "while rows are read":
                    take_back(way, shared, spring, alice_id)
                yield sheet, rows

        whole(to, interrupted(), *more)
        if moment == "at the end":
            take_back(way, shared, spring, alice_id)

    monkeypatch.setitem(files.WRITE, ExportFormat.JSON, meanwhile)
    if moment == "before it is written":
        take_back(way, shared, spring, alice_id)
    write(engine, export_id)

    assert state_of(session, export_id) == (ExportState.DROPPED, "", 0, 0)


def test_what_is_withdrawn_between_two_parts_of_a_file_leaves_none_of_them(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int,
    alice_id: int, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(jobs, "PART", 2000)
    export_id = ask(session, spring, dana_id)
    tell, told = jobs._Telling.tell, list[int]()

    def slowly(self: jobs._Telling, **values: Any) -> None:
        tell(self, **values)
        if values.get("part") is not None:
            told.append(values["part"][0])
            if len(told) == 3:
                assert state_of(session, export_id)[3] == 3
                take_back("withdraws", shared, spring, alice_id)

    monkeypatch.setattr(jobs._Telling, "tell", slowly)
    write(engine, export_id)

    assert told == [1, 2, 3]
    assert state_of(session, export_id) == (ExportState.DROPPED, "", 0, 0)


def test_who_withdraws_holds_up_who_asks_until_it_is_done(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int,
    alice_id: int,
) -> None:  # fmt: skip
    asked = list[int]()

    def go() -> None:
        with Session(engine) as mine:
            asked.append(ask(mine, spring, dana_id))

    thread = threading.Thread(target=go)
    with writing(session):
        sharing.withdraw(session, shared.seat(alice_id))
        thread.start()
        time.sleep(0.3)
        waited = not asked
    thread.join()

    write(engine, asked[0])
    assert waited
    assert b'"steps": [\n]' in content_of(session, asked[0])


def test_who_is_in_another_cohort_drops_nothing_here(
    session: Session, done: int, alice_id: int, new: NewPerson
) -> None:
    noah = new("Noah")
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=noah, now=NOON)
        code = session.scalars(sa.text("SELECT code FROM cohort WHERE key = :k"), {"k": key}).one()
        cohorts.join(session, code, user_id=alice_id, now=NOON)
    with writing(session):
        other = cohorts.find(session, key, viewer_id=alice_id)
        cohorts.leave(session, other, alice_id)

    assert state_of(session, done)[0] is ExportState.DONE


def test_who_no_longer_facilitates_can_take_it_no_more_not_even_when_they_do_again(
    session: Session, spring: Joined, done: int, dana_id: int
) -> None:
    key = session.scalars(sa.select(Export.key)).one()
    place = sa.update(Membership).where(Membership.user_id == dana_id)
    found = []
    for values in (
        {"role": Place.FACILITATOR, "facilitates_since": NOON},
        {"role": Place.LEARNER, "facilitates_since": None},
        {"role": Place.FACILITATOR, "facilitates_since": LATER + SECOND},
    ):
        with writing(session):
            session.execute(place.values(values))
        try:
            kept.find_file(session, spring.id, key, viewer_id=dana_id)
            found.append(True)
        except NotFound:
            found.append(False)

    assert found == [True, False, False]


def test_another_facilitator_does_not_get_the_file(
    session: Session, spring: Joined, done: int, new: NewPerson
) -> None:
    noah = new("Noah")
    with writing(session):
        session.add(
            Membership(
                cohort_id=spring.id, user_id=noah, role=Place.FACILITATOR, joined_at=NOON,
                facilitates_since=NOON,
            )
        )  # fmt: skip
    key = session.scalars(sa.select(Export.key)).one()

    with pytest.raises(NotFound):
        kept.find_file(session, spring.id, key, viewer_id=noah)
    assert [each.by for each in exports.made_for(session, spring.id)] == ["Dana Facilitator"]


def test_a_job_whose_process_ended_says_so_after_a_minute_and_lets_another_be_made(
    session: Session, engine: sa.Engine, spring: Joined, dana_id: int
) -> None:
    dead = ask(session, spring, dana_id, start_key="dead")
    with pytest.raises(Busy):
        ask(session, spring, dana_id, start_key="early", now=LATER + kept.SILENT)
    assert not kept.is_due(session, LATER + kept.SILENT)

    then = LATER + kept.SILENT + SECOND
    again = ask(session, spring, dana_id, start_key="again", now=then)
    assert kept.is_due(session, then)
    with writing(session):
        assert exports.expire(session, now=then) == 1

    assert state_of(session, dead) == (ExportState.FAILED, kept.SERVER_ENDED, 0, 0)
    write(engine, again, then)
    assert state_of(session, again)[0] is ExportState.DONE
    # Its writer was only slow: it finds out, and keeps nothing.
    write(engine, dead, then)
    assert state_of(session, dead) == (ExportState.FAILED, kept.SERVER_ENDED, 0, 0)


def test_a_file_is_kept_for_an_hour_and_its_record_for_half_a_year(
    session: Session, done: int
) -> None:
    found = []
    for after in (kept.KEPT, kept.KEPT + SECOND, kept.RECORDED, kept.RECORDED + SECOND):
        with writing(session):
            retention.forget_old(session, now=LATER + after)
        found.append(session.scalars(sa.select(Export.state)).all())

    assert found == [[ExportState.DONE], [ExportState.EXPIRED], [ExportState.EXPIRED], []]
    assert session.scalars(sa.select(ExportPart.id)).all() == []


def test_what_breaks_is_told_in_a_sentence_and_keeps_nothing(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setitem(files.WRITE, ExportFormat.JSON, broken)
    export_id = ask(session, spring, dana_id)

    with caplog.at_level(logging.ERROR):
        write(engine, export_id)

    assert state_of(session, export_id) == (ExportState.FAILED, jobs.BROKE, 0, 0)
    assert "no space left" in caplog.text


def test_the_cohort_itself_being_gone_ends_its_writer(
    session: Session, engine: sa.Engine, spring: Joined, dana_id: int
) -> None:
    export_id = ask(session, spring, dana_id)
    with writing(session):
        session.execute(sa.text("DELETE FROM cohort"))

    write(engine, export_id)

    assert session.scalars(sa.select(Export.id)).all() == []


MANY = 30_000


def fill(session: Session, cohort: Joined, published: Published, rows: int, now: datetime) -> None:
    """Let many people share runs, with as many rows as are asked for in steps and ratings."""
    scenario = published.script.scenario
    scene = next(id for id, each in scenario.scenes.items() if each.choices)
    choice = next(iter(scenario.scenes[scene].choices))
    sentence = next(iter(scenario.sentences))
    cards = ratings.cards_of(published.script)
    steps = 11
    count = rows // (steps + len(cards) + 2)
    words = "I would begin with what she sees, and ask what a good visit looks like to her. " * 2
    with writing(session):
        first = 1 + (session.scalar(sa.select(sa.func.max(Run.id))) or 0)
        people = 10_000
        session.execute(sa.insert(table(User)), [
            {"id": people + n, "name": f"Person {n}", "role": "learner", "created_at": now}
            for n in range(count)
        ])  # fmt: skip
        session.execute(sa.insert(table(Run)), [
            {"id": first + n, "key": f"many-{n}", "start_key": f"many-{n}", "moves": steps,
             "scenario_version_id": published.version_id, "started_at": now, "ended_at": now,
             "cohort_id": cohort.id, "shown_at": now, "ending_id": scenario.endings[0].id}
            for n in range(count)
        ])  # fmt: skip
        session.execute(sa.insert(table(Participant)), [
            {"run_id": first + n, "user_id": people + n, "seat": "both", "stage": Stage.DONE,
             "changed_at": now, "shared_at": now}
            for n in range(count)
        ])  # fmt: skip
        session.execute(sa.insert(table(Step)), [
            {"run_id": first + n, "number": s, "seat": "both", "user_id": people + n,
             "stand_in": False, "scene_id": scene, "choice_id": choice, "reason": words,
             "chosen_at": now, "cohort_id": cohort.id, "led_to": scene,
             "scenario_version_id": published.version_id, "shown_at": now,
             "ending_id": scenario.endings[0].id}
            for n in range(count) for s in range(1, steps + 1)
        ])  # fmt: skip
        session.execute(sa.insert(table(Rating)), [
            {"run_id": first + n, "rater_id": people + n, "round": Round.BEFORE, "leader": leader,
             "strand": strand, "level": 2, "not_enough": False, "reason": words,
             "evidence": [sentence], "saved_at": now, "committed_at": now}
            for n in range(count) for leader, strand in cards
        ])  # fmt: skip


def test_thirty_thousand_rows_take_less_than_ten_seconds_and_little_memory(
    session: Session, engine: sa.Engine, spring: Joined, published: Published, dana_id: int,
    record_property: Callable[..., None],
) -> None:  # fmt: skip
    fill(session, spring, published, MANY, NOON)
    export_id = ask(session, spring, dana_id, format=ExportFormat.XLSX, with_names=True)
    session.rollback()

    # Of the thread alone: what else a machine does is not its time.
    began = time.thread_time()
    write(engine, export_id)
    seconds = time.thread_time() - began

    made = session.get_one(Export, export_id, populate_existing=True)
    record_property("seconds", seconds)
    record_property("bytes", made.size)
    assert (made.state, made.error) == (ExportState.DONE, "")
    assert made.rows_done == made.rows_total > MANY - 30
    assert seconds < 10


def test_memory_stays_flat(
    session: Session, engine: sa.Engine, spring: Joined, published: Published, dana_id: int
) -> None:
    fill(session, spring, published, MANY // 5, NOON)
    export_id = ask(session, spring, dana_id, format=ExportFormat.XLSX)
    session.rollback()
    tracemalloc.start()
    write(engine, export_id)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 50 * 2**20


def test_others_write_while_it_is_read(
    session: Session, engine: sa.Engine, shared: Together, spring: Joined, dana_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    export_id = ask(session, spring, dana_id)
    held = list[float]()

    def between(to: IO[bytes], sheets: files.Sheets, *_: Any) -> None:
        for each in sheets:
            for _row in each[1]:
                began = time.perf_counter()
                with Session(engine) as other, writing(other):
                    other.execute(sa.update(User).values(name="Renamed meanwhile"))
                held.append(time.perf_counter() - began)
        to.write(b"{}")

    monkeypatch.setitem(files.WRITE, ExportFormat.JSON, between)
    write(engine, export_id)

    assert state_of(session, export_id)[0] is ExportState.DONE
    assert len(held) > 20
    assert max(held) < 1
