"""What people see when something breaks, and what machines see."""

import hashlib

import pytest
import sqlalchemy as sa
from flask import Flask

from lfp_trainer import config
from lfp_trainer.storage import database
from tests.conftest import Browser

# htmx.org 4.0.1, dist/htmx.min.js as its authors publish it.
HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
# The same package, dist/ext/hx-ptag.min.js.
PTAG_SHA256 = "1993b23e86553100e4f45eed1b756eb8cf53c5b2244caf98e58662dfde9ca069"


def drop_sign_ins(database_url: str) -> None:
    engine = database.connect(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE user_session"))
    engine.dispose()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_broken_database_is_answered_in_words_to_somebody_signed_in(
    app: Flask, database_url: str, alice: Browser, htmx: bool
) -> None:
    drop_sign_ins(database_url)
    app.testing = False

    answer = alice.get("/home", htmx=htmx)

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert answer.headers["Content-Security-Policy"]
    assert "Traceback" not in answer.text


def test_health_is_well_only_with_tables(database_url: str, nobody: Browser) -> None:
    assert nobody.get("/health").json == {"status": "ok"}

    engine = database.connect(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    engine.dispose()

    assert nobody.get("/health").status_code == 503


def test_a_wrong_method_is_told_the_right_ones(nobody: Browser) -> None:
    answer = nobody.client.delete("/scenarios")

    assert answer.status_code == 405
    assert "GET" in answer.allow


def test_the_htmx_that_is_shipped_is_the_one_that_was_published() -> None:
    body = (config.STATIC / "htmx.min.js").read_bytes()

    assert hashlib.sha256(body).hexdigest() == HTMX_SHA256
    assert b"4.0.1" in body


def test_the_extension_that_is_shipped_is_the_one_that_was_published() -> None:
    body = (config.STATIC / "hx-ptag.min.js").read_bytes()

    assert hashlib.sha256(body).hexdigest() == PTAG_SHA256
