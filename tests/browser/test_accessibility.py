"""What axe can see, on every page and in every state of one, in light and in dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import meeting, tour
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.visitor import Visitor

axe = Axe()
found: list[str] = []


def examine(visitor: Visitor, place: str) -> None:
    if re.match("after response [3-9]", place):  # the same state as the second, only longer
        return
    visitor.page.emulate_media(color_scheme="light")
    _examine(visitor, f"{place}, light", {"resultTypes": ["violations"]})
    # Only what is seen changes with the scheme.
    visitor.page.emulate_media(color_scheme="dark")
    _examine(visitor, f"{place}, dark", {"runOnly": ["color-contrast", "link-in-text-block"]})


def _examine(visitor: Visitor, place: str, options: dict[str, list[str]]) -> None:
    results = axe.run(visitor.page, options=options)
    if results.violations_count:
        found.append(f"{place}: {results.generate_report()}")


@pytest.fixture
def examined(visit: Visit) -> Visitor:
    found.clear()
    visitor = visit()
    visitor.look = examine
    return visitor


def test_the_front_has_no_violations(examined: Visitor) -> None:
    tour.visit_the_front(examined)

    assert found == []


def test_no_state_of_the_whole_walk_has_violations(examined: Visitor) -> None:
    tour.walk_with_mistakes(examined)

    assert found == []


def test_the_pages_of_an_account_have_no_violations(examined: Visitor, site: Site) -> None:
    tour.visit_own_pages(examined, site)

    assert found == []


def test_coming_together_has_no_violations(examined: Visitor, site: Site) -> None:
    meeting.go_through(examined, site)

    assert found == []


def test_the_home_page_after_much_practice_has_no_violations(
    examined: Visitor, demonstration: None
) -> None:
    tour.visit_home_after_practice(examined)

    assert found == []


def test_the_pages_of_an_admin_have_no_violations(
    examined: Visitor, site: Site, demonstration: None
) -> None:
    tour.visit_as_admin(examined, site)

    assert found == []
