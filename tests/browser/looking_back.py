"""What a learner does after a play: rate once more, say what was shown, take a decision again.

Told so that every visitor can take it.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from lfp_trainer.engine import play as engine
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import demo, library
from lfp_trainer.services.access import Seated
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Stage, User
from tests.browser import story
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.visitor import Visitor

WHY = "Nothing was said to anybody."
PLAYED = "I asked before I told."
QUESTION = "What if you had answered otherwise?"


@dataclass
class Finished:
    """A play that has come to its end, with whom it belongs to."""

    email: str
    run: Seated
    decisions: list[int]

    @property
    def url(self) -> str:
        return f"/runs/{self.run.key}"


def play(
    site: Site, email: str, scenario: str = "glowing-observations", path: tuple[str, ...] = ()
) -> str:
    """Play a run to its debrief, along a path or as it comes, and return its address."""
    with site.session() as session, database.writing(session):
        user_id = session.scalar(sa.select(User.id).where(User.email == email))
        published = library.current(session, scenario)
        assert user_id is not None
        return "/runs/" + demo.play_run(
            session, published, user_id=user_id, seat="both", habit=along(path),
            stop=Stage.DEBRIEF, dice=Random(f"{scenario} {path}"), now=datetime.now(UTC),
            start_key=secrets.token_hex(8),
        )  # fmt: skip


def along(path: tuple[str, ...]) -> demo.Habit:
    """Follow a path, and where it ends take the response that is ranked last."""

    def choose(script: Script, position: Position, dice: Random) -> str:
        if len(position.path) < len(path):
            return path[len(position.path)]
        offered = engine.offered(script, position)
        return max(offered, key=lambda id: script.choices[id][1].rank)

    return choose


def rate_once_more(visitor: Visitor, run: str) -> None:
    """From the reveal to the second answer, sent unfinished first, and back."""
    page = visitor.page
    visitor.watch.expected.add(422)
    page.goto(f"{run}?stage=rating")
    expect(heading(page, "Your ratings beside the reference")).to_be_visible()
    visitor.at("reveal, with retries")
    visitor.press(page.get_by_role("link", name=re.compile("^Rate it once more")).first)
    expect(page.get_by_text("Your first answer:")).to_be_visible()
    visitor.at("rating once more")
    visitor.press(button(page, "Commit my second answer"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("rating once more, unfinished")
    visitor.tick(option(page, "evidence", "fewer-visits"))
    visitor.tick(option(page, "level", "1"))
    visitor.write(page.get_by_label("Why this level, in one line?"), WHY)
    visitor.press(button(page, "Commit my second answer"))
    expect(page.get_by_text("Rated twice")).to_be_visible()
    visitor.at("rated twice")
    visitor.press(page.get_by_role("link", name="Back to my ratings"))
    expect(page.get_by_text("Once more:", exact=True)).to_be_visible()
    visitor.at("reveal, with a second answer")


def own_rows(page: Page) -> list[Locator]:
    return page.locator("fieldset.rate-row[id^=own-]").all()


def claim(visitor: Visitor, *, reason: str = PLAYED, levels: int = 5) -> None:
    """Say of every seat and strand what was shown."""
    page = visitor.page
    for place, row in enumerate(own_rows(page)):
        name = f"{row.get_attribute('id')}".removesuffix("row")
        response = row.locator("input[type=checkbox]").first.get_attribute("value")
        visitor.tick(option(page, f"{name}level", f"{1 + place % levels}"))
        visitor.tick(option(page, f"{name}evidence", f"{response}"))
        visitor.write(row.get_by_label("Why this level"), reason)


def say_after(visitor: Visitor, run: str, *, reason: str = PLAYED, levels: int = 5) -> None:
    """From the ending to what one showed, sent unfinished first, and to the debrief."""
    page = visitor.page
    visitor.watch.expected.add(422)
    page.goto(f"{run}?stage=role-play")
    visitor.press(page.get_by_role("link", name="First say what you showed"))
    expect(heading(page, "Now that you have played it")).to_be_visible()
    visitor.at("after the play")
    visitor.press(button(page, "Commit, and see them side by side"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("after the play, unfinished")
    claim(visitor, reason=reason, levels=levels)
    visitor.press(button(page, "Commit, and see them side by side"))
    expect(heading(page, "Before and after")).to_be_visible()
    visitor.at("before and after")
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    expect(page.locator("#after-compact")).to_be_visible()
    visitor.at("debrief, with own play")


def go_back(visitor: Visitor, finished: Finished, step: int) -> None:
    """From the debrief to one of its decisions."""
    page = visitor.page
    page.goto(f"{finished.url}?stage=debrief")
    visitor.press(page.locator(f".decision a[href$='/what-if/{step}']"))
    expect(heading(page, QUESTION)).to_be_visible()
    visitor.at("what-if decision")


def take_another(visitor: Visitor) -> None:
    page = visitor.page
    visitor.press(page.locator("button.choice").first)
    expect(page.get_by_text("This is a what-if")).to_be_visible()
    visitor.at("what-if running")


def play_on(visitor: Visitor) -> None:
    """Take the first response until it ends, and look at both plays."""
    page = visitor.page
    while page.locator(".now button.choice").count():
        story.respond(visitor)
    visitor.at("what-if ending")
    visitor.press(page.get_by_role("link", name="See the two plays beside each other"))
    expect(heading(page, "Two plays beside each other")).to_be_visible()
    visitor.at("what-if compared")
