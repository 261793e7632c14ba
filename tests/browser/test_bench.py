"""The author's bench in a browser: the scene under the cursor, a save, a play from anywhere."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from lfp_trainer.bench.pages import create_bench
from lfp_trainer.bench.workbench import Workbench
from tests import scenarios
from tests.browser.visitor import Watch


@dataclass
class Bench:
    file: Path
    page: Page

    def save(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))


@pytest.fixture
def bench(chromium: Browser, tmp_path: Path) -> Iterator[Bench]:
    data = scenarios.scenario()
    data["scenes"]["log"]["title"] = "The log"
    data["scenes"]["visit"]["title"] = "The visit"
    file = scenarios.shelve(tmp_path, data)
    server = make_server("127.0.0.1", 0, create_bench(Workbench(file)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    context = chromium.new_context(base_url=url, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    watch = Watch(url)
    watch.over(context)
    page = context.new_page()
    page.goto("/")
    yield Bench(file, page)
    context.close()
    server.shutdown()
    thread.join(5)
    assert not watch.found


def scene(page: Page, title: str) -> None:
    expect(page.locator("#scene-title")).to_have_text(title)


def test_the_scene_under_the_cursor_is_shown(bench: Bench) -> None:
    scene(bench.page, "The log")

    bench.page.get_by_role("link", name="The visit").hover()

    scene(bench.page, "The visit")


def test_so_is_the_scene_that_is_reached_with_the_keyboard(bench: Bench) -> None:
    bench.page.get_by_role("link", name="The visit").focus()

    scene(bench.page, "The visit")


def test_a_save_is_seen_without_losing_the_scene_or_what_was_set(bench: Bench) -> None:
    page = bench.page
    page.get_by_role("link", name="The visit").hover()
    scene(page, "The visit")
    page.locator("#gauge-trust").fill("4")

    bench.save("title: The visit", "title: The second visit")

    scene(page, "The second visit")
    expect(page.locator("#gauge-trust")).to_have_value("4")


def test_a_mistake_appears_with_its_line_and_goes_when_it_is_mended(bench: Bench) -> None:
    page = bench.page
    bench.save("start: log", "start: lgo")
    expect(page.get_by_text("Did you mean 'log'?")).to_be_visible()
    expect(page.get_by_text("cannot be played")).to_be_visible()

    bench.save("start: lgo", "start: log")

    expect(page.get_by_text("Did you mean 'log'?")).to_have_count(0)
    scene(page, "The log")


def test_a_play_begins_at_the_scene_with_the_gauges_that_were_set(bench: Bench) -> None:
    page = bench.page
    page.get_by_role("link", name="The visit").hover()
    scene(page, "The visit")
    page.locator("#gauge-trust").fill("-3")
    page.get_by_role("button", name="Play from here").click()
    expect(page.get_by_text("She smiles.")).to_have_count(0)

    page.locator("button.choice").first.click()

    expect(page.get_by_role("heading", name="Alone")).to_be_visible()
    page.get_by_role("link", name="Back to the map").click()
    scene(page, "The visit")
    expect(page.locator("#gauge-trust")).to_have_value("-3")


def test_a_play_follows_a_save(bench: Bench) -> None:
    page = bench.page
    page.goto("/play?scene=visit&gauge-trust=2")
    expect(page.get_by_text("She smiles.")).to_be_visible()

    bench.save("She smiles.", "She laughs.")

    expect(page.get_by_text("She laughs.")).to_be_visible()
    expect(page.get_by_text("A name +2")).to_be_visible()


def test_the_bench_has_no_violations_and_fits_a_small_window(bench: Bench) -> None:
    axe = Axe()
    for place in ("/", "/play?scene=visit"):
        bench.page.goto(place)
        for scheme in ("light", "dark"):
            bench.page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            results = axe.run(bench.page, options={"resultTypes": ["violations"]})
            assert not results.violations_count, results.generate_report()
        bench.page.set_viewport_size({"width": 360, "height": 740})
        assert bench.page.evaluate("document.documentElement.scrollWidth") <= 360
