"""The browser of who facilitates: how long the application takes to answer it, in this process."""

import secrets
import time
from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient

from lfp_trainer.config import Settings
from lfp_trainer.web import create_app
from tests.benchmarks.review_stage import Filled

PASSWORD = secrets.token_urlsafe(16)


def application(url: str) -> Flask:
    """Return the application on a database."""
    app = create_app(
        Settings(database_url=url, secret_key=secrets.token_urlsafe(32), secure_cookies=False)
    )
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser(app: Flask, filled: Filled) -> FlaskClient:
    """Return a browser in which the cohort's facilitator is signed in."""
    client = app.test_client()
    client.post("/sign-in", data={"email": filled.email, "password": PASSWORD})
    return client


def timed(
    client: FlaskClient,
    address: str,
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> float:
    """Return how many milliseconds a page takes.

    :raise RuntimeError: if it was not answered so
    """
    started = time.perf_counter()
    answer = client.get(address, headers=headers)
    milliseconds = (time.perf_counter() - started) * 1000
    if answer.status_code != status:
        raise RuntimeError(f"{address}: {answer.status}")
    return milliseconds
