"""Invitations by name through their pages: a list is pasted, looked at, made, handed out, used."""

import html
import re

import pytest
import segno
from flask import Flask

from lfp_trainer.services import code_tries, expected
from tests.conftest import Browser
from tests.web.cohorting import CohortPage

LIST = "• Gia Long, el\r\n\r\nHugo\tMarten\tMS\r\nRuiz, Ana\r\nGia Long, EL\r\n"


def make_invitations(cohort: CohortPage, *lines: str) -> list[str]:
    """Invite people by name, and return the codes of all that are not used, by name."""
    answer = cohort.browser.post(f"{cohort.url}/invitations", {"names": "\r\n".join(lines)})
    assert answer.status_code == 303
    page = cohort.browser.get(f"{cohort.url}/invitations").text
    return re.findall(r'value="http://localhost/join/([A-Z0-9]{10})"', page)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_list_is_looked_at_before_anything_is_made(dana: Browser, htmx: bool) -> None:
    cohort = CohortPage.make(dana)
    url = f"{cohort.url}/invitations"

    page = dana.post(f"{url}/names", {"names": LIST}, htmx=htmx).text

    assert "2 people to invite" in page
    assert re.search(r"Line 4:</span> <b>Ruiz, Ana</b><br>Put the name in one piece", page)
    assert "taken once: Gia Long" in page
    assert "Nobody is invited by name yet" in dana.get(url).text
    (sent,) = re.findall(r'type="hidden" name="names" value="([^"]*)"', page)
    assert html.unescape(sent) == "Gia Long, EL\nHugo Marten, MS"
    assert "Ruiz, Ana" in page.partition("<textarea")[2]

    assert dana.post(url, {"names": html.unescape(sent)}).location == url

    listed = dana.get(url).text
    assert "Not come yet: 2" in listed
    assert listed.index("Gia Long") < listed.index("Hugo Marten")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("", "Paste or type at least one name."),
        (" \n,\n", "Paste or type at least one name."),
        ("\n".join(f"Guest No{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(201)), "201"),
        ("x" * 20_001, "Shorten this to 20000 characters."),
    ],
    ids=["nothing", "no name", "too many", "too long"],
)
def test_a_list_that_cannot_be_made_says_why(dana: Browser, names: str, problem: str) -> None:
    cohort = CohortPage.make(dana)

    for address in ("/invitations/names", "/invitations"):
        answer = dana.post(cohort.url + address, {"names": names})
        assert answer.status_code == 422
        assert problem in answer.text
        assert "Make th" not in answer.text
    assert "Nobody is invited by name yet" in dana.get(f"{cohort.url}/invitations").text


def test_a_line_that_is_not_understood_is_never_made_without_a_look(dana: Browser) -> None:
    cohort = CohortPage.make(dana)

    answer = dana.post(f"{cohort.url}/invitations", {"names": LIST})

    assert answer.status_code == 200
    assert "One line was not understood" in answer.text
    assert "Nobody is invited by name yet" in dana.get(f"{cohort.url}/invitations").text


def test_a_longer_list_invites_only_who_is_new(dana: Browser) -> None:
    cohort = CohortPage.make(dana)
    codes = make_invitations(cohort, "Gia, EL")

    looked = dana.post(f"{cohort.url}/invitations/names", {"names": "Gia, EL\nHugo"}).text
    assert "One person to invite" in looked
    assert "Invited before, and not once more: Gia." in looked
    again = make_invitations(cohort, "Gia, EL", "Hugo")

    assert (len(again), again[0]) == (2, codes[0])
    dana.post(f"{cohort.url}/invitations", {"names": "Hugo"})
    assert "Nothing is made twice" in dana.get(f"{cohort.url}/invitations").text


def test_who_is_invited_finds_their_name_and_position_and_is_listed_as_come(
    app: Flask, dana: Browser, nobody: Browser
) -> None:
    cohort = CohortPage.make(dana)
    gia, _ = make_invitations(cohort, "Gia Long, EL", "Hugo")

    asked = nobody.get(f"/join/{gia}").text
    assert "An invitation for Gia Long." in asked
    assert re.search(r'name="name"\s+type="text"\s+value="Gia Long"', asked)
    assert '<option value="EL" selected>' in asked
    answer = nobody.post(f"/join/{gia}", {"name": "Gia L.", "position": "MS"})

    assert answer.location == cohort.url
    page = dana.get(f"{cohort.url}/invitations").text
    assert "Have come: 1" in page
    assert "Gia Long <span" in page
    assert "as Gia L." in page
    assert gia not in page
    # It leads them there again, and nobody else anywhere.
    assert nobody.get(f"/join/{gia}").location == cohort.url
    other = Browser(app)
    for answer in (
        other.get(f"/join/{gia}"),
        other.post(f"/join/{gia}", {"name": "Otto", "position": "EL"}),
    ):
        assert answer.status_code == 404
        assert expected.USED in answer.text
    assert "Otto" not in dana.get(cohort.url).text


def test_the_personal_code_may_be_typed_in_any_way(dana: Browser, nobody: Browser) -> None:
    cohort = CohortPage.make(dana)
    (code,) = make_invitations(cohort, "Gia")

    answer = nobody.get(f"/join?code={code[:5].lower()}+{code[5:]}")

    assert (answer.status_code, answer.location) == (303, f"/join/{code}")
    assert "Join “Lakeland, spring”" in nobody.get(f"/join/{code[:5]} {code[5:]}").text


def test_an_account_keeps_its_name_with_an_invitation(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana)
    (code,) = make_invitations(cohort, "Alicia, EL")

    alice.post(f"/join/{code}", {"position": "EL"})

    assert '<span class="hint">as Alice</span>' in dana.get(f"{cohort.url}/invitations").text


def test_an_invitation_that_is_taken_back_leads_nowhere(dana: Browser, nobody: Browser) -> None:
    cohort = CohortPage.make(dana)
    gia, hugo = make_invitations(cohort, "Gia", "Hugo")
    page = dana.get(f"{cohort.url}/invitations").text
    revoke = re.findall(r'action="([^"]+/revoke)"', page)[0]

    assert dana.post(revoke).location == f"{cohort.url}/invitations"

    assert nobody.get(f"/join/{gia}").status_code == 404
    assert "An invitation for Hugo." in nobody.get(f"/join/{hugo}").text
    assert dana.post(revoke).status_code == 404


def test_slips_have_name_address_code_and_picture_of_who_has_not_come(
    dana: Browser, nobody: Browser
) -> None:
    cohort = CohortPage.make(dana)
    gia, hugo = make_invitations(cohort, "Gia, EL", "Hugo")
    nobody.post(f"/join/{gia}", {"name": "Gia", "position": "EL"})

    page = dana.get(f"{cohort.url}/invitations/slips").text

    (slip,) = re.findall(r'<li class="slip">.*?</li>', page, re.S)
    assert "Hugo" in slip
    assert "localhost/join" in slip
    assert f"{hugo[:5]} {hugo[5:]}" in slip
    drawn = segno.make(f"http://localhost/join/{hugo}", error="m", micro=False)
    path = re.search(r' d="([^"]+)"', drawn.svg_inline(border=4, omitsize=True, lineclass=None))
    assert path is not None
    assert path[1] in slip


def test_nobody_but_who_facilitates_that_cohort_sees_or_makes_invitations(
    dana: Browser, alice: Browser, ada: Browser, charlie: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    CohortPage.make(ada, charlie)
    (code,) = make_invitations(cohort, "Gia Long, EL")
    page = dana.get(f"{cohort.url}/invitations").text
    (revoke,) = re.findall(r'action="([^"]+/revoke)"', page)

    for browser in (alice, ada, charlie):
        for htmx in (False, True):
            for address in ("/invitations", "/invitations/slips"):
                answer = browser.get(cohort.url + address, htmx=htmx)
                assert answer.status_code == 404
                assert "Gia Long" not in answer.text
            for url in (revoke, f"{cohort.url}/invitations", f"{cohort.url}/invitations/names"):
                assert browser.post(url, {"names": "Otto"}, htmx=htmx).status_code == 404
        assert "Gia Long" not in browser.get(cohort.url).text
    assert make_invitations(cohort, "Gia Long, EL") == [code]


def test_who_facilitates_another_cohort_takes_back_none_of_this_one(
    dana: Browser, ada: Browser
) -> None:
    cohort, own = CohortPage.make(dana), CohortPage.make(ada)
    (code,) = make_invitations(cohort, "Gia")
    page = dana.get(f"{cohort.url}/invitations").text
    (revoke,) = re.findall(r'action="([^"]+/revoke)"', page)

    assert ada.post(revoke.replace(cohort.url, own.url)).status_code == 404
    assert make_invitations(cohort, "Gia") == [code]


def test_wrong_codes_of_both_lengths_are_counted_together(
    dana: Browser, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = CohortPage.make(dana)
    (code,) = make_invitations(cohort, "Gia")
    monkeypatch.setattr(code_tries, "PER_ACCOUNT", 2)

    assert bob.get("/join/ZZZZ2222").status_code == 404
    assert bob.get("/join/ZZZZZ22222").status_code == 404

    assert bob.get(f"/join/{code}").status_code == 429
    assert bob.post(f"/join/{code}", {"position": "EL"}).status_code == 429
    assert "Not come yet: 1" in dana.get(f"{cohort.url}/invitations").text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sixty_people_behind_one_address_come_by_their_invitations(
    app: Flask, dana: Browser
) -> None:
    cohort = CohortPage.make(dana)
    names = [f"Guest {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    codes = make_invitations(cohort, *names)
    assert len(codes) == 60

    for code, name in zip(codes, names, strict=True):
        browser = Browser(app)
        assert browser.get(f"/join/{code}").status_code == 200
        answer = browser.post(f"/join/{code}", {"name": name, "position": "EL"})
        assert (answer.status_code, answer.location) == (303, cohort.url)

    assert "Have come: 60" in dana.get(f"{cohort.url}/invitations").text
