"""Every route, asked by everybody, against the written table; and nobody reads what is Alice's."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.web.gate import Allowed, allow, guard, policy_of
from tests.conftest import Browser
from tests.web.access_table import ACTORS, TABLE
from tests.web.calibration import SetPage
from tests.web.cohorting import CohortPage
from tests.web.commenting import commented
from tests.web.conftest import RunPage, start
from tests.web.contrasting import Rated
from tests.web.test_lobby import invite

ALICES = (
    "words on the diagnosis",
    "reason for her rating",
    "It seemed right.",
    "walks out with this",
    "goal of Alice",
    "reason for a vignette",
    "reason for a row",
)


@pytest.fixture
def actors(
    nobody: Browser, guest: Browser, alice: Browser, bob: Browser, dana: Browser, ada: Browser
) -> dict[str, Browser]:
    return dict(zip(ACTORS, (nobody, guest, alice, bob, dana, ada), strict=True))


def verdict(answer: TestResponse) -> str:
    """Say in the words of the table what an answer did."""
    if answer.status_code == 404:
        return "out"
    asked = answer.headers.get("HX-Redirect", "") or answer.headers.get("Location", "")
    if answer.status_code == 401 and "<a" in answer.text:
        # Told where they are, so that what they wrote stays; the link leads to the sign-in page.
        links = re.findall(r'<a [^>]*href="([^"]+)"\s+target="_blank"', answer.text)
        asked = next(iter(links), "")
    if answer.status_code in (303, 401) and asked.startswith("/sign-in"):
        return "ask"
    if answer.status_code < 400 or answer.status_code in (409, 422):
        return "in"
    return str(answer.status_code)


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in ("be_a_guest", "form_token")  # of the tests
    }


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert routes(app) == set(TABLE)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_every_route_lets_in_exactly_whom_the_table_names(
    app: Flask, actors: dict[str, Browser], charlie: Browser, htmx: bool
) -> None:
    run = start(actors["alice"]).to_the_end()
    SetPage.begin(actors["alice"]).commit_one()
    Rated.begin(actors["alice"]).commit_first()
    lobby = invite(actors["alice"])
    cohort = CohortPage.make(actors["dana"], actors["alice"])
    assigned = cohort.assign()
    shown = start(actors["alice"]).answered("She shows it to Dana.")
    thread = commented(actors["dana"], actors["alice"], cohort, shown)
    with app.test_request_context():
        asset = app.jinja_env.globals["asset"]("site.css")  # type: ignore[operator]
    wrong, cells = [], 0

    for (method, endpoint), (address, row) in TABLE.items():
        url = address.format(
            run=run.url, key=run.key, lobby=lobby, asset=asset, charlie=charlie.user_id,
            cohort=cohort.url, code=cohort.code, assigned=assigned, shown=shown.key,
            thread=thread,
        )  # fmt: skip
        for (name, actor), expected in zip(actors.items(), row.split(), strict=True):
            # Starting a run makes a guest of nobody; the next request is nobody's again.
            asking = Browser(app) if name == "nobody" else actor
            answer = ask(asking, method, url, htmx=htmx)
            cells += 1
            if endpoint == "auth.sign_out":
                # Its answer leads to the sign-in page by intent.
                found = "in" if answer.status_code in (204, 303) else verdict(answer)
            else:
                found = verdict(answer)
            if found != expected:
                wrong.append(f"{method} {endpoint} by {name}: {found}, not {expected}")
            if name != "alice":
                wrong += [
                    f"{method} {endpoint} shows {name} '{words}'"
                    for words in ALICES
                    if words.encode() in answer.data
                ]

    assert wrong == []
    assert cells == len(TABLE) * len(ACTORS)


def ask(actor: Browser, method: str, url: str, *, htmx: bool) -> TestResponse:
    if method == "GET":
        return actor.get(url, htmx=htmx)
    return actor.post(url, {"scenario": "glowing-observations"}, htmx=htmx)


def test_there_is_something_of_alices_that_could_leak(alices_run: RunPage) -> None:
    alices_run.to_the_end()
    rated = SetPage.begin(alices_run.browser).commit_one()

    rows = Rated.begin(alices_run.browser).commit_first()

    pages = rated.get("/1").text + rows.get(1).text
    pages += "".join(
        alices_run.get(query).text
        for query in ("", "?stage=diagnosis", "?stage=rating", "?stage=role-play", "/debrief")
    )

    assert [words for words in ALICES if words not in pages] == []


def test_what_alice_did_stands_on_no_page_of_anybody_else(
    app: Flask, actors: dict[str, Browser]
) -> None:
    run = start(actors["alice"]).to_the_end()
    SetPage.begin(actors["alice"]).commit_one()
    Rated.begin(actors["alice"]).commit_first()

    pages = (
        "/",
        "/home",
        "/scenarios",
        "/calibrate",
        "/contrast/lakeland",
        "/account",
        "/admin/people",
    )
    for name in ("nobody", "guest", "bob", "dana", "ada"):
        for page in (*pages, run.url):
            for query in ("", "?stage=debrief", "?stage=rating&card=0"):
                text = actors[name].get(page + query).text
                assert [words for words in (*ALICES, run.key) if words in text] in ([], [run.key])
                if page != run.url:
                    assert run.key not in text


def test_an_unknown_run_and_somebody_elses_run_look_the_same(
    alices_run: RunPage, bob: Browser
) -> None:
    unknown = bob.get("/runs/" + "x" * 16)
    hers = bob.get(alices_run.url)

    # The token of the form that signs out says at which second it was made.
    assert hers.status_code == unknown.status_code
    assert without_tokens(hers.text) == without_tokens(unknown.text)
    assert hers.status_code == 404


def test_an_application_with_an_unmarked_view_does_not_start() -> None:
    app = Flask("unmarked")

    @app.get("/open")
    def forgotten() -> str:
        return "anybody"

    with pytest.raises(RuntimeError, match="does not say who may call it"):
        guard(app)


def test_a_marked_view_has_the_policy_it_says() -> None:
    app = Flask("marked")

    @app.get("/closed")
    @allow(Allowed.ADMINS)
    def closed() -> str:
        return "admins"

    assert policy_of(app, "closed") is Allowed.ADMINS


def test_every_answer_carries_the_headers_that_protect_it(
    app: Flask, alice: Browser, alices_run: RunPage
) -> None:
    with app.test_request_context():
        asset = app.jinja_env.globals["asset"]("site.css")  # type: ignore[operator]
    for url in ("/", "/home", "/nowhere", alices_run.url, "/runs", asset, "/health"):
        headers = alice.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == (
            "public, max-age=31536000, immutable" if url == asset else "no-store"
        )


def test_nothing_changes_by_asking_for_a_page(alices_run: RunPage) -> None:
    alices_run.to_role_play()
    before = alices_run.get().text

    for part in ("/case", "/diagnosis", "/ratings", "/ratings/0", "/choices", "/next-step"):
        assert alices_run.get(part).status_code in (404, 405)

    assert without_tokens(alices_run.get().text) == without_tokens(before)


def without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)
