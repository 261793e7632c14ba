"""The sentences people walk out with: told to their cohort by choice, with a name by choice."""

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.errors import StaleMove
from lfp_trainer.services import access, cohorts, next_steps, sharing, walking_out
from lfp_trainer.services.access import Seated
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Telling
from tests import shared
from tests.services.conftest import NewPerson

PEOPLE = ("Ann", "Ben", "Cleo", "Dov")


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def cohort(session: Session, published: Published, dana_id: int) -> Joined:
    return shared.make_cohort(session, dana_id)


@pytest.fixture
def played(session: Session, cohort: Joined) -> list[Seated]:
    """Runs of four people who have written their sentences and told nobody."""
    people = shared.newcomers(session, *PEOPLE)
    return [*shared.let_play(session, cohort, people).values()]


def tell(session: Session, seated: Seated, telling: Telling) -> None:
    with writing(session):
        walking_out.tell(session, seated, telling)


def told(session: Session, cohort: Joined, viewer_id: int) -> list[tuple[str, str]]:
    found = walking_out.walking_out(session, cohort, viewer_id=viewer_id)
    return [(one.sentence, one.name) for each in found for one in each.told]


def sentence(session: Session, seated: Seated) -> str:
    return next_steps.plan_of(session, seated).sentence


def test_a_sentence_is_told_to_nobody_unless_its_writer_says_so(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    assert all(sentence(session, each) for each in played)
    assert walking_out.walking_out(session, cohort, viewer_id=dana_id) == []


def test_who_adds_a_name_is_read_by_it_by_everybody_in_the_cohort(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    tell(session, played[0], Telling.NAMED)

    expected = [(sentence(session, played[0]), "Ann")]
    assert told(session, cohort, dana_id) == expected
    assert told(session, cohort, played[1].user_id) == expected


def test_without_a_name_sentences_wait_until_three_people_tell_theirs(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    for each in played[:2]:
        tell(session, each, Telling.UNNAMED)
    (waiting,) = walking_out.walking_out(session, cohort, viewer_id=dana_id)

    tell(session, played[2], Telling.UNNAMED)

    assert (waiting.told, waiting.waits) == ((), True)
    expected = sorted((sentence(session, each), "") for each in played[:3])
    assert sorted(told(session, cohort, dana_id)) == expected


def test_a_private_run_tells_nothing_and_one_that_is_withdrawn_is_silent_at_once(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    tell(session, played[0], Telling.NAMED)

    with writing(session):
        sharing.withdraw(session, played[0])

    assert told(session, cohort, dana_id) == []
    now_private = access.seat_in(session, played[0].key, viewer_id=played[0].user_id)
    with pytest.raises(StaleMove):
        tell(session, now_private, Telling.UNNAMED)


def test_nobody_outside_the_cohort_reads_what_is_told_in_it(
    session: Session, cohort: Joined, played: list[Seated], new: NewPerson
) -> None:
    tell(session, played[0], Telling.NAMED)
    charlie = new("Charlie")
    shared.make_cohort(session, charlie, name="Another")

    assert told(session, cohort, charlie) == []


def test_telling_is_taken_back_as_it_was_given(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    tell(session, played[0], Telling.NAMED)
    tell(session, played[0], Telling.NOBODY)

    assert told(session, cohort, dana_id) == []


def test_who_leaves_the_cohort_takes_the_sentence_along(
    session: Session, cohort: Joined, played: list[Seated], dana_id: int
) -> None:
    tell(session, played[0], Telling.NAMED)

    with writing(session):
        mine = cohorts.find(session, cohort.key, viewer_id=played[0].user_id)
        cohorts.leave(session, mine, played[0].user_id)

    assert told(session, cohort, dana_id) == []
