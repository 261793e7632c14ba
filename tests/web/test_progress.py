"""The page that says who of a cohort stands where: to who facilitates it, and nothing private."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lfp_trainer.services import access, assignments, cohorts, library, sharing
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Mode, Required
from lfp_trainer.web.extensions import db
from tests.conftest import HTMX, NOON, Browser
from tests.statements import all_counted
from tests.web.cohorting import CohortPage
from tests.web.conftest import SCENARIO, RunPage, start


@dataclass
class Followed:
    """A cohort that Dana facilitates, and its page of progress."""

    app: Flask
    dana: Browser
    cohort: CohortPage

    @property
    def key(self) -> str:
        return self.cohort.url.rsplit("/", 1)[1]

    def page(self, browser: Browser | None = None, of: str = SCENARIO) -> TestResponse:
        return (browser or self.dana).get(f"{self.cohort.url}/progress?of={of}")

    def look(
        self, browser: Browser | None = None, tag: str = "", of: str = SCENARIO
    ) -> TestResponse:
        headers = HTMX | ({"HX-PTag": tag} if tag else {})
        client = (browser or self.dana).client
        return client.get(f"{self.cohort.url}/progress/live?of={of}", headers=headers)

    def share(self, run: RunPage) -> None:
        with self.app.app_context(), writing(db.session):
            viewer_id = self.dana.user_id
            cohort = cohorts.find(db.session, self.key, viewer_id=viewer_id)
            seated = access.seat_in(db.session, run.key, viewer_id=run.browser.user_id)
            sharing.agree(db.session, seated, cohort.id, now=datetime.now(UTC))

    def withdraw(self, run: RunPage) -> None:
        with self.app.app_context(), writing(db.session):
            seated = access.seat_in(db.session, run.key, viewer_id=run.browser.user_id)
            sharing.withdraw(db.session, seated)

    def assign(self, *required: Required) -> str:
        with self.app.app_context(), writing(db.session):
            return assignments.assign(
                db.session, cohorts.find(db.session, self.key, viewer_id=self.dana.user_id),
                library.current(db.session, SCENARIO), mode=Mode.ALONE, start_key="set",
                required=required, now=NOON,
            )  # fmt: skip


@pytest.fixture
def followed(app: Flask, dana: Browser, alice: Browser, bob: Browser) -> Followed:
    return Followed(app, dana, CohortPage.make(dana, alice, bob))


def rows(answer: TestResponse) -> dict[str, str]:
    """Return who is said to stand where."""
    found = re.findall(
        r'<tr id="who-\d+">\s*<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', answer.text, re.S
    )

    def words(text: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", text).split())

    return {words(who): words(where) for who, where in found}


def test_it_says_by_name_who_stands_where_and_how_many(followed: Followed, alice: Browser) -> None:
    run = start(alice).to_rating()
    followed.share(run)

    page = followed.page()

    assert rows(page) == {"EL Alice": "Rating", "EL Bob": "Not begun"}
    assert "<b>0 of 2</b> have finished" in page.text
    assert re.search(r"Rating</th>.*?<b>1</b>", page.text, re.S)
    assert 'aria-current="page">Progress</a>' in page.text


def test_who_has_still_to_rate_once_more_is_shown_that_and_has_not_finished(
    followed: Followed, alice: Browser
) -> None:
    key = followed.assign(*Required)
    run = start(alice).to_the_end()
    followed.share(run)
    with followed.app.app_context(), writing(db.session):
        assigned, _ = assignments.find(db.session, key, viewer_id=alice.user_id)
        assignments.belongs_to(db.session, run.key, assigned)

    page = followed.page(of=key)

    assert rows(page)["EL Alice"] == "Next: rate once more"
    assert "<b>0 of 2</b> have finished, 1 is under way" in page.text


def test_nothing_that_anybody_answered_stands_on_it(followed: Followed, alice: Browser) -> None:
    run = start(alice).to_the_end()
    followed.share(run)

    page = followed.page().text + followed.look().text

    assert "Finished" in page
    script_words = ("words on the diagnosis", "reason for her rating", "It seemed right.")
    assert [each for each in (*script_words, "walks out", "goal of Alice") if each in page] == []
    with followed.app.app_context():
        script = library.current(db.session, SCENARIO).script
    assert [each.title for each in script.scenario.endings if each.title in page] == []


def test_a_private_run_changes_nothing_on_the_page_or_in_its_tag(
    followed: Followed, alice: Browser, bob: Browser
) -> None:
    followed.share(start(bob).to_diagnosis())
    before, tag = rows(followed.page()), followed.look().headers["HX-PTag"]

    start(alice).to_the_end()

    assert rows(followed.page()) == before
    assert before["EL Alice"] == "Not begun"
    assert followed.look(tag=tag).status_code == 304


def test_nothing_is_sent_while_nothing_has_changed(followed: Followed, alice: Browser) -> None:
    run = start(alice)
    followed.share(run)
    first = followed.look()
    tag = first.headers["HX-PTag"]
    assert first.text.lstrip().startswith('<section id="standing"')
    again = followed.look(tag=tag)
    assert (again.status_code, again.data) == (304, b"")

    run.to_diagnosis()

    changed = followed.look(tag=tag)
    assert changed.status_code == 200
    assert rows(changed)["EL Alice"] == "Diagnosis"


def test_who_takes_it_back_has_not_begun_for_a_page_that_looks_already(
    followed: Followed, alice: Browser
) -> None:
    run = start(alice).to_diagnosis()
    followed.share(run)
    tag = followed.look().headers["HX-PTag"]

    followed.withdraw(run)

    after = followed.look(tag=tag)
    assert (after.status_code, rows(after)["EL Alice"]) == (200, "Not begun")


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "ada", "another"])
def test_nobody_but_who_facilitates_it_gets_there(
    request: pytest.FixtureRequest, followed: Followed, alice: Browser, who: str
) -> None:
    followed.share(start(alice).to_the_end())
    if who == "another":
        other: Browser = request.getfixturevalue("arrive")("eve")
        CohortPage.make(request.getfixturevalue("ada"), other)
    else:
        other = request.getfixturevalue(who)
    assert "Finished" in followed.page().text

    for answer in (followed.page(other), followed.look(other), followed.page(other, of="x")):
        assert answer.status_code == 404
        assert "Finished" not in answer.text
    assert "/progress" not in other.get(followed.cohort.url).text


def test_what_is_set_is_chosen_by_a_link_and_nothing_else_is_there(
    followed: Followed, alice: Browser
) -> None:
    assert "Nothing to follow yet" in followed.page(of="").text
    key = followed.assign()
    followed.share(start(alice).to_diagnosis())

    first = followed.page(of="")
    links = re.findall(r'/progress\?of=([\w-]+)"', first.text.split("</nav>")[-2])

    assert links == [key, SCENARIO]
    assert rows(first) == rows(followed.page(of=key))
    assert rows(first)["EL Alice"] == "Not begun"
    assert rows(followed.page(of=SCENARIO))["EL Alice"] == "Diagnosis"
    assert followed.page(of="no-such-thing").status_code == 404


def test_without_scripts_looking_again_leads_to_the_page(followed: Followed) -> None:
    followed.assign()
    again = re.search(r'id="look-again" href="([^"]+)"', followed.page(of="").text)
    assert again
    assert "Who stands where" in followed.dana.get(again[1]).text

    answer = followed.dana.get(f"{followed.cohort.url}/progress/live?of={SCENARIO}")

    assert answer.location == f"{followed.cohort.url}/progress?of={SCENARIO}"


@pytest.mark.parametrize("people", [3, 30])
def test_a_look_costs_the_same_for_three_people_and_thirty(
    app: Flask, followed: Followed, people: int
) -> None:
    for number in range(people - 2):
        member = Browser(app)
        followed.cohort.let_in(member, name=f"Person {number:02}")
    key = followed.assign()
    first = followed.look(of=key)

    with all_counted(app) as statements:
        again = followed.look(tag=first.headers["HX-PTag"], of=key)

    assert (len(rows(first)), again.status_code) == (people, 304)
    assert len(statements) == STATEMENTS


STATEMENTS = 7
"""Who asks; the cohort; what is set; what is shared beside; seats; steps; members."""
