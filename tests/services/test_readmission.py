"""A guest on another device: let in by who is there, into this run and nothing else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import (
    accounts,
    claiming,
    cohorts,
    diagnosis,
    lobby,
    next_steps,
    play_ratings,
    readmission,
    reveal,
    runs,
    sharing,
)
from lfp_trainer.services.library import Published
from lfp_trainer.services.next_steps import Plan
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Model,
    Participant,
    Pick,
    Rating,
    Run,
    Stage,
    Step,
    User,
)
from tests.conftest import NOON
from tests.together import ONE, OTHER, Together, words_of


def make_guest(session: Session, name: str) -> int:
    with writing(session):
        guest = accounts.make_guest(session, now=NOON)
        session.execute(sa.update(User).where(User.id == guest).values(name=name))
        return guest


@pytest.fixture
def bob_id(session: Session) -> int:
    return make_guest(session, "Bob")


@pytest.fixture
def phone_id(session: Session) -> int:
    """Bob once more, with nothing that shows it."""
    return make_guest(session, accounts.GUEST_NAME)


@pytest.fixture
def played(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    """A run in its conversation, whose Bob has been away for a while."""
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    while bob_id not in [each.user_id for each in together.company(alice_id).deciders(
        together.on_turn(alice_id))]:  # fmt: skip
        together.choose(alice_id)
    together.choose(bob_id)
    together.later(61)
    together.seen(alice_id)
    return together


def ask(together: Together, user_id: int, seat: str = OTHER) -> None:
    session = together.session
    with writing(session):
        company, _ = lobby.find_lobby(session, together.code)
        readmission.ask(session, company, seat=seat, user_id=user_id, now=together.now)


def let_in(together: Together, by: int, whom: int, asker: int) -> None:
    session, script = together.session, together.script(by)
    with writing(session):
        readmission.let_in(session, together.seat(by), script, whom, asker, now=together.now)


def refuse(together: Together, by: int, whom: int, asker: int) -> None:
    with writing(together.session):
        readmission.refuse(together.session, together.seat(by), whom, asker)


def rows_of(session: Session, user_id: int) -> int:
    """Count every row of every table of runs that names somebody."""
    session.rollback()
    return sum(
        session.scalar(sa.select(sa.func.count()).select_from(table).where(column == user_id)) or 0
        for table in Model.metadata.sorted_tables
        if "run_id" in table.c
        for column in table.c
        if any(key.column.table.name == "user" for key in column.foreign_keys)
    )


def test_who_is_let_in_goes_on_in_the_seat_with_what_its_partner_has_been_shown(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    answered = committed(session, bob_id)
    ask(played, phone_id)
    assert readmission.asked_for_by(played.company(alice_id), phone_id)

    let_in(played, alice_id, bob_id, phone_id)

    person = played.company(phone_id).person(phone_id)
    assert (person.name, person.seat, person.asked_by) == ("Bob", OTHER, None)
    assert not played.company(alice_id).is_away(person, played.now)
    assert committed(session, phone_id) == answered
    assert committed(session, bob_id) == (0, 0)
    with pytest.raises(NotFound):
        played.seat(bob_id)
    played.play_to_the_end(alice_id, phone_id)
    assert played.seat(phone_id).stage is Stage.DEBRIEF
    notes = runs.notes_of(session, played.seat(alice_id).run_id)
    # What was chosen with a reason stays of who wrote it: the reason is told in the debrief.
    assert {note.user_id for note in notes.values()} == {alice_id, bob_id, phone_id}


def committed(session: Session, user_id: int) -> tuple[int, int]:
    """Count the diagnoses and the ratings that somebody has committed."""
    session.rollback()
    count = sa.select(sa.func.count())
    return (
        session.scalar(
            count.where(Diagnosis.user_id == user_id, Diagnosis.committed_at.is_not(None))
        )
        or 0,
        session.scalar(count.where(Rating.rater_id == user_id, Rating.committed_at.is_not(None)))
        or 0,
    )


def test_before_the_reveal_only_the_seat_is_handed_over(
    session: Session, published: Published, alice_id: int, bob_id: int, phone_id: int
) -> None:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(bob_id)
    together.later(61)
    ask(together, phone_id)
    let_in(together, alice_id, bob_id, phone_id)

    assert together.seat(phone_id).stage is Stage.DIAGNOSIS
    assert diagnosis.diagnosis_of(session, together.seat(phone_id)).answer == Answer()
    together.commit(alice_id, phone_id)
    seen = reveal.reveal_to(
        session, together.seat(alice_id), together.script(alice_id), together.company(alice_id)
    )
    assert set(seen.diagnoses) == {alice_id, phone_id}
    assert all(set(row.others) == {phone_id} for row in seen.rows)


def test_a_seat_that_comes_back_to_its_first_device_finds_there_what_was_written(
    session: Session, published: Published, alice_id: int, bob_id: int, phone_id: int
) -> None:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(bob_id)
    for old, new in ((bob_id, phone_id), (phone_id, bob_id)):
        together.later(61)
        ask(together, new)
        let_in(together, alice_id, old, new)

    kept = diagnosis.diagnosis_of(session, together.seat(bob_id))
    assert (kept.answer.reason, kept.committed) == (words_of(bob_id, "diagnosis"), False)
    together.commit(alice_id, bob_id)
    assert together.company(alice_id).opened_at


def test_an_observer_who_lets_somebody_in_gives_away_no_answers(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    watching = make_guest(session, "Wanda")
    with writing(session):
        session.add(
            Participant(
                run_id=played.seat(alice_id).run_id, user_id=watching, seat="observer",
                stage=Stage.ROLE_PLAY, changed_at=NOON,
            )
        )  # fmt: skip
    ask(played, phone_id)
    let_in(played, watching, bob_id, phone_id)

    assert committed(session, phone_id) == (0, 0)
    assert played.seat(phone_id).stage is Stage.DIAGNOSIS
    played.commit(phone_id)
    assert played.seat(phone_id).stage is Stage.ROLE_PLAY


def test_in_the_debrief_all_is_handed_over_but_the_next_step(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    played.play_to_the_end(alice_id, bob_id)
    played.rate_play(alice_id)
    played.rate_play(bob_id)
    with writing(session):
        runs.move_on(session, played.seat(bob_id), Stage.DEBRIEF, now=played.now)
        plan = Plan(sentence=words_of(bob_id, "plan"), due_on=played.now.date() + timedelta(9))
        next_steps.save_plan(session, played.seat(bob_id), plan, now=played.now)
        next_steps.finish_plan(session, played.seat(bob_id), now=played.now)
    answered = committed(session, bob_id)
    played.later(61)
    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)

    assert played.seat(phone_id).reached is Stage.NEXT_STEP
    assert next_steps.plan_of(session, played.seat(phone_id)) == Plan()
    assert committed(session, phone_id) == answered
    notes = runs.notes_of(session, played.seat(alice_id).run_id)
    assert {note.user_id for note in notes.values()} == {alice_id, phone_id}


def test_a_reason_that_was_being_written_is_handed_to_nobody(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    run_id = played.seat(bob_id).run_id
    played.play_to_the_end(alice_id, bob_id)
    with writing(session):
        for number, reason in ((1, "a note"), (2, "")):
            session.add(
                Pick(
                    run_id=run_id, user_id=bob_id, number=number, first_choice_id=None,
                    choice_id=None, reason=reason, picked_at=NOON, draft="for Bob alone",
                )
            )  # fmt: skip
    played.rate_play(alice_id)
    played.rate_play(bob_id)
    with writing(session):
        runs.move_on(session, played.seat(bob_id), Stage.DEBRIEF, now=played.now)
    played.later(61)
    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)
    played.later(61)
    played.seen(alice_id)
    ask(played, bob_id)
    session.rollback()
    rows = sa.select(Pick.user_id, Pick.number, Pick.draft).order_by(Pick.number).limit(2)
    assert session.execute(rows).all() == [(phone_id, 1, None), (bob_id, 2, "for Bob alone")]

    let_in(played, alice_id, phone_id, bob_id)

    assert session.execute(rows).all() == [(bob_id, 1, None), (bob_id, 2, "for Bob alone")]


def test_a_play_rated_unseen_is_rated_again(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    played.play_to_the_end(alice_id, bob_id)
    played.rate_play(bob_id)
    played.later(61)
    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)

    assert played.seat(phone_id).rated_play_at is None
    played.pass_over(alice_id, phone_id)
    assert played.company(alice_id).told_at
    told = play_ratings.tell(
        session, played.seat(alice_id), played.script(alice_id), played.company(alice_id)
    )
    assert all(bob_id not in each.given for each in told)


def test_nothing_but_this_run_changes_hands(
    played: Together, session: Session, published: Published, alice_id: int, bob_id: int,
    phone_id: int,
) -> None:  # fmt: skip
    other = Together.open(session, bob_id, now=NOON)
    other.begin(bob_id)
    other.commit(bob_id)
    before = rows_of(session, bob_id)
    steps = session.scalar(sa.select(sa.func.count()).where(Step.user_id == bob_id))
    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)

    assert other.seat(bob_id).seat == ONE
    assert 0 < rows_of(session, bob_id) < before
    for owner in (Participant.user_id, Diagnosis.user_id, Rating.rater_id):
        run_ids = session.scalars(sa.select(owner.class_.run_id).where(owner == bob_id)).all()
        assert set(run_ids) == {other.seat(bob_id).run_id}
    assert steps


def test_who_was_replaced_by_the_stand_in_has_the_seat_back_when_let_in(
    played: Together, alice_id: int, bob_id: int, phone_id: int
) -> None:
    played.let_stand_in(alice_id, bob_id)
    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)

    assert not played.company(alice_id).person(phone_id).is_out


def test_nobody_asks_for_the_seat_of_somebody_who_is_there(
    played: Together, bob_id: int, phone_id: int
) -> None:
    played.seen(bob_id)

    with pytest.raises(StaleMove, match="here again"):
        ask(played, phone_id)


def test_who_has_come_back_meanwhile_keeps_their_seat(
    played: Together, alice_id: int, bob_id: int, phone_id: int
) -> None:
    ask(played, phone_id)
    played.seen(bob_id)

    with pytest.raises(StaleMove, match="here again"):
        let_in(played, alice_id, bob_id, phone_id)
    assert played.seat(bob_id).seat == OTHER


def register(session: Session, user_id: int) -> None:
    with writing(session):
        accounts.register(
            session, name="Bob", email="bob@district.example", password_hash="a hash", now=NOON,
            guest_id=user_id,
        )  # fmt: skip


def test_the_seat_of_an_account_is_never_asked_for(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    register(session, bob_id)

    assert readmission.seats_to_ask_for(session, played.company(alice_id), played.now) == []
    with pytest.raises(StaleMove):
        ask(played, phone_id)


def test_the_seat_of_a_guest_who_has_made_an_account_meanwhile_is_not_given_away(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    ask(played, phone_id)
    version = played.company(alice_id).version
    register(session, bob_id)

    with pytest.raises(StaleMove):
        let_in(played, alice_id, bob_id, phone_id)
    assert played.seat(bob_id).seat == OTHER
    # The question is gone from the page of whoever could have answered it.
    company = played.company(alice_id)
    assert readmission.asked_for_by(company, phone_id) is None
    assert company.version > version


def test_the_seat_of_a_guest_who_has_brought_it_into_an_account_is_asked_for_no_more(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    ask(played, phone_id)
    account_id = make_guest(session, "Bob")
    register(session, account_id)
    with writing(session):
        claiming.claim(session, bob_id, account_id, now=played.now)

    company = played.company(alice_id)
    assert played.seat(account_id).seat == OTHER
    assert readmission.asked_for_by(company, phone_id) is None


def test_somebody_in_the_run_cannot_ask_for_another_seat_of_it(
    played: Together, alice_id: int
) -> None:
    with pytest.raises(StaleMove, match="in this run already"):
        ask(played, alice_id)


def test_who_has_taken_another_seat_meanwhile_is_not_let_in(
    session: Session, published: Published, alice_id: int, bob_id: int, phone_id: int
) -> None:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.later(61)
    together.seen(alice_id)
    ask(together, phone_id)
    together.join(phone_id, "observer")

    with pytest.raises(StaleMove):
        let_in(together, alice_id, bob_id, phone_id)
    assert {each.user_id for each in together.company(alice_id).people} == {
        alice_id, bob_id, phone_id,
    }  # fmt: skip


def test_who_is_refused_is_not_asked_about_any_more(
    played: Together, alice_id: int, bob_id: int, phone_id: int
) -> None:
    ask(played, phone_id)
    refuse(played, alice_id, bob_id, phone_id)

    assert readmission.asked_for_by(played.company(alice_id), phone_id) is None
    with pytest.raises(StaleMove):
        let_in(played, alice_id, bob_id, phone_id)
    ask(played, phone_id)


def test_an_answer_counts_for_who_was_asked_about_and_for_nobody_who_asked_since(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    stranger = make_guest(session, "Guest")
    ask(played, phone_id)
    ask(played, stranger)

    with pytest.raises(StaleMove):
        let_in(played, alice_id, bob_id, phone_id)
    assert played.seat(bob_id).seat == OTHER


def test_nobody_lets_themselves_in_or_answers_from_outside(
    played: Together, bob_id: int, phone_id: int
) -> None:
    ask(played, phone_id)

    with pytest.raises(StaleMove):
        let_in(played, bob_id, bob_id, phone_id)
    with pytest.raises(NotFound):
        let_in(played, phone_id, bob_id, phone_id)


def test_of_a_guest_who_comes_back_and_a_partner_who_lets_another_in_one_is_first(
    played: Together, session: Session, engine: sa.Engine, alice_id: int, bob_id: int,
    phone_id: int,
) -> None:  # fmt: skip
    ask(played, phone_id)
    start = threading.Barrier(3)
    now: datetime = played.now

    def act(what: str) -> bool:
        with Session(engine, expire_on_commit=False) as own:
            mine = Together(own, played.code, played.key, now)
            start.wait()
            try:
                if what == "in" or what == "again":
                    let_in(mine, alice_id, bob_id, phone_id)
                else:
                    mine.come_back(bob_id)
            except (StaleMove, NotFound):
                return False
            return True

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(act, ["in", "again", "back"]))

    holder = played.company(alice_id).holder_of(OTHER)
    assert holder is not None
    assert done[:2].count(True) == (1 if holder.user_id == phone_id else 0)
    assert len(played.company(alice_id).people) == 2
    lost = bob_id if holder.user_id == phone_id else phone_id
    assert rows_of(session, lost) in (0, 1)  # who still asks, or gave a reason, is named once


def test_who_goes_on_from_another_device_shares_nothing_before_they_say_so(
    played: Together, session: Session, alice_id: int, bob_id: int, phone_id: int
) -> None:
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=alice_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=alice_id)
        cohorts.join(session, cohort.code, user_id=bob_id, now=NOON)
    for each in (alice_id, bob_id):
        with writing(session):
            sharing.agree(session, played.seat(each), cohort.id, now=NOON)
    shown = sa.select(Run.shown_at).where(Run.key == played.key)
    assert session.scalar(shown) is not None

    ask(played, phone_id)
    let_in(played, alice_id, bob_id, phone_id)

    assert played.seat(phone_id).shared_at is None
    assert session.scalar(shown) is None
