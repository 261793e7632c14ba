"""Who deletes their account leaves nothing behind that is theirs, and takes nothing of others."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import accounts, forgetting, guests
from lfp_trainer.services.library import Published
from lfp_trainer.services.runs import notes_of
from lfp_trainer.services.ways import Way, ways_of
from lfp_trainer.storage import database
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Model, Participant, Role, Run, Stage, Step, User
from tests import canaries
from tests.canaries import everything
from tests.conftest import NOON
from tests.together import Together

HERS, HIS = "CANARYHERS", "CANARYHIS"
WITHOUT_HER_WORD = ("scenario_version", "sign_in_failure", "pair", "membership")
"""Of a membership nothing is a word: its numbers are looked for by themselves."""


def delete(session: Session, user_id: int) -> None:
    with writing(session):
        forgetting.delete_person(session, user_id, now=NOON)


def mentions(rows: dict[str, list[tuple[object, ...]]], word: str) -> list[str]:
    return [
        f"{name}: {row}"
        for name, found in rows.items()
        for row in found
        if word.lower() in repr(row).lower()
    ]


def names_person(session: Session, user_id: int) -> list[str]:
    """Return every column that names a person by number and still names this one."""
    named = []
    for table in Model.metadata.sorted_tables:
        for column in table.c:
            of_user = any(key.column.table.name == "user" for key in column.foreign_keys)
            if (of_user or column is Model.metadata.tables["user"].c.id) and session.scalar(
                sa.select(sa.func.count()).select_from(table).where(column == user_id)
            ):
                named.append(str(column))
    return named


def test_nothing_of_a_deleted_person_is_in_any_table_and_all_of_others_is(
    session: Session,
) -> None:
    version = canaries.add_version(session)
    his = canaries.add_person(session, HIS)
    canaries.leave_outside(session, his, HIS)
    canaries.leave_in_run(session, canaries.add_run(session, version, HIS), his, HIS)
    shared = canaries.add_run(session, version, "shared")
    canaries.leave_in_run(session, shared, his, HIS + "TOO", number=2)
    before = everything(session)
    hers = canaries.add_person(session, HERS)
    canaries.leave_outside(session, hers, HERS)
    own = canaries.add_run(session, version, HERS)
    canaries.leave_in_run(session, own, hers, HERS)
    what_if = canaries.add_run(session, version, HERS + "IF", what_if_of=own, what_if_at=1)
    canaries.leave_in_run(session, what_if, hers, HERS)
    canaries.leave_in_run(session, shared, hers, HERS, number=1)
    with_her = everything(session)
    assert all(mentions({name: rows}, HERS) for name, rows in with_her.items()
               if name not in WITHOUT_HER_WORD)  # fmt: skip
    assert names_person(session, hers.id)

    delete(session, hers.id)

    after = everything(session)
    assert mentions(after, HERS) == []
    assert names_person(session, hers.id) == []
    steps = after.pop("step")
    assert [row for row in steps if row in before["step"]] == before.pop("step")
    assert after == before
    assert canaries.shared_steps(session, shared) == [
        (None, "", f"choice_id-{hers.id}"),
        (his.id, f"{HIS}TOO.step.reason", f"choice_id-{his.id}"),
    ]


def test_the_file_itself_holds_none_of_the_words_that_were_deleted(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = database.connect(sqlite_url)
    with Session(engine, expire_on_commit=False) as session:
        version = canaries.add_version(session)
        hers, his = canaries.add_person(session, HERS), canaries.add_person(session, HIS)
        for person, canary in ((hers, HERS), (his, HIS)):
            canaries.leave_outside(session, person, canary)
            for number in range(40):
                run = canaries.add_run(session, version, f"{canary}{number}")
                canaries.leave_in_run(session, run, person, canary + "long" * 300)
        shared = canaries.add_run(session, version, "shared")
        canaries.leave_in_run(session, shared, hers, HERS, number=1)
        canaries.leave_in_run(session, shared, his, HIS, number=2)
        assert database.empty_log(engine)
        files = [path for path in tmp_path.iterdir() if path.name.startswith("trainer")]
        held = b"".join(path.read_bytes() for path in files)
        assert HERS.encode() in held

        delete(session, hers.id)
        assert database.empty_log(engine)

        held = b"".join(path.read_bytes() for path in files if path.exists())
        assert HIS.encode() in held
        assert HERS.encode() not in held
        assert HERS.lower().encode() not in held
    engine.dispose()


def test_a_log_that_somebody_still_reads_is_left_for_another_time(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    with Session(engine) as session, Session(engine) as reader:
        canaries.add_person(session, HERS)
        reader.scalar(sa.select(sa.func.count()).select_from(User))
        canaries.add_person(session, HIS)

        assert not database.empty_log(engine)
        reader.rollback()
        assert database.empty_log(engine)
        waits = session.scalar(sa.text("PRAGMA busy_timeout"))
    engine.dispose()
    assert waits == database.BUSY_MS


def test_the_only_admin_stays_until_there_is_another(session: Session) -> None:
    ada = canaries.add_person(session, "ada", Role.ADMIN).id
    with pytest.raises(Incomplete, match="only admin"):
        delete(session, ada)
    gone = canaries.add_person(session, "gone", Role.ADMIN).id
    with writing(session):
        accounts.disable(session, gone, by=ada, now=NOON)
    with pytest.raises(Incomplete, match="only admin"):
        delete(session, ada)
    grace = canaries.add_person(session, "grace", Role.ADMIN).id

    delete(session, ada)

    assert set(session.scalars(sa.select(User.id))) == {gone, grace}


def test_a_person_who_is_gone_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        delete(session, 4711)


def test_a_run_goes_when_the_last_of_those_who_shared_it_has_gone(session: Session) -> None:
    version = canaries.add_version(session)
    hers, his = canaries.add_person(session, HERS), canaries.add_person(session, HIS)
    shared = canaries.add_run(session, version, "shared")
    canaries.leave_in_run(session, shared, hers, HERS, number=1)
    canaries.leave_in_run(session, shared, his, HIS, number=2)

    delete(session, hers.id)
    assert session.scalars(sa.select(Run.id)).all() == [shared]
    delete(session, his.id)

    left = everything(session)
    assert [name for name, rows in left.items() if rows] == ["scenario_version"]


def test_of_two_admins_or_partners_who_go_at_the_same_moment_one_waits(
    session: Session, engine: sa.Engine
) -> None:
    version = canaries.add_version(session)
    ada = canaries.add_person(session, "ada", Role.ADMIN)
    grace = canaries.add_person(session, "grace", Role.ADMIN)
    hers, his = canaries.add_person(session, HERS), canaries.add_person(session, HIS)
    shared = canaries.add_run(session, version, "shared")
    canaries.leave_in_run(session, shared, hers, HERS, number=1)
    canaries.leave_in_run(session, shared, his, HIS, number=2)
    start = threading.Barrier(4)

    def go(user_id: int) -> bool:
        start.wait()
        with Session(engine) as own:
            try:
                delete(own, user_id)
            except Incomplete:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        went = list(pool.map(go, [person.id for person in (ada, grace, hers, his)]))

    assert sorted(went[:2]) == [False, True]
    assert went[2:] == [True, True]
    assert everything(session)["run"] == []


@pytest.mark.parametrize("is_guest", [False, True])
def test_a_run_begun_in_another_tab_at_that_moment_goes_too(
    engine: sa.Engine, session: Session, *, is_guest: bool
) -> None:
    version = canaries.add_version(session)
    hers = canaries.add_person(session, HERS)
    if is_guest:
        with writing(session):
            session.execute(sa.update(User).values(email=None))

    def go() -> None:
        with Session(engine) as own, writing(own):
            forget = guests.forget_guest if is_guest else forgetting.delete_person
            forget(own, hers.id, now=NOON)

    with ThreadPoolExecutor(1) as pool, Session(engine) as other:
        with writing(other):
            run = Run(
                key=HERS, start_key=HERS, scenario_version_id=version, started_at=NOON, moves=1
            )
            other.add(run)
            other.flush()
            seat = {"run_id": run.id, "user_id": hers.id, "seat": "both"}
            other.add(Participant(**seat, stage=Stage.ROLE_PLAY, changed_at=NOON))
            other.add(
                Step(
                    run_id=run.id, number=1, seat="both", user_id=hers.id, stand_in=False,
                    scene_id="s", choice_id="c", reason=HERS, chosen_at=NOON,
                )
            )  # fmt: skip
            other.flush()
            going = pool.submit(go)
            # Long enough for the deletion to have read whatever it reads before it waits.
            time.sleep(0.4)
        going.result(timeout=10)

    session.rollback()
    assert mentions(everything(session), HERS) == []


def test_a_server_that_starts_forgets_the_runs_that_nobody_is_in(session: Session) -> None:
    version = canaries.add_version(session)
    his = canaries.add_person(session, HIS)
    canaries.leave_in_run(session, canaries.add_run(session, version, HIS), his, HIS)
    before = everything(session)
    canaries.add_run(session, version, HERS)

    with writing(session):
        guests.forget_stale_guests(session, now=NOON)

    assert everything(session) == before


def test_a_partner_who_deletes_herself_leaves_the_other_a_run_to_play_on(
    session: Session, published: Published, alice_id: int
) -> None:
    with writing(session):
        bob_id = accounts.make_guest(session, now=NOON)
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    together.choose(together.company(bob_id).deciders(together.on_turn(bob_id))[0].user_id)
    words = f"words of {alice_id}"
    assert mentions(everything(session), words)

    delete(session, alice_id)

    assert mentions(everything(session), words) == []
    assert names_person(session, alice_id) == []
    company = together.company(bob_id)
    assert [each.user_id for each in company.people] == [bob_id]
    assert Way.CHOOSE in ways_of(company, company.people[0], NOON, on_turn=together.on_turn(bob_id))
    together.play_to_the_end(bob_id)
    assert together.seat(bob_id).stage is Stage.DEBRIEF
    notes = notes_of(session, together.seat(bob_id).run_id)
    assert any(note.stand_in for note in notes.values())
