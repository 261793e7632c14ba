"""Passwords: hard to guess, slow to check, never stored.

No rules about kinds of characters: they make passwords worse. Length, and not being made of pieces
that anybody would try first.
"""

import re
import unicodedata

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from lfp_trainer.storage.models import Role

MINIMUM = {Role.LEARNER: 12, Role.FACILITATOR: 15, Role.ADMIN: 15}
MAXIMUM = 128
# What must remain of a password once the pieces that everybody tries are taken out of it.
OWN_PART = 5

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when nobody has the address typed, so that the answer takes as long as for anybody else.
_NOBODY = _hasher.hash("nobody has this password")

_COMMON = """
    password passwort passwrd passphrase passcode pass word secret private letmein welcome hello
    admin administrator login signin guest user test testing demo default changeme change trustno
    master superman batman pokemon starwars dragon monkey shadow sunshine princess football baseball
    basketball soccer hockey iloveyou love lovely charlie michael jordan jennifer jessica ashley
    computer internet samsung google facebook whatever freedom flower cookie cheese summer winter
    spring autumn monday friday january february march april june july august september october
    november december america michigan detroit lansing school schools teacher teaching principal
    student students classroom district office partner partners partnership leader leaders
    leadership learning focused education trainer training practice scenario scenarios lfp
    abc qwerty qwertz azerty
"""
_PIECES = sorted(_COMMON.split(), key=len, reverse=True)
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "abcdefghijklmnopqrstuvwxyz",
)
_LOOKALIKES = str.maketrans("@4310$57!", "aaeiossti")


def clean_password(typed: str) -> str:
    """Return a password in one spelling: phones and desktops may send the same letters apart."""
    return unicodedata.normalize("NFC", typed)


def hash_password(password: str) -> str:
    """Return what may be stored. Takes tens of milliseconds: never call it while writing."""
    return _hasher.hash(_bytes(password))


def is_right(stored: str | None, password: str) -> bool:
    """Tell whether a password is the one stored; as slow when there is none."""
    try:
        _hasher.verify(_NOBODY if stored is None else stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other settings than today's."""
    return _hasher.check_needs_rehash(stored)


def weakness(password: str, *, role: Role, own: tuple[str, ...]) -> str | None:
    """Say what is wrong with a new password; None when it will do.

    ``own`` is what others know of the person: their name, their address.
    """
    minimum = MINIMUM[role]
    if len(password) < minimum:
        return (
            f"Use {minimum} characters or more. Four words that do not belong together work well."
        )
    if len(password) > MAXIMUM:
        return f"Use {MAXIMUM} characters or fewer."
    if len(_without_guessable(password, own)) < OWN_PART:
        return (
            "This is among the first that somebody would try. Add something that is not your name,"
            " a common word, a row of keys or a year."
        )
    return None


def _bytes(password: str) -> bytes:
    return clean_password(password).encode("utf-8", "surrogatepass")


def _without_guessable(password: str, own: tuple[str, ...]) -> str:
    """Return what is left of a password without repeats, rows of keys and well-known words."""
    rest = password.casefold()
    known = {part for text in own for part in re.split(r"[\W_]+", text.casefold()) if len(part) > 2}
    pieces = [*sorted(known, key=len, reverse=True), *_PIECES]
    # Digits that stand for letters are read both ways: "passw0rd" and "2024".
    rest = _remove(rest, pieces)
    rest = _remove(rest.translate(_LOOKALIKES) if re.search("[a-z]", rest) else rest, pieces)
    rest = re.sub(r"[\W_\d]+", "", rest)
    return re.sub(r"(.{1,4}?)\1{2,}", r"\1", rest)


def _remove(text: str, pieces: list[str]) -> str:
    for row in _ROWS:
        for line in (row, row[::-1]):
            for length in range(len(line), 3, -1):
                for start in range(len(line) - length + 1):
                    text = text.replace(line[start : start + length], " ")
    for piece in pieces:
        text = text.replace(piece, " ")
    return text
