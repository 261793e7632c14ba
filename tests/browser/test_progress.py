"""A facilitator watches two people go on: the page changes by itself under their hands."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.services import cohorts, demo, sharing
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Cohort
from tests.browser import pairing_cohort, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.couple import Couple
from tests.browser.server import Site
from tests.browser.story import heading
from tests.browser.tour import sign_in
from tests.browser.visitor import MARK_ALL, Visitor

IN_PLACE = "window.before.has(document.activeElement) && document.activeElement.id"
SAME_LINE = "window.before.has(document.querySelector('.standing-sum'))"


@dataclass
class Watched:
    """Dana at the page of progress, and two who show her what they play together."""

    dana: Visitor
    couple: Couple

    @classmethod
    def begin(cls, site: Site, visit: Visit, **options: object) -> "Watched":
        dana = visit(**options)
        code = pairing_cohort.make_cohort(dana, site)[-8:]
        couple = Couple.meet(site, visit, **options)
        with couple.together() as together, database.writing(together.session):
            session, now = together.session, datetime.now(UTC)
            cohort_id = session.scalars(sa.select(Cohort.id).where(Cohort.code == code)).one()
            for each in (couple.alice_id, couple.bob_id):
                cohorts.join(session, code, user_id=each, now=now)
                sharing.agree(session, together.seat(each), cohort_id, now=now)
        dana.page.reload()
        dana.press(dana.page.get_by_role("link", name="Progress", exact=True))
        expect(heading(dana.page, "Progress")).to_be_visible()
        return cls(dana, couple)

    def expect(self, alice: str, bob: str, summary: str) -> None:
        page = self.dana.page
        for user_id, where in ((self.couple.alice_id, alice), (self.couple.bob_id, bob)):
            expect(page.locator(f"#who-{user_id} td")).to_have_text(where, use_inner_text=True)
        expect(page.locator(".standing-sum")).to_have_text(summary)


def test_the_page_changes_by_itself_and_keeps_the_focus(site: Site, visit: Visit) -> None:
    watched = Watched.begin(site, visit)
    page = watched.dana.page
    watched.expect("Case", "Case", "0 of 2 have finished, 2 are under way.")
    page.locator("#look-again").focus()
    page.evaluate(MARK_ALL)

    watched.couple.commit(watched.couple.alice_id)
    watched.expect(
        "Role-play waiting for the other", "Case",
        "0 of 2 have finished, 2 are under way: 1 waiting.",
    )  # fmt: skip
    watched.couple.commit(watched.couple.bob_id)
    watched.expect("Role-play", "Role-play", "0 of 2 have finished, 2 are under way.")

    assert page.evaluate(IN_PLACE) == "look-again"
    assert page.evaluate(SAME_LINE)  # a live region that is replaced is not read out


def test_without_scripts_it_changes_on_looking_again(site: Site, visit: Visit) -> None:
    watched = Watched.begin(site, visit, java_script_enabled=False)
    page = watched.dana.page
    watched.couple.commit(watched.couple.alice_id)
    watched.expect("Case", "Case", "0 of 2 have finished, 2 are under way.")

    watched.dana.press(page.get_by_role("link", name="Look again"))

    watched.expect(
        "Role-play waiting for the other", "Case",
        "0 of 2 have finished, 2 are under way: 1 waiting.",
    )  # fmt: skip


@pytest.mark.usefixtures("demonstration")
def test_the_page_of_progress_has_no_violations_and_fits_a_phone(visit: Visit) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    page = visitor.page
    sign_in(visitor, "facilitator@demo.example", demo.PASSWORD)
    page.goto("/cohorts")
    visitor.press(page.get_by_role("link", name="Lakeland County, spring"))
    visitor.press(page.get_by_role("link", name="Progress", exact=True))
    expect(page.locator(".standing-sum")).to_contain_text("17 of 24 have finished")

    test_accessibility.examine(visitor, "progress")
    page.set_viewport_size({"width": 320, "height": 700})

    assert test_accessibility.found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
