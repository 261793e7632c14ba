"""The next step comes back in a real browser: by mouse, keyboard, without a script, by calendar."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from playwright.sync_api import Page, expect

from lfp_trainer.storage import database
from lfp_trainer.storage.models import NextStep, Outcome, User
from tests.browser import owning, story, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.owning import card, come_home, person_with_runs
from tests.browser.server import Site
from tests.browser.story import button
from tests.browser.visitor import Keyboard, Visitor

HANDS = [
    pytest.param(Visitor, {}, id="mouse"),
    pytest.param(Keyboard, {}, id="keyboard"),
    pytest.param(Visitor, {"java_script_enabled": False}, id="without JavaScript"),
    pytest.param(Visitor, {"viewport": {"width": 360, "height": 740}}, id="phone"),
]


def answers_of(site: Site, email: str) -> list[Outcome | None]:
    """Return what somebody said of each of their next steps, the latest first."""
    with site.session() as session:
        return list(
            session.scalars(
                sa.select(NextStep.answer)
                .join(User, User.id == NextStep.user_id)
                .where(User.email == email)
                .order_by(NextStep.saved_at.desc())
            )
        )


def widest(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(("hands", "options"), HANDS)
def test_somebody_who_returns_says_what_became_of_it_and_changes_it(
    visit: Visit, site: Site, hands: type[Visitor], options: dict[str, object]
) -> None:
    visitor = visit(hands, **options)
    email = person_with_runs(site, "nora", 1, 9)
    come_home(visitor, email)

    visitor.press(button(visitor.page, "Did it"))

    expect(card(visitor).get_by_text("You said: Did it")).to_be_visible()
    expect(button(visitor.page, "Did it")).to_have_count(0)
    visitor.at("home, answered")
    assert answers_of(site, email) == [Outcome.DONE, None]
    assert widest(visitor.page) <= 0

    visitor.press(card(visitor).get_by_role("link", name="Change it"))
    expect(visitor.page.get_by_role("heading", name="My next steps")).to_be_visible()
    row = visitor.page.locator(".run-row").first
    visitor.press(row.get_by_role("button", name="Changed my mind"))
    expect(row.get_by_text("You said: Changed my mind")).to_be_visible()
    assert answers_of(site, email) == [Outcome.DROPPED, None]
    assert widest(visitor.page) <= 0


def test_the_heading_takes_focus_where_an_answer_was_swapped_in(visit: Visit, site: Site) -> None:
    visitor = visit()
    come_home(visitor, person_with_runs(site, "nora", 1))

    visitor.press(button(visitor.page, "Not yet"))

    expect(card(visitor).get_by_role("heading", name="Your next step")).to_be_focused()
    expect(visitor.page).to_have_url(f"{site.url}/home")


def test_a_double_click_is_one_answer(visit: Visit, site: Site) -> None:
    visitor = visit()
    email = person_with_runs(site, "nora", 1)
    come_home(visitor, email)

    button(visitor.page, "Not yet").dblclick()

    expect(card(visitor).get_by_text("You said: Not yet")).to_be_visible()
    assert answers_of(site, email) == [Outcome.NOT_YET]


def test_an_older_tab_says_what_was_said_since_and_overwrites_nothing(
    visit: Visit, site: Site
) -> None:
    visitor = visit()
    email = person_with_runs(site, "nora", 1)
    come_home(visitor, email)
    visitor.watch.expected.add(409)
    other = visitor.page.context.new_page()
    other.goto("/home")
    button(other, "Did it").click()
    expect(other.get_by_text("You said: Did it")).to_be_visible()

    visitor.press(button(visitor.page, "Changed my mind"))

    expect(card(visitor).get_by_text("You said: Did it")).to_be_visible()
    expect(card(visitor).get_by_text("in another window")).to_be_visible()
    assert answers_of(site, email) == [Outcome.DONE]
    test_accessibility.found.clear()
    visitor.look = test_accessibility.examine
    visitor.at("home, said otherwise since")
    assert test_accessibility.found == []


@pytest.mark.parametrize(("hands", "options"), HANDS)
def test_the_calendar_of_all_is_offered_while_something_is_open_and_to_come(
    visit: Visit, site: Site, hands: type[Visitor], options: dict[str, object]
) -> None:
    visitor = visit(hands, **options)
    email = person_with_runs(site, "nora", 1)
    plan_ahead(site, email)
    come_home(visitor, email)
    visitor.page.goto("/next-steps")
    all_of_them = visitor.page.get_by_role("link", name="Add those still to come to my calendar")
    row = visitor.page.locator(".run-row").first
    expect(all_of_them).to_be_visible()

    visitor.press(row.get_by_role("button", name="Did it"))
    expect(row.get_by_text("You said: Did it")).to_be_visible()
    expect(all_of_them).to_have_count(0)
    assert widest(visitor.page) <= 0

    visitor.press(row.get_by_role("button", name="Not yet"))
    expect(row.get_by_text("You said: Not yet")).to_be_visible()
    expect(all_of_them).to_be_visible()


def test_the_front_door_leads_home_to_it(visit: Visit, site: Site) -> None:
    visitor = visit()
    come_home(visitor, person_with_runs(site, "nora", 1))
    visitor.page.goto("/")

    visitor.press(visitor.page.get_by_role("link", name="What became of it?"))

    expect(card(visitor)).to_be_visible()


def plan_ahead(site: Site, email: str) -> None:
    """Put the day of each next step of somebody into the time to come."""
    with site.session() as session, database.writing(session):
        theirs = sa.select(User.id).where(User.email == email).scalar_subquery()
        session.execute(
            sa.update(NextStep)
            .where(NextStep.user_id == theirs)
            .values(due_on=datetime.now(UTC).date() + timedelta(days=5))
        )


@pytest.mark.parametrize("script", [True, False])
def test_the_calendar_file_that_arrives_holds_the_day(
    visit: Visit, site: Site, tmp_path: Path, script: bool
) -> None:
    visitor = visit(accept_downloads=True, java_script_enabled=script)
    page = visitor.page
    email = person_with_runs(site, "nora", 1, 2, 3)
    plan_ahead(site, email)
    come_home(visitor, email)
    page.goto("/next-steps")
    sentences = page.locator(".returned-sentence").all_inner_texts()

    with page.expect_download() as one:
        visitor.press(page.locator(".run-row").first.get_by_role("link", name="Add to my calendar"))
    with page.expect_download() as every:
        visitor.press(page.get_by_role("link", name="Add those still to come to my calendar"))

    assert one.value.suggested_filename == "next-step.ics"
    assert every.value.suggested_filename == "next-steps.ics"
    found = []
    for download in (one.value, every.value):
        path = tmp_path / download.suggested_filename
        download.save_as(path)
        found.append(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    assert [event["SUMMARY"] for event in found[0]] == sentences[:1]
    assert [event["SUMMARY"] for event in found[1]] == sentences
    page.goto(str(found[0][0]["URL"]))
    expect(page.get_by_text("You are walking out with")).to_be_visible()


def test_after_a_whole_walk_the_step_waits_at_home_and_in_the_calendar(visit: Visit) -> None:
    visitor = visit(accept_downloads=True)
    story.play_through(visitor)
    page = visitor.page

    with page.expect_download() as download:
        visitor.press(page.get_by_role("link", name="Add to my calendar"))
    (event,) = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert event["SUMMARY"] == story.SENTENCE
    assert event.decoded("DTSTART") == story.DAY
    visitor.press(page.get_by_role("link", name="To my practice"))

    expect(card(visitor).get_by_text(story.SENTENCE, exact=True)).to_be_visible()


def test_no_state_of_next_steps_has_violations(visit: Visit, site: Site) -> None:
    visitor = visit()
    visitor.look = test_accessibility.examine
    test_accessibility.found.clear()

    owning.go_through_next_steps(visitor, site)
    visitor.page.goto("/")
    visitor.at("front door")

    assert test_accessibility.found == []
