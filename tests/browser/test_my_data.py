"""One's data in a real browser: the files that arrive are opened, the account is gone."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lfp_trainer.storage.models import Model, NextStep, User, UserSession
from tests.browser import owning, story, test_accessibility, tour
from tests.browser.conftest import Visit
from tests.browser.owning import person_with_runs
from tests.browser.server import PASSWORD, Site
from tests.browser.story import button, heading
from tests.browser.visitor import Keyboard, Visitor
from tests.conftest import NOON

NASTY = '=HYPERLINK("http://x.example";"go")\nsecond line, with "quotes" and é 😀'


def id_of(site: Site, email: str) -> int:
    with site.session() as session:
        return session.scalars(sa.select(User.id).where(User.email == email)).one()


def save(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("script", [True, False])
def test_both_files_arrive_whole_and_hold_what_the_person_wrote(
    visit: Visit, site: Site, tmp_path: Path, script: bool
) -> None:
    email, other = person_with_runs(site, "olga", 1, 2), person_with_runs(site, "paul", 1)
    with site.session() as session:
        mine = sa.update(NextStep).where(NextStep.user_id == id_of(site, email))
        session.execute(mine.values(goal=NASTY))
        session.commit()
    visitor = visit(accept_downloads=True, java_script_enabled=script)
    page = visitor.page
    tour.sign_in(visitor, email)
    page.goto("/account")
    visitor.press(page.get_by_role("link", name="See and download my data"))

    document = save(page, "Download one file for a program", tmp_path)
    archive = save(page, "Download tables for a spreadsheet", tmp_path)

    assert (document.suffix, archive.suffix) == (".json", ".zip")
    told = json.loads(document.read_bytes())
    assert told["tables"]["user"][0]["email"] == email
    assert {row["goal"] for row in told["tables"]["next_step"]} == {NASTY}
    assert len(told["tables"]["run"]) == 2
    assert other not in document.read_text()
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        files = {name: opened.read(name).decode("utf-8-sig") for name in opened.namelist()}
    tables = {name: list(csv.DictReader(io.StringIO(files[name], newline="")))
              for name in files if name.endswith(".csv")}  # fmt: skip
    assert {row["goal"] for row in tables["next_step.csv"]} == {f"'{NASTY}"}
    assert len(tables["step.csv"]) == len(told["tables"]["step"]) > 0
    assert tables["dictionary.csv"][0].keys() == told["dictionary"][0].keys()
    assert "apostrophe" in files["read-me.txt"]
    assert all(other not in content for content in files.values())


def test_a_password_typed_long_ago_is_asked_for_and_then_the_file_comes(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    email = site.enrol("olga")
    visitor = visit(accept_downloads=True)
    page = visitor.page
    tour.sign_in(visitor, email)
    with site.session() as session:
        mine = sa.update(UserSession).where(UserSession.user_id == id_of(site, email))
        session.execute(mine.values(fresh_at=NOON))
        session.commit()
    page.goto("/account/data")
    visitor.press(page.get_by_role("link", name="Download one file for a program"))
    expect(heading(page, "Is it you?")).to_be_visible()
    visitor.write(page.get_by_label("Password"), PASSWORD)
    visitor.press(button(page, "Go on"))
    expect(heading(page, "My data")).to_be_visible()

    path = save(page, "Download one file for a program", tmp_path)

    assert json.loads(path.read_bytes())["tables"]["user"][0]["email"] == email


HANDS = [
    pytest.param(Visitor, {}, id="mouse"),
    pytest.param(Keyboard, {}, id="keyboard"),
    pytest.param(Visitor, {"java_script_enabled": False}, id="without JavaScript"),
    pytest.param(Visitor, {"viewport": {"width": 360, "height": 740}}, id="phone"),
]


@pytest.mark.parametrize(("hands", "options"), HANDS)
def test_an_account_that_is_deleted_on_the_page_is_in_no_table(
    visit: Visit, site: Site, hands: type[Visitor], options: dict[str, object]
) -> None:
    visitor = visit(hands, **options)
    page = visitor.page
    email = person_with_runs(site, "olga", 1, 2)
    user_id = id_of(site, email)
    tour.sign_in(visitor, email)
    page.goto("/account")
    visitor.press(page.get_by_role("link", name="Delete my account"))
    expect(heading(page, "Delete my account")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    visitor.write(page.get_by_label("Your password"), PASSWORD)
    visitor.tick(page.get_by_role("checkbox"))

    visitor.press(button(page, "Delete my account"))

    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    with site.session() as session:
        for table in Model.metadata.sorted_tables:
            for column in table.c:
                if any(key.column.table.name == "user" for key in column.foreign_keys):
                    assert session.scalar(sa.select(sa.func.count()).where(column == user_id)) == 0
        assert session.scalar(sa.select(User.id).where(User.id == user_id)) is None
    held = b"".join(path.read_bytes() for path in site.folder.glob("lfp.db*"))
    assert email.encode() not in held


def test_a_guest_deletes_what_they_practiced(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    story.begin_as_guest(visitor)
    address = page.url
    page.goto("/account/data")
    visitor.press(page.get_by_role("link", name="Delete my practice"))
    visitor.tick(page.get_by_role("checkbox"))
    visitor.press(button(page, "Delete my practice"))

    expect(page.get_by_text("is deleted")).to_be_visible()
    page.goto(address)
    expect(heading(page, "Sign in")).to_be_visible()


def test_no_state_of_ones_data_has_violations(visit: Visit, site: Site) -> None:
    visitor = visit()
    visitor.look = test_accessibility.examine
    test_accessibility.found.clear()

    owning.go_through_my_data(visitor, site)

    assert test_accessibility.found == []
