"""What a token opens, for how long, and how often somebody may guess."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import TooMany
from lfp_trainer.services import accounts, sign_in
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role, SignInFailure, User, UserSession

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def alice(session: Session) -> int:
    with writing(session):
        return accounts.register(
            session, name="Alice", email="alice@district.example", password_hash="h", now=NOON
        )


def start(session: Session, user_id: int, *, remembered: bool = False) -> str:
    with writing(session):
        return sign_in.start_session(
            session, user_id, device="Firefox on Linux", remembered=remembered, now=NOON
        )


def test_a_token_stands_for_its_person(session: Session, alice: int) -> None:
    token = start(session, alice)

    visit = sign_in.find_visit(session, token, now=NOON + SECOND)

    assert visit
    assert (visit.person.id, visit.person.name, visit.person.role) == (alice, "Alice", Role.LEARNER)
    assert (visit.seen_at, visit.person.fresh_at) == (NOON, NOON)


def test_a_token_is_long_random_and_stored_only_as_a_hash(session: Session, alice: int) -> None:
    tokens = {start(session, alice) for _ in range(20)}

    stored = session.scalars(sa.select(UserSession.token_hash)).all()

    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43
    assert tokens.isdisjoint(stored)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 5000])
def test_what_is_no_token_stands_for_nobody(session: Session, alice: int, token: str) -> None:
    start(session, alice)

    assert sign_in.find_visit(session, token, now=NOON) is None


def test_the_stored_hash_is_no_token(session: Session, alice: int) -> None:
    start(session, alice)
    stolen = session.scalars(sa.select(UserSession.token_hash)).one()

    assert sign_in.find_visit(session, stolen, now=NOON) is None


def test_an_idle_browser_is_signed_out(session: Session, alice: int) -> None:
    token = start(session, alice)

    before = sign_in.find_visit(session, token, now=NOON + sign_in.IDLE - SECOND)
    after = sign_in.find_visit(session, token, now=NOON + sign_in.IDLE)

    assert (before is not None, after) == (True, None)


def test_a_browser_in_use_is_signed_out_after_a_working_day(session: Session, alice: int) -> None:
    token = start(session, alice)
    end = NOON + sign_in.ABSOLUTE
    with writing(session):
        sign_in.note_seen(session, session.scalars(sa.select(UserSession.id)).one(), now=end)

    before = sign_in.find_visit(session, token, now=end - SECOND)
    after = sign_in.find_visit(session, token, now=end)

    assert (before is not None, after) == (True, None)


def test_a_remembered_browser_may_idle_for_thirty_days(session: Session, alice: int) -> None:
    token = start(session, alice, remembered=True)
    end = NOON + timedelta(days=30)

    before = sign_in.find_visit(session, token, now=end - SECOND)
    after = sign_in.find_visit(session, token, now=end)

    assert (before is not None, after) == (True, None)


def test_a_disabled_person_is_nobody(session: Session, alice: int) -> None:
    token = start(session, alice)
    with writing(session):
        session.execute(sa.update(User).values(disabled_at=NOON))

    assert sign_in.find_visit(session, token, now=NOON) is None


def test_signing_out_the_others_keeps_this_one_and_other_people(
    session: Session, alice: int
) -> None:
    with writing(session):
        guest = accounts.make_guest(session, now=NOON)
    here, there, theirs = start(session, alice), start(session, alice), start(session, guest)
    visit = sign_in.find_visit(session, here, now=NOON)
    assert visit

    with writing(session):
        sign_in.end_sessions(session, alice, keep=visit.person.session_id)

    open_ones = [sign_in.find_visit(session, token, now=NOON) for token in (here, there, theirs)]
    assert [found is not None for found in open_ones] == [True, False, True]


def test_starting_a_session_clears_away_those_that_have_ended(session: Session, alice: int) -> None:
    start(session, alice)

    with writing(session):
        sign_in.start_session(
            session, alice, device="", remembered=False, now=NOON + sign_in.ABSOLUTE
        )

    assert session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 1


def test_a_person_sees_the_browsers_that_still_are_signed_in(session: Session, alice: int) -> None:
    start(session, alice)
    start(session, alice, remembered=True)

    now = sign_in.list_devices(session, alice, now=NOON)
    tomorrow = sign_in.list_devices(session, alice, now=NOON + timedelta(days=1))

    assert [device.remembered for device in now] == [True, False]
    assert [device.remembered for device in tomorrow] == [True]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU OS 18_0 like Mac OS X) Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, name: str) -> None:
    assert sign_in.describe_device(user_agent) == name


def fail(
    session: Session, times: int, *, account: str = "alice@x.org", address: str = "192.0.2.1",
    now: datetime = NOON,
) -> None:  # fmt: skip
    with writing(session):
        for _ in range(times):
            sign_in.note_try(session, account=account, address=address, now=now)


def refused(
    session: Session, *, account: str = "alice@x.org", address: str = "192.0.2.1",
    now: datetime = NOON,
) -> int | None:  # fmt: skip
    """Make one more try; return for how many minutes it was refused."""
    fail(session, 1, account=account, address=address, now=now)
    try:
        sign_in.refuse_too_many(session, account=account, address=address, now=now)
    except TooMany as error:
        return error.minutes
    return None


@pytest.mark.parametrize(("failures", "minutes"), [(9, None), (10, 15)])
def test_an_account_is_guessed_at_from_one_address_ten_times_in_a_quarter_of_an_hour(
    session: Session, failures: int, minutes: int | None
) -> None:
    fail(session, failures)

    assert refused(session) == minutes
    assert refused(session, account="bob@x.org") is None
    assert refused(session, address="198.51.100.7") is None


def test_an_account_is_guessed_at_from_anywhere_a_hundred_times_an_hour(session: Session) -> None:
    for number in range(99):
        fail(session, 1, address=f"192.0.2.{number}")

    assert refused(session, address="198.51.100.7") is None
    assert refused(session, address="198.51.100.8") == 60
    assert refused(session, account="bob@x.org", address="198.51.100.8") is None
    assert refused(session, address="198.51.100.8", now=NOON + timedelta(hours=1)) is None


def test_a_browser_that_has_signed_in_is_stopped_by_its_own_failures_only(
    session: Session, alice: int
) -> None:
    visit = sign_in.find_visit(session, start(session, alice), now=NOON)
    assert visit
    here = sign_in.place_of(visit.person)
    for number in range(110):
        fail(session, 1, address=f"192.0.2.{number}")

    tries = [refused(session, address=here) for _ in range(11)]

    assert tries == [None] * 10 + [15]


def test_after_a_quarter_of_an_hour_an_account_can_be_tried_again(session: Session) -> None:
    fail(session, 10)

    assert refused(session, now=NOON + timedelta(minutes=15) - SECOND) == 15
    assert refused(session, now=NOON + timedelta(minutes=15)) is None


def test_the_spelling_of_an_address_does_not_make_another_account_of_it(session: Session) -> None:
    fail(session, 10)

    assert refused(session, account=" ALICE@X.org ") == 15


def test_a_network_fails_a_hundred_times_an_hour(session: Session) -> None:
    for number in range(99):
        fail(session, 1, account=f"somebody{number}@x.org")

    assert refused(session, account="one@x.org") is None
    assert refused(session, account="two@x.org") == 60
    assert refused(session, account="two@x.org", address="198.51.100.7") is None
    assert refused(session, account="three@x.org", now=NOON + timedelta(hours=1)) is None


def test_failures_older_than_an_hour_are_deleted(session: Session) -> None:
    fail(session, 5)

    fail(session, 1, now=NOON + timedelta(hours=1))

    assert session.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 1


def test_a_typed_address_is_not_kept(session: Session) -> None:
    fail(session, 1, account="my secret password")

    assert "secret" not in session.scalars(sa.select(SignInFailure.account)).one()


def test_signing_in_forgives_the_failures_of_that_account_only(session: Session) -> None:
    fail(session, 10)
    fail(session, 10, account="bob@x.org")

    with writing(session):
        sign_in.forgive(session, account="alice@x.org")

    assert (refused(session), refused(session, account="bob@x.org")) == (None, 15)


def test_many_tries_at_the_same_moment_do_not_slip_under_the_limit(engine: sa.Engine) -> None:
    start_all = threading.Barrier(24)

    def guess() -> bool:
        with Session(engine) as session:
            start_all.wait()
            return refused(session) is None

    with ThreadPoolExecutor(24) as pool:
        allowed = sum(pool.map(lambda _: guess(), range(24)))

    assert allowed <= sign_in.PER_ACCOUNT


def test_credentials_are_found_by_any_spelling_of_the_address(session: Session, alice: int) -> None:
    found = sign_in.find_credentials(session, " Alice@DISTRICT.example")

    assert found == sign_in.Credentials(user_id=alice, password_hash="h")


@pytest.mark.parametrize(
    "email", ["", "nobody@x.org", "%", "alice@district.example\x00"[:-1] + "x"]
)
def test_an_unknown_address_has_no_credentials(session: Session, alice: int, email: str) -> None:
    assert sign_in.find_credentials(session, email) is None


def test_a_disabled_account_has_no_credentials(session: Session, alice: int) -> None:
    with writing(session):
        session.execute(sa.update(User).values(disabled_at=NOON))

    assert sign_in.find_credentials(session, "alice@district.example") is None
