"""What a room talks about stands on the screen whole: every item of every shipped scenario."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, render_template
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy.orm import Session

from lfp_trainer import config
from lfp_trainer.engine.script import Script
from lfp_trainer.services import library, projector, showing
from lfp_trainer.services.projector import Item, Now
from lfp_trainer.services.room_sums import Sums
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Phase, Round
from lfp_trainer.web.projector_page import KINDS
from tests.conftest import NOON, dispose, make_app

SIZES = ((1280, 720), (1440, 900), (1920, 1080))
PEOPLE = 18
SCREEN = """<!doctype html><html lang="en"><head><style>{css}</style></head><body><main id="main">
<section id="screen" class="screen">{item}<footer class="screen-bar">
<button class="button">Next</button></footer></section></main></body></html>"""
# What is taller than the screen, or is laid over what follows it.
OVER = """() => {
  const root = document.documentElement, foot = document.querySelector(".item-foot");
  const bar = document.querySelector(".screen-bar").getBoundingClientRect();
  return root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight
    || foot.getBoundingClientRect().bottom > bar.top + 1;
}"""


@dataclass
class Wall:
    """The big screen without a server behind it."""

    app: Flask
    page: Page
    css: str

    def shows(self, script: Script, item: Item, phase: Phase) -> str:
        """Put an item on the screen, as if eighteen people had answered; return its text."""
        now = Now(1, 1, "", Round.BEFORE, (item.word,) * 12, 8, phase, 1, NOON, None)
        shown = showing.tell(script, now, everything(script, item))
        with self.app.test_request_context():
            html = render_template(
                "projector/_item.html", shown=shown, brief=True, kinds=KINDS, rubric=script.rubric
            )
        self.page.set_content(SCREEN.format(css=self.css, item=html))
        return self.page.inner_text(".item")

    def is_too_small(self) -> bool:
        return bool(self.page.evaluate(OVER))


def everything(script: Script, item: Item) -> Sums:
    """Return sums in which every answer is given by some and every ending is reached."""
    endings = tuple(each.id for each in script.scenario.endings)
    if item.kind == projector.DECISION:
        choices = script.scenario.scenes[item.about].choices
        return Sums(PEOPLE, dict.fromkeys(choices, 4), endings=dict.fromkeys(choices, endings[:2]))
    if item.kind == projector.RATING:
        texts = script.scenario.sentences
        longest = sorted(texts, key=lambda id: -len(texts[id]))
        return Sums(PEOPLE, {1: 4, 2: 6, 3: 8, None: 3}, cited=dict.fromkeys(longest[:3], 12))
    words = script.vocabulary
    return Sums(
        PEOPLE,
        {
            f"{part}/{code}": 3
            for part, codes in (
                ("systems", words.systems), ("failed_tests", words.tests),
                ("who", words.who), ("what", words.barriers),
            )
            for code in [*codes][:4]
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def app(stocked_file: Path) -> Iterator[Flask]:
    app = make_app(f"sqlite:///{stocked_file}")
    yield app
    dispose(app)


@pytest.fixture(scope="module")
def scripts(stocked_file: Path) -> list[Script]:
    engine = database.connect(f"sqlite:///{stocked_file}")
    with Session(engine) as session:
        found = [
            library.current(session, path.stem).script
            for path in sorted(config.SCENARIOS.glob("*.yaml"))
            if path.stem != "vocabulary"
        ]
    engine.dispose()
    return found


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def wall(request: pytest.FixtureRequest, chromium: Browser, app: Flask) -> Iterator[Wall]:
    width, height = request.param
    page = chromium.new_page(viewport=ViewportSize(width=width, height=height))
    css = "".join((config.STATIC / name).read_text() for name in ("site.css", "projector.css"))
    yield Wall(app, page, css)
    page.close()


def test_every_answer_and_reason_stands_whole_on_the_screen(
    wall: Wall, scripts: list[Script]
) -> None:
    cut, too_small = [], []
    for script in scripts:
        for item in projector.items_of(script):
            for phase in item.phases:
                name = (script.scenario.id, item.word, phase.value)
                if " …" in wall.shows(script, item, phase):
                    cut.append(name)
                if wall.is_too_small():
                    too_small.append(name)

    assert (cut, too_small) == ([], [])
