"""A facilitator invites by name, shares the task and removes somebody; a guest comes by phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import pairing_cohort, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.tour import sign_in
from tests.browser.visitor import Finger, Keyboard, Visitor

NAMES = "• Gia Long, EL\nMS Hugo Marten\nRuiz, Ana\n\nInes Okafor"
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def agree_on_five(visitor: Visitor, cohort: str) -> None:
    page = visitor.page
    page.goto(f"{cohort}/settings")
    visitor.at("settings of a cohort")
    visitor.press(page.get_by_role("link", name="Collective commitments (five)"))
    expect(page.get_by_text("nothing is saved yet")).to_be_visible()
    visitor.at("settings of a cohort, with a preset")
    visitor.press(button(page, "Save the agreements"))
    expect(page.get_by_text("Members are asked to accept them.")).to_be_visible()


def invite_three(visitor: Visitor, cohort: str) -> str:
    """Paste three names that are understood and one that is not; return the link of the first."""
    page = visitor.page
    page.goto(f"{cohort}/invitations")
    visitor.at("nobody invited yet")
    visitor.write(page.get_by_label("Names to invite"), NAMES)
    visitor.press(button(page, "Look at the list"))
    expect(page.get_by_text("One line was not understood")).to_be_visible()
    visitor.at("names to invite")
    visitor.press(button(page, "Make these 3 invitations"))
    expect(page.get_by_text("3 invitations are made.")).to_be_visible()
    visitor.at("three invited")
    link = page.get_by_label("Link for Gia Long").input_value()
    visitor.press(page.get_by_role("link", name="Slips to print"))
    expect(heading(page, "Slips to cut out")).to_be_visible()
    visitor.at("slips")
    return link


def come_by(visitor: Visitor, link: str) -> None:
    """Join by an invitation of one's own, as a guest, with the agreements accepted."""
    page = visitor.page
    page.goto(link)
    expect(page.get_by_label("Your name")).to_have_value("Gia Long")
    expect(page.get_by_label("Where you work")).to_have_value("EL")
    visitor.at("joining by name")
    visitor.tick(page.get_by_label("I will keep to these"))
    visitor.press(button(page, "Join"))
    expect(heading(page, "Lakeland principals, spring")).to_be_visible()
    expect(page.get_by_text("Respond to ideas, not to people.")).to_be_visible()
    visitor.at("cohort, as a member")


def let_facilitate(visitor: Visitor, cohort: str, name: str) -> None:
    page = visitor.page
    page.goto(cohort)
    row = page.get_by_role("listitem").filter(has_text=name)
    visitor.press(row.locator("summary"))
    # What is opened is on this page: the focus stays where it was pressed.
    visitor.look(visitor, "cohort, with what can be done about somebody")
    visitor.press(button(page, f"Let {name} facilitate too"))
    expect(page.get_by_text(re.compile(f"{name} facilitates too, since"))).to_be_visible()
    visitor.at("cohort with two who facilitate")


def remove(visitor: Visitor, cohort: str, name: str) -> None:
    page = visitor.page
    page.goto(cohort)
    row = page.get_by_role("listitem").filter(has_text=name)
    visitor.press(row.locator("summary"))
    visitor.press(page.get_by_role("link", name=f"Remove {name}"))
    expect(heading(page, f"Remove {name} from “Lakeland principals, spring”?")).to_be_visible()
    visitor.at("asked whether somebody should go")
    visitor.press(button(page, f"Remove {name}"))
    expect(page.get_by_text(f"{name} is not in")).to_be_visible()


def go_through(dana: Visitor, noah: Visitor, gia: Visitor, site: Site) -> None:
    """All of it, as three people live it."""
    code_link = pairing_cohort.make_cohort(dana, site)
    cohort = dana.page.url
    sign_in(noah, site.enrol("noah"))
    noah.page.goto(code_link)
    noah.page.get_by_label("Where you work").select_option("HS")
    noah.press(button(noah.page, "Join"))
    agree_on_five(dana, cohort)
    come_by(gia, invite_three(dana, cohort))
    dana.page.goto(f"{cohort}/invitations")
    expect(dana.page.get_by_role("heading", name="Have come: 1")).to_be_visible()
    dana.at("one of three has come")
    let_facilitate(dana, cohort, "Noah")
    noah.page.goto(cohort)
    expect(noah.page.get_by_text("You facilitate this cohort since")).to_be_visible()
    noah.at("cohort, as one who facilitates too")
    noah.press(button(noah.page, "I will keep to these"))
    expect(button(noah.page, "I will keep to these")).to_have_count(0)
    noah.press(noah.page.get_by_role("link", name="Show it on the wall"))
    expect(noah.page.locator(".wall-picture svg")).to_be_visible()
    noah.at("wall")
    gia.page.reload()
    expect(gia.page.get_by_text(re.compile("Noah facilitates too, since"))).to_be_visible()
    remove(dana, cohort, "Gia Long")
    gia.watch.expected.add(404)
    gia.page.reload()
    expect(heading(gia.page, "Not found")).to_be_visible()


@pytest.mark.parametrize(
    ("hands", "javascript"), [(Visitor, True), (Visitor, False), (Keyboard, True)]
)
def test_three_are_invited_by_name_and_one_comes_by_phone_and_is_removed(
    visit: Visit, site: Site, hands: type[Visitor], javascript: bool
) -> None:
    dana, noah = (visit(hands, java_script_enabled=javascript) for _ in range(2))
    gia = visit(Finger, java_script_enabled=javascript, **PHONE)

    go_through(dana, noah, gia, site)


def test_the_pages_have_no_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    dana, noah, gia = visit(), visit(), visit()
    for each in (dana, noah, gia):
        each.look = test_accessibility.examine

    go_through(dana, noah, gia, site)

    assert test_accessibility.found == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_eight_slips_stand_on_one_sheet_and_nine_on_two(
    visit: Visit, site: Site, paper: str
) -> None:
    dana = visit()
    page = dana.page
    pairing_cohort.make_cohort(dana, site)
    url = f"{page.url}/invitations"
    names = [f"Person {letter}" for letter in "ABCDEFGHI"]
    sheets: list[int] = []

    def print_slips(*invited: str) -> None:
        page.goto(url)
        dana.write(page.get_by_label("Names to invite"), "\n".join(invited))
        dana.press(button(page, "Look at the list"))
        dana.press(page.get_by_role("button", name=re.compile("^Make th")))
        page.goto(f"{url}/slips")
        printed = page.pdf(format=paper)
        sheets.append(len(re.findall(rb"/Type\s*/Page\b", printed)))

    print_slips(*names[:8])
    print_slips(names[8])

    assert sheets == [1, 2]
