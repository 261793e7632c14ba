"""A sign-in that ends while somebody writes: not one word is lost."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lfp_trainer.storage import database
from lfp_trainer.storage.models import Diagnosis, UserSession
from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, option
from tests.browser.tour import fill_in, sign_in
from tests.browser.visitor import Visitor

DRAFT_SENT = 2_000
"""Milliseconds after the last letter by which the draft of it is surely answered."""
FIELD = "Which words of the case show it?"
# As many characters as a field takes, and every word another.
WORDS = " ".join(f"word{number}" for number in range(200))[:1000].rstrip()


def begin(visitor: Visitor, site: Site) -> str:
    """Come to an open diagnosis, signed in; return the email."""
    visitor.watch.expected |= {400, 401}
    email = site.enrol("alice")
    sign_in(visitor, email)
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    return email


def answer_everything(visitor: Visitor) -> None:
    story.write_diagnosis(visitor)
    visitor.write(visitor.page.get_by_label(FIELD), WORDS)


def end_sessions(site: Site) -> None:
    with site.session() as session, database.writing(session):
        session.execute(sa.delete(UserSession))


def sign_in_elsewhere(visitor: Visitor, email: str) -> None:
    """Follow the link to sign in, which opens a tab of its own."""
    with visitor.page.context.expect_page() as opened:
        visitor.press(visitor.page.get_by_role("link", name="Sign in in a new tab"))
    other = Visitor(opened.value, visitor.watch)
    fill_in(other, email)
    expect(other.page.get_by_label(FIELD)).to_be_visible()
    other.page.close()


def stored(site: Site) -> list[str]:
    with site.session() as session:
        rows = session.scalars(
            sa.select(Diagnosis.reason).where(Diagnosis.committed_at.is_not(None))
        )
        return [reason for reason in rows if reason == WORDS]


def is_committed(page: Page) -> None:
    expect(page.get_by_text("Rating 1 of")).to_be_visible()


def test_words_typed_after_the_sign_in_ended_are_sent_after_the_next(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    email = begin(visitor, site)
    before = len(stored(site))
    end_sessions(site)
    answer_everything(visitor)
    visitor.press(button(page, "Commit my diagnosis"))
    expect(page.get_by_text("what you wrote is still on this page")).to_be_visible()
    expect(page.get_by_label(FIELD)).to_have_value(WORDS)
    # A draft still on its way would renew the page after the sign-in, and nothing be left to see.
    page.wait_for_timeout(DRAFT_SENT)

    sign_in_elsewhere(visitor, email)
    visitor.press(button(page, "Commit my diagnosis"))
    visitor.press(button(page, "Send it again"))

    is_committed(page)
    assert len(stored(site)) == before + 1


def test_without_javascript_no_word_is_lost_either(visit: Visit, site: Site) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    email = begin(visitor, site)
    before = len(stored(site))
    end_sessions(site)
    answer_everything(visitor)
    visitor.press(button(page, "Commit my diagnosis"))
    expect(page.get_by_label("Reason")).to_have_value(WORDS)

    sign_in_elsewhere(visitor, email)
    visitor.press(button(page, "Send it again"))
    expect(page.get_by_label("Reason")).to_have_value(WORDS)
    visitor.press(button(page, "Send it again"))

    is_committed(page)
    assert len(stored(site)) == before + 1


def test_a_draft_refused_while_somebody_writes_leaves_them_where_they_are(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    begin(visitor, site)
    end_sessions(site)

    visitor.tick(option(page, "systems", "ILR"))
    page.get_by_label(FIELD).focus()
    page.keyboard.type("He makes a note")

    expect(page.get_by_text("what you wrote is still on this page")).to_be_visible()
    expect(page.get_by_label(FIELD)).to_be_focused()
    expect(page.get_by_label(FIELD)).to_have_value("He makes a note")


def test_drafts_are_saved_again_after_signing_in_elsewhere(visit: Visit, site: Site) -> None:
    visitor = visit()
    page = visitor.page
    email = begin(visitor, site)
    end_sessions(site)
    visitor.tick(option(page, "systems", "ILR"))
    sign_in_elsewhere(visitor, email)

    visitor.tick(option(page, "who", "partner"))
    expect(page.get_by_text("It is renewed")).to_be_visible()
    visitor.tick(option(page, "what", "SK"))

    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    page.reload()
    expect(option(page, "systems", "ILR")).to_be_checked()


def enrol_charlie(visitor: Visitor, site: Site) -> None:
    """Let Charlie sign in beside the page, in the same browser."""
    sign_in_beside(visitor, site.enrol("charlie"))


def sign_in_beside(visitor: Visitor, email: str) -> None:
    other = Visitor(visitor.page.context.new_page(), visitor.watch)
    visitor.page.context.clear_cookies()
    sign_in(other, email)
    other.page.close()


@pytest.mark.parametrize("script", [True, False])
def test_words_written_before_somebody_else_signed_in_are_kept_for_their_writer(
    visit: Visit, site: Site, script: bool
) -> None:
    visitor = visit(java_script_enabled=script)
    page = visitor.page
    email = begin(visitor, site)
    before = len(stored(site))
    answer_everything(visitor)
    enrol_charlie(visitor, site)
    visitor.press(button(page, "Commit my diagnosis"))
    expect(
        page.get_by_text("Somebody else is signed in here now, so nothing was saved")
    ).to_be_visible()
    expect(button(page, "Send it again")).to_have_count(0)
    words = page.get_by_label(FIELD if script else "Reason")
    expect(words).to_have_value(WORDS)
    expect(words).to_be_editable(editable=script)
    # A draft still on its way would come to its writer's run once it is committed.
    page.wait_for_timeout(DRAFT_SENT)

    sign_in_beside(visitor, email)
    visitor.press(button(page, "Commit my diagnosis" if script else "I have signed in again"))
    visitor.press(button(page, "Send it again"))

    is_committed(page)
    assert len(stored(site)) == before + 1


def test_what_is_offered_to_be_sent_again_goes_once_the_page_itself_has_sent_it(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    page = visitor.page
    email = begin(visitor, site)
    answer_everything(visitor)
    end_sessions(site)
    visitor.press(button(page, "Commit my diagnosis"))
    expect(page.get_by_text("what you wrote is still on this page")).to_be_visible()
    page.wait_for_timeout(DRAFT_SENT)
    sign_in_elsewhere(visitor, email)
    visitor.press(button(page, "Commit my diagnosis"))
    expect(button(page, "Send it again")).to_be_visible()

    page.evaluate(
        "document.querySelector('main form [name=csrf_token]').value ="
        " document.querySelector('#notice [name=csrf_token]').value"
    )
    visitor.press(button(page, "Commit my diagnosis"))

    is_committed(page)
    expect(button(page, "Send it again")).to_have_count(0)
