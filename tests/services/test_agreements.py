"""Working agreements: set, accepted on joining, and accepted again once they are others."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, NotFound, StaleMove
from lfp_trainer.services import agreements, cohorts
from lfp_trainer.services.agreements import LONGEST, MOST, PRESETS
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.database import writing
from tests.conftest import NOON
from tests.services.conftest import NewPerson

LATER = NOON + timedelta(days=1)


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def spring(session: Session, dana_id: int) -> Joined:
    """A cohort that Dana facilitates, with two agreements."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        agreements.change(session, cohort.id, ["Listen.", "Ask."], by=dana_id, now=NOON)
    return cohort


@pytest.fixture
def alice_in(session: Session, spring: Joined, alice_id: int) -> int:
    """Alice, who has accepted them on joining."""
    with writing(session):
        cohorts.join(session, spring.code, user_id=alice_id, agreed=True, now=NOON)
    return alice_id


def test_the_presets_are_what_may_be_typed() -> None:
    counts = []
    for each in PRESETS.values():
        assert agreements.read("\n".join(each.sentences)) == [*each.sentences]
        counts.append(len(each.sentences))

    assert counts == [8, 5]
    assert "Respond to ideas, not to people." in PRESETS["short"].sentences


def test_lines_are_tidied_and_none_stands_twice() -> None:
    typed = "- Listen.\n\n  • Ask   first. \nListen.\n"

    assert agreements.read(typed) == ["Listen.", "Ask first."]


@pytest.mark.parametrize(
    "typed", ["\n".join(map(str, range(MOST + 1))), "x" * (LONGEST + 1)], ids=["many", "long"]
)
def test_agreements_are_few_and_short(typed: str) -> None:
    with pytest.raises(Incomplete) as raised:
        agreements.read(typed)

    assert [*raised.value.fields] == ["agreements"]


def test_who_joins_accepts_those_that_stand_and_who_sets_them_does_too(
    session: Session, spring: Joined, dana_id: int, alice_in: int
) -> None:
    for each in (dana_id, alice_in):
        kept = agreements.kept_by(session, spring.id, each)
        assert kept.agreements.sentences == ("Listen.", "Ask.")
        assert (kept.agreed_at, kept.asks) == (NOON, False)


def test_when_they_become_others_each_member_is_asked_once_more(
    session: Session, spring: Joined, dana_id: int, alice_in: int
) -> None:
    with writing(session):
        assert agreements.change(session, spring.id, ["Wait."], by=dana_id, now=LATER)
    kept = agreements.kept_by(session, spring.id, alice_in)
    assert (kept.asks, kept.have_changed) == (True, True)
    assert not agreements.kept_by(session, spring.id, dana_id).asks

    with writing(session):
        version = kept.agreements.version
        agreements.accept(session, spring.id, alice_in, version=version, now=LATER)

    assert agreements.kept_by(session, spring.id, alice_in).agreed_at == LATER
    assert not agreements.kept_by(session, spring.id, alice_in).asks


def test_the_same_agreements_ask_nobody_again(
    session: Session, spring: Joined, dana_id: int, alice_in: int
) -> None:
    with writing(session):
        again = agreements.change(session, spring.id, ["Listen.", "Ask."], by=dana_id, now=LATER)

    assert not again
    assert not agreements.kept_by(session, spring.id, alice_in).asks


def test_where_there_are_none_nobody_is_asked(
    session: Session, spring: Joined, dana_id: int, alice_in: int
) -> None:
    with writing(session):
        agreements.change(session, spring.id, [], by=dana_id, now=LATER)

    kept = agreements.kept_by(session, spring.id, alice_in)
    assert (kept.asks, kept.agreements.version) == (False, "")


def test_a_yes_to_agreements_that_stand_no_longer_is_none(
    session: Session, spring: Joined, dana_id: int, alice_in: int
) -> None:
    seen = agreements.of_cohort(session, spring.id).version
    with writing(session):
        agreements.change(session, spring.id, ["Wait."], by=dana_id, now=LATER)

    with pytest.raises(StaleMove), writing(session):
        agreements.accept(session, spring.id, alice_in, version=seen, now=LATER)
    assert agreements.kept_by(session, spring.id, alice_in).asks


def test_who_is_not_in_the_cohort_is_shown_none_of_it(
    session: Session, spring: Joined, new: NewPerson
) -> None:
    with pytest.raises(NotFound):
        agreements.kept_by(session, spring.id, new("Charlie"))
