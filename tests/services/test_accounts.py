"""Registering, guests and what becomes of their practice, and what an admin may change."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import accounts
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Model,
    NextStep,
    Participant,
    Rating,
    Role,
    Round,
    Run,
    ScenarioVersion,
    Stage,
    Step,
    User,
    UserSession,
    WorkPosition,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def register(session: Session, name: str, role: Role = Role.LEARNER, **more: object) -> int:
    with writing(session):
        return accounts.register(
            session,
            name=name,
            email=f"{name}@district.example",
            password_hash="a hash",
            role=role,
            now=NOON,
            **more,  # type: ignore[arg-type]
        )


def make_guest(session: Session) -> int:
    with writing(session):
        return accounts.make_guest(session, now=NOON)


def add_run(session: Session, *people: int) -> int:
    """A run in which everybody named has one of everything a person can leave in a run."""
    with writing(session):
        version = session.scalar(sa.select(ScenarioVersion.id))
        if version is None:
            added = ScenarioVersion(
                scenario_id="late-report",
                digest="d",
                title="Late report",
                source="",
                parsed="",
                is_current=True,
                published_at=NOON,
            )
            session.add(added)
            session.flush()
            version = added.id
        number = session.scalar(sa.select(sa.func.count()).select_from(Run))
        run = Run(
            key=f"key-{number}",
            start_key=f"start-{number}",
            scenario_version_id=version,
            started_at=NOON,
        )
        session.add(run)
        session.flush()
        for index, person in enumerate(people):
            leave_everything(session, run.id, person, index)
        return run.id


def leave_everything(session: Session, run_id: int, person: int, index: int) -> None:
    said = f"said by {person}"
    session.add_all(
        [
            Participant(
                run_id=run_id,
                user_id=person,
                seat=f"seat-{index}",
                stage=Stage.DONE,
                changed_at=NOON,
            ),
            Step(
                run_id=run_id,
                number=index + 1,
                seat=f"seat-{index}",
                user_id=person,
                stand_in=False,
                scene_id="log",
                choice_id="ask",
                reason=said,
                chosen_at=NOON,
            ),
            Diagnosis(
                run_id=run_id,
                user_id=person,
                systems=[],
                failed_tests=[],
                who=[],
                what=[],
                reason=said,
                saved_at=NOON,
            ),
            Rating(
                run_id=run_id,
                rater_id=person,
                round=Round.BEFORE,
                leader="partner",
                strand="motivate",
                not_enough=True,
                reason=said,
                evidence=[],
                saved_at=NOON,
            ),
            NextStep(
                run_id=run_id,
                user_id=person,
                current_state="",
                goal="",
                steps="",
                sentence=said,
                saved_at=NOON,
            ),
        ]
    )
    session.flush()


def owners(session: Session, run_id: int) -> dict[str, list[tuple[int | None, str]]]:
    """Who owns what in a run, and what it says."""
    found = {}
    for owner, said in (
        (Participant.user_id, sa.literal("")),
        (Step.user_id, Step.reason),
        (Diagnosis.user_id, Diagnosis.reason),
        (Rating.rater_id, Rating.reason),
        (NextStep.user_id, NextStep.sentence),
    ):
        rows = session.execute(sa.select(owner, said).where(owner.class_.run_id == run_id))
        found[owner.class_.__tablename__] = sorted(((row[0], row[1]) for row in rows), key=str)
    return found


def test_an_address_is_stored_in_lower_case_without_spaces(session: Session) -> None:
    with writing(session):
        accounts.register(
            session, name="Ana", email="  Ana@District.Example ", password_hash="h", now=NOON
        )

    assert session.scalars(sa.select(User.email)).all() == ["ana@district.example"]


@pytest.mark.parametrize(
    "address", ["ana@district.org", "a.b+c@x.co", "o'hara@school.k12.mi.us", "ana@münchen.de"]
)
def test_a_plain_address_is_taken(address: str) -> None:
    assert accounts.is_email(address)


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ana@", "@x.org", "ana@x", "a na@x.org", "ana@x.org, bob@x.org", "<ana@x.org>"]
    + ["ana@@x.org", "ana@x..", "a" * 65 + "@x.org", "ana@" + "x" * 250 + ".org", "ana@x.org\n"],
)
def test_what_cannot_be_an_address_is_refused(address: str) -> None:
    assert not accounts.is_email(address)


def test_an_address_belongs_to_one_account_however_it_is_spelt(session: Session) -> None:
    register(session, "alice")

    with pytest.raises(Incomplete, match="cannot be used") as refused:
        register(session, "ALICE")

    assert list(refused.value.fields) == ["email"]
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_of_two_who_register_one_address_at_once_one_gets_it(engine: sa.Engine) -> None:
    start = threading.Barrier(4)

    def try_it() -> bool:
        start.wait()
        with Session(engine) as session:
            try:
                register(session, "alice")
            except Incomplete:
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        got_it = list(pool.map(lambda _: try_it(), range(4)))

    assert sorted(got_it) == [False, False, False, True]


def test_a_guest_has_no_address_and_no_password(session: Session) -> None:
    guest = session.get_one(User, make_guest(session))

    assert (guest.name, guest.email, guest.password_hash, guest.role) == (
        "Guest",
        None,
        None,
        Role.LEARNER,
    )


def test_a_guest_who_registers_stays_the_same_person(session: Session) -> None:
    guest = make_guest(session)
    run = add_run(session, guest)

    account = register(session, "alice", guest_id=guest, position=WorkPosition.HIGH)

    assert account == guest
    assert [owner for owner, _ in owners(session, run)["participant"]] == [account]
    assert session.get_one(User, account).position is WorkPosition.HIGH


def test_an_account_cannot_be_registered_over(session: Session) -> None:
    alice = register(session, "alice")

    with pytest.raises(NotFound):
        register(session, "charlie", guest_id=alice)

    assert session.scalars(sa.select(User.email)).all() == ["alice@district.example"]


def test_a_person_has_practice_once_they_take_part_in_one(session: Session) -> None:
    guest, other = make_guest(session), make_guest(session)
    add_run(session, guest)

    assert (accounts.has_practice(session, guest), accounts.has_practice(session, other)) == (
        True,
        False,
    )


def test_claiming_moves_everything_a_guest_left_and_ends_the_guest(session: Session) -> None:
    alice, guest = register(session, "alice"), make_guest(session)
    run = add_run(session, guest)

    with writing(session):
        accounts.claim(session, guest, alice, now=NOON)

    said = f"said by {guest}"
    assert owners(session, run) == {
        "participant": [(alice, "")],
        "step": [(alice, said)],
        "diagnosis": [(alice, said)],
        "rating": [(alice, said)],
        "next_step": [(alice, said)],
    }
    assert session.scalars(sa.select(User.id)).all() == [alice]


def test_where_there_can_be_only_one_the_accounts_own_answer_stays(session: Session) -> None:
    alice, guest = register(session, "alice"), make_guest(session)
    run = add_run(session, alice, guest)

    with writing(session):
        accounts.claim(session, guest, alice, now=NOON)

    own, brought = (alice, f"said by {alice}"), (alice, f"said by {guest}")
    assert owners(session, run) == {
        "participant": [(alice, "")],
        "step": [own, brought],
        "diagnosis": [own],
        "rating": [own],
        "next_step": [own],
    }


def test_claiming_leaves_what_other_people_left_in_the_same_run(session: Session) -> None:
    alice, bob, guest = register(session, "alice"), register(session, "bob"), make_guest(session)
    run = add_run(session, guest, bob)

    with writing(session):
        accounts.claim(session, guest, alice, now=NOON)

    found = owners(session, run)
    assert found.pop("participant") == [(alice, ""), (bob, "")]
    both = [(alice, f"said by {guest}"), (bob, f"said by {bob}")]
    assert found == dict.fromkeys(("step", "diagnosis", "rating", "next_step"), both)


def test_an_account_cannot_be_claimed(session: Session) -> None:
    alice, charlie = register(session, "alice"), register(session, "charlie")
    run = add_run(session, alice)

    with pytest.raises(NotFound), writing(session):
        accounts.claim(session, alice, charlie, now=NOON)

    assert [owner for owner, _ in owners(session, run)["participant"]] == [alice]


def test_a_guest_cannot_claim(session: Session) -> None:
    guest, other = make_guest(session), make_guest(session)

    with pytest.raises(NotFound), writing(session):
        accounts.claim(session, guest, other, now=NOON)

    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 2


def test_every_table_that_names_a_person_is_claimed_or_ends_with_the_guest() -> None:
    named = {
        f"{table.name}.{key.parent.name}"
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "user"
    }
    claimed = {
        f"{owner.class_.__tablename__}.{owner.key}"
        for owner in (each.owner for each in accounts._OWNED)
    }
    ends_with_the_guest = {"user_session.user_id"}

    assert named == claimed | ends_with_the_guest


def test_a_password_replaced_meanwhile_is_not_replaced_again(session: Session) -> None:
    alice = register(session, "alice")
    with writing(session):
        accounts.change_password(session, alice, old_hash="a hash", new_hash="b")

    with pytest.raises(NotFound), writing(session):
        accounts.change_password(session, alice, old_hash="a hash", new_hash="c")

    assert session.scalars(sa.select(User.password_hash)).all() == ["b"]


def test_people_are_listed_by_name_and_guests_are_not(session: Session) -> None:
    register(session, "bob")
    register(session, "Alice")
    make_guest(session)

    assert [each.name for each in accounts.list_people(session)] == ["Alice", "bob"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("ALI", ["alice"]), ("bob@dis", ["bob"]), ("%", []), ("_", []), ("zoe", [])],
)
def test_people_are_found_by_part_of_a_name_or_address(
    session: Session, search: str, found: list[str]
) -> None:
    register(session, "alice")
    register(session, "bob")

    assert [each.name for each in accounts.list_people(session, search=search)] == found


def test_an_admin_gives_a_role(session: Session) -> None:
    ada, dana = register(session, "ada", Role.ADMIN), register(session, "dana")

    with writing(session):
        accounts.set_role(session, dana, Role.FACILITATOR, by=ada)

    assert session.get_one(User, dana).role is Role.FACILITATOR


def test_shutting_somebody_out_ends_their_sessions_and_keeps_their_practice(
    session: Session,
) -> None:
    ada, bob = register(session, "ada", Role.ADMIN), register(session, "bob")
    run = add_run(session, bob)
    with writing(session):
        session.add(
            UserSession(
                token_hash="x",
                user_id=bob,
                device="",
                remembered=True,
                created_at=NOON,
                seen_at=NOON,
                fresh_at=NOON,
                expires_at=NOON,
            )
        )

    with writing(session):
        accounts.disable(session, bob, by=ada, now=NOON)

    assert session.scalars(sa.select(UserSession.id)).all() == []
    assert [owner for owner, _ in owners(session, run)["participant"]] == [bob]
    assert session.get_one(User, bob, populate_existing=True).disabled_at == NOON


Act = Callable[[Session, int, int], None]
ACTS: dict[str, Act] = {
    "set a role": lambda session, who, by: accounts.set_role(session, who, Role.ADMIN, by=by),
    "disable": lambda session, who, by: accounts.disable(session, who, by=by, now=NOON),
    "enable": lambda session, who, by: accounts.enable(session, who, by=by),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.LEARNER, Role.FACILITATOR])
def test_only_an_admin_changes_people(session: Session, act: str, role: Role) -> None:
    register(session, "ada", Role.ADMIN)
    asker, bob = register(session, "dana", role), register(session, "bob")

    with pytest.raises(NotFound), writing(session):
        ACTS[act](session, bob, asker)

    found = session.get_one(User, bob)
    assert (found.role, found.disabled_at) == (Role.LEARNER, None)


@pytest.mark.parametrize("act", ACTS)
def test_guests_are_not_for_admins_to_change(session: Session, act: str) -> None:
    ada, guest = register(session, "ada", Role.ADMIN), make_guest(session)

    with pytest.raises(NotFound), writing(session):
        ACTS[act](session, guest, ada)

    assert session.get_one(User, guest).role is Role.LEARNER


def test_an_admin_cannot_change_themselves(session: Session) -> None:
    ada = register(session, "ada", Role.ADMIN)

    with pytest.raises(Incomplete, match="Ask another admin"), writing(session):
        accounts.set_role(session, ada, Role.LEARNER, by=ada)
    with pytest.raises(Incomplete, match="Ask another admin"), writing(session):
        accounts.disable(session, ada, by=ada, now=NOON)

    found = session.get_one(User, ada)
    assert (found.role, found.disabled_at) == (Role.ADMIN, None)


def test_two_admins_who_demote_each_other_at_once_do_not_leave_the_site_without_one(
    engine: sa.Engine,
) -> None:
    with Session(engine) as session:
        ada, eve = (register(session, name, Role.ADMIN) for name in ("ada", "eve"))

    def demote_ada() -> None:
        with Session(engine) as session, writing(session):
            accounts.set_role(session, ada, Role.LEARNER, by=eve)

    with Session(engine) as session, ThreadPoolExecutor(1) as pool:
        with writing(session):
            accounts.set_role(session, eve, Role.LEARNER, by=ada)
            too_late = pool.submit(demote_ada)
            # Long enough for the other to read what it then decides on.
            time.sleep(0.3)
        with pytest.raises(NotFound):
            too_late.result(timeout=10)

        assert session.scalars(sa.select(User.id).where(User.role == Role.ADMIN)).all() == [ada]
