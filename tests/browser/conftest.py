"""A real server and a real Chromium. Where there is none, the tests say so and are left out."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.server import Site
from tests.browser.visitor import Visitor, Watch

HERE = Path(__file__).parent
pytest.register_assert_rewrite("tests.browser.workshop_numbers", "tests.browser.workshop_papers")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The first is the same engine without windows and menus, which cost more than the pages.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATIENCE = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def launch(playwright: Playwright, path: str) -> Browser:
    # Inside a container run by root no sandbox starts.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    return playwright.chromium.launch(executable_path=path, args=flags)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        reason = f"none of {', '.join(CHROMIUMS)} on the PATH: left out"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def demonstration(site: Site) -> None:
    """The people of the demonstration, with the runs they have played."""
    site.show_demonstration()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Open a browser that has never been here; afterwards, fail for what it complained about."""
    opened = []

    def visit(hands: type[Visitor] = Visitor, **options: Any) -> Visitor:
        # Without smooth scrolling nothing has to be waited for.
        settings = {"base_url": site.url, "reduced_motion": "reduce"} | options
        context = chromium.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        watch = Watch(site.url)
        watch.over(context)
        opened.append((context, watch))
        return hands(context.new_page(), watch)

    yield visit
    complaints = []
    for context, watch in opened:
        context.close()
        complaints += watch.found
    assert not complaints
