"""Which passwords will do, and how they are kept."""

import time

import argon2
import pytest

from lfp_trainer.services import passwords
from lfp_trainer.storage.models import Role

OWN = ("Ana Ruiz-Lopez", "ana.ruiz@lakeland.example")
GOOD = "otter granite teapot lantern"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "mi casa es tu casa hoy",
        "zwölf graue Elefanten",
        "kT9#vq2LxW!p",
        "私は毎朝七時に起きて走ります",
        "the school of hard knocks 1987",
        "x" * 3 + "Quellwasser rauscht",
    ],
)
def test_a_password_of_its_own_will_do(password: str) -> None:
    assert passwords.weakness(password, role=Role.LEARNER, own=OWN) is None


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456",
        "P@ssw0rd!2026",
        "password-2026!!",
        "aaaaaaaaaaaa",
        "abababababab",
        "ab1ab1ab1ab1ab1",
        "123456789012",
        "098765432109",
        "qwertyuiop12",
        "qwertyqwerty",
        "asdfghjkl;'1",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "welcome2school",
        "Welcome12345!",
        "letmeinletmein",
        "iloveyou1234",
        "principal2026",
        "Leadership2026!",
        "learningfocused",
        "lfp-trainer-2026",
        "anaruiz-lakeland",
        "Ruiz.Lopez.1979",
        "ana.ruiz@lakeland.example",
        "summer2026summer",
        "............",
        "            ",
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    said = passwords.weakness(password, role=Role.LEARNER, own=OWN)

    assert said
    assert "first that somebody would try" in said


@pytest.mark.parametrize(
    ("role", "minimum"), [(Role.LEARNER, 12), (Role.FACILITATOR, 15), (Role.ADMIN, 15)]
)
def test_a_password_has_a_shortest_length_that_grows_with_the_role(
    role: Role, minimum: int
) -> None:
    whole = "velvet koala umbra"

    too_short = passwords.weakness(whole[: minimum - 1], role=role, own=())
    long_enough = passwords.weakness(whole[:minimum], role=role, own=())

    assert too_short
    assert f"Use {minimum} characters or more" in too_short
    assert long_enough is None


def test_a_password_of_128_characters_will_do_and_a_longer_one_will_not() -> None:
    long = (GOOD + " ") * 6

    assert passwords.weakness(long[:128], role=Role.LEARNER, own=()) is None
    assert passwords.weakness(long[:129], role=Role.LEARNER, own=()) == (
        "Use 128 characters or fewer."
    )


def test_judging_a_password_takes_no_time_however_it_is_made() -> None:
    began = time.monotonic()

    for password in ("a" * 128, "ab" * 64, "abcd" * 32, "passwor" * 18, "1" * 127 + "x"):
        passwords.weakness(password, role=Role.LEARNER, own=OWN)

    assert time.monotonic() - began < 0.5


def test_only_the_right_password_is_right() -> None:
    stored = passwords.hash_password(GOOD)

    assert passwords.is_right(stored, GOOD)
    assert not passwords.is_right(stored, GOOD + " ")
    assert not passwords.is_right(stored, GOOD.upper())
    assert not passwords.is_right(stored, "")


def test_the_same_letters_sent_apart_are_the_same_password() -> None:
    stored = passwords.hash_password("zw\u00f6lf graue Elefanten")

    assert passwords.is_right(stored, "zwo\u0308lf graue Elefanten")


def test_everything_after_a_nul_counts() -> None:
    assert not passwords.is_right(passwords.hash_password(f"{GOOD}\x00a"), f"{GOOD}\x00b")


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$broken"])
@pytest.mark.parametrize("password", [GOOD, "", "nobody has this password"])
def test_without_a_usable_hash_no_password_is_right(stored: str | None, password: str) -> None:
    assert not passwords.is_right(stored, password)


def test_a_hash_is_made_as_strong_as_we_say() -> None:
    used = argon2.extract_parameters(passwords.hash_password(GOOD))

    assert (used.type, used.memory_cost, used.time_cost, used.parallelism) == (
        argon2.Type.ID,
        19 * 1024,
        2,
        1,
    )


def test_an_equal_password_gets_another_hash() -> None:
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


def test_a_hash_made_with_other_settings_is_outdated() -> None:
    weaker = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)

    assert passwords.is_right(weaker, GOOD)
    assert passwords.is_outdated(weaker)
    assert not passwords.is_outdated(passwords.hash_password(GOOD))


def test_an_unknown_person_takes_as_long_as_a_known_one() -> None:
    stored = passwords.hash_password(GOOD)
    times: dict[str | None, list[float]] = {stored: [], None: []}

    # In turn and by processor time: what else the machine does must not decide.
    for _ in range(15):
        for hashed, taken in times.items():
            began = time.thread_time()
            passwords.is_right(hashed, "another password altogether")
            taken.append(time.thread_time() - began)

    known, unknown = (sorted(taken)[7] for taken in times.values())
    assert abs(known - unknown) < 0.010
    assert unknown > 0.005
