"""Somebody at a browser: with a mouse, with a finger, or with nothing but the keyboard.

Each visitor is watched: what a browser complains about, or asks of another site, fails the test.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
"""
# What a browser prints for every answer of 400 and more; those are judged by their status.
REFUSED = "Failed to load resource: the server responded with a status of"


@dataclass
class Watch:
    """What went wrong in a browser, beyond what the test announced."""

    origin: str
    expected: set[int] = field(default_factory=set)
    """Statuses from 400 on that the test brings about on purpose."""
    found: list[str] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)
    """What has been asked of the server and not been answered yet."""

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_VIOLATIONS)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        context.on("console", self._printed)
        context.on("weberror", lambda error: self.found.append(f"error: {error.error}"))

    def _asked(self, request: Request) -> None:
        self.under_way.add(request)
        if not request.url.startswith((self.origin + "/", "data:", "about:")):
            self.found.append(f"request to another site: {request.url}")

    def _ended(self, request: Request) -> None:
        self.under_way.discard(request)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.found.append(f"{response.status} for {response.request.method} {response.url}")

    def _printed(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSED):
            self.found.append(f"console: {message.text}")


@dataclass
class Visitor:
    """One browser and the hands on it."""

    page: Page
    watch: Watch
    look: Callable[["Visitor", str], None] = lambda visitor, place: None
    """Called at every place the visitor comes to, with its name."""

    def press(self, target: Locator) -> None:
        target.click()

    def tick(self, target: Locator) -> None:
        target.check()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def pick_day(self, target: Locator, day: date) -> None:
        target.fill(day.isoformat())

    def choose(self, number: int) -> None:
        """Take a response of the conversation by its number, counted from 1."""
        self.press(self.page.locator(".now button.choice").nth(number - 1))

    def at(self, place: str) -> None:
        # A link that was pressed leads to a new page at once, but to an empty one: its text comes
        # after, and who looks too soon finds not so much as a document.
        self.page.wait_for_load_state("domcontentloaded")
        self.look(self, place)

    def leave(self) -> None:
        """Close the page, once the server has heard all it asks: no sign of it comes any later."""
        everything = "**/*"
        # What the page asks from now on never reaches the server, and ends with the page.
        self.page.route(everything, lambda route: self.watch.under_way.discard(route.request))
        until = time.monotonic() + 10
        while self.watch.under_way:
            assert time.monotonic() < until, f"not answered: {self.watch.under_way}"
            self.page.wait_for_timeout(20)
        self.page.goto("about:blank")
        self.page.unroute(everything)


class Finger(Visitor):
    """Somebody on a phone."""

    def press(self, target: Locator) -> None:
        target.tap()

    def tick(self, target: Locator) -> None:
        # The whole card or sentence is the target, as it is for a thumb.
        self.page.locator("label", has=target).tap()


MARK_ALL = "window.before = new WeakSet(document.querySelectorAll('*'))"
FOCUS = """() => ({
  swapped: Boolean(window.before),
  lost: document.activeElement === document.body,
  stale: Boolean(window.before?.has(document.activeElement)),
  at: document.activeElement.outerHTML.slice(0, 120),
})"""


@dataclass
class Keyboard(Visitor):
    """Somebody without a mouse. Whatever cannot be reached by Tab is not there for them.

    After every swap the focus must be on something that the swap brought.
    """

    most_tabs = 150
    swaps_seen: int = 0

    def press(self, target: Locator) -> None:
        self._go_to(target)
        self.page.evaluate(MARK_ALL)
        self.page.keyboard.press("Enter")

    def at(self, place: str) -> None:
        self.page.wait_for_load_state("domcontentloaded")
        focus = self.page.evaluate(FOCUS)
        if focus["swapped"]:
            self.swaps_seen += 1
            assert not focus["lost"], f"focus is lost at {place}"
            assert not focus["stale"], f"focus stays on old content at {place}: {focus['at']}"
        super().at(place)

    def tick(self, target: Locator) -> None:
        if target.get_attribute("type") == "radio":
            self._turn_to(target)
        else:
            self._go_to(target)
        if not target.is_checked():
            self.page.keyboard.press("Space")
        assert target.is_checked()

    def write(self, target: Locator, text: str) -> None:
        self._go_to(target)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def pick_day(self, target: Locator, day: date) -> None:
        self._go_to(target)
        self.page.keyboard.type(f"{day:%m%d%Y}")

    def choose(self, number: int) -> None:
        self.page.evaluate(MARK_ALL)
        self.page.keyboard.press(str(number))

    def _go_to(self, target: Locator) -> None:
        for _ in range(self.most_tabs):
            if target.evaluate("el => el === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not come to {target}")

    def _turn_to(self, target: Locator) -> None:
        """Go to a group of radio buttons, of which Tab reaches one, and by arrows to the target."""
        inside = "el => el.type === 'radio' && el.name === document.activeElement.name"
        for key, reached in (("Tab", inside), ("ArrowDown", "el => el === document.activeElement")):
            for _ in range(self.most_tabs):
                if target.evaluate(reached):
                    break
                self.page.keyboard.press(key)
            else:
                raise AssertionError(f"{key} does not come to {target}")
