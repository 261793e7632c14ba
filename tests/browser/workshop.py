"""A workshop of an hour: six people come by phone and play, and Dana leads them from a laptop.

Each part begins where the one before ends. Everything that counts is done by hand in a browser; of
four of the six the answers before the conversation are sent as their forms would send them.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from lfp_trainer.storage.models import Role
from tests.browser import story
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading, option
from tests.browser.tour import sign_in
from tests.browser.visitor import Finger, Visitor

NAME = "Lakeland principals, spring"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
LAPTOP = {"viewport": {"width": 1440, "height": 900}}
SENTENCES = ("fewer-visits", "all-meet", "glowing", "he-notes")
CARDS = 4
CHOICES = ".now button.choice"


@dataclass
class Guest:
    """One of those who come, and how they answer."""

    name: str
    position: str
    seat: str
    shares: str = "at once"
    """Or "later", or "never"."""
    by_hand: bool = False
    system: str = "ILR"
    test: str = "understood"
    who: str = "partner"
    what: str = "SK"
    levels: tuple[str, ...] = ("2", "3", "1", "2")
    """What they give, card by card."""
    way: tuple[int, ...] = (1,)
    """Which response they take, over and over."""
    visitor: Visitor = field(init=False)

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def shows(self) -> bool:
        return self.shares != "never"


def cast() -> list[Guest]:
    """Two of them do everything by hand, one keeps it private, one shares it later."""
    return [
        Guest("Ana", "CO", "both", by_hand=True, way=(1, 2, 3), levels=("1", "2", "2", "2")),
        Guest("Ben", "CO", "partner", by_hand=True, system="INS", way=(2,)),
        Guest("Cleo", "EL", "principal", system="LDN", what="TU", way=(3, 1)),
        Guest("Dov", "MS", "both", test="used", levels=("NE", "2", "5", "1"), way=(1,)),
        Guest("Eve", "HS", "both", "later", who="principal", way=(2, 1),
              levels=("3", "3", "NE", "2")),
        Guest("Finn", "MDE-ISD", "both", "never", system="TAL", what="RS", way=(3,),
              levels=("5",) * 4),
    ]  # fmt: skip


# Dana, before they come


def make_cohort(dana: Visitor, site: Site) -> tuple[str, str]:
    """Make a cohort and set the scenario in it; return where it is, and its code."""
    page = dana.page
    sign_in(dana, site.enrol("dana", Role.FACILITATOR))
    page.goto("/cohorts")
    dana.write(page.get_by_label("Name of the cohort"), NAME)
    dana.press(button(page, "Make the cohort"))
    expect(heading(page, NAME)).to_be_visible()
    dana.at("cohort of one")
    cohort = page.url
    code = page.locator(".cohort-code").text_content() or ""
    dana.press(page.get_by_role("link", name="Assignments"))
    page.get_by_label("Scenario", exact=True).select_option("glowing-observations")
    dana.press(button(page, "Set it for everybody"))
    expect(page.get_by_text("It is set.")).to_be_visible()
    dana.at("assignment set")
    return cohort, "".join(code.split())[:8]


def go(dana: Visitor, name: str, title: str) -> None:
    """Go to one of the pages of the cohort, by the row of links on top."""
    page = dana.page
    dana.press(page.locator(".cohort-nav").get_by_role("link", name=name, exact=True))
    expect(heading(page, title)).to_be_visible()


# A guest


def come(guest: Guest, visit: Visit, code: str, **options: object) -> None:
    """Type the code that stands on the wall, and join."""
    guest.visitor = visit(Finger, **PHONE, **options)
    visitor, page = guest.visitor, guest.page
    page.goto("/join")
    visitor.write(page.get_by_label("Code of the cohort"), code)
    visitor.press(button(page, "Go on"))
    expect(heading(page, f"Join “{NAME}”")).to_be_visible()
    visitor.at("joining")
    visitor.write(page.get_by_label("Your name"), guest.name)
    page.get_by_label("Where you work").select_option(guest.position)
    visitor.press(button(page, "Join"))
    expect(heading(page, NAME)).to_be_visible()
    visitor.at("cohort, joined")


def begin(guest: Guest) -> None:
    """Open what is assigned, and say who sees it."""
    visitor, page = guest.visitor, guest.page
    page.goto("/home")
    visitor.press(page.get_by_role("link", name=story.TITLE).first)
    expect(page.get_by_role("heading", name="Who will see what")).to_be_visible()
    visitor.at("assignment")
    visitor.tick(option(page, "seat", guest.seat))
    visitor.press(
        button(page, "I agree; begin" if guest.shares == "at once" else "Begin privately")
    )
    expect(heading(page, story.TITLE)).to_be_visible()
    visitor.at("case")


def answer(guest: Guest) -> None:
    """Diagnose and rate, up to the reference."""
    if guest.by_hand:
        _diagnose(guest)
        _rate(guest)
    else:
        guest.page.goto(_send_answers(guest))
        expect(heading(guest.page, "Your ratings so far")).to_be_visible()
    story.reveal(guest.visitor)


def _diagnose(guest: Guest) -> None:
    visitor, page = guest.visitor, guest.page
    story.read_the_case(visitor)
    for name, value in _diagnosis(guest).items():
        if name == "reason":
            visitor.write(page.get_by_label("Which words of the case show it?"), value)
        else:
            visitor.tick(option(page, name, value))
    visitor.press(button(page, "Commit my diagnosis"))
    expect(page.get_by_text("Rating 1 of")).to_be_visible()
    visitor.at("rating")


def _diagnosis(guest: Guest) -> dict[str, str]:
    return {
        "systems": guest.system,
        "failed_tests": guest.test,
        "who": guest.who,
        "what": guest.what,
        "reason": f"{story.WORDS} ({len(guest.name)})",
    }


def _rate(guest: Guest) -> None:
    visitor, page = guest.visitor, guest.page
    for number, level in enumerate(guest.levels, start=1):
        expect(page.get_by_text(f"Rating {number} of {CARDS}")).to_be_visible()
        for name, value in _rating(number, level):
            if name == "reason":
                visitor.write(page.get_by_label("Why this level, in one line?"), value)
            else:
                visitor.tick(option(page, name, value))
        last = number == CARDS
        visitor.press(button(page, "Save and review" if last else "Save and go on"))
    expect(heading(page, "Your ratings so far")).to_be_visible()


def _rating(number: int, level: str) -> list[tuple[str, str]]:
    cited = [] if level == "NE" else [("evidence", SENTENCES[(number + int(level)) % 4])]
    return [*cited, ("level", level), ("reason", f"Card {number}: {story.REASON}")]


def _send_answers(guest: Guest) -> str:
    """Send what the forms before the overview of the ratings send; return where the run is."""
    run = guest.page.url.partition("?")[0].partition("#")[0]
    send(guest, f"{run}/case")
    send(guest, f"{run}/diagnosis", [*_diagnosis(guest).items()])
    for number, level in enumerate(guest.levels, start=1):
        send(guest, f"{run}/ratings/{number - 1}", _rating(number, level))
    return run


def send(guest: Guest, url: str, fields: list[tuple[str, str]] | None = None) -> None:
    """Send a form by its address, with the token of the page that is open."""
    token = guest.page.locator("input[name=csrf_token]").first.input_value()
    answer = guest.page.request.post(
        url,
        data=urlencode([("csrf_token", token), *(fields or [])]),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": url},
    )
    assert answer.ok, (url, answer.status)


def respond(guest: Guest, taken: int) -> None:
    """Take the next response of one's way; some with a reason."""
    visitor, page = guest.visitor, guest.page
    if guest.by_hand and taken % 2:
        visitor.press(page.locator(".now summary", has_text="Note why"))
        visitor.write(page.locator(".now").get_by_label("Why?"), f"Reason {taken}.")
    offered = [each.get_attribute("value") or "" for each in page.locator(CHOICES).all()]
    # They stand in another order in each run: by their ids everybody goes the same way each time.
    wanted = sorted(offered)[(guest.way[taken % len(guest.way)] - 1) % len(offered)]
    story.respond(visitor, number=1 + offered.index(wanted))


def converse(guest: Guest, *, most: int = 100) -> None:
    """Respond until it ends, or so many times."""
    taken = 0
    while taken < most and guest.page.locator(CHOICES).count():
        respond(guest, taken)
        taken += 1
    guest.visitor.at("conversation")


def finish(guest: Guest) -> None:
    """From the ending through the debrief to the next step."""
    visitor, page = guest.visitor, guest.page
    visitor.press(page.get_by_role("link", name="Go to the debrief"))
    visitor.press(button(page, "Go on to my next step"))
    expect(heading(page, "One next step")).to_be_visible()
    story.plan(visitor)


def to_sharing(guest: Guest) -> None:
    guest.visitor.press(guest.page.locator(".sharing-line"))
    expect(heading(guest.page, "Who sees what of this run")).to_be_visible()


def share_later(guest: Guest) -> None:
    """Agree from the page of a run that has been played privately."""
    to_sharing(guest)
    guest.visitor.at("sharing, private")
    guest.visitor.press(guest.page.get_by_role("button", name=re.compile("^Share my part")))
    expect(guest.page.get_by_role("heading", name=f"Shared with {NAME}")).to_be_visible()
    guest.visitor.at("sharing")


def withdraw(guest: Guest) -> None:
    to_sharing(guest)
    guest.visitor.press(button(guest.page, "Withdraw it"))
    expect(guest.page.get_by_text("It is private: only who plays it sees it.")).to_be_visible()
    guest.visitor.at("withdrawn")


# The projector


def press(page: Page, name: str) -> None:
    """Press the button that begins with these words."""
    page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()


def put_all_on(dana: Visitor, first: list[str]) -> None:
    """Begin with everything there is to show, some of it first."""
    page = dana.page
    if page.locator("#others:not([open])").count():
        page.locator("#others > summary").click()
    for box in page.locator("input[name=item]").all():
        box.check()
    for number, item in enumerate(first, start=1):
        page.locator(f'input[name="place {item}"]').fill(f"{number}")
    for item in page.locator("input[name=item]").evaluate_all("all => all.map(e => e.value)"):
        if item not in first:
            place = page.locator(f'input[name="place {item}"]')
            place.fill(f"{int(place.input_value()) + 100}")
    press(page, "Begin")
    expect(page.get_by_role("heading", name=f"On now: {story.TITLE}")).to_be_visible()
