"""An export in a real browser: asked for, seen to be done, saved and opened."""

from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from lfp_trainer.services import access, cohorts, library, sharing
from lfp_trainer.services.demo import by_reference, play_run
from lfp_trainer.storage import database
from lfp_trainer.storage.models import User
from tests.browser import test_accessibility
from tests.browser.conftest import Visit
from tests.browser.pairing_cohort import make_cohort
from tests.browser.server import PASSWORD, Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor


def let_one_share(site: Site, key: str, name: str) -> None:
    """Let somebody new join a cohort, play and share what they played."""
    from datetime import UTC, datetime
    from random import Random

    email, then = site.enrol(name), datetime.now(UTC)
    with site.session() as session:
        user_id = session.scalars(sa.select(User.id).where(User.email == email)).one()
        published = library.current(session, "glowing-observations")
        with database.writing(session):
            code = session.scalar(sa.text("SELECT code FROM cohort WHERE key = :k"), {"k": key})
            cohorts.join(session, str(code), user_id=user_id, now=then)
            run = play_run(
                session, published, user_id=user_id, seat="both", habit=by_reference, stop=None,
                dice=Random(), now=then,
            )  # fmt: skip
            cohort = cohorts.find(session, key, viewer_id=user_id)
            seated = access.seat_in(session, run, viewer_id=user_id)
            sharing.agree(session, seated, cohort.id, now=datetime.now(UTC))


def to_the_page(visitor: Visitor, site: Site) -> None:
    """Make a cohort in which one shares a run, and go to its exports."""
    make_cohort(visitor, site)
    key = visitor.page.url.rsplit("/", 1)[1]
    let_one_share(site, key, "olga")
    visitor.page.reload()
    visitor.press(visitor.page.get_by_role("link", name="Export"))
    expect(heading(visitor.page, "Export")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_workbook_is_made_seen_to_be_done_and_saved_whole(
    visit: Visit, site: Site, tmp_path: Path, script: bool
) -> None:
    visitor = visit(accept_downloads=True, java_script_enabled=script)
    page = visitor.page
    to_the_page(visitor, site)
    if script:
        test_accessibility.examine(visitor, "exports")

    visitor.press(button(page, "Make the file"))
    ready = page.get_by_role("link", name="Download")
    if not script:
        for _ in range(100):
            if ready.count():
                break
            page.get_by_role("link", name="Look again").click()
    expect(ready).to_be_visible()
    with page.expect_download() as download:
        ready.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)

    assert path.suffix == ".xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "about", "people", "runs", "steps", "diagnoses", "ratings", "dictionary",
    ]  # fmt: skip
    assert [row[0] for row in book["people"].values] == ["person", "P01"]
    assert (book["steps"].max_row, book["ratings"].max_row) > (3, 3)
    assert b"Olga" not in path.read_bytes()


def test_with_names_the_password_is_typed_and_nothing_chosen_is_lost(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    to_the_page(visitor, site)
    with site.session() as session, database.writing(session):
        session.execute(sa.text("UPDATE user_session SET fresh_at = '2026-01-01 00:00:00'"))
    visitor.tick(page.get_by_label("Tables, one file each"))
    visitor.tick(page.get_by_label("With names and times"))
    visitor.press(button(page, "Make the file"))
    visitor.write(page.get_by_label("Password"), PASSWORD)
    visitor.press(button(page, "Go on"))

    expect(page.get_by_label("Tables, one file each")).to_be_checked()
    expect(page.get_by_label("With names and times")).to_be_checked()
    visitor.press(button(page, "Make the file"))
    expect(page.get_by_text("Tables, with names")).to_be_visible()
    expect(page.get_by_role("link", name="Download")).to_be_visible()
