"""Every page and every state of one, for eyes and for tools that look at all of them."""

from playwright.sync_api import expect

from lfp_trainer.services import demo
from lfp_trainer.storage.models import Role
from tests.browser import looking_back, ranking, story
from tests.browser.server import PASSWORD, Site
from tests.browser.story import button, heading
from tests.browser.visitor import Visitor


def sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    visitor.page.goto("/sign-in")
    fill_in(visitor, email, password)


def fill_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    """Sign in on the page that asks for it."""
    page = visitor.page
    visitor.write(page.get_by_label("Email"), email)
    visitor.write(page.get_by_label("Password"), password)
    visitor.press(button(page, "Sign in"))
    expect(heading(page, "Sign in")).to_have_count(0)


def visit_the_front(visitor: Visitor) -> None:
    """What somebody sees who has just arrived, mistakes included."""
    visitor.watch.expected |= {404, 422}
    page = visitor.page
    page.goto("/scenarios")
    visitor.at("scenarios")
    visitor.press(page.get_by_role("link", name=story.TITLE))
    expect(button(page, "Start")).to_be_visible()
    visitor.at("overview sheet")
    page.goto("/scenarios/no-such-scenario")
    visitor.at("not found")
    page.goto("/sign-in")
    visitor.at("sign-in")
    visitor.write(page.get_by_label("Email"), "nobody@district.example")
    visitor.write(page.get_by_label("Password"), "not the password")
    visitor.press(button(page, "Sign in"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("sign-in refused")
    page.goto("/register")
    visitor.at("register")
    page.locator("form.form").evaluate("form => { form.noValidate = true }")
    visitor.press(button(page, "Make the account"))
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.at("register refused")


def visit_own_pages(visitor: Visitor, site: Site) -> None:
    """The pages of somebody who has an account and has not played yet."""
    sign_in(visitor, site.enrol("alice"))
    expect(heading(visitor.page, "Your practice")).to_be_visible()
    visitor.at("home, nothing played")
    visitor.page.goto("/account")
    visitor.at("account")


def visit_home_after_practice(visitor: Visitor) -> None:
    """The home page of somebody who has played for weeks."""
    sign_in(visitor, demo.PLAYERS[0].email, demo.PASSWORD)
    expect(heading(visitor.page, "Your practice")).to_be_visible()
    visitor.at("home, much played")


def look_back_on_a_play(visitor: Visitor, site: Site) -> None:
    """All that can follow a play: ranking in the next one, other answers, the profile."""
    page = visitor.page
    email = site.enrol("mina")
    sign_in(visitor, email)
    run = looking_back.play(site, email)
    looking_back.rate_once_more(visitor, run)
    looking_back.say_after(visitor, run)
    visitor.press(page.get_by_role("link", name="Go back to a decision"))
    expect(heading(page, "Go back to a decision")).to_be_visible()
    visitor.at("decisions to go back to")
    page.goto(f"{run}/what-if/2")
    visitor.at("what-if decision")
    looking_back.take_another(visitor)
    looking_back.play_on(visitor)
    sign_out(visitor)
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)
    ranking.converse(visitor)
    ranking.look_back(visitor)
    sign_in(visitor, demo.PLAYERS[0].email, demo.PASSWORD)
    page.goto("/calibration")
    visitor.at("profile")


def sign_out(visitor: Visitor) -> None:
    visitor.press(button(visitor.page, "Sign out"))
    expect(visitor.page.get_by_role("link", name="Sign in")).to_be_visible()


def visit_as_admin(visitor: Visitor, site: Site) -> None:
    sign_in(visitor, site.enrol("ada", Role.ADMIN))
    visitor.page.goto("/admin/people")
    visitor.at("admin people")
    visitor.page.goto("/admin/people?search=nobody-of-this-name")
    visitor.at("admin people, nobody found")
    visitor.page.goto("/confirm")
    visitor.at("confirm")


def walk_with_mistakes(visitor: Visitor) -> None:
    """A guest's whole walk, with each form also sent unfinished."""
    visitor.watch.expected.add(422)
    page = visitor.page
    story.begin_as_guest(visitor)
    story.read_the_case(visitor)
    _send_unfinished(visitor, "Commit my diagnosis", "diagnosis, unfinished")
    story.diagnose(visitor)
    _send_unfinished(visitor, "Save and go on", "rating, unfinished")
    story.rate_everyone(visitor)
    page.goto(page.url.partition("?")[0] + "?stage=diagnosis")
    visitor.at("diagnosis, looked back at")
    page.go_back()
    story.reveal(visitor)
    story.converse(visitor)
    page.reload()
    visitor.at("role-play, looked back at")
    story.look_back(visitor)
    _send_unfinished(visitor, "Finish", "next step, unfinished")
    story.plan(visitor)
    page.goto("/home")
    visitor.at("home of a guest")
    page.goto("/account")
    visitor.at("account of a guest")
    page.goto("/register")
    visitor.at("register, with runs to keep")


def _send_unfinished(visitor: Visitor, name: str, place: str) -> None:
    visitor.press(button(visitor.page, name))
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.at(place)
