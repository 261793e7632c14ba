"""Where a sign-in may lead: to a page of ours, and nowhere else."""

from urllib.parse import urljoin, urlsplit

import pytest

from tests.conftest import Browser

ELSEWHERE = [
    "http://evil.example/",
    "https://evil.example",
    "HTTPS://evil.example",
    "//evil.example",
    "//evil.example/account",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "//evil.example\x00/account",
    "/%09/evil.example",
    "/%2F/evil.example",
    "/%5Cevil.example",
    "/account%00",
    "/account\r\nLocation: http://evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,hello",
    "//localhost@evil.example",
    "http://localhost@evil.example",
    "http://localhost:80@evil.example/",
    "http://localhost/account",
    "//localhost/account",
    "/account/../../evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/@evil.example",
    "/account@evil.example",
    "evil.example",
    "account",
    "?next=//evil.example",
    "#",
    "/account#//evil.example",
    "/account?next=http://evil.example",
    "／／evil.example",
    "/\u2028/evil.example",
    "/no-such-page",
    "/sign-out",
    "/account/",
    "",
]
OURS = ["/", "/home", "/account", "/scenarios", "/account?a=b", "/admin/people"]
OURS += ["/runs/abcdEFGH_123-567?stage=role-play"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_somebody_signed_in_is_never_sent_elsewhere(alice: Browser, target: str) -> None:
    answer = alice.get("/sign-in", query_string={"next": target})

    assert (answer.status_code, answer.location) == (303, "/home")


def test_signing_in_never_leads_elsewhere(alice: Browser) -> None:
    led = {}
    for target in ELSEWHERE:
        led[target] = alice.sign_in("alice@district.example", next=target).location

    assert led == dict.fromkeys(ELSEWHERE, "/home")


def test_the_form_never_carries_an_address_elsewhere(nobody: Browser) -> None:
    for target in ELSEWHERE:
        for page in ("/sign-in", "/register"):
            assert 'name="next"' not in nobody.get(page, query_string={"next": target}).text


@pytest.mark.parametrize("target", OURS)
def test_a_page_of_ours_is_gone_to(alice: Browser, target: str) -> None:
    answer = alice.sign_in("alice@district.example", next=target)

    assert answer.location == target
    assert urlsplit(urljoin("http://localhost/sign-in", answer.location)).netloc == "localhost"


@pytest.mark.parametrize("shown", ["http://evil.example//evil.example", "javascript:alert(1)", ""])
def test_a_fragment_never_sends_the_page_elsewhere(nobody: Browser, shown: str) -> None:
    answer = nobody.client.get(
        "/account", headers={"HX-Request-Type": "partial", "HX-Current-URL": shown}
    )

    assert answer.headers["HX-Redirect"] == "/sign-in"
