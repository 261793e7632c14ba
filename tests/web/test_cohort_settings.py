"""Name, working agreements, code, closing: through the pages of who facilitates a cohort."""

import re

import pytest

from lfp_trainer.services import agreements
from tests.conftest import Browser
from tests.web.cohorting import CohortPage

POSTS = ("settings/name", "settings/agreements", "settings/code", "settings/archive")
VERSION = re.compile(r'name="agree"\s+value="(\d+)"')


def agree_on(cohort: CohortPage, *sentences: str) -> None:
    sent = {"agreements": "\r\n".join(sentences)}
    answer = cohort.browser.post(f"{cohort.url}/settings/agreements", sent)
    assert (answer.status_code, answer.location) == (303, f"{cohort.url}/settings")


def version_on(page: str) -> str:
    found = VERSION.search(page)
    assert found
    return found[1]


def test_a_cohort_is_renamed(dana: Browser, alice: Browser) -> None:
    cohort = CohortPage.make(dana, alice)

    dana.post(f"{cohort.url}/settings/name", {"name": "Lakeland, autumn"})

    assert "<h1>Lakeland, autumn</h1>" in alice.get(cohort.url).text
    refused = dana.post(f"{cohort.url}/settings/name", {"name": " \u200b"})
    assert refused.status_code == 422
    assert 'id="name-error"' in refused.text
    assert "<h1>Lakeland, autumn</h1>" in alice.get(cohort.url).text


def test_with_a_new_code_the_old_one_leads_nowhere(dana: Browser, bob: Browser) -> None:
    cohort = CohortPage.make(dana)

    assert dana.post(f"{cohort.url}/settings/code").location == cohort.url

    assert bob.get(f"/join/{cohort.code}").status_code == 404
    found = re.search(r"/join/([A-Z0-9]{8})", dana.get(cohort.url).text)
    assert found
    assert found[1] != cohort.code
    assert "Join “Lakeland, spring”" in bob.get(f"/join/{found[1]}").text


def test_a_closed_cohort_is_looked_at_and_opened_again(
    dana: Browser, alice: Browser, bob: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    dana.post(f"{cohort.url}/settings/archive")

    assert bob.get(f"/join/{cohort.code}").status_code == 404
    assert "This cohort was closed on" in dana.get(cohort.url).text
    assert "This cohort was closed on" in alice.get(cohort.url).text
    for page in ("/pairs", "/code", "/invitations/slips"):
        assert dana.get(cohort.url + page).status_code == 404
    for act in ("settings/name", "settings/agreements", "settings/code", "invitations"):
        sent = {"name": "Other", "agreements": "Other", "names": "Other"}
        assert dana.post(f"{cohort.url}/{act}", sent).status_code == 404
    closed = dana.get(f"{cohort.url}/settings").text
    assert "This cohort is closed" in closed
    assert "Save the name" not in closed
    assert "no invitation lets anybody in" in dana.get(f"{cohort.url}/invitations").text

    dana.post(f"{cohort.url}/settings/reopen")

    assert "Join “Lakeland, spring”" in bob.get(f"/join/{cohort.code}").text
    assert "Pair people" in dana.get(f"{cohort.url}/pairs").text


def test_the_wall_shows_the_code_and_its_picture_and_no_names(
    dana: Browser, alice: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)

    page = dana.get(f"{cohort.url}/code").text

    assert f"{cohort.code[:4]} {cohort.code[4:]}" in page
    assert "<svg" in page.partition('class="wall-picture"')[2]
    assert "Alice" not in page


def test_nobody_but_who_facilitates_that_cohort_changes_it_or_sees_its_code(
    dana: Browser, alice: Browser, ada: Browser, charlie: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    CohortPage.make(ada, charlie)
    sent = {"name": "Taken over", "agreements": "Taken over"}

    for browser in (alice, ada, charlie):
        for htmx in (False, True):
            for page in ("settings", "code"):
                answer = browser.get(f"{cohort.url}/{page}", htmx=htmx)
                assert answer.status_code == 404
                assert cohort.code not in answer.text
            for act in (*POSTS, "settings/reopen"):
                assert browser.post(f"{cohort.url}/{act}", sent, htmx=htmx).status_code == 404

    page = dana.get(cohort.url).text
    assert cohort.code in page
    assert "Taken over" not in page
    assert "Pair people" in page or "Once two others" in page


def test_a_preset_stands_in_the_field_to_be_changed_before_it_is_saved(dana: Browser) -> None:
    cohort = CohortPage.make(dana)
    url = f"{cohort.url}/settings"
    assert "Respond to ideas" not in dana.get(url).text

    page = dana.get(f"{url}?agreements=short").text

    assert "Respond to ideas, not to people." in page.partition("<textarea")[2]
    assert "nothing is saved yet" in page
    assert "Respond to ideas" not in dana.get(cohort.url).text
    assert "Working agreements (eight)" in dana.get(f"{url}?agreements=unknown").text


@pytest.mark.parametrize("typed", ["\n".join("abcdefghijklm"), "x" * 161, "x" * 4001])
def test_agreements_that_are_too_many_or_too_long_are_not_saved(dana: Browser, typed: str) -> None:
    cohort = CohortPage.make(dana)

    answer = dana.post(f"{cohort.url}/settings/agreements", {"agreements": typed})

    assert answer.status_code == 422
    assert 'id="agreements-error"' in answer.text
    assert typed.splitlines()[0] in answer.text.partition("<textarea")[2]
    assert "Working agreements</h2>" not in dana.get(cohort.url).text


def test_who_joins_reads_the_agreements_and_accepts_them(dana: Browser, nobody: Browser) -> None:
    cohort = CohortPage.make(dana)
    agree_on(cohort, "Listen first.", "Ask <b>then</b>.")
    join = f"/join/{cohort.code}"
    sent = {"name": "Gia", "position": "EL"}

    page = nobody.get(join).text
    assert "Listen first." in page
    assert "Ask &lt;b&gt;then&lt;/b&gt;." in page
    refused = nobody.post(join, sent)
    assert refused.status_code == 422
    assert 'id="agree-error"' in refused.text
    assert "Gia" not in dana.get(cohort.url).text

    assert nobody.post(join, {**sent, "agree": version_on(page)}).location == cohort.url

    hers = nobody.get(cohort.url).text
    assert "Listen first." in hers
    assert "I will keep to these" not in hers


def test_a_yes_to_agreements_that_have_just_changed_lets_nobody_in(
    dana: Browser, nobody: Browser
) -> None:
    cohort = CohortPage.make(dana)
    agree_on(cohort, "Listen first.")
    version = version_on(nobody.get(f"/join/{cohort.code}").text)
    agree_on(cohort, "Speak first.")

    sent = {"name": "Gia", "position": "EL", "agree": version}
    answer = nobody.post(f"/join/{cohort.code}", sent)

    assert answer.status_code == 422
    assert agreements.CHANGED in answer.text
    assert "Speak first." in answer.text


def test_when_agreements_change_members_are_told_and_accept_again_and_nobody_is_locked_out(
    dana: Browser, alice: Browser
) -> None:
    cohort = CohortPage.make(dana, alice)
    agree_on(cohort, "Listen first.")
    asked = alice.get(cohort.url).text
    assert "You have not accepted these yet." in asked
    assert "You have not accepted" not in dana.get(cohort.url).text
    first = version_on(asked)
    assert alice.post(f"{cohort.url}/agree", {"agree": first}).status_code == 303
    assert "not accepted" not in alice.get(cohort.url).text

    agree_on(cohort, "Speak first.")
    changed = alice.get(cohort.url).text
    assert "They have changed since you accepted them." in changed
    assert "Who is in it" in changed
    alice.post(f"{cohort.url}/agree", {"agree": first})
    assert agreements.CHANGED in alice.get(cohort.url).text
    alice.post(f"{cohort.url}/agree", {"agree": version_on(changed)})

    after = alice.get(cohort.url).text
    assert "They have changed" not in after
    assert "Speak first." in after


def test_without_agreements_nobody_is_asked(dana: Browser, alice: Browser, bob: Browser) -> None:
    cohort = CohortPage.make(dana, alice)
    agree_on(cohort, "Listen first.")
    agree_on(cohort)

    assert "agreements" not in alice.get(cohort.url).text
    assert 'name="agree"' not in bob.get(f"/join/{cohort.code}").text
    cohort.let_in(bob)
