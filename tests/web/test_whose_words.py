"""What somebody wrote is neither lost nor saved as another's who signs in beside their page."""

import html
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Diagnosis, UserSession
from tests.conftest import HTMX, PASSWORD, Browser
from tests.web.conftest import DIAGNOSIS, RunPage, start
from tests.web.pairs import Two

WORDS = "Alice's own words,\n<b>on two lines</b> & to the end"
ESCAPED = "Alice&#39;s own words,\n&lt;b&gt;on two lines&lt;/b&gt; &amp; to the end"
OTHER = "Somebody else is signed in here now, so nothing was saved"
WAYS = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])

FORMS: dict[str, dict[str, object]] = {
    "/runs/{key}/diagnosis": DIAGNOSIS | {"reason": WORDS},
    "/runs/{key}/ratings/0": {"level": "2", "evidence": "fewer-visits", "reason": WORDS},
    "/runs/{key}/choices": {"choice": "a", "step": "0", "reason": WORDS},
    "/runs/{key}/rankings": {"step": "0", "reason": WORDS},
    "/runs/{key}/private-note": {"step": "0", "choice": "a", "reason": WORDS},
    "/runs/{key}/marks/0": {"note": WORDS},
    "/runs/{key}/play": {"play-partner-results-reason": WORDS},
    "/runs/{key}/after": {"results-reason": WORDS},
    "/runs/{key}/again/0": {"level": "2", "reason": WORDS},
    "/runs/{key}/next-step": {"sentence": WORDS, "goal": "A goal"},
    "/next-steps/{key}": {"outcome": "done", "note": WORDS},
    "/calibrate/sets/1/0/results": {"level": "2", "reason": WORDS},
    "/account/profile": {"name": WORDS},
}
"""What is written, by where it is sent."""
ANSWER = FORMS["/runs/{key}/diagnosis"]


@pytest.fixture
def run(alices_run: RunPage, enrol: Callable[..., int]) -> RunPage:
    """Alice's run at its diagnosis; Charlie has an account too."""
    enrol("charlie")
    return alices_run.to_diagnosis()


def sign_in(browser: Browser, name: str) -> None:
    """Sign in in another tab: without a word to the pages that are open."""
    assert browser.sign_in(f"{name}@district.example").status_code == 303


def press(
    browser: Browser, url: str, token: str, data: dict[str, object], *, htmx: bool
) -> TestResponse:
    sent = {**data, "csrf_token": token}
    return browser.client.post(url, data=sent, headers=HTMX if htmx else None)


def form_in(answer: TestResponse, url: str) -> str:
    return answer.text.partition(f'action="{url}"')[2].partition("</form>")[0]


def fields_in(form: str) -> dict[str, list[str]]:
    """Return what a form on a page would send."""
    found: dict[str, list[str]] = {}
    for tag, name, value in re.findall(
        r'<(input|textarea)[^>]* name="([^"]+)"(?: value="([^"]*)")?[^>]*>', form
    ):
        if tag == "textarea":
            value = re.findall(
                rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', form, re.S
            )[0]
        found.setdefault(name, []).append(html.unescape(value))
    return found


def reasons(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Diagnosis.reason)))


@pytest.mark.parametrize("form", FORMS)
def test_whoever_else_is_signed_in_by_then_is_shown_the_words_and_may_not_send_them(
    run: RunPage, form: str
) -> None:
    token, url = run.browser.token(), form.format(key=run.key)
    sign_in(run.browser, "charlie")

    answer = press(run.browser, url, token, FORMS[form], htmx=False)

    assert answer.status_code == 400
    assert OTHER in answer.text
    assert ESCAPED in answer.text
    assert re.search(r"<textarea[^>]* readonly", form_in(answer, url))
    assert "Send it again" not in answer.text
    assert "Nothing is lost: what you sent" not in answer.text
    assert "Alice" not in answer.text.replace(ESCAPED, "")


@pytest.mark.parametrize("act", ["keep", "commit"])
def test_over_htmx_the_words_stay_where_they_are_and_get_no_token_of_the_other(
    run: RunPage, act: str
) -> None:
    token, url = run.browser.token(), f"{run.url}/diagnosis"
    sign_in(run.browser, "charlie")

    answer = press(run.browser, url, token, ANSWER | {"act": act}, htmx=True)

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (400, "#notice")
    assert OTHER in answer.text
    assert "What you wrote is still on this page" in answer.text
    assert "csrf_token" not in answer.text
    assert "Send it again" not in answer.text
    assert "It is renewed" not in answer.text


@WAYS
def test_what_one_of_a_pair_wrote_is_never_saved_as_the_others(
    session: Session, alice: Browser, bob: Browser, htmx: bool
) -> None:
    two = Two.meet(session, alice, bob)
    for each in two.both:
        two.together.finish_case(each)
    token, url = alice.token(), f"{two.url}/diagnosis"
    sign_in(alice, "bob")

    answer = press(alice, url, token, ANSWER, htmx=htmx)
    again = alice.client.post(url, data=fields_in(form_in(answer, url)))

    assert OTHER in answer.text
    assert again.status_code == 400
    assert WORDS not in reasons(session)


def test_who_signs_in_again_in_another_tab_goes_on_from_the_words_that_were_held(
    run: RunPage, session: Session
) -> None:
    browser, url = run.browser, f"{run.url}/diagnosis"
    token = browser.token()
    sign_in(browser, "charlie")
    held = press(browser, url, token, ANSWER, htmx=False)
    as_charlie = browser.client.post(url, data=fields_in(form_in(held, url)))
    assert OTHER in as_charlie.text
    assert ESCAPED in as_charlie.text

    sign_in(browser, "alice")
    offered = browser.client.post(url, data=fields_in(form_in(as_charlie, url)))
    assert "Send it again" in offered.text
    sent = browser.client.post(url, data=fields_in(form_in(offered, url)))

    assert sent.status_code == 303
    assert reasons(session) == [WORDS]


def test_over_htmx_who_signs_in_again_goes_on_with_the_page_as_it_is(
    run: RunPage, session: Session
) -> None:
    browser, url = run.browser, f"{run.url}/diagnosis"
    token = browser.token()
    sign_in(browser, "charlie")
    press(browser, url, token, ANSWER, htmx=True)
    sign_in(browser, "alice")

    draft = press(browser, url, token, ANSWER | {"act": "keep"}, htmx=True)
    offered = press(browser, url, token, ANSWER, htmx=True)
    sent = browser.client.post(url, data=fields_in(form_in(offered, url)))

    assert "It is renewed" in draft.text
    assert "Send it again" in offered.text
    assert sent.status_code == 303
    assert reasons(session) == [WORDS]


@pytest.mark.parametrize("is_ended", [False, True], ids=["signed out", "session ended"])
def test_what_was_sent_signed_out_is_held_back_from_whoever_else_signs_in(
    run: RunPage, session: Session, is_ended: bool
) -> None:
    browser, url = run.browser, f"{run.url}/diagnosis"
    token = browser.token()
    if is_ended:
        with writing(session):
            session.execute(sa.delete(UserSession))
    else:
        browser.post("/sign-out")

    out = press(browser, url, token, ANSWER, htmx=False)
    assert "You are signed out" in out.text
    assert ESCAPED in out.text
    sign_in(browser, "charlie")
    held = browser.client.post(url, data=fields_in(form_in(out, url)))
    assert held.status_code == 400
    assert OTHER in held.text
    assert ESCAPED in held.text

    sign_in(browser, "alice")
    offered = browser.client.post(url, data=fields_in(form_in(held, url)))
    sent = browser.client.post(url, data=fields_in(form_in(offered, url)))
    assert sent.status_code == 303
    assert reasons(session) == [WORDS]


def test_what_somebody_wrote_is_held_back_from_a_guest_too(run: RunPage) -> None:
    browser, url = run.browser, f"{run.url}/diagnosis"
    token = browser.token()
    browser.post("/sign-out")
    browser.post("/be-a-guest")

    answer = press(browser, url, token, ANSWER, htmx=False)

    assert (answer.status_code, OTHER in answer.text, ESCAPED in answer.text) == (400, True, True)


@pytest.mark.parametrize("claims", [False, True])
def test_what_a_guest_wrote_is_sent_on_by_the_account_that_took_it_over_alone(
    guest: Browser, enrol: Callable[..., int], session: Session, claims: bool
) -> None:
    enrol("alice")
    run = start(guest).to_diagnosis()
    token, url = guest.token(), f"{run.url}/diagnosis"
    taken = {"claim": "yes"} if claims else {}
    assert guest.sign_in("alice@district.example", **taken).status_code == 303

    answer = press(guest, url, token, ANSWER, htmx=False)

    assert ESCAPED in answer.text
    assert (OTHER in answer.text) is not claims
    assert ("Send it again" in answer.text) is claims
    again = guest.client.post(url, data=fields_in(form_in(answer, url)))
    assert again.status_code == (303 if claims else 400)


def test_a_guest_who_makes_an_account_goes_on_with_what_they_wrote(guest: Browser) -> None:
    run = start(guest).to_diagnosis()
    token, url = guest.token(), f"{run.url}/diagnosis"
    made = {"name": "Alice", "email": "alice@district.example", "password": PASSWORD}
    assert guest.post("/register", made).status_code == 303

    answer = press(guest, url, token, ANSWER, htmx=False)
    again = guest.client.post(url, data=fields_in(form_in(answer, url)))

    assert again.status_code == 303


def test_a_browser_started_anew_still_knows_whose_its_pages_are(
    run: RunPage, session: Session
) -> None:
    browser, url = run.browser, f"{run.url}/diagnosis"
    assert browser.sign_in("alice@district.example", remember="yes").status_code == 303
    browser.client.delete_cookie("session")
    browser.get("/home")
    token = browser.token()
    sign_in(browser, "charlie")
    held = press(browser, url, token, ANSWER, htmx=False)
    sign_in(browser, "alice")

    offered = browser.client.post(url, data=fields_in(form_in(held, url)))

    assert OTHER in held.text
    assert "Send it again" in offered.text


@WAYS
@pytest.mark.parametrize("token", ["", "old", "of nobody"])
def test_words_of_which_nobody_can_tell_whose_they_are_are_shown_and_not_sent(
    run: RunPage, nobody: Browser, token: str, htmx: bool
) -> None:
    sent = nobody.token() if token == "of nobody" else token

    answer = press(run.browser, f"{run.url}/diagnosis", sent, ANSWER, htmx=htmx)

    assert answer.status_code == 400
    assert "open too long" in answer.text
    assert "copy" in answer.text.lower()
    assert (ESCAPED in answer.text) is not htmx
    assert "Send it again" not in answer.text
    assert "csrf_token" not in form_in(answer, f"{run.url}/diagnosis")


def test_long_words_are_held_to_the_last_letter(run: RunPage) -> None:
    long = " ".join(f"word{number}" for number in range(20_000))
    token, url = run.browser.token(), f"{run.url}/diagnosis"
    sign_in(run.browser, "charlie")

    answer = press(run.browser, url, token, {"reason": long}, htmx=False)

    assert fields_in(form_in(answer, url))["reason"] == [long]
    assert long.split()[0] not in (answer.location or "")


def test_a_password_of_somebody_else_is_not_shown(run: RunPage) -> None:
    token = run.browser.token()
    sign_in(run.browser, "charlie")

    answer = press(
        run.browser, "/account/password", token, {"password": PASSWORD, "new_password": "x y z"},
        htmx=False,
    )  # fmt: skip

    assert OTHER in answer.text
    assert PASSWORD not in answer.text
    assert "x y z" not in answer.text


def test_what_another_site_sent_in_somebodys_name_is_not_shown(run: RunPage) -> None:
    token = run.browser.token()
    sign_in(run.browser, "charlie")

    answer = run.browser.client.post(
        f"{run.url}/diagnosis",
        data={"csrf_token": token, "reason": WORDS},
        headers={"Origin": "https://evil.example"},
    )

    assert (answer.status_code, ESCAPED in answer.text) == (400, False)


def test_a_page_that_sent_no_words_is_told_who_is_signed_in_and_no_more(run: RunPage) -> None:
    token, url = run.browser.token(), f"{run.url}/case"
    sign_in(run.browser, "charlie")

    answer = press(run.browser, url, token, {}, htmx=False)

    assert OTHER in answer.text
    assert f'action="{url}"' not in answer.text


def test_a_form_token_says_whose_it_is_only_to_who_has_the_secret(run: RunPage) -> None:
    def mark() -> str:
        with run.browser.client.session_transaction() as kept:
            return str(kept["csrf_token"]).partition(".")[2]

    alices = mark()
    sign_in(run.browser, "charlie")
    charlies = mark()
    sign_in(run.browser, "alice")
    again = mark()
    run.browser.client.application.config["SECRET_KEY"] = "that of another site"
    run.browser.client.delete_cookie("session")
    sign_in(run.browser, "alice")

    assert alices == again
    assert len({alices, charlies, mark()}) == 3
