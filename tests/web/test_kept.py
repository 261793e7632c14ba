"""Parts that are rendered once: nobody is shown what depends on something else."""

import pytest
from flask import Flask, render_template_string

from lfp_trainer.web import kept


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    kept.install(app)
    return app


def test_a_part_is_rendered_once_for_each_thing_it_depends_on(app: Flask) -> None:
    page = "{% kept 'version', scene %}{{ rendered.append(scene) or scene }}{% endkept %}"
    rendered: list[str] = []
    with app.app_context():
        shown = [
            render_template_string(page, scene=scene, rendered=rendered)
            for scene in ("log", "visit", "log")
        ]

    assert shown == ["log", "visit", "log"]
    assert rendered == ["log", "visit"]


def test_a_part_that_depends_on_nothing_lasting_is_rendered_anew(app: Flask) -> None:
    page = "{% kept none if reason else 'choice' %}{{ reason }}{% endkept %}"
    with app.app_context():
        shown = [
            render_template_string(page, reason=reason)
            for reason in ("I trust her.", "I do not.", "", "I trust her.")
        ]

    assert shown == ["I trust her.", "I do not.", "", "I trust her."]


def test_two_parts_of_a_page_that_depend_on_the_same_stay_two(app: Flask) -> None:
    page = "{% kept 'same' %}one{% endkept %}\n{% kept 'same' %}other{% endkept %}"
    with app.app_context():
        assert render_template_string(page) == "one\nother"


def test_what_a_part_shows_is_escaped_once(app: Flask) -> None:
    page = "{% kept 'escaped' %}{{ text }}{% endkept %}"
    with app.app_context():
        twice = [render_template_string(page, text="<b>&") for _ in range(2)]

    assert twice == ["&lt;b&gt;&amp;", "&lt;b&gt;&amp;"]


def test_parts_never_fill_the_memory(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    kept._parts.clear()
    with app.app_context():
        for number in range(10):
            render_template_string("{% kept number %}{{ number }}{% endkept %}", number=number)

    assert len(kept._parts) <= 3
