"""The floor: the smallest honest Flask view that does what a choice must do, and no more.

It checks the session and the form token, loads the user, checks the owner, does one guarded update
and inserts one committed row, and renders a fragment of the same size. It speaks to SQLite without
SQLAlchemy, knows no scenario and replays nothing. Tables, pragmas and server are those of the
trainer.
"""

import os
import sys
import threading
from datetime import UTC, datetime
from typing import Any

from flask import Flask, abort, render_template, request, session
from flask_wtf.csrf import CSRFProtect
from jinja2 import DictLoader

from lfp_trainer.cli import serving
from lfp_trainer.storage.database import BUSY_MS, engine_options

FRAGMENT = """\
<section id="now">
  <h2>Step {{ step }} of {{ name }}</h2>
  {% for line in lines %}<p class="line">{{ line }}</p>
  {% endfor %}
  <form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"></form>
</section>
"""
LINE = "Somebody says “a few words”, and then a few more, until one line of this length is full."
AROUND = 300
"""Bytes of a fragment beside its lines, more or less."""

_thread = threading.local()
# As in the trainer, writers queue before they begin: SQLite's own waiting is a poll.
_writing = threading.Lock()


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=os.environ["FLOOR_SECRET"], WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    app.jinja_loader = DictLoader({"fragment.html": FRAGMENT})
    size = int(os.environ["FLOOR_BYTES"])
    per_line = len(f'<p class="line">{LINE}</p>\n  '.encode())
    lines = [LINE] * max(1, round((size - AROUND) / per_line))

    @app.get("/runs/<key>")
    def show(key: str) -> str:
        return render_template("fragment.html", step=0, name="", lines=[])

    @app.get("/runs/<key>/live")
    def look(key: str) -> tuple[str, int]:
        """Answer a page that asks whether anything has changed: nothing has."""
        return ("", 304) if session.get("user_id") else ("", 401)

    @app.post("/runs/<key>/choices")
    def choose(key: str) -> str:
        database = _connection()
        user = database.execute(
            'SELECT id, name FROM "user" WHERE id = ? AND disabled_at IS NULL',
            (session.get("user_id"),),
        ).fetchone()
        if user is None:
            abort(401)
        run = database.execute(
            "SELECT run.id FROM run JOIN participant ON participant.run_id = run.id"
            " WHERE run.key = ? AND participant.user_id = ?",
            (key, user[0]),
        ).fetchone()
        if run is None:
            abort(404)
        step = request.form.get("step", 0, type=int)
        _record(database, run[0], user[0], step, request.form["choice"])
        return render_template("fragment.html", step=step + 1, name=user[1], lines=lines)

    return app


def sign_in(secret: str, user_id: int) -> str:
    """Return the cookie of a browser that is signed in."""
    app = Flask(__name__)
    app.secret_key = secret
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept["user_id"] = user_id
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def _record(database: Any, run_id: int, user_id: int, seen: int, choice: str) -> None:
    with _writing:
        database.execute("BEGIN IMMEDIATE")
        moved = database.execute(
            "UPDATE run SET moves = ? WHERE id = ? AND moves = ?", (seen + 1, run_id, seen)
        )
        if moved.rowcount == 0:
            database.execute("ROLLBACK")
            abort(409)
        database.execute(
            "INSERT INTO step (run_id, number, seat, user_id, stand_in, scene_id, choice_id,"
            " reason, chosen_at) VALUES (?, ?, 'both', ?, 0, 'floor', ?, '', ?)",
            (run_id, seen + 1, user_id, choice, datetime.now(UTC).isoformat(" ")),
        )
        database.execute("COMMIT")


def _connection() -> Any:
    """Return this thread's connection, opened as ``storage/database.py`` opens them."""
    if not hasattr(_thread, "database"):
        module = engine_options("sqlite://")["module"]
        database = module.connect(os.environ["FLOOR_DATABASE"], isolation_level=None)
        for pragma in (
            # First: two processes may find the file without a log at the same moment.
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            database.execute(f"PRAGMA {pragma}")
        _thread.database = database
    return _thread.database


if __name__ == "__main__":
    serving.run_server("tests.benchmarks.floor:create_app", "127.0.0.1", int(sys.argv[1]))
