"""A workshop from the code on the wall to the file of what was shared, in eight windows.

The numbers on each page are counted again from the rows by ``raw_rows``, and have to agree.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import story, test_accessibility, workshop, workshop_numbers, workshop_papers
from tests.browser.conftest import Visit
from tests.browser.raw_rows import SCENARIO, Raw
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor
from tests.browser.workshop import Guest

FIRST = ("decision:log", "rating:partner/motivate")
PHASES = ("Question", "Split", "Reference", "What followed")
SOON = 3_000
LOOKED_AT = ("Split", "Reference", "Sentences")
"""Of the phases; ``test_projector`` looks at all of them."""


@dataclass
class Workshop:
    """Dana, whom she leads, and the rows that it all leaves."""

    site: Site
    dana: Visitor
    guests: list[Guest]
    cohort: str

    @property
    def page(self) -> Page:
        return self.dana.page

    def raw(self) -> Raw:
        return Raw.read(self.site, self.cohort)

    def whose(self, way: str) -> list[Guest]:
        return [each for each in self.guests if each.shares == way]

    def progress(self) -> None:
        """Dana's page, which nobody touches, says what the rows say; whoever plays privately has
        not begun."""
        workshop_numbers.progress_becomes(self.page, self.raw())
        for each in self.whose("never"):
            row = self.page.locator(".standings tr", has_text=each.name)
            expect(row.locator("td")).to_have_text("Not begun", use_inner_text=True)


def test_every_number_of_a_workshop_is_what_its_rows_say(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    test_accessibility.found.clear()
    dana = visit(accept_downloads=True, **workshop.LAPTOP)
    dana.look = test_accessibility.examine
    cohort, code = workshop.make_cohort(dana, site)
    it = Workshop(site, dana, workshop.cast(), cohort)
    for guest in it.guests:
        workshop.come(guest, visit, code)
    # Who shares later sees pages that nobody else sees; the others' are looked at elsewhere.
    it.guests[4].visitor.look = test_accessibility.examine
    they_play_while_dana_watches(it)
    review(it)
    on_the_screen(it)
    plan(it, tmp_path)
    before = export(it, tmp_path)
    one_takes_it_back(it, before, tmp_path)
    assert test_accessibility.found == []


def they_play_while_dana_watches(it: Workshop) -> None:
    page = it.page
    page.goto(it.cohort)
    workshop.go(it.dana, "Progress", "Progress")
    page.evaluate("window.here = true")
    it.progress()
    let(it.guests, workshop.begin)
    it.progress()
    let(it.guests[:4], workshop.answer)
    it.progress()
    let(it.guests[:2], partial(workshop.converse, most=3))
    it.progress()
    let(it.guests[4:], workshop.answer)
    let(it.guests, workshop.converse)
    it.progress()
    # Dov leaves after the conversation.
    let([each for each in it.guests if each.name != "Dov"], workshop.finish)
    it.progress()
    let(it.whose("later"), workshop.share_later)
    it.progress()
    assert page.evaluate("window.here")  # nothing of this took a new page
    it.dana.at("progress")


def let(guests: list[Guest], act: Callable[[Guest], None]) -> None:
    for guest in guests:
        act(guest)


def review(it: Workshop) -> None:
    page = it.page
    workshop.go(it.dana, "Review", "Review")
    raw = it.raw()
    assert raw.private > 2  # there is something that must not be counted
    expect(page.get_by_text("5 people show something")).to_be_visible()
    it.dana.at("what there is to review")
    it.dana.press(page.get_by_role("link", name=story.TITLE))
    expect(heading(page, story.TITLE)).to_be_visible()
    workshop_numbers.review_agrees(page, raw)
    it.dana.at("review")
    workshop.go(it.dana, "Runs", "Runs that are shared")
    expect(page.locator(".run-row")).to_have_count(len(raw.seats))
    expect(page.get_by_text("Finn")).to_have_count(0)
    it.dana.at("runs")


@dataclass
class Windows:
    """What shows one question at once: the screen, Dana's phone, and a phone in the room."""

    screen: Page
    remote: Page
    room: Page

    @classmethod
    def open(cls, it: Workshop) -> "Windows":
        screen, remote = (it.page.context.new_page() for _ in range(2))
        screen.set_viewport_size({"width": 1440, "height": 900})
        remote.set_viewport_size({"width": 360, "height": 740})
        screen.goto(f"{it.cohort}/screen")
        remote.goto(f"{it.cohort}/remote")
        guest = it.guests[1]
        guest.page.goto(it.cohort)
        guest.visitor.press(guest.page.get_by_role("link", name="What the room sees"))
        return cls(screen, remote, guest.page)

    def follow(self, phase: str, title: str) -> None:
        for page in (self.screen, self.room):
            expect(page.locator(".item-phases [aria-current]")).to_have_text(phase, timeout=SOON)
            expect(page.locator("#item-title")).to_contain_text(title, timeout=SOON)
        expect(self.remote.locator(".remote-phase b")).to_have_text(phase, timeout=SOON)

    def look(self, it: Workshop, place: str) -> None:
        for name, page in (("screen", self.screen), ("remote", self.remote), ("room", self.room)):
            it.dana.look(Visitor(page, it.dana.watch), f"{name}, {place}")

    def close(self) -> None:
        self.screen.close()
        self.remote.close()


def on_the_screen(it: Workshop) -> None:
    page, raw = it.page, it.raw()
    workshop.go(it.dana, "Projector", "Projector")
    items = workshop_numbers.agenda_agrees(page, raw)
    it.dana.at("projector, preparing")
    workshop.put_all_on(it.dana, [*FIRST])
    it.dana.at("projector, prepared")
    windows = Windows.open(it)
    _lead_through(it, windows, raw, FIRST[0], PHASES, "The log")
    named = ("Question", "Ratings", "Reference", "Sentences")
    _lead_through(it, windows, raw, FIRST[1], named, "Marcus Bell")
    _sweep(windows, raw, [*FIRST, *(each for each in items if each not in FIRST)])
    windows.close()


def _lead_through(
    it: Workshop, windows: Windows, raw: Raw, item: str, phases: tuple[str, ...], title: str
) -> None:
    for place, phase in enumerate(phases):
        windows.follow(phase, title)
        if phase in LOOKED_AT:
            windows.look(it, f"{item} {phase}")
        if place == 0:
            for page in (windows.screen, windows.room):
                assert page.locator(".response-count, .level-count, .item-foot span").count() == 0
        elif phase == "Sentences":
            workshop_numbers.sentences_agree(windows.screen, raw, item)
            workshop_numbers.sentences_agree(windows.room, raw, item)
        else:
            for page in (windows.screen, windows.room):
                workshop_numbers.screen_agrees(page, raw, item)
        workshop.press(windows.remote, "Next")


def _sweep(windows: Windows, raw: Raw, items: list[str]) -> None:
    """Every question there is, by the list on the remote: the split on the screen, in the room."""
    windows.remote.get_by_text("All questions").click()
    rows: Locator = windows.remote.locator(".remote-items button")
    expect(rows).to_have_count(len(items))
    for place, item in enumerate(items):
        rows.nth(place).click()
        expect(rows.nth(place)).to_have_attribute("aria-current", "step")
        workshop.press(windows.remote, "Next")
        expect(windows.remote.locator(".remote-phase b")).not_to_have_text("Question")
        for page, whole in ((windows.screen, False), (windows.room, True)):
            page.reload()
            workshop_numbers.screen_agrees(page, raw, item, whole=whole)


def plan(it: Workshop, folder: Path) -> None:
    page = it.page
    page.goto(it.cohort)
    workshop.go(it.dana, "Debrief plan", "Debrief plan")
    it.dana.press(page.locator(".card a").first)
    expect(heading(page, f"{story.TITLE}: a plan for the debrief")).to_be_visible()
    it.dana.at("plan")
    for minutes in (30, 60, 90, 45):
        page.goto(f"{page.url.partition('?')[0]}?minutes={minutes}")
        workshop_papers.plan_agrees(page, it.raw())
        assert sum(map(int, page.locator(".plan-minutes b").all_inner_texts())) == minutes
    assert {paper: print_on(page, paper, folder) for paper in ("A4", "Letter")} == {
        "A4": 1, "Letter": 1,
    }  # fmt: skip
    it.dana.press(page.get_by_role("link", name="Change it"))
    it.dana.write(page.locator("#title-1"), "Come in and sit down")
    it.dana.at("changing the plan")
    it.dana.press(button(page, "Keep this plan"))
    expect(page.get_by_role("heading", name="Come in and sit down")).to_be_visible()
    it.dana.at("plan, changed")
    workshop_papers.plan_agrees(page, it.raw())


def print_on(page: Page, paper: str, folder: Path) -> int:
    """Print what is open, and return on how many sheets."""
    page.emulate_media(media="print", color_scheme="light")
    printed = page.pdf(format=paper, path=folder / f"plan.{paper}.pdf")
    page.emulate_media(media="screen")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


def export(it: Workshop, folder: Path) -> str:
    """Make a workbook and open it; return where it was taken from."""
    page = it.page
    workshop.go(it.dana, "Export", "Export")
    it.dana.at("export")
    made = page.get_by_role("link", name="Download").count()
    it.dana.press(button(page, "Make the file"))
    ready = page.get_by_role("link", name="Download")
    again = page.get_by_role("link", name="Look again")  # only where no script does
    while ready.count() == made and again.count():
        again.first.click()
    expect(ready).to_have_count(made + 1)
    it.dana.at("export, made")
    with page.expect_download() as download:
        ready.first.click()
    path = folder / f"{made}-{download.value.suggested_filename}"
    download.value.save_as(path)
    workshop_papers.export_agrees(path, it.raw())
    content = path.read_bytes()
    assert not [each.name for each in it.guests if each.name.encode() in content]
    return str(ready.first.get_attribute("href"))


def one_takes_it_back(it: Workshop, file: str, folder: Path) -> None:
    """Ana withdraws: her numbers are gone from the review, the screen and a new file, and the file
    that had them is no more."""
    page, before = it.page, it.raw()
    it.dana.watch.expected.add(404)
    assert page.request.get(file).ok
    screen = page.context.new_page()
    screen.goto(f"{it.cohort}/remote")
    screen.locator(".remote-part summary", has_text="All questions").click()
    log = screen.locator(".remote-items button", has_text="The log")
    log.click()
    expect(log).to_have_attribute("aria-current", "step")
    workshop.press(screen, "Next")
    expect(screen.locator(".remote-phase b")).to_have_text("Split")
    screen.goto(f"{it.cohort}/screen")
    workshop_numbers.screen_agrees(screen, before, FIRST[0])

    workshop.withdraw(it.guests[0])

    raw = it.raw()
    assert len(raw.plays) == len(before.plays) - 1 >= workshop_numbers.LEAST
    people, _ = workshop_numbers.behind(raw, FIRST[0])
    foot = screen.locator(".item-foot span").first
    expect(foot).to_contain_text(f"{people} people", timeout=SOON)
    workshop_numbers.screen_agrees(screen, raw, FIRST[0])
    screen.close()
    assert page.request.get(file).status == 404
    page.reload()
    expect(page.get_by_text("this file is gone")).to_be_visible()
    it.dana.at("export, gone")
    export(it, folder)
    page.goto(f"{it.cohort}/review/{SCENARIO}")
    workshop_numbers.review_agrees(page, raw)
    page.goto(f"{it.cohort}/progress")
    workshop_numbers.progress_becomes(page, raw)
