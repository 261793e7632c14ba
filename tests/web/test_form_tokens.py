"""No page of somebody else's can post a form of ours."""

import re

import pytest
from flask import Flask

from lfp_trainer.web.extensions import csrf
from tests.conftest import HTMX, PASSWORD, Browser

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
PLAUSIBLE = {
    "IntegerConverter": 1,
    "LobbyCode": "ABC234",
    "CohortCode": "ABCDEFGH",
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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_form_is_taken_from_another_site_even_with_its_token(ada: Browser, site: str) -> None:
    data = {"csrf_token": ada.token("/account")}
    taken = []
    for method, url in every_form(ada.app):
        headers = {"Sec-Fetch-Site": site}
        answer = ada.client.open(url, method=method, data=data, headers=headers)
        if answer.status_code != 403 or "by a page of another site" not in answer.text:
            taken.append((method, url, answer.status_code))

    assert taken == []
    assert ada.get("/account").status_code == 200


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_a_form_of_this_site_is_taken(alice: Browser, site: str | None) -> None:
    answer = alice.client.post(
        "/account/profile",
        data={"csrf_token": alice.token("/account"), "name": "Alice B"},
        headers={"Sec-Fetch-Site": site} if site else {},
    )

    assert answer.status_code == 303
    assert 'value="Alice B"' in alice.get("/account").text


def test_a_link_on_another_site_leads_here(alice: Browser) -> None:
    answer = alice.client.get("/account", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200


def test_a_token_from_before_signing_in_is_refused_after(alice: Browser, nobody: Browser) -> None:
    old = nobody.token()
    nobody.sign_in("alice@district.example")

    answer = nobody.client.post("/account/sign-out-others", data={"csrf_token": old})

    assert answer.status_code == 400


def test_signing_in_itself_needs_a_token(alice: Browser, nobody: Browser) -> None:
    typed = {"email": "alice@district.example", "password": PASSWORD}

    assert nobody.client.post("/sign-in", data=typed).status_code == 400
    assert nobody.get("/account").status_code == 303


EXPIRED: dict[str, object] = {"csrf_token": "old", "name": "<b>Ana</b>", "next": "/home"}


def expired(browser: Browser) -> dict[str, object]:
    """What a page sends that was open while its reader signed in again in another tab."""
    sent = {**EXPIRED, "csrf_token": browser.token()}
    assert browser.sign_in("alice@district.example").status_code == 303
    return sent


@pytest.mark.parametrize("site", [None, "same-origin"])
def test_what_a_page_of_ours_sent_too_late_comes_back_to_be_sent_again(
    alice: Browser, site: str | None
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    sent = expired(alice)

    answer = alice.client.post("/account/profile", data=sent, headers=headers)

    form = answer.text.partition('action="/account/profile"')[2].partition("</form>")[0]
    assert answer.status_code == 400
    assert 'name="name" value="&lt;b&gt;Ana&lt;/b&gt;"' in form
    assert 'name="next" value="/home"' in form
    assert str(sent["csrf_token"]) not in form
    token = re.findall('name="csrf_token" value="([^"]+)"', form)
    again = alice.client.post("/account/profile", data={**EXPIRED, "csrf_token": token[0]})
    assert (answer.status_code, again.status_code, len(token)) == (400, 303, 1)


def test_over_htmx_it_comes_back_in_the_notice(alice: Browser) -> None:
    answer = alice.client.post("/account/profile", data=expired(alice), headers=HTMX)

    assert answer.headers["HX-Retarget"] == "#notice"
    assert answer.text.startswith('<div id="notice">')
    assert 'name="name" value="&lt;b&gt;Ana&lt;/b&gt;"' in answer.text


def test_over_htmx_a_draft_gets_a_new_token_and_leaves_the_words_where_they_are(
    alice: Browser,
) -> None:
    sent = {**expired(alice), "act": "keep"}

    answer = alice.client.post("/runs/abcdEFGH_123-567/diagnosis", data=sent, headers=HTMX)

    assert answer.status_code == 400
    assert "Ana" not in answer.text
    token = re.findall('name="csrf_token" value="([^"]+)"', answer.text)[0]
    again = alice.client.post("/account/profile", data={**EXPIRED, "csrf_token": token})
    assert again.status_code == 303


@pytest.mark.parametrize("act", ["keep", "commit"])
def test_who_is_signed_out_is_told_that_and_not_that_the_page_is_renewed(
    nobody: Browser, act: str
) -> None:
    sent = {**EXPIRED, "act": act}

    answer = nobody.client.post("/runs/abcdEFGH_123-567/diagnosis", data=sent, headers=HTMX)

    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert "open too long" not in answer.text
    assert "csrf_token" not in answer.text


def test_without_javascript_who_is_signed_out_finds_what_they_sent(nobody: Browser) -> None:
    answer = nobody.client.post("/runs/abcdEFGH_123-567/diagnosis", data=EXPIRED)

    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert 'name="name" value="&lt;b&gt;Ana&lt;/b&gt;"' in answer.text


def test_a_password_is_asked_for_again_and_never_sent_back(alice: Browser) -> None:
    typed = {"password": PASSWORD, "new_password": "velvet koala", "username": "a@b.org"}
    typed["csrf_token"] = str(expired(alice)["csrf_token"])

    answer = alice.client.post("/account/password", data=typed)

    assert PASSWORD not in answer.text
    assert "velvet koala" not in answer.text
    assert answer.text.count('<input type="password"') == 2
    assert 'value="a@b.org"' in answer.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_what_another_page_sent_is_not_offered_to_be_sent_again(
    alice: Browser, headers: dict[str, str]
) -> None:
    answer = alice.client.post("/account/profile", data=expired(alice), headers=headers)

    assert answer.status_code == 400
    assert "Ana" not in answer.text


def test_no_view_is_exempt(app: Flask) -> None:
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())
