"""One vignette in several windows, and sent several times at once."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.web.calibration import REASON, SetPage
from tests.web.conftest import values
from tests.web.test_debrief import words_of

FIRST, SECOND = "/1?strand=motivate", "/1?strand=results"


class Tab:
    """A page of one strand that stays open while others are."""

    def __init__(self, rated: SetPage, part: str = FIRST) -> None:
        self.rated = rated
        self.take(rated.get(part).text)

    def take(self, page: str) -> None:
        self.page = page
        (self.url,) = re.findall(rf'action="({self.rated.url}/\d+/\w+)"', page)
        self.hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        self.sentence = values(page, "evidence")[0]

    def send(
        self, *, act: str = "", htmx: bool = False, browser: Browser | None = None, **sent: object
    ) -> TestResponse:
        """Post the form as it is in this tab."""
        told = {"act": act} if act else {}
        hidden = {name: self.hidden[name] for name in ("window", "shown") if name in self.hidden}
        data = hidden | told | sent
        return (browser or self.rated.browser).post(self.url, data, htmx=htmx)

    def keep(self, **sent: str) -> TestResponse:
        return self.send(act="keep", htmx=True, browser=None, **sent)

    def rate(self, level: str = "2", browser: Browser | None = None) -> TestResponse:
        return self.send(level=level, evidence=[self.sentence], reason=REASON, browser=browser)


@pytest.fixture
def alices_set(alice: Browser) -> SetPage:
    return SetPage.begin(alice)


def reason_on(rated: SetPage, part: str = FIRST) -> str:
    found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", rated.get(part).text)
    return found[1] if found else ""


def test_a_tab_that_saves_itself_does_not_wipe_what_another_tab_saved(alices_set: SetPage) -> None:
    first, second = Tab(alices_set), Tab(alices_set)
    assert first.keep(reason="Half a thought").status_code == 204

    refused = second.keep(level="3")

    assert (refused.status_code, refused.headers["HX-Retarget"]) == (409, "#notice")
    assert "saved here in another window" in words_of(refused.text)
    assert reason_on(alices_set) == "Half a thought"


def test_a_tab_goes_on_saving_what_is_written_in_it(alices_set: SetPage) -> None:
    tab = Tab(alices_set)

    for words in ("Half", "Half a", "Half a thought"):
        assert tab.keep(reason=words).status_code == 204
        assert reason_on(alices_set) == words
    assert tab.rate().status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_both_are_shown_to_who_sends_over_another_tab_and_one_more_press_decides(
    alices_set: SetPage, htmx: bool
) -> None:
    first, second = Tab(alices_set), Tab(alices_set)
    first.keep(reason="Half a thought", level="4")

    refused = second.send(level="3", reason="Mine", htmx=htmx)

    assert refused.status_code == 409
    assert "4 Tailors, “Half a thought”" in words_of(refused.text)
    assert re.search(r'value="3" checked', refused.text)
    assert ">Mine</textarea>" in refused.text
    assert reason_on(alices_set) == "Half a thought"
    second.take(refused.text)
    assert second.send(act="stop", level="3", reason="Mine").status_code == 303
    assert reason_on(alices_set) == "Mine"
    assert first.keep(reason="Half a thought more").status_code == 409


def test_a_tab_in_which_nothing_was_changed_goes_on_with_what_the_other_saved(
    alices_set: SetPage,
) -> None:
    first, second = Tab(alices_set), Tab(alices_set)
    first.rate()

    assert second.send(reason="").location == f"{alices_set.url}{SECOND}"


def test_what_is_too_long_is_shown_again_and_still_knows_of_the_other_tab(
    alices_set: SetPage,
) -> None:
    first, second = Tab(alices_set), Tab(alices_set)
    first.keep(reason="Half a thought")

    refused = second.send(reason="x" * 501)

    assert refused.status_code == 422
    assert f">{'x' * 501}</textarea>" in refused.text
    second.take(refused.text)
    assert second.send(reason="x" * 500).status_code == 409


@pytest.mark.parametrize("htmx", [False, True])
def test_back_keeps_what_was_written(alices_set: SetPage, htmx: bool) -> None:
    Tab(alices_set).rate()

    back = Tab(alices_set, SECOND).send(act="back", reason="Half a thought", htmx=htmx)

    if htmx:
        assert back.headers["HX-Push-Url"] == f"{alices_set.url}{FIRST}"
        assert "strand 1 of 2" in words_of(back.text)
    else:
        assert (back.status_code, back.location) == (303, f"{alices_set.url}{FIRST}")
    assert reason_on(alices_set, SECOND) == "Half a thought"


def test_the_first_strand_has_nothing_to_go_back_to(alices_set: SetPage) -> None:
    tab = Tab(alices_set)

    assert 'value="back"' not in tab.page
    assert tab.send(act="back", reason="Half").status_code == 303
    assert reason_on(alices_set) == "Half"


def test_a_draft_that_comes_after_the_button_was_pressed_takes_nothing_back(
    alices_set: SetPage,
) -> None:
    tab = Tab(alices_set)
    assert tab.rate().status_code == 303

    late = tab.keep(level="2")

    assert late.status_code == 409
    assert reason_on(alices_set) == REASON.replace("'", "&#39;")
    assert tab.rate("4").status_code == 303


def at_once(app: Flask, sends: list[Callable[[Browser], TestResponse]]) -> list[TestResponse]:
    """Send from as many browsers of Alice's at one moment."""
    browsers = []
    for _ in sends:
        browsers.append(Browser(app))
        assert browsers[-1].sign_in("alice@district.example").status_code == 303
    barrier = threading.Barrier(len(sends))
    answers: list[TestResponse] = []

    def send(act: Callable[[Browser], TestResponse], browser: Browser) -> None:
        barrier.wait()
        answers.append(act(browser))

    threads = [
        threading.Thread(target=send, args=each) for each in zip(sends, browsers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def ready_to_commit(alices_set: SetPage) -> Tab:
    Tab(alices_set).rate()
    return Tab(alices_set, SECOND)


def test_of_several_levels_sent_at_once_one_is_committed_and_the_others_are_told(
    app: Flask, alices_set: SetPage
) -> None:
    tab = ready_to_commit(alices_set)

    answers = at_once(
        app,
        [lambda browser, n=n: tab.rate(f"{n}", browser) for n in (1, 2, 3, 4)],  # type: ignore[misc]
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    told = [words_of(answer.text) for answer in answers if answer.status_code == 409]
    assert ["committed already" in each for each in told] == [True] * 3


def test_the_same_sent_several_times_at_once_is_answered_alike(
    app: Flask, alices_set: SetPage
) -> None:
    tab = ready_to_commit(alices_set)

    answers = at_once(app, [lambda browser: tab.rate("3", browser)] * 4)

    assert {(each.status_code, each.location) for each in answers} == {(303, f"{alices_set.url}/1")}
