"""No page of somebody else's can post a form of ours."""

import pytest
from flask import Flask

from lfp_trainer.web.extensions import csrf
from tests.conftest import PASSWORD, Browser

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
PLAUSIBLE = {
    "IntegerConverter": 1,
    "RunKey": "abcdEFGH_123-567",
    "Slug": "a-case",
    "UnicodeConverter": "x",
}


def every_form(app: Flask) -> list[tuple[str, str]]:
    """Every address that takes more than a GET, filled in with something plausible."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {
                name: PLAUSIBLE[type(converter).__name__]
                for name, converter in rule._converters.items()
            }
            url = adapter.build(rule.endpoint, values, method=next(iter(rule.methods or ["GET"])))
            found += [(method, url) for method in sorted((rule.methods or set()) & UNSAFE)]
    return found


@pytest.fixture
def theirs(app: Flask) -> str:
    """The token of another browser."""
    return Browser(app).token()


def test_there_are_forms_to_try(app: Flask) -> None:
    forms = every_form(app)

    assert ("POST", "/sign-in") in forms
    assert ("POST", "/admin/people/1/role") in forms
    assert ("POST", "/runs") in forms


def test_no_form_is_taken_without_its_token(ada: Browser, theirs: str) -> None:
    own = ada.token("/account")
    taken = []
    for method, url in every_form(ada.app):
        for name, data, headers in (
            ("none", {}, {}),
            ("wrong", {"csrf_token": "wrong"}, {}),
            ("another browser's", {"csrf_token": theirs}, {}),
            ("in a header, another browser's", {}, {"X-CSRFToken": theirs}),
            ("in the address", {}, {}),
        ):
            target = f"{url}?csrf_token={own}" if name == "in the address" else url
            answer = ada.client.open(target, method=method, data=data, headers=headers)
            if answer.status_code != 400 or "open too long" not in answer.text:
                taken.append((method, url, name, answer.status_code))

    assert taken == []


def test_a_token_from_before_signing_in_is_refused_after(alice: Browser, nobody: Browser) -> None:
    old = nobody.token()
    nobody.sign_in("alice@district.example")

    answer = nobody.client.post("/account/sign-out-others", data={"csrf_token": old})

    assert answer.status_code == 400


def test_signing_in_itself_needs_a_token(alice: Browser, nobody: Browser) -> None:
    typed = {"email": "alice@district.example", "password": PASSWORD}

    assert nobody.client.post("/sign-in", data=typed).status_code == 400
    assert nobody.get("/account").status_code == 303


def test_no_view_is_exempt(app: Flask) -> None:
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())
