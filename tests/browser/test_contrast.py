"""Lakeland's two stories as different people read and rate them."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.contrasting import LATER, THEN, begin, go_through, rate_both, rate_row, rows
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.test_accessibility import examine, found
from tests.browser.test_walks import on_a_phone
from tests.browser.tour import sign_in
from tests.browser.visitor import Keyboard, Visitor


def test_it_works_with_a_mouse_and_nothing_axe_can_see_is_wrong(visit: Visit) -> None:
    found.clear()
    visitor = visit()
    visitor.look = examine

    go_through(visitor)

    assert found == []


def test_it_works_without_javascript(visit: Visit) -> None:
    go_through(visit(java_script_enabled=False))


def test_the_first_rows_can_be_rated_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(Keyboard)
    assert isinstance(visitor, Keyboard)

    begin(visitor)
    rate_both(visitor)

    assert visitor.swaps_seen >= 2


def test_it_fits_a_phone(visit: Visit) -> None:
    visitor, unfit = on_a_phone(visit)

    go_through(visitor)

    assert unfit == []


def top_of(target: Locator) -> float:
    box = target.bounding_box()
    assert box is not None
    return box["y"]


def test_the_stories_stand_side_by_side_where_there_is_room_and_else_one_below_the_other(
    visit: Visit,
) -> None:
    for width, beside in ((1280, True), (360, False)):
        page = visit(viewport={"width": width, "height": 740}).page
        page.goto("/contrast/lakeland")
        first, second = (
            page.get_by_role("heading", level=2, name=name, exact=True) for name in (THEN, LATER)
        )
        assert (top_of(first) == top_of(second)) is beside

    page.get_by_role("navigation", name="The stories").get_by_role("link", name=LATER).click()
    expect(second).to_be_in_viewport()


def test_the_rows_save_themselves_and_wait_on_another_device(visit: Visit, site: Site) -> None:
    email = site.enrol("alice")
    first, second = visit(), visit()
    sign_in(first, email)
    begin(first)
    rate_row(first, rows(first.page).nth(1), 1)
    expect(first.page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()

    sign_in(second, email)
    second.page.goto("/contrast/lakeland")
    second.press(second.page.get_by_role("link", name="Go on rating"))

    row = rows(second.page).nth(1)
    expect(row.locator("input[type=radio]").nth(1)).to_be_checked()
    expect(row.locator(".row-sentences input").nth(1)).to_be_checked()


def test_one_list_of_sentences_is_open_at_a_time(visit: Visit) -> None:
    visitor = visit()
    begin(visitor)
    lists = visitor.page.locator("details[name=sentences]")

    for place in (0, 2):
        lists.nth(place).locator("summary").click()

    expect(visitor.page.locator("details[name=sentences][open]")).to_have_count(1)
    expect(lists.nth(2)).to_have_attribute("open", "")


def test_back_goes_page_by_page_and_shows_what_was_committed(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    begin(visitor)
    rate_both(visitor)

    page.go_back()

    expect(heading(page, "You and the reference")).to_be_visible()
    expect(page.locator("input[type=radio]")).to_have_count(0)


def test_a_window_left_behind_is_told_that_the_rows_are_committed(visit: Visit) -> None:
    visitor = visit()
    visitor.watch.expected.add(409)
    begin(visitor)
    stale = Visitor(visitor.page.context.new_page(), visitor.watch)
    stale.page.goto(visitor.page.url)
    rate_both(visitor)

    stale.tick(rows(stale.page).first.locator("input[type=radio]").first)
    stale.press(button(stale.page, "Save and go on"))

    expect(stale.page.get_by_text("This is committed already").first).to_be_visible()
    expect(heading(stale.page, "You and the reference")).to_be_visible()
