"""Photograph every page and state at three widths, in light and dark, for who changes the look.

``python -m tests.browser.shots`` puts the pictures beside this file, where git leaves them alone.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import PdfMargins, sync_playwright

from tests.browser import (
    calibration,
    conftest,
    contrasting,
    meeting,
    owning,
    pairing_cohort,
    reviewing,
    tour,
)
from tests.browser.server import Site
from tests.browser.visitor import Visitor, Watch

SHOTS = Path(__file__).parent / "shots"
MARGIN: PdfMargins = {"top": "15mm", "right": "15mm", "bottom": "15mm", "left": "15mm"}
WIDTHS = {360: 740, 768: 1024, 1440: 900}


def photograph(visitor: Visitor, place: str) -> None:
    page = visitor.page
    name = place.replace(",", "").replace(" ", "-")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SHOTS / f"{name}.{width}.{scheme}.png", full_page=True)
    if place == "printed debrief":
        for paper in ("A4", "Letter"):
            page.pdf(path=SHOTS / f"{name}.{paper}.pdf", format=paper, margin=MARGIN)
    page.set_viewport_size({"width": 1440, "height": 900})


def main() -> None:
    SHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        site.start()
        site.show_demonstration()
        browser = conftest.launch(playwright, conftest.find_chromium() or sys.exit("no Chromium"))
        walks: dict[str, Callable[[Visitor], None]] = {
            "front": tour.visit_the_front,
            "walk": tour.walk_with_mistakes,
            "home": tour.visit_home_after_practice,
            "own": lambda visitor: tour.visit_own_pages(visitor, site),
            "calibrate": calibration.go_through,
            "contrast": contrasting.go_through,
            "looking back": lambda visitor: tour.look_back_on_a_play(visitor, site),
            "next steps": lambda visitor: owning.go_through_next_steps(visitor, site),
            "cohort": lambda visitor: pairing_cohort.go_through(visitor, site),
            "review": lambda visitor: reviewing.go_through(visitor, site),
            "my data": lambda visitor: owning.go_through_my_data(visitor, site),
            "meeting": lambda visitor: meeting.go_through(visitor, site),
            "admin": lambda visitor: tour.visit_as_admin(visitor, site),
        }
        for walk in sys.argv[1:] or walks:
            context = browser.new_context(base_url=site.url, reduced_motion="reduce")
            watch = Watch(site.url)
            watch.over(context)
            walks[walk](Visitor(context.new_page(), watch, photograph))
            context.close()
            for complaint in watch.found:
                print(complaint, file=sys.stderr)
        browser.close()
        site.stop()


if __name__ == "__main__":
    main()
